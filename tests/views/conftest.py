"""People at the employer's door: a browser signed in as anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Playwright
from sqlalchemy.orm import Session

from adapters import clock
from domain import interviews, logins
from models import EVERY_EMPLOYER, Interview, Member, serve
from tests.factories import World
from tests.views.browsing import Place, Visits, served

Enter = Callable[[Member], FlaskClient]


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser on our own pages that nobody signed in with."""
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


@pytest.fixture
def enter(app: Flask, db: Session) -> Enter:
    """Gives a browser in which this member is signed in."""

    def sign_in(member: Member) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        serve(db, EVERY_EMPLOYER)
        login = logins.sign_in(db, member, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", clock.now())
        db.commit()
        with client.session_transaction() as session:
            session["login"] = login.id
        return client

    return sign_in


@pytest.fixture
def alice(world: World, enter: Enter) -> FlaskClient:
    """The owner's browser."""
    return enter(world.owner)


def fresh(db: Session, world: World) -> Interview:
    """The interview as the pages have left it."""
    db.rollback()
    serve(db, world.employer.id)
    db.expire_all()
    return interviews.get_interview(db, world.interview.id)


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    yield launched
    launched.close()


@pytest.fixture
def place(app: Flask) -> Iterator[Place]:
    with served(app) as made:
        yield made


@pytest.fixture
def visit(app: Flask, db: Session, place: Place, chromium: Browser) -> Iterator[Visits]:
    """Opens a page as a member in a real browser; fails when anything is blocked by the content policy."""
    visits = Visits(app, db, place, chromium)
    yield visits
    for context in visits.contexts:
        context.close()
    assert visits.blocked == []
