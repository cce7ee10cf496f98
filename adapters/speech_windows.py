"""Where somebody speaks, and how that is cut into pieces for the engine. Runs only inside the speech child.

The engine invents words over silence, noise and music; so it is only ever given stretches in which the voice detector
(Silero, which faster-whisper carries) hears speech. Pieces are cut in pauses, which also makes their transcripts
final: a piece whose ending pause has been heard does not change when the recording grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_whisper.vad import get_vad_model

RATE = 16_000
"""Samples per second the engine hears."""
_STEP = 512
_SPEECH, _STILL_SPEECH = 0.5, 0.35
_PAUSE = 0.3
"""A gap this long, in seconds, parts two stretches of speech."""
_SHORTEST = 0.2
_MARGIN = 0.3
"""Seconds of sound kept on either side of a piece: the detector is late for soft first sounds."""

Sound = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True)
class Window:
    """A piece of sound for the engine, in seconds."""

    start: float
    end: float


def speech_spans(sound: Sound) -> list[tuple[float, float]]:
    """Stretches of speech as (start, end) in seconds from the first sample."""
    padded = np.pad(sound, (0, _STEP - len(sound) % _STEP))
    heard = get_vad_model()(padded).reshape(-1)
    spans = _joined(_runs(heard), _PAUSE)
    return [(a, min(b, len(sound) / RATE)) for a, b in spans if b - a >= _SHORTEST]


def _runs(heard: Sound) -> list[tuple[float, float]]:
    """Runs that start above one threshold and last until the sound falls below a lower one."""
    runs: list[tuple[float, float]] = []
    began: int | None = None
    for at, level in enumerate(heard.tolist()):
        if began is None and level >= _SPEECH:
            began = at
        elif began is not None and level < _STILL_SPEECH:
            runs.append((began * _STEP / RATE, at * _STEP / RATE))
            began = None
    if began is not None:
        runs.append((began * _STEP / RATE, len(heard) * _STEP / RATE))
    return runs


def _joined(runs: list[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    """Runs less than `gap` apart are one."""
    spans: list[tuple[float, float]] = []
    for start, end in runs:
        if spans and start - spans[-1][1] < gap:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def windows(spans: list[tuple[float, float]], longest: float, widest_gap: float) -> list[Window]:
    """Pack stretches of speech into windows of at most `longest` seconds with no silence over `widest_gap` inside.

    One stretch without a pause may be longer than `longest`: it is never cut through.
    """
    packed: list[tuple[float, float]] = []
    for start, end in spans:
        fits = packed and end - packed[-1][0] <= longest and start - packed[-1][1] <= widest_gap
        if fits:
            packed[-1] = (packed[-1][0], end)
        else:
            packed.append((start, end))
    return [_widened(packed, number) for number in range(len(packed))]


def _widened(packed: list[tuple[float, float]], number: int) -> Window:
    """A window with its margins, which never reach past the middle of the pause to its neighbour."""
    start, end = packed[number]
    before = (packed[number - 1][1] + start) / 2 if number else 0.0
    after = (end + packed[number + 1][0]) / 2 if number + 1 < len(packed) else end + _MARGIN
    return Window(max(start - _MARGIN, before), min(end + _MARGIN, after))
