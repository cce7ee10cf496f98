"""Settings: name and contact as candidates read them, and the switches for proposals."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from domain import pictures
from models import AuditEvent, Employer
from tests.door import Door
from tests.factories import World
from tests.views.conftest import Enter

GOOD = {"name": "Acme Ltd", "contact_name": "Hanna", "contact_email": "people@acme.test"}
PURPOSE = "To point reviewers to passages they may have missed."


def events(db: Session, verb: str) -> list[dict[str, object]]:
    db.rollback()
    return [event.data for event in db.scalars(select(AuditEvent).where(AuditEvent.verb == verb))]


def test_name_and_contact_are_saved(alice: FlaskClient, world: World, db: Session) -> None:
    assert alice.post("/settings", data=GOOD).status_code == 303
    db.expire_all()
    assert db.get_one(Employer, world.employer.id).contact_email == "people@acme.test"
    assert events(db, "employer:changed")[-1] == {"changed": ["name", "contact_email"]}


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "x" * 201), ("contact_email", ""), ("contact_email", "nowhere")])
def test_a_wrong_field_is_marked_and_nothing_is_lost(alice: FlaskClient, world: World, db: Session, field: str, value: str) -> None:
    response = alice.post("/settings", data={**GOOD, field: value})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text
    assert "people@acme.test" in response.text or field == "contact_email"
    db.rollback()
    db.expire_all()
    assert db.get_one(Employer, world.employer.id).name == "Acme"


def test_proposals_are_off_and_need_a_stated_purpose(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/settings/proposals/{world.interview.id}"
    assert not world.interview.proposals_on
    refused = alice.post(address, data={"do": "on", "purpose": "because"})
    assert refused.status_code == 422
    assert "because" in refused.text
    assert alice.post(address, data={"do": "on", "purpose": PURPOSE}).status_code == 303
    db.expire_all()
    assert world.interview.proposals_on
    assert events(db, "proposals:switched") == [{"on": True, "purpose": PURPOSE}]
    alice.post(address, data={"do": "off"})
    db.expire_all()
    assert not world.interview.proposals_on


def test_the_stop_switch_stops_everything_and_can_be_undone(alice: FlaskClient, world: World, db: Session) -> None:
    alice.post("/settings/proposals", data={"do": "stop"})
    assert "stopped for all" in alice.get("/settings").text
    response = alice.post(f"/settings/proposals/{world.interview.id}", data={"do": "on", "purpose": PURPOSE})
    assert response.status_code == 409
    alice.post("/settings/proposals", data={"do": "resume"})
    assert "stopped for all" not in alice.get("/settings").text
    assert events(db, "proposals:switched") == [{"stopped": True}, {"stopped": False}]


@pytest.mark.parametrize("address", ["/settings", "/settings/proposals", "/settings/proposals/{id}"])
def test_only_managers_of_the_same_employer_change_settings(
    enter: Enter, stranger: FlaskClient, world: World, rival: World, address: str
) -> None:
    path = address.format(id=world.interview.id)
    assert stranger.post(path).status_code == 302
    for member in (world.reviewer, world.reader):
        assert enter(member).post(path, data=GOOD).status_code == 403
        assert enter(member).get("/settings").status_code == 200
    if "{" in address:
        assert enter(rival.owner).post(path, data={"do": "on", "purpose": PURPOSE}).status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    assert enter(world.owner).post(path, data=GOOD, headers=foreign).status_code == 403


def test_another_employers_settings_are_never_shown(enter: Enter, world: World, rival: World) -> None:
    assert "Acme" not in enter(rival.owner).get("/settings").text


def png(width: int, height: int) -> bytes:
    return pictures.PNG + b"\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\0" * 50


def jpeg(width: int, height: int) -> bytes:
    """With a comment before its frame, as cameras write."""
    return b"\xff\xd8\xff\xfe\x00\x04hi\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\0" * 50


def webp(width: int, height: int) -> bytes:
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + sizes + b"\0" * 50


PNG = png(480, 96)


def send_logo(client: FlaskClient, data: bytes, **form: str) -> TestResponse:
    return client.post("/settings/logo", data={"logo": (io.BytesIO(data), "logo.png"), **form}, content_type="multipart/form-data")


def test_a_logo_is_shown_to_candidates_and_taken_away(app: Flask, alice: FlaskClient, door: Door) -> None:
    assert send_logo(alice, PNG).status_code == 303
    address = door.open().json["employer"]["logo_url"]  # type: ignore[index]
    shown = alice.get(address.removeprefix("http://greenroom.test"))
    assert (shown.data, shown.content_type) == (PNG, "image/png")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "Your logo" in alice.get("/settings").text
    assert send_logo(alice, b"", do="remove").status_code == 303
    assert door.open().json["employer"]["logo_url"] is None  # type: ignore[index]
    assert alice.get(address.removeprefix("http://greenroom.test")).status_code == 404
    assert list(app.extensions["store"].keys("logos")) == []


@pytest.mark.parametrize("made", [png, jpeg, webp])
def test_a_small_file_that_unpacks_to_gigabytes_is_refused(made: Callable[[int, int], bytes], alice: FlaskClient) -> None:
    assert send_logo(alice, made(3000, 40)).status_code == 303
    refused = send_logo(alice, made(16_000, 16_000))
    assert refused.status_code == 422
    assert "16,000 × 16,000 points" in refused.text


@pytest.mark.parametrize(
    "data", [b"", b"<svg onload='alert(1)'/>", b"GIF89a" + b"0" * 9, pictures.PNG, b"\xff\xd8\xff\xe0\0\0", PNG + b"0" * 400_000]
)
def test_what_is_no_small_picture_is_refused(data: bytes, alice: FlaskClient) -> None:
    refused = send_logo(alice, data)
    assert refused.status_code == 422
    assert "picture" in refused.text


def test_only_managers_change_the_logo(enter: Enter, stranger: FlaskClient, world: World) -> None:
    assert send_logo(enter(world.reviewer), PNG).status_code == 403
    assert send_logo(stranger, PNG).status_code == 302
    assert stranger.get("/media/logo/nonsense").status_code == 403


def test_a_missing_purpose_is_asked_for_where_it_is_missing(alice: FlaskClient, world: World) -> None:
    assert "required minlength" in alice.get("/settings").text
    page = alice.post(f"/settings/proposals/{world.interview.id}", data={"do": "on", "purpose": " "}).text
    assert 'autofocus aria-invalid="true"' in page
