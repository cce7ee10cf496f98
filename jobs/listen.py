"""An answer heard while it is still being given: the engine listens to what is durable so far, and what cannot change is kept.

Nobody waits for this work and nothing depends on it: whatever goes wrong here, the whole is heard after the last stop.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from adapters.speech import ModelChanged, ModelMissing, SpeechError
from adapters.storage import StoreError
from domain import jobs, listening, media
from jobs import transcribe
from jobs.bench import Bench, Failed
from jobs.steps import Write
from jobs.transcribe import Order
from models import Job, Session, Take

log = structlog.get_logger()


def listen(bench: Bench, job: Job) -> Write:
    """Hears what has come of the take `job.subject_id` since the last time."""
    with bench.sessions.open(job.employer_id) as db:
        upload_id = listening.upload_of(db, job.subject_id)
        keys = [part.key for part in media.parts_of(db, job.subject_id)]
        order = transcribe.order_of(db, db.get_one(Take, job.subject_id), keys) if upload_id and keys else None
    heard = _listen(bench, order) if order else None

    def write(db: Session, now: datetime) -> list[str]:
        if upload_id is not None:
            listening.keep(db, job.subject_id, upload_id, heard, now)
        return []

    return write


def _listen(bench: Bench, order: Order) -> dict[str, Any] | None:
    """All that is sure by now, or None where nothing could be heard."""
    try:
        heard, columns = transcribe.hear(bench, order, partial=True)
    except (SpeechError, ModelMissing, ModelChanged, StoreError, Failed) as error:
        log.info("heard_nothing_yet", error=type(error).__name__)
        return None
    return {"until": heard.stable_until, **{name: columns[name] for name in ("language", "engine", "segments")}}


def line_up(bench: Bench) -> int:
    """A round of the sweeper: puts growing recordings in line, and forgets those that were given up. Returns how many are in line."""
    if bench.settings.speech_model == "off":
        return 0
    with bench.sessions.open() as db:
        listening.drop_given_up(db)
        takes = listening.due(db, bench.now())
        for take in takes:
            jobs.again(db, take.employer_id, "listen", take.id, bench.now(), priority=0)
        db.commit()
    if takes:
        bench.queues.nudge("listen", len(takes))
    return len(takes)
