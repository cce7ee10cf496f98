"""The speech engine inside its sandbox: load a model once, then answer one question per line. Started by `speech.py`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import ctranslate2
import numpy as np
from faster_whisper import WhisperModel

from adapters.media_bytes import PartsFile, sniff
from adapters.media_remux import pick
from adapters.media_sound import timeline
from adapters.speech_windows import RATE, Sound, Window, speech_spans, windows

BEAM = 5
LONGEST = 30.0
"""Seconds of sound per window; the engine's own reach."""
WIDEST_GAP = 2.0
LOW_CONFIDENCE = -0.8
"""Average log probability of a phrase below which a reader is warned."""
_MOST_SECONDS = 4 * 3600.0
_BLOCK = 300.0
"""Seconds of sound held in memory at once."""


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Load the model, say so, then answer until the parent goes away."""
    av.logging.set_level(av.logging.PANIC)
    # Whatever a library prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    engine = Engine(request)
    _say(answers, engine.settings)
    for line in sys.stdin:
        _say(answers, _answered(engine, json.loads(line)))
    return {}


def _say(answers: Any, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def _answered(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return engine.transcribe(asked)
    except Unreadable as unreadable:
        return {"unreadable": str(unreadable)}
    except (RuntimeError, ValueError, MemoryError, av.error.FFmpegError) as failed:
        return {"error": f"{type(failed).__name__}: {failed}"}


class Unreadable(Exception):
    """No sound can be decoded from this file."""


class Engine:
    """A loaded model and how it is used."""

    def __init__(self, request: dict[str, Any]) -> None:
        device = request["device"]
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        compute = request["compute_type"]
        if compute == "auto":
            compute = "float16" if device == "cuda" else "int8"
        self._english = bool(request["english"])
        self._model = WhisperModel(
            request["model"], device=device, compute_type=compute, cpu_threads=request["threads"], local_files_only=True
        )
        self.settings = {"device": device, "compute_type": compute, "threads": request["threads"], "beam_size": BEAM}

    def transcribe(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer one question; see `SpeechEngine.transcribe` for its parts."""
        start_at = float(asked["start_at"])
        sound, duration = _sound(Path.cwd() / asked["file"], start_at)
        spans = speech_spans(sound)
        pieces = windows(spans, LONGEST, WIDEST_GAP)
        stable = duration
        if asked["partial"]:
            pieces, stable = _finished(pieces, duration - start_at)
            stable += start_at
        language, certainty = self._language(asked["language"], sound, spans)
        segments: list[dict[str, Any]] = []
        before = asked["context"]
        for piece in pieces:
            for segment in self._heard(sound, piece, language, asked["hot_words"], before):
                segments.append(_shifted(segment, start_at + piece.start))
            before = segments[-1]["text"] if segments else before
        return {
            "segments": segments, "language": language, "language_probability": certainty, "duration": round(duration, 3),
            "stable_until": round(stable, 3), "settings": self.settings,
        }  # fmt: skip

    def _language(self, asked: str | None, sound: Sound, spans: list[tuple[float, float]]) -> tuple[str, float]:
        if self._english:
            return "en", 1.0
        if asked:
            return asked, 1.0
        if not spans:
            return "", 0.0
        voiced = np.concatenate([sound[int(a * RATE) : int(b * RATE)] for a, b in spans])[: 30 * RATE]
        language, certainty, _ = self._model.detect_language(voiced)
        return str(language), float(certainty)

    def _heard(self, sound: Sound, piece: Window, language: str, hot_words: str, before: str) -> Iterator[Any]:
        part = sound[int(piece.start * RATE) : int(piece.end * RATE)]
        segments, _ = self._model.transcribe(
            part, language=language, beam_size=BEAM, word_timestamps=True, hotwords=hot_words or None,
            initial_prompt=before or None, condition_on_previous_text=True, vad_filter=False,
        )  # fmt: skip
        return iter(segments)


def _finished(pieces: list[Window], heard: float) -> tuple[list[Window], float]:
    """The pieces that cannot change any more: all but the last. Returns them and where the next call begins."""
    return pieces[:-1], (pieces[-1].start if pieces else heard)


def _shifted(segment: Any, by: float) -> dict[str, Any]:
    words = [(round(w.start + by, 3), round(w.end + by, 3), w.word, round(w.probability, 4)) for w in segment.words or ()]
    return {
        "start": round(segment.start + by, 3), "end": round(segment.end + by, 3), "text": segment.text.strip(), "words": words,
        "avg_logprob": round(segment.avg_logprob, 4), "no_speech_prob": round(segment.no_speech_prob, 4),
        "low_confidence": segment.avg_logprob < LOW_CONFIDENCE,
    }  # fmt: skip


def _sound(path: Path, start_at: float) -> tuple[Sound, float]:
    """Mono sound from `start_at` on, and how long the whole file is. Raises Unreadable."""
    file = PartsFile([path])
    kind = sniff(file.read(4096))
    file.seek(0)
    if kind is None:
        raise Unreadable("not a recording")
    try:
        with av.open(file, format=kind, options={"protocol_whitelist": ""}, metadata_errors="replace") as container:
            _, audio = pick(container)
            if audio is None:
                raise Unreadable("there is no sound in it")
            return _collected(container, audio, start_at)
    except av.error.FFmpegError as broken:
        raise Unreadable(str(broken)) from broken
    finally:
        file.close()


def _collected(container: Any, audio: Any, start_at: float) -> tuple[Sound, float]:
    skip, at = round(start_at * RATE), 0
    kept: list[Sound] = []
    for piece in timeline(container, audio, RATE, "mono", _MOST_SECONDS):
        if at + piece.shape[1] > skip:
            kept.append(piece[0, max(0, skip - at) :])
        at += piece.shape[1]
    return (np.concatenate(kept) if kept else np.zeros(0, dtype=np.float32)), at / RATE
