"""Asking back as pages: the form, who may send it, and the whole way from the question to the reviewer's page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import reviews
from models import AuditEvent, CandidateSession, serve
from tests.door import Door
from tests.factories import World
from tests.reviewing import create_submitted, score
from tests.views.conftest import Enter

FORM: dict[str, Any] = {"prompt": "What did you say to her first?", "kinds": ["text"], "days": "5"}


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    made = create_submitted(db, world)
    score(db, made, world.reviewer, 4, 3)
    db.commit()
    return made


def test_a_question_goes_out_and_its_answer_comes_back_to_the_page(
    app: Flask, enter: Enter, db: Session, world: World, session: CandidateSession
) -> None:
    bob, address = enter(world.reviewer), f"/sessions/{session.id}/ask"
    assert "Send the question" in bob.get(address).text
    assert bob.post(address, data=FORM).location == address
    page = bob.get(address).text
    assert "waiting" in page
    assert "Send the question" not in page
    token = page.split("/i#")[1].split('"')[0]
    candidate = Door(app, token)
    assert candidate.start().opened["interview"]["questions"][0]["prompt"] == FORM["prompt"]
    assert candidate.write(1, "I said hello.").status_code == 200
    assert candidate.submit().status_code == 200
    shown = bob.get(f"/sessions/{session.id}").text
    assert "I said hello." in Markup(shown).striptags()
    assert "Asked back by Bob" in shown
    asked = Markup(shown.split('id="asked"')[1].split("</h2>")[0]).striptags()
    assert asked.endswith(f"Follow-up {FORM['prompt']}"), "numbered like a question of the interview"
    packet = bob.get(f"/sessions/{session.id}/packet").text
    assert "Asked back: What did you say to her first?" in packet
    assert db.scalars(select(AuditEvent.verb).where(AuditEvent.verb == "addendum:asked")).all() == ["addendum:asked"]


def test_the_way_in_still_works_when_the_interview_was_archived(
    app: Flask, enter: Enter, db: Session, world: World, session: CandidateSession
) -> None:
    bob, address = enter(world.reviewer), f"/sessions/{session.id}/ask"
    bob.post(address, data=FORM)
    serve(db, world.employer.id)
    world.interview.archived_at = session.created_at
    db.commit()
    assert Door(app, bob.get(address).text.split("/i#")[1].split('"')[0]).open().status_code == 200


def test_an_addendums_own_address_leads_to_its_record(enter: Enter, db: Session, world: World, session: CandidateSession) -> None:
    bob = enter(world.reviewer)
    bob.post(f"/sessions/{session.id}/ask", data=FORM)
    added = db.scalars(select(CandidateSession).where(CandidateSession.addendum_to_id == session.id)).one()
    assert bob.get(f"/sessions/{added.id}").location == f"/sessions/{session.id}#asked"


def test_what_was_typed_stays_when_it_is_refused(enter: Enter, world: World, session: CandidateSession) -> None:
    response = enter(world.reviewer).post(f"/sessions/{session.id}/ask", data={**FORM, "kinds": []})
    assert response.status_code == 422
    assert FORM["prompt"] in response.text
    assert "Choose at least one way" in response.text


@pytest.mark.parametrize("field", ["prompt", "kinds", "days"])
def test_a_missing_field_is_named(enter: Enter, world: World, session: CandidateSession, field: str) -> None:
    rest = {name: value for name, value in FORM.items() if name != field}
    assert enter(world.reviewer).post(f"/sessions/{session.id}/ask", data=rest).status_code == 422


def test_asking_is_for_scorers_of_this_employer(enter: Enter, db: Session, world: World, rival: World, session: CandidateSession) -> None:
    address = f"/sessions/{session.id}/ask"
    assert enter(world.reader).get(address).status_code == 200
    assert enter(world.reader).post(address, data=FORM).status_code == 403
    assert [enter(rival.owner).get(address).status_code, enter(rival.owner).post(address, data=FORM).status_code] == [404, 404]
    assert enter(world.owner).post(address, data=FORM).status_code == 409, "Alice has not looked"
    assert enter(world.reviewer).post(address, data=FORM, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert enter(world.reviewer).put(address).status_code == 405
    assert enter(world.reviewer).get("/sessions/nothing/ask").status_code == 404
    assert "addendum:asked" not in db.scalars(select(AuditEvent.verb)).all()


def test_a_session_erased_while_the_form_was_open_is_not_asked(enter: Enter, db: Session, world: World, session: CandidateSession) -> None:
    bob = enter(world.reviewer)
    assert bob.get(f"/sessions/{session.id}/ask").status_code == 200
    serve(db, world.employer.id)
    reviews.get_session(db, session.id).erased_at = session.created_at
    db.commit()
    assert bob.post(f"/sessions/{session.id}/ask", data=FORM).status_code == 409
