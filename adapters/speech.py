"""Spoken words from a recording: a warm engine in a child process that can be killed.

The model is loaded once and kept; loading it per file costs more than a short answer takes. Native code that hangs
cannot be ended by a Python timeout, so the engine lives in its own confined process (`speech_child.py`): at the time
limit it is killed, and the next call starts a new one. This side imports nothing heavy.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from adapters import sandbox
from adapters.speech_models import BUNDLED, Model, ModelChanged, ModelMissing, find_model

__all__ = [
    "FakeSpeech", "ModelChanged", "ModelMissing", "Segment", "Speech", "SpeechEngine", "SpeechError", "SpeechModelTooLarge",
    "SpeechTimeout", "SpeechTooLarge", "SpeechUnreadable", "Word",
]  # fmt: skip

_BASE_MEMORY = 3 << 30
"""Address space for Python, CTranslate2, onnxruntime and the sound; resident memory is about a tenth of it."""
_USUAL_MEMORY = 2 << 30
"""Real memory that the address space above is enough for; who allows more gets as much more of it."""
MINUTE_BYTES = 120 << 20
"""Real memory that a minute of sound takes beside the loaded model: measured with the smallest one, others take more."""
_LOAD_TIMEOUT = 180.0
"""Seconds for loading a model: a large one from a slow disk."""
_LOOK = 1.0
"""Seconds between two looks at how much memory a working child holds."""


class SpeechError(Exception):
    """The engine gave no transcript: it could not start, died or answered nonsense. Trying again may help."""


class SpeechTimeout(SpeechError):
    """The engine was killed at the time limit."""


class SpeechUnreadable(SpeechError):
    """The file has no sound that can be decoded. Trying again does not help."""


class SpeechTooLarge(SpeechError):
    """An engine that had heard nothing else reached its memory limit with this file. Trying again does not help."""


class SpeechModelTooLarge(SpeechError):
    """The model alone leaves less of its memory limit than a minute of sound takes. Trying again does not help."""


@dataclass(frozen=True)
class Word:
    """One word with its times on the picture's clock, in seconds, and how sure the engine is (0..1).

    `text` keeps its leading space where the language has spaces: the words of a phrase join without a separator.
    """

    start: float
    end: float
    text: str
    probability: float


@dataclass(frozen=True)
class Segment:
    """A phrase. `avg_logprob`: mean log probability of its words, near 0 is sure; `low_confidence` warns a reader."""

    start: float
    end: float
    text: str
    avg_logprob: float
    no_speech_prob: float
    low_confidence: bool
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Speech:
    """A transcript as the machine heard it.

    `no_speech`: nobody speaks in it, and no word was invented. `duration`: seconds of sound looked at, from the
    file's first moment. `stable_until`: up to this second nothing will change when the file grows; a later call may
    continue with `start_at` there. `model` and `model_hash` name what was used, `settings` how.
    """

    segments: tuple[Segment, ...]
    language: str
    language_probability: float
    duration: float
    no_speech: bool
    stable_until: float
    model: str
    model_hash: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> tuple[Word, ...]:
        """Every word in order."""
        return tuple(word for segment in self.segments for word in segment.words)

    @property
    def text(self) -> str:
        """The whole as one line."""
        return " ".join(segment.text.strip() for segment in self.segments)


class SpeechEngine:
    """A warm engine. One file at a time; calls from several threads wait for each other."""

    def __init__(
        self,
        model: str = BUNDLED,
        *,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int = 1,
        models_dir: Path | None = None,
        pin: str | None = None,
        memory: int | None = None,
    ) -> None:
        """Checks nothing yet: the model is looked for, hashed and loaded on the first call, or by `start`.

        `device`: auto, cpu or cuda. `compute_type`: auto means int8 on a processor and float16 on a GPU. `pin`: the
        expected fingerprint of a model that is not the bundled one. `memory`: bytes of real
        memory past which the child is killed while it works (Linux).
        """
        self._name, self._models_dir, self._pin = model, models_dir, pin
        self._settings = {"device": device, "compute_type": compute_type, "threads": threads}
        self._memory = memory
        self._child: sandbox.Child | None = None
        self._owner = 0
        self._buffer = b""
        self._is_fresh, self._room = False, 0
        self._lock = threading.Lock()
        self._model: Model | None = None
        self._loaded: dict[str, Any] = {}

    def start(self) -> dict[str, Any]:
        """Load the model now. Returns what is running: device, compute_type, threads, model, model_hash, english_only, and the
        `room` left to it in bytes.

        Raises ModelMissing, ModelChanged, SpeechModelTooLarge, SpeechError.
        """
        with self._lock:
            self._require_child()
            return dict(self._loaded)

    def transcribe(
        self,
        parts: Sequence[Path],
        *,
        language: str | None = None,
        hot_words: Sequence[str] = (),
        timeout: float = 600.0,
        start_at: float = 0.0,
        partial: bool = False,
    ) -> Speech:
        """The words of a recording: its byte parts in order, any container `media` accepts, finished or still growing.

        `language`: a code such as "de"; None detects it (an English-only model always hears English). `hot_words`:
        names and terms to expect. `timeout`: seconds, after which the engine is killed. `start_at`: begin at this
        second, a `stable_until` of an earlier call. `partial`: the file is still growing, so stop at the last pause
        that is safe; what follows comes with the next call.

        Raises ModelMissing, ModelChanged, SpeechUnreadable, SpeechTooLarge, SpeechModelTooLarge, SpeechTimeout, SpeechError.
        """
        asked = {
            "language": language,
            "hot_words": " ".join(hot_words),
            "start_at": start_at,
            "partial": partial,
        }
        with self._lock:
            child = self._require_child()
            handed: list[Path] = []
            try:
                for part in parts:
                    handed.append(_hand_over(part, Path(child.folder.name), len(handed)))
                answer = self._ask(child, asked | {"files": [path.name for path in handed]}, timeout)
            finally:
                for path in handed:
                    path.unlink(missing_ok=True)
        return self._speech(answer)

    def close(self) -> None:
        """End the child. A later call starts a new one."""
        with self._lock:
            self._end_child()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the child while there is one, for measuring."""
        return self._child.pid if self._child else None

    def _require_child(self) -> sandbox.Child:
        # A child inherited through a fork belongs to the parent: two users of one pipe would read each other's words.
        if self._child is not None and self._owner != os.getpid():
            self._child, self._buffer = None, b""
        if self._child is not None and self._child.process.poll() is not None:
            self._end_child()
        if self._child is None:
            self._child = self._start_child()
        return self._child

    def _start_child(self) -> sandbox.Child:
        model = self._model = find_model(self._name, self._models_dir, self._pin)
        on_gpu = self._settings["device"] != "cpu" and Path("/dev/nvidiactl").exists()
        more = max(0, (self._memory or 0) - _USUAL_MEMORY)
        memory = None if on_gpu else _BASE_MEMORY + more + 4 * model.size
        limits = sandbox.Limits(wall=0, cpu=None, memory=memory, files=256)
        request = {"name": model.name, "folder": str(model.folder), "english": model.is_english_only, **self._settings}
        confinement = sandbox.Confinement(reads=[model.folder], devices=on_gpu, keeps_folder=False)
        child = sandbox.start("adapters.speech_child", request, limits, confinement, pipes=True)
        self._child, self._owner, self._buffer = child, os.getpid(), b""
        self._is_fresh, self._room = True, 0
        named = {"model": model.name, "model_hash": model.fingerprint, "english_only": model.is_english_only}
        loaded = self._read(child, _LOAD_TIMEOUT)
        if "error" in loaded:
            self._end_child()
            raise SpeechError(str(loaded["error"]))
        self._room = (self._memory or sys.maxsize) - _resident_bytes(child.pid)
        if self._room <= 0:
            raise self._too_much()
        self._loaded = loaded | named | {"room": self._room}
        return child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.kill()
        self._child, self._buffer, self._is_fresh = None, b"", False

    def _ask(self, child: sandbox.Child, asked: dict[str, Any], timeout: float) -> dict[str, Any]:
        assert child.process.stdin is not None
        try:
            child.process.stdin.write(json.dumps(asked).encode() + b"\n")
            child.process.stdin.flush()
        except OSError as gone:
            self._end_child()
            raise SpeechError("the speech engine was gone") from gone
        answer = self._read(child, timeout)
        if "full" in answer:
            raise self._too_much()
        self._is_fresh = False
        if "unreadable" in answer:
            raise SpeechUnreadable(str(answer["unreadable"]))
        if "error" in answer:
            raise SpeechError(str(answer["error"]))
        return answer

    def _read(self, child: sandbox.Child, timeout: float) -> dict[str, Any]:
        """One line from the child. Kills it when the line does not come in time or is not what we speak."""
        try:
            line = self._read_line(child, time.monotonic() + timeout)
            answer = json.loads(line)
            if not isinstance(answer, dict):
                raise ValueError("no object")
            return answer
        except TimeoutError as late:
            self._end_child()
            raise SpeechTimeout(f"no transcript within {timeout:g} s; the engine was killed") from late
        except MemoryError:
            raise self._too_much() from None
        except (ValueError, EOFError) as nonsense:
            words = child.last_words()
            self._end_child()
            raise SpeechError(f"the speech engine was ended ({nonsense}): {words}") from nonsense

    def _too_much(self) -> SpeechError:
        """Ends the child, which reached its memory limit. Only one that had heard nothing before says something about model or file."""
        blamed = SpeechModelTooLarge if self._room < MINUTE_BYTES else SpeechTooLarge
        kind = blamed if self._is_fresh else SpeechError
        self._end_child()
        return kind("the speech engine took more memory than allowed and was ended")

    def _read_line(self, child: sandbox.Child, until: float) -> bytes:
        assert child.process.stdout is not None
        pipe = child.process.stdout.fileno()
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([pipe], [], [], max(0.0, min(_LOOK, until - time.monotonic())))
            if not ready:
                self._require_within_limits(child, until)
                continue
            piece = os.read(pipe, 1 << 16)
            if not piece:
                raise EOFError
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _require_within_limits(self, child: sandbox.Child, until: float) -> None:
        if time.monotonic() >= until:
            raise TimeoutError
        if self._memory and _resident_bytes(child.pid) > self._memory:
            raise MemoryError

    def _speech(self, answer: dict[str, Any]) -> Speech:
        assert self._model is not None
        try:
            segments = tuple(_segment(segment) for segment in answer["segments"])
            return Speech(
                segments=segments, language=str(answer["language"]), language_probability=float(answer["language_probability"]),
                duration=float(answer["duration"]), no_speech=not segments, stable_until=float(answer["stable_until"]),
                model=self._model.name, model_hash=self._model.fingerprint, settings=dict(answer["settings"]),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as nonsense:
            raise SpeechError(f"the speech engine answered nonsense: {nonsense!r}") from nonsense


def _resident_bytes(pid: int) -> int:
    """Real memory a process holds; 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _hand_over(path: Path, folder: Path, number: int) -> Path:
    """Put a part of the recording where the child may read it: it sees no other file of ours.

    A second name for the same bytes costs nothing; across disks they are copied. The child cannot write to either.
    """
    handed = folder / f"sound-{number}"
    with suppress(OSError):
        os.link(path, handed)
        return handed
    shutil.copyfile(path, handed)
    return handed


def _segment(value: dict[str, Any]) -> Segment:
    words = tuple(Word(float(a), float(b), str(text), float(p)) for a, b, text, p in value["words"])
    return Segment(
        start=float(value["start"]), end=float(value["end"]), text=str(value["text"]), avg_logprob=float(value["avg_logprob"]),
        no_speech_prob=float(value["no_speech_prob"]), low_confidence=bool(value["low_confidence"]), words=words,
    )  # fmt: skip


class FakeSpeech:
    """The fake: hears `text` in every file, one word each half second; an empty text is no speech.

    Of a growing file (`partial`) it is sure of all words but the last; from `start_at` on it hears those that are left.
    """

    def __init__(self, text: str = "hello from the fake engine", error: SpeechError | None = None) -> None:
        self.text, self.error = text, error
        self.hash, self.english_only, self.language, self.certainty = "0" * 64, False, "en", 1.0
        self.asked: list[dict[str, Any]] = []

    def start(self) -> dict[str, Any]:
        return {
            "device": "cpu",
            "compute_type": "fake",
            "threads": 1,
            "model": "fake",
            "model_hash": self.hash,
            "english_only": self.english_only,
        }

    def transcribe(self, parts: Sequence[Path], **asked: Any) -> Speech:
        """Answers at once; remembers what was asked in `asked`; raises `error` where one was given."""
        self.asked.append({"parts": parts, **asked})
        if self.error:
            raise self.error
        said = [Word(n / 2, n / 2 + 0.4, f" {text}", 0.9) for n, text in enumerate(self.text.split())]
        end = len(said) / 2
        stable = max(0.0, end - 0.5) if asked.get("partial") else end
        words = tuple(word for word in said if asked.get("start_at", 0.0) <= word.start < stable)
        text = "".join(word.text for word in words).strip()
        whole = Segment(words[0].start, words[-1].end, text, -0.2, 0.01, low_confidence=False, words=words) if words else None
        language, certainty = (asked["language"], 1.0) if asked.get("language") else (self.language, self.certainty)
        return Speech((whole,) if whole else (), language, certainty, end, not words, stable, "fake", self.hash)

    def close(self) -> None:
        """Nothing to end."""
