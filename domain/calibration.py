"""The calibrated proposer: learns from an employer's own scores for one criterion how answers earn levels, and how well it knows.

A Gaussian process over words, sentence meaning, nearness to the rubric and surface, about a prior mean that rises with the
answer's likeness to the rubric and with how much nearer it lies to the highest anchors than to the lowest. Several mixtures of
these are weighed by how likely each makes the scores. Intervals are conformal: from residuals of folds that choose the mixtures
anew, as only those are of answers that had no part in any choice; so is the estimated agreement with people.
Numbers inside run from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from domain import agreement, oddness, wording
from domain.agreement import Agreement
from domain.measures import Measured, zero_shot
from domain.oddness import Odd

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

COVERAGE: Final = 0.8
MOST: Final = 300
"""Answers learned from, the newest."""
PRIOR_MEAN: Final = 0.5
PRIOR_SLOPES: Final = (0.2, 0.1)
"""How steeply the expected score rises with the hint and with the tilt before any score is known."""
USUAL_TILT: Final = 0.05
PRIOR_SPREAD: Final = 0.15
LISTENED_TO: Final = 12
ONE_AT_A_TIME: Final = 40
FOLDS: Final = 20
MOST_CARRIED: Final = 0.1
"""How much of the value, 0 to 1, strange sentences may carry before it is withheld."""
FEW_STRANGE: Final = 5
"""An answer of more sentences, all of them strange, is withheld without looking further."""
MIXES: Final[tuple[tuple[float, ...], ...]] = (
    (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0.5, 0.5, 0, 0), (0.5, 0, 0, 0.5), (0, 0.5, 0, 0.5), (0.4, 0.4, 0, 0.2),
    (0.3, 0.3, 0.2, 0.2), (0, 0.5, 0.5, 0), (0, 0, 0.5, 0.5), (0.2, 0.5, 0.1, 0.2), (0.5, 0.2, 0.1, 0.2),
)  # fmt: skip
"""Shares of words, meaning, nearness to the rubric and surface in each process that is tried."""
SIGNALS: Final = (0.02, 0.05, 0.12)
NOISES: Final = (0.01, 0.025, 0.06)


Line = tuple[float, float]
"""Centre and spread of one number over the answers."""


@dataclass
class Reader:
    """How numbers of one set of answers are brought to one scale."""

    rarity: dict[int, float]
    centre: Floats
    surface: tuple[Floats, Floats]
    rubric: tuple[Floats, Floats]
    hint: Line
    tilt: Line


@dataclass
class Row:
    """One answer on the common scale."""

    words: dict[int, float]
    meaning: Floats
    rubric: Floats
    surface: Floats
    hint: float
    tilt: float


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
    judged: Judged


Judged = tuple[Floats, Floats]
"""What cross-validation said of each answer learned from: mean and spread of its score."""
Vectors = npt.NDArray[np.float32]


def fit(
    answers: Sequence[Measured],
    scores: Sequence[float],
    levels: Sequence[int],
    elsewhere: Vectors | None = None,
    judged: Judged | None = None,
) -> Fitted:
    """Learns from answers and people's mean levels for them. `levels` are the rubric's, at least two.

    `elsewhere` are vectors of sentences said to other questions; `judged` is what an earlier fit of the same found.
    """
    answers, scores = answers[-MOST:], scores[-MOST:]
    lowest, highest = levels[0], levels[-1]
    y = (np.asarray(scores, float) - lowest) / (highest - lowest)
    reader = _reader(answers)
    rows = [_row(reader, answer) for answer in answers]
    whole = _among(rows, rows)
    processes, off = _weigh_mixes(whole, y - whole.start)
    mean = whole.start + off
    judged = judged or _cross_validated(rows, y)
    guess = _stretched(judged[0], y, _stretch(judged[0], y))
    record = agreement.measure(_whole(guess, levels), np.round(np.asarray(scores)))
    odd = oddness.limits(answers, np.array([row.meaning for row in rows]), elsewhere)
    quantile = _conformal(np.abs(y - judged[0]) / judged[1])
    return Fitted(tuple(levels), reader, rows, y, processes, quantile, _stretch(mean, y), record, odd, judged)


def _cross_validated(rows: Sequence[Row], y: Floats) -> Judged:
    """Mean and spread for each answer from the others: one at a time while there are few, else in folds."""
    n = len(rows)
    folds = n if n <= ONE_AT_A_TIME else FOLDS
    mean, spread = np.full(n, PRIOR_MEAN), np.ones(n)
    order = np.random.default_rng(1).permutation(n)
    whole = _among(rows, rows)
    for fold in range(folds if n > 1 else 0):
        out = order[fold::folds]
        known = np.setdiff1d(order, out)
        processes, _ = _weigh_mixes(whole.of(known, known), y[known] - whole.start[known])
        for i in out:
            one = np.array([i])
            mean[i], spread[i] = _predicted(processes, whole.of(one, known), whole.of(one, one))
    return mean, spread


def propose(fitted: Fitted, answer: Measured) -> Guess:
    """What this answer would get, how sure that is, and how unlike the scored answers it is."""
    row = _row(fitted.reader, answer)
    mean, spread = _predict(fitted, row)
    value, carried = _value(fitted, mean), _carried(fitted, answer, mean)
    half = fitted.quantile * spread
    level = int(_whole(np.array([value]), fitted.levels)[0])
    odd, why = oddness.oddness(fitted.odd, answer, np.array([known.meaning for known in fitted.rows]), row.meaning)
    if carried > MOST_CARRIED and carried / MOST_CARRIED > odd:
        odd, why = carried / MOST_CARRIED, "carried"
    return Guess(
        value, float(np.clip(min(mean - half, value), 0, 1)), float(np.clip(max(mean + half, value), 0, 1)), level, spread, odd, why
    )


def _value(fitted: Fitted, mean: float) -> float:
    return float(np.clip(_stretched(np.array([mean]), fitted.y, fitted.stretch)[0], 0, 1))


def _carried(fitted: Fitted, answer: Measured, mean: float) -> float:
    """By how much sentences like no other answer's, or read out, raise the value, 0 to 1: over what it is without them.

    Where every sentence is such a one none is trusted more than another, and it is the most that any of them has from the rest.
    """
    if answer.less is None or len(fitted.rows) < oddness.ENOUGH_TO_JUDGE:
        return 0.0
    every = frozenset(range(len(answer.vectors)))
    strange = oddness.strangers(fitted.odd, answer) | answer.read
    if not strange:
        return 0.0
    own = every - answer.read
    cores = [strange] if strange != every else [every - {row} for row in own] if len(own) <= FEW_STRANGE else []
    values = [_value(fitted, _predict(fitted, _row(fitted.reader, answer.less(left)))[0]) for left in cores]
    return _value(fitted, mean) - min(values) if values else 1.0


def _whole(values: Floats, levels: Sequence[int]) -> Floats:
    """The nearest of the rubric's levels."""
    on_scale = levels[0] + np.clip(values, 0, 1) * (levels[-1] - levels[0])
    known = np.asarray(levels, float)
    return np.asarray(known[np.abs(on_scale[:, None] - known[None, :]).argmin(1)], float)


