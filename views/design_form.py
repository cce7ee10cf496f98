"""The designer's form, read into a draft. Nothing is judged here and nothing typed is lost: what is no number stays the text it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from werkzeug.datastructures import MultiDict

from domain.drafts import LEVELS, Draft

Form = MultiDict[str, str]
TEXTS: Final = ("title", "opening", "welcome", "language", "contact_name", "contact_email")
NUMBERS: Final = ("days_open", "promise_days", "media_days")
FLAGS: Final = ("transcribe", "any_language", "internal", "workers_informed")
MOST: Final = 40


def read(form: Form) -> Draft:
    """The whole draft as the form has it."""
    return {
        **{name: _text(form, name) for name in TEXTS},
        **{name: _number(form, name) for name in NUMBERS},
        **{name: name in form for name in FLAGS},
        "questions": [_question(form, f"questions-{n}") for n in _indices(form, "questions", "prompt")],
        "criteria": read_criteria(form),
        "welcome_clip_id": _text(form, "welcome_clip_id") or None,
        "look": {"accent": _text(form, "look-accent").lower()},
    }


def read_criteria(form: Form) -> list[Draft]:
    """The rubric part alone."""
    return [_criterion(form, f"criteria-{n}") for n in _indices(form, "criteria", "name")]


def _question(form: Form, key: str) -> Draft:
    return {
        "prompt": _text(form, f"{key}-prompt"),
        "meaning": _text(form, f"{key}-meaning"),
        "kinds": [kind for kind in ("video", "audio", "text") if kind in form.getlist(f"{key}-kinds")],
        "thinking_seconds": _number(form, f"{key}-thinking_seconds") if _text(form, f"{key}-thinking_seconds") else None,
        "answer_seconds": _number(form, f"{key}-answer_seconds"),
        "retakes": _number(form, f"{key}-retakes"),
        "preview": f"{key}-preview" in form,
        "characters": _number(form, f"{key}-characters"),
        "clip_id": _text(form, f"{key}-clip_id") or None,
    }


def _criterion(form: Form, key: str) -> Draft:
    return {
        "name": _text(form, f"{key}-name"),
        "description": _text(form, f"{key}-description"),
        "weight": _number(form, f"{key}-weight"),
        "anchors": [{"level": level, "text": _text(form, f"{key}-anchor-{level}")} for level in LEVELS],
        "questions": [int(position) for position in form.getlist(f"{key}-questions") if position.isdecimal() and len(position) < 4],
    }


def _indices(form: Form, part: str, field: str) -> Iterable[int]:
    return [n for n in range(MOST) if f"{part}-{n}-{field}" in form]


def _text(form: Form, name: str) -> str:
    """Line ends as everywhere else; no NUL, which PostgreSQL cannot keep."""
    return form.get(name, "").replace("\r\n", "\n").replace("\0", "").strip()


def _number(form: Form, name: str) -> int | str:
    text = _text(form, name)
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else text
