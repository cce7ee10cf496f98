"""Reviewers' notes: a remark, at a moment of an answer, or a quote of it kept as evidence for a criterion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from domain import audit, reviews, scorecards, transcripts
from domain.audit import Actor, Verb
from domain.errors import Invalid, NotFound
from models import Answer, CandidateSession, Criterion, Member, Note, Question, Take, Transcript

LONGEST: Final = 10_000
SAME_WITHIN: Final = timedelta(minutes=1)


class NoteDraft(BaseModel):
    """What a reviewer writes. `at_seconds` is a moment of the answer to `question_id`.

    `first` and `last` number the words quoted, from 0, in `version` of its transcript or in the written answer.
    """

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    text: str = ""
    question_id: str | None = None
    criterion_id: str | None = None
    at_seconds: float | None = Field(default=None, ge=0, le=86_400)
    version: int | None = None
    first: int | None = None
    last: int | None = None


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
    _check(db, session, draft, quotes=draft.first is not None)
    reviews.lock(db, session)
    values = {name: getattr(draft, name) for name in ("text", "question_id", "criterion_id", "at_seconds")} | _place(db, session, draft)
    same = _find_same(db, actor, session, values, now)
    if same is not None:
        return same
    note = Note(employer_id=session.employer_id, session_id=session.id, member_id=actor.id, created_at=now, **values)
    db.add(note)
    db.flush()
    audit.append(db, actor, Verb.NOTE_WRITTEN, ("session", session.id), {"note": note.id}, now=now)
    return note


def change(db: Session, actor: Actor, session: CandidateSession, note_id: str, draft: NoteDraft, now: datetime) -> None:
    """Changes the words of one's own note and what it is evidence for; what it quotes stays. Raises NotFound for others' notes."""
    note = _own(db, actor, session, note_id)
    _check(db, session, draft, quotes=note.take_id is not None)
    if (note.text, note.criterion_id) == (draft.text, draft.criterion_id):
        return
    note.text, note.criterion_id = draft.text, draft.criterion_id
    audit.append(db, actor, Verb.NOTE_CHANGED, ("session", session.id), {"note": note.id}, now=now)


def remove(db: Session, actor: Actor, session: CandidateSession, note_id: str, now: datetime) -> None:
    """Deletes one's own note; the audit chain keeps that there was one, not what it said. Raises NotFound for others' notes."""
    note = _own(db, actor, session, note_id)
    db.delete(note)
    audit.append(db, actor, Verb.NOTE_REMOVED, ("session", session.id), {"note": note.id}, now=now)


def _own(db: Session, actor: Actor, session: CandidateSession, note_id: str) -> Note:
    """A note of this member's about this session; others' look like none."""
    reviews.lock(db, session)
    note = db.scalar(sa.select(Note).where(Note.id == note_id, Note.session_id == session.id, Note.member_id == actor.id))
    if note is None:
        raise NotFound
    return note


def _check(db: Session, session: CandidateSession, draft: NoteDraft, quotes: bool) -> None:
    if not draft.text and not quotes:
        raise Invalid("Write something first.", {"text": "empty"})
    if len(draft.text) > LONGEST:
        raise Invalid(f"A note may have {LONGEST:,} characters; this one has {len(draft.text):,}. It was not saved.", {"text": "too long"})
    met = sa.select(CandidateSession.version_id).where(_of_record(session))
    asked = sa.select(Question.id).where(Question.id == draft.question_id, Question.version_id.in_(met))
    judged = sa.select(Criterion.id).where(Criterion.id == draft.criterion_id, Criterion.version_id == session.version_id)
    for wanted, known in ((draft.question_id, asked), (draft.criterion_id, judged)):
        if wanted is not None and db.scalar(known) is None:
            raise NotFound


def _of_record(session: CandidateSession) -> sa.ColumnElement[bool]:
    """The session itself and what was asked back: a note may be about any answer of the record."""
    return sa.or_(CandidateSession.id == session.id, CandidateSession.addendum_to_id == session.id)


def _place(db: Session, session: CandidateSession, draft: NoteDraft) -> dict[str, Any]:
    """Where the quoted words lie, as offsets, and when they were said. Empty for a note that quotes nothing."""
    if draft.first is None or draft.last is None:
        return {}
    record = sa.select(CandidateSession.id).where(_of_record(session))
    answered = sa.select(Take).join(Answer, Answer.take_id == Take.id).where(Answer.session_id.in_(record))
    take = db.scalar(answered.where(Answer.question_id == draft.question_id))
    if take is None:
        raise NotFound
    said = db.scalar(sa.select(Transcript).where(Transcript.take_id == take.id, Transcript.number == draft.version))
    words = transcripts.words(said) if said else transcripts.written_words(take.text or "")
    if not 0 <= draft.first <= draft.last < len(words):
        raise Invalid("Those words are not in the answer. Select them again.", {"first": "not in the answer"})
    first, last = words[draft.first], words[draft.last]
    place = {"take_id": take.id, "transcript_id": said.id if said else None, "quote_start": first.offset, "quote_end": last.stop}
    return place | ({"at_seconds": first.start} if said else {})


def _find_same(db: Session, actor: Actor, session: CandidateSession, values: Mapping[str, Any], now: datetime) -> Note | None:
    """A double click sends the same note twice; nobody writes the same words at the same moment again within a minute."""
    recent = sa.select(Note).where(Note.session_id == session.id, Note.member_id == actor.id, Note.created_at > now - SAME_WITHIN)
    return next((note for note in db.scalars(recent) if all(getattr(note, name) == value for name, value in values.items())), None)
