"""Scoring without the mouse, in a real browser: one key a criterion and one to submit, under the strict content policy."""

from __future__ import annotations

import io
import struct
import threading
import wave
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from adapters import clock
from domain import logins
from models import CandidateSession, Media
from tests.factories import World
from tests.reviewing import create_submitted, score

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    made = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    yield made
    made.close()


@pytest.fixture
def sessions(db: Session, world: World) -> list[CandidateSession]:
    made = [create_submitted(db, world, name) for name in ("Ana", "Ben")]
    db.commit()
    return made


def tone(seconds: int) -> io.BytesIO:
    """A recording that any browser plays."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(b"".join(struct.pack("<h", 8000 * (n // 20 % 2)) for n in range(8000 * seconds)))
    file.seek(0)
    return file


@pytest.fixture
def page(app: Flask, db: Session, world: World, sessions: list[CandidateSession], browser: Browser) -> Iterator[Page]:
    """The first candidate's page, as Bob; fails when anything is blocked by the content policy."""
    app.config["SERVER_NAME"] = None
    app.extensions["store"].put("take/playback.mp4", tone(20))
    for media in db.scalars(select(Media)):
        media.playback_type, media.bytes = "audio/wav", 8000 * 2 * 20 + 44
    login = logins.sign_in(db, world.reviewer, "Chromium", clock.now())
    db.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cookie = app.session_interface.get_signing_serializer(app).dumps({"login": login.id})  # type: ignore[attr-defined]
    origin = f"http://127.0.0.1:{server.server_port}"
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "greenroom", "value": cookie, "url": origin}])
    made, blocked = context.new_page(), list[str]()
    made.on("console", lambda message: blocked.append(message.text) if "Content Security Policy" in message.text else None)
    made.on("pageerror", lambda error: blocked.append(str(error)))
    made.goto(f"{origin}/sessions/{sessions[0].id}")
    yield made
    context.close()
    server.shutdown()
    assert blocked == []


def until(page: Page, condition: str) -> None:
    """Waits for the first player. Playwright's own waiting evaluates strings, which the content policy forbids."""
    for _ in range(100):
        if page.locator("video").first.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def test_a_key_for_each_criterion_and_one_to_submit(page: Page) -> None:
    criteria = page.locator("fieldset[data-criterion]").count()
    keys = ["4", "3", "Enter"]
    assert len(keys) <= criteria + 1
    for key in keys:
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Your scores are in")).to_be_visible()
    expect(page.locator("#scorecard")).to_contain_text("6.7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ben")).to_be_visible()


def test_enter_does_not_submit_what_is_incomplete(page: Page) -> None:
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_contain_text("1 of 2 saved")
    expect(page.get_by_role("button", name="Submit my scores")).to_be_visible()


def test_digits_typed_into_a_note_score_nothing(page: Page) -> None:
    page.get_by_label("Note", exact=True).fill("12345")
    assert page.locator("fieldset[data-criterion] input:checked").count() == 0


def test_selected_words_become_evidence(page: Page) -> None:
    page.locator("[data-times] i").first.evaluate("word => getSelection().selectAllChildren(word.closest('p'))")
    page.get_by_role("button", name="Keep as evidence").click()
    page.get_by_role("button", name="Keep note").click()
    expect(page.locator("#notes li blockquote")).to_have_text("First I let her tell me everything")
    expect(page.locator("#notes li")).to_contain_text("Listening")


