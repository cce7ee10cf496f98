"""A guest's link in a real browser: the token leaves the address at once and reaches no log."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import timedelta
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from adapters import clock
from domain import guests
from models import GuestLink
from tests.factories import World
from tests.reviewing import create_submitted, score

pytestmark = pytest.mark.browser


@pytest.fixture
def link(db: Session, world: World) -> GuestLink:
    session = create_submitted(db, world, "Zoë Krüger")
    score(db, session, world.reviewer, 4, 2)
    made = guests.invite(db, world.reviewer, session, "Hanna Host", 7, clock.now())
    db.commit()
    return made


@pytest.fixture
def place(app: Flask) -> Iterator[tuple[str, list[str]]]:
    """Where the server is, and every address it is asked for."""
    asked: list[str] = []
    app.config["SERVER_NAME"] = None

    def noted(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked.append(str(environ["RAW_URI"]))
        return app.wsgi_app(environ, start)

    server = make_server("127.0.0.1", 0, noted, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


@pytest.fixture
def page(playwright: Playwright) -> Iterator[Page]:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    yield browser.new_page()
    browser.close()


def test_the_link_opens_by_itself_and_its_token_is_in_no_address(
    app: Flask, db: Session, page: Page, link: GuestLink, place: tuple[str, list[str]]
) -> None:
    origin, asked = place
    token = guests.mint(app.extensions["tokens"], link, clock.now())
    page.goto(f"{origin}/guest#{token}")
    expect(page.get_by_role("heading", name="Zoë Krüger")).to_be_visible()
    expect(page.get_by_text("For Hanna Host, from Bob")).to_be_visible()
    assert page.url == f"{origin}/guest/packet"
    page.go_back()
    assert token not in page.url + "".join(asked)
    link.expires_at = clock.now() - timedelta(seconds=1)
    db.commit()
    page.goto(f"{origin}/guest/packet")
    expect(page.get_by_text("This link ended on")).to_be_visible()
