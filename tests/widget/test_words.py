"""Every word in every language: the same keys, the same places to fill in, its own plural forms."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.widget.fake_server import FakeGreenroom

FRAME = Path(__file__).parents[2] / "widget" / "frame"
LANGUAGES = sorted(path.stem for path in (FRAME / "words").glob("*.json"))
SAME_IN_MANY = {"understood", "take_label", "question_n"}


def words_of(language: str) -> dict[str, Any]:
    return json.loads((FRAME / "words" / f"{language}.json").read_text())  # type: ignore[no-any-return]


def forms(value: Any) -> list[str]:
    return list(value.values()) if isinstance(value, dict) else [value]


def places(value: Any) -> set[str]:
    return {name for text in forms(value) for name in re.findall(r"\{(\w+)\}", text)}


def test_there_are_the_six_languages() -> None:
    assert {"de", "en", "es", "fr", "hi", "ja"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_a_language_has_the_keys_and_places_of_english_and_is_translated(language: str) -> None:
    english, words = words_of("en"), words_of(language)
    assert list(words) == list(english), set(words) ^ set(english)
    for key, value in words.items():
        assert places(value) == places(english[key]), key
        assert isinstance(value, dict) == isinstance(english[key], dict), key
        assert all(text.strip() for text in forms(value)), key
    same = {key for key in words if forms(words[key]) == forms(english[key]) and key not in SAME_IN_MANY and len(forms(words[key])[0]) > 12}
    assert not same, f"still English: {same}"


def test_plural_forms_are_those_the_language_has(page: Page, room: FakeGreenroom) -> None:
    """The browser says which there are."""
    page.goto(f"{room.origin}/i")
    for language in LANGUAGES:
        has = set(page.evaluate("language => new Intl.PluralRules(language).resolvedOptions().pluralCategories", language))
        for key, value in words_of(language).items():
            if isinstance(value, dict):
                assert "other" in value, key
                assert set(value) <= has, f"{language}, {key}: {set(value) - has} never occur"
                assert ("one" in value) == ("one" in has), key


def test_every_key_that_the_modules_use_exists_and_none_is_left_over() -> None:
    english = words_of("en")
    source = "".join(path.read_text() for path in [*FRAME.glob("*.js"), *FRAME.glob("steps/*.js")])
    used = set(re.findall(r"\bt\('(\w+)'", source))
    assert used <= set(english), used - set(english)
    named = set(re.findall(r"'([a-z_]+)'", source))
    prefixes = set(re.findall(r"`([a-z_]+_)\$\{", source))
    suffixes = ("_title", "_text")
    left = [key for key in english if key not in named and not key.startswith(tuple(prefixes)) and not key.endswith(suffixes)]
    assert not left, left
