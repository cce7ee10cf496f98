"""People first: nothing of a proposal reaches a reviewer before their own scores are in; then it is shown as a difference."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import erasure, proposal_records, proposals, reviews
from domain.agreement import Agreement
from domain.proposal_records import Made
from domain.proposals import Outcome
from models import AuditEvent, CandidateSession, Proposal, ProposalReply, Score, Take, Transcript
from tests.factories import NOW, World
from tests.reviewing import SAID, actor, create_submitted, levels, score
from tests.views.conftest import Enter

HTMX = {"HX-Request": "true"}
CANARIES = ("Kanarienvogel", "9.87", "8.76", "0.543", "canary-model", "withheld-canary", "feedback-canary")
RECORD = Agreement(77, 0.543, 0.51, 0.6, 0.4, 0.5, 0.9)


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    made = create_submitted(db, world)
    propose(db, made)
    db.commit()
    return made


@pytest.fixture
def bob(enter: Enter, world: World) -> FlaskClient:
    world.reviewer.trained_at = NOW
    return enter(world.reviewer)


def propose(db: Session, session: CandidateSession) -> None:
    """Level 5 for the first criterion, quoting the words 'let her tell me'; nothing for the second."""
    said = db.scalars(select(Transcript).join(Take, Take.id == Transcript.take_id).where(Take.session_id == session.id)).one()
    start = SAID.index("let her")
    place = {"take_id": said.take_id, "transcript_id": said.id, "start": start, "end": start + len("let her tell me")}
    cited = [place | {"start_seconds": 1.5, "end_seconds": 3.4}]
    first, second = reviews.criteria(db, session.version_id)
    good = Outcome("calibrated", level=5, value=9.87, low=8.76, high=10.0, silent=9.87, reasoning="Kanarienvogel.", record=RECORD)
    held = proposals.Outcome("calibrated", code="wide", reason="withheld-canary")
    made = [Made(first, good, cited, {"model": "canary-model"}, "0" * 64), Made(second, held, cited, {}, "1" * 64)]
    proposal_records.store(db, session, made, "feedback-canary", NOW)


def submit(client: FlaskClient, db: Session, session: CandidateSession, *given: int) -> str:
    form = {f"level-{criterion}": str(level) for criterion, level in levels(db, session, *given).items()}
    return client.post(f"/sessions/{session.id}/scorecard", data={**form, "then": "submit"}, headers=HTMX).text


def proposed(db: Session) -> str:
    return db.scalars(select(Proposal.id).where(Proposal.state == "proposed")).one()


def pages_of(app: Flask, session: CandidateSession, question_id: str, take_id: str) -> list[str]:
    """Every address a member can look at, with ids that exist."""
    known = {"session_id": session.id, "question_id": question_id, "interview_id": session.interview_id, "take_id": take_id}
    known |= {"version_id": session.version_id, "part": "scorecard"}
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "assets.file" and "export" not in rule.rule:
            address = rule.rule
            for name in rule.arguments:
                for shape in (f"<{name}>", f"<path:{name}>", f"<int:{name}>"):
                    address = address.replace(shape, str(known.get(name, "1")))
            found.append(address)
    at = f"/sessions/{session.id}"
    return [*found, f"{at}/notes", f"{at}/decision", *(f"{at}/answers/{question_id}/{part}" for part in ("player", "words"))]


def test_no_route_tells_a_reviewer_of_a_proposal_before_their_own_scores(
    app: Flask, bob: FlaskClient, db: Session, world: World, session: CandidateSession
) -> None:
    world.owner.trained_at = NOW
    score(db, session, world.owner, 3, 3)
    db.commit()
    take = db.scalars(select(Take).where(Take.session_id == session.id, Take.kind == "video")).one()
    looked = 0
    for headers in ({}, HTMX, {"Accept": "application/json"}):
        for address in pages_of(app, session, take.question_id, take.id):
            answer = bob.get(address, headers=headers)
            looked += answer.status_code == 200
            assert [canary for canary in CANARIES if canary in answer.text] == [], address
    assert looked > 30
    for form in ("csv", "json"):
        exported = bob.post(f"/shortlist/{session.interview_id}/export", data={"as": form})
        assert [canary for canary in CANARIES if canary in exported.text] == []


def test_half_a_scorecard_shows_nothing(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    form = {f"level-{criterion}": str(level) for criterion, level in levels(db, session, 4).items()}
    bob.post(f"/sessions/{session.id}/scorecard", data=form, headers=HTMX)
    assert [canary for canary in CANARIES if canary in bob.get(f"/sessions/{session.id}").text] == []


def test_after_ones_own_scores_it_is_shown_as_a_difference_with_quotes_that_play(
    bob: FlaskClient, db: Session, session: CandidateSession
) -> None:
    shown = submit(bob, db, session, 3, 4)
    assert "you 3, machine 5" in shown
    assert ">+2<" in shown
    assert "most likely 4.5 to 5.0" in shown
    assert "let her tell me" in shown
    assert 'data-seek="1.5" data-until="3.4"' in shown
    assert "Kanarienvogel." in shown
    assert "κ 0.54 (0.51 to 0.60) over n = 77" in shown
    assert "canary-model" in shown
    assert "withheld-canary" in shown
    assert "9.87" not in shown


def test_where_no_passage_was_found_it_says_so(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    held = proposals.withheld("calibrated", "no_record")
    unread = proposals.withheld("evidence", "empty")
    made = [Made(c, o, [], {}, "0" * 64) for c, o in zip(reviews.criteria(db, session.version_id), (held, unread), strict=True)]
    proposal_records.store(db, session, made, "", NOW)
    db.commit()
    assert submit(bob, db, session, 3, 4).count("No passage was found that bears on this criterion") == 1


def test_what_the_language_model_took_is_written_beside_its_versions(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    took = {"model": "tiny", "tries": 2, "seconds": 3.1, "prompt_tokens": 300, "completion_tokens": 20, "cost": 0.002}
    held = proposals.withheld("language_model", "weak_record", usage=took)
    made = [Made(c, held, [], {"model": "tiny"}, "0" * 64) for c in reviews.criteria(db, session.version_id)]
    proposal_records.store(db, session, made, "", NOW)
    db.commit()
    assert "took 3.1 s, 2 tries, 320 tokens, cost 0.002" in submit(bob, db, session, 3, 4)


def test_it_is_first_scored_and_then_revealed_once(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    submit(bob, db, session, 3, 4)
    bob.get(f"/sessions/{session.id}")
    verbs = list(db.scalars(select(AuditEvent.verb).order_by(AuditEvent.number)))
    assert verbs.count("proposal:revealed") == 1
    assert verbs.index("scorecard:submitted") < verbs.index("proposal:revealed")


def test_keeping_ones_own_changes_nothing(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    submit(bob, db, session, 2, 4)
    said = bob.post(f"/sessions/{session.id}/proposals/{proposed(db)}", data={"reply": "keep"}, headers=HTMX)
    assert "You kept yours." in said.text
    assert sorted(db.scalars(select(Score.level))) == [2, 4]
    assert db.scalars(select(Proposal.level).where(Proposal.state == "proposed")).one() == 5
    assert db.scalars(select(AuditEvent.verb)).all()[-1] == "proposal:answered"


def test_changing_mine_needs_a_reason_and_keeps_the_first_score(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    submit(bob, db, session, 3, 4)
    address, change = f"/sessions/{session.id}/proposals/{proposed(db)}", {"reply": "change", "level": "4"}
    assert bob.post(address, data=change).status_code == 422
    assert bob.post(address, data={**change, "level": "3", "reason": "x"}).status_code == 422
    assert db.scalars(select(ProposalReply)).all() == []
    shown = bob.post(address, data={**change, "reason": "I had missed the second quote."}, headers=HTMX).text
    assert "You changed yours to 4." in shown
    kept = db.execute(select(Score.number, Score.level).join_from(Score, Proposal, Proposal.criterion_id == Score.criterion_id)
                      .where(Proposal.state == "proposed").order_by(Score.number)).all()  # fmt: skip
    assert [tuple(row) for row in kept] == [(1, 3), (2, 4)]


def test_agreeing_is_for_the_same_level_only(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    submit(bob, db, session, 3, 4)
    address = f"/sessions/{session.id}/proposals/{proposed(db)}"
    assert bob.post(address, data={"reply": "agree"}).status_code == 409
    assert sorted(db.scalars(select(Score.level))) == [3, 4]


def test_a_second_reply_is_refused_and_the_first_holds(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    submit(bob, db, session, 5, 4)
    address = f"/sessions/{session.id}/proposals/{proposed(db)}"
    assert bob.post(address, data={"reply": "agree"}).status_code == 303
    again = bob.post(address, data={"reply": "change", "level": "1", "reason": "x"})
    assert again.status_code == 409
    assert [reply.reply for reply in db.scalars(select(ProposalReply))] == ["agree"]
    assert sorted(db.scalars(select(Score.level))) == [4, 5]


def test_who_has_not_read_how_to_read_proposals_scores_but_sees_none(
    enter: Enter, db: Session, world: World, session: CandidateSession
) -> None:
    bob = enter(world.reviewer)
    shown = submit(bob, db, session, 3, 4)
    assert "Before you see what the machine proposes" in shown
    assert [canary for canary in CANARIES if canary in shown] == []
    assert bob.post(f"/sessions/{session.id}/proposals/{proposed(db)}", data={"reply": "keep"}).status_code == 403
    assert bob.post(f"/sessions/{session.id}/proposals").status_code == 303
    assert "Kanarienvogel" in bob.get(f"/sessions/{session.id}").text
    assert db.scalars(select(AuditEvent.verb).where(AuditEvent.verb == "member:trained")).all() == ["member:trained"]


def test_a_read_only_member_sees_no_proposal(enter: Enter, db: Session, world: World, session: CandidateSession) -> None:
    score(db, session, world.owner, 3, 3)
    world.reader.trained_at = NOW
    rita = enter(world.reader)
    assert [canary for canary in CANARIES if canary in rita.get(f"/sessions/{session.id}").text] == []
    assert rita.post(f"/sessions/{session.id}/proposals").status_code == 403
    assert rita.post(f"/sessions/{session.id}/proposals/{proposed(db)}", data={"reply": "keep"}).status_code == 403


def test_strangers_rivals_and_wrong_ids_find_nothing(
    stranger: FlaskClient, enter: Enter, bob: FlaskClient, db: Session, rival: World, session: CandidateSession
) -> None:
    address, mallory = f"/sessions/{session.id}/proposals/{proposed(db)}", enter(rival.owner)
    assert stranger.post(address, data={"reply": "keep"}).status_code == 302
    assert bob.post(address, data={"reply": "keep"}).status_code == 404  # own scores are not in
    submit(bob, db, session, 3, 4)
    assert bob.post(f"/sessions/{session.id}/proposals/nothing", data={"reply": "keep"}).status_code == 404
    assert bob.post(address, data={}).status_code == 422
    assert bob.post(address, data={"reply": "change", "level": "x", "reason": "y"}).status_code == 422
    assert bob.post(address, data={"reply": "keep"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert bob.put(address).status_code == 405
    assert [mallory.post(each, data={"reply": "keep"}).status_code for each in (address, address.rpartition("/")[0])] == [404, 404]


def test_erasing_takes_proposals_and_what_was_said_about_them(
    bob: FlaskClient, db: Session, world: World, session: CandidateSession
) -> None:
    submit(bob, db, session, 3, 4)
    bob.post(f"/sessions/{session.id}/proposals/{proposed(db)}", data={"reply": "keep"})
    db.refresh(session)
    erasure.erase(db, actor(world.owner), session, NOW)
    db.commit()
    page = bob.get(f"/sessions/{session.id}")
    assert page.status_code == 200
    assert [canary for canary in CANARIES if canary in page.text] == []
    assert db.scalars(select(ProposalReply)).all() == []
