"""The calibrated proposer: learns from an employer's own scores for one criterion how answers earn levels, and how well it knows.

A Gaussian process over words, sentence meaning, nearness to the rubric and surface, about a prior mean that rises with the
answer's likeness to the rubric. Several mixtures of these are weighed by how likely each makes the scores. Intervals are
conformal from leave-one-out residuals; so is the estimated agreement with people. Numbers inside run from 0 to 1.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from domain import agreement, oddness, wording
from domain.agreement import Agreement
from domain.measures import Measured, zero_shot
from domain.oddness import Odd
from domain.robustness import Cleaned

Floats = npt.NDArray[np.float64]

COVERAGE: Final = 0.8
MOST: Final = 300
"""Answers learned from, the newest."""
PRIOR_MEAN: Final = 0.5
PRIOR_SLOPE: Final = 0.16
PRIOR_SPREAD: Final = 0.15
BLIND_SLOPE: Final = 0.3
"""How steeply the value rises with the hint where there are no scores at all."""
LISTENED_TO: Final = 12
STRETCH: Final = 0.6
"""How far predictions, which huddle about the mean, are spread towards the scores' own spread."""
MIXES: Final[tuple[tuple[float, ...], ...]] = (
    (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0.5, 0.5, 0, 0), (0.5, 0, 0, 0.5), (0, 0.5, 0, 0.5), (0.4, 0.4, 0, 0.2),
    (0.3, 0.3, 0.2, 0.2), (0, 0.5, 0.5, 0), (0, 0, 0.5, 0.5), (0.2, 0.5, 0.1, 0.2), (0.5, 0.2, 0.1, 0.2),
)  # fmt: skip
"""Shares of words, meaning, nearness to the rubric and surface in each process that is tried."""
SIGNALS: Final = (0.02, 0.05, 0.12)
NOISES: Final = (0.01, 0.025, 0.06)


@dataclass
class Reader:
    """How numbers of one set of answers are brought to one scale."""

    rarity: dict[int, float]
    centre: Floats
    surface: tuple[Floats, Floats]
    rubric: tuple[Floats, Floats]
    hint: tuple[float, float]


@dataclass
class Row:
    """One answer on the common scale."""

    words: dict[int, float]
    meaning: Floats
    rubric: Floats
    surface: Floats
    hint: float


@dataclass(frozen=True)
class Guess:
    """A proposal before anybody decides whether it may be shown. `value`, `low`, `high` run from 0 to 1; `level` is a whole one.

    `spread` is the process's own doubt; `oddness` how unlike the scored answers this one is, 1 being the limit.
    """

    value: float
    low: float
    high: float
    level: int
    spread: float
    oddness: float
    why_odd: str = ""


@dataclass(frozen=True)
class Process:
    """One mix of kernels that is listened to, as strongly as `weight`; `pull` and `inverse` are solved once."""

    weight: float
    mix: tuple[float, ...]
    signal: float
    noise: float
    pull: Floats
    inverse: Floats


@dataclass
class Fitted:
    """What was learned: all that is needed to propose, and the record it has earned."""

    levels: tuple[int, ...]
    reader: Reader
    rows: list[Row]
    y: Floats
    processes: list[Process]
    quantile: float
    stretch: float
    record: Agreement
    odd: Odd
    residuals: Floats = field(default_factory=lambda: np.zeros(0))
    loo: Floats = field(default_factory=lambda: np.zeros(0))


def fit(answers: Sequence[Measured], scores: Sequence[float], levels: Sequence[int]) -> Fitted:
    """Learns from answers and people's mean levels for them. `levels` are the rubric's, at least two."""
    answers, scores = answers[-MOST:], scores[-MOST:]
    lowest, highest = levels[0], levels[-1]
    y = (np.asarray(scores, float) - lowest) / (highest - lowest)
    reader = _reader(answers)
    rows = [_row(reader, answer) for answer in answers]
    processes, mean, spread = _weigh_mixes(rows, y)
    stretch = _stretch(mean, y)
    guess = _stretched(mean, y, stretch)
    record = agreement.measure(_whole(guess, levels), np.round(np.asarray(scores)))
    residuals = np.abs(y - mean) / spread
    odd = oddness.limits(answers, np.array([row.meaning for row in rows]))
    return Fitted(tuple(levels), reader, rows, y, processes, _conformal(residuals), stretch, record, odd, residuals, mean)


