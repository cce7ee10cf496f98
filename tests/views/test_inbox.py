"""The inbox as a page: views, search, assigning."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEvent, CandidateSession
from tests.factories import World
from tests.reviewing import create_submitted
from tests.views.conftest import Enter


def test_it_lists_who_waits_and_counts(enter: Enter, db: Session, world: World) -> None:
    create_submitted(db, world, "Zoë Krüger")
    db.commit()
    page = enter(world.reviewer).get("/").text
    assert "Zoë Krüger" in page
    assert "1 to score" in page
    assert "Next for me" in page


def test_an_empty_view_says_what_will_come_here(enter: Enter, world: World) -> None:
    assert "Every submitted interview has your scores." in enter(world.reviewer).get("/").text
    assert "Nothing found" in enter(world.reviewer).get("/?q=nobody").text


def test_rows_have_their_own_address(enter: Enter, db: Session, world: World) -> None:
    create_submitted(db, world, "Zoë Krüger")
    db.commit()
    bob = enter(world.reviewer)
    alone = bob.get("/inbox/rows?q=zoe", headers={"HX-Request": "true"}).text
    assert alone.lstrip().startswith('<div id="rows">')
    assert alone.strip() in bob.get("/inbox/rows?q=zoe").text


def test_an_unknown_filter_falls_back(enter: Enter, world: World) -> None:
    page = enter(world.reviewer).get("/?view=x&order=proposal&assignee=x&after=x&seed=x&interview=" + "x" * 500)
    assert page.status_code == 200
    assert "proposal" not in page.text.replace("order=proposal", "").lower()


def test_ticked_sessions_are_given_to_somebody(enter: Enter, db: Session, world: World) -> None:
    session = create_submitted(db, world)
    db.commit()
    response = enter(world.owner).post("/inbox/assign", data={"session": [session.id], "to": world.reviewer.id, "back": "/?view=to_score"})
    assert (response.status_code, response.location) == (303, "/?view=to_score")
    assert db.scalars(select(CandidateSession.assignee_id)).one() == world.reviewer.id
    assert db.scalars(select(AuditEvent.verb)).all()[-1] == "session:assigned"


def test_assigning_is_for_scorers_of_this_employer(enter: Enter, db: Session, world: World, rival: World) -> None:
    session = create_submitted(db, world)
    db.commit()
    form = {"session": [session.id], "to": world.reviewer.id}
    assert enter(world.reader).post("/inbox/assign", data=form).status_code == 403
    assert enter(rival.owner).post("/inbox/assign", data=form).status_code == 404
    assert enter(rival.owner).post("/inbox/assign", data={**form, "to": ""}).status_code == 303
    assert enter(world.owner).get("/inbox/assign").status_code == 405
    assert enter(world.owner).post("/inbox/assign", data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert "session:assigned" not in db.scalars(select(AuditEvent.verb)).all()


def test_it_never_sends_anybody_to_another_website(enter: Enter, world: World) -> None:
    assert enter(world.owner).post("/inbox/assign", data={"back": "//evil.test"}).location == "/"
