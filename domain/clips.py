"""Clips an employer shows: a welcome, a question asked by a person. None is published without captions a person stands for.

A draft names clips by id in two kinds of slot: `welcome` and `question-<n>` (from 1). Publishing freezes what it names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, cues, jobs
from domain.audit import Actor, Verb
from domain.cues import Cue
from domain.designs import InterviewDesign
from domain.errors import NotFound, TokenRefused
from domain.media import ENDINGS, AddressRefused, Rendition
from domain.tokens import Tokens
from models import Clip, Interview, new_id

Draft = dict[str, Any]
MOST_SECONDS: Final = 300
MOST_BYTES: Final = 200 << 20
UNUSED_FOR: Final = timedelta(days=7)
CAPTIONS_MISSING: Final = "Add captions to the clip: who cannot hear it must know what it says."
CAPTIONS_UNREAD: Final = "Read the machine-made captions of the clip and confirm them."


def add(db: Session, actor: Actor, clip_id: str, key: str, language: str, now: datetime) -> Clip:
    """A clip whose bytes lie in the store under `key`; it waits to be prepared."""
    clip = Clip(id=clip_id, employer_id=actor.employer_id, original_key=key, language=language, created_at=now)
    db.add(clip)
    db.flush()
    jobs.add(db, actor.employer_id, "prepare_clip", clip.id, now)
    audit.append(db, actor, Verb.CLIP_ADDED, ("clip", clip.id), now=now)
    return clip


def get_clip(db: Session, clip_id: str | None) -> Clip:
    """Raises NotFound, also for another employer's."""
    found = find_clip(db, clip_id)
    if found is None:
        raise NotFound
    return found


def find_clip(db: Session, clip_id: str | None) -> Clip | None:
    """The clip, or None."""
    return db.scalar(sa.select(Clip).where(Clip.id == clip_id)) if clip_id else None


def slots(draft: Draft) -> list[str]:
    """Every place of this draft where a clip may stand."""
    return ["welcome", *(f"question-{n}" for n, _ in enumerate(draft["questions"], 1))]


def in_slot(draft: Draft, slot: str) -> str | None:
    """The id of the clip there, or None. Raises NotFound when the draft has no such slot."""
    place, key = _place(draft, slot)
    return place.get(key) or None


def put(draft: Draft, slot: str, clip_id: str | None) -> Draft:
    """The draft with this clip in the slot, or with none."""
    draft = deepcopy(draft)
    place, key = _place(draft, slot)
    place[key] = clip_id
    return draft


def _place(draft: Draft, slot: str) -> tuple[Draft, str]:
    if slot not in slots(draft):
        raise NotFound
    return (draft, "welcome_clip_id") if slot == "welcome" else (draft["questions"][int(slot.removeprefix("question-")) - 1], "clip_id")


def field_of(slot: str) -> str:
    """The form field of a slot: `welcome_clip_id`, `questions-0-clip_id`."""
    return "welcome_clip_id" if slot == "welcome" else f"questions-{int(slot.removeprefix('question-')) - 1}-clip_id"


def of_draft(db: Session, draft: Draft) -> dict[str, Clip]:
    """The clips a draft names, by slot; what is no clip of this employer is left out."""
    named = {slot: clip_id for slot in slots(draft) if (clip_id := in_slot(draft, slot))}
    found = {clip.id: clip for clip in db.scalars(sa.select(Clip).where(Clip.id.in_(set(named.values()))))} if named else {}
    return {slot: found[clip_id] for slot, clip_id in named.items() if clip_id in found}


def problems(db: Session, draft: Draft) -> dict[str, str]:
    """What keeps clips from being published, by form field."""
    clips = of_draft(db, draft)
    named = [slot for slot in slots(draft) if in_slot(draft, slot)]
    said = {slot: problem(clips[slot]) if slot in clips else "This clip is gone. Remove it here." for slot in named}
    return {field_of(slot): text for slot, text in said.items() if text}


def problem(clip: Clip) -> str:
    """Why a clip cannot be published, in a sentence; empty when it can."""
    if clip.state != "ready":
        return clip.reason or "The clip is still being prepared."
    return {"none": CAPTIONS_MISSING, "machine": CAPTIONS_UNREAD}.get(clip.captions_state, "")


def without_unready(db: Session, draft: Draft) -> Draft:
    """The draft without clips that cannot be played yet, for a preview."""
    ready = {slot for slot, clip in of_draft(db, draft).items() if clip.state == "ready"}
    for slot in slots(draft):
        if slot not in ready:
            draft = put(draft, slot, None)
    return draft