def propose(fitted: Fitted, answer: Measured) -> Guess:
    """What this answer would get, how sure that is, and how unlike the scored answers it is."""
    row = _row(fitted.reader, answer)
    mean, spread = _predict(fitted, row)
    value = float(np.clip(_stretched(np.array([mean]), fitted.y, fitted.stretch)[0], 0, 1))
    half = fitted.quantile * spread
    level = int(_whole(np.array([value]), fitted.levels)[0])
    odd, why = oddness.oddness(fitted.odd, answer, np.array([known.meaning for known in fitted.rows]), row.meaning)
    return Guess(
        value, float(np.clip(min(mean - half, value), 0, 1)), float(np.clip(max(mean + half, value), 0, 1)), level, spread, odd, why
    )


def without_scores(answer: Measured) -> float:
    """The value, 0 to 1, from the rubric alone. Never shown to anybody: for measuring only."""
    return float(np.clip(PRIOR_MEAN + BLIND_SLOPE * zero_shot(answer), 0, 1))


def _whole(values: Floats, levels: Sequence[int]) -> Floats:
    """The nearest of the rubric's levels."""
    on_scale = levels[0] + np.clip(values, 0, 1) * (levels[-1] - levels[0])
    known = np.asarray(levels, float)
    return np.asarray(known[np.abs(on_scale[:, None] - known[None, :]).argmin(1)], float)


def _reader(answers: Sequence[Measured]) -> Reader:
    hints = np.array([zero_shot(answer) for answer in answers])
    return Reader(
        rarity=wording.rarity(answer.terms for answer in answers),
        centre=np.mean([answer.vector for answer in answers], axis=0) * len(answers) / (len(answers) + 5),
        surface=_scale(np.array([answer.surface for answer in answers])),
        rubric=_scale(np.array([answer.rubric for answer in answers])),
        hint=_hint_scale(hints),
    )


def _hint_scale(hints: Floats) -> tuple[float, float]:
    """Centre and spread of the prior's hint, held towards 0 and 1 while there are few answers."""
    few = 5 / (len(hints) + 5)
    return float(hints.mean() * (1 - few)), float(max(0.3, np.sqrt(hints.var() * (1 - few) + few)))


def _scale(table: Floats) -> tuple[Floats, Floats]:
    return table.mean(0), np.maximum(table.std(0), 1e-3)


def _row(reader: Reader, answer: Measured) -> Row:
    meaning = answer.vector - reader.centre
    hint = (zero_shot(answer) - reader.hint[0]) / reader.hint[1]
    return Row(
        words=wording.weigh(answer.terms, reader.rarity, default=max(reader.rarity.values(), default=1.0)),
        meaning=meaning / max(float(np.linalg.norm(meaning)), 1e-9),
        rubric=np.clip((answer.rubric - reader.rubric[0]) / reader.rubric[1], -3, 3),
        surface=np.clip((answer.surface - reader.surface[0]) / reader.surface[1], -3, 3),
        hint=float(np.clip(hint, -2.5, 2.5)),
    )


def _kernels(a: Sequence[Row], b: Sequence[Row]) -> list[Floats]:
    words = _likeness(a, b)
    meaning = np.array([x.meaning for x in a]) @ np.array([y.meaning for y in b]).T
    return [words, meaning, _bell([x.rubric for x in a], [y.rubric for y in b]), _bell([x.surface for x in a], [y.surface for y in b])]


