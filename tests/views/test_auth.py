"""Signing in: who gets in, who does not, and how a login ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from adapters import clock, passwords
from models import AuditEvent, Login
from tests.factories import NOW, World
from views import auth

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _cheap(world: World, db: Session) -> None:
    world.reviewer.password_hash = passwords.hash_password(PASSWORD)
    db.commit()


def browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


def sign_in(client: FlaskClient, email: str = "bob@acme.test", password: str = PASSWORD, then: str = "") -> TestResponse:
    return client.post("/login", data={"email": email, "password": password, "then": then})


def verbs(db: Session) -> list[str]:
    return list(db.scalars(select(AuditEvent.verb).order_by(AuditEvent.number)))


def test_it_lets_a_member_in_and_shows_the_inbox(app: Flask, db: Session) -> None:
    client = browser(app)
    response = sign_in(client)
    assert (response.status_code, response.location) == (303, "/")
    assert "Inbox" in client.get("/").text
    assert "login:started" in verbs(db)


def test_an_address_is_found_whatever_its_case(app: Flask) -> None:
    assert sign_in(browser(app), " Bob@ACME.test ").status_code == 303


@pytest.mark.parametrize(
    ("email", "password"), [("bob@acme.test", "wrong"), ("nobody@acme.test", PASSWORD), ("alice@acme.test", ""), ("", "")]
)
def test_it_says_the_same_for_an_unknown_address_and_a_wrong_password(app: Flask, email: str, password: str) -> None:
    response = sign_in(browser(app), email, password)
    assert response.status_code == 422
    assert auth.WRONG in response.text
    assert "Set-Cookie" not in response.headers


def test_a_wrong_password_is_remembered_in_the_chain(app: Flask, db: Session) -> None:
    sign_in(browser(app), password="wrong")
    assert verbs(db)[-1] == "login:refused"


def test_a_stranger_is_sent_to_the_login_and_back(app: Flask) -> None:
    client = browser(app)
    to_login = client.get("/account")
    assert to_login.location == "/login?then=/account"
    assert 'value="/account"' in client.get(to_login.location).text
    assert sign_in(client, then="/account").location == "/account"


@pytest.mark.parametrize("then", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"])
def test_it_never_sends_anybody_to_another_website(app: Flask, then: str) -> None:
    assert sign_in(browser(app), then=then).location == "/"


def test_logging_out_ends_the_login_on_the_server(app: Flask, db: Session) -> None:
    client = browser(app)
    sign_in(client)
    cookie = client.get_cookie("greenroom", domain="greenroom.test")
    assert client.post("/logout").location == "/login"
    assert cookie is not None
    client.set_cookie("greenroom", cookie.value, domain="greenroom.test")
    assert client.get("/").status_code == 302
    assert verbs(db)[-1] == "login:ended"


def test_a_disabled_member_is_out_at_once(app: Flask, db: Session, world: World) -> None:
    client = browser(app)
    sign_in(client)
    world.reviewer.disabled_at = NOW
    db.commit()
    assert client.get("/").status_code == 302
    assert sign_in(client).status_code == 422


@pytest.mark.parametrize(("idle", "age", "status"), [(11, 11, 200), (13, 13, 302), (1, 24 * 7 + 1, 302)])
def test_a_login_ends_by_itself(app: Flask, db: Session, idle: int, age: int, status: int) -> None:
    client = browser(app)
    sign_in(client)
    login = db.scalars(select(Login)).one()
    login.seen_at, login.created_at = clock.now() - timedelta(hours=idle), clock.now() - timedelta(hours=age)
    db.commit()
    assert client.get("/").status_code == status


def test_one_can_end_another_browser(app: Flask, db: Session) -> None:
    here, there = browser(app), browser(app)
    sign_in(here)
    sign_in(there)
    newest = db.scalars(select(Login.id).order_by(Login.id.desc())).first()
    assert newest is not None
    assert newest in here.get("/account").text
    assert here.post(f"/account/logins/{newest}/end").status_code == 303
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_one_cannot_end_somebody_elses_login(app: Flask, db: Session, world: World, rival: World) -> None:
    rival.reviewer.password_hash = world.reviewer.password_hash
    db.commit()
    here, there = browser(app), browser(app)
    sign_in(here)
    sign_in(there, "mike@rival.test")
    theirs = db.scalars(select(Login.id).where(Login.member_id == rival.reviewer.id)).one()
    assert here.post(f"/account/logins/{theirs}/end").status_code == 404
    assert there.get("/").status_code == 200


def test_a_read_only_member_may_log_out(app: Flask, db: Session, world: World) -> None:
    world.reader.password_hash = world.reviewer.password_hash
    db.commit()
    client = browser(app)
    sign_in(client, "rita@acme.test")
    assert client.post("/logout").status_code == 303


def test_guessing_is_slowed_down(app: Flask) -> None:
    client = browser(app)
    answers = [sign_in(client, password=f"guess {n}").status_code for n in range(12)]
    assert answers[:10] == [422] * 10
    assert answers[10:] == [429] * 2
    assert sign_in(client).status_code == 429


def test_another_site_cannot_sign_anybody_in(app: Flask) -> None:
    response = browser(app).post("/login", data={"email": "bob@acme.test"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403


def test_an_expired_login_tells_htmx_to_open_the_login_page(app: Flask) -> None:
    response = browser(app).get("/account", headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == "/login"


def test_an_address_that_does_not_exist_keeps_the_top_bar_of_whoever_is_signed_in(alice: FlaskClient, stranger: FlaskClient) -> None:
    assert '<nav aria-label="Main">' not in stranger.get("/no-such-page").text
    lost = alice.get("/no-such-page")
    assert lost.status_code == 404
    assert '<nav aria-label="Main">' in lost.text
