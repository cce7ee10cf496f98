"""The order of the work on a take: prepare → transcribe. Each step says which one follows; nothing else knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from config import Settings
from domain import consents, jobs
from models import CandidateSession, Job, Media, Session, Take

Write = Callable[[Session, datetime], list[str]]
"""Writes a step's result in the closing transaction; returns the kinds of work that wait because of it."""


def after_prepare(db: Session, settings: Settings, job: Job, media: Media, now: datetime) -> list[str]:
    """Puts transcription in line, unless there is nothing to hear, nobody wants words or the candidate was told of none."""
    take = db.get_one(Take, media.take_id)
    session = db.get_one(CandidateSession, take.session_id)
    if settings.speech_model == "off" or not consents.may_transcribe(db, session.id):
        return []
    if {"no_sound", "unreadable"} & set(media.flags):
        return []
    jobs.add(db, job.employer_id, "transcribe", take.id, now, priority=jobs.priority_of(session))
    return ["transcribe"]
