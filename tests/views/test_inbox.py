"""The inbox as a page: views, search, assigning."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters import clock
from domain import inbox, invites, jobs, reviews, saved_filters, search, shortlist, tags
from models import AuditEvent, CandidateSession, Decision, Mail, SavedFilter, Tag, Take
from tests.factories import NOW, World
from tests.reviewing import create_submitted, score
from tests.views.conftest import Enter
from views import pages


def test_it_lists_who_waits_and_counts(enter: Enter, db: Session, world: World) -> None:
    create_submitted(db, world, "Zoë Krüger")
    db.commit()
    page = enter(world.reviewer).get("/").text
    assert "Zoë Krüger" in page
    assert 'To score<span class="count">1</span>' in page
    assert "Next for me" in page


def test_progress_and_failed_work_are_seen_on_the_row(enter: Enter, db: Session, world: World) -> None:
    take = db.scalars(select(Take).where(Take.session_id == create_submitted(db, world).id, Take.kind == "video")).one()
    job = jobs.add(db, take.employer_id, "transcribe", take.id, clock.now())
    db.commit()
    bob = enter(world.reviewer)
    assert "being made ready" in bob.get("/").text
    job.state = "parked"
    db.commit()
    assert "needs another try" in bob.get("/").text


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


def test_what_was_found_is_marked_in_the_words_as_they_were_said(enter: Enter, db: Session, world: World) -> None:
    create_submitted(db, world)
    db.commit()
    assert "First I let her <mark>tell</mark> me everything</q>" in enter(world.reviewer).get("/?q=TELL every").text


def test_a_filter_can_be_kept_once_there_is_one(enter: Enter, world: World) -> None:
    bob = enter(world.reviewer)
    assert [("Save this filter" in bob.get(at).text) for at in ("/", "/?view=decided")] == [False, False]
    assert all("Save this filter" in bob.get(f"/?{one}").text for one in ("q=x", "assignee=me", "order=newest", "tag=x", "interview=x"))
    bob.post("/inbox/filters?view=to_decide&order=newest", data={"name": "Mine"})
    assert ">Edit</summary>" in bob.get("/").text


def test_a_promise_that_passed_an_hour_ago_is_late_not_today() -> None:
    assert [pages.away(NOW + timedelta(hours=hours), NOW) for hours in (-50, -1, 1, 20, 60)] == [
        "2 days late", "late", "today", "tomorrow", "in 2 days",
    ]  # fmt: skip


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


def waiting(db: Session, world: World, *names: str) -> list[CandidateSession]:
    made = [create_submitted(db, world, name) for name in names]
    db.commit()
    return made


def test_a_tag_is_put_on_filtered_by_and_taken_off(enter: Enter, db: Session, world: World) -> None:
    ana, _ = waiting(db, world, "Ana", "Ben")
    bob = enter(world.reviewer)
    form = {"session": [ana.id], "tag": " second  look "}
    assert bob.post("/inbox/tag", data=form).status_code == 303
    assert bob.post("/inbox/tag", data={**form, "tag": "SECOND look"}).status_code == 303, "the same tag in other letters"
    page = bob.get("/?tag=second+look").text
    assert "Ana" in page
    assert "Ben" not in page
    assert db.scalars(select(Tag.name)).all() == ["second look"]
    bob.post("/inbox/tag", data={**form, "then": "off"})
    assert db.scalars(select(Tag.name)).all() == []
    assert db.scalars(select(AuditEvent.verb)).all()[-2:] == ["session:tagged", "session:tagged"]


def test_a_tag_without_name_or_too_long_changes_nothing(enter: Enter, db: Session, world: World) -> None:
    [ana] = waiting(db, world, "Ana")
    bob = enter(world.reviewer)
    for name in ("", " ", "x" * 41):
        bob.post("/inbox/tag", data={"session": [ana.id], "tag": name})
    assert db.scalars(select(Tag.name)).all() == []


def test_reminding_writes_to_those_who_have_not_finished_and_nobody_twice(enter: Enter, db: Session, world: World) -> None:
    invite = invites.create(db, world.actor, world.interview, invites.Invited("Dora", "dora@home.test"), clock.now())
    [ana] = waiting(db, world, "Ana")
    bob, form = enter(world.reviewer), {"session": [ana.id, invite.session_id]}
    assert "Remind by mail" in bob.get("/?view=open").text
    for _ in range(2):
        assert bob.post("/inbox/remind", data=form).status_code == 303
    assert db.scalars(select(Mail.email).where(Mail.kind == "reminder")).all() == ["dora@home.test"]
    assert "1 reminded. 1 left out" in bob.get("/").text


def test_bulk_actions_never_decide_and_are_for_scorers_of_this_employer(enter: Enter, db: Session, world: World, rival: World) -> None:
    [ana] = waiting(db, world, "Ana")
    form = {"session": [ana.id], "tag": "x", "to": "", "verdict": "decline", "reason": "no"}
    for path in ("/inbox/tag", "/inbox/remind", "/inbox/export"):
        assert enter(world.reader).post(path, data=form).status_code == 403
        assert enter(world.owner).post(path, data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert enter(world.owner).get(path).status_code == 405
        assert "Ana" not in enter(rival.owner).post(path, data=form).text
    assert db.scalars(select(Tag.session_id)).all() == []
    for path in ("/inbox/assign", "/inbox/tag", "/inbox/remind"):
        enter(world.owner).post(path, data=form)
    assert db.scalars(select(Decision.id)).all() == []
    assert db.scalars(select(CandidateSession.verdict)).all() == [""]


def test_no_address_form_or_column_of_the_list_knows_a_proposal(app: Flask) -> None:
    """People first: nothing is ordered, filtered or done to many by what a machine proposed."""
    routes = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in ("inbox", "shortlist")]
    assert not [rule.rule for rule in routes if "propos" in rule.rule]
    names = {*inbox.Filter.__dataclass_fields__, *inbox.ORDERS, *inbox.VIEWS, *inbox.Row.__dataclass_fields__}
    assert not [name for name in names if "propos" in name or "machine" in name]
    sorted_by = {column.name for index in CandidateSession.__table__.indexes for column in index.columns}  # type: ignore[attr-defined]
    assert not [name for name in (*sorted_by, *CandidateSession.__table__.c.keys()) if "propos" in name]
    for module in (inbox, shortlist, search, tags, saved_filters):
        assert "Proposal" not in Path(str(module.__file__)).read_text()


def test_everybody_keeps_filters_of_their_own(enter: Enter, db: Session, world: World) -> None:
    bob = enter(world.reviewer)
    saved = bob.post("/inbox/filters?view=to_decide&order=newest&q=", data={"name": "Mine today"})
    assert saved.location == "/?view=to_decide&order=newest"
    page = bob.get("/").text
    assert '<a class="chip" href="/?view=to_decide&amp;order=newest" >Mine today</a>' in page
    assert "Mine today" not in enter(world.owner).get("/").text
    bob.post("/inbox/filters?view=ended", data={"name": "Mine today"})
    assert [one.settings["view"] for one in db.scalars(select(SavedFilter))] == ["ended"]
    found = db.scalars(select(SavedFilter.id)).one()
    assert enter(world.owner).post(f"/inbox/filters/{found}/remove").status_code == 404
    assert bob.post(f"/inbox/filters/{found}/remove").status_code == 303
    assert db.scalars(select(SavedFilter.id)).all() == []


def test_read_only_members_keep_filters_too_and_a_filter_needs_a_name(enter: Enter, db: Session, world: World) -> None:
    rita = enter(world.reader)
    assert rita.post("/inbox/filters?view=ended", data={"name": "Ended"}).status_code == 303
    rita.post("/inbox/filters", data={"name": " "})
    rita.post("/inbox/filters", data={"name": "x" * 61})
    assert db.scalars(select(SavedFilter.name)).all() == ["Ended"]
    for n in range(25):
        rita.post("/inbox/filters", data={"name": f"Filter {n}"})
    assert len(db.scalars(select(SavedFilter.name)).all()) == saved_filters.MOST


def test_the_whole_list_is_taken_away_without_formulas(enter: Enter, db: Session, world: World) -> None:
    waiting(db, world, *(f"Person {n:02}" for n in range(52)), "=Cem()")
    bob = enter(world.reviewer)
    rows = list(csv.DictReader(io.StringIO(bob.post("/inbox/export?view=to_score", data={"as": "csv"}).text.removeprefix("\ufeff"))))
    assert len(rows) == 53, "more than one page"
    assert "'=Cem()" in [row["name"] for row in rows]
    told: Any = bob.post("/inbox/export?view=decided", data={"as": "json"}).json
    assert told == []
    assert db.scalars(select(AuditEvent.verb)).all()[-1] == "data:exported"


def test_next_for_me_is_mine_then_nobodys_and_others_last(enter: Enter, db: Session, world: World) -> None:
    mine, theirs, nobodys = waiting(db, world, "Mine", "Theirs", "Nobody's")
    mine.assignee_id, theirs.assignee_id = world.reviewer.id, world.owner.id
    db.commit()
    order = []
    for _ in range(3):
        found = inbox.find_next(db, world.reviewer)
        assert found is not None
        order.append(found)
        score(db, reviews.get_session(db, found), world.reviewer, 3, 3)
    assert order == [mine.id, nobodys.id, theirs.id]
    assert inbox.find_next(db, world.reviewer) is None
