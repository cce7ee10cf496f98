"""How far independent reviewers agree: Krippendorff's alpha, exact and adjacent agreement.

Alpha is 1 for perfect agreement, 0 for what chance would give, below 0 for less than that. It copes with missing scores
and any number of reviewers. After Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from domain.scorecards import Given
from models import Criterion

Metric = Literal["ordinal", "interval", "nominal"]


@dataclass(frozen=True)
class Reliability:
    """`alpha` None where nothing varies or fewer than two people scored; `exact` and `adjacent` are shares of pairs, 0 to 1."""

    alpha: float | None
    exact: float | None
    adjacent: float | None
    pairs: int


def alpha(units: Sequence[Sequence[float]], metric: Metric = "ordinal") -> float | None:
    """Krippendorff's alpha of units (things judged), each a list of the values its judges gave; missing ones are left out.

    None when no unit has two values, or all values are the same: then there is nothing to agree about.
    """
    paired = [unit for unit in units if len(unit) > 1]
    totals = Counter(value for unit in paired for value in unit)
    n = sum(totals.values())
    distance = _distance(metric, totals)
    expected = sum(totals[a] * totals[b] * distance(a, b) for a, b in combinations(sorted(totals), 2))
    if not paired or expected == 0:
        return None
    observed = sum(distance(a, b) / (len(unit) - 1) for unit in paired for a, b in combinations(unit, 2))
    return 1 - (n - 1) * observed / expected


def _distance(metric: Metric, totals: Mapping[float, int]) -> Callable[[float, float], float]:
    """The squared difference of two values: by rank for ordinal, by size for interval, all or nothing for nominal."""
    if metric == "nominal":
        return lambda a, b: float(a != b)
    if metric == "interval":
        return lambda a, b: (a - b) ** 2

    def ordinal(a: float, b: float) -> float:
        low, high = sorted((a, b))
        between = sum(count for value, count in totals.items() if low <= value <= high)
        return (between - (totals[low] + totals[high]) / 2) ** 2 if low != high else 0.0

    return ordinal


def of_units(units: Sequence[Sequence[float]], metric: Metric = "ordinal") -> Reliability:
    """All three figures; adjacent means at most one level apart."""
    pairs = [(a, b) for unit in units for a, b in combinations(unit, 2)]
    if not pairs:
        return Reliability(None, None, None, 0)
    exact = sum(a == b for a, b in pairs) / len(pairs)
    adjacent = sum(abs(a - b) <= 1 for a, b in pairs) / len(pairs)
    return Reliability(alpha(units, metric), exact, adjacent, len(pairs))


def of_cards(rubric: Sequence[Criterion], cards: Sequence[Given]) -> Reliability:
    """Agreement of several people's scorecards of one session, over its criteria; only of those who scored before they saw others'."""
    free = [card for card in cards if not card.card.saw_others]
    return of_units([[score.level for card in free if (score := card.scores.get(criterion.id))] for criterion in rubric])


@dataclass(frozen=True)
class Distance:
    """How far another reviewer's levels lie from one's own: `mean` signed, and the criterion on which they lie furthest apart."""

    name: str
    mean: float
    criterion: str
    most: int


def distances(rubric: Sequence[Criterion], mine: Given, cards: Sequence[Given]) -> list[Distance]:
    """Every other submitted scorecard against one's own, the furthest first."""
    found = [_distance_of(rubric, mine, card) for card in cards if card.card.member_id != mine.card.member_id]
    return sorted(found, key=lambda distance: (-abs(distance.most), -abs(distance.mean), distance.name))


def _distance_of(rubric: Sequence[Criterion], mine: Given, other: Given) -> Distance:
    both = [criterion for criterion in rubric if criterion.id in mine.scores and criterion.id in other.scores]
    gaps = [(other.scores[criterion.id].level - mine.scores[criterion.id].level, criterion.name) for criterion in both]
    most, name = max(gaps, key=lambda gap: abs(gap[0]), default=(0, ""))
    return Distance(other.card.member.name, sum(gap for gap, _ in gaps) / len(gaps) if gaps else 0.0, name, most)


def spread(cards: Sequence[Given], criterion_id: str) -> int:
    """How many levels the highest and the lowest score of one criterion lie apart."""
    levels = [card.scores[criterion_id].level for card in cards if criterion_id in card.scores]
    return max(levels) - min(levels) if levels else 0
