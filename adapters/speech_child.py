"""The speech engine inside its sandbox: load a model once, then answer one question per line. Started by `speech.py`.

The settings come from measurement (`bench/speech.py`). Windows cut in pauses and given to the batched decoder are
faster than the plain one and no worse; beam 5 is worth its quarter more time; text before a window as a prompt is not.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import ctranslate2
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel

from adapters.media_bytes import PartsFile, heads, sniff
from adapters.media_remux import pick
from adapters.media_sound import timeline
from adapters.speech_windows import RATE, Sound, Window, speech_spans, windows
from adapters.speech_words import Heard, phrases, settled

BEAM = 5
BATCH = {"cpu": 1, "cuda": 16}
"""Windows decoded together: on a processor two are 6 % faster than one and cost 120 MB, which breaks the promise of 450."""
LONGEST = 28.0
"""Seconds of speech per window; the engine reaches 30, margins included."""
SILENCE_AFTER = 100
"""Hundredths of a second of silence that follow the sound of a window; without any the end of a sentence is missed."""
STEP = 300
"""Hundredths of a second by which lengths of windows differ: for each length the engine keeps machine code it has made."""
WIDEST_GAP = 4.0
LAG = {"bundled": 0.1}
"""Seconds by which a model times its words late, where that was measured."""
_REPEATS, _UNSURE = 2.4, -1.0
"""A window whose text compresses better, or is less sure, went wrong: it is decoded once more, the careful way."""
_NOTHING = 0.6
"""Above this no-speech probability a window needs a sure text to be believed."""
_FASTEST = 18.0
"""Letters a second that nobody speaks."""
_MOST_SECONDS = 4 * 3600.0


class Unreadable(Exception):
    """No sound can be decoded from this file."""


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Load the model, say so, then answer until the parent goes away."""
    av.logging.set_level(av.logging.PANIC)
    # Whatever a library prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        engine = Engine(request)
    except (RuntimeError, ValueError) as failed:  # a device that is not there, a model this engine cannot read
        _say(answers, {"error": str(failed)})
        return {}
    _say(answers, engine.settings)
    gc.freeze()
    for line in sys.stdin:
        _say(answers, _answered(engine, json.loads(line)))
        _give_memory_back()
    return {}


