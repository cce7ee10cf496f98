"""Hearing an answer while it is still being given: when to listen, and the words that will not change any more.

What is heard early is kept beside the take and joined with the rest once the take is closed and its bytes are verified;
so the wait after the last stop does not grow with the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import consents
from models import Job, Take, TranscriptPrefix, Upload

EVERY: Final = timedelta(seconds=20)
"""How much longer a recording must have become before it is worth listening again."""
STILL_COMING: Final = timedelta(seconds=60)
"""How long ago the last bytes of a recording may have come: whoever went away comes back with a new take."""
MOST: Final = 20
GONE: Final = ("discarded", "erased", "damaged")


def due(db: Session, now: datetime) -> Sequence[Take]:
    """Takes that are being recorded, have grown, and are not being listened to; those that waited longest first."""
    last = sa.func.coalesce(TranscriptPrefix.heard_at, Take.created_at)
    at_work = sa.exists().where(Job.kind == "listen", Job.subject_id == Take.id, Job.state != "done")
    growing = (
        sa.select(Take)
        .join(Upload, Upload.take_id == Take.id)
        .outerjoin(TranscriptPrefix, TranscriptPrefix.take_id == Take.id)
        .where(Upload.finished_at.is_(None), Upload.touched_at > now - STILL_COMING, Upload.terminated_at.is_(None))
        .where(Take.state == "recording", last <= now - EVERY, Upload.touched_at > last, ~at_work)
        .where(consents.told_of_words(Take.session_id))
        .order_by(last)
    )
    return db.scalars(growing.limit(MOST)).all()


def find(db: Session, take_id: str) -> TranscriptPrefix | None:
    """What was heard of this take so far, in the bytes it has now."""
    same = sa.and_(Upload.take_id == TranscriptPrefix.take_id, Upload.id == TranscriptPrefix.upload_id)
    return db.scalar(sa.select(TranscriptPrefix).join(Upload, same).where(TranscriptPrefix.take_id == take_id))


def upload_of(db: Session, take_id: str) -> str | None:
    """Which upload the bytes of a take belong to, while it is being recorded."""
    growing = sa.select(Upload.id).join(Take, Take.id == Upload.take_id).where(Take.id == take_id, Take.state == "recording")
    return db.scalar(growing.where(Upload.terminated_at.is_(None)))


def keep(db: Session, take_id: str, upload_id: str, heard: dict[str, Any] | None, now: datetime) -> None:
    """Keeps `heard` (until, language, engine, segments: all that is known now) while this upload goes on; nothing afterwards.

    None: nothing new could be heard, what was known stays.
    """
    if upload_of(db, take_id) != upload_id:
        return
    row = db.scalar(sa.select(TranscriptPrefix).where(TranscriptPrefix.take_id == take_id))
    if row is None:
        row = TranscriptPrefix(employer_id=db.get_one(Take, take_id).employer_id, take_id=take_id, upload_id=upload_id)
        db.add(row)
    if row.upload_id != upload_id:
        row.upload_id, row.until, row.segments = upload_id, 0.0, []
    row.heard_at = now
    for name, value in (heard or {}).items():
        setattr(row, name, value)
    db.flush()


def drop(db: Session, take_ids: Sequence[str]) -> None:
    """Forgets what was heard early of these takes."""
    db.execute(sa.delete(TranscriptPrefix).where(TranscriptPrefix.take_id.in_(take_ids)))


def drop_given_up(db: Session) -> None:
    """Forgets what was heard of recordings that the candidate gave up, or that came damaged."""
    gone = sa.select(Take.id).where(Take.state.in_(GONE), Take.id.in_(sa.select(TranscriptPrefix.take_id)))
    drop(db, db.scalars(gone).all())
