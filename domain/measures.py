"""What the calibrated proposer looks at: an answer, cleaned, as words, as sentence vectors, and against the rubric.

Length counts only as different words of substance, so that saying more of the same changes nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from domain import robustness, wording
from domain.instruction_examples import HONEST, TO_THE_SCORER
from domain.instructions import CLEARER, DOUBTFUL, LIKE
from domain.robustness import Cleaned
from domain.wording import Sentence

Floats = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
"""Sentences to unit rows; None of it where no sentence model speaks the language."""

VERSION: Final = 3
"""Changes with what is measured: what was learned from other measures is learned anew."""
NO_WIDTH: Final = 1
MOST_SENTENCES: Final = 120
READ: Final = ("read_back", "rubric_words")
"""Reasons for which a sentence is measured all the same but may not carry the value: people who answer well use the rubric's words too."""


@dataclass(frozen=True)
class Rubric:
    """What an answer is held against. `points` are the anchors' texts, lowest level first, and the description.

    `anchors` of them, the first, are the anchors' texts.
    """

    question: str
    name: str
    points: tuple[str, ...]
    anchors: int = 0


@dataclass
class Measured:
    """One answer. `vectors` has a row for each kept sentence; `rubric` and `surface` are short rows of numbers."""

    cleaned: Cleaned
    terms: Counter[int]
    vectors: Floats
    rubric: npt.NDArray[np.float64]
    tilt: npt.NDArray[np.float64]
    """One number: to which end of the rubric its sentences lie nearer, above 0 to the upper one."""
    surface: npt.NDArray[np.float64]
    signs: npt.NDArray[np.float64]
    vector: npt.NDArray[np.float64]
    """The mean of its sentences, as a direction."""
    read: frozenset[int] = frozenset()
    """Rows of `vectors` that read the question or the rubric out."""
    less: Callable[[frozenset[int]], Measured] | None = None
    """The same answer without some of its sentences, by row of `vectors`; None for what was stored as numbers."""


