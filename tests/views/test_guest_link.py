"""A guest's link in a real browser: the token leaves the address at once and reaches no log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from adapters import clock
from domain import guests
from models import GuestLink
from tests.factories import World
from tests.reviewing import create_submitted, score
from tests.views.browsing import Place, Visits

pytestmark = pytest.mark.browser


@pytest.fixture
def link(db: Session, world: World) -> GuestLink:
    session = create_submitted(db, world, "Zoë Krüger")
    score(db, session, world.reviewer, 4, 2)
    made = guests.invite(db, world.reviewer, session, "Hanna Host", 7, clock.now())
    db.commit()
    return made


def test_the_link_opens_by_itself_and_its_token_is_in_no_address(
    app: Flask, db: Session, visit: Visits, link: GuestLink, place: Place
) -> None:
    token = guests.mint(app.extensions["tokens"], link, clock.now())
    page = visit(None, f"/guest#{token}")
    expect(page.get_by_role("heading", name="Zoë Krüger")).to_be_visible()
    expect(page.get_by_text("For Hanna Host, from Bob")).to_be_visible()
    assert page.url == f"{place.origin}/guest/packet"
    page.go_back()
    assert token not in page.url + "".join(place.asked)
    link.expires_at = clock.now() - timedelta(seconds=1)
    db.commit()
    page.goto(f"{place.origin}/guest/packet")
    expect(page.get_by_text("This link ended on")).to_be_visible()
