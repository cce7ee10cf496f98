"""Every address of the employer's side at once: a rival, somebody who may only read, made-up ids, wrong methods, garbage, plain looking."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from domain import decisions, invites, logins, notes, rubrics
from domain.invites import Invited
from domain.notes import NoteDraft
from models import (
    EVERY_EMPLOYER,
    AuditEvent,
    Base,
    Criterion,
    GuestLink,
    Inquiry,
    Member,
    Proposal,
    ProposalRun,
    Question,
    SavedFilter,
    Take,
    serve,
)
from tests import reviewing
from tests.factories import NOW, World
from tests.views.conftest import Enter

MADE_UP = "0" * 26
# PostgreSQL cannot store a zero character, wherever it comes from.
ZEROS = b"&".join(
    name + b"=%00" for name in (b"name", b"text", b"reason", b"email", b"title", b"note", b"tag", b"q", b"verdict", b"prompt", b"role")
)
# What is not the id of a row of somebody's: parts of pages, kinds of files, keys of ours.
PLAIN = {"handle": "made-up", "part": "notes", "rendition": "playback", "slot": "welcome", "key": "support", "number": 1}
OF_AN_INTERVIEW = {
    "interview_id", "session_id", "embed_id", "invite_id", "question_id", "take_id", "inquiry_id",
    "link_id", "decision_id", "note_id", "proposal_id",
}  # fmt: skip
# Changes to one's own account, and reading that is asked for by POST because it is written down.
READ_ONLY_MAY = {
    "account.end",
    "account.logout",
    "factors.turn_on",
    "factors.turn_off",
    "figures.export",
    "shortlist.export",
    "opened.open_answer",
    "saved_filters.save_filter",
    "saved_filters.remove_filter",
}


def rules(app: Flask, method: str) -> list[Rule]:
    """The addresses for members that take this method."""
    doors = {name for name, blueprint in app.blueprints.items() if getattr(blueprint, "guard", "") == "members"}
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in doors and method in (rule.methods or ())]


def address(rule: Rule, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str((PLAIN | ids)[found[1]]), rule.rule)


@pytest.fixture
def ids(app: Flask, db: Session, world: World) -> dict[str, str]:
    """The id of a thing of Acme's for every kind of thing an address may name."""
    session = reviewing.create_submitted(db, world)
    reviewing.score(db, session, world.reviewer, 3, 3)
    actor = reviewing.actor(world.owner)
    question, criterion = db.scalars(sa.select(Question)).first(), db.scalars(sa.select(Criterion)).first()
    take = db.scalars(sa.select(Take)).first()
    assert question
    assert criterion
    assert take
    run = ProposalRun(employer_id=session.employer_id, session_id=session.id, number=1, state="done", versions={}, created_at=NOW)
    link = GuestLink(
        employer_id=session.employer_id, session_id=session.id, name="Gero", member_id=world.owner.id, created_at=NOW, expires_at=NOW
    )
    asked = Inquiry(employer_id=session.employer_id, version_id=session.version_id, kind="help", message="Hello?", asked_at=NOW)
    kept = SavedFilter(employer_id=session.employer_id, member_id=world.owner.id, name="Mine", settings={}, created_at=NOW)
    db.add_all([run, link, asked, kept])
    db.flush()
    empty: dict[str, Any] = {"citations": [], "flags": [], "agreement": {}, "versions": {}, "usage": {}}
    proposal = Proposal(
        employer_id=session.employer_id,
        run_id=run.id,
        criterion_id=criterion.id,
        position=1,
        state="withheld",
        proposer="calibrated",
        request_sha256="0" * 64,
        **empty,
    )
    db.add(proposal)
    found = {
        "session_id": session.id,
        "interview_id": world.interview.id,
        "embed_id": world.embed.id,
        "member_id": world.reviewer.id,
        "question_id": question.id,
        "criterion_id": criterion.id,
        "take_id": take.id,
        "decision_id": decisions.decide(db, actor, session, "hold", "Two more to see.", "", NOW).id,
        "note_id": notes.write(db, actor, session, NoteDraft(text="Calm under pressure."), NOW).id,
        "invite_id": invites.create(db, actor, world.interview, Invited(name="Ines", email="ines@home.test"), NOW).id,
        "rubric_id": rubrics.create(db, actor, rubrics.draft_of("Ours", rubrics.criteria_of(db, "support")), NOW).id,
        "login_id": logins.sign_in(db, world.owner, "Firefox", NOW).id,
        "inquiry_id": asked.id,
        "link_id": link.id,
        "filter_id": kept.id,
    }
    db.flush()
    found["proposal_id"] = proposal.id
    db.commit()
    return found