def freeze(db: Session, design: InterviewDesign, now: datetime) -> None:
    """From now on the clips of this design stay as candidates saw them."""
    for clip in of_draft(db, design.model_dump()).values():
        clip.frozen_at = clip.frozen_at or now


def prepared(db: Session, clip: Clip, values: dict[str, Any], now: datetime, *, hears: bool) -> bool:
    """Writes down what became of the file. True when a machine should now write captions."""
    for name, value in values.items():
        setattr(clip, name, value)
    wanted = hears and clip.state == "ready" and clip.has_sound and clip.captions_state == "none"
    if wanted:
        jobs.add(db, clip.employer_id, "caption_clip", clip.id, now)
    return wanted


def heard(clip: Clip, captions: str) -> None:
    """Keeps machine-made captions, unless a person was quicker."""
    if clip.captions_state == "none" and "-->" in captions:
        clip.captions, clip.captions_state = captions, "machine"


def caption(db: Session, actor: Actor, clip: Clip, written: Sequence[Cue], now: datetime) -> Clip:
    """Captions a person stands for. Returns the clip, or its copy when candidates have seen it with others. Raises Invalid."""
    cues.require_fitting(written, clip.seconds or 0)
    text = cues.write(written)
    if clip.frozen_at is not None and text != clip.captions:
        clip = _copy(db, clip, now)
    clip.captions, clip.captions_state = text, "confirmed"
    audit.append(db, actor, Verb.CLIP_CAPTIONED, ("clip", clip.id), now=now)
    return clip


def _copy(db: Session, clip: Clip, now: datetime) -> Clip:
    kept = {column.key: getattr(clip, column.key) for column in sa.inspect(Clip).columns}
    made = Clip(**{**kept, "id": new_id(), "frozen_at": None, "created_at": now})
    db.add(made)
    db.flush()
    return made


def cues_of(clip: Clip) -> list[Cue]:
    """The captions as they stand, cue by cue."""
    return cues.parse(clip.captions) if clip.captions_state != "none" else []


def is_being_captioned(db: Session, clip: Clip) -> bool:
    """True while a machine's captions may still come."""
    return clip.state == "ready" and clip.captions_state == "none" and jobs.is_open(db, "caption_clip", clip.id)


def mint(tokens: Tokens, clip_id: str, rendition: str, now: datetime) -> str:
    """The token of an address that shows a clip's `playback` or `captions` for twelve hours."""
    return tokens.mint("clip", {"clip": clip_id, "rendition": rendition}, now)


def get_rendition(db: Session, tokens: Tokens, token: str, now: datetime) -> Rendition:
    """What to send for a token. Raises AddressRefused for anything but a valid one, NotFound when there is nothing to play."""
    try:
        claims = tokens.read("clip", token, now)
    except TokenRefused as refused:
        raise AddressRefused from refused
    clip = get_clip(db, str(claims["clip"]))
    if claims["rendition"] == "captions":
        text = clip.captions.encode()
        return Rendition([], text or b"WEBVTT\n", "text/vtt; charset=utf-8", "captions.vtt", False, hashlib.sha256(text).hexdigest()[:24])
    if not clip.playback_key:
        raise NotFound
    name = f"clip.{ENDINGS.get(clip.playback_type, 'bin')}"
    return Rendition([(clip.playback_key, clip.bytes)], None, clip.playback_type, name, False, clip.playback_key.replace("/", "-"))


@dataclass(frozen=True)
class Unused:
    """A clip nobody names any more, and the objects that go with it."""

    clip: Clip
    keys: list[str]


def unused(db: Session, now: datetime) -> list[Unused]:
    """Clips that no version froze, no draft names and nobody touched for a week; objects another clip shares stay."""
    old = db.scalars(sa.select(Clip).where(Clip.frozen_at.is_(None), Clip.created_at < now - UNUSED_FOR)).all()
    if not old:
        return []
    named: set[str | None] = set()
    for draft in db.scalars(sa.select(Interview.draft).where(Interview.employer_id.in_({clip.employer_id for clip in old}))):
        named |= {in_slot(draft, slot) for slot in slots(draft)}
    return [Unused(clip, _own_keys(db, clip)) for clip in old if clip.id not in named]


def _own_keys(db: Session, clip: Clip) -> list[str]:
    shared = db.scalar(sa.select(sa.func.count()).where(Clip.original_key == clip.original_key, Clip.id != clip.id))
    return [] if shared else [key for key in (clip.original_key, clip.playback_key) if key]