def _reader(answers: Sequence[Measured]) -> Reader:
    return Reader(
        rarity=wording.rarity(answer.terms for answer in answers),
        centre=np.mean([answer.vector for answer in answers], axis=0) * len(answers) / (len(answers) + 5),
        surface=_scale(np.array([answer.surface for answer in answers])),
        rubric=_scale(np.array([answer.rubric for answer in answers])),
        hint=_line([zero_shot(answer) for answer in answers], 1.0),
        tilt=_line([answer.tilt[0] for answer in answers], USUAL_TILT),
    )


def _line(values: Sequence[float], usual: float) -> Line:
    """Centre and spread, held towards 0 and the usual spread while there are few answers."""
    few = 5 / (len(values) + 5)
    spread = np.sqrt(np.var(values) * (1 - few) + few * usual**2)
    return float(np.mean(values) * (1 - few)), float(max(0.3 * usual, spread))


def _on(line: Line, value: float) -> float:
    return float(np.clip((value - line[0]) / line[1], -2.5, 2.5))


def _scale(table: Floats) -> tuple[Floats, Floats]:
    return table.mean(0), np.maximum(table.std(0), 1e-3)


def _row(reader: Reader, answer: Measured) -> Row:
    meaning = answer.vector - reader.centre
    return Row(
        words=wording.weigh(answer.terms, reader.rarity, default=max(reader.rarity.values(), default=1.0)),
        meaning=meaning / max(float(np.linalg.norm(meaning)), 1e-9),
        rubric=np.clip((answer.rubric - reader.rubric[0]) / reader.rubric[1], -3, 3),
        surface=np.clip((answer.surface - reader.surface[0]) / reader.surface[1], -3, 3),
        hint=_on(reader.hint, zero_shot(answer)),
        tilt=_on(reader.tilt, float(answer.tilt[0])),
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


def _leanings(rows: Sequence[Row]) -> Floats:
    return np.array([[row.hint, row.tilt] for row in rows])


def _prior(rows: Sequence[Row]) -> Floats:
    return np.asarray(PRIOR_MEAN + _leanings(rows) @ PRIOR_SLOPES)


def _prior_kernel(a: Sequence[Row], b: Sequence[Row]) -> Floats:
    """Doubt about the prior mean's height and slopes."""
    return np.asarray(PRIOR_SPREAD**2 * (1 + 0.5 * _leanings(a) @ _leanings(b).T))


@dataclass(frozen=True)
class Among:
    """How rows of answers (first side) and columns (second side) are alike: by each kernel and in the prior; `start` is the rows' prior."""

    kernels: list[Floats]
    base: Floats
    start: Floats

    def of(self, rows: Numbers, columns: Numbers) -> Among:
        """The same for some of them."""
        cut = np.ix_(rows, columns)
        return Among([kernel[cut] for kernel in self.kernels], self.base[cut], self.start[rows])


def _among(a: Sequence[Row], b: Sequence[Row]) -> Among:
    return Among(_kernels(a, b), _prior_kernel(a, b), _prior(a))


def _weigh_mixes(known: Among, off: Floats) -> tuple[list[Process], Floats]:
    """The likeliest mixes, weighed by the likelihood of the scores; leave-one-out means of them together.

    `off` is how far each score lies from the prior; so are the means that come back.
    """
    tried: list[tuple[float, tuple[float, ...], float, float]] = []
    for mix in MIXES:
        for signal in SIGNALS:
            covariance = known.base + _joined(known.kernels, mix, signal)
            tried += [(_likelihood(covariance, off, noise), mix, signal, noise) for noise in NOISES]
    best = sorted(tried, reverse=True)[:LISTENED_TO]
    weights = np.exp(np.array([odds for odds, *_ in best]) - best[0][0])
    weights /= weights.sum()
    processes, mean = [], np.zeros(len(off))
    for weight, (_, mix, signal, noise) in zip(weights, best, strict=True):
        inverse = np.linalg.inv(known.base + _joined(known.kernels, mix, signal) + noise * np.eye(len(off)))
        pull, doubt = inverse @ off, np.diag(inverse)
        processes.append(Process(float(weight), mix, signal, noise, np.asarray(pull, np.float64), np.asarray(inverse, np.float64)))
        mean = mean + weight * (off - pull / doubt)
    return processes, mean


def _likelihood(covariance: Floats, off: Floats, noise: float) -> float:
    """Log likelihood of the scores, less a constant."""
    factor = np.linalg.cholesky(covariance + noise * np.eye(len(off)))
    solved = np.linalg.solve(factor, off)
    return float(-0.5 * solved @ solved - np.log(np.diag(factor)).sum())


def _stretch(mean: Floats, y: Floats) -> float:
    """Predictions huddle about the mean; agreement counts their spread too, so that they are given that of the scores."""
    if len(y) < 3 or mean.std() < 1e-6:
        return 1.0
    return float(np.clip(y.std() / mean.std(), 1, 2.5))


def _stretched(mean: Floats, y: Floats, stretch: float) -> Floats:
    middle = float((y.sum() + 2 * PRIOR_MEAN) / (len(y) + 2))
    return middle + stretch * (mean - middle)


def _conformal(residuals: Floats) -> float:
    """The residual that holds a new one four times in five on average: at rank 0.8 (n + 1), between two where that is no whole number."""
    n = len(residuals)
    rank = min(float(n), max(1.0, (n + 1) * COVERAGE))
    return float(np.interp(rank, np.arange(1, n + 1), np.sort(residuals)))


def _predict(fitted: Fitted, row: Row) -> tuple[float, float]:
    return _predicted(fitted.processes, _among([row], fitted.rows), _among([row], [row]))


def _predicted(processes: Sequence[Process], across: Among, own: Among) -> tuple[float, float]:
    """Mean and spread of a new score, over all processes that are listened to."""
    start, mean, square = float(own.start[0]), 0.0, 0.0
    for process in processes:
        reach = across.base[0] + _joined(across.kernels, process.mix, process.signal)[0]
        here = start + float(reach @ process.pull)
        corner = own.base[0, 0] + _joined(own.kernels, process.mix, process.signal)[0, 0]
        doubt = float(corner + process.noise - reach @ process.inverse @ reach)
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
