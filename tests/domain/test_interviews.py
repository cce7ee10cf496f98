"""Stages: a decision to advance invites by itself, once; taking it back withdraws the invitation unless it was begun."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import drafts, interviews, stages
from domain.audit import broken_at
from domain.designs import InterviewDesign
from domain.errors import NotFound
from models import CandidateSession, Interview, Mail, serve
from tests.factories import NOW, World, create_candidate_session


@pytest.fixture
def second(db: Session, world: World) -> Interview:
    made = interviews.create_stage(db, world.actor, world.interview, NOW)
    interviews.publish(db, world.actor, made, NOW)
    return made


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    made = create_candidate_session(db, world, "submitted")
    made.verdict = "advance"
    return made


def following(db: Session, second: Interview) -> list[CandidateSession]:
    return list(db.scalars(select(CandidateSession).where(CandidateSession.interview_id == second.id)))


def test_advancing_invites_to_the_next_stage_once(db: Session, world: World, second: Interview, session: CandidateSession) -> None:
    for _ in range(2):
        stages.follow(db, world.actor, session, NOW)
    [following_session] = following(db, second)
    assert (following_session.state, following_session.previous_id) == ("invited", session.id)
    assert following_session.candidate_id == session.candidate_id, "the same person, not a second one"
    assert [mail.kind for mail in db.scalars(select(Mail))] == ["next_stage"]
    assert broken_at(db, world.employer.id) is None


def test_without_a_published_next_stage_nothing_happens(db: Session, world: World, session: CandidateSession) -> None:
    draft = interviews.create_stage(db, world.actor, world.interview, NOW)
    stages.follow(db, world.actor, session, NOW)
    assert following(db, draft) == []


def test_taking_it_back_withdraws_an_unbegun_invitation(db: Session, world: World, second: Interview, session: CandidateSession) -> None:
    stages.follow(db, world.actor, session, NOW)
    session.verdict = "hold"
    stages.follow(db, world.actor, session, NOW)
    assert [one.state for one in following(db, second)] == ["cancelled"]
    session.verdict = "advance"
    stages.follow(db, world.actor, session, NOW)
    assert sorted(one.state for one in following(db, second)) == ["cancelled", "invited"]


def test_what_was_begun_is_not_taken_away(db: Session, world: World, second: Interview, session: CandidateSession) -> None:
    stages.follow(db, world.actor, session, NOW)
    following(db, second)[0].state = "in_progress"
    session.verdict = ""
    stages.follow(db, world.actor, session, NOW)
    assert following(db, second)[0].state == "in_progress"


def test_a_test_advances_silently(db: Session, world: World, second: Interview, session: CandidateSession) -> None:
    session.is_test = True
    stages.follow(db, world.actor, session, NOW)
    assert following(db, second)[0].is_test
    assert db.scalars(select(Mail)).all() == []


def test_a_later_stage_keeps_the_openings_name(db: Session, world: World, second: Interview) -> None:
    changed = {**second.draft, "opening": "Something else"}
    interviews.save_draft(db, world.actor, second, changed, interviews.Page(1, "e"), NOW)
    assert second.draft["opening"] == world.interview.opening.title == "Support agent"


def test_archived_stages_are_passed_over(db: Session, world: World, second: Interview) -> None:
    assert interviews.find_next_stage(db, world.interview) == second
    interviews.archive(db, world.actor, second, NOW)
    assert interviews.find_next_stage(db, world.interview) is None


def test_previews_are_never_published_versions(db: Session, world: World) -> None:
    world.interview.draft = {**world.interview.draft, "title": "Other"}
    first = interviews.preview(db, world.actor, world.interview, "https://greenroom.test", NOW)
    again = interviews.preview(db, world.actor, world.interview, "https://greenroom.test", NOW)
    assert first == again
    world.interview.draft = {**world.interview.draft, "title": "Another"}
    newer = interviews.preview(db, world.actor, world.interview, "https://greenroom.test", NOW)
    assert newer != first
    assert interviews.find_published(db, world.interview.id) == world.version
    with pytest.raises(NotFound):
        interviews.get_version(db, world.interview, 0)


def test_another_employers_interview_is_not_found(db: Session, world: World, rival: World) -> None:
    interview_id = world.interview.id
    serve(db, rival.employer.id)
    with pytest.raises(NotFound):
        interviews.get_interview(db, interview_id)


def test_a_draft_of_an_older_shape_can_still_be_edited(db: Session, world: World) -> None:
    world.interview.draft = drafts.from_design(InterviewDesign.model_validate(world.version.design))
    assert drafts.check(world.interview.draft).is_ready
