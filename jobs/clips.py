"""An employer's clip made fit to show, and captions for it to start from: the same sandbox and the same engine as for answers."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.media import MediaLimits, Prepared
from domain import clips, transcripts
from jobs.bench import Bench
from jobs.prepare import decode, put
from jobs.steps import Write
from jobs.transcribe import PATIENCE, Order, heard, hot_words
from models import Clip, Employer, Job, Session

LIMITS = MediaLimits(max_seconds=clips.MOST_SECONDS, max_bytes=clips.MOST_BYTES)


def prepare_clip(bench: Bench, job: Job) -> Write:
    """Makes the playback file of the clip `job.subject_id`. A file that is no recording ends marked, not failed."""
    with bench.sessions.open(job.employer_id) as db:
        key = clips.get_clip(db, job.subject_id).original_key
    with tempfile.TemporaryDirectory(prefix="greenroom-clip-") as folder:
        values = _columns(bench, job, decode(bench, job, [key], Path(folder), LIMITS))

    def write(db: Session, now: datetime) -> list[str]:
        hears = bench.settings.speech_model != "off"
        wanted = clips.prepared(db, clips.get_clip(db, job.subject_id), values, now, hears=hears)
        return ["caption_clip"] if wanted else []

    return write


def _columns(bench: Bench, job: Job, made: Prepared) -> dict[str, Any]:
    reason = _reason(made)
    if reason or made.playback is None:
        return {"state": "failed", "reason": reason or "There is nothing to play in this file."}
    key = f"clips/{job.employer_id}/{job.subject_id}/playback{made.playback.suffix}"
    return {
        "state": "ready",
        "playback_key": key,
        "playback_type": made.playback_type,
        "bytes": put(bench, key, made.playback),
        "seconds": made.duration,
        "has_video": made.has_video,
        "has_sound": made.has_sound and not made.no_sound,
    }


def _reason(made: Prepared) -> str:
    if made.unreadable:
        return "This file cannot be played. Use MP4, MOV, WebM, M4A, Ogg or WAV."
    if made.over_length:
        return f"This is longer than {clips.MOST_SECONDS // 60} minutes. Two are plenty; cut it and upload it again."
    return ""


def caption_clip(bench: Bench, job: Job) -> Write:
    """Hears the clip and proposes captions; a person reads and confirms them before anybody else sees them."""
    with bench.sessions.open(job.employer_id) as db:
        order = _order(db, clips.get_clip(db, job.subject_id))
    text = transcripts.webvtt_of(heard(bench, job, order))

    def write(db: Session, _now: datetime) -> list[str]:
        clips.heard(clips.get_clip(db, job.subject_id), text)
        return []

    return write


def _order(db: Session, clip: Clip) -> Order:
    base, each = PATIENCE
    names = hot_words([db.get_one(Employer, clip.employer_id).name], "")
    return Order([clip.playback_key or ""], clip.language, names, base + each * (clip.seconds or 0))
