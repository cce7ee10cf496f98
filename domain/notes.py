"""Reviewers' notes: a remark, at a moment of an answer, or a quote of it kept as evidence for a criterion."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from domain import audit, reviews, scorecards
from domain.audit import Actor, Verb
from domain.errors import Invalid, NotFound
from models import CandidateSession, Criterion, Member, Note, Question

LONGEST: Final = 10_000
SAME_WITHIN: Final = timedelta(minutes=1)


class NoteDraft(BaseModel):
    """What a reviewer writes. `at_seconds` is a moment of the answer to `question_id`; `quote` is cut from its transcript."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    text: str = ""
    quote: str = ""
    question_id: str | None = None
    criterion_id: str | None = None
    at_seconds: float | None = Field(default=None, ge=0, le=86_400)


def of_session(db: Session, session_id: str) -> list[Note]:
    """All notes, the first written first. For those who may see everybody's."""
    return list(db.scalars(sa.select(Note).where(Note.session_id == session_id).order_by(Note.created_at, Note.id)))


def visible(db: Session, session: CandidateSession, member: Member) -> list[Note]:
    """The notes this member may see: everybody's once their own scores are in, before that their own."""
    if scorecards.may_see_others(db, session, member):
        return of_session(db, session.id)
    return [note for note in of_session(db, session.id) if note.member_id == member.id]


def write(db: Session, actor: Actor, session: CandidateSession, draft: NoteDraft, now: datetime) -> Note:
    """Keeps a note; the same one sent twice is kept once. Raises Invalid when it is empty or too long."""
    _check(db, session, draft)
    reviews.lock(db, session)
    same = _find_same(db, actor, session, draft, now)
    if same is not None:
        return same
    note = Note(employer_id=session.employer_id, session_id=session.id, member_id=actor.id, created_at=now, **draft.model_dump())
    db.add(note)
    db.flush()
    audit.append(db, actor, Verb.NOTE_WRITTEN, ("session", session.id), {"note": note.id}, now=now)
    return note


def _check(db: Session, session: CandidateSession, draft: NoteDraft) -> None:
    if not draft.text and not draft.quote:
        raise Invalid("Write something first.", {"text": "empty"})
    for name, text in (("text", draft.text), ("quote", draft.quote)):
        if len(text) > LONGEST:
            raise Invalid(f"A note may have {LONGEST:,} characters; this one has {len(text):,}. It was not saved.", {name: "too long"})
    asked = sa.select(Question.id).where(Question.id == draft.question_id, Question.version_id == session.version_id)
    judged = sa.select(Criterion.id).where(Criterion.id == draft.criterion_id, Criterion.version_id == session.version_id)
    for wanted, known in ((draft.question_id, asked), (draft.criterion_id, judged)):
        if wanted is not None and db.scalar(known) is None:
            raise NotFound


def _find_same(db: Session, actor: Actor, session: CandidateSession, draft: NoteDraft, now: datetime) -> Note | None:
    """A double click sends the same note twice; nobody writes the same words at the same moment again within a minute."""
    recent = sa.select(Note).where(Note.session_id == session.id, Note.member_id == actor.id, Note.created_at > now - SAME_WITHIN)
    return next((note for note in db.scalars(recent) if all(getattr(note, k) == v for k, v in draft.model_dump().items())), None)
