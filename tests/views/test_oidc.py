"""Signing in through an identity provider: a real one on this machine, in order and out of order."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy.orm import Session

from models import Login
from tests.adapters import provider as providers
from tests.adapters.provider import LocalProvider
from tests.factories import NOW, World
from tests.jobs.conftest import wait_for
from views.limits import limiter


@pytest.fixture
def provider(app: Flask) -> Iterator[LocalProvider]:
    before = app.extensions["settings"]
    limiter.enabled = False
    with providers.running() as running:
        changes = {"oidc_issuer": running.address, "oidc_client_id": providers.CLIENT, "oidc_client_secret": providers.SECRET}
        app.extensions["settings"] = before.model_copy(update={**changes, "oidc_name": "Acme ID"})
        yield running
    app.extensions["settings"] = before
    limiter.enabled = True


def come_back(client: FlaskClient, provider: LocalProvider) -> Any:
    """Through the provider and back, as a browser goes."""
    away = client.get("/login/organisation?then=/members")
    assert away.status_code == 303
    assert away.location.startswith(provider.address)
    return client.get(provider.consent(away.location).removeprefix("http://greenroom.test"))


def test_a_member_comes_in_through_the_provider(stranger: FlaskClient, provider: LocalProvider, world: World, db: Session) -> None:
    assert "Sign in with Acme ID" in stranger.get("/login").text
    response = come_back(stranger, provider)
    assert response.location == "/members"
    assert stranger.get("/members").status_code == 200
    assert db.query(Login).one().member_id == world.reviewer.id


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"email": "nobody@acme.test"}, "Nobody here has the address"),
        ({"email_verified": False}, "does not vouch"),
        ({"email_verified": "true"}, "does not vouch"),
        ({"iss": "https://evil.test"}, "not meant for this server"),
        ({"aud": "another"}, "not meant for this server"),
        ({"aud": ["another", "greenroom"], "azp": "another"}, "not meant for this server"),
        ({"nonce": "another"}, "not meant for this server"),
        ({"exp": int(time.time()) - 3600}, "not meant for this server"),
        ({"iat": int(time.time()) + 3600}, "not meant for this server"),
    ],
)
def test_what_is_not_in_order_lets_nobody_in(
    stranger: FlaskClient, provider: LocalProvider, world: World, db: Session, claims: dict[str, Any], says: str
) -> None:
    provider.claims = claims
    response = come_back(stranger, provider)
    assert response.status_code == 401
    assert says in response.text
    assert db.query(Login).count() == 0


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"sub": "1", "email": "bob@acme.test", "email_verified": True}, ""),
        ({"sub": "2", "email": "bob@acme.test", "email_verified": True}, "not meant for this server"),
        ({"sub": "1", "email": "bob@acme.test"}, "does not vouch"),
        ({"sub": "1", "email_verified": True}, "could not be completed"),
    ],
)
def test_an_address_that_only_the_user_info_tells_counts_for_the_same_person(
    told: dict[str, Any], says: str, stranger: FlaskClient, provider: LocalProvider, world: World, db: Session
) -> None:
    provider.claims, provider.told = {"email": None, "email_verified": None}, told
    response = come_back(stranger, provider)
    assert says in response.text
    assert db.query(Login).count() == (0 if says else 1)


def test_a_token_signed_with_another_key_lets_nobody_in(stranger: FlaskClient, provider: LocalProvider, world: World, db: Session) -> None:
    provider.signer = RSAKey.generate_key(2048, {"kid": "one"})
    assert come_back(stranger, provider).status_code == 401
    assert db.query(Login).count() == 0


def test_somebody_shut_out_stays_out(stranger: FlaskClient, provider: LocalProvider, world: World, db: Session) -> None:
    world.reviewer.disabled_at = NOW
    db.commit()
    assert come_back(stranger, provider).status_code == 401


def test_an_answer_nobody_asked_for_is_refused(stranger: FlaskClient, provider: LocalProvider, world: World) -> None:
    assert stranger.get("/login/organisation/back?code=code1&state=x").status_code == 401
    away = stranger.get("/login/organisation")
    back = provider.consent(away.location).removeprefix("http://greenroom.test")
    assert stranger.get(back.replace("state=", "state=x")).status_code == 401
    assert stranger.get(back).status_code == 401, "what was begun may be finished once"


def test_a_provider_that_is_away_or_another_one_is_said(stranger: FlaskClient, app: Flask, provider: LocalProvider) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})
    assert "does not answer" in stranger.get("/login/organisation").text
    app.extensions["settings"] = settings.model_copy(update={"oidc_issuer": provider.address + "/"})
    assert "another name" in stranger.get("/login/organisation").text


def test_without_a_provider_there_is_no_such_door(stranger: FlaskClient) -> None:
    assert stranger.get("/login/organisation").status_code == 404
    assert "Sign in with" not in stranger.get("/login").text


@pytest.fixture
def real(app: Flask) -> Iterator[str]:
    """A provider others wrote, as a process of its own, that knows Bob and a person without a verified address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    people = [{"sub": "bob", "email": "bob@acme.test", "email_verified": True}, {"sub": "eve", "email": "alice@acme.test"}]
    known = [part for person in people for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *known]
    before = app.extensions["settings"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"http://localhost:{port}"
        wait_for(lambda: is_up(address))
        changes = {"oidc_issuer": address, "oidc_client_id": "greenroom", "oidc_client_secret": "any"}
        app.extensions["settings"] = before.model_copy(update=changes)
        yield address
        process.terminate()
    app.extensions["settings"] = before


def is_up(address: str) -> bool:
    try:
        return requests.get(f"{address}/.well-known/openid-configuration", timeout=1).ok
    except requests.RequestException:
        return False


def through(client: FlaskClient, who: str) -> Any:
    """To the provider, agreeing there as this person, and back."""
    away = client.get("/login/organisation")
    agreed = requests.post(away.location, data={"sub": who}, allow_redirects=False, timeout=5)
    return client.get(agreed.headers["Location"].removeprefix("http://greenroom.test"))


def test_a_provider_others_wrote_lets_bob_in_and_vouches_for_nobody_else(
    stranger: FlaskClient, real: str, world: World, db: Session
) -> None:
    assert "does not vouch" in through(stranger, "eve").text
    assert db.query(Login).count() == 0
    assert through(stranger, "bob").location == "/"
    assert db.query(Login).one().member_id == world.reviewer.id
    assert real
