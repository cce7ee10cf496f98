"""The candidate's proof: what was received, to the byte, and what they were told about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import answers, consents
from domain.errors import Conflict
from models import CandidateSession, Media, Take, Upload
from models.candidate import ENDED


@dataclass(frozen=True)
class Line:
    """One question of the receipt. `state` is the take's, `unreadable` when no picture or sound could be found in it, or `unanswered`."""

    position: int
    prompt: str
    kind: str | None
    seconds: float | None
    bytes: int | None
    sha256: str | None
    state: str


@dataclass(frozen=True)
class Receipt:
    """`reference` is short enough to be read out on the telephone; it opens nothing."""

    reference: str
    session: CandidateSession
    lines: list[Line]
    facts: list[dict[str, Any]]


@dataclass(frozen=True)
class Recording:
    """A take with its upload (None once given up long ago) and whether it can be played."""

    take: Take
    upload: Upload | None
    is_playable: bool


def write(db: Session, session: CandidateSession) -> Receipt:
    """The receipt of a session that has ended. Raises Conflict before."""
    if session.state not in ENDED:
        raise Conflict("This interview has not been submitted yet.", "Go on with it, then submit.")
    chosen = answers.list_answers(db, session)
    takes = {question_id: answer.take for question_id, answer in chosen.items()}
    unreadable = _unreadable(db, [take.id for take in takes.values() if take])
    lines = [_line(question.position, question.prompt, takes.get(question.id), unreadable) for question in session.version.questions]
    notice = consents.find_notice(db, session.id)
    return Receipt(f"{session.id[-8:-4]}-{session.id[-4:]}".upper(), session, lines, notice.facts if notice else [])


def _line(position: int, prompt: str, take: Take | None, unreadable: set[str]) -> Line:
    if take is None:
        return Line(position, prompt, None, None, None, None, "unanswered")
    state = "unreadable" if take.id in unreadable else take.state
    return Line(position, prompt, take.kind, take.seconds, take.bytes, take.sha256, state)


def _unreadable(db: Session, take_ids: list[str]) -> set[str]:
    rows = db.scalars(sa.select(Media).where(Media.take_id.in_(take_ids)))
    return {media.take_id for media in rows if "unreadable" in media.flags}


def list_recordings(db: Session, session: CandidateSession) -> list[Recording]:
    """Every recording of a session, oldest first."""
    rows = db.execute(
        sa.select(Take, Upload, Media)
        .outerjoin(Upload, Upload.take_id == Take.id)
        .outerjoin(Media, Media.take_id == Take.id)
        .where(Take.session_id == session.id, Take.kind != "text")
        .order_by(Take.created_at, Take.id)
    )
    return [Recording(take, upload, media is not None and media.playback_key is not None) for take, upload, media in rows]
