"""Decisions: a person's, with a reason, after a person's score; taken back but never erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import decisions, scorecards
from domain.decisions import HumanScoreRequired
from domain.errors import Conflict, Invalid, NotFound
from models import AuditEvent, CandidateSession, Decision
from tests.factories import NOW, World
from tests.reviewing import actor, create_submitted, levels, score

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def scored(db: Session, world: World) -> CandidateSession:
    session = create_submitted(db, world)
    score(db, session, world.reviewer, 4, 3)
    return session


def test_nobody_decides_before_a_person_scored(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    scorecards.save(db, actor(world.owner), session, levels(db, session, 5, 5), NOW)
    with pytest.raises(HumanScoreRequired) as refused:
        decisions.decide(db, actor(world.owner), session, "advance", "Good.", "", NOW)
    assert (refused.value.status, refused.value.code) == (409, "human_score_required")


def test_it_stands_with_its_name_and_reason(db: Session, world: World, scored: CandidateSession) -> None:
    decisions.decide(db, actor(world.owner), scored, "advance", " Concrete example. ", "", NOW)
    holds = decisions.standing(decisions.history(db, scored.id))
    assert holds is not None
    assert (holds.member.name, holds.verdict, holds.reason) == ("Alice", "advance", "Concrete example.")
    db.refresh(scored)
    assert (scored.verdict, scored.desk) == ("advance", "decided")


@pytest.mark.parametrize(
    ("verdict", "reason"), [("advance", ""), ("advance", "  "), ("maybe", "x"), ("undo", "x"), ("", "x"), ("hold", "x" * 6000)]
)
def test_it_refuses_without_a_choice_or_a_reason(db: Session, world: World, scored: CandidateSession, verdict: str, reason: str) -> None:
    with pytest.raises(Invalid):
        decisions.decide(db, actor(world.owner), scored, verdict, reason, "", NOW)


def test_a_double_click_decides_once(db: Session, world: World, scored: CandidateSession) -> None:
    first, second = (decisions.decide(db, actor(world.owner), scored, "hold", "Ask again.", "", NOW) for _ in range(2))
    assert first.id == second.id


def test_a_stale_form_does_not_override_a_colleague(db: Session, world: World, scored: CandidateSession) -> None:
    decisions.decide(db, actor(world.owner), scored, "decline", "No example.", "", NOW)
    with pytest.raises(Conflict, match="Alice decided"):
        decisions.decide(db, actor(world.reviewer), scored, "advance", "Good.", "", LATER)
    assert scored.verdict == "decline"


def test_a_colleague_who_saw_it_may_decide_anew(db: Session, world: World, scored: CandidateSession) -> None:
    before = decisions.decide(db, actor(world.owner), scored, "decline", "No example.", "", NOW)
    decisions.decide(db, actor(world.reviewer), scored, "advance", "There is one at 0:40.", before.id, LATER)
    assert scored.verdict == "advance"


def test_undo_is_a_new_event_and_what_was_before_holds_again(db: Session, world: World, scored: CandidateSession) -> None:
    hold = decisions.decide(db, actor(world.owner), scored, "hold", "Ask again.", "", NOW)
    advance = decisions.decide(db, actor(world.owner), scored, "advance", "Asked.", hold.id, LATER)
    left = decisions.undo(db, actor(world.owner), scored, advance.id, "Wrong person.", LATER + timedelta(minutes=1))
    assert left is not None
    assert (left.id, scored.verdict) == (hold.id, "hold")
    assert decisions.undo(db, actor(world.owner), scored, hold.id, "Too early.", LATER + timedelta(minutes=2)) is None
    assert scored.verdict == ""
    assert len(db.scalars(select(Decision)).all()) == 4
    assert list(db.scalars(select(AuditEvent.verb).order_by(AuditEvent.number)))[-2:] == ["decision:undone"] * 2


def test_undoing_twice_or_what_no_longer_stands(db: Session, world: World, scored: CandidateSession) -> None:
    first = decisions.decide(db, actor(world.owner), scored, "hold", "Ask again.", "", NOW)
    second = decisions.decide(db, actor(world.owner), scored, "advance", "Asked.", first.id, LATER)
    with pytest.raises(Conflict):
        decisions.undo(db, actor(world.owner), scored, first.id, "x", LATER)
    for _ in range(2):
        decisions.undo(db, actor(world.owner), scored, second.id, "x", LATER + timedelta(minutes=1))
    assert scored.verdict == "hold"
    with pytest.raises(NotFound):
        decisions.undo(db, actor(world.owner), scored, "nothing", "x", LATER)
