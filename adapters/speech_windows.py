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
_STEP = 512 / RATE
"""Seconds per judgement of the voice detector."""
_PIECE, _RUN_UP = 1000, 60
"""Steps looked at together, and those before them from which the detector learns what it hears."""
_SPEECH, _STILL_SPEECH = 0.5, 0.35
_PAUSE = 0.3
"""A gap this long, in seconds, parts two stretches of speech."""
_SHORTEST = 0.2
_MARGIN = 0.3
"""Seconds of sound kept on either side of a piece: the detector is late for soft first sounds."""

Sound = np.ndarray[Any, np.dtype[np.float32]]
Span = tuple[float, float]


@dataclass(frozen=True)
class Window:
    """A piece of sound for the engine, in seconds, and the stretches of speech in it."""

    start: float
    end: float
    spans: tuple[Span, ...] = ()


def speech_spans(sound: Sound, longest: float) -> list[Span]:
    """Stretches of speech as (start, end) in seconds from the first sample, none longer than `longest`."""
    heard = _judged(sound)
    spans = _joined(_runs(heard), _PAUSE)
    whole = [(a, min(b, len(sound) / RATE)) for a, b in spans if b - a >= _SHORTEST]
    return [piece for span in whole for piece in _cut(span, heard, longest)]


def _judged(sound: Sound) -> Sound:
    """How likely it is, 0..1, that somebody speaks, for each step. Looked at in pieces, so that an hour needs no hour's memory."""
    step = round(_STEP * RATE)
    padded = np.pad(sound, (0, step - len(sound) % step))
    found: list[Sound] = []
    for at in range(0, len(padded), _PIECE * step):
        begin = max(0, at - _RUN_UP * step)
        piece = padded[begin : at + _PIECE * step].copy()  # the detector blanks the end of what it is given
        judged = np.asarray(get_vad_model()(piece), dtype=np.float32).reshape(-1)
        found.append(judged[(at - begin) // step :])
    return np.concatenate(found)


def _runs(heard: Sound) -> list[Span]:
    """Runs that start above one threshold and last until the sound falls below a lower one."""
    runs: list[Span] = []
    began: int | None = None
    for at, level in enumerate([*heard.tolist(), 0.0]):
        if began is None and level >= _SPEECH:
            began = at
        elif began is not None and level < _STILL_SPEECH:
            runs.append((began * _STEP, at * _STEP))
            began = None
    return runs


def _joined(runs: list[Span], gap: float) -> list[Span]:
    """Runs less than `gap` apart are one."""
    spans: list[Span] = []
    for start, end in runs:
        if spans and start - spans[-1][1] < gap:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _cut(span: Span, heard: Sound, longest: float) -> list[Span]:
    """Somebody who never pauses is cut where the detector is least sure, in the second half of what fits."""
    start, end = span
    pieces: list[Span] = []
    while end - start > longest:
        first, last = int((start + longest / 2) / _STEP), int((start + longest) / _STEP)
        at = (first + int(np.argmin(heard[first:last]))) * _STEP
        pieces.append((start, at))
        start = at
    return [*pieces, (start, end)]


def windows(spans: list[Span], longest: float, widest_gap: float, end: float) -> list[Window]:
    """Pack stretches of speech into windows of at most `longest` seconds with no silence over `widest_gap` inside.

    `end`: seconds of sound there are; no window reaches past it.
    """
    packed: list[list[Span]] = []
    for span in spans:
        if packed and span[1] - packed[-1][0][0] <= longest and span[0] - packed[-1][-1][1] <= widest_gap:
            packed[-1].append(span)
        else:
            packed.append([span])
    return [_widened(packed, number, end) for number in range(len(packed))]


def _widened(packed: list[list[Span]], number: int, most: float) -> Window:
    """A window with its margins, which never reach past the middle of the pause to its neighbour."""
    start, end = packed[number][0][0], packed[number][-1][1]
    before = (packed[number - 1][-1][1] + start) / 2 if number else 0.0
    after = (end + packed[number + 1][0][0]) / 2 if number + 1 < len(packed) else most
    return Window(max(start - _MARGIN, before), min(end + _MARGIN, after), tuple(packed[number]))
