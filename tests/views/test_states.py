"""The states a page can be in that no link leads to: each fits a phone and a desk, light and dark, and axe finds nothing serious."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters import clock
from domain import addenda, decisions, guests, interviews, jobs, notes, reviews
from domain.addenda import Ask
from models import CandidateSession, Job, Media, Take
from tests import accessible
from tests.factories import NOW, World
from tests.reviewing import actor, create_submitted, quoting, score
from tests.views.browsing import Visits

pytestmark = pytest.mark.browser


SIZES: tuple[tuple[int, accessible.Scheme], ...] = ((360, "dark"), (768, "light"), (1280, "light"))


@pytest.fixture
def sessions(db: Session, world: World) -> list[CandidateSession]:
    """The first nobody scored. On the second two disagree; it has evidence and a question asked back. The third failed and is decided."""
    waiting, scored, failed = made = [create_submitted(db, world, name) for name in ("Ana Álvarez", "Ben", "Cem Öztürk-Schmitt")]
    for member, levels in ((world.owner, (5, 1)), (world.reviewer, (2, 4))):
        score(db, scored, member, *levels)
    score(db, failed, world.owner, 3, 3)
    criterion = reviews.criteria(db, world.version.id)[0].id
    notes.write(db, actor(world.reviewer), scored, quoting(db, scored, criterion).model_copy(update={"text": "Asked first."}), NOW)
    addenda.ask(db, actor(world.reviewer), scored, Ask("What did you change afterwards?", ["audio"]), NOW)
    decisions.decide(db, actor(world.owner), failed, "hold", "One more to see.", "", NOW)
    for take in db.scalars(select(Take).where(Take.session_id == failed.id, Take.kind == "audio")):
        jobs.add(db, take.employer_id, "prepare", take.id, NOW)
        db.scalars(select(Job).where(Job.subject_id == take.id)).one().state = "parked"
    for media in db.scalars(select(Media)):
        media.voice_key = "take/voice.m4a"
    assert waiting.scorecard_count == 0
    db.commit()
    return made


def faults(page: Page, address: str) -> list[str]:
    page.goto(address)
    looks = accessible.looks(page, SIZES)
    return [f"{address} {width} {scheme}: {fault}" for width, scheme in looks for fault in accessible.faults(page)]


def test_who_only_reads_finds_no_press_that_does_nothing_and_columns_that_stand_in_line(
    visit: Visits, world: World, sessions: list[CandidateSession]
) -> None:
    page = visit(world.reader, "/")
    for part in (".what", ".when"):
        edges = [row.locator(part).bounding_box() for row in page.locator(".inbox .row").all()]
        assert len(edges) == len(sessions)
        assert len({box["x"] + (box["width"] if part == ".when" else 0) for box in edges if box}) == 1, part
    page.goto(f"{visit.place.origin}/interviews/{world.interview.id}")
    expect(page.locator("#questions-0-prompt")).to_be_disabled()
    for name in ("Add a question", "Ask it in person", "Copy question 1"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_text("Remove", exact=True).first).to_be_hidden()


def draft_with_faults(db: Session, world: World) -> str:
    """Words that must not be judged, weights of zero, every good default left."""
    draft = world.interview.draft
    criteria = [{**criterion, "name": "Shows enthusiasm", "weight": 0} for criterion in draft["criteria"]]
    questions = [{**question, "retakes": 0, "preview": False, "kinds": ["video"]} for question in draft["questions"] * 2]
    made = interviews.create_draft(db, world.actor, {**draft, "criteria": criteria, "questions": questions}, NOW).id
    db.commit()
    return made


def test_every_state_of_reviewing_fits_and_is_accessible(
    app: Flask, visit: Visits, db: Session, world: World, sessions: list[CandidateSession]
) -> None:
    if not accessible.AXE.exists():
        pytest.skip("axe-core is missing: ./install.sh test fetches it")
    waiting, scored, failed = (session.id for session in sessions)
    interview, question = world.interview.id, reviews.questions(db, world.version.id)[0].id
    token = guests.mint(app.extensions["tokens"], guests.invite(db, world.owner, sessions[1], "Hanna Host", 7, clock.now()), clock.now())
    found, origin = list[str](), visit.place.origin
    own = [f"/sessions/{waiting}", f"/sessions/{scored}", f"/sessions/{failed}", f"/sessions/{waiting}/ask", f"/sessions/{failed}/packet"]
    owners = [f"/sessions/{failed}", f"/sessions/{scored}/packet", f"/shortlist/{interview}", f"/figures/{interview}", "/members"]
    owners += ["/?q=first", f"/shortlist/{interview}/compare?s={scored}&s={failed}", f"/interviews/{draft_with_faults(db, world)}"]
    pages = {world.reviewer: own, world.owner: owners, world.reader: [f"/sessions/{failed}"], None: [f"/guest#{token}"]}
    page = visit(world.reviewer, f"/questions/{question}", bypass_csp=True)
    found += faults(page, page.url)
    for stage, player in (("Hear the voice", "audio"), ("See the face", "video")):
        page.get_by_role("button", name=stage).click()
        expect(page.locator(player)).to_be_visible()
        found += faults(page, page.url)
    for member, paths in pages.items():
        page = visit(member, "/login", bypass_csp=True)
        for path in paths:
            found += faults(page, origin + path)
    page = visit(world.reviewer, f"/sessions/{waiting}", bypass_csp=True)
    page.set_viewport_size({"width": 768, "height": 600})
    for link in page.locator(".jump a").all()[1:]:
        link.click(timeout=2000)  # nothing lies over it, wherever the page stands
        found += [f"after a jump: {fault}" for fault in accessible.faults(page)]
    assert found == []
