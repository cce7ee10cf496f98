"""What has arrived of a recording: creation, offsets, who may append, expiry.

The bytes lie in the media store as immutable parts; a part counts only once its row and the moved offset are
committed together. An append is one conditional update on the offset and on the writer, so two requests never
interleave, on whichever machine they run, and an offset never goes back.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import accommodations, audit, candidates
from domain.audit import Actor, Verb
from domain.errors import Conflict, Gone, NotFound, Refused, TooLarge, TooMany, UnsupportedType
from models import Answer, CandidateSession, Part, Question, Take, Upload

LOST = ("interrupted", "recovered", "expired")
BYTES_PER_SECOND: Final = 1_250_000
"""More than any browser records: 10 Mbit/s, more than ten times what the frame asks for."""
LAST_PIECE: Final = 16_384
"""Bytes of the frame's smallest request: what is cut by the limit ends less than this below it."""
GRACE_SECONDS: Final = 60
"""Pauses, a slow clock, a late stop: what a recording may be longer than its question's hard limit before anybody minds."""


SHORTER: Final = "Record a shorter answer, or sound instead of video."
KEPT: Final = "What has arrived is kept. Ask for the offset; the recording can be finished there."


@dataclass(frozen=True)
class Limits:
    """`most_bytes` of one recording, `most_uploads` of one session, `hours` an unfinished upload is kept."""

    most_bytes: int
    most_uploads: int
    hours: int


@dataclass(frozen=True)
class Wanted:
    """What a client wants to send. `header` is its metadata word for word; `length` None means not known yet."""

    question_id: str
    kind: str
    filetype: str
    client_id: str
    technical: bool
    length: int | None
    header: str


@dataclass(frozen=True)
class Append:
    """What a client wants to add: from `offset` on, `announced` bytes (0 when it does not say), `length` if it now knows it."""

    offset: int
    announced: int = 0
    length: int | None = None


@dataclass(frozen=True)
class Claim:
    """The right of one request to append to an upload: plain values, so that no row is held while a slow body arrives."""

    employer_id: str
    upload_id: str
    offset: int
    most: int
    writer: str

    def key(self) -> str:
        """A fresh name for the next part. Random, so that two requests at one offset never write the same object."""
        return f"uploads/{self.employer_id}/{self.upload_id}/{self.offset:012d}-{secrets.token_hex(8)}"


def create(db: Session, session: CandidateSession, wanted: Wanted, limits: Limits, now: datetime) -> Upload:
    """A new take with its upload; asking again with the same client id gives the first one back.

    Raises SessionEnded, NotFound (question), Refused (kind), UnsupportedType, Conflict (no retake left), TooLarge, TooMany.
    """
    candidates.require_open(session, now)
    question = _get_question(db, session, wanted.question_id)
    _require_length(wanted.length, 0, _most(db, session.id, question, limits.most_bytes))
    _lock(db, session)
    known = db.scalar(sa.select(Take).where(Take.session_id == session.id, Take.client_id == wanted.client_id))
    if known is not None:
        return _again(db, session, known, wanted, limits, now)
    _require_few(db, session, limits)
    take = _new_take(db, session, question, wanted, now)
    actor = Actor(session.employer_id, "candidate", session.id)
    audit.append(db, actor, Verb.TAKE_STARTED, ("take", take.id), {"kind": take.kind, "technical": take.technical}, now=now)
    return _new_upload(db, take, wanted, limits, now)


def _again(db: Session, session: CandidateSession, take: Take, wanted: Wanted, limits: Limits, now: datetime) -> Upload:
    """The upload of a known take; a fresh one when the first was given up and the browser still holds the recording."""
    if (take.question_id, take.kind) != (wanted.question_id, wanted.kind):
        raise Conflict("This recording was begun for another question or in another form.")
    upload = db.scalars(sa.select(Upload).where(Upload.take_id == take.id)).one()
    if not _is_gone(upload, session, now):
        return upload
    if take.closed_at is not None:
        raise Conflict("This recording was finished and then given up.", "Record again.")
    db.execute(sa.delete(Part).where(Part.upload_id == upload.id))
    db.delete(upload)
    take.state, take.reason = "recording", ""
    db.flush()
    return _new_upload(db, take, wanted, limits, now)


