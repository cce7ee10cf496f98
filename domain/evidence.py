"""The evidence finder: which passages of an answer bear on a criterion. A quote is two offsets into the stored transcript.

Words and, where a sentence model speaks the language, meaning: to each point of the rubric, to the criterion read as one text,
and to that with its question before it. It does not judge: a passage may speak for or against.
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
BY_QUESTION: Final = 0.3
"""Weight of likeness to the criterion with its question before it: what answers the question, not small talk."""
BY_SUBSTANCE: Final = 0.1
SUBSTANCE: Final = 6
"""Meaning words from which a sentence is no longer held back as too short to quote."""
SAME: Final = 0.85
"""Likeness from which a second passage would say the same again."""
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
    """The passages that bear on a criterion, the strongest first; none where nothing does.

    `points` say what the criterion means: anchors from the lowest, description, name.
    """
    cleaned = robustness.clean(transcript, question, points)
    read_off = [sentence for sentence, reason in cleaned.dropped if reason == "rubric_words"]
    kept = sorted([*cleaned.kept, *read_off], key=lambda sentence: sentence.number)
    return among(transcript, question, kept, points, encode, most)


def among(
    transcript: str, question: str, kept: Sequence[Sentence], points: Sequence[str], encode: Encode | None, most: int = MOST
) -> list[Passage]:
    """The strongest of these sentences, no two of which say the same."""
    if not kept or not points:
        return []
    said = [_plain(sentence.of(transcript)) for sentence in kept]
    whole = read_as_one(points)
    raw = likeness(said, [*points, whole, f"{question} {whole}"], encode)
    strength, nearest = strengths(said, raw), assign(raw[:, :-2])
    faint = FAINT if encode else FAINT_WORDS
    order = [int(i) for i in np.argsort(-strength, kind="stable") if raw[i, :-1].max() >= faint]
    chosen = _different(order, encode(said), most) if encode else order[:most]
    return [Passage(kept[i].start, kept[i].end, int(nearest[i]), round(float(strength[i]), 4)) for i in chosen]


def strengths(said: Sequence[str], raw: Floats) -> Floats:
    """How much each sentence bears on the criterion. `raw` is its likeness to each point, to all as one, to that after the question."""
    substance = np.array([min(1.0, len(wording.content(text)) / SUBSTANCE) for text in said])
    return np.asarray(raw[:, :-2].max(1) + raw[:, -2] + BY_QUESTION * raw[:, -1] + BY_SUBSTANCE * substance, float)


def read_as_one(points: Sequence[str]) -> str:
    """The criterion as one text: its name, its description and its two highest anchors, which stand last in `points`."""
    return " ".join(f"{point.rstrip('.')}." for point in reversed(points[-4:]))


def _plain(text: str) -> str:
    """Without filler words, as the proposer reads it too: its vectors are made once."""
    return wording.fluent(text) or text


def _different(order: Sequence[int], vectors: npt.NDArray[np.float32], most: int) -> list[int]:
    """The first of these that do not say again what one before them says."""
    chosen: list[int] = []
    for i in order:
        if len(chosen) < most and all(float(vectors[i] @ vectors[k]) < SAME for k in chosen):
            chosen.append(i)
    return chosen


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
