"""How unlike the scored answers an answer is: the judge of padding, stuffing, strange subjects and whatever else nobody thought of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from domain.measures import Measured

Floats = npt.NDArray[np.float64]

UNUSUAL: Final = 0.96
"""Share of honest answers that are less unusual than what is withheld."""
ENOUGH_TO_JUDGE: Final = 50
"""Scored answers from which "unusual" means anything; with fewer the floor lets nothing be shown anyway."""
NEAR_ENOUGH: Final = 0.75
"""Likeness from which two sentences count as the same: words misheard are not a strange subject."""
NEARER: Final = 0.03
"""By how much nearer to another question's answers a sentence must be to count as strange."""
LIKE_ENOUGH: Final = 0.5
"""Likeness from which a sentence is never strange."""
STRANGE: Final = 0.25
"""Share of honest sentences that count as strange: they may not carry the value."""
SIGNS: Final = (
    "repetition",
    "rubric_words",
    "rubric_words",
    "word_list",
    "read_back",
    "left_out",
    "off_topic",
    "off_topic",
    "unlike_others",
    "length",
)
FLOORS: Final = np.array([0.03, 0.06, 0.12, 0.1, 0.08, 0.08, 0.06, 0.15, 0.15, 0.5])
"""Differences too small to mean anything, one for each of `SIGNS`."""


@dataclass
class Odd:
    """Where honest answers lie on each sign, and how far the oddest of them stray."""

    centre: Floats
    scale: Floats
    limit: float
    sentences: npt.NDArray[np.float32]
    strange: float
    """Likeness to the nearest sentence of other answers under which a sentence is strange here."""
    elsewhere: npt.NDArray[np.float32]
    """Sentences the same people said to other questions."""


def limits(answers: Sequence[Measured], meanings: Floats, elsewhere: npt.NDArray[np.float32] | None = None) -> Odd:
    """Each scored answer's signs with itself left out; the limit leaves `UNUSUAL` of them inside."""
    owners = np.concatenate([np.full(len(answer.vectors), i) for i, answer in enumerate(answers)]) if answers else np.zeros(0)
    pool = np.concatenate([answer.vectors for answer in answers]) if answers else np.zeros((0, 1), np.float32)
    apart = pool @ pool.T
    apart[owners[:, None] == owners[None, :]] = -1
    strange = min(LIKE_ENOUGH, float(np.quantile(apart.max(1), STRANGE))) if len(pool) > 1 else -1.0
    table = np.array([_signs(a, pool[owners != i], np.delete(meanings, i, 0), meanings[i]) for i, a in enumerate(answers)])
    centre = np.median(table, 0)
    above = np.maximum(table - centre, 0)
    scale = np.maximum(np.quantile(above, 0.9, axis=0), FLOORS)
    worst = np.sort((above / scale).max(1))
    rank = min(len(worst), int(np.ceil((len(worst) + 1) * UNUSUAL)))
    return Odd(centre, scale, float(max(worst[rank - 1], 1.0)), pool, strange, pool[:0] if elsewhere is None else elsewhere)


def _signs(answer: Measured, pool: npt.NDArray[np.float32], meanings: Floats, meaning: Floats) -> Floats:
    """The ten signs of `SIGNS`; larger is odder."""
    near = (answer.vectors @ pool.T).max(1) if len(answer.vectors) and len(pool) else np.ones(1)
    near = np.minimum(near, NEAR_ENOUGH)
    likest = float(np.sort(meanings @ meaning)[-3:].mean()) if len(meanings) else 1.0
    worst = np.sort(near)[: max(1, len(near) // 3)]
    return np.concatenate([answer.signs, [1 - near.mean(), 1 - worst.mean(), 1 - likest, answer.surface[0]]])


def oddness(odd: Odd, answer: Measured, meanings: Floats, meaning: Floats) -> tuple[float, str]:
    """How odd, as a share of the limit, and the sign that is oddest."""
    if len(meanings) < ENOUGH_TO_JUDGE:
        return 0.0, ""
    found = _signs(answer, odd.sentences, meanings, meaning)
    strange = np.maximum(found - odd.centre, 0) / odd.scale / odd.limit
    return float(strange.max()), SIGNS[int(strange.argmax())]


def strangers(odd: Odd, answer: Measured) -> frozenset[int]:
    """The sentences, by row, that are like none of the other answers', or more like what is said to other questions."""
    if not len(answer.vectors) or not len(odd.sentences):
        return frozenset()
    near = (answer.vectors @ odd.sentences.T).max(1)
    strange = near < odd.strange
    if len(odd.elsewhere):
        strange |= (answer.vectors @ odd.elsewhere.T).max(1) > near + NEARER
    return frozenset(int(row) for row in np.flatnonzero(strange))
