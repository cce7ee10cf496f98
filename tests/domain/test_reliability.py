"""Agreement figures against the worked example of Krippendorff (2011), section C: four observers, twelve units, missing data."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from domain import reliability, reviews, scorecards
from tests.factories import World
from tests.reviewing import create_submitted, score

PUBLISHED = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
UNITS = [[value for value in unit if value is not None] for unit in zip(*PUBLISHED, strict=True)]


@pytest.mark.parametrize(("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_is_the_published_one(metric: reliability.Metric, published: float) -> None:
    found = reliability.alpha(UNITS, metric)
    assert found == pytest.approx(published, abs=0.0005)


def test_perfect_agreement_is_one_and_chance_is_about_zero() -> None:
    assert reliability.alpha([[1, 1], [4, 4], [2, 2]]) == 1
    assert reliability.alpha([[1, 2], [2, 1]], "interval") == pytest.approx(-0.5)


@pytest.mark.parametrize("units", [[], [[3]], [[3], [4]], [[3, 3], [3, 3]]])
def test_there_is_no_alpha_where_nothing_can_disagree(units: list[list[float]]) -> None:
    assert reliability.alpha(units) is None


def test_it_says_who_differs_from_oneself_and_by_how_much(db: Session, world: World) -> None:
    session = create_submitted(db, world)
    rubric, mine = reviews.criteria(db, session.version_id), score(db, session, world.reviewer, 4, 3)
    score(db, session, world.owner, 1, 4)
    cards = scorecards.submitted(db, [session.id])
    assert reliability.distances(rubric, mine, cards) == [reliability.Distance("Alice", -1.0, "Listening", -3)]
    assert reliability.distances(rubric, mine, [card for card in cards if card.card.member_id == world.reviewer.id]) == []


def test_exact_and_adjacent_count_pairs() -> None:
    found = reliability.of_units([[3, 3], [3, 4], [1, 5]])
    assert (found.exact, found.adjacent, found.pairs) == (1 / 3, 2 / 3, 3)
