"""A take made fit to watch: its parts joined into one seekable file with poster, waveform and flags.

Safe to run twice: the files go under keys made of the take's id, and the row is replaced.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from adapters import media as decoder
from adapters.media import MediaLimits, MediaRefused, MediaTimeout, Prepared
from domain import media, uploads
from jobs import steps
from jobs.bench import Bench, Failed
from jobs.steps import Write
from models import Job, Session

FLAGS: Final = ("no_sound", "quiet", "black_picture", "truncated", "over_length", "unreadable", "reencoded")
TRIES_OF_SLOW_FILE: Final = 2


def prepare(bench: Bench, job: Job) -> Write:
    """Makes the renditions of the take `job.subject_id`. A file that is no recording ends marked, not failed."""
    with bench.sessions.open(job.employer_id) as db:
        keys = [part.key for part in media.parts_of(db, job.subject_id)]
        limits, is_full = media.time_limits(db, job.subject_id), uploads.is_full(db, job.subject_id, bench.settings.upload_bytes)
    with tempfile.TemporaryDirectory(prefix="greenroom-prepare-") as folder:
        made = decode(bench, job, keys, Path(folder), MediaLimits(max_bytes=bench.settings.upload_bytes))
        values = _columns(made, is_full) | _stored(bench, job, made)
        values["flags"] += limits.flags(made.duration) if limits else []

    def write(db: Session, now: datetime) -> list[str]:
        row = media.record(db, job.employer_id, job.subject_id, values, now)
        return steps.after_prepare(db, bench.settings, job, row, now)

    return write


def decode(bench: Bench, job: Job, keys: list[str], folder: Path, limits: MediaLimits) -> Prepared:
    """What the sandbox makes of these objects, one after the other. Raises Failed when it took too long."""
    try:
        with ExitStack() as stack:
            parts = [stack.enter_context(bench.store.local_path(key)) for key in keys]
            return decoder.prepare([parts], folder, limits)
    except MediaRefused as refused:
        return Prepared(unreadable=True, reason=str(refused))
    except MediaTimeout as late:
        raise Failed("Preparing the recording took longer than allowed.", is_final=job.attempts >= TRIES_OF_SLOW_FILE) from late


def _columns(made: Prepared, is_full: bool) -> dict[str, Any]:
    # A file that breaks off was interrupted, unless it ends where no more of it was let in.
    flags = ["over_length" if is_full and flag == "truncated" else flag for flag in FLAGS if getattr(made, flag)]
    return {
        "playback_type": made.playback_type,
        "seconds": None if made.unreadable else made.duration,
        "width": made.width or None,
        "height": made.height or None,
        "peaks": list(made.peaks),
        "silences": [list(silence) for silence in made.silences],
        "loudness": made.loudness,
        "flags": list(dict.fromkeys(flags)),
        "facts": {
            "container": made.container,
            "codecs": list(made.codecs),
            "peaks_per_second": made.peaks_per_second,
            "has_video": made.has_video,
            "reason": made.reason,
        },
    }


def _stored(bench: Bench, job: Job, made: Prepared) -> dict[str, Any]:
    """Puts the files into the store, durable before any row names them."""
    place = f"media/{job.employer_id}/{job.subject_id}"
    values: dict[str, Any] = {"playback_key": None, "voice_key": None, "poster_key": None, "bytes": None}
    if made.playback is not None:
        values["playback_key"] = f"{place}/playback{made.playback.suffix}"
        values["bytes"] = put(bench, values["playback_key"], made.playback)
    if made.voice is not None:
        values["voice_key"] = f"{place}/voice{made.voice.suffix}"
        put(bench, values["voice_key"], made.voice)
    if made.poster is not None:
        values["poster_key"] = f"{place}/poster.jpg"
        put(bench, values["poster_key"], made.poster)
    return values


def put(bench: Bench, key: str, path: Path) -> int:
    """Stores a file under this key; returns its size in bytes."""
    with path.open("rb") as file:
        return bench.store.put(key, file)
