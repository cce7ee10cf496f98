"""How well two raters agree: quadratic weighted kappa, mean error, exact and adjacent, with intervals from resampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DRAWS: Final = 400


@dataclass(frozen=True)
class Agreement:
    """`kappa` is quadratic weighted (1 agrees wholly, 0 is chance), `low` to `high` its 80 % interval; `error` is in levels."""

    n: int
    kappa: float
    low: float
    high: float
    error: float
    exact: float
    adjacent: float

    def as_json(self) -> dict[str, Any]:
        return {name: round(value, 3) for name, value in asdict(self).items()}


def kappa(a: Sequence[float] | Floats, b: Sequence[float] | Floats) -> float:
    """Quadratic weighted kappa of two rows of levels; 0 where one of them never varies."""
    x, y = np.asarray(a, float), np.asarray(b, float)
    chance = x.var() + y.var() + (x.mean() - y.mean()) ** 2 if len(x) else 0.0
    if chance < 1e-12 or x.std() < 1e-12 or y.std() < 1e-12:
        return 0.0
    return float(1 - ((x - y) ** 2).mean() / chance)


def measure(a: Sequence[float] | Floats, b: Sequence[float] | Floats, seed: int = 1) -> Agreement:
    """Agreement of `a` (the machine) with `b` (people)."""
    x, y = np.asarray(a, float), np.asarray(b, float)
    if not len(x):
        return Agreement(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    gap = np.abs(x - y)
    draw = np.random.default_rng(seed).integers(0, len(x), (DRAWS, len(x)))
    low, high = np.quantile([kappa(x[rows], y[rows]) for rows in draw], [0.1, 0.9])
    return Agreement(len(x), kappa(x, y), float(low), float(high), float(gap.mean()), float((gap < 0.5).mean()), float((gap < 1.5).mean()))