def _lock(db: Session, session: CandidateSession) -> None:
    """Recordings begun at the same moment are looked up and counted one after the other."""
    _changed(db, sa.update(CandidateSession).where(CandidateSession.id == session.id).values(tab=CandidateSession.tab))


def _require_few(db: Session, session: CandidateSession, limits: Limits) -> None:
    begun = db.scalar(sa.select(sa.func.count()).select_from(Upload).where(Upload.session_id == session.id))
    if (begun or 0) >= limits.most_uploads:
        raise TooMany("This interview already holds as many recordings as it may.", "Choose among the recordings you have.")


def _get_question(db: Session, session: CandidateSession, question_id: str) -> Question:
    question = db.scalar(sa.select(Question).where(Question.id == question_id, Question.version_id == session.version_id))
    if question is None:
        raise NotFound("This question does not belong to the interview.", "Reload the page.")
    return question


def _most(db: Session, session_id: str, question: Question, most_bytes: int) -> int:
    """Bytes that the longest answer to a question can honestly need; where time has no limit, what the installation allows."""
    factor = accommodations.time_factor(accommodations.find(db, session_id))
    if factor is None:
        return most_bytes
    return min(most_bytes, BYTES_PER_SECOND * (question.hard_seconds * factor + GRACE_SECONDS))


def is_full(db: Session, take_id: str, most_bytes: int) -> bool:
    """Whether a closed take ends where no more of it was let in; `most_bytes` is what the installation allows."""
    take = db.get_one(Take, take_id)
    return (take.bytes or 0) + LAST_PIECE > _most(db, take.session_id, take.question, most_bytes)


def _new_take(db: Session, session: CandidateSession, question: Question, wanted: Wanted, now: datetime) -> Take:
    granted = accommodations.find(db, session.id)
    if wanted.kind == "text" or wanted.kind not in accommodations.kinds(question.kinds, granted):
        raise Refused("This question cannot be answered in that form.", "Choose one of the forms offered with the question.")
    if wanted.filetype and not wanted.filetype.lower().startswith(("video/", "audio/")):
        raise UnsupportedType
    take = Take(
        employer_id=session.employer_id,
        session_id=session.id,
        question_id=question.id,
        client_id=wanted.client_id or str(uuid.uuid4()),
        kind=wanted.kind,
        technical=_spend_retake(db, session, question, accommodations.extra_retakes(granted), wanted.technical),
        state="recording",
        filetype=wanted.filetype,
        created_at=now,
    )
    db.add(take)
    db.flush()
    return take


def _spend_retake(db: Session, session: CandidateSession, question: Question, extra: int, technical: bool) -> bool:
    """Whether the new take is a technical one, which costs nothing. Raises Conflict when it would cost and none is left.

    A technical retake is believed only when the last take really was lost, cut or never finished.
    """
    takes = db.scalars(
        sa.select(Take)
        .where(Take.session_id == session.id, Take.question_id == question.id, Take.kind != "text")
        .order_by(Take.created_at, Take.id)
    ).all()
    last = takes[-1] if takes else None
    if technical and last is not None and (last.state in ("recording", "closed", "damaged") or last.reason in LOST):
        return True
    if sum(not take.technical for take in takes) > question.retakes + extra:
        raise Conflict("No more attempts are left for this question.", "Choose among the recordings you have.")
    return False


def _new_upload(db: Session, take: Take, wanted: Wanted, limits: Limits, now: datetime) -> Upload:
    upload = Upload(
        employer_id=take.employer_id,
        session_id=take.session_id,
        take_id=take.id,
        length=wanted.length,
        meta={"header": wanted.header},
        created_at=now,
        touched_at=now,
        expires_at=now + timedelta(hours=limits.hours),
        finished_at=now if wanted.length == 0 else None,
    )
    db.add(upload)
    db.flush()
    return upload


