"""Inviting: one, many from a file, reminding, giving more time, withdrawing; and what letters say and how they fared."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters import clock
from domain import invites
from domain.invites import Invited
from models import AuditEvent, CandidateSession, Interview, Invite, Job, Mail
from tests.factories import World
from tests.views.conftest import Enter


@pytest.fixture
def alice(world: World, enter: Enter, app: Flask) -> Iterator[FlaskClient]:
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    yield enter(world.owner)
    app.extensions["settings"] = before


@pytest.fixture
def invite(world: World, db: Session) -> Invite:
    made = invites.create(db, world.actor, world.interview, Invited("Carla Candidate", "carla@home.test"), clock.now())
    db.commit()
    return made


def upload(client: FlaskClient, world: World, content: bytes) -> str:
    data = {"file": (io.BytesIO(content), "people.csv"), "mail": "on"}
    return client.post(f"/interviews/{world.interview.id}/invites/plan", data=data).text


def invited(db: Session) -> list[CandidateSession]:
    db.rollback()
    return list(db.scalars(select(CandidateSession).order_by(CandidateSession.id)))


def verbs(db: Session) -> list[str]:
    return list(db.scalars(select(AuditEvent.verb)))


def test_one_candidate_is_invited_and_a_letter_waits(alice: FlaskClient, world: World, db: Session) -> None:
    data = {"name": "Carla  Candidate", "email": "carla@home.test", "days": "3", "mail": "on"}
    response = alice.post(f"/interviews/{world.interview.id}/invites", data=data)
    assert response.status_code == 303
    [session] = invited(db)
    assert (session.state, session.candidate.name) == ("invited", "Carla Candidate")
    assert session.deadline - session.created_at == timedelta(days=3)
    mail = db.scalars(select(Mail)).one()
    assert db.scalars(select(Job).where(Job.kind == "mail")).one().subject_id == mail.id
    page = alice.get(response.location).text
    assert "http://greenroom.test/i#" in page
    assert "on its way" in page
    assert "invite:created" in verbs(db)


def test_without_the_tick_no_letter_is_written(alice: FlaskClient, world: World, db: Session) -> None:
    alice.post(f"/interviews/{world.interview.id}/invites", data={"name": "Carla", "email": "carla@home.test"})
    assert len(invited(db)) == 1
    assert db.scalars(select(Mail)).all() == []


@pytest.mark.parametrize(
    ("name", "email", "says"),
    [
        ("", "a@b.test", "name of 1 to 200"),
        ("Carla", "", "not an e-mail address"),
        ("Carla", "carla@home", "not an e-mail address"),
        ("=HYPERLINK(1)", "a@b.test", "spreadsheet formula"),
        ("Carla", "two@at@home.test", "not an e-mail address"),
    ],
)
def test_a_wrong_row_is_refused_with_what_was_typed(
    alice: FlaskClient, world: World, db: Session, name: str, email: str, says: str
) -> None:
    response = alice.post(f"/interviews/{world.interview.id}/invites", data={"name": name, "email": email})
    assert response.status_code == 422
    assert says in response.text
    assert f'value="{email}"' in response.text
    assert invited(db) == []


@pytest.mark.parametrize("days", ["0", "-1", "999", "soon", "9" * 30])
def test_odd_numbers_of_days_are_refused(alice: FlaskClient, world: World, db: Session, days: str) -> None:
    response = alice.post(f"/interviews/{world.interview.id}/invites", data={"name": "C", "email": "c@home.test", "days": days})
    assert response.status_code == 422
    assert invited(db) == []


def test_a_candidate_who_was_invited_is_not_invited_twice(alice: FlaskClient, world: World, db: Session) -> None:
    for address in ("carla@home.test", "CARLA@home.test"):
        response = alice.post(f"/interviews/{world.interview.id}/invites", data={"name": "Carla", "email": address})
    assert response.status_code == 422
    assert "Invited or answered before" in response.text
    assert len(invited(db)) == 1


def test_nobody_is_invited_to_a_draft(alice: FlaskClient, world: World, db: Session) -> None:
    address = alice.post("/interviews", data={"starter": "sales"}).location
    interview_id = address.split("/")[-1]
    assert "until you" in alice.get(f"/interviews/{interview_id}/invites").text
    response = alice.post(f"/interviews/{interview_id}/invites", data={"name": "Carla", "email": "c@home.test"})
    assert response.status_code == 422
    assert "until you" in response.text
    assert invited(db) == []


def test_a_file_is_planned_row_by_row_before_anything_happens(alice: FlaskClient, world: World, invite: Invite, db: Session) -> None:
    content = (
        "Name;E-Mail\r\nJürgen Müller;jm@home.test\r\n=cmd|' /C calc'!A0;x@home.test\r\nNobody;nothing\r\n"
        "Carla;carla@home.test\r\nAgain;JM@home.test\r\n"
    )
    for encoding in ("utf-8", "utf-8-sig", "latin-1", "utf-16"):
        page = upload(alice, world, content.encode(encoding))
        assert "1 of 5 will be invited" in page
        assert "Jürgen Müller" in page
        assert "spreadsheet formula" in page
        assert "not an e-mail address" in page
        assert "Invited or answered before" in page
        assert "stands further up" in page
    assert len(invited(db)) == 1, "planning invites nobody"


def test_carrying_out_twice_invites_nobody_twice(alice: FlaskClient, world: World, db: Session) -> None:
    rows = "name,email\nA,a@home.test\nB,b@home.test\nC,broken\n"
    for _ in range(2):
        response = alice.post(f"/interviews/{world.interview.id}/invites/many", data={"rows": rows, "mail": "on"})
        assert response.status_code == 303
    assert [session.candidate.email for session in invited(db)] == ["a@home.test", "b@home.test"]
    assert len(db.scalars(select(Mail)).all()) == 2


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"just words\nand more", b"%PDF-1.7 \xff\xfe", b"name,phone\nA,123\n"])
def test_what_is_no_table_is_refused_in_words(alice: FlaskClient, world: World, content: bytes) -> None:
    data = {"file": (io.BytesIO(content), "x.csv")}
    response = alice.post(f"/interviews/{world.interview.id}/invites/plan", data=data)
    assert response.status_code == 422
    assert "no table" in response.text or "must name the columns" in response.text


def test_a_table_that_is_too_long_is_refused(alice: FlaskClient, world: World) -> None:
    rows = "name,email\n" + "".join(f"A,a{n}@home.test\n" for n in range(2001))
    assert "At most 2000" in upload(alice, world, rows.encode())


def test_pasted_rows_that_are_refused_are_still_there(alice: FlaskClient, world: World) -> None:
    for rows, says in (("name,phone\nAda,123", "must name the columns"), ("a" * 1_000_001, "larger than 1 MB")):
        response = alice.post(f"/interviews/{world.interview.id}/invites/plan", data={"rows": rows, "days": "31"})
        assert response.status_code == 422
        assert says in response.text
        assert 'value="31"' in response.text
        assert f">{rows}</textarea>" in response.text


def test_first_and_last_name_columns_make_one_name(alice: FlaskClient, world: World) -> None:
    page = upload(alice, world, b"Vorname,Nachname,E-Mail\nAda,Lovelace,ada@home.test\n")
    assert "Ada Lovelace" in page


def test_reminding_waits_a_day_between_letters(alice: FlaskClient, invite: Invite, db: Session) -> None:
    assert alice.post(f"/invites/{invite.id}/remind").status_code == 303
    alice.post(f"/invites/{invite.id}/remind")
    assert [mail.kind for mail in db.scalars(select(Mail))] == ["reminder"]
    assert "invite:reminded" in verbs(db)


def test_more_time_is_given_and_never_taken(alice: FlaskClient, invite: Invite, db: Session) -> None:
    before = invite.expires_at
    assert alice.post(f"/invites/{invite.id}/extend", data={"days": "30", "mail": "on"}).status_code == 303
    db.expire_all()
    later = invite.expires_at
    assert later > before
    assert db.get_one(CandidateSession, invite.session_id).deadline == later
    response = alice.post(f"/invites/{invite.id}/extend", data={"days": "1"})
    assert response.status_code == 422
    assert "would shorten" in response.text
    assert "invite:extended" in verbs(db)


def test_a_withdrawn_invitation_ends_its_interview(alice: FlaskClient, invite: Invite, db: Session) -> None:
    assert alice.post(f"/invites/{invite.id}/revoke").status_code == 303
    assert invited(db)[0].state == "cancelled"
    page = alice.get(f"/invites/{invite.id}").text
    assert "withdrawn" in page
    assert "/i#" not in page
    assert alice.post(f"/invites/{invite.id}/extend", data={"days": "30"}).status_code == 422


def test_the_personal_link_is_shown_to_managers_only(enter: Enter, world: World, invite: Invite) -> None:
    for member in (world.reviewer, world.reader):
        page = enter(member).get(f"/invites/{invite.id}")
        assert page.status_code == 200
        assert "/i#" not in page.text


@pytest.mark.parametrize("verb", ["remind", "extend", "revoke"])
def test_only_managers_of_the_same_employer_change_an_invitation(
    enter: Enter, stranger: FlaskClient, world: World, rival: World, invite: Invite, verb: str, db: Session
) -> None:
    address = f"/invites/{invite.id}/{verb}"
    assert stranger.post(address).status_code == 302
    for member in (world.reviewer, world.reader):
        assert enter(member).post(address).status_code == 403
    mallory = enter(rival.owner)
    assert mallory.post(address, data={"days": "9"}).status_code == 404
    assert mallory.get(f"/invites/{invite.id}").status_code == mallory.get("/invites/nothing").status_code == 404
    assert enter(world.owner).get(address).status_code == 405
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    assert enter(world.owner).post(address, headers=foreign).status_code == 403
    assert invited(db)[0].state == "invited"


def test_a_hundred_invitations_make_a_page_and_the_rest_follow(alice: FlaskClient, world: World, db: Session) -> None:
    interview = db.get_one(Interview, world.interview.id)
    for number in range(103):
        invites.create(db, world.actor, interview, Invited(f"Person {number:03}", f"p{number}@home.test"), clock.now())
    db.commit()
    first = alice.get(f"/interviews/{world.interview.id}/invites").text
    assert "Person 102" in first
    assert "Person 002" not in first
    older = first.split("before=")[1].split('"')[0]
    assert "Person 002" in alice.get(f"/interviews/{world.interview.id}/invites?before={older}").text


def test_settings_are_put_back(app: Flask, tmp_path: Path) -> None:
    assert app.extensions["settings"].smtp_url == ""
