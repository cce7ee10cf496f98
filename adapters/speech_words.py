"""Words as the engine times them, put where they are heard, and gathered into phrases. No library is needed here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

LOW_CONFIDENCE = math.log(0.6)
"""Mean log probability of a phrase's words below which a reader is warned."""
_ENDS = (".", "?", "!", "。", "？", "！", "؟", "।", "…")
_LONG_PAUSE = 1.0
_LONG_PHRASE = 12.0
"""Seconds after which a phrase ends at the next comma, or at any word once it has lasted twice as long."""


class Heard(NamedTuple):
    """A word, its times in seconds, how sure the engine is (0..1), and whether it judged its window to be no speech."""

    start: float
    end: float
    text: str
    probability: float
    no_speech: float


def settled(words: Iterable[Heard], spans: Sequence[tuple[float, float]], lag: float) -> list[Heard]:
    """Move words `lag` seconds earlier and out of the pauses.

    Small models are late by a constant (tiny.en: 0.1 s, measured against a forced alignment of read speech and
    against a synthesizer's own marks), and stretch the word beside a pause into the pause.
    """
    done: list[Heard] = []
    for word in words:
        start, end = max(0.0, word.start - lag), max(0.0, word.end - lag)
        for onset, offset in spans:
            if start < onset < end:
                start = onset
            if start < offset < end and end - offset > 0.1:
                end = offset + 0.05
        start = max(start, done[-1].start if done else 0.0)
        done.append(word._replace(start=round(start, 3), end=round(max(end, start + 0.02), 3)))
    return done


def phrases(words: Sequence[Heard]) -> list[dict[str, Any]]:
    """Gather words into phrases that end at a full stop or in a long pause; each as `speech.Segment` has it."""
    groups: list[list[Heard]] = []
    for word in words:
        if groups and not _ends(groups[-1], word):
            groups[-1].append(word)
        else:
            groups.append([word])
    return [_phrase(group) for group in groups]


def _ends(group: list[Heard], following: Heard) -> bool:
    last = group[-1]
    text, lasted = last.text.rstrip("\"'”’)"), last.end - group[0].start
    if text.endswith(_ENDS) or following.start - last.end > _LONG_PAUSE:
        return True
    return lasted > 2 * _LONG_PHRASE or (lasted > _LONG_PHRASE and text.endswith((",", "，", "、", "،", ";", ":")))


def _phrase(group: list[Heard]) -> dict[str, Any]:
    sure = sum(math.log(max(word.probability, 1e-4)) for word in group) / len(group)
    return {
        "start": group[0].start,
        "end": max(word.end for word in group),
        "text": "".join(word.text for word in group).strip(),
        "avg_logprob": round(sure, 4),
        "no_speech_prob": round(max(word.no_speech for word in group), 4),
        "low_confidence": sure < LOW_CONFIDENCE,
        "words": [(word.start, word.end, word.text, round(word.probability, 4)) for word in group],
    }