def _give_memory_back() -> None:
    """What was kept from window to window goes when the file is done: holes between what stays would only grow. glibc alone knows how."""
    gc.collect()
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _say(answers: Any, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def _answered(engine: Engine, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return engine.transcribe(asked)
    except Unreadable as unreadable:
        return {"unreadable": str(unreadable)}
    except MemoryError:
        return {"full": True}
    except Exception as failed:  # a fault with one file must not cost the loaded model
        return {"error": f"{type(failed).__name__}: {failed}"}


class Pipeline(BatchedInferencePipeline):  # type: ignore[misc]
    """Looks at as much sound as a window has and a second of silence more, not always at thirty seconds."""

    def generate_segment_batched(self, features: Sound, *given: Any) -> Any:
        """Features end in zeros where the library filled the window up."""
        filled = np.flatnonzero(features.reshape(-1, features.shape[-1]).any(axis=0))
        end = int(filled[-1]) + 1 + SILENCE_AFTER if len(filled) else SILENCE_AFTER
        return super().generate_segment_batched(np.ascontiguousarray(features[..., : -(-end // STEP) * STEP]), *given)


class Engine:
    """A loaded model and how it is used."""

    def __init__(self, request: dict[str, Any]) -> None:
        device, compute = request["device"], request["compute_type"]
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        if compute == "auto":
            compute = "float16" if device == "cuda" else "int8"
        self._english = bool(request["english"])
        self._lag = LAG.get(request["name"], 0.0)
        self._batch = BATCH[device]
        self._model = WhisperModel(
            request["folder"], device=device, compute_type=compute, cpu_threads=request["threads"], local_files_only=True
        )
        self._batched = Pipeline(self._model)
        self.settings = {
            "device": device, "compute_type": compute, "threads": request["threads"], "beam_size": BEAM,
            "batch_size": self._batch, "window": LONGEST, "word_lag": self._lag,
        }  # fmt: skip

    def transcribe(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer one question; see `SpeechEngine.transcribe` for its parts."""
        start_at = float(asked["start_at"])
        sound, duration = _sound([Path.cwd() / name for name in asked["files"]], start_at)
        spans = speech_spans(sound, LONGEST)
        pieces = windows(spans, LONGEST, WIDEST_GAP, len(sound) / RATE)
        stable = duration
        if asked["partial"]:
            stable = start_at + (pieces[-1].start if pieces else max(0.0, duration - start_at - 1))
            pieces = pieces[:-1]
        language, certainty = self._language(asked["language"], sound, spans)
        words: list[Heard] = []
        for piece, heard in self._decoded(sound, pieces, language, asked["hot_words"]):
            words += settled(heard, piece.spans, self._lag)
        return {
            "segments": _later(phrases(words), start_at), "language": language, "language_probability": certainty,
            "duration": round(duration, 3), "stable_until": round(stable, 3), "settings": self.settings,
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

    def _decoded(self, sound: Sound, pieces: list[Window], language: str, hot: str) -> Iterator[tuple[Window, list[Heard]]]:
        """Each window with its words, in seconds of `sound`; none where the engine itself doubts that anyone speaks."""
        if not pieces:
            return
        found: dict[int, Any] = {}
        segments, _ = self._batched.transcribe(
            sound, language=language, beam_size=BEAM, word_timestamps=True, hotwords=hot or None, batch_size=self._batch,
            clip_timestamps=[{"start": piece.start, "end": piece.end} for piece in pieces],
        )  # fmt: skip
        for segment in segments:
            number = next((n for n, piece in enumerate(pieces) if segment.seek <= piece.end * 100 - 1), len(pieces) - 1)
            found.setdefault(number, []).append(segment)
        for number, piece in enumerate(pieces):
            heard = found.get(number, [])
            if any(s.compression_ratio > _REPEATS or s.avg_logprob < _UNSURE for s in heard):
                heard = self._carefully(sound, piece, language, hot)
            yield piece, [word for segment in heard if _is_believed(segment, piece.end - piece.start) for word in _words(segment)]

    def _carefully(self, sound: Sound, piece: Window, language: str, hot: str) -> list[Any]:
        """The plain decoder, which tries once more with some chance when a text looks wrong; more tries cost minutes."""
        part = sound[int(piece.start * RATE) : int(piece.end * RATE)]
        segments, _ = self._model.transcribe(
            part, language=language, beam_size=BEAM, word_timestamps=True, hotwords=hot or None,
            condition_on_previous_text=False, temperature=[0.0, 0.4], best_of=2,
        )  # fmt: skip
        return [_moved(segment, piece.start) for segment in segments]


def _is_believed(segment: Any, seconds: float) -> bool:
    """Drop what the engine itself doubts to be speech, and loops faster than anybody speaks in the `seconds` there were.

    A text that repeats itself at the pace of speech stays: people repeat themselves.
    """
    doubted = segment.no_speech_prob > _NOTHING and segment.avg_logprob < -0.5
    repeats = segment.compression_ratio > _REPEATS
    lost = repeats and (segment.avg_logprob < _UNSURE or len(segment.text) > _FASTEST * seconds)
    return not (doubted or lost)


def _words(segment: Any) -> list[Heard]:
    return [
        Heard(float(word.start), float(word.end), word.word, float(word.probability), float(segment.no_speech_prob))
        for word in segment.words or ()
    ]


def _moved(segment: Any, by: float) -> Any:
    for word in segment.words or ():
        word.start, word.end = word.start + by, word.end + by
    return segment


def _later(segments: list[dict[str, Any]], by: float) -> list[dict[str, Any]]:
    """The same phrases `by` seconds later."""
    for segment in segments:
        segment["start"], segment["end"] = round(segment["start"] + by, 3), round(segment["end"] + by, 3)
        segment["words"] = [(round(a + by, 3), round(b + by, 3), text, sure) for a, b, text, sure in segment["words"]]
    return segments


def _sound(parts: list[Path], start_at: float) -> tuple[Sound, float]:
    """Mono sound from `start_at` on, and how long the whole file is. Raises Unreadable."""
    file = PartsFile(parts)
    kind = sniff(file.read(4096))
    if kind is None:
        raise Unreadable("not a recording")
    # What a recorder added after a reload has a clock of its own; `media_remux` joins it, and only then is it heard.
    file = PartsFile(parts, 0, [*heads(file, kind), None][1])
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
    kept = [piece[0] for piece in timeline(container, audio, RATE, "mono", _MOST_SECONDS, start_at)]
    sound = np.concatenate(kept) if kept else np.zeros(0, dtype=np.float32)
    return sound, start_at + len(sound) / RATE