def seen(client: FlaskClient, method: str, rule: Rule, ids: dict[str, str]) -> tuple[int, str]:
    """(status, page), with the ids taken out of the page."""
    response = client.open(address(rule, ids), method=method)
    page = response.get_data().decode(errors="replace")
    for known in ids.values():
        page = page.replace(known, "ID")
    return response.status_code, page


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_another_employers_things_look_like_unknown_ones(app: Flask, ids: dict[str, str], rival: World, enter: Enter, method: str) -> None:
    client = enter(rival.owner)
    unknown = dict.fromkeys(ids, MADE_UP)
    for rule in rules(app, method):
        if rule.arguments - PLAIN.keys():
            theirs, nobodys = seen(client, method, rule, ids), seen(client, method, rule, unknown)
            assert theirs[0] == 404, f"{method} {rule.rule} answered {theirs[0]}"
            assert theirs == nobodys, f"{method} {rule.rule} tells a rival's id from an unknown one"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_interview_one_has_no_seat_in_looks_like_an_unknown_one(
    app: Flask, db: Session, ids: dict[str, str], world: World, enter: Enter, method: str
) -> None:
    db.get_one(Member, world.reviewer.id).sees_all = False
    db.commit()
    client = enter(world.reviewer)
    unknown = dict.fromkeys(ids, MADE_UP)
    for rule in rules(app, method):
        if rule.arguments & OF_AN_INTERVIEW:
            theirs, nobodys = seen(client, method, rule, ids), seen(client, method, rule, unknown)
            assert theirs == nobodys, f"{method} {rule.rule} tells an interview one has no seat in from an unknown one"
            assert theirs[0] in {403, 404}, f"{method} {rule.rule} answered {theirs[0]}"


def test_who_may_only_read_changes_nothing(app: Flask, ids: dict[str, str], world: World, enter: Enter) -> None:
    client = enter(world.reader)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for rule in rules(app, method):
            if rule.endpoint not in READ_ONLY_MAY:
                status, _ = seen(client, method, rule, ids)
                assert status == 403, f"{method} {rule.rule} answered {status}"