def _likeness(a: Sequence[Row], b: Sequence[Row]) -> Floats:
    """Inner products of the rows' words, through one dense table of the terms both sides know."""
    known = {term for row in a for term in row.words} & {term for row in b for term in row.words}
    column = {term: number for number, term in enumerate(known)}
    return np.asarray(_dense(a, column) @ _dense(b, column).T, np.float64)


def _dense(rows: Sequence[Row], column: Mapping[int, int]) -> npt.NDArray[np.float32]:
    table = np.zeros((len(rows), max(1, len(column))), np.float32)
    for line, row in zip(table, rows, strict=True):
        for term, value in row.words.items():
            if term in column:
                line[column[term]] = value
    return table


def _bell(a: Sequence[Floats], b: Sequence[Floats]) -> Floats:
    x, y = np.array(a), np.array(b)
    square = (x**2).sum(1)[:, None] + (y**2).sum(1)[None, :] - 2 * x @ y.T
    return np.asarray(np.exp(-np.maximum(square, 0) / (2 * 2.0 * x.shape[1])))


def _joined(kernels: Sequence[Floats], mix: Sequence[float], signal: float) -> Floats:
    parts = [share * kernel for share, kernel in zip(mix, kernels, strict=True) if share]
    return np.asarray(signal * np.sum(parts, axis=0))


def _prior(rows: Sequence[Row]) -> Floats:
    return PRIOR_MEAN + PRIOR_SLOPE * np.array([row.hint for row in rows])


def _prior_kernel(a: Sequence[Row], b: Sequence[Row]) -> Floats:
    """Doubt about the prior mean's height and slope."""
    x, y = np.array([row.hint for row in a]), np.array([row.hint for row in b])
    return PRIOR_SPREAD**2 * (1 + np.outer(x, y) * 0.5)


def _weigh_mixes(rows: Sequence[Row], y: Floats) -> tuple[list[Process], Floats, Floats]:
    """The likeliest mixes, weighed by the likelihood of the scores; leave-one-out means and spreads of them together."""
    kernels, base, off = _kernels(rows, rows), _prior_kernel(rows, rows), y - _prior(rows)
    tried: list[tuple[float, tuple[float, ...], float, float]] = []
    for mix in MIXES:
        for signal in SIGNALS:
            covariance = base + _joined(kernels, mix, signal)
            tried += [(_likelihood(covariance, off, noise), mix, signal, noise) for noise in NOISES]
    best = sorted(tried, reverse=True)[:LISTENED_TO]
    weights = np.exp(np.array([odds for odds, *_ in best]) - best[0][0])
    weights /= weights.sum()
    processes, mean, square = [], np.zeros(len(y)), np.zeros(len(y))
    for weight, (_, mix, signal, noise) in zip(weights, best, strict=True):
        inverse = np.linalg.inv(base + _joined(kernels, mix, signal) + noise * np.eye(len(y)))
        pull, doubt = inverse @ off, np.diag(inverse)
        processes.append(Process(float(weight), mix, signal, noise, np.asarray(pull, np.float64), np.asarray(inverse, np.float64)))
        left = y - pull / doubt
        mean, square = mean + weight * left, square + weight * (1 / doubt + left**2)
    return processes, mean, np.sqrt(np.maximum(square - mean**2, 1e-6))


def _likelihood(covariance: Floats, off: Floats, noise: float) -> float:
    """Log likelihood of the scores, less a constant."""
    factor = np.linalg.cholesky(covariance + noise * np.eye(len(off)))
    solved = np.linalg.solve(factor, off)
    return float(-0.5 * solved @ solved - np.log(np.diag(factor)).sum())


def _stretch(mean: Floats, y: Floats) -> float:
    """Predictions huddle about the mean; agreement counts their spread too."""
    if len(y) < 3 or mean.std() < 1e-6:
        return 1.0
    return 1 + STRETCH * (float(np.clip(y.std() / mean.std(), 1, 2.5)) - 1)