def get_upload(db: Session, session: CandidateSession, upload_id: str, now: datetime) -> Upload:
    """Raises NotFound, also for another session's; Gone when it was terminated or left unfinished for too long."""
    upload = db.scalar(sa.select(Upload).where(Upload.id == upload_id, Upload.session_id == session.id))
    if upload is None:
        raise NotFound("This recording does not exist, or it is not yours.", "Reload the page.")
    if _is_gone(upload, session, now):
        raise Gone
    return upload


def expiry(upload: Upload, session: CandidateSession) -> datetime:
    """When an unfinished upload goes. What has arrived of an answer stays while its interview is open, however late somebody comes back."""
    is_kept = upload.offset > 0 and session.state == "in_progress"
    return max(upload.expires_at, session.deadline) if is_kept else upload.expires_at


def _is_gone(upload: Upload, session: CandidateSession, now: datetime) -> bool:
    return upload.terminated_at is not None or (upload.finished_at is None and now >= expiry(upload, session))


def _require_length(length: int | None, offset: int, most: int) -> None:
    if length is not None and length > most:
        raise TooLarge("This is more than the longest answer to this question needs.", KEPT if offset else SHORTER)
    if length is not None and length < offset:
        raise Refused("Upload-Length is less than what has already arrived.")


def claim(db: Session, upload: Upload, wish: Append, limits: Limits, now: datetime) -> Claim:
    """Makes the caller the only one who may append, and sets the length where it was deferred.

    Raises Conflict (with `offset`) when the upload stands elsewhere, TooLarge before a byte is read that would not fit,
    Refused for a length that changes.
    """
    _require_offset(upload, wish.offset)
    if wish.length is not None and upload.length not in (None, wish.length):
        raise Refused("Upload-Length was set before and cannot change.")
    final = upload.length if wish.length is None else wish.length
    most = _room(db, upload, wish, limits)
    if wish.offset + wish.announced > most:
        raise TooLarge("This is more than the recording may hold.", KEPT)
    values: dict[str, Any] = {"writer": secrets.token_hex(16), "length": final}
    if final == wish.offset:
        values["finished_at"] = now
    mine = sa.update(Upload).where(Upload.id == upload.id, Upload.offset == wish.offset, Upload.terminated_at.is_(None))
    is_mine = _changed(db, mine.values(values)) == 1
    db.refresh(upload)
    if not is_mine:
        _require_offset(upload, wish.offset)
        raise Gone
    return Claim(upload.employer_id, upload.id, wish.offset, most, values["writer"])


def _room(db: Session, upload: Upload, wish: Append, limits: Limits) -> int:
    """Bytes the upload may hold. A length once accepted stands, and what has arrived can always be finished."""
    if upload.length is not None:
        return upload.length
    question = db.scalars(sa.select(Question).join(Take, Take.question_id == Question.id).where(Take.id == upload.take_id)).one()
    most = max(upload.offset, _most(db, upload.session_id, question, limits.most_bytes))
    _require_length(wish.length, wish.offset, most)
    return most if wish.length is None else wish.length


def _require_offset(upload: Upload, offset: int) -> None:
    if upload.offset != offset:
        raise Conflict("The recording stands at another place.", "Ask for the offset and go on from there.", offset=upload.offset)


def append(db: Session, claim: Claim, parts: Sequence[tuple[str, int]], limits: Limits, now: datetime) -> Claim | None:
    """Counts durable `parts` (key and size) as arrived. None when another request took over: then nothing changed."""
    rows, offset = [], claim.offset
    for key, size in parts:
        rows.append(Part(employer_id=claim.employer_id, upload_id=claim.upload_id, offset=offset, size=size, key=key))
        offset += size
    mine = sa.update(Upload).where(Upload.id == claim.upload_id, Upload.offset == claim.offset, Upload.writer == claim.writer)
    values = {
        "offset": offset,
        "touched_at": now,
        "expires_at": now + timedelta(hours=limits.hours),
        "finished_at": sa.case((Upload.length == offset, now), else_=Upload.finished_at),
    }
    if _changed(db, mine.where(Upload.terminated_at.is_(None)).values(values)) != 1:
        return None
    db.add_all(rows)
    db.flush()
    return Claim(claim.employer_id, claim.upload_id, offset, claim.most, claim.writer)


