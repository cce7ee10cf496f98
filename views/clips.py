"""The clip in one slot of a draft: uploaded, prepared, captioned by a person, taken out again."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from adapters.storage import MediaStore, StoreError, StoreFull
from domain import clips, cues, interviews, jobs
from domain.cues import Cue
from domain.errors import Invalid, StorageFull, TooLarge
from domain.interviews import Page
from models import Clip, Interview, db, new_id
from views import guards, pages

door = Blueprint("clips", __name__, url_prefix="/interviews/<interview_id>/clips")
guards.members_only(door, *guards.MANAGERS)

FORM_ROOM = 1 << 20
"""Bytes of a multipart form around its file."""
MOST_CAPTIONS = 400_000
"""Bytes of a caption file: five minutes of speech in any script have room in a tenth of it."""


@door.get("/<slot>")
def show(interview_id: str, slot: str) -> Response:
    return _page(interviews.get_interview(db.session(), interview_id), slot)


@door.get("/<slot>/state")
def state(interview_id: str, slot: str) -> Response:
    """How far the clip is; asks again by itself while a machine works on it."""
    interview = interviews.get_interview(db.session(), interview_id)
    values = _values(interview, slot)
    back = url_for("clips.show", interview_id=interview_id, slot=slot)
    return pages.fragment("clips/_clip.html", title=interview.title, back=back, **values)


@door.get("/<slot>/heard")
def heard(interview_id: str, slot: str) -> Response:
    """Whether the machine has written captions; a line of its own, so that neither the player nor a typed text is swapped away."""
    interview = interviews.get_interview(db.session(), interview_id)
    back = url_for("clips.show", interview_id=interview_id, slot=slot)
    return pages.fragment("clips/_heard.html", title=interview.title, back=back, **_values(interview, slot))


@door.post("/<slot>")
def upload(interview_id: str, slot: str) -> AnyResponse:
    interview = interviews.get_interview(db.session(), interview_id)
    clips.in_slot(interview.draft, slot)
    try:
        clip_id, key = _store(interview)
    except (Invalid, TooLarge) as refused:
        return _page(interview, slot, refused)
    clip = clips.add(db.session(), guards.actor(), clip_id, key, str(interview.draft["language"]), clock.now())
    _put(interview, slot, clip.id)
    db.session.commit()
    guards.queues().nudge("prepare_clip")
    return pages.go(url_for("clips.show", interview_id=interview.id, slot=slot))


@door.post("/<slot>/captions")
def caption(interview_id: str, slot: str) -> AnyResponse:
    """Captions from a file, as corrected line by line, or from a typed text."""
    interview = interviews.get_interview(db.session(), interview_id)
    clip = clips.get_clip(db.session(), clips.in_slot(interview.draft, slot))
    try:
        captioned = clips.caption(db.session(), guards.actor(), clip, _written(clip), clock.now())
    except Invalid as refused:
        db.session.rollback()
        return _page(interview, slot, refused)
    if captioned.id != clip.id:
        _put(interview, slot, captioned.id)
    db.session.commit()
    return pages.go(url_for("clips.show", interview_id=interview.id, slot=slot), "These captions are shown with the clip.")


@door.post("/<slot>/remove")
def remove(interview_id: str, slot: str) -> AnyResponse:
    interview = interviews.get_interview(db.session(), interview_id)
    clips.in_slot(interview.draft, slot)
    _put(interview, slot, None)
    db.session.commit()
    toast = "Taken out of the draft. Published versions keep what candidates have seen."
    return pages.go(url_for("interviews.design", interview_id=interview.id), toast)


def _put(interview: Interview, slot: str, clip_id: str | None) -> None:
    """Changes the draft this page was opened on. Raises Conflict when somebody saved in between."""
    draft = clips.put(interview.draft, slot, clip_id)
    interviews.save_draft(db.session(), guards.actor(), interview, draft, Page(_revision(), ""), clock.now())


def _revision() -> int:
    typed = request.form.get("revision", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _store(interview: Interview) -> tuple[str, str]:
    """The uploaded file, durable under a key of our own before any row names it."""
    request.max_content_length = clips.MOST_BYTES + FORM_ROOM
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("Choose a file first.", {"file": "missing"})
    _require_room()
    clip_id = new_id()
    key = f"clips/{interview.employer_id}/{clip_id}/original"
    try:
        _media_store().put(key, file.stream)
    except StoreFull as full:
        raise StorageFull(
            "There is no room left for this file. Nothing of your interview is lost.", "Free some space, then try again."
        ) from full
    except StoreError as failed:
        raise StorageFull("The media store does not answer. Your interview is safe.", "Try again in a moment.") from failed
    return clip_id, key


def _require_room() -> None:
    """The last of the disk is kept for candidates who are answering."""
    free = _media_store().free_bytes()
    if free is not None and free - (request.content_length or 0) < guards.settings().free_bytes:
        raise StorageFull("There is no room left for this file. Nothing of your interview is lost.", "Free some space, then try again.")


def _written(clip: Clip) -> list[Cue]:
    file = request.files.get("file")
    if file is not None and file.filename:
        content = file.stream.read(MOST_CAPTIONS + 1)
        if len(content) > MOST_CAPTIONS:
            raise Invalid("This caption file is larger than 400 kB: it belongs to a longer recording.", {"file": "too large"})
        return cues.parse(content.decode("utf-8", "replace"))
    if request.form.get("text", "").strip():
        return cues.spread(request.form["text"], clip.seconds or 0)
    return cues.reworded(clips.cues_of(clip), request.form.getlist("cue"))


def _page(interview: Interview, slot: str, refused: Invalid | TooLarge | None = None) -> Response:
    return pages.page("clips/show.html", refused.status if refused else 200, **_values(interview, slot, refused))


def _values(interview: Interview, slot: str, refused: Invalid | TooLarge | None = None) -> dict[str, Any]:
    draft = interview.draft
    clip = clips.find_clip(db.session(), clips.in_slot(draft, slot))
    now = clock.now()
    address = {name: clips.mint(guards.tokens(), clip.id, name, now) for name in ("playback", "captions")} if clip else {}
    return {
        "interview": interview,
        "slot": slot,
        "heading": "Welcome" if slot == "welcome" else f"Question {slot.removeprefix('question-')}",
        "words": draft["welcome"] if slot == "welcome" else draft["questions"][int(slot.removeprefix("question-")) - 1]["prompt"],
        "clip": clip,
        "address": address,
        "cues": clips.cues_of(clip) if clip else [],
        "is_hearing": bool(clip and clips.is_being_captioned(db.session(), clip)),
        "is_stuck": bool(clip and clip.state == "waiting" and not jobs.is_open(db.session(), "prepare_clip", clip.id)),
        "typed": request.form.get("text", ""),
        "refused": refused,
        "may_change": guards.member().role in guards.MANAGERS,
        "most_minutes": clips.MOST_SECONDS // 60,
    }


def _media_store() -> MediaStore:
    return cast(MediaStore, current_app.extensions["store"])
