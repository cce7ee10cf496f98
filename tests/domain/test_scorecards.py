"""Scores by people: complete, independent, on the scale, never overwritten once handed in."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import notes, reviews, scorecards
from domain.errors import Conflict, Invalid, NotFound
from models import AuditEvent, Score
from tests.factories import NOW, World, create_candidate_session
from tests.reviewing import actor, create_submitted, levels, score


def test_the_overall_is_the_weighted_mean_on_ten(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    given = score(db, session, world.reviewer, 5, 2)
    assert [criterion.weight for criterion in reviews.criteria(db, session.version_id)] == [67, 33]
    assert given.card.overall == pytest.approx(0.67 * 10 + 0.33 * 2.5, abs=0.01)
    assert session.scorecard_count == 1


@pytest.mark.parametrize(("anchors", "level", "of_ten"), [([1, 2, 3, 4, 5], 3, 5), ([1, 2, 3], 3, 10), ([2, 4], 2, 0), ([1, 3, 5], 3, 5)])
def test_levels_lie_evenly_on_ten(db: Session, world: World, anchors: list[int], level: int, of_ten: float) -> None:
    criterion = reviews.criteria(db, world.version.id)[0]
    criterion.anchors = [{"level": each, "text": "x"} for each in anchors]
    assert scorecards.on_scale(criterion, level) == of_ten


def test_it_names_what_is_missing(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    scorecards.save(db, actor(world.reviewer), session, levels(db, session, 4), NOW)
    with pytest.raises(scorecards.ScoresMissing, match="Planning"):
        scorecards.submit(db, actor(world.reviewer), session, NOW)
    with pytest.raises(scorecards.ScoresMissing, match="Listening, Planning"):
        scorecards.submit(db, actor(world.owner), session, NOW)


def test_submitting_twice_is_once(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    score(db, session, world.reviewer, 4, 4)
    scorecards.submit(db, actor(world.reviewer), session, NOW)
    submitted = select(AuditEvent).where(AuditEvent.verb == "scorecard:submitted")
    assert (len(db.scalars(submitted).all()), session.scorecard_count) == (1, 1)


def test_before_submitting_a_level_moves_in_place(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    for level in (2, 5):
        scorecards.save(db, actor(world.reviewer), session, levels(db, session, level), NOW)
    assert [row.level for row in db.scalars(select(Score))] == [5]


def test_after_submitting_a_change_needs_a_reason_and_keeps_the_old_score(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    before = score(db, session, world.reviewer, 4, 4).card.overall
    criterion_id = next(iter(levels(db, session, 1)))
    with pytest.raises(Invalid, match="say why"):
        scorecards.give(db, actor(world.reviewer), session, criterion_id, 1, "  ", NOW)
    given = scorecards.give(db, actor(world.reviewer), session, criterion_id, 1, "I misheard the middle part.", NOW)
    kept = db.scalars(select(Score).where(Score.criterion_id == criterion_id).order_by(Score.number)).all()
    assert [(row.number, row.level) for row in kept] == [(1, 4), (2, 1)]
    assert before is not None
    assert given.card.overall is not None
    assert given.card.overall < before


def test_it_refuses_a_level_without_an_anchor_and_a_strange_criterion(db: Session, world: World, rival: World) -> None:
    session = create_submitted(db, world)
    mine, theirs = (reviews.criteria(db, each.version.id)[0].id for each in (world, rival))
    with pytest.raises(Invalid, match="no level 6"):
        scorecards.give(db, actor(world.reviewer), session, mine, 6, "", NOW)
    with pytest.raises(NotFound):
        scorecards.give(db, actor(world.reviewer), session, theirs, 3, "", NOW)


@pytest.mark.parametrize("state", ["invited", "in_progress", "withdrawn", "expired"])
def test_only_a_submitted_interview_can_be_scored(db: Session, world: World, state: str) -> None:
    session = create_candidate_session(db, world, state)
    with pytest.raises(Conflict):
        scorecards.save(db, actor(world.reviewer), session, levels(db, session, 3), NOW)


def test_others_scores_and_notes_stay_hidden_until_ones_own_are_in(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    score(db, session, world.owner, 5, 5)
    notes.write(db, actor(world.owner), session, notes.NoteDraft(text="Strong."), NOW)
    scorecards.save(db, actor(world.reviewer), session, levels(db, session, 2), NOW)
    assert scorecards.visible(db, session, world.reviewer) == []
    assert notes.visible(db, session, world.reviewer) == []
    score(db, session, world.reviewer, 2, 2)
    assert [given.card.member_id for given in scorecards.visible(db, session, world.reviewer)] == [world.owner.id, world.reviewer.id]
    assert [note.text for note in notes.visible(db, session, world.reviewer)] == ["Strong."]


def test_a_read_only_member_who_cannot_score_sees_all(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    score(db, session, world.owner, 5, 5)
    assert len(scorecards.visible(db, session, world.reader)) == 1


def test_a_note_sent_twice_is_kept_once(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    draft = notes.NoteDraft(text="Clear example", at_seconds=12.5)
    first, second = (notes.write(db, actor(world.reviewer), session, draft, NOW) for _ in range(2))
    third = notes.write(db, actor(world.reviewer), session, notes.NoteDraft(text="Clear example", at_seconds=13), NOW)
    assert first.id == second.id != third.id


@pytest.mark.parametrize("text", ["", "   ", "x" * 2_000_000])
def test_it_refuses_an_empty_or_endless_note(db: Session, world: World, text: str) -> None:
    session = create_submitted(db, world)
    with pytest.raises(Invalid):
        notes.write(db, actor(world.reviewer), session, notes.NoteDraft(text=text), NOW)


def test_a_note_may_not_point_into_another_interview(db: Session, world: World, rival: World) -> None:
    session, theirs = create_submitted(db, world), reviews.criteria(db, rival.version.id)[0]
    with pytest.raises(NotFound):
        notes.write(db, actor(world.reviewer), session, notes.NoteDraft(text="x", criterion_id=theirs.id), NOW)
