"""What can be played of a take, where it lies, and the short-lived address it is served under."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import accommodations, audit, transcripts, uploads
from domain.audit import Actor, Verb
from domain.errors import NotFound, Refused, TokenRefused
from domain.tokens import Tokens
from models import CandidateSession, Media, Part, Question, Take, Upload

FINISHING_SECONDS: Final = 10
"""To finish a sentence is not to be over time."""
RENDITIONS: Final = ("playback", "poster", "captions", "original", "voice", "face")
ENDINGS: Final = {
    "video/webm": "webm",
    "audio/webm": "webm",
    "video/mp4": "mp4",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
}


class AddressRefused(Refused):
    """The address of a recording is too old, altered, or was made for somebody else."""

    code, status = "token_expired", 403
    message = "This address of a recording has expired, or it is not yours."
    action = "Reload the page you came from: it makes a fresh address."


@dataclass(frozen=True)
class Address:
    """What a media token says. `login_id` is set when only that signed-in browser may use it, `guest_id` when only that guest's."""

    take_id: str
    rendition: str
    login_id: str | None
    guest_id: str | None = None


@dataclass(frozen=True)
class Rendition:
    """Something to send: objects of the store one after the other (`size` None where only the store knows it), or text.

    `is_download` is true for bytes nobody has checked: they are never shown in place.
    """

    objects: list[tuple[str, int | None]]
    text: bytes | None
    type: str
    filename: str
    is_download: bool
    tag: str


def mint(tokens: Tokens, take_id: str, rendition: str, now: datetime, **bound: str) -> str:
    """The token of an address that works for five minutes; bound to a `login` or a `guest` (ids) it works in that browser only."""
    return tokens.mint("media", {"take": take_id, "rendition": rendition, **bound}, now)


def read(tokens: Tokens, token: str, now: datetime) -> Address:
    """What a media token says. Raises AddressRefused for anything but a valid, young media token."""
    try:
        claims = tokens.read("media", token, now)
    except TokenRefused as refused:
        raise AddressRefused from refused
    login_id, guest_id = (str(claims[name]) if claims.get(name) else None for name in ("login", "guest"))
    return Address(str(claims["take"]), str(claims["rendition"]), login_id, guest_id)


def find_media(db: Session, take_id: str) -> Media | None:
    """What was made of a take, or None while nothing was."""
    return db.scalar(sa.select(Media).where(Media.take_id == take_id))


def parts_of(db: Session, take_id: str) -> list[Part]:
    """The byte parts that arrived of a take, in order."""
    found = sa.select(Part).join(Upload, Upload.id == Part.upload_id).where(Upload.take_id == take_id).order_by(Part.offset)
    return list(db.scalars(found))


@dataclass(frozen=True)
class TimeLimits:
    """Seconds: what the question suggests, and what no honest recording of it reaches."""

    suggested: float
    longest: float

    def flags(self, seconds: float) -> list[str]:
        """What reviewers are told about the length; nothing is ever cut for it."""
        if seconds > self.longest:
            return ["over_time"]
        return ["over_suggested"] if seconds > self.suggested + FINISHING_SECONDS else []


def time_limits(db: Session, take_id: str) -> TimeLimits | None:
    """How long this recording could be; None where time had no limit, so that nobody sees who asked for more."""
    asked = sa.select(Take.session_id, Question.answer_seconds, Question.hard_seconds).join(Question, Question.id == Take.question_id)
    found = db.execute(asked.where(Take.id == take_id)).one()
    factor = accommodations.time_factor(accommodations.find(db, found.session_id))
    if factor is None:
        return None
    return TimeLimits(float(found.answer_seconds * factor), float(found.hard_seconds * factor + uploads.GRACE_SECONDS))


