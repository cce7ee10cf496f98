"""The review page and everything a reviewer does on it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import erasure, jobs, reviews
from models import Accommodation, AuditEvent, CandidateSession, Decision, Job, Media, Note, Notice, Score, Scorecard, Take, Transcript, View
from tests.factories import NOW, World
from tests.reviewing import SAID, WRITTEN, actor, create_submitted, levels, score
from tests.views.conftest import Enter

HTMX = {"HX-Request": "true"}
GOOD = {"verdict": "advance", "reason": "A concrete example.", "seen": ""}


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    made = create_submitted(db, world)
    db.commit()
    return made


@pytest.fixture
def bob(enter: Enter, world: World) -> FlaskClient:
    return enter(world.reviewer)


def fields(db: Session, session: CandidateSession, *given: int) -> dict[str, str]:
    return {f"level-{criterion}": str(level) for criterion, level in levels(db, session, *given).items()}


def verbs(db: Session) -> list[str]:
    return list(db.scalars(select(AuditEvent.verb).order_by(AuditEvent.number)))


def changes(db: Session, session: CandidateSession) -> dict[str, dict[str, str]]:
    """Every changing address of the page with a form that works."""
    question, take = reviews.questions(db, session.version_id)[0].id, db.scalars(select(Take.id)).first()
    at = f"/sessions/{session.id}"
    return {
        f"{at}/scorecard": fields(db, session, 4, 4),
        f"{at}/scorecard/{next(iter(levels(db, session, 1)))}": {"level": "4", "reason": "x"},
        f"{at}/notes": {"text": "Good"},
        f"{at}/decision": GOOD,
        f"{at}/decision/nothing/undo": {"reason": "x"},
        f"{at}/takes/{take}/retry": {},
        f"{at}/answers/{question}/open": {},
    }


def test_why_there_are_no_words_is_said(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    for row in db.scalars(select(Transcript)):
        jobs.add(db, row.employer_id, "prepare", row.take_id, NOW).state = "done"
        db.delete(row)
    db.commit()
    why = "the candidate was told that nothing is written down"
    assert why not in bob.get(f"/sessions/{session.id}").text
    db.scalars(select(Notice)).one().transcribes = False
    db.commit()
    assert why in bob.get(f"/sessions/{session.id}").text


def test_the_page_shows_answers_words_and_anchors(bob: FlaskClient, session: CandidateSession) -> None:
    page = bob.get(f"/sessions/{session.id}").text
    assert "Carla Candidate" in page
    assert all(f">{word}<" in page for word in SAID.split())
    assert all(f"<i>{word}</i>" in page for word in WRITTEN.split())
    assert "behaviour that earns 5" in page
    assert 'data-times="0 0.5 1' in page


def test_a_long_answer_is_a_small_page(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    """Fifteen minutes of 150 words a minute fit: words take little more than their letters, the waveform is as wide as the page."""
    said, media = db.scalars(select(Transcript)).one(), db.scalars(select(Media)).one()
    words = [{"start": n * 0.4, "end": n * 0.4 + 0.3, "word": " customer"[not n :], "p": 0.9} for n in range(2250)]
    said.segments = [{"start": 0.0, "end": 900.0, "text": "", "low": False, "words": words}]
    media.peaks = [10, 99, 10] * 3000
    db.commit()
    page = bob.get(f"/sessions/{session.id}")
    assert page.text.count("<i>customer</i>") >= 2250
    assert len(page.data) < 75_000
    assert 'viewBox="0 0 237 100"' in page.text


@pytest.mark.parametrize("part", ["scorecard", "notes", "decision"])
def test_a_fragment_and_the_page_agree(bob: FlaskClient, session: CandidateSession, part: str) -> None:
    address = f"/sessions/{session.id}/{part}"
    alone, page = bob.get(address, headers=HTMX).text, bob.get(address).text
    assert alone.startswith(f'<section id="{part}"')
    assert alone.strip() in page
    assert alone.strip() in bob.get(f"/sessions/{session.id}").text


@pytest.mark.parametrize("part", ["player", "words"])
def test_an_answers_parts_have_addresses(bob: FlaskClient, db: Session, session: CandidateSession, part: str) -> None:
    first, second, _ = reviews.questions(db, session.version_id)
    ready = bob.get(f"/sessions/{session.id}/answers/{first.id}/{part}", headers=HTMX).text
    assert f'id="{part}-{first.id}"' in ready
    assert "hx-trigger" not in ready
    waiting = bob.get(f"/sessions/{session.id}/answers/{second.id}/{part}", headers=HTMX).text
    assert 'hx-trigger="every 3s"' in waiting
    assert bob.get(f"/sessions/{session.id}/answers/{first.id}/else").status_code == 404


def test_scoring_saves_as_it_goes_and_submits_once(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    address = f"/sessions/{session.id}/scorecard"
    assert "1 of 2 saved" in bob.post(address, data=fields(db, session, 4), headers=HTMX).text
    done = bob.post(address, data={**fields(db, session, 4, 3), "then": "submit"}, headers=HTMX)
    assert "Your scores are in" in done.text
    assert 'hx-target="#decision"' in done.text
    assert bob.post(address, data={**fields(db, session, 4, 3), "then": "submit"}, headers=HTMX).status_code == 200
    assert sorted(db.scalars(select(Score.level))) == [3, 4]
    assert verbs(db).count("scorecard:submitted") == 1


def test_without_javascript_scoring_comes_back_to_the_page(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    response = bob.post(f"/sessions/{session.id}/scorecard", data={**fields(db, session, 4, 3), "then": "submit"})
    assert response.status_code == 303
    assert "Your scores are in" in bob.get(response.location).text


def test_an_incomplete_scorecard_names_what_is_missing(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    address = f"/sessions/{session.id}/scorecard"
    refused = bob.post(address, data={**fields(db, session, 4), "then": "submit"})
    assert refused.status_code == 422
    assert "Still without a level: Planning" in refused.text
    assert db.scalars(select(Score.level)).all() == [4], "what was chosen is kept"
    assert refused.text.count("checked") == 1
    assert "data-toast" in bob.post(address, data={**fields(db, session, 4), "then": "submit"}, headers=HTMX).text


@pytest.mark.parametrize("level", ["9", "x", "-1", "999999999999", "²"])
def test_a_level_that_does_not_exist_is_refused(bob: FlaskClient, db: Session, session: CandidateSession, level: str) -> None:
    name = next(iter(fields(db, session, 4)))
    assert bob.post(f"/sessions/{session.id}/scorecard", data={name: level}).status_code == 422
    assert db.scalars(select(Score)).all() == []


def test_others_scores_are_in_no_answer_before_ones_own(bob: FlaskClient, db: Session, world: World, session: CandidateSession) -> None:
    score(db, session, world.owner, 5, 5)
    db.commit()
    for path in ("", "/scorecard", "/notes", "/decision"):
        text = bob.get(f"/sessions/{session.id}{path}", headers=HTMX if path else {}).text
        assert "Alice" not in text
        assert "10.0" not in text
    bob.post(f"/sessions/{session.id}/scorecard", data={**fields(db, session, 1, 3), "then": "submit"})
    text = bob.get(f"/sessions/{session.id}").text
    assert "Alice" in text
    assert "4 apart" in text
    assert "<strong>Alice</strong>: 4 higher on Listening, 3.0 higher on average" in text
    assert "Krippendorff" in text


def test_nobody_decides_before_a_score(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    refused = bob.post(f"/sessions/{session.id}/decision", data=GOOD)
    assert refused.status_code == 409
    assert "A person must score" in refused.text
    assert db.scalars(select(Decision)).all() == []
    json = bob.post(f"/sessions/{session.id}/decision", data=GOOD, headers={**HTMX, "Accept": "application/json"})
    assert json.get_json()["error"]["code"] == "human_score_required"


def test_a_decision_and_its_undoing(bob: FlaskClient, db: Session, world: World, session: CandidateSession) -> None:
    score(db, session, world.reviewer, 4, 4)
    db.commit()
    assert "Advance" in bob.post(f"/sessions/{session.id}/decision", data=GOOD, headers=HTMX).text
    decision = db.scalars(select(Decision.id)).one()
    back = bob.post(f"/sessions/{session.id}/decision/{decision}/undo", data={"reason": "Too early."})
    assert back.status_code == 303
    assert "Too early." in bob.get(f"/sessions/{session.id}").text
    assert verbs(db)[-2:] == ["decision:made", "decision:undone"]


def test_a_stale_decision_keeps_what_was_typed(bob: FlaskClient, db: Session, world: World, session: CandidateSession) -> None:
    score(db, session, world.reviewer, 4, 4)
    db.commit()
    bob.post(f"/sessions/{session.id}/decision", data=GOOD)
    stale = bob.post(f"/sessions/{session.id}/decision", data={"verdict": "decline", "reason": "My long reason.", "seen": ""})
    assert stale.status_code == 409
    assert "Bob decided in the meantime." in stale.text
    assert "My long reason." in stale.text


def test_a_note_of_two_megabytes_is_refused_and_given_back(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    refused = bob.post(f"/sessions/{session.id}/notes", data={"text": "x" * 2_000_000})
    assert refused.status_code == 422
    assert "2,000,000" in refused.text
    assert "x" * 2_000_000 in refused.text
    assert db.scalars(select(Note)).all() == []


def test_a_note_is_shown_as_text_whatever_it_holds(bob: FlaskClient, session: CandidateSession) -> None:
    hostile = "<img src=x onerror=alert(1)><div hx-get=/ hx-trigger=load>"
    shown = bob.post(f"/sessions/{session.id}/notes", data={"text": hostile, "at_seconds": "12.4"}, headers=HTMX).text
    assert "&lt;img src=x" in shown
    assert "<img" not in shown
    assert "0:12" in shown


@pytest.mark.parametrize("at", ["-1", "x", "1e99", "nan"])
def test_a_moment_that_is_none_is_refused(bob: FlaskClient, session: CandidateSession, at: str) -> None:
    assert bob.post(f"/sessions/{session.id}/notes", data={"text": "x", "at_seconds": at}).status_code == 422


def test_opening_an_answer_is_remembered_once(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    bob.get(f"/sessions/{session.id}")
    assert db.scalars(select(View)).all() == []
    question = reviews.questions(db, session.version_id)[0].id
    for _ in range(2):
        assert bob.post(f"/sessions/{session.id}/answers/{question}/open", headers=HTMX).status_code == 204
    assert len(db.scalars(select(View)).all()) == 1
    assert verbs(db).count("session:viewed") == 1


def test_failed_work_says_why_and_is_tried_again(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    take = db.scalars(select(Take).where(Take.kind == "audio")).one()
    job = Job(employer_id=take.employer_id, kind="prepare", subject_id=take.id, state="parked", not_before=NOW, created_at=NOW)
    job.error = "The file ends before its index."
    db.add(job)
    db.commit()
    assert "The file ends before its index." in bob.get(f"/sessions/{session.id}").text
    again = bob.post(f"/sessions/{session.id}/takes/{take.id}/retry", headers=HTMX)
    assert "Waiting to be prepared" in again.text
    db.refresh(job)
    assert (job.state, verbs(db)[-1]) == ("waiting", "job:retried")
    assert bob.post(f"/sessions/{session.id}/takes/{take.id}/retry").status_code == 409


def test_media_is_reached_through_a_fresh_address(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    take = db.scalars(select(Take).where(Take.kind == "video")).one()
    assert bob.get(f"/sessions/{session.id}/takes/{take.id}/captions").location.startswith("/media/")
    assert bob.get(f"/sessions/{session.id}/takes/{take.id}/original").status_code == 404
    assert bob.get(f"/sessions/{session.id}/takes/nothing/playback").status_code == 404


def test_a_read_only_member_sees_but_cannot_change(enter: Enter, db: Session, world: World, session: CandidateSession) -> None:
    rita = enter(world.reader)
    page = rita.get(f"/sessions/{session.id}")
    assert page.status_code == 200
    assert "Submit my scores" not in page.text
    assert all(words in page.text for words in ("Nobody has submitted scores yet.", "Nobody has decided yet.", "No notes yet."))
    answers = {address: rita.post(address, data=form).status_code for address, form in changes(db, session).items()}
    assert {address: status for address, status in answers.items() if status != 403} == {
        next(a for a in answers if a.endswith("/open")): 303
    }
    assert db.scalars(select(Scorecard)).all() == []


def test_a_rivals_member_gets_404_as_for_an_unknown_id(enter: Enter, db: Session, rival: World, session: CandidateSession) -> None:
    mallory, forms, page = enter(rival.owner), changes(db, session), f"/sessions/{session.id}"
    assert mallory.get(page).status_code == 404
    assert mallory.get(page).data == mallory.get("/sessions/nothing").data
    for address, form in forms.items():
        assert mallory.post(address, data=form).status_code == 404, address


def test_a_wrong_method_is_refused(bob: FlaskClient, session: CandidateSession) -> None:
    assert bob.delete(f"/sessions/{session.id}").status_code == 405
    assert bob.get(f"/sessions/{session.id}/decision/x/undo").status_code == 405


def test_another_website_cannot_decide(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    for address, form in changes(db, session).items():
        assert bob.post(address, data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403, address


def test_a_session_erased_while_open_answers_404_and_keeps_the_form(bob: FlaskClient, session: CandidateSession) -> None:
    address = f"/sessions/{'0' * 26}/notes"
    gone = bob.post(address, data={"text": "typed"}, headers=HTMX)
    assert gone.status_code == 404
    assert gone.text.strip().startswith("<hx-partial")


# --- evidence and corrected words


def part(session: CandidateSession, question_id: str, name: str) -> str:
    return f"/sessions/{session.id}/answers/{question_id}/{name}"


def test_evidence_is_kept_as_offsets_and_shown_word_for_word(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    spoken, _, written = reviews.questions(db, session.version_id)
    criterion = next(iter(levels(db, session, 1)))
    quoted = {"question_id": spoken.id, "criterion_id": criterion, "version": "1", "first": "2", "last": "4", "quote": "invented"}
    assert "<blockquote>let her tell</blockquote>" in bob.post(f"/sessions/{session.id}/notes", data=quoted, headers=HTMX).text
    bob.post(f"/sessions/{session.id}/notes", data={"question_id": written.id, "version": "0", "first": "0", "last": "2"})
    first, second = db.scalars(select(Note).order_by(Note.created_at, Note.id))
    assert (first.quote, SAID[first.quote_start : first.quote_end], first.at_seconds) == ("let her tell", "let her tell", 1.0)
    assert (second.quote, second.at_seconds) == ("I would ask", None)


@pytest.mark.parametrize(("first", "last"), [("-1", "2"), ("3", "2"), ("0", "99"), ("x", "2")])
def test_words_that_are_not_in_the_answer_are_no_evidence(
    bob: FlaskClient, db: Session, session: CandidateSession, first: str, last: str
) -> None:
    question = reviews.questions(db, session.version_id)[0].id
    quoted = {"question_id": question, "version": "1", "first": first, "last": last}
    assert bob.post(f"/sessions/{session.id}/notes", data=quoted, headers=HTMX).status_code == 422
    assert db.scalars(select(Note)).all() == []


def test_a_correction_stands_beside_the_machines_words_with_its_author(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    question = reviews.questions(db, session.version_id)[0].id
    assert SAID in bob.get(part(session, question, "correct"), headers=HTMX).text
    form = {"text": "First I let them tell me everything", "number": "1"}
    shown = bob.post(part(session, question, "words"), data=form, headers=HTMX).text
    assert "<i>them</i>" in shown
    assert "Corrected by a reviewer" in shown
    versions = bob.get(part(session, question, "versions"), headers=HTMX).text
    assert "Version 2, by Bob" in versions
    assert "Version 1, by the machine" in versions
    assert SAID in versions
    assert verbs(db)[-1] == "transcript:corrected"


def test_evidence_stays_what_it_was_when_the_words_are_corrected(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    question = reviews.questions(db, session.version_id)[0].id
    bob.post(part(session, question, "words"), data={"text": "Everything else", "number": "1"})
    stale = {"question_id": question, "version": "1", "first": "2", "last": "4"}
    assert "let her tell" in bob.post(f"/sessions/{session.id}/notes", data=stale, headers=HTMX).text


def test_two_who_correct_at_once_lose_nothing(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    question = reviews.questions(db, session.version_id)[0].id
    address = part(session, question, "words")
    bob.post(address, data={"text": "The first correction", "number": "1"})
    late = bob.post(address, data={"text": "The second correction", "number": "1"})
    assert late.status_code == 409
    assert "Somebody corrected this transcript since you opened it." in late.text
    assert "The second correction" in late.text
    assert (
        bob.post(part(session, reviews.questions(db, session.version_id)[2].id, "words"), data={"text": "x", "number": "0"}).status_code
        == 404
    )


# --- at once, twice, too late


def test_a_score_of_an_old_tab_does_not_slip_past_a_submitted_scorecard(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    address = f"/sessions/{session.id}/scorecard"
    bob.post(address, data={**fields(db, session, 4, 3), "then": "submit"}, headers=HTMX)
    stale = bob.post(address, data=fields(db, session, 1, 1), headers=HTMX)
    assert stale.status_code == 422
    assert "To change one, say why." in stale.text
    assert sorted(db.scalars(select(Score.level))) == [3, 4]


def test_two_reviewers_at_once_each_keep_their_own(
    enter: Enter, bob: FlaskClient, db: Session, world: World, session: CandidateSession
) -> None:
    alice, address = enter(world.owner), f"/sessions/{session.id}/scorecard"
    for client, given in ((bob, (4, 3)), (alice, (1, 1)), (bob, (5, 3))):
        assert client.post(address, data=fields(db, session, *given), headers=HTMX).status_code == 200
    for client in (bob, alice):
        assert "Your scores are in" in client.post(address, data={"then": "submit"}, headers=HTMX).text
    assert sorted(db.scalars(select(Score.level))) == [1, 1, 3, 5]
    db.refresh(session)
    assert session.scorecard_count == 2


def test_a_session_erased_while_it_is_open_says_so_and_stays_erased(
    bob: FlaskClient, db: Session, world: World, session: CandidateSession
) -> None:
    question = reviews.questions(db, session.version_id)[0].id
    bob.post(f"/sessions/{session.id}/notes", data={"question_id": question, "version": "1", "first": "0", "last": "3"})
    erasure.erase(db, actor(world.owner), session, NOW)
    db.commit()
    page = bob.get(f"/sessions/{session.id}")
    assert "Removed on 2 Nov 2026" in page.text
    assert SAID[:10] not in page.text
    quoted = {"question_id": question, "version": "1", "first": "0", "last": "3"}
    assert bob.post(f"/sessions/{session.id}/notes", data=quoted, headers=HTMX).status_code == 422
    assert bob.post(part(session, question, "words"), data={"text": "x", "number": "1"}, headers=HTMX).status_code == 404
    assert bob.post(f"/sessions/{session.id}/notes", data={"text": "My remark stays."}).status_code == 303


def test_how_somebody_was_accommodated_is_nowhere_on_the_page(bob: FlaskClient, db: Session, session: CandidateSession) -> None:
    before = bob.get(f"/sessions/{session.id}").text
    asked = {"session_id": session.id, "employer_id": session.employer_id, "created_at": NOW}
    db.add(Accommodation(**asked, more_time=True, other_kinds=True, more_retakes=True))
    db.commit()
    assert bob.get(f"/sessions/{session.id}").text == before


def test_keys_and_help_name_the_levels_that_can_be_given(bob: FlaskClient, db: Session, world: World, session: CandidateSession) -> None:
    for criterion in reviews.criteria(db, world.version.id):
        criterion.anchors = [anchor for anchor in criterion.anchors if anchor["level"] in (1, 3, 5)]
    db.commit()
    page = bob.get(f"/sessions/{session.id}").text
    assert page.count("<kbd>1</kbd> <kbd>3</kbd> <kbd>5</kbd>") == 2
    assert "<kbd>1</kbd>–<kbd>5</kbd>" not in page


def test_players_have_names_and_the_scores_are_one_link_away(bob: FlaskClient, session: CandidateSession) -> None:
    page = bob.get(f"/sessions/{session.id}").text
    assert 'aria-label="Answer 1, video"' in page
    assert '<a class="skip" href="#judge">Skip to scores</a>' in page
