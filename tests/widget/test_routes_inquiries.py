"""Asking the contact person before, during and after; correcting what the machine heard."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from adapters import clock
from domain import mail, transcripts
from domain.mail import Sender
from domain.tokens import Tokens
from models import Accommodation, AuditEvent, Inquiry, Job, Mail, Scorecard, Take
from tests.domain.test_transcripts import heard
from tests.door import Door, code
from tests.factories import ORIGIN, World

SENDER = Sender(Tokens(["k" * 40]), "https://greenroom.test", lambda _language: True)


def test_help_is_asked_for_before_anything_was_agreed_to(db: Session, door: Door) -> None:
    answer = door.ask(
        "POST",
        "/c/inquiries",
        {"token": door.embed, "host_origin": ORIGIN, "kind": "help", "message": "I use sign language.", "email": "carla@home.test"},
    )
    assert answer.status_code == 201, answer.text
    inquiry = db.scalars(sa.select(Inquiry)).one()
    assert (inquiry.session_id, inquiry.message, inquiry.email) == (None, "I use sign language.", "carla@home.test")
    row = db.scalars(sa.select(Mail)).one()
    assert (row.kind, row.email) == ("inquiry", "jobs@acme.test")
    letter = mail.compose(db, row, SENDER, clock.now())
    assert letter is not None
    for words in ("I use sign language.", "carla@home.test", "do not see this"):
        assert words in letter.text
    events = db.scalars(sa.select(AuditEvent).where(AuditEvent.verb == "inquiry:made")).all()
    assert [event.data for event in events] == [{}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"message": "  "}, "message"),
        ({"email": ""}, "email"),
        ({"email": "nowhere"}, "email"),
        ({"kind": "erasure"}, "kind"),
        ({"kind": "toaster"}, "kind"),
    ],
)
def test_what_is_missing_is_named_by_field(door: Door, changes: dict[str, str], field: str) -> None:
    body = {"token": door.embed, "host_origin": ORIGIN, "kind": "help", "message": "x", "email": "carla@home.test"}
    answer = door.ask("POST", "/c/inquiries", body | changes)
    assert answer.status_code == 422
    assert field in (answer.json or {})["error"]["fields"]


def test_nobody_asks_with_a_bad_token_or_from_elsewhere(app: Flask, door: Door) -> None:
    body = {"host_origin": ORIGIN, "kind": "help", "message": "x", "email": "carla@home.test"}
    door.start()
    for token, expected in (("", "token_missing"), ("nonsense", "token_invalid"), (door.token, "token_wrong_kind")):
        assert code(door.ask("POST", "/c/inquiries", body | {"token": token})) == expected
    assert code(door.ask("POST", "/c/inquiries", body | {"token": door.embed, "host_origin": "https://evil.test"})) == "origin_refused"
    assert app.test_client().get("/c/inquiries").status_code == 405


def test_the_message_of_another_way_reaches_the_contact_person_once(db: Session, door: Door) -> None:
    door.start()
    for _ in range(2):
        door.ask("POST", "/c/accommodation", {"more_time": True, "message": "Please call me."})
    assert [one.message for one in db.scalars(sa.select(Inquiry))] == ["Please call me."]
    assert db.scalar(sa.select(sa.func.count()).select_from(Mail)) == 1


def test_what_was_chosen_on_the_first_screen_holds_from_the_start(db: Session, door: Door) -> None:
    door.open()
    answer = door.begin(accommodation={"more_time": True, "other_kinds": True, "more_retakes": False, "message": ""})
    session = (answer.json or {})["session"]
    assert (session["time_factor"], session["other_kinds"], session["extra_retakes"]) == (None, True, 0)
    assert db.scalars(sa.select(Accommodation)).one().more_time
    other = Door(door.app, door.embed).start()
    assert other.session["time_factor"] == 1


def test_a_person_may_be_asked_after_submitting_and_the_receipt_says_so(db: Session, door: Door) -> None:
    door.start().answer_all()
    receipt = (door.submit().json or {})["receipt_token"]
    for kind in ("review", "copy", "withdrawal", "erasure"):
        made = door.ask("POST", "/c/inquiries", {"token": receipt, "host_origin": None, "kind": kind}, token="")
        assert made.status_code == 201, made.text
    shown = (door.ask("GET", "/c/receipt").json or {})["inquiries"]
    assert [(one["kind"], one["done_at"]) for one in shown] == [(kind, None) for kind in ("review", "copy", "withdrawal", "erasure")]
    kinds = [event.data for event in db.scalars(sa.select(AuditEvent).where(AuditEvent.verb == "inquiry:made"))]
    assert kinds == [{"kind": kind} for kind in ("review", "copy", "withdrawal", "erasure")]


def test_there_is_an_end_to_open_requests(door: Door) -> None:
    door.start()
    answers = [door.ask("POST", "/c/accommodation", {"message": f"number {n}"}) for n in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]


@pytest.fixture
def answered(db: Session, door: Door) -> Door:
    """Everything answered and submitted, and the first answer turned into text."""
    door.start().answer_all()
    take = db.get_one(Take, door.take("one")["id"])
    transcripts.store_machine(db, take, heard(), clock.now())
    db.commit()
    door.submit()
    return door


def test_a_candidate_reads_and_corrects_what_was_heard(db: Session, answered: Door) -> None:
    [words] = (answered.ask("GET", "/c/transcripts").json or {})["transcripts"]
    assert (words["position"], words["number"], words["author"]) == (1, 1, "machine")
    better = words["text"].replace("listened", "listened closely")
    answer = answered.ask("PUT", f"/c/transcripts/{words['take_id']}", {"number": 1, "text": better})
    assert answer.status_code == 200, answer.text
    assert ((answer.json or {})["number"], (answer.json or {})["author"]) == (2, "candidate")
    both = transcripts.versions(db, words["take_id"])
    assert [one.text for one in both] == [words["text"], better]
    stale = answered.ask("PUT", f"/c/transcripts/{words['take_id']}", {"number": 1, "text": "x"})
    assert (stale.status_code, code(stale)) == (409, "conflict")
    event = db.scalars(sa.select(AuditEvent).where(AuditEvent.verb == "transcript:corrected")).one()
    assert (event.actor_kind, event.data) == ("candidate", {"number": 2})


def test_a_correction_is_refused_to_everybody_else(app: Flask, answered: Door) -> None:
    take_id = answered.take("one")["id"]
    body = {"number": 1, "text": "not mine"}
    stranger = Door(app, answered.embed).start()
    assert stranger.ask("PUT", f"/c/transcripts/{take_id}", body).status_code == 404
    assert (stranger.ask("GET", "/c/transcripts").json or {})["transcripts"] == []
    assert code(answered.ask("PUT", f"/c/transcripts/{take_id}", body, token=answered.embed)) == "token_wrong_kind"
    assert answered.ask("PUT", "/c/transcripts/nothing", body).status_code == 404
    for wrong in ({}, {"number": 1}, {"number": 0, "text": "x"}, {"number": "1", "text": "x"}, {"number": 1, "text": "\u0000"}):
        assert answered.ask("PUT", f"/c/transcripts/{take_id}", wrong).status_code == 400
    assert answered.ask("PUT", f"/c/transcripts/{take_id}", {"number": 1, "text": "x" * 200_001}).status_code == 422


def test_a_correction_has_proposals_made_again(db: Session, world: World, door: Door) -> None:
    world.interview.proposals_on, world.interview.proposals_purpose = True, "to help"
    db.commit()
    door.start(consent={"recording": True, "ai": True}).answer_all()
    take = db.get_one(Take, door.take("one")["id"])
    transcripts.store_machine(db, take, heard(), clock.now())
    db.commit()
    door.submit()
    jobs = sa.select(sa.func.count()).select_from(Job).where(Job.kind == "propose", Job.subject_id == door.session["id"])
    before = db.scalar(jobs)
    assert door.ask("PUT", f"/c/transcripts/{take.id}", {"number": 1, "text": "I waited."}).status_code == 200
    db.rollback()
    assert (before, db.scalar(jobs)) == (0, 1)


def test_the_receipt_says_what_software_and_people_did(db: Session, world: World, answered: Door) -> None:
    receipt = answered.ask("GET", "/c/receipt").json or {}
    assert (receipt["transcribed"], receipt["proposed_at"], receipt["reviewed_at"]) == ([1], None, None)
    at = clock.now()
    card = Scorecard(
        employer_id=world.employer.id, session_id=answered.session["id"], member_id=world.reviewer.id, created_at=at, submitted_at=at
    )
    db.add(card)
    db.commit()
    assert (answered.ask("GET", "/c/receipt").json or {})["reviewed_at"] is not None