class Measure:
    """Measures answers against one rubric; keeps what is the same for all of them."""

    def __init__(self, rubric: Rubric, encode: Encode | None) -> None:
        self._rubric, self._encode = rubric, encode
        self._needs = list(dict.fromkeys([rubric.name, *(clause for point in rubric.points for clause in wording.clauses(point))]))
        self._terms = [wording.terms(need) for need in self._needs]
        self._content = [set(wording.content(need)) - set(wording.content(rubric.question)) for need in self._needs]
        self._orders_like = (encode(TO_THE_SCORER), encode(HONEST)) if encode else None
        self._vectors = encode(self._needs) if encode else np.zeros((len(self._needs), NO_WIDTH), np.float32)
        anchors = encode(rubric.points[: rubric.anchors]) if encode else np.zeros((rubric.anchors, NO_WIDTH), np.float32)
        self._uphill = np.linspace(-1, 1, rubric.anchors) @ anchors

    def __call__(self, transcript: str) -> Measured:
        """Cleans and measures one answer."""
        cleaned = robustness.clean(transcript, self._rubric.question, self._rubric.points)
        return self.only(transcript, robustness.without(transcript, cleaned, self._orders(transcript, cleaned)))

    def _orders(self, transcript: str, cleaned: Cleaned) -> dict[Sentence, str]:
        """Sentences that mean an instruction to the scorer, whatever their words, or perhaps do."""
        said = [(sentence, wording.fluent(sentence.of(transcript))) for sentence in _measured(cleaned)]
        said = [(sentence, text) for sentence, text in said if text]
        if self._encode is None or self._orders_like is None or not said:
            return {}
        vectors = self._encode([text for _, text in said])
        order, honest = ((vectors @ examples.T).max(1) for examples in self._orders_like)
        surely = (order >= LIKE) & (order - honest >= CLEARER)
        perhaps = order - honest / 2 >= DOUBTFUL
        reasons = np.where(surely, "instruction_like", np.where(perhaps, "perhaps_instruction", ""))
        return {sentence: str(reason) for (sentence, _), reason in zip(said, reasons, strict=True) if reason}

    def only(self, transcript: str, cleaned: Cleaned) -> Measured:
        """Measures what `cleaned` kept, and what it found read out."""
        read = {sentence for sentence, reason in cleaned.dropped if reason in READ}
        said = [(wording.fluent(sentence.of(transcript)), sentence in read) for sentence in _measured(cleaned)]
        said = [(text, is_read) for text, is_read in said if text]
        kept = [text for text, _ in said]
        vectors = self._encode(kept) if self._encode and kept else np.zeros((len(kept), self._vectors.shape[1]), np.float32)
        signs = robustness.signs(wording.fluent(transcript), self._rubric.question, self._rubric.points, cleaned.share)
        rows = frozenset(row for row, (_, is_read) in enumerate(said) if is_read)
        return replace(self._of(kept, vectors, cleaned, np.array(signs.row())), read=rows)

    def _of(self, kept: Sequence[str], vectors: Floats, cleaned: Cleaned, signs: npt.NDArray[np.float64]) -> Measured:
        """These sentences as one answer."""
        text = " ".join(kept)

        def less(rows: frozenset[int]) -> Measured:
            stay = [row for row in range(len(kept)) if row not in rows]
            return self._of([kept[row] for row in stay], vectors[stay], cleaned, signs)

        return Measured(
            cleaned=cleaned,
            terms=wording.terms(text),
            vectors=vectors,
            rubric=self._nearness(text, vectors),
            tilt=np.array([(vectors @ self._uphill).mean() if len(vectors) else 0.0], np.float64),
            surface=_surface(text, kept),
            signs=signs,
            vector=_direction(vectors),
            less=less,
        )

    def _nearness(self, text: str, vectors: Floats) -> npt.NDArray[np.float64]:
        """How near the answer comes to the rubric: in meaning (mean and best), in words (share met, likeness)."""
        said = set(wording.content(text))
        met = [len(said & wanted) / len(wanted) for wanted in self._content[1:] if wanted]
        weights = wording.rarity(self._terms)
        whole = wording.weigh(wording.terms(text), weights)
        like = [wording.dot(whole, wording.weigh(need, weights)) for need in self._terms]
        near = (vectors @ self._vectors.T).max(0) if len(vectors) else np.zeros(len(self._needs))
        return np.array([near[1:].mean(), near.max(), float(np.mean(met or [0.0])), float(np.max(like)), float(np.mean(like))], np.float64)


def _measured(cleaned: Cleaned) -> list[Sentence]:
    """What may count and what was read out, in order, as far as anybody reads."""
    read = [sentence for sentence, reason in cleaned.dropped if reason in READ]
    return sorted([*cleaned.kept, *read], key=lambda sentence: sentence.number)[:MOST_SENTENCES]


def _direction(vectors: Floats) -> npt.NDArray[np.float64]:
    mean = vectors.mean(0).astype(np.float64) if len(vectors) else np.zeros(vectors.shape[1])
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


def _surface(text: str, kept: Sequence[str]) -> npt.NDArray[np.float64]:
    words = wording.tokens(text)
    different = len(set(wording.content(text)))
    long = sum(len(word) > 6 for word in words) / max(1, len(words))
    return np.array([math.log1p(different), math.log1p(len(kept)), long, len(words) / max(1, len(kept)) / 20], np.float64)


def zero_shot(measured: Measured) -> float:
    """How good the answer looks with nobody's scores to go by, about 0 with spread 1: length, words and meaning of the rubric."""
    near, _, met, like, _ = measured.rubric
    length = (measured.surface[0] - 3.2) / 0.6
    return float(0.45 * length + 0.4 * (near - 0.2) / 0.06 + 0.15 * (met - 0.08) / 0.06 + 0.15 * (like - 0.15) / 0.1)
