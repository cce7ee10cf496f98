"""Question by question: everybody's answer to one question in a row, without names, in an order of each reviewer's own.

Words first; voice, then face, one step at a time and written down. Until a step is taken nothing that leads further is given out:
an answer goes by a handle that only means something to this reviewer.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import media, reviews, scorecards
from domain.audit import Actor
from domain.errors import Forbidden, NotFound
from domain.reviews import Reply
from domain.scorecards import Given
from models import CandidateSession, Criterion, Member, Question, Scorecard
from models.review import STAGES

MOST: Final = 500
NEEDED: Final = {"voice": "voice", "face": "face"}
"""The stage each rendition needs."""


@dataclass(frozen=True)
class Turn:
    """One answer in the row: `place` of `of` counts from 1; `rubric` holds the criteria this question is for.

    `before` and `after` are the neighbours' handles, "" at the ends. `completes`: with these scores the scorecard is whole.
    """

    session: CandidateSession
    reply: Reply
    rubric: list[Criterion]
    given: Given | None
    handle: str
    before: str
    after: str
    place: int
    of: int
    completes: bool
    stage: str

    @property
    def next_stage(self) -> str:
        """What can be revealed now: "voice", "face", or "" for nothing."""
        made = self.reply.media
        if made is None or not self.reply.can_play:
            return ""
        if self.stage == "words" and media.has_voice(made):
            return "voice"
        return "face" if self.stage != "face" and made.width else ""


def get_question(db: Session, question_id: str) -> Question:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Question).where(Question.id == question_id))
    if found is None:
        raise NotFound
    return found


def row(db: Session, member: Member, question: Question) -> dict[str, str]:
    """Handle and id of the sessions to go through: submitted, not decided, not handed in by this member; at most the 500 that wait longest.

    The order is that of the handles. It depends on the member, so no candidate is always first; for one member it stays as it is,
    also when others arrive.
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
    return dict(sorted((handle_of(member, session_id), session_id) for session_id in found))


def handle_of(member: Member, session_id: str) -> str:
    """What this member knows a session by while its name is hidden. Ids are random, so it leads nowhere."""
    return hashlib.sha256(f"{member.id}{session_id}".encode()).hexdigest()[:24]


def find_turn(db: Session, member: Member, question: Question, at: str) -> Turn | None:
    """The answer with this handle, or the next one in the row when it is done; the first for "", None when nothing waits."""
    waiting = row(db, member, question)
    handles = list(waiting)
    if not handles:
        return None
    place = bisect_left(handles, at) % len(handles)
    session = reviews.get_session(db, waiting[handles[place]])
    whole = reviews.criteria(db, question.version_id)
    rubric = [each for each in whole if not each.question_positions or question.position in each.question_positions]
    given = scorecards.find(db, session.id, member.id)
    others = [each for each in whole if each not in rubric]
    view = reviews.find_view(db, session.id, question.id, member.id)
    return Turn(
        session=session,
        reply=reviews.get_reply(db, session, member, question.id),
        rubric=rubric,
        given=given,
        handle=handles[place],
        before=handles[place - 1] if place else "",
        after=handles[place + 1] if place + 1 < len(handles) else "",
        place=place + 1,
        of=len(handles),
        completes=all(given is not None and given.level(each.id) is not None for each in others),
        stage=view.stage if view else "words",
    )


def get_turn(db: Session, member: Member, question: Question, handle: str) -> Turn:
    """Exactly this answer. Raises NotFound when it is not in the member's row (any more)."""
    turn = find_turn(db, member, question, handle)
    if turn is None or turn.handle != handle:
        raise NotFound("This answer is not in your row any more.", "Go on with the next one.")
    return turn


def reveal(db: Session, actor: Actor, turn: Turn, now: datetime) -> None:
    """One step further, written down. Raises NotFound where there is nothing more."""
    if not turn.next_stage:
        raise NotFound
    reviews.open_answer(db, actor, turn.session, turn.reply.question.id, now, turn.next_stage)


def take_of(turn: Turn, rendition: str) -> str:
    """The take whose rendition may be played now. Raises Forbidden before its stage, NotFound for what does not exist."""
    if rendition not in NEEDED or turn.reply.take is None:
        raise NotFound
    if STAGES.index(turn.stage) < STAGES.index(NEEDED[rendition]):
        raise Forbidden("You have not asked to hear or see this answer yet.", "Go back and reveal it first.")
    return turn.reply.take.id
