"""Scoring without the mouse, in a real browser: one key a criterion and one to submit, under the strict content policy."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters import passwords
from domain import reviews
from models import CandidateSession, Media, Score
from tests.factories import World
from tests.reviewing import create_submitted, score
from tests.views.browsing import Place, Visits

pytestmark = pytest.mark.browser


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
def page(app: Flask, db: Session, world: World, sessions: list[CandidateSession], visit: Visits) -> Page:
    """The first candidate's page, as Bob."""
    app.extensions["store"].put("take/playback.mp4", tone(20))
    for media in db.scalars(select(Media)):
        media.playback_type, media.bytes, media.silences = "audio/wav", 8000 * 2 * 20 + 44, [[0.2, 10.0]]
    db.commit()
    return visit(world.reviewer, f"/sessions/{sessions[0].id}")


def until(page: Page, condition: str) -> None:
    """Waits for the first player. Playwright's own waiting evaluates strings, which the content policy forbids."""
    for _ in range(100):
        if page.locator("video").first.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def test_from_login_to_the_next_candidate_without_a_mouse(
    visit: Visits, db: Session, world: World, sessions: list[CandidateSession]
) -> None:
    world.reviewer.password_hash = passwords.hash_password("correct horse battery")
    db.commit()
    page = visit(None, "/login")
    keyboard, focused = page.keyboard, page.locator(":focus")
    keyboard.type("bob@acme.test")
    keyboard.press("Tab")
    keyboard.type("correct horse battery")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.wait_for_load_state()
    for key, name in (("j", "Ana"), ("j", "Ben"), ("k", "Ana")):
        keyboard.press(key)
        expect(focused).to_have_text(name)
    keyboard.press("t")
    for _ in range(20):
        if focused.inner_text() == "Assign":
            break
        keyboard.press("Tab")
    keyboard.press("Enter")
    expect(page.get_by_text("1 assigned.")).to_be_visible()
    keyboard.press("/")
    keyboard.type("ana")
    expect(page.get_by_text("1 found for “ana”")).to_be_visible()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ana")).to_be_visible()
    page.wait_for_load_state()
    for key in ("4", "3", "Enter", "d", "ArrowRight", "ArrowRight", "Tab"):
        keyboard.press(key)
        if key == "Enter":
            expect(page.get_by_role("heading", name="Your scores are in")).to_be_visible()
    keyboard.type("Two more to see.")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(page.locator(".verdict")).to_contain_text("Two more to see.")
    keyboard.press("x")
    expect(page.get_by_role("heading", name="Ben")).to_be_visible()


def test_a_key_for_each_criterion_and_one_to_submit(page: Page, place: Place, sessions: list[CandidateSession]) -> None:
    criteria = page.locator("fieldset[data-criterion]").count()
    keys = ["4", "3", "Enter"]
    assert len(keys) <= criteria + 1
    for key in keys:
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Your scores are in")).to_be_visible()
    expect(page.locator("#scorecard")).to_contain_text("6.7")
    ahead = f"/sessions/{sessions[1].id}"
    assert place.ahead == [ahead], "the next candidate's page waits already"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ben")).to_be_visible()
    assert place.asked.count(ahead) == 1


def test_question_by_question_a_digit_and_enter_bring_the_next_answer(visit: Visits, db: Session, world: World, page: Page) -> None:
    blind = visit(world.reviewer, f"/questions/{reviews.questions(db, world.version.id)[0].id}")
    for turn in ("Answer 1 of 2", "Answer 2 of 2"):
        expect(blind.get_by_text(turn)).to_be_visible()
        blind.wait_for_load_state()
        criteria = blind.locator("fieldset[data-criterion]").count()
        assert criteria == 1
        with blind.expect_navigation():
            for key in ("d", "c", "4", "Enter"):
                blind.keyboard.press(key)
    db.rollback()
    assert [score.level for score in db.scalars(select(Score))] == [4, 4]


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


def test_silence_is_skipped_and_captions_and_speed_answer_to_keys(page: Page) -> None:
    video = page.locator("video").first
    for key in ("s", "k"):
        page.keyboard.press(key)
    until(page, "video => video.currentTime > 9")
    assert video.evaluate("video => video.currentTime") < 14, "what is heard is not skipped"
    for key in ("c", *"<<<<"):
        page.keyboard.press(key)
    assert video.evaluate("video => [video.playbackRate, video.textTracks[0].mode]") == [0.75, "hidden"]
    for key in ("c", *">>>>>>>>>"):
        page.keyboard.press(key)
    assert video.evaluate("video => [video.playbackRate, video.textTracks[0].mode]") == [3, "showing"]


def test_words_seek_and_follow(page: Page) -> None:
    page.locator("[data-times] i").nth(4).click()
    until(page, "video => video.currentTime === 2")
    expect(page.locator("[data-times] i.now")).to_have_text("tell")
    page.keyboard.press(".")
    until(page, "video => video.currentTime > 2.03")
    page.get_by_label("Position in answer 1").fill("7")
    until(page, "video => video.currentTime === 7")


