"""The page of what candidates ask: for owners and admins, never for the people who score."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from domain import inquiries
from domain.inquiries import Asked
from models import Accommodation, AuditEvent, Inquiry, Job
from tests import factories
from tests.factories import NOW, World
from tests.views.conftest import Enter

CANARY = "canary-larger-print"


@pytest.fixture
def inquiry(db: Session, world: World) -> Inquiry:
    session = factories.create_candidate_session(db, world, "submitted")
    made = inquiries.ask(db, world.version, session, Asked("help", f"{CANARY} <b>"), NOW)
    db.commit()
    return made


def test_a_manager_reads_what_is_asked_and_marks_it_done(enter: Enter, world: World, db: Session, inquiry: Inquiry) -> None:
    alice = enter(world.owner)
    page = alice.get("/inquiries").text
    assert f"{CANARY} &lt;b&gt;" in page
    assert "carla@home.test" in page
    for _ in range(2):
        assert alice.post(f"/inquiries/{inquiry.id}/done").status_code == 303
    assert "Mark as done" not in alice.get("/inquiries").text
    db.rollback()
    done = db.scalars(select(AuditEvent).where(AuditEvent.verb == "inquiry:done")).all()
    assert [(event.actor_id, event.data) for event in done] == [(world.owner.id, {})]


def test_only_of_who_has_a_receipt_it_says_that_they_see_it_there(enter: Enter, world: World, inquiry: Inquiry, strange: Inquiry) -> None:
    alice = enter(world.owner)
    of_candidate = alice.post(f"/inquiries/{inquiry.id}/done", follow_redirects=True).text
    assert "Marked as done. The candidate sees it on their receipt." in of_candidate
    of_stranger = alice.post(f"/inquiries/{strange.id}/done", follow_redirects=True).text
    assert "Marked as done. They have no receipt, so only your own e-mail tells them." in of_stranger
    assert "sees it on their receipt" not in of_stranger


def test_the_people_who_score_never_see_it(enter: Enter, world: World, inquiry: Inquiry) -> None:
    done, session_id = f"/inquiries/{inquiry.id}/done", inquiry.session_id
    for member in (world.reviewer, world.reader):
        client = enter(member)
        assert client.get("/inquiries").status_code == 403
        assert client.post(done).status_code == 403
        for address in ("/", f"/sessions/{session_id}", "/settings"):
            page = client.get(address)
            assert page.status_code == 200, address
            assert CANARY not in page.text, address
            assert "/inquiries" not in page.text, address


def test_a_reviewers_page_is_the_same_whether_or_not_somebody_asked(enter: Enter, world: World, db: Session) -> None:
    session = factories.create_candidate_session(db, world, "submitted")
    db.commit()
    bob, address = enter(world.reviewer), f"/sessions/{session.id}"
    bob.get(address)
    before = bob.get(address).text
    granted = {"more_time": True, "other_kinds": True, "more_retakes": True}
    db.add(Accommodation(employer_id=world.employer.id, session_id=session.id, created_at=NOW, **granted))
    inquiries.ask(db, world.version, session, Asked("help", CANARY), NOW)
    db.commit()
    assert bob.get(address).text == before


def test_another_employer_and_a_stranger_get_nothing(
    enter: Enter, world: World, rival: World, stranger: FlaskClient, inquiry: Inquiry
) -> None:
    address = f"/inquiries/{inquiry.id}/done"
    mallory = enter(rival.owner)
    assert CANARY not in mallory.get("/inquiries").text
    assert mallory.post(address).status_code == 404
    assert stranger.get("/inquiries").status_code == 302
    assert stranger.post(address).status_code == 302
    alice = enter(world.owner)
    assert alice.post("/inquiries/nothing/done").status_code == 404
    assert alice.get(address).status_code == 405
    assert alice.post(address, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}).status_code == 403


@pytest.fixture
def strange(db: Session, world: World) -> Inquiry:
    """Zoe wrote twice and never started; Yann once; and a candidate has Zoe's address."""
    session = factories.create_candidate_session(db, world, "submitted")
    session.candidate.email = "zoe@home.test"
    inquiries.ask(db, world.version, session, Asked("review", "of a candidate"), NOW)
    asked = [
        inquiries.ask(db, world.version, None, Asked("help", CANARY, "Zoe", email), NOW) for email in ("zoe@home.test", "Zoe@Home.test")
    ]
    inquiries.ask(db, world.version, None, Asked("help", "mine", "Yann", "yann@home.test"), NOW)
    db.commit()
    return asked[0]


def test_a_manager_erases_what_somebody_wrote_who_never_started(
    enter: Enter, world: World, db: Session, strange: Inquiry, settings: Settings
) -> None:
    alice, address = enter(world.owner), f"/inquiries/{strange.id}/erase"
    assert address in alice.get("/inquiries").text
    assert alice.post(address).status_code == 303
    page = alice.get("/inquiries").text
    assert "Erased. Older backups still hold it." in page
    for gone in (CANARY, "Zoe"):
        assert gone not in page
    assert "yann@home.test" in page
    assert "of a candidate" in page
    assert not any(CANARY.encode() in path.read_bytes() for path in settings.data.glob("greenroom.db*"))
    assert db.scalars(select(Job.kind)).all() == ["mail"] * 2, "no letter is sent any more about what was erased"
    assert alice.post(address).status_code == 303, "a second time changes nothing"
    db.rollback()
    erased = db.scalars(select(AuditEvent).where(AuditEvent.verb == "data:erased")).all()
    assert [(event.actor_id, event.subject_kind, event.data) for event in erased] == [(world.owner.id, "inquiry", {"person": True})] * 2
    assert inquiries.count_open(db) == 2


def test_a_candidates_request_goes_with_their_record_and_not_by_itself(enter: Enter, world: World, db: Session, inquiry: Inquiry) -> None:
    alice, address = enter(world.owner), f"/inquiries/{inquiry.id}/erase"
    assert address not in alice.get("/inquiries").text
    assert alice.post(address).status_code == 409
    assert CANARY in alice.get("/inquiries").text


def test_nobody_else_erases_what_was_asked(
    enter: Enter, world: World, rival: World, stranger: FlaskClient, strange: Inquiry, db: Session
) -> None:
    address = f"/inquiries/{strange.id}/erase"
    assert [enter(member).post(address).status_code for member in (world.reviewer, world.reader, rival.owner)] == [403, 403, 404]
    assert stranger.post(address).status_code == 302
    alice = enter(world.owner)
    assert alice.post("/inquiries/nothing/erase").status_code == 404
    assert alice.get(address).status_code == 405
    assert alice.post(address, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}).status_code == 403
    assert CANARY in alice.get("/inquiries").text


def test_an_empty_page_says_so(enter: Enter, world: World) -> None:
    assert "Nobody has asked for anything" in enter(world.owner).get("/inquiries").text
