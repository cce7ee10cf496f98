"""Web origins: one form, exact comparison, nothing that could break out of a header."""

from __future__ import annotations

import pytest

from domain.errors import Invalid
from domain.origins import frame_ancestors, is_allowed, normalise


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Jobs.Example:443/x?y#z", "https://jobs.example"),
        (" http://jobs.example:80 ", "http://jobs.example"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_address_becomes_its_origin(text: str, origin: str) -> None:
    assert normalise(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "https://*",
        "https://*.example",
        "javascript:alert(1)",
        "file:///x",
        "//x",
        "https://a;b",
        "https://a b",
        "https://u@h",
        "https://a:99999",
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        normalise(text)


def test_only_the_very_same_origin_is_allowed() -> None:
    allowed = ["https://careers.acme.test"]
    assert is_allowed("https://careers.acme.test/", allowed)
    for other in (
        "http://careers.acme.test",
        "https://acme.test",
        "https://careers.acme.test:8443",
        "https://careers.acme.test.evil.test",
        "null",
        None,
    ):
        assert not is_allowed(other, allowed), other


def test_an_empty_list_lets_nobody_frame() -> None:
    assert frame_ancestors([]) == "'none'"
    assert frame_ancestors(["https://a.test", "https://b.test"]) == "https://a.test https://b.test"
