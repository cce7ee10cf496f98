"""What a page shows can be taken away as CSV and JSON; no cell runs as a formula, and who took it is written down."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import decisions, invites, mail, notes
from domain.invites import Invited
from domain.notes import NoteDraft
from models import AuditEvent, CandidateSession, serve
from tests.factories import NOW, World
from tests.reviewing import actor, create_submitted, score
from tests.views.conftest import Enter

EVIL = "=HYPERLINK(1)"


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    """Everything somebody could type holds a formula."""
    made = create_submitted(db, world, EVIL)
    world.interview.title = world.interview.opening.title = world.reader.name = EVIL
    score(db, made, world.owner, 4, 2)
    notes.write(db, actor(world.owner), made, NoteDraft(text=EVIL), NOW)
    decisions.decide(db, actor(world.owner), made, "hold", EVIL, "", NOW)
    invite = invites.create(db, world.actor, world.interview, Invited(EVIL, "eve@home.test"), NOW)
    letter = mail.to_candidate(db, invites.session_of(db, invite), "invite", NOW)
    assert letter
    letter.problem = EVIL
    db.commit()
    return made


def exports(world: World, session: CandidateSession) -> dict[str, str]:
    """Where each page's table is taken away."""
    return {
        "inbox": "/inbox/export",
        "packet": f"/sessions/{session.id}/packet",
        "shortlist": f"/shortlist/{world.interview.id}/export",
        "figures": f"/figures/{world.interview.id}/export",
        "members": "/members/export",
        "interviews": "/interviews/export",
        "invitations": f"/interviews/{world.interview.id}/invites/export",
        "people and machine": "/proposals/export",
    }


def rows_of(client: FlaskClient, address: str) -> list[list[str]]:
    response = client.post(address, data={"as": "csv"})
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))


def test_no_cell_of_any_table_runs_as_a_formula(enter: Enter, world: World, session: CandidateSession) -> None:
    alice, harmless = enter(world.owner), 0
    for name, address in exports(world, session).items():
        cells = [cell for row in rows_of(alice, address) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))], name
        harmless += sum(cell == f"'{EVIL}" for cell in cells)
    assert harmless >= 7


def test_each_table_comes_as_json_and_every_taking_is_written_down(
    enter: Enter, db: Session, world: World, session: CandidateSession
) -> None:
    alice, addresses = enter(world.owner), exports(world, session)
    for address in addresses.values():
        assert alice.post(address, data={"as": "json"}).is_json
    taken = db.scalars(select(AuditEvent.data).where(AuditEvent.verb == "data:exported").order_by(AuditEvent.number)).all()
    assert [about["what"] for about in taken] == list(addresses)
    assert EVIL not in str(taken)


def test_the_packet_as_a_table_holds_what_the_page_shows(enter: Enter, world: World, session: CandidateSession) -> None:
    rows = [row[:4] for row in rows_of(enter(world.owner), exports(world, session)["packet"])]
    assert ["score", "Listening", "Alice", "4"] in rows
    assert ["decision", "hold", "Alice", f"'{EVIL}"] in rows
    assert ["note", "", "Alice", f"'{EVIL}"] in rows
    assert ["answer", "3. What would you ask a customer first?", f"'{EVIL}", "I would ask what they were doing when it broke."] in rows
    unscored = [row[0] for row in rows_of(enter(world.reviewer), exports(world, session)["packet"])]
    assert "answer" in unscored
    assert not {"score", "decision", "note"} & set(unscored)


def test_the_delivery_log_says_how_each_letter_fared(enter: Enter, world: World, session: CandidateSession) -> None:
    [told] = enter(world.owner).post(exports(world, session)["invitations"], data={"as": "json"}).get_json()
    assert (told["email"], told["state"]) == ("eve@home.test", "invited")
    assert (told["letter"], told["sent"], told["problem"]) == ("invite", None, EVIL)


def test_the_list_of_people_holds_no_secret(enter: Enter, db: Session, world: World) -> None:
    world.reviewer.password_hash = "argon2-of-something"
    db.commit()
    told = enter(world.owner).post("/members/export", data={"as": "json"})
    assert [one["name"] for one in told.get_json()] == ["Alice", "Bob", "Rita"]
    assert "argon2" not in told.text


def test_lists_of_people_and_invitations_are_for_managers_of_this_employer(
    enter: Enter, db: Session, world: World, rival: World, session: CandidateSession
) -> None:
    addresses = exports(world, session)
    for name in ("members", "interviews", "invitations"):
        address = addresses[name]
        serve(db, world.employer.id)
        for member in (world.reviewer, world.reader):
            assert enter(member).post(address).status_code == 403, name
        strange = enter(rival.owner).post(address, data={"as": "json"})
        assert strange.status_code == (404 if name == "invitations" else 200)
        assert "Acme" not in strange.text
        assert "acme" not in strange.text
