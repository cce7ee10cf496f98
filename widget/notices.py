"""The notice that stands now, in the language that was asked for."""

from __future__ import annotations

from adapters import clock
from adapters.speech_models import can_hear
from domain import notices
from domain.designs import spoken_language
from models import InterviewVersion, Notice, db
from widget.guards import settings


def current(version: InterviewVersion, locale: str) -> Notice:
    """A new row when its text has never been shown before; committed by the route."""
    return notices.current(db.session(), version, _chosen(version, locale), _is_heard(version), clock.now())


def standing(version: InterviewVersion, locale: str) -> Notice:
    """The same for routes that only read: never a new row."""
    return notices.standing(db.session(), version, _chosen(version, locale), _is_heard(version), clock.now())


def _chosen(version: InterviewVersion, locale: str) -> str:
    return notices.pick_locale(locale, version.design.get("language", "en"))


def _is_heard(version: InterviewVersion) -> bool:
    """Whether this installation turns what is said in this interview into text."""
    return can_hear(settings().speech_model, spoken_language(version.design))
