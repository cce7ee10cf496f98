"""The hand-off: what the person who meets the candidate next should ask, read out of people's scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain import reliability
from domain.scorecards import Given, on_scale
from models import Criterion

LOW = 5.0
FAR = 2


@dataclass(frozen=True)
class Probe:
    """A criterion worth another question, with why."""

    criterion: Criterion
    why: str


def probes(rubric: Sequence[Criterion], cards: Sequence[Given]) -> list[Probe]:
    """Criteria on which reviewers differ by two levels or more, or whose mean is below the middle; in the rubric's order."""
    found = []
    for criterion in rubric:
        levels = [card.scores[criterion.id].level for card in cards if criterion.id in card.scores]
        apart = reliability.spread(cards, criterion.id)
        if apart >= FAR:
            found.append(Probe(criterion, f"reviewers are {apart} levels apart"))
        elif levels and on_scale(criterion, sum(levels) / len(levels)) < LOW:
            found.append(Probe(criterion, "scored low so far"))
    return found
