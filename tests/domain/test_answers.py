"""When an interview is complete, and what is said to be missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from domain import accommodations, answers
from domain.accommodations import Wishes
from domain.answers import Claimed
from domain.errors import NotComplete, Refused, SessionEnded
from models import Answer, CandidateSession, Question, Take
from tests.factories import NOW, World, create_candidate_session


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    return create_candidate_session(db, world)


def answer(db: Session, session: CandidateSession, question: Question, state: str = "verified", kind: str = "video") -> Take:
    take = Take(
        employer_id=session.employer_id,
        session_id=session.id,
        question_id=question.id,
        client_id=question.id,
        kind=kind,
        state=state,
        text="words" if kind == "text" else None,
        bytes=5,
        sha256="a" * 64,
        created_at=NOW,
    )
    db.add(take)
    db.flush()
    db.add(Answer(employer_id=session.employer_id, session_id=session.id, question_id=question.id, take_id=take.id, saved_at=NOW))
    db.flush()
    return take


def missing(db: Session, session: CandidateSession, **claims: Claimed) -> list[dict[str, str]]:
    with pytest.raises(NotComplete) as refused:
        answers.submit(db, session, claims, NOW)
    found: list[dict[str, str]] = refused.value.details["missing"]
    return found


@pytest.mark.parametrize(
    ("state", "reason"), [("recording", "incomplete"), ("closed", "incomplete"), ("damaged", "damaged"), ("discarded", "incomplete")]
)
def test_an_answer_the_server_does_not_hold_whole_stands_in_the_way(
    db: Session, world: World, session: CandidateSession, state: str, reason: str
) -> None:
    first, *rest = world.version.questions
    answer(db, session, first, state)
    for question in rest:
        answer(db, session, question)
    assert missing(db, session) == [{"question_id": first.id, "reason": reason}]


def test_a_difference_between_browser_and_server_stands_in_the_way(db: Session, world: World, session: CandidateSession) -> None:
    for question in world.version.questions:
        answer(db, session, question)
    first = world.version.questions[0].id
    assert missing(db, session, **{first: Claimed(bytes=6)}) == [{"question_id": first, "reason": "mismatch"}]
    assert missing(db, session, **{first: Claimed(sha256="b" * 64)}) == [{"question_id": first, "reason": "mismatch"}]
    assert answers.submit(db, session, {first: Claimed("a" * 64, 5)}, NOW)
    assert (session.state, session.submitted_at, session.promise_at) == ("submitted", NOW, NOW + timedelta(days=10))


def test_a_claim_about_a_foreign_question_is_refused(db: Session, session: CandidateSession) -> None:
    with pytest.raises(Refused, match="no question"):
        answers.submit(db, session, {"elsewhere": Claimed()}, NOW)


def test_after_the_deadline_nothing_is_submitted(db: Session, world: World, session: CandidateSession) -> None:
    for question in world.version.questions:
        answer(db, session, question)
    with pytest.raises(SessionEnded):
        answers.submit(db, session, {}, session.deadline)


def test_asking_for_another_way_is_replaced_not_piled_up(db: Session, session: CandidateSession) -> None:
    accommodations.grant(db, session, Wishes(more_time=True, more_retakes=True), NOW)
    granted = accommodations.grant(db, session, Wishes(other_kinds=True), NOW)
    assert accommodations.time_factor(granted) == 1
    assert accommodations.extra_retakes(granted) == 0
    assert accommodations.kinds(["video"], granted) == ["video", "audio", "text"]
    assert accommodations.kinds(["text"], None) == ["text"]