def record(db: Session, employer_id: str, take_id: str, values: dict[str, Any], now: datetime) -> Media:
    """Writes down what was made of a take; a second run replaces what the first one wrote."""
    media = find_media(db, take_id)
    if media is None:
        media = Media(employer_id=employer_id, take_id=take_id, created_at=now)
        db.add(media)
    for name, value in values.items():
        setattr(media, name, value)
    db.flush()
    about = {"flags": media.flags, "seconds": media.seconds}
    audit.append(db, Actor(employer_id, "system"), Verb.MEDIA_PREPARED, ("take", take_id), about, now=now)
    return media


def get_rendition(db: Session, take_id: str, rendition: str) -> Rendition:
    """What to send for a rendition of a take. Raises NotFound where there is none (yet)."""
    take = db.get(Take, take_id)
    if take is None or rendition not in RENDITIONS:
        raise NotFound
    name = _name(db, take)
    made = {"playback": _playback, "poster": _poster, "captions": _captions, "original": _original, "voice": _voice, "face": _face}
    return made[rendition](db, take, name)


def _playback(db: Session, take: Take, name: str) -> Rendition:
    media = find_media(db, take.id)
    if media is None or not media.playback_key:
        raise NotFound
    ending = ENDINGS.get(media.playback_type, "bin")
    return Rendition([(media.playback_key, media.bytes)], None, media.playback_type, f"{name}.{ending}", False, _tag(media))


def has_voice(media: Media) -> bool:
    """Whether it can be heard without being seen."""
    return bool(media.voice_key) or (bool(media.playback_key) and not media.width)


def _voice(db: Session, take: Take, _name: str) -> Rendition:
    """The sound alone, under a name that tells nobody's."""
    media = find_media(db, take.id)
    if media is None or not has_voice(media):
        raise NotFound
    if not media.voice_key:
        return _face(db, take, "")
    ending, kind = media.voice_key.rpartition(".")[2], media.playback_type.replace("video/", "audio/")
    return Rendition([(media.voice_key, None)], None, kind, f"question {take.question.position}.{ending}", False, f"{_tag(media)}v")


def _face(db: Session, take: Take, _name: str) -> Rendition:
    """The recording under a name that tells nobody's."""
    return _playback(db, take, f"question {take.question.position}")


def _poster(db: Session, take: Take, name: str) -> Rendition:
    media = find_media(db, take.id)
    if media is None or not media.poster_key:
        raise NotFound
    return Rendition([(media.poster_key, None)], None, "image/jpeg", f"{name}.jpg", False, _tag(media))


def _captions(db: Session, take: Take, name: str) -> Rendition:
    newest = transcripts.find_newest(db, take.id)
    if newest is None:
        raise NotFound
    text = transcripts.webvtt(newest).encode()
    return Rendition([], text, "text/vtt; charset=utf-8", f"{name}.vtt", False, hashlib.sha256(text).hexdigest()[:24])


def _original(db: Session, take: Take, name: str) -> Rendition:
    """The bytes as they came, of a type only the candidate's browser vouches for: so to keep, never to show."""
    parts = parts_of(db, take.id)
    if not parts:
        raise NotFound
    ending = ENDINGS.get(take.filetype.split(";")[0].strip().lower(), "bin")
    objects: list[tuple[str, int | None]] = [(part.key, part.size) for part in parts]
    return Rendition(objects, None, "application/octet-stream", f"{name} original.{ending}", True, f"{take.id}-{len(parts)}")


def _tag(media: Media) -> str:
    return hashlib.sha256(f"{media.playback_key}{media.bytes}{media.created_at}".encode()).hexdigest()[:24]


def _name(db: Session, take: Take) -> str:
    session = db.get_one(CandidateSession, take.session_id)
    return safe_name(f"{session.candidate.name} question {take.question.position}")


def safe_name(text: str) -> str:
    """`text` as a file name: no path, control, direction or quote marks, at most 100 characters."""
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] not in "CZ" or c == " ")
    return re.sub(r'[\\/:*?"<>|;%]+|^\.+', " ", kept).strip()[:100] or "answer"
