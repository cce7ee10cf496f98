"""People: added, given roles, shut out at once; passwords by link; the second factor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters import clock, passwords
from domain import members, totp
from models import AuditEvent, Mail, Member
from tests.factories import World
from tests.views.conftest import Enter
from views.limits import limiter

PASSWORD = "a good long sentence"


@pytest.fixture(autouse=True)
def _unlimited(app: Flask) -> Iterator[None]:
    limiter.enabled = False
    yield
    limiter.enabled = True


@pytest.fixture
def mailing(app: Flask) -> Iterator[None]:
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    yield
    app.extensions["settings"] = before


def verbs(db: Session) -> list[str]:
    return list(db.scalars(select(AuditEvent.verb)))


def link_in(page: str) -> str:
    return page.split("/password#")[1].split("<")[0].strip()


def test_somebody_is_added_and_gets_a_letter(alice: FlaskClient, mailing: None, db: Session) -> None:
    data = {"name": "Nora New", "email": "Nora@Acme.test", "role": "reviewer"}
    response = alice.post("/members", data=data)
    assert response.status_code == 303
    member = db.scalars(select(Member).where(Member.email == "nora@acme.test")).one()
    assert (member.role, member.password_hash) == ("reviewer", None)
    assert db.scalars(select(Mail)).one().kind == "member_invite"
    assert "Nora New" in alice.get("/members").text


@pytest.mark.parametrize(
    ("name", "email", "role", "status"),
    [
        ("", "n@acme.test", "reviewer", 422),
        ("N", "no address", "reviewer", 422),
        ("N", "n@acme.test", "king", 422),
        ("N", "n@acme.test", "", 422),
        ("N", "bob@acme.test", "reviewer", 409),
        ("N", "mallory@rival.test", "reviewer", 409),
    ],
)
def test_a_wrong_form_is_refused_with_what_was_typed(
    alice: FlaskClient, rival: World, db: Session, name: str, email: str, role: str, status: int
) -> None:
    response = alice.post("/members", data={"name": name, "email": email, "role": role})
    assert response.status_code == status
    assert f'value="{email}"' in response.text


def test_a_role_holds_from_the_next_click(alice: FlaskClient, enter: Enter, world: World, db: Session) -> None:
    bob = enter(world.reviewer)
    assert bob.post("/interviews").status_code == 403
    alice.post(f"/members/{world.reviewer.id}/role", data={"role": "admin"})
    assert bob.post("/interviews").status_code == 303
    assert "member:changed" in verbs(db)


def test_somebody_shut_out_is_out_at_the_next_click(alice: FlaskClient, enter: Enter, world: World) -> None:
    bob = enter(world.reviewer)
    assert bob.get("/interviews").status_code == 200
    assert alice.post(f"/members/{world.reviewer.id}/disable").status_code == 303
    assert bob.get("/interviews").location.startswith("/login")


def test_an_ended_login_does_not_come_back_with_its_member(alice: FlaskClient, enter: Enter, world: World) -> None:
    bob = enter(world.reviewer)
    alice.post(f"/members/{world.reviewer.id}/disable")
    alice.post(f"/members/{world.reviewer.id}/enable")
    assert bob.get("/interviews").location.startswith("/login")


def test_a_manager_ends_the_logins_of_a_lost_laptop(alice: FlaskClient, enter: Enter, world: World, db: Session) -> None:
    bob = enter(world.reviewer)
    assert "End it" in alice.get(f"/members/{world.reviewer.id}").text
    assert alice.post(f"/members/{world.reviewer.id}/logins/end").status_code == 303
    assert bob.get("/interviews").location.startswith("/login")
    assert verbs(db)[-1] == "login:ended"
    assert enter(world.reviewer).get("/interviews").status_code == 200
    assert "End it" not in alice.get(f"/members/{world.owner.id}").text, "one's own are ended under Your logins"


def test_what_was_ticked_stays_when_somebody_cannot_be_added(alice: FlaskClient, world: World) -> None:
    form = {"name": "Nina", "email": "not-an-address", "role": "reviewer", "interview": world.interview.id}
    refused = alice.post("/members", data=form)
    assert refused.status_code == 422
    assert f'value="{world.interview.id}" checked' in refused.text


def test_the_last_owner_stays(alice: FlaskClient, world: World, db: Session) -> None:
    assert alice.post(f"/members/{world.owner.id}/role", data={"role": "admin"}).status_code == 409
    assert alice.post(f"/members/{world.owner.id}/disable").status_code == 409
    db.expire_all()
    assert (world.owner.role, world.owner.disabled_at) == ("owner", None)


def test_an_admin_neither_makes_nor_touches_owners(enter: Enter, world: World, db: Session) -> None:
    world.reviewer.role = "admin"
    db.commit()
    admin = enter(world.reviewer)
    assert admin.post("/members", data={"name": "O", "email": "o@acme.test", "role": "owner"}).status_code == 403
    for verb in ("role", "disable", "link", "logins/end"):
        assert admin.post(f"/members/{world.owner.id}/{verb}", data={"role": "reviewer"}).status_code == 403
    assert admin.post(f"/members/{world.reader.id}/role", data={"role": "owner"}).status_code == 403


@pytest.mark.parametrize("address", ["", "/{id}/role", "/{id}/disable", "/{id}/enable", "/{id}/link", "/{id}/logins/end"])
def test_only_managers_of_the_same_employer_change_people(
    enter: Enter, stranger: FlaskClient, world: World, rival: World, address: str
) -> None:
    path = "/members" + address.format(id=world.reader.id)
    assert stranger.post(path).status_code == 302
    for member in (world.reviewer, world.reader):
        assert enter(member).post(path).status_code == 403
    if address:
        assert enter(rival.owner).post(path, data={"role": "reviewer"}).status_code == 404
        assert enter(world.owner).get(path).status_code == 405
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    assert enter(world.owner).post(path, headers=foreign).status_code == 403


def test_another_employers_people_look_like_nobody(enter: Enter, world: World, rival: World) -> None:
    mallory = enter(rival.owner)
    assert mallory.get(f"/members/{world.owner.id}").status_code == mallory.get("/members/nobody").status_code == 404
    assert "Alice" not in mallory.get("/members").text


def test_a_link_sets_a_password_once_and_ends_every_login(
    alice: FlaskClient, enter: Enter, stranger: FlaskClient, world: World, db: Session
) -> None:
    bob = enter(world.reviewer)
    page = alice.post(f"/members/{world.reviewer.id}/link").text
    token = link_in(page)
    assert stranger.get("/password").status_code == 200
    response = stranger.post("/password", data={"token": token, "password": PASSWORD})
    assert response.location == "/login"
    assert bob.get("/interviews").status_code == 302, "other logins have ended"
    assert stranger.post("/login", data={"email": "bob@acme.test", "password": PASSWORD}).status_code == 303
    again = stranger.post("/password", data={"token": token, "password": "another long sentence"})
    assert again.status_code == 401
    assert "used already" in again.text


@pytest.mark.parametrize("password", ["", "short", "a" * 40, "password1234", "bob@acme.test", "x" * 1001])
def test_a_bad_password_is_refused_and_the_link_still_works(
    stranger: FlaskClient, app: Flask, world: World, db: Session, password: str
) -> None:
    token = members.mint(app.extensions["tokens"], world.reviewer, "reset", clock.now())
    response = stranger.post("/password", data={"token": token, "password": password})
    assert response.status_code == 422
    assert stranger.post("/password", data={"token": token, "password": PASSWORD}).status_code == 303


def test_links_that_do_not_hold_are_refused_in_words(stranger: FlaskClient, app: Flask, world: World, db: Session) -> None:
    tokens = app.extensions["tokens"]
    old = members.mint(tokens, world.reviewer, "reset", clock.now() - timedelta(hours=2))
    wrong_kind = tokens.mint("invite", {"invite": "x"}, clock.now())
    world.reader.disabled_at = clock.now()
    db.commit()
    shut_out = members.mint(tokens, world.reader, "reset", clock.now())
    says = {old: "expired", wrong_kind: "meant for something else", shut_out: "no longer valid", "garbage": "damaged", "": "missing"}
    for token, words in says.items():
        response = stranger.post("/password", data={"token": token, "password": PASSWORD})
        assert response.status_code == 401
        assert words in response.text


def test_forgotten_passwords_are_mailed_and_the_answer_tells_nobody_who_exists(
    stranger: FlaskClient, mailing: None, world: World, db: Session
) -> None:
    known = stranger.post("/forgot", data={"email": "BOB@acme.test"})
    unknown = stranger.post("/forgot", data={"email": "nobody@acme.test"})
    assert known.text == unknown.text
    assert [(mail.kind, mail.email) for mail in db.scalars(select(Mail))] == [("reset", "bob@acme.test")]


def test_attempts_are_counted(stranger: FlaskClient, app: Flask) -> None:
    limiter.enabled = True
    codes = [stranger.post("/forgot", data={"email": "x@y.test"}).status_code for _ in range(7)]
    assert 429 in codes


@pytest.fixture
def factor(enter: Enter, world: World, db: Session) -> str:
    """Bob with a password and a second factor; returns the secret."""
    secret = totp.new_secret()
    world.reviewer.password_hash = passwords.hash_password(PASSWORD)
    code = totp.code_at(secret, int(clock.now().timestamp()) // 30 - 1)
    totp.turn_on(db, world.reviewer, secret, code, clock.now())
    db.commit()
    return secret


def test_the_second_factor_is_switched_on_with_a_code_from_the_app(enter: Enter, world: World, db: Session) -> None:
    bob = enter(world.reviewer)
    secret = bob.get("/account/factor").text.split('<p class="mono">')[1].split("<")[0]
    assert bob.post("/account/factor", data={"code": "000000"}).status_code == 422
    page = bob.post("/account/factor", data={"code": totp.code_at(secret, int(clock.now().timestamp()) // 30)})
    assert page.text.count("<li>") == totp.CODES
    db.expire_all()
    assert world.reviewer.totp_secret == secret
    assert secret not in bob.get("/account/factor").text, "never shown again"
    assert "member:changed" in verbs(db)


def test_a_password_alone_no_longer_signs_in(stranger: FlaskClient, factor: str) -> None:
    response = stranger.post("/login", data={"email": "bob@acme.test", "password": PASSWORD, "then": "/members"})
    assert response.location == "/login/code"
    assert stranger.get("/interviews").status_code == 302
    code = totp.code_at(factor, int(clock.now().timestamp()) // 30)
    assert stranger.post("/login/code", data={"code": "123"}).status_code == 422
    assert stranger.post("/login/code", data={"code": code[:3] + " " + code[3:]}).location == "/members"
    assert stranger.get("/interviews").status_code == 200


def test_a_code_is_taken_once(app: Flask, stranger: FlaskClient, factor: str) -> None:
    code = totp.code_at(factor, int(clock.now().timestamp()) // 30)
    stranger.post("/login", data={"email": "bob@acme.test", "password": PASSWORD})
    assert stranger.post("/login/code", data={"code": code}).status_code == 303
    stranger.post("/login", data={"email": "bob@acme.test", "password": PASSWORD})
    assert stranger.post("/login/code", data={"code": code}).status_code == 422


def test_a_recovery_code_works_once(stranger: FlaskClient, world: World, db: Session) -> None:
    secret = totp.new_secret()
    world.reviewer.password_hash = passwords.hash_password(PASSWORD)
    codes = totp.turn_on(db, world.reviewer, secret, totp.code_at(secret, int(clock.now().timestamp()) // 30), clock.now())
    db.commit()
    for status in (303, 422):
        stranger.post("/login", data={"email": "bob@acme.test", "password": PASSWORD})
        assert stranger.post("/login/code", data={"code": codes[0]}).status_code == status


def test_half_in_is_not_in_and_does_not_last(stranger: FlaskClient, factor: str) -> None:
    assert stranger.get("/login/code").location == "/login"
    stranger.post("/login", data={"email": "bob@acme.test", "password": PASSWORD})
    with stranger.session_transaction() as session:
        session["half_at"] -= 301
    code = totp.code_at(factor, int(clock.now().timestamp()) // 30)
    assert stranger.post("/login/code", data={"code": code}).location == "/login"


def test_the_second_factor_needs_a_code_to_go(enter: Enter, world: World, factor: str, db: Session) -> None:
    bob = enter(world.reviewer)
    assert bob.post("/account/factor/off", data={"code": "000000"}).status_code == 422
    assert bob.post("/account/factor/off", data={"code": totp.code_at(factor, int(clock.now().timestamp()) // 30)}).status_code == 303
    db.expire_all()
    assert world.reviewer.totp_secret is None


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130")]
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1."""
    assert totp.code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds // 30, digits=8) == code
