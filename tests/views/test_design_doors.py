"""The doors of the design room: every address is tried by those who may not, with ids that are not theirs, and in wrong ways."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain import drafts, rubrics
from domain.library import STARTERS
from models import AuditEvent
from tests.factories import NOW, World
from tests.views.conftest import Enter

READ = [
    "/interviews",
    "/interviews/new",
    "/interviews/{interview}",
    "/interviews/{interview}/preview",
    "/interviews/{interview}/versions",
    "/interviews/{interview}/versions/1",
    "/interviews/{interview}/clips/welcome",
    "/interviews/{interview}/clips/question-1",
    "/interviews/{interview}/clips/welcome/state",
    "/interviews/{interview}/clips/welcome/heard",
    "/interviews/{interview}/embed",
    "/interviews/{interview}/invites",
    "/embeds/{embed}/preview",
    "/rubrics",
    "/rubrics/new",
    "/rubrics/new?interview={interview}",
    "/rubrics/new?from={rubric}",
    "/rubrics/{rubric}",
    "/rubrics/export/{rubric}",
]
CHANGE = [
    "/interviews",
    "/interviews/{interview}",
    "/interviews/{interview}/autosave",
    "/interviews/{interview}/parts",
    "/interviews/{interview}/publish",
    "/interviews/{interview}/preview",
    "/interviews/{interview}/stages",
    "/interviews/{interview}/copy",
    "/interviews/{interview}/archive",
    "/interviews/{interview}/clips/welcome",
    "/interviews/{interview}/clips/welcome/captions",
    "/interviews/{interview}/clips/welcome/remove",
    "/interviews/{interview}/embeds",
    "/interviews/{interview}/embeds/preview",
    "/interviews/{interview}/invites/advanced",
    "/embeds/{embed}/origins",
    "/embeds/{embed}/revoke",
    "/rubrics",
    "/rubrics/import",
    "/rubrics/{rubric}",
    "/rubrics/{rubric}/archive",
]
OWNED = [address for address in CHANGE if "{" in address]


@pytest.fixture
def ids(world: World, db: Session) -> dict[str, str]:
    rubric = rubrics.create(db, world.actor, rubrics.draft_of("Ours", STARTERS[0].criteria), NOW)
    db.commit()
    return {"interview": world.interview.id, "embed": world.embed.id, "rubric": rubric.id}


def events(db: Session) -> int:
    db.rollback()
    return db.scalar(select(func.count()).select_from(AuditEvent)) or 0


@pytest.mark.parametrize("address", READ)
def test_a_member_of_any_role_may_look(enter: Enter, world: World, ids: dict[str, str], address: str) -> None:
    for member in (world.owner, world.reviewer, world.reader):
        assert enter(member).get(address.format(**ids)).status_code == 200


@pytest.mark.parametrize("address", READ)
def test_a_stranger_is_sent_to_the_login(stranger: FlaskClient, ids: dict[str, str], address: str) -> None:
    response = stranger.get(address.format(**ids))
    assert (response.status_code, response.location.split("?")[0]) == (302, "/login")


@pytest.mark.parametrize("address", CHANGE)
def test_a_stranger_changes_nothing(stranger: FlaskClient, ids: dict[str, str], db: Session, address: str) -> None:
    before = events(db)
    assert stranger.post(address.format(**ids)).status_code == 302
    assert events(db) == before


@pytest.mark.parametrize("address", CHANGE)
def test_reviewers_and_read_only_members_change_nothing(enter: Enter, world: World, ids: dict[str, str], address: str) -> None:
    for member in (world.reviewer, world.reader):
        assert enter(member).post(address.format(**ids)).status_code == 403


@pytest.mark.parametrize("address", [address for address in READ if "{" in address])
def test_another_employers_pages_look_like_unknown_ones(enter: Enter, rival: World, ids: dict[str, str], address: str) -> None:
    mallory = enter(rival.owner)
    theirs, unknown = (
        mallory.get(address.format(**ids)),
        mallory.get(address.format(interview="nothing", embed="nothing", rubric="nothing")),
    )
    assert (theirs.status_code, unknown.status_code) == (404, 404)
    assert theirs.text.replace(rival.owner.name, "") == unknown.text.replace(rival.owner.name, "")


@pytest.mark.parametrize("address", OWNED)
def test_another_employers_things_cannot_be_changed(enter: Enter, rival: World, ids: dict[str, str], address: str) -> None:
    data = {"title": "x", "revision": "1", "name": "x", "origins": "https://x.test"}
    assert enter(rival.owner).post(address.format(**ids), data=data).status_code == 404


@pytest.mark.parametrize("address", CHANGE)
def test_a_post_from_another_site_is_refused(enter: Enter, world: World, ids: dict[str, str], db: Session, address: str) -> None:
    alice = enter(world.owner)
    before = events(db)
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    assert alice.post(address.format(**ids), headers=foreign).status_code == 403
    assert events(db) == before


@pytest.mark.parametrize("address", [address for address in CHANGE if address not in READ])
def test_a_change_needs_a_post(enter: Enter, world: World, ids: dict[str, str], address: str) -> None:
    response = enter(world.owner).get(address.format(**ids))
    assert response.status_code in {404, 405}


@pytest.mark.parametrize("address", READ)
def test_looking_writes_nothing(enter: Enter, world: World, ids: dict[str, str], db: Session, address: str) -> None:
    alice = enter(world.owner)
    before = events(db)
    alice.get(address.format(**ids))
    assert events(db) == before


def test_a_draft_of_a_starter_is_never_shared(world: World) -> None:
    first, second = drafts.from_starter(STARTERS[0]), drafts.from_starter(STARTERS[0])
    first["questions"][0]["prompt"] = "changed"
    assert second["questions"][0]["prompt"] != "changed"
