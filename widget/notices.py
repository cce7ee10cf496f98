"""The notice that stands now, in the language that was asked for."""

from __future__ import annotations

from adapters import clock
from adapters.speech_models import can_hear
from domain import notices
from models import InterviewVersion, Notice, db
from widget.guards import settings


def current(version: InterviewVersion, locale: str) -> Notice:
    """A new row when its text has never been shown before; committed by the route."""
    chosen = notices.pick_locale(locale, version.design.get("language", "en"))
    return notices.current(db.session(), version, chosen, can_hear(settings().speech_model, version.design["language"]), clock.now())
