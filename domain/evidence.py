"""The evidence finder: which passages of an answer bear on a criterion. A quote is two offsets into the stored transcript.

Words and, where a sentence model speaks the language, meaning. It does not judge: a passage may speak for or against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from domain import robustness, wording
from domain.measures import Encode
from domain.wording import Sentence

Floats = npt.NDArray[np.float64]

MOST: Final = 3
BY_WORDS: Final = 0.5
"""Weight of likeness in words beside likeness in meaning."""
FAINT: Final = 0.1
"""Likeness under which a passage does not bear on the criterion."""
FAINT_WORDS: Final = 0.06


@dataclass(frozen=True)
class Passage:
    """A quote by offset. `point` numbers the point of the rubric it is nearest to, from 0; `strength` is comparable within one answer."""

    start: int
    end: int
    point: int
    strength: float

    def of(self, transcript: str) -> str:
        """Its words, cut from the transcript: verbatim by construction."""
        return transcript[self.start : self.end]


def find(transcript: str, question: str, points: Sequence[str], encode: Encode | None, most: int = MOST) -> list[Passage]:
    """The passages that bear on a criterion, the strongest first; none where nothing does. `points` say what the criterion means."""
    cleaned = robustness.clean(transcript, question, points)
    read_off = [sentence for sentence, reason in cleaned.dropped if reason == "rubric_words"]
    kept = sorted([*cleaned.kept, *read_off], key=lambda sentence: sentence.number)
    return among(transcript, kept, points, encode, most)


def among(transcript: str, kept: Sequence[Sentence], points: Sequence[str], encode: Encode | None, most: int = MOST) -> list[Passage]:
    """The strongest of these sentences."""
    if not kept or not points:
        return []
    raw = likeness([sentence.of(transcript) for sentence in kept], points, encode)
    strength = raw.max(1)
    nearest = assign(raw)
    faint = FAINT if encode else FAINT_WORDS
    order = [i for i in np.argsort(-strength, kind="stable") if raw[i].max() >= faint][:most]
    return [Passage(kept[i].start, kept[i].end, int(nearest[i]), round(float(strength[i]), 4)) for i in order]


def likeness(sentences: Sequence[str], points: Sequence[str], encode: Encode | None) -> Floats:
    """How near each sentence (row) is to each point (column), in words and meaning."""
    counts, wanted = [wording.terms(text) for text in sentences], [wording.terms(point) for point in points]
    weights = wording.rarity([*counts, *wanted])
    rows, columns = [wording.weigh(c, weights) for c in counts], [wording.weigh(c, weights) for c in wanted]
    words = np.array([[wording.dot(row, column) for column in columns] for row in rows])
    if encode is None:
        return words
    return np.asarray(BY_WORDS * words + encode(list(sentences)) @ encode(list(points)).T, float)


def assign(raw: Floats) -> npt.NDArray[np.intp]:
    """The point each sentence serves best. A point that is near to everything (a hub) does not win by that alone."""
    if len(raw) < 3:
        return np.asarray(raw.argmax(1))
    return np.asarray(((raw - raw.mean(0)) / (raw.std(0) + 0.05)).argmax(1))
