"""What a hostile stranger sends to the pages of the employer's side: too much, with the wrong key, or made to run."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from adapters import clock
from domain import clips, guests, logos, media
from domain.tokens import LIVES, Tokens
from models import Clip, Employer, GuestLink, Take, serve
from tests.factories import World
from tests.reviewing import create_submitted
from tests.views.conftest import Enter
from views import auth

OPEN_DOORS = ("/login", "/forgot", "/password", "/guest")
KINDS = ("guest", "clip", "logo", "media")
Mint = Callable[[Tokens, datetime], str]


@pytest.mark.parametrize("address", OPEN_DOORS)
def test_no_open_door_takes_in_a_large_file(stranger: FlaskClient, address: str) -> None:
    """A form's files are written to disk while it is read: without a bound anybody could fill it."""
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.bin"\r\n\r\n'
    body = part + b"x" * (17 << 20) + b"\r\n--x--\r\n"
    answer = stranger.post(address, data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "This is larger than allowed." in answer.text


def test_a_large_clip_of_somebody_who_may_not_is_refused_unread(enter: Enter, world: World) -> None:
    body = io.BytesIO(b"never read")
    address = f"/interviews/{world.interview.id}/clips/welcome"
    answer = enter(world.reviewer).post(
        address, input_stream=body, content_length=200 << 20, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 403
    assert body.tell() == 0


@pytest.fixture
def addresses(app: Flask, db: Session, world: World) -> dict[str, Mint]:
    """For every kind of address a browser keeps: how its token is made."""
    now = clock.now()
    session = create_submitted(db, world)
    owner = {"employer_id": world.employer.id}
    link = GuestLink(
        **owner, session_id=session.id, member_id=world.owner.id, name="Hanna", created_at=now, expires_at=now + timedelta(days=29)
    )
    clip = Clip(**owner, original_key="clips/x", state="ready", captions="WEBVTT\n", captions_state="confirmed", created_at=now)
    db.add_all([link, clip])
    employer = db.get_one(Employer, world.employer.id)
    employer.settings = {"logo": {"key": f"logos/{employer.id}/x", "type": "image/png"}}
    app.extensions["store"].put(f"logos/{employer.id}/x", b"a picture")
    take_id = db.query(Take).filter_by(kind="video").one().id
    db.commit()
    return {
        "guest": lambda tokens, at: guests.mint(tokens, link, at),
        "clip": lambda tokens, at: clips.mint(tokens, clip.id, "captions", at),
        "logo": lambda tokens, at: str(logos.mint(tokens, employer, at)),
        "media": lambda tokens, at: media.mint(tokens, take_id, "captions", at),
    }


def ask(client: FlaskClient, kind: str, token: str) -> tuple[int, str]:
    if kind == "guest":
        answer = client.post("/guest", data={"token": token})
    else:
        answer = client.get(f"/media/{ {'clip': 'clips/', 'logo': 'logo/', 'media': ''}[kind] }{token}")
    return answer.status_code, answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_address_opens_only_with_its_own_fresh_whole_token(
    app: Flask, db: Session, stranger: FlaskClient, world: World, addresses: dict[str, Mint], kind: str
) -> None:
    serve(db, world.employer.id)
    tokens, now = app.extensions["tokens"], clock.now()
    good = addresses[kind](tokens, now)
    life = LIVES[kind]
    assert life is not None
    middle = len(good) // 2
    wrong = {
        "wrong kind": addresses["clip" if kind != "clip" else "logo"](tokens, now),
        "expired": addresses[kind](tokens, now - life - timedelta(seconds=1)),
        "altered": good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :],
        "made up": addresses[kind](Tokens(["m" * 40]), now),
    }
    assert ask(stranger, kind, good)[0] in {200, 303}
    said = {why: ask(app.test_client(), kind, token) for why, token in wrong.items()}
    assert {why: status for why, (status, _) in said.items() if status not in {401, 403, 410}} == {}
    app.extensions["tokens"] = Tokens(["n" * 40], retired=["k" * 40])
    said["retired"] = ask(app.test_client(), kind, good)
    assert said["retired"][0] in {401, 403}
    if kind == "guest":
        plain = {
            "wrong kind": "meant for something else",
            "expired": "This link has ended",
            "altered": "damaged or incomplete",
            "made up": "damaged or incomplete",
            "retired": "a key that is no longer in use",
        }
        assert {why: words for why, words in plain.items() if words not in said[why][1]} == {}
    else:
        assert all("Reload the page you came from" in page for _, page in said.values())


def test_what_a_host_header_says_reaches_no_page(stranger: FlaskClient, enter: Enter, world: World) -> None:
    evil = {"Host": "evil.test", "X-Forwarded-Host": "evil.test"}
    bob = enter(world.owner)
    for client, address in (
        (stranger, "/login"),
        (stranger, "/guest"),
        (stranger, "/forgot"),
        (bob, "/"),
        (bob, f"/interviews/{world.interview.id}/embed"),
    ):
        answer = client.get(address, headers=evil, base_url="http://evil.test/")
        assert "evil.test" not in answer.text + str(answer.headers.get("Location", "")), address


def test_the_count_of_login_attempts_names_nobody(app: Flask) -> None:
    """Redis keeps these keys on disk, also those of addresses typed into the wrong form."""
    keys = []
    for typed in ("Alice@acme.test ", "alice@acme.test", "bob@acme.test"):
        with app.test_request_context("/login", method="POST", data={"email": typed}):
            keys.append(auth.account_of_form())
    assert keys[0] == keys[1] != keys[2]
    assert "acme" not in "".join(keys)


def test_a_clip_does_not_take_the_room_kept_for_candidates(app: Flask, enter: Enter, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    store, room = app.extensions["store"], app.extensions["settings"].free_bytes
    monkeypatch.setattr(store, "free_bytes", lambda: room + 100)
    form = {"file": (io.BytesIO(b"x" * 1000), "welcome.webm"), "revision": str(world.interview.draft_revision)}
    answer = enter(world.owner).post(f"/interviews/{world.interview.id}/clips/welcome", data=form, content_type="multipart/form-data")
    assert answer.status_code == 507
    assert "no room left" in answer.text
    assert list(store.keys("clips")) == []
