"""No route without a door: every address is tried by a stranger, and every blueprint says who may come in."""

from __future__ import annotations

import pytest
from flask import Flask

FILL = {"string": "nothing", "int": "1", "path": "nothing", "default": "nothing"}


def rules(app: Flask) -> list[tuple[str, str, str]]:
    """Every (method, address with made-up ids, endpoint) the application answers."""
    found = []
    for rule in app.url_map.iter_rules():
        address = rule.rule
        for name in rule.arguments:
            address = address.replace(f"<{name}>", "nothing").replace(f"<path:{name}>", "nothing").replace(f"<int:{name}>", "1")
        found += [(method, address, rule.endpoint) for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})]
    return found


def test_every_blueprint_says_who_may_come_in(app: Flask) -> None:
    unguarded = [name for name, blueprint in app.blueprints.items() if getattr(blueprint, "guard", None) is None]
    assert unguarded == []


def test_a_stranger_gets_nothing_from_a_guarded_route(app: Flask) -> None:
    client = app.test_client()
    for method, address, endpoint in rules(app):
        guard = getattr(app.blueprints[endpoint.split(".")[0]], "guard", None)
        if guard == "anyone":
            continue
        response = client.open(address, method=method, headers={"Tus-Resumable": "1.0.0"})
        assert response.status_code in {302, 401}, f"{method} {address} answered {response.status_code}"
        if response.status_code == 302:
            assert response.location.startswith(("/login", "http://greenroom.test/login")), address


def test_no_page_may_be_framed_unless_it_says_by_whom(app: Flask) -> None:
    client = app.test_client()
    for method, address, endpoint in rules(app):
        if method == "GET":
            headers = client.get(address).headers
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], endpoint
            assert headers["X-Content-Type-Options"] == "nosniff", endpoint


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_changing_request_from_another_site_is_refused(app: Flask, method: str) -> None:
    client = app.test_client()
    for verb, address, _ in rules(app):
        if verb == method:
            response = client.open(address, method=method, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"})
            assert response.status_code == 403, f"{method} {address} answered {response.status_code}"
