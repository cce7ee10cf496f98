"""Objects in the media store that no row names: what a process killed between store and database left behind.

Only what nobody can be working on is named: a part is stored before its row is committed, so parts of an upload
that still goes on are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import CandidateSession, Clip, Job, Media, Part, Take, Upload
from models.base import ALPHABET

SETTLED: Final = timedelta(hours=1)
"""How long an upload must have been over before its leftovers go."""
UNKNOWN: Final = timedelta(days=1)
"""How old an upload without a row must be."""


def clips(db: Session, keys: Iterable[str], now: datetime) -> list[str]:
    """Those of these keys (`clips/<employer>/<clip>/<file>`) that no clip names: an upload that was never committed."""
    held = [key for key in keys if key.startswith("clips/") and key.count("/") == 3 and _born(key.split("/")[2]) < now - UNKNOWN]
    if not held:
        return []
    rows = db.execute(sa.select(Clip.id, Clip.state, Clip.original_key, Clip.playback_key)).all()
    named, preparing = {key for row in rows for key in row[2:]}, {row.id for row in rows if row.state == "waiting"}
    return [key for key in held if key not in named and key.split("/")[2] not in preparing]


def orphans(db: Session, keys: Iterable[str], now: datetime) -> list[str]:
    """Those of these keys of parts (`uploads/<employer>/<upload>/<part>`) that no row names and none ever will."""
    by_upload: dict[str, list[str]] = {}
    for key in keys:
        folders = key.split("/")
        if len(folders) == 4 and folders[0] == "uploads":
            by_upload.setdefault(folders[2], []).append(key)
    return [key for upload_id, held in by_upload.items() if _is_over(db, upload_id, now) for key in _unnamed(db, upload_id, held)]


def media_orphans(db: Session, keys: Iterable[str], now: datetime) -> list[str]:
    """Those of these keys of renditions (`media/<employer>/<take>/<file>`) that no row names and none will, as when a
    recording was erased while it was being prepared."""
    by_take: dict[str, list[str]] = {}
    for key in keys:
        folders = key.split("/")
        if len(folders) == 4 and folders[0] == "media":
            by_take.setdefault(folders[2], []).append(key)
    return [key for take_id, held in by_take.items() for key in _unnamed_renditions(db, take_id, held, now)]


def _unnamed_renditions(db: Session, take_id: str, keys: list[str], now: datetime) -> list[str]:
    row = db.scalar(sa.select(Media).where(Media.take_id == take_id))
    named = {row.playback_key, row.voice_key, row.poster_key} if row else set()
    unnamed = [key for key in keys if key not in named]
    return unnamed if unnamed and _is_prepared(db, take_id, row, now) else []


def _is_prepared(db: Session, take_id: str, row: Media | None, now: datetime) -> bool:
    """Whether nobody is preparing this take, or may yet: it was prepared or erased an hour ago, or there is no such take."""
    busy = sa.select(Job.id).where(Job.kind == "prepare", Job.subject_id == take_id, Job.state.in_(("waiting", "running")))
    if db.scalar(busy) is not None:
        return False
    if row is not None:
        return bool(row.created_at < now - SETTLED)
    session = db.scalar(sa.select(CandidateSession).join(Take, Take.session_id == CandidateSession.id).where(Take.id == take_id))
    if session is None:
        return _born(take_id) < now - UNKNOWN
    return session.erased_at is not None and bool(session.erased_at < now - SETTLED)


def _is_over(db: Session, upload_id: str, now: datetime) -> bool:
    row = db.execute(sa.select(Upload.finished_at, Upload.terminated_at).where(Upload.id == upload_id)).one_or_none()
    if row is None:
        return _born(upload_id) < now - UNKNOWN
    ended = row.finished_at or row.terminated_at
    return ended is not None and bool(ended < now - SETTLED)


def _unnamed(db: Session, upload_id: str, keys: list[str]) -> list[str]:
    named = set(db.scalars(sa.select(Part.key).where(Part.upload_id == upload_id)))
    return [key for key in keys if key not in named]


def _born(row_id: str) -> datetime:
    """When an id was made: its first 48 bits are milliseconds. What is no id of ours counts as just made, so that it stays."""
    try:
        number = sum(ALPHABET.index(sign) << shift for sign, shift in zip(row_id, range(125, -1, -5), strict=True))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.fromtimestamp((number >> 80) / 1000, UTC)