def test_without_scripts_a_reviewer_scores_notes_and_decides(visit: Visits, world: World, sessions: list[CandidateSession]) -> None:
    plain = visit(world.reviewer, f"/sessions/{sessions[0].id}", java_script_enabled=False)
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
    plain.get_by_text("Change or remove").click()
    plain.get_by_text("Remove note…").click()
    plain.get_by_role("button", name="Remove for good").click()
    expect(plain.locator(".notes")).not_to_contain_text("He asked")


def test_changing_and_removing_a_note_leaves_what_is_being_typed(page: Page) -> None:
    fresh, list_of = page.get_by_label("Note", exact=True), page.locator(".notes")
    for text in ("First thought", "To go"):
        fresh.fill(text)
        page.get_by_role("button", name="Keep note").click()
        expect(list_of).to_contain_text(text)
    fresh.fill("Half a sente")
    page.get_by_label("Change or remove your note: To go").click()
    going = list_of.locator("li", has_text="To go")
    going.get_by_text("Remove note…").click()
    going.get_by_role("button", name="Remove for good").click()
    expect(list_of).not_to_contain_text("To go")
    expect(page.get_by_role("heading", name="Notes")).to_be_focused()
    expect(page.get_by_role("status").last).to_contain_text("Note removed.")
    page.get_by_label("Change or remove your note: First thought").click()
    page.get_by_label("Your note", exact=True).fill("Second thought")
    page.get_by_role("button", name="Save note").click()
    expect(list_of.locator("li > p").first).to_have_text("Second thought")
    expect(fresh).to_have_value("Half a sente")


def test_on_a_phone_the_shortlist_keeps_words_whole_and_the_name_in_sight(
    visit: Visits, db: Session, world: World, sessions: list[CandidateSession]
) -> None:
    score(db, sessions[0], world.reviewer, 4, 3)
    db.commit()
    page = visit(world.reviewer, f"/shortlist/{world.interview.id}", viewport={"width": 360, "height": 740})
    heights = [head.bounding_box()["height"] for head in page.locator(".ranks thead th").all()]  # type: ignore[index]
    assert max(heights) < 90, "a heading breaks into letters"
    page.locator(".scroll").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    box = page.locator(".ranks tbody th").first.bounding_box()
    assert box
    assert 0 <= box["x"] < 60


def test_what_is_typed_outlives_every_other_form_that_is_sent(page: Page) -> None:
    fresh, own = page.get_by_label("Note", exact=True), page.get_by_label("Your note", exact=True)
    fresh.fill("First thought")
    page.get_by_role("button", name="Keep note").click()
    page.get_by_label("Change or remove your note: First thought").click()
    own.fill("Second thou")
    page.locator("#scorecard-title").click()
    for key in ("h", "e"):
        page.keyboard.press(key)
    fresh.fill("Half a sente")
    for criterion in page.locator(".criterion").all():
        criterion.locator("input[value='4']").check()
    page.get_by_role("button", name="Submit my scores").click()
    expect(page.get_by_role("heading", name="Your scores are in")).to_be_visible()
    expect(fresh).to_have_value("Half a sente")
    expect(page.locator("[data-quote]")).to_have_text("First I let her tell me everything")
    expect(own).to_be_visible()
    expect(own).to_have_value("Second thou")
    page.get_by_label("Reason", exact=True).fill("She asked befo")
    page.get_by_label("Hold").check()
    page.get_by_text("Change one of your scores").click()
    page.get_by_label("Listening", exact=True).select_option("5")
    page.get_by_label("Why you change “Listening”").fill("I had overlooked the end.")
    page.get_by_role("button", name="Change", exact=True).first.click()
    expect(page.locator("#scorecard")).to_contain_text("5*")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("She asked befo")
    expect(page.get_by_label("Hold")).to_be_checked()
    page.get_by_role("button", name="Record decision").click()
    expect(page.locator(".verdict")).to_contain_text("She asked befo")
    expect(page.get_by_role("heading", name="Decision")).to_be_focused()
    page.get_by_role("button", name="Keep note").click()
    expect(page.locator(".notes li > p").first).to_have_text("Half a sente")
    expect(own.last).to_have_value("Second thou")
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("link", name="Hand-off").click()
    assert asked.value.type == "beforeunload"


def test_a_key_without_a_level_and_a_lost_line_say_so_once(page: Page) -> None:
    page.locator(".criterion input[value='2']").first.evaluate("input => input.closest('label').remove()")
    said = page.locator("#toasts")
    page.keyboard.press("2")
    expect(said).to_contain_text("“Listening” has no level 2.")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("“Listening” has no level yet.")
    page.context.set_offline(True)
    page.get_by_label("Note", exact=True).fill("Kept")
    for _ in range(3):
        page.get_by_role("button", name="Keep note").click()
    expect(said.get_by_text("The server could not be reached.")).to_have_count(1)
    page.context.set_offline(False)
    with page.expect_event("dialog"):
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("link", name="Hand-off").click()
