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
ENOUGH_TO_JUDGE: Final = 20
"""Scored answers from which "unusual" means anything."""
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


def limits(answers: Sequence[Measured], meanings: Floats) -> Odd:
    """Each scored answer's signs with itself left out; the limit leaves `UNUSUAL` of them inside."""
    owners = np.concatenate([np.full(len(answer.vectors), i) for i, answer in enumerate(answers)]) if answers else np.zeros(0)
    pool = np.concatenate([answer.vectors for answer in answers]) if answers else np.zeros((0, 1), np.float32)
    table = np.array([_signs(a, pool[owners != i], np.delete(meanings, i, 0), meanings[i]) for i, a in enumerate(answers)])
    centre = np.median(table, 0)
    above = np.maximum(table - centre, 0)
    scale = np.maximum(np.quantile(above, 0.9, axis=0), FLOORS)
    worst = np.sort((above / scale).max(1))
    rank = min(len(worst), int(np.ceil((len(worst) + 1) * UNUSUAL)))
    return Odd(centre, scale, float(max(worst[rank - 1], 1.0)), pool)


def _signs(answer: Measured, pool: npt.NDArray[np.float32], meanings: Floats, meaning: Floats) -> Floats:
    """The ten signs of `SIGNS`; larger is odder."""
    near = (answer.vectors @ pool.T).max(1) if len(answer.vectors) and len(pool) else np.ones(1)
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
