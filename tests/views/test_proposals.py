"""The page of people and machine: what it shows, to whom, and that nothing of a single proposal is on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from domain import proposal_records, settings
from domain.agreement import Agreement
from domain.audit import Actor
from domain.proposal_records import Made
from domain.proposals import Outcome
from jobs.propose import READ_BY
from models import AuditEvent, Proposal, ProposerModel, Score, Scorecard, serve
from tests.factories import NOW, World, create_candidate_session
from tests.views.conftest import Enter

GOOD = Agreement(60, 0.7, 0.62, 0.78, 0.4, 0.6, 0.95)


def scored(db: Session, world: World, count: int) -> None:
    """Sessions the reviewer scored and the machine looked at, with what the reviewer did after a look."""
    for number in range(count):
        session = create_candidate_session(db, world, "submitted")
        level = 1 + number % 5
        card = Scorecard(
            employer_id=world.employer.id, session_id=session.id, member_id=world.reviewer.id, created_at=NOW, submitted_at=NOW
        )
        db.add(card)
        db.flush()
        for criterion in world.version.criteria:
            at = NOW + timedelta(days=number)
            db.add(Score(employer_id=world.employer.id, scorecard_id=card.id, criterion_id=criterion.id, level=level, at=at))
        value = (level - 1) * 2.5
        outcome = Outcome("calibrated", level=level, value=value, low=2.0, high=8.0, silent=value, reasoning="CANARY", record=GOOD)
        made = [Made(criterion, outcome, [], {}, "0" * 64) for criterion in world.version.criteria]
        run = proposal_records.store(db, session, made, "CANARY", NOW)
        proposal_records.reveal(db, Actor(world.employer.id, "member", world.reviewer.id), session.id, world.reviewer, NOW)
        for proposal in run.proposals:
            proposal_records.reply(db, world.reviewer, proposal.id, "agree", level, "", NOW + timedelta(seconds=1))
    db.commit()


def test_with_nothing_switched_on_it_says_so(alice: FlaskClient) -> None:
    page = alice.get("/proposals").text
    assert "switched on for no interview" in page
    assert "at least 50 scored answers" in page
    assert "Nothing to compare yet" in page


def test_it_shows_the_floor_the_record_and_who_answers_within_seconds(alice: FlaskClient, db: Session, world: World) -> None:
    settings.switch_proposals(db, world.actor, world.interview, True, "to find evidence faster", NOW)
    scored(db, world, 12)
    page = alice.get("/proposals").text
    assert "Listening" in page
    assert "0 of 50" in page
    assert "<svg" in page
    assert ">1.00<" in page.replace(" ", "")
    assert "Ruth" in page or world.reviewer.name in page
    assert "answers within seconds" in page
    assert "changes scores often" not in page


def test_no_single_proposal_is_on_it(alice: FlaskClient, db: Session, world: World) -> None:
    scored(db, world, 3)
    assert "CANARY" not in alice.get("/proposals").text
    assert "too few to say" in alice.get("/proposals").text
    exported = alice.post("/proposals/export", data={"as": "json"}).json
    assert exported is not None
    assert all(row["kappa"] is None for row in exported)


def test_a_record_above_the_floor_is_told_apart(alice: FlaskClient, db: Session, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.switch_proposals(db, world.actor, world.interview, True, "to find evidence faster", NOW)
    monkeypatch.setattr("domain.proposing.fingerprint", lambda asked: asked.rubric.name)
    values = {"encoder": READ_BY, "n": 60, "agreement": GOOD.as_json(), "parameters": {}, "sources": [], "data": b""}
    proposal_records.store_model(db, world.employer.id, "Listening", values, NOW)
    proposal_records.store_model(db, world.employer.id, "Planning", values | {"encoder": "one that is used no more"}, NOW)
    db.commit()
    page = alice.get("/proposals").text
    assert page.count("shown after own scores") == 1
    assert "withheld" in page
    assert db.scalar(sa.select(ProposerModel)) is not None


def test_the_figures_can_be_taken_away_and_that_is_written_down(alice: FlaskClient, db: Session, world: World) -> None:
    scored(db, world, 12)
    text = alice.post("/proposals/export").text
    assert "group,name,n,kappa" in text
    assert "criterion,Listening,12,1.00" in text
    assert f"reviewer,{world.reviewer.name},24" in text
    assert "over time" in text
    events = db.scalars(sa.select(AuditEvent).where(AuditEvent.verb == "data:exported")).all()
    assert [event.data for event in events] == [{"what": "people and machine", "rows": 4}]


def test_only_those_who_answer_for_it_see_it(enter: Enter, stranger: FlaskClient, world: World) -> None:
    assert stranger.get("/proposals").status_code == 302
    assert stranger.post("/proposals/export").status_code == 302
    for member in (world.reviewer, world.reader):
        assert enter(member).get("/proposals").status_code == 403
        assert enter(member).post("/proposals/export").status_code == 403
        assert "People and machine" not in enter(member).get("/figures").text
    assert enter(world.owner).get("/proposals/export").status_code == 405
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    assert enter(world.owner).post("/proposals/export", headers=foreign).status_code == 403


def test_a_rival_sees_nothing_of_it(enter: Enter, db: Session, world: World, rival: World) -> None:
    serve(db, world.employer.id)
    scored(db, world, 12)
    assert "Listening" not in enter(rival.owner).get("/proposals").text
    assert world.reviewer.name not in enter(rival.owner).post("/proposals/export").text


def test_where_scores_and_looks_exist_but_no_level_it_does_not_deny_them(alice: FlaskClient, db: Session, world: World) -> None:
    scored(db, world, 3)
    for proposal in db.scalars(sa.select(Proposal)):
        proposal.state, proposal.silent_value, proposal.level = "withheld", None, None
    db.commit()
    page = alice.get("/proposals").text
    assert "Until enough answers are scored it gives none" in page
    assert "No reviewer’s own first score stands beside a level" in page
    assert "Nobody has scored" not in page