def everything(db: Session) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for the log of who looked at what."""
    db.rollback()
    serve(db, EVERY_EMPLOYER)
    kept = [table for table in Base.metadata.sorted_tables if table.name not in {AuditEvent.__tablename__, "login", "onlooker", "view"}]
    return {table.name: sorted(map(tuple, db.execute(sa.select(table))), key=repr) for table in kept}


def test_looking_changes_nothing(app: Flask, db: Session, ids: dict[str, str], world: World, enter: Enter) -> None:
    client = enter(world.owner)
    before = everything(db)
    for rule in rules(app, "GET"):
        status, _ = seen(client, "GET", rule, ids)
        assert status < 500, f"GET {rule.rule} answered {status}"
    after = everything(db)
    assert [name for name in before if before[name] != after[name]] == []


def test_a_wrong_method_is_said_to_be_one(app: Flask, ids: dict[str, str], world: World, enter: Enter) -> None:
    client = enter(world.owner)
    for rule in rules(app, "POST"):
        if not any("PUT" in (other.methods or ()) for other in app.url_map.iter_rules() if other.rule == rule.rule):
            status, _ = seen(client, "PUT", rule, ids)
            assert status == 405, f"PUT {rule.rule} answered {status}"


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"a=" + b"x" * 100_000, b"%zz=%zz&=&&&", b'{"a": [1,', ZEROS])
def test_garbage_gets_a_sentence(app: Flask, ids: dict[str, str], world: World, enter: Enter, body: bytes) -> None:
    client = enter(world.owner)
    for rule in rules(app, "POST"):
        if rule.endpoint in {"account.logout", "members.disable", "account.end"}:
            continue
        for kind in ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"):
            response = client.post(address(rule, ids), data=body, content_type=kind)
            assert response.status_code < 500, f"POST {rule.rule} as {kind} answered {response.status_code}"
            assert "Traceback" not in response.get_data().decode(errors="replace")


def test_a_disabled_member_is_out_at_once(app: Flask, db: Session, ids: dict[str, str], world: World, enter: Enter) -> None:
    client = enter(world.reviewer)
    assert client.get("/").status_code == 200
    db.get_one(Member, world.reviewer.id).disabled_at = NOW
    db.commit()
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            assert seen(client, method, rule, ids)[0] in {302, 401}, f"{method} {rule.rule}"


EVIL = "<img src=x onerror=alert(1)>\"'{{7*7}}"
# What people type, wherever it lies: columns, and names inside JSON.
TYPED = {
    "title", "prompt", "meaning", "name", "description", "text", "reason", "message", "label", "problem", "welcome", "opening",
    "contact_name", "contact_email", "ended_reason", "proposals_purpose", "captions",
}  # fmt: skip


def with_evil(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: with_evil(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_evil(inner, key) for inner in value]
    return EVIL if isinstance(value, str) and key in TYPED else value


def test_what_people_typed_is_shown_as_text_on_every_page(app: Flask, db: Session, ids: dict[str, str], world: World, enter: Enter) -> None:
    client = enter(world.owner)
    serve(db, EVERY_EMPLOYER)
    for table in Base.metadata.sorted_tables:
        roomy = [column.name for column in table.c if (getattr(column.type, "length", None) or len(EVIL)) >= len(EVIL)]
        for row in db.execute(sa.select(table)).mappings().all():
            changed = {name: with_evil(row[name], name) for name in roomy if row[name] != with_evil(row[name], name)}
            if changed:
                db.execute(sa.update(table).where(table.c.id == row["id"]).values(changed))
    db.commit()
    shown = 0
    for rule in rules(app, "GET"):
        response = client.get(address(rule, ids))
        assert response.status_code < 500, f"{rule.rule} answered {response.status_code}"
        if response.mimetype == "text/html":
            assert "<img src=x" not in response.text, rule.rule
            shown += response.text.count("&lt;img src=x")
    assert shown > 100


class _Forms(HTMLParser):
    """Each form of a page: its method, its address, and whether something in it sends it without a script."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str]] = []
        self.sent: set[int] = set()
        self.ids: dict[str, int] = {}
        self.addresses: list[tuple[str, str]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append((str(given.get("method", "get")).upper(), given.get("action") or ""))
            self.ids[given.get("id") or ""] = len(self.forms) - 1
            self.open = True
        elif tag == "button" and given.get("type", "submit") == "submit":
            self.sent.add(self.ids.get(given["form"] or "", -1) if "form" in given else len(self.forms) - 1 if self.open else -1)
            if given.get("formaction"):
                self.addresses.append(("POST", str(given["formaction"])))

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag != "form"


def test_every_form_of_every_page_works_without_a_script(app: Flask, ids: dict[str, str], world: World, enter: Enter) -> None:
    client, adapter, seen_forms = enter(world.owner), app.url_map.bind("greenroom.test"), set[str]()
    for rule in rules(app, "GET"):
        response = client.get(address(rule, ids))
        if response.mimetype != "text/html" or response.status_code != 200:
            continue
        page = _Forms()
        page.feed(response.text)
        for number, (method, action) in enumerate(page.forms):
            if method == "DIALOG":
                continue
            assert number in page.sent, f"{rule.rule}: nothing sends the form to {action}"
            page.addresses.append((method, action))
        for method, action in page.addresses:
            endpoint, _ = adapter.match(action.split("?")[0].split("#")[0] or address(rule, ids), method)
            seen_forms.add(endpoint)
    assert len(seen_forms) > 40, sorted(seen_forms)
