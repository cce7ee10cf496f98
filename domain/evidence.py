"""The evidence finder: which passages of an answer bear on a criterion. A quote is two offsets into the stored transcript.

Words and, where a sentence model speaks the language, meaning, to the criterion read as one text. Where nothing is near it, it says
so by finding none. It does not judge: a passage may speak for or against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from domain import robustness, wording
from domain.measures import Encode
from domain.wording import Sentence

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]

MOST: Final = 3
BY_WORDS: Final = 0.5
"""Weight of likeness in words beside likeness in meaning."""
BY_SUBSTANCE: Final = 0.1
SUBSTANCE: Final = 6
"""Meaning words from which a sentence is no longer held back as too short to quote."""
SAME: Final = 0.85
"""Likeness from which a second passage would say the same again."""
SHORT: Final = 20
"""Words under which a quote takes in its neighbours: people speak in pieces, and a piece alone is hard to judge."""
NEAR_BY: Final = 0.4
"""Share of a sentence's strength that a neighbour must have to be taken in: what is about something else does not help to judge it.

Words alone cannot tell that: neighbours seldom share any.
"""
FAINT: Final = 0.05
"""Likeness of the nearest passage up to which nothing bears on the criterion. In words alone: when none of them is shared."""


@dataclass(frozen=True)
class Passage:
    """A quote by offset: a sentence, or a few that stand together. `strength` is comparable within one answer."""

    start: int
    end: int
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
    return among(transcript, kept, points, encode, most)


def among(transcript: str, kept: Sequence[Sentence], points: Sequence[str], encode: Encode | None, most: int = MOST) -> list[Passage]:
    """Quotes from these sentences, no two of which say the same."""
    if not kept or not points:
        return []
    said = [_plain(sentence.of(transcript)) for sentence in kept]
    near = likeness(said, [read_as_one(points)], encode)[:, 0]
    strength = near + BY_SUBSTANCE * np.array([min(1.0, len(wording.content(text)) / SUBSTANCE) for text in said])
    if near.max() <= (FAINT if encode else 0.0):
        return []
    return quotes(transcript, kept, np.where(near > 0, strength, 0.0), encode(said) if encode else None, most)


def quotes(transcript: str, kept: Sequence[Sentence], strength: Floats, vectors: Vectors | None, most: int = MOST) -> list[Passage]:
    """The strongest sentences, each with its neighbours where it is short; 0 is never a quote's own strength."""
    words = [wording.count_words(sentence.of(transcript)) for sentence in kept]
    apart = [True, *(not _stand_together(transcript, a, b) for a, b in pairwise(kept)), True]
    chosen: list[int] = []
    found: list[tuple[int, int]] = []
    for i in (int(i) for i in np.argsort(-strength, kind="stable") if strength[i] > 0):
        if len(chosen) < most and not any(a <= i <= b for a, b in found) and _is_new(i, chosen, vectors):
            least = NEAR_BY * float(strength[i]) if vectors is not None else 0.0
            found.append(_grown(i, words, strength, least, apart, found))
            chosen.append(i)
    spans = zip(chosen, found, strict=True)
    return [Passage(kept[a].start, kept[b].end, round(float(strength[i]), 4)) for i, (a, b) in spans]


def _is_new(i: int, chosen: Sequence[int], vectors: Vectors | None) -> bool:
    """It does not say again what one before it says."""
    return vectors is None or all(float(vectors[i] @ vectors[k]) < SAME for k in chosen)


def _stand_together(transcript: str, one: Sentence, other: Sentence) -> bool:
    """Nothing was left out between them, and no blank line: after one begins another paragraph, or the answer to another question."""
    return other.number == one.number + 1 and "\n\n" not in transcript[one.end : other.start]


def _grown(
    i: int, words: Sequence[int], strength: Floats, least: float, apart: Sequence[bool], taken: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """First and last sentence of a quote about `i`: the stronger neighbour is taken in until it is long enough.

    Nothing is taken in that stands `apart` (each sentence from the one before it), that another quote holds, or that has not `least`.
    """
    first = last = i
    while sum(words[first : last + 1]) < SHORT:
        beside = [k for k, seam in ((first - 1, first), (last + 1, last + 1)) if not apart[seam] and not any(a <= k <= b for a, b in taken)]
        beside = [k for k in beside if strength[k] >= least]
        if not beside:
            break
        best = max(beside, key=lambda k: strength[k])
        first, last = min(first, best), max(last, best)
    return first, last


def read_as_one(points: Sequence[str]) -> str:
    """The criterion as one text: its name, its description and its two highest anchors, which stand last in `points`."""
    return " ".join(f"{point.rstrip('.')}." for point in reversed(points[-4:]))


def _plain(text: str) -> str:
    """Without filler words, as the proposer reads it too: its vectors are made once."""
    return wording.fluent(text) or text


def likeness(sentences: Sequence[str], points: Sequence[str], encode: Encode | None) -> Floats:
    """How near each sentence (row) is to each point (column), in words and meaning."""
    counts, wanted = [wording.terms(text) for text in sentences], [wording.terms(point) for point in points]
    weights = wording.rarity([*counts, *wanted])
    rows, columns = [wording.weigh(c, weights) for c in counts], [wording.weigh(c, weights) for c in wanted]
    words = np.array([[wording.dot(row, column) for column in columns] for row in rows])
    if encode is None:
        return words
    return np.asarray(BY_WORDS * words + encode(list(sentences)) @ encode(list(points)).T, float)