def test_the_list_of_shortcuts_opens_on_its_key(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Shortcuts")).to_be_hidden()


def test_a_passage_becomes_evidence_with_three_keys(page: Page) -> None:
    page.keyboard.press("h")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("e")
    expect(page.locator("[data-quote]")).to_have_text("First I let her")
    page.keyboard.press("Enter")
    expect(page.locator("#notes li blockquote")).to_have_text("First I let her")
    page.keyboard.press("4")
    expect(page.locator("#saved")).to_contain_text("1 of 2 saved")


def test_the_player_plays_on_while_everything_around_it_changes(page: Page) -> None:
    playing = "video => !video.paused && video.isConnected && video.mark === 7"
    page.keyboard.press("k")
    until(page, "video => video.currentTime > 0.2")
    video = page.locator("video").first
    video.evaluate("video => { video.mark = 7; }")
    page.keyboard.press("n")
    page.keyboard.type("At this moment")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notes li .at")).to_be_visible()
    for key in (">", "4", "3", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Your scores are in")).to_be_visible()
    page.get_by_role("link", name="Correct it").click()
    page.get_by_label("What was said").fill("Entirely other words")
    page.get_by_role("button", name="Keep my version").click()
    expect(page.locator(".words").first).to_contain_text("Corrected by a reviewer")
    assert video.evaluate(playing)
    assert page.locator("video").count() == 1
    assert video.evaluate("video => [video.playbackRate, video.preservesPitch, video.textTracks[0].mode]") == [1.25, True, "showing"]


def test_words_seek_and_follow(page: Page) -> None:
    page.locator("[data-times] i").nth(4).click()
    until(page, "video => video.currentTime === 2")
    expect(page.locator("[data-times] i.now")).to_have_text("tell")
    page.keyboard.press(".")
    until(page, "video => video.currentTime > 2.03")


def test_without_scripts_a_reviewer_scores_notes_and_decides(page: Page, browser: Browser, db: Session) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(page.url)
    for criterion in plain.locator(".criterion").all():
        criterion.locator("input").nth(3).check()
    plain.get_by_role("button", name="Submit my scores").click()
    expect(plain.get_by_role("heading", name="Your scores are in")).to_be_visible()
    plain.get_by_label("Note", exact=True).fill("She asked before she offered.")
    plain.get_by_role("button", name="Keep note").click()
    expect(plain.locator(".notes")).to_contain_text("She asked before she offered.")
    plain.get_by_text("Change or remove").click()
    plain.get_by_label("Your note", exact=True).fill("He asked before he offered.")
    plain.get_by_role("button", name="Save note").click()
    expect(plain.locator(".notes li > p").first).to_have_text("He asked before he offered.")
    plain.get_by_label("Advance").check()
    plain.get_by_label("Reason", exact=True).fill("A concrete example.")
    plain.get_by_role("button", name="Record decision").click()
    expect(plain.locator(".verdict")).to_contain_text("A concrete example.")
    context.close()


def test_changing_and_removing_a_note_leaves_what_is_being_typed(page: Page) -> None:
    fresh, list_of = page.get_by_label("Note", exact=True), page.locator(".notes")
    for text in ("First thought", "To go"):
        fresh.fill(text)
        page.get_by_role("button", name="Keep note").click()
        expect(list_of).to_contain_text(text)
    fresh.fill("Half a sente")
    page.get_by_label("Change or remove your note: To go").click()
    page.get_by_role("button", name="Remove note").click()
    expect(list_of).not_to_contain_text("To go")
    page.get_by_label("Change or remove your note: First thought").click()
    page.get_by_label("Your note", exact=True).fill("Second thought")
    page.get_by_role("button", name="Save note").click()
    expect(list_of.locator("li > p").first).to_have_text("Second thought")
    expect(fresh).to_have_value("Half a sente")


def test_on_a_phone_the_shortlist_keeps_words_whole_and_the_name_in_sight(page: Page, browser: Browser, db: Session, world: World) -> None:
    session = db.scalars(select(CandidateSession)).first()
    assert session
    score(db, session, world.reviewer, 4, 3)
    db.commit()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(page.url.split("/sessions/")[0] + f"/shortlist/{world.interview.id}")
    heights = [head.bounding_box()["height"] for head in page.locator(".ranks thead th").all()]  # type: ignore[index]
    assert max(heights) < 90, "a heading breaks into letters"
    page.locator(".scroll").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    box = page.locator(".ranks tbody th").first.bounding_box()
    assert box
    assert 0 <= box["x"] < 60
