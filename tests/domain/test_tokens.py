"""Signed tokens: one kind says one thing, keys rotate, and every refusal says why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import TokenExpired, TokenMissing, TokenRefused, TokenRetired, TokenWrongKind
from domain.tokens import LIVES, Tokens, kind_of, mint_embed, read_embed
from tests.factories import NOW

OLD, NEW = "o" * 32, "n" * 32


@pytest.mark.parametrize("kind", LIVES)
def test_a_token_is_read_as_the_kind_it_is_and_no_other(kind: str) -> None:
    tokens = Tokens([NEW])
    token = tokens.mint(kind, {"session": "s"}, NOW)
    assert tokens.read(kind, token, NOW) == {"session": "s"}
    for other in set(LIVES) - {kind}:
        with pytest.raises(TokenWrongKind):
            tokens.read(other, token, NOW)


@pytest.mark.parametrize("kind", [kind for kind, life in LIVES.items() if life])
def test_a_token_lives_as_long_as_its_kind(kind: str) -> None:
    tokens, life = Tokens([NEW]), LIVES[kind]
    assert life is not None
    token = tokens.mint(kind, {}, NOW)
    assert tokens.read(kind, token, NOW + life) == {}
    with pytest.raises(TokenExpired):
        tokens.read(kind, token, NOW + life + timedelta(seconds=1))


def test_a_snippet_lives_until_it_is_revoked() -> None:
    tokens = Tokens([NEW])
    token = mint_embed(tokens, "e", "i", ["https://a.test"], NOW)
    assert read_embed(tokens, token, NOW + timedelta(days=3650))["interview"] == "i"


def test_the_newest_key_signs_and_every_key_verifies() -> None:
    before = Tokens([OLD]).mint("invite", {"invite": "i"}, NOW)
    assert Tokens([OLD, NEW]).read("invite", before, NOW) == {"invite": "i"}
    after = Tokens([OLD, NEW]).mint("invite", {"invite": "i"}, NOW)
    assert Tokens([NEW]).read("invite", after, NOW) == {"invite": "i"}


def test_a_token_of_a_dropped_key_is_refused_and_of_a_retired_one_explained() -> None:
    token = Tokens([OLD]).mint("invite", {}, NOW)
    with pytest.raises(TokenRetired):
        Tokens([NEW], retired=[OLD]).read("invite", token, NOW)
    with pytest.raises(TokenRefused) as refused:
        Tokens([NEW]).read("invite", token, NOW)
    assert type(refused.value) is TokenRefused


def test_any_flipped_letter_is_noticed() -> None:
    tokens = Tokens([NEW])
    token = tokens.mint("candidate", {"session": "abc", "version": 1, "tab": 1}, NOW)
    for place in range(len(token) - 1):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(TokenRefused):
            tokens.read("candidate", token[:place] + other + token[place + 1 :], NOW)


@pytest.mark.parametrize("token", ["", None])
def test_a_missing_token_is_missing(token: str | None) -> None:
    with pytest.raises(TokenMissing):
        Tokens([NEW]).read("invite", token, NOW)
    with pytest.raises(TokenMissing):
        kind_of(Tokens([NEW]), token, ["invite"], NOW)


def test_the_front_of_a_snippet_must_be_the_one_that_was_signed() -> None:
    tokens = Tokens([NEW])
    signed = mint_embed(tokens, "mine", "i", [], NOW).partition("~")[2]
    with pytest.raises(TokenRefused):
        read_embed(tokens, f"other~{signed}", NOW)
    with pytest.raises(TokenWrongKind):
        kind_of(tokens, f"mine~{signed}", ["invite"], NOW)


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "x" * 31]])
def test_a_missing_or_short_key_stops_the_start(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="at least 32"):
        Tokens(keys)
