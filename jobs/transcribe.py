"""A take's words: the engine listens to the playback file, the database keeps what it heard as version 1.

What was heard while the answer was still being given (`listen.py`) is not heard again.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from adapters.speech import (
    ModelChanged,
    ModelMissing,
    Segment,
    Speech,
    SpeechError,
    SpeechModelTooLarge,
    SpeechTimeout,
    SpeechTooLarge,
    SpeechUnreadable,
)
from domain import listening, media, transcripts
from domain.designs import spoken_language
from jobs.bench import Bench, Failed
from jobs.queues import LIMIT_SECONDS
from jobs.steps import Write
from models import CandidateSession, Employer, Job, Session, Take, TranscriptPrefix

TRIES_OF_SLOW_FILE: Final = 2
MOST_HOT_WORDS: Final = 40
SURE_LANGUAGE: Final = 0.5
"""Below this probability a language that was detected is a guess, and every word heard in it is marked for the reader."""
PATIENCE: Final = (120.0, 6.0)
"""Seconds a transcript may take: a base, and so many for each second of sound (a large model on a small machine)."""


ENGLISH_ONLY: Final = (
    "The speech model here knows English only, and answers to this interview may be in another language. "
    "Whoever runs this server can add one that knows it: `greenroom add-model`."
)

TOO_LARGE: Final = (
    "This recording is too long to be written down within the memory allowed for it here; it can be played all the same. "
    "Whoever runs this server can allow more (`GREENROOM_SPEECH_MEMORY`); then try again."
)

NO_ROOM: Final = (
    "The speech model takes nearly all the memory allowed for it here: what is left is too little even for a short recording. "
    "It can be played all the same. Whoever runs this server can allow more (`GREENROOM_SPEECH_MEMORY`) or choose a smaller model "
    "(`GREENROOM_SPEECH_MODEL`); then try again."
)
SHORT: Final = 300.0
"""Seconds of sound that take hardly more memory than one minute does: where they do not fit, the model is what takes it."""


@dataclass(frozen=True)
class Order:
    """What the engine is asked: which objects, in which language, with which names to expect, and the seconds it may take.

    `seconds` of sound; `language` None: whichever is spoken. `prefix` is what was heard while the answer was still being given.
    """

    keys: list[str]
    language: str | None
    hot_words: list[str]
    timeout: float
    prefix: TranscriptPrefix | None = None
    seconds: float = 0.0


def transcribe(bench: Bench, job: Job) -> Write:
    """Hears the take `job.subject_id`."""
    with bench.sessions.open(job.employer_id) as db:
        order = _order(db, job.subject_id)
    words = heard(bench, job, order) if order else None

    def write(db: Session, now: datetime) -> list[str]:
        listening.drop(db, [job.subject_id])
        if words is not None:
            transcripts.store_machine(db, db.get_one(Take, job.subject_id), words, now)
        return []

    return write


def _order(db: Session, take_id: str) -> Order | None:
    """None when the transcript exists already: an earlier run stored it."""
    if transcripts.find_newest(db, take_id) is not None:
        return None
    made = media.find_media(db, take_id)
    if made is None or made.playback_key is None:
        raise Failed("There is nothing to listen to: the recording could not be prepared.", is_final=True)
    return order_of(db, db.get_one(Take, take_id), [made.playback_key], made.seconds or 0)


def order_of(db: Session, take: Take, keys: list[str], seconds: float = 0.0) -> Order:
    """What to ask about a take whose bytes lie in these objects."""
    session = db.get_one(CandidateSession, take.session_id)
    base, each = PATIENCE
    timeout = min(LIMIT_SECONDS["speech"] - 60.0, base + each * seconds)
    design = session.version.design
    names = [design["opening"], db.get_one(Employer, take.employer_id).name]
    return Order(keys, spoken_language(design), hot_words(names, take.question.prompt), timeout, listening.find(db, take.id), seconds)


def heard(bench: Bench, job: Job, order: Order) -> dict[str, Any]:
    """What the engine hears, as `hear` gives it. Raises Failed with a sentence for people."""
    try:
        return hear(bench, order)[1]
    except SpeechUnreadable as unreadable:
        raise Failed("The sound of this recording cannot be decoded.", is_final=True) from unreadable
    except SpeechModelTooLarge as full:
        raise Failed(NO_ROOM, is_final=True) from full
    except SpeechTooLarge as full:
        raise Failed(TOO_LARGE if order.seconds > SHORT else NO_ROOM, is_final=True) from full
    except SpeechTimeout as late:
        raise Failed("Transcribing took longer than allowed.", is_final=job.attempts >= TRIES_OF_SLOW_FILE) from late
    except (ModelMissing, ModelChanged) as wrong:
        raise Failed("The speech model is missing or was changed; `greenroom doctor` says how to mend it.") from wrong
    except SpeechError as error:
        raise Failed("The speech engine ended unexpectedly.") from error


def hear(bench: Bench, order: Order, *, partial: bool = False) -> tuple[Speech, dict[str, Any]]:
    """What the engine says about the part not heard before, and the whole in the shape `domain.transcripts` stores.

    Words that another model heard are heard again. Raises what the engine raises, StoreError, Failed.
    """
    if bench.speech is None:
        raise Failed("Transcription is switched off on this worker.")
    running = bench.speech.start()
    if running["english_only"] and order.language != "en":
        raise Failed(ENGLISH_ONLY, is_final=True)
    is_same = order.prefix is not None and order.prefix.engine.get("hash") == running["model_hash"]
    start, before = (order.prefix.until, order.prefix.segments) if is_same and order.prefix else (0.0, [])
    language = order.language or (order.prefix.language if before and order.prefix else None)
    with ExitStack() as stack:
        parts = [stack.enter_context(bench.store.local_path(key)) for key in order.keys]
        said = bench.speech.transcribe(
            parts, language=language, hot_words=order.hot_words, timeout=order.timeout, start_at=start, partial=partial
        )
    is_guess = said.language_probability < SURE_LANGUAGE
    segments = [*before, *({**_segment(segment), "low": segment.low_confidence or is_guess} for segment in said.segments)]
    engine = {"model": said.model, "hash": said.model_hash, **said.settings}
    return said, {"language": said.language, "engine": engine, "no_speech": not segments, "segments": segments}


def _segment(heard: Segment) -> dict[str, Any]:
    words = [{"start": round(w.start, 3), "end": round(w.end, 3), "word": w.text, "p": round(w.probability, 3)} for w in heard.words]
    return {"start": round(heard.start, 3), "end": round(heard.end, 3), "text": heard.text, "words": words}


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