def _stretched(mean: Floats, y: Floats, stretch: float) -> Floats:
    middle = float((y.sum() + 2 * PRIOR_MEAN) / (len(y) + 2))
    return middle + stretch * (mean - middle)


def _conformal(residuals: Floats) -> float:
    """The quantile of leave-one-out residuals that holds a new one four times in five."""
    n = len(residuals)
    rank = min(n, int(np.ceil((n + 1) * COVERAGE)))
    return float(np.sort(residuals)[rank - 1])


def _predict(fitted: Fitted, row: Row) -> tuple[float, float]:
    """Mean and spread of a new score, over all processes that are listened to."""
    across, own = _kernels([row], fitted.rows), _kernels([row], [row])
    edge, corner = _prior_kernel([row], fitted.rows)[0], _prior_kernel([row], [row])[0, 0]
    start, mean, square = float(_prior([row])[0]), 0.0, 0.0
    for process in fitted.processes:
        reach = edge + _joined(across, process.mix, process.signal)[0]
        here = start + float(reach @ process.pull)
        doubt = float(corner + _joined(own, process.mix, process.signal)[0, 0] + process.noise - reach @ process.inverse @ reach)
        mean += process.weight * here
        square += process.weight * (max(doubt, 1e-6) + here**2)
    return mean, float(np.sqrt(max(square - mean**2, 1e-6)))


def parameters(fitted: Fitted) -> dict[str, Any]:
    """What a person may want to read of it."""
    names = ("words", "meaning", "rubric", "surface")
    shares = {name: round(sum(process.weight * process.mix[i] for process in fitted.processes), 3) for i, name in enumerate(names)}
    return {
        "levels": list(fitted.levels),
        "n": len(fitted.y),
        "shares": shares,
        "quantile": round(fitted.quantile, 3),
        "stretch": round(fitted.stretch, 3),
    }


KEPT_SENTENCES: Final = 1200
"""Sentence vectors kept with a model, over all its answers."""


def pack(answers: Sequence[Measured], scores: Sequence[float], levels: Sequence[int]) -> bytes:
    """What a model is made of, to be stored: numbers only, no words. `unpack` fits it again, the same each time."""
    answers, scores = list(answers)[-MOST:], list(scores)[-MOST:]
    each = max(3, KEPT_SENTENCES // max(1, len(answers)))
    some = [answer.vectors[:: max(1, -(-len(answer.vectors) // each))] for answer in answers]
    rows = {name: np.array([getattr(answer, name) for answer in answers]) for name in ("rubric", "surface", "signs", "vector")}
    facts = {"levels": list(levels), "terms": [{str(term): count for term, count in answer.terms.items()} for answer in answers]}
    held = io.BytesIO()
    tables: dict[str, Any] = {name: table.astype(np.float32) for name, table in rows.items()}
    tables |= {"scores": np.asarray(scores, float), "facts": np.frombuffer(json.dumps(facts).encode(), np.uint8)}
    tables |= {"sentences": np.concatenate(some).astype(np.float16), "counts": np.array([len(vectors) for vectors in some])}
    np.savez_compressed(held, **tables)
    return held.getvalue()


def unpack(data: bytes) -> Fitted:
    """A fitted proposer from what `pack` stored."""
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        facts = json.loads(held["facts"].tobytes())
        vectors = np.split(held["sentences"].astype(np.float32), np.cumsum(held["counts"])[:-1])
        tables = {name: held[name].astype(float) for name in ("rubric", "surface", "signs", "vector")}
        scores = held["scores"]
    answers = [
        Measured(
            cleaned=Cleaned((), (), (), 0.0),
            terms=Counter({int(term): count for term, count in facts["terms"][i].items()}),
            vectors=vectors[i],
            **{name: table[i] for name, table in tables.items()},
        )
        for i in range(len(scores))
    ]
    return fit(answers, list(scores), facts["levels"])