def release(db: Session, upload_id: str, writer: str | None = None) -> None:
    """Nobody appends any more; with `writer` only if that is who did."""
    held = sa.update(Upload).where(Upload.id == upload_id)
    _changed(db, (held.where(Upload.writer == writer) if writer else held).values(writer=None))


def seal(db: Session, upload: Upload, now: datetime) -> None:
    """Nothing can be added from here on: what is read back to be compared is what stays. Raises Conflict when something just was."""
    mine = sa.update(Upload).where(Upload.id == upload.id, Upload.offset == upload.offset)
    values = {"length": Upload.offset, "writer": None, "finished_at": upload.finished_at or now}
    is_mine = _changed(db, mine.values(values)) == 1
    db.refresh(upload)
    if not is_mine:
        raise Conflict("More of the recording is arriving.", "Close again.", offset=upload.offset)


def find_offset(db: Session, upload_id: str) -> int | None:
    """How far an upload has got, read afresh."""
    return db.scalar(sa.select(Upload.offset).where(Upload.id == upload_id))


def writers(db: Session, upload_ids: Sequence[str]) -> dict[str, str | None]:
    """Who may append to each of these uploads now."""
    rows = db.execute(sa.select(Upload.id, Upload.writer).where(Upload.id.in_(upload_ids)))
    return {row.id: row.writer for row in rows}


def terminate(db: Session, session: CandidateSession, upload: Upload, now: datetime) -> list[str]:
    """The candidate gives a recording up. Returns the store keys to delete after the commit.

    A verified take may already be in the hands of a worker: it is only hidden, and goes with the session's data.
    """
    candidates.require_open(session, now)
    take = db.get_one(Take, upload.take_id)
    was_verified = take.state == "verified"
    upload.terminated_at, upload.writer, take.state = now, None, "discarded"
    db.execute(sa.update(Answer).where(Answer.take_id == take.id).values(take_id=None))
    actor = Actor(session.employer_id, "candidate", session.id)
    audit.append(db, actor, Verb.TAKE_CLOSED, ("take", take.id), {"state": "discarded"}, now=now)
    return [] if was_verified else _drop_parts(db, upload)


def expire(db: Session, now: datetime, most: int = 100) -> list[str]:
    """Gives up unfinished uploads whose time is over. Returns the store keys to delete after the commit."""
    over = sa.select(Upload).join(CandidateSession, CandidateSession.id == Upload.session_id)
    over = over.where(Upload.finished_at.is_(None), Upload.terminated_at.is_(None), Upload.expires_at <= now)
    over = over.where(sa.or_(Upload.offset == 0, CandidateSession.state != "in_progress", CandidateSession.deadline <= now))  # as `expiry`
    keys: list[str] = []
    for upload in db.scalars(over.limit(most)).all():
        take = db.get_one(Take, upload.take_id)
        upload.terminated_at, upload.writer, take.state, take.reason = now, None, "discarded", "expired"
        audit.append(db, Actor(upload.employer_id, "system"), Verb.TAKE_CLOSED, ("take", take.id), {"state": "expired"}, now=now)
        keys += _drop_parts(db, upload)
    return keys


def _drop_parts(db: Session, upload: Upload) -> list[str]:
    keys = list(db.scalars(sa.select(Part.key).where(Part.upload_id == upload.id)))
    db.execute(sa.delete(Part).where(Part.upload_id == upload.id))
    db.flush()
    return keys


def _changed(db: Session, statement: sa.Update) -> int:
    """Runs an update past the identity map and says how many rows it changed."""
    return cast("sa.CursorResult[Any]", db.connection().execute(statement)).rowcount
