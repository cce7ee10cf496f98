"""Question by question: everybody's answer to one question in a row, without names, in an order of each reviewer's own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import reviews, scorecards
from domain.errors import NotFound
from domain.reviews import Reply
from domain.scorecards import Given
from models import CandidateSession, Criterion, Member, Question, Scorecard

MOST: Final = 500
STAGES: Final = ("words", "voice", "face")


@dataclass(frozen=True)
class Turn:
    """One answer in the row: `place` of `of` counts from 1; `rubric` holds the criteria this question is for."""

    session: CandidateSession
    reply: Reply
    rubric: list[Criterion]
    given: Given | None
    place: int
    of: int
    completes: bool


def get_question(db: Session, question_id: str) -> Question:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Question).where(Question.id == question_id))
    if found is None:
        raise NotFound
    return found


def row(db: Session, member: Member, question: Question) -> list[str]:
    """Ids of the sessions to go through: submitted, not decided, not handed in by this member; at most the 500 that wait longest.

    The order depends on the member, so no candidate is always first; for one member it stays as it is.
    """
    mine = sa.exists().where(Scorecard.session_id == CandidateSession.id, Scorecard.member_id == member.id)
    interview_id = sa.select(CandidateSession.interview_id).where(CandidateSession.version_id == question.version_id).limit(1)
    waiting = sa.select(CandidateSession.id).where(
        CandidateSession.interview_id == interview_id.scalar_subquery(),
        CandidateSession.version_id == question.version_id,
        CandidateSession.is_test.is_(False),
        CandidateSession.desk == "waiting",
        ~mine.where(Scorecard.submitted_at.is_not(None)),
    )
    found = db.scalars(waiting.order_by(CandidateSession.due_at, CandidateSession.id).limit(MOST))
    return sorted(found, key=lambda session_id: hashlib.sha256(f"{member.id}{session_id}".encode()).digest())


def find_turn(db: Session, member: Member, question: Question, place: int) -> Turn | None:
    """The answer at this place of the member's row (the last one beyond its end), None when nothing waits."""
    ids = row(db, member, question)
    if not ids:
        return None
    place = min(max(place, 1), len(ids))
    session = reviews.get_session(db, ids[place - 1])
    whole = reviews.criteria(db, question.version_id)
    rubric = [each for each in whole if not each.question_positions or question.position in each.question_positions]
    given = scorecards.find(db, session.id, member.id)
    others = [each for each in whole if each not in rubric]
    completes = all(given is not None and given.level(each.id) is not None for each in others)
    return Turn(session, reviews.get_reply(db, session, member, question.id), rubric, given, place, len(ids), completes)
