"""Drafts: unfinished is allowed, nothing typed is lost, and publishing says exactly what stands in the way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import drafts, looks
from domain.designs import shares
from domain.drafts import Draft
from domain.library import STARTERS


@pytest.fixture
def draft() -> Draft:
    return drafts.from_starter(STARTERS[0])


@given(st.lists(st.floats(min_value=0, max_value=1000), min_size=1, max_size=12).filter(lambda weights: sum(weights) > 0.001))
def test_shares_always_sum_to_100(weights: list[float]) -> None:
    found = shares(weights)
    assert sum(found) == 100
    assert all(share >= 0 for share in found)


@given(
    st.lists(
        st.sampled_from(["add-question", "remove-question-0", "up-question-1", "down-question-0", "copy-question-1", "remove-criterion-0"]),
        max_size=12,
    )
)
def test_whatever_is_pressed_criteria_name_questions_that_exist(commands: list[str]) -> None:
    draft = drafts.from_starter(STARTERS[0])
    for command in commands:
        draft = drafts.change(draft, command)
    count = len(draft["questions"])
    assert all(1 <= position <= count for criterion in draft["criteria"] for position in criterion["questions"])


def test_a_criterion_follows_its_question(draft: Draft) -> None:
    before = draft["criteria"][3]["questions"]
    assert before == [1, 4]
    assert drafts.change(draft, "up-question-3")["criteria"][3]["questions"] == [1, 3]
    assert drafts.change(draft, "remove-question-0")["criteria"][3]["questions"] == [3]
    assert drafts.change(draft, "copy-question-0")["criteria"][3]["questions"] == [1, 2, 5]
    assert draft["criteria"][3]["questions"] == before, "the draft itself is left alone"


def test_there_is_an_end_to_adding(draft: Draft) -> None:
    for _ in range(30):
        draft = drafts.change(drafts.change(draft, "add-question"), "add-criterion")
    assert (len(draft["questions"]), len(draft["criteria"])) == (20, 12)


@pytest.mark.parametrize(
    ("where", "value", "kind"),
    [
        (("title",), "", "missing"),
        (("title",), "x" * 201, "wrong"),
        (("days_open",), "soon", "wrong"),
        (("days_open",), 0, "wrong"),
        (("days_open",), 366, "wrong"),
        (("questions", 0, "prompt"), "", "missing"),
        (("questions", 0, "prompt"), "x" * 2001, "wrong"),
        (("questions", 0, "kinds"), [], "missing"),
        (("questions", 0, "answer_seconds"), 14, "wrong"),
        (("questions", 0, "answer_seconds"), "", "wrong"),
        (("questions", 0, "retakes"), -1, "wrong"),
        (("criteria", 0, "name"), "", "missing"),
        (("criteria", 0, "weight"), "heavy", "wrong"),
        (("criteria", 0, "weight"), -1, "wrong"),
        (("criteria", 0, "weight"), "nan", "wrong"),
        (("look", "accent"), "red", "wrong"),
    ],
)
def test_each_field_says_what_is_the_matter(draft: Draft, where: tuple[Any, ...], value: object, kind: str) -> None:
    place: Any = draft
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = value
    found = drafts.check(draft)
    assert not found.is_ready
    assert "-".join(str(part) for part in where) in getattr(found, kind)
    assert not any("Value error" in text or "pydantic" in text for text in {**found.wrong, **found.missing}.values())


def test_levels_without_a_text_are_left_out(draft: Draft) -> None:
    for anchor in draft["criteria"][0]["anchors"][1:4]:
        anchor["text"] = "  "
    design = drafts.check(draft).design
    assert design is not None
    assert [anchor.level for anchor in design.criteria[0].anchors] == [1, 5]
    draft["criteria"][0]["anchors"][0]["text"] = ""
    assert "criteria-0-anchors" in drafts.check(draft).missing


def test_advice_comes_while_the_rest_is_unwritten(draft: Draft) -> None:
    draft["questions"][0]["retakes"] = 0
    draft["questions"][1]["prompt"] = ""
    found = drafts.check(draft)
    assert not found.is_ready
    assert [warning.field for warning in found.warnings] == ["questions-0-retakes"]


def test_a_blank_draft_misses_the_heart_and_nothing_else() -> None:
    found = drafts.check(drafts.blank())
    assert found.wrong == {}
    assert set(found.missing) == {"title", "opening", "questions-0-prompt", "criteria-0-name", "criteria-0-anchors"}


def test_contrast_is_that_of_the_standard() -> None:
    assert round(looks.contrast("#000000", "#ffffff"), 2) == 21
    assert round(looks.contrast("#767676", "#ffffff"), 2) == 4.54
    assert not looks.is_readable("#777777")


@given(st.integers(min_value=0, max_value=0xFFFFFF))
def test_the_suggested_colour_is_always_readable(number: int) -> None:
    assert looks.is_readable(looks.readable(f"#{number:06x}"))


def test_a_question_nobody_scores_gets_advice_and_can_still_be_published(draft: Draft) -> None:
    for criterion in draft["criteria"]:
        criterion["questions"] = [1, 2]
    told = {warning.field for warning in drafts.check(draft).warnings if "No criterion is scored" in warning.text}
    assert told == {f"questions-{n}-prompt" for n in range(2, len(draft["questions"]))}
    assert drafts.check(draft).is_ready
    draft["criteria"][0]["questions"] = []
    assert "No criterion is scored" not in str(drafts.check(draft).warnings), "an empty tick list means every question"
