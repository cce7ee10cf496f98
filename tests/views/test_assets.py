"""Scripts, style sheets and pictures of the employer's pages: small on the way, kept for ever, and never a stale one."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import World
from tests.reviewing import create_submitted
from tests.views.conftest import Enter
from views import assets

PACKED = {"Accept-Encoding": "gzip"}
FIRST_VIEW = 100_000  # bytes


def address_of(client: FlaskClient, name: str) -> str:
    """As the pages name it."""
    return str(re.findall(rf'"(/static/\w+/{name})"', client.get("/login").text)[0])


def test_files_travel_packed_and_are_kept_for_ever(stranger: FlaskClient) -> None:
    for name in ("site.css", "site.js", "icon.svg", "vendor/htmx-4.0.1.min.js"):
        packed, plain = (stranger.get(address_of(stranger, name), headers=wish) for wish in (PACKED, {}))
        assert packed.headers["Content-Encoding"] == "gzip", name
        assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert plain.data == (assets.ROOM / name).read_bytes()
        assert packed.headers["ETag"] != plain.headers["ETag"]
        assert "Set-Cookie" not in packed.headers


def test_the_address_of_an_older_version_is_answered_but_asked_for_again(stranger: FlaskClient) -> None:
    answer = stranger.get("/static/older/site.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    again = stranger.get("/static/older/site.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_module_finds_those_it_imports_beside_it(stranger: FlaskClient) -> None:
    place = address_of(stranger, "site.js").rsplit("/", 1)[0]
    for script in assets.ROOM.glob("*.js"):
        for name in re.findall(r'from "\./([\w.]+)"', script.read_text()):
            assert "immutable" in stranger.get(f"{place}/{name}").headers["Cache-Control"], f"{script.name} imports {name}"


@pytest.mark.parametrize("name", ["../app.py", "%2e%2e/app.py", "vendor", "vendor/htmx-LICENSE.txt", "nothing.js", ""])
def test_nothing_else_is_served(stranger: FlaskClient, name: str) -> None:
    assert stranger.get(f"/static/older/{name}").status_code == 404


def test_the_first_view_of_a_page_is_under_100_kb(db: Session, world: World, enter: Enter) -> None:
    session = create_submitted(db, world)
    db.commit()
    owner = enter(world.owner)
    scripts = sum(len(owner.get(f"/static/older/{path.name}", headers=PACKED).data) for path in assets.ROOM.glob("*.js"))
    interview = f"/interviews/{world.interview.id}"
    for path in ("/", f"/sessions/{session.id}", "/interviews", interview, "/members", "/settings", "/account", "/figures"):
        page = owner.get(path, follow_redirects=True)
        assert page.status_code == 200, path
        named = set(re.findall(r'"(/static/[^"]+)"', page.text))
        rest = sum(len(owner.get(one, headers=PACKED).data) for one in named if not re.search(r"/\w+\.js$", one))
        weight = len(page.data) + scripts + rest
        print(f"{path}: {weight} bytes, {len(page.data)} of them the page itself")
        assert weight < FIRST_VIEW, path
