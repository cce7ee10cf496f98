"""A take's words: the engine listens to the playback file, the database keeps what it heard as version 1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from adapters.speech import ModelChanged, ModelMissing, Segment, Speech, SpeechError, SpeechTimeout, SpeechUnreadable
from domain import media, transcripts
from jobs.bench import Bench, Failed, Hears
from jobs.queues import LIMIT_SECONDS
from jobs.steps import Write
from models import CandidateSession, Employer, Job, Session, Take

TRIES_OF_SLOW_FILE: Final = 2
MOST_HOT_WORDS: Final = 40
PATIENCE: Final = (120.0, 6.0)
"""Seconds a transcript may take: a base, and so many for each second of sound (a large model on a small machine)."""


@dataclass(frozen=True)
class Order:
    """What the engine is asked: which object, in which language, with which names to expect, and the seconds it may take."""

    key: str
    language: str
    hot_words: list[str]
    timeout: float


def transcribe(bench: Bench, job: Job) -> Write:
    """Hears the take `job.subject_id`."""
    with bench.sessions.open(job.employer_id) as db:
        order = _order(db, job.subject_id)
    heard = columns(listen(bench, job, order)) if order else None

    def write(db: Session, now: datetime) -> list[str]:
        if heard is not None:
            transcripts.store_machine(db, db.get_one(Take, job.subject_id), heard, now)
        return []

    return write


def _order(db: Session, take_id: str) -> Order | None:
    """None when the transcript exists already: an earlier run stored it."""
    if transcripts.find_newest(db, take_id) is not None:
        return None
    made = media.find_media(db, take_id)
    if made is None or made.playback_key is None:
        raise Failed("There is nothing to listen to: the recording could not be prepared.", is_final=True)
    take = db.get_one(Take, take_id)
    session = db.get_one(CandidateSession, take.session_id)
    base, each = PATIENCE
    timeout = min(LIMIT_SECONDS["speech"] - 60.0, base + each * (made.seconds or 0))
    design = session.version.design
    names = [design["opening"], db.get_one(Employer, take.employer_id).name]
    return Order(made.playback_key, design["language"], hot_words(names, take.question.prompt), timeout)


def listen(bench: Bench, job: Job, order: Order) -> Speech:
    """What the engine hears. Raises Failed with a sentence for people."""
    try:
        with bench.store.local_path(order.key) as path:
            return _engine(bench).transcribe(path, language=order.language, hot_words=order.hot_words, timeout=order.timeout)
    except SpeechUnreadable as unreadable:
        raise Failed("The sound of this recording cannot be decoded.", is_final=True) from unreadable
    except SpeechTimeout as late:
        raise Failed("Transcribing took longer than allowed.", is_final=job.attempts >= TRIES_OF_SLOW_FILE) from late
    except (ModelMissing, ModelChanged) as wrong:
        raise Failed("The speech model is missing or was changed; `greenroom doctor` says how to mend it.") from wrong
    except SpeechError as error:
        raise Failed("The speech engine ended unexpectedly.") from error


def _engine(bench: Bench) -> Hears:
    if bench.speech is None:
        raise Failed("Transcription is switched off on this worker.")
    return bench.speech


def columns(heard: Speech) -> dict[str, Any]:
    """What the engine heard, in the shape `domain.transcripts` stores."""
    engine = {"model": heard.model, "hash": heard.model_hash, **heard.settings}
    segments = [_segment(segment) for segment in heard.segments]
    return {"language": heard.language, "engine": engine, "no_speech": heard.no_speech, "segments": segments}


def _segment(heard: Segment) -> dict[str, Any]:
    words = [{"start": round(w.start, 3), "end": round(w.end, 3), "word": w.text, "p": round(w.probability, 3)} for w in heard.words]
    return {"start": round(heard.start, 3), "end": round(heard.end, 3), "text": heard.text, "low": heard.low_confidence, "words": words}


def hot_words(names: list[str], prompt: str) -> list[str]:
    """What to expect: these names, and the prompt's words that look like names or terms (capital inside a sentence, digits, capitals)."""
    found = dict.fromkeys(name for name in names if name.strip())
    for before, word in re.findall(r"(^|[.!?]\s+|\s)([\w&+#./'-]+)", prompt):
        bare = word.strip(".'/-")
        is_name = before.isspace() and bare[:1].isupper()
        is_term = any(c.isdigit() for c in bare) or sum(c.isupper() for c in bare) > 1
        if (is_name or is_term) and len(bare) > 1:
            found[bare] = None
    return list(found)[:MOST_HOT_WORDS]
