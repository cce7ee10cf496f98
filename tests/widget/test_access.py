"""Keyboard only, 320 px, large targets, announcements, axe on every state: for whoever sits there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from tests.widget.candidate import Candidate
from tests.widget.fake_server import FakeGreenroom
from tests.widget.test_faults import KEEP_WHAT_IS_SAID

ROOT = Path(__file__).parents[2]
AXE = [ROOT / ".tools/node_modules/axe-core/axe.min.js", ROOT / "tests/node_modules/axe-core/axe.min.js"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LANGUAGES = ("en", "es", "hi", "ja", "de", "fr")
STATES = 17
TOO_SMALL = """() => [...document.querySelectorAll('button, a, input, select, textarea, summary')]
  .filter((one) => one.checkVisibility() && !(one.matches('input[type=radio], input[type=checkbox]') && one.closest('label')))
  .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 80), getComputedStyle(one).display])
  .filter(([box, , display]) => (box.width < 24 || box.height < 24) && display !== 'inline').map(([, html]) => html)"""


@pytest.fixture
def axe() -> str:
    found = next((path for path in AXE if path.is_file()), None)
    if not found:
        pytest.skip("axe-core is not installed: npm i --prefix .tools axe-core@4.14.1")
    return found.read_text()


def inner(page: Page) -> Frame:
    return next(one for one in page.frames if "/frame/" in one.url)


PLAYING = "[...document.querySelectorAll('video, audio')].filter((one) => !one.paused && !one.muted).length"
COVERED = """() => [...document.querySelectorAll('button, a, input, select, textarea, summary')].filter((one) => {
  if (!one.checkVisibility() || one.disabled) return false;
  one.focus({preventScroll: true});
  const {left, top, width, height} = one.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + height / 2);
  return there && there !== one && !one.contains(there) && !there.contains(one);
}).map((one) => one.outerHTML.slice(0, 80))"""


class Inspector:
    """Looks at every screen on the way: axe, reflow, target size, nothing above what has the focus, nothing playing by itself."""

    def __init__(self, page: Page, axe: str | None) -> None:
        self.page, self.axe, self.problems, self.seen = page, axe, list[str](), 0

    def look(self, name: str) -> None:
        frame = inner(self.page)
        self.seen += 1
        self.problems += [f"{name}: covered while it has the focus {html}" for html in self.without_moving(COVERED)]
        if frame.evaluate(PLAYING):
            self.problems.append(f"{name}: something plays by itself")
        over = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            self.problems.append(f"{name}: {over} px too wide")
        self.problems += [f"{name}: small target {html}" for html in frame.evaluate(TOO_SMALL)]
        if frame.evaluate("document.querySelectorAll('h1').length") != 1:
            self.problems.append(f"{name}: not exactly one h1")
        if self.axe:
            frame.evaluate(self.axe)
            found = frame.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            for violation in found["violations"]:
                if violation["id"] == "video-caption":  # the person's own live picture and recording
                    continue
                self.problems.append(f"{name}: {violation['id']} {violation['nodes'][0]['html'][:120]}")

    def without_moving(self, script: str) -> list[str]:
        """Runs a script that moves the focus, and gives the focus back."""
        frame = inner(self.page)
        frame.evaluate("window.held = document.activeElement")
        found: list[str] = frame.evaluate(script)
        frame.evaluate("window.held.focus({preventScroll: true})")
        return found


def walk(page: Page, room: FakeGreenroom, look: Inspector, language: str) -> None:
    """Every step once, by structure rather than by words: this runs in every language."""
    page.goto(room.careers_url)
    candidate = Candidate(page, room.careers_url)
    frame = page.frame_locator("greenroom-interview iframe")

    def at(selector: str, name: str) -> None:
        expect(frame.locator(selector).first).to_be_visible(timeout=15_000)
        look.look(f"{language} {name}")
        candidate.settles()

    at("input[name=recording]", "notice")
    expect(frame.locator("html")).to_have_attribute("lang", language)
    frame.locator(".help").click()
    at(".step-help input[type=email]", "help before the start")
    frame.locator(".step-help button.primary").click()
    at(".banner p", "notice with a banner")
    frame.locator("details summary").first.click()
    frame.locator(".consents button.primary").click()
    at(".error", "notice with a problem")
    frame.locator("input[name=name]").fill("Carla")
    frame.locator("input[name=email]").fill("carla@home.test")
    frame.locator("input[name=recording]").check()
    frame.locator(".consents button.primary").click()
    at(".step-devices .panel", "devices off")
    frame.locator(".panel button.big").click()
    at("[data-stage=ready]", "devices ready")
    frame.locator(".step-devices > .actions button").nth(1).click()
    at(".step-practice [data-stage=ready]", "practice")
    frame.locator(".step-practice > .actions button").click()
    at(".step-overview", "overview")
    frame.locator("li.row button").first.click()
    at(".step-question [data-stage=ready]", "question")
    frame.locator(".panel button.big").click()
    at("[data-stage=recording]", "recording")
    page.wait_for_timeout(1500)
    page.reload()
    at(".take-state.cut", "cut off")
    frame.locator(".work .panel > .actions button").nth(1).click()
    expect(frame.locator(".take-state.cut")).to_have_count(0)
    at(".takes", "watch")
    shape = frame.locator("video.player").evaluate("video => getComputedStyle(video).aspectRatio")
    assert shape != "auto", "a picture that comes late moves the buttons under a press"
    frame.locator(".work .panel > .actions button.primary").click()
    expect(frame.locator(".eyebrow", has_text=re.compile("2"))).to_be_visible()
    frame.locator(".kinds input[value=text]").check()
    at(".work textarea", "text")
    frame.locator(".help").click()
    at(".step-help", "help")
    frame.locator(".step-help .actions button").nth(1).click()
    for _ in (2, 3):
        frame.locator(".work textarea").fill("Written.")
        frame.locator(".work .actions button.primary").click()
        page.wait_for_timeout(700)
    at(".step-check", "check")
    frame.locator(".step-check button.big").click()
    expect(frame.locator(".step-submitted")).to_be_visible(timeout=15_000)
    room.only_session["transcripts"] = [{"take_id": "t1", "position": 1, "number": 1, "language": "en", "text": "I listened first."}]
    page.reload()
    frame.locator(".step-submitted details summary").click()
    frame.locator(".asks input").first.check()
    frame.locator(".step-submitted form button").last.click()
    at(".asked li", "submitted")
    frame.locator(".help").click()
    at(".step-help .asks", "help afterwards")


@pytest.mark.parametrize(("language", "scheme"), list(zip(LANGUAGES, ["light", "dark"] * 3, strict=True)))
def test_every_state_is_sound_at_320_pixels_in_every_language(
    page: Page, room: FakeGreenroom, axe: str, language: str, scheme: Literal["light", "dark"]
) -> None:
    page.set_viewport_size({"width": 336, "height": 640})  # the page's own margins leave 320
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    room.host_body = (f'<h1>Careers</h1><script async src="{room.origin}/embed.js"></script>'
                      f'<greenroom-interview token="emb_demo~signed" locale="{language}"></greenroom-interview>')  # fmt: skip
    look = Inspector(page, axe)
    walk(page, room, look, language)
    assert look.seen == STATES
    assert not look.problems, "\n".join(look.problems)


def test_every_state_is_sound_in_forced_colours_on_a_wide_screen(page: Page, room: FakeGreenroom) -> None:
    page.emulate_media(forced_colors="active")
    look = Inspector(page, None)
    walk(page, room, look, "en")
    assert not look.problems, "\n".join(look.problems)


def test_nothing_moves_for_who_wants_less_motion(page: Page, room: FakeGreenroom) -> None:
    page.emulate_media(reduced_motion="reduce")
    candidate = Candidate(page, room.careers_url)
    candidate.begin()
    moving = """[...document.querySelectorAll('*')].map((one) => getComputedStyle(one))
      .filter((style) => parseFloat(style.transitionDuration) || style.animationName !== 'none').length"""
    assert inner(page).evaluate(moving) == 0


def test_trouble_states_are_sound_too(page: Page, room: FakeGreenroom, axe: str, context: BrowserContext) -> None:
    context.clear_permissions()
    look = Inspector(page, axe)
    candidate = Candidate(page, room.careers_url)

    def look_in_every_language(name: str) -> None:
        for language in (*LANGUAGES[1:], "en"):
            candidate.frame.locator("#foot select").select_option(language)
            expect(candidate.frame.locator("html")).to_have_attribute("lang", language)
            if name == "denied":
                expect(candidate.frame.locator(".panel .notice-box").first).to_be_visible()
            look.look(f"{language} {name}")

    candidate.arrive()
    candidate.agree()
    candidate.frame.get_by_role("button", name="Turn on camera").click()
    look_in_every_language("denied")
    candidate.sees("Your browser did not allow it")
    candidate.button("Go to the questions").click()
    session = room.only_session
    room.give_token(session)
    candidate.frame.locator("li.row button").first.click()
    candidate.sees("Open in another tab")
    look_in_every_language("other tab")
    for state in ("expired", "cancelled", "withdrawn", "failed"):
        session["state"] = state
        page.reload()
        expect(candidate.frame.get_by_role("heading", level=1)).to_be_visible()
        look_in_every_language(state)
    assert not look.problems, "\n".join(look.problems)


def test_two_hundred_percent_text_does_not_break_the_page(page: Page, room: FakeGreenroom) -> None:
    page.set_viewport_size({"width": 656, "height": 800})
    candidate = Candidate(page, room.careers_url)
    candidate.arrive()
    inner(page).evaluate("document.documentElement.style.fontSize = '200%'")
    page.wait_for_timeout(300)
    assert inner(page).evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, words: str, limit: int = 40) -> None:
    """Press Tab until the focused control inside the frame has these words."""
    name = "(({labels, textContent}) => (labels && labels[0] ? labels[0].textContent : textContent) || '')(document.activeElement)"
    for _ in range(limit):
        page.keyboard.press("Tab")
        if words in inner(page).evaluate(name):
            return
    raise AssertionError(f"Tab never reached {words!r}")


def test_the_whole_way_works_with_the_keyboard_alone_and_tab_leaves_again(page: Page, room: FakeGreenroom) -> None:
    room.host_body = (f'<h1>Careers</h1><a href="#top" id="before">Top</a><script async src="{room.origin}/embed.js"></script>'
                      '<greenroom-interview token="emb_demo~signed"></greenroom-interview><a href="#more" id="after">More</a>')  # fmt: skip
    candidate = Candidate(page, room.careers_url)
    candidate.arrive()
    page.locator("#before").focus()
    press(page, "Tab", "Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "before"  # in, and out again backwards
    tab_to(page, "Your name")
    page.keyboard.type("Carla")
    press(page, "Tab")
    page.keyboard.type("carla@home.test")
    tab_to(page, "I agree that")
    press(page, "Space")
    tab_to(page, "Start")
    press(page, "Enter")
    expect(candidate.heading("Check your camera")).to_be_focused()
    tab_to(page, "Turn on camera")
    press(page, "Enter")
    candidate.sees("Ready when you are")
    tab_to(page, "Go to the questions")
    press(page, "Enter")
    expect(candidate.heading("Your questions")).to_be_focused()
    tab_to(page, "Answer")
    press(page, "Enter")
    candidate.sees("Ready when you are")
    tab_to(page, "Start recording")
    press(page, "Space")
    page.wait_for_timeout(2500)
    press(page, "Space")
    expect(candidate.heading("Watch your answer")).to_be_focused()
    tab_to(page, "Keep and go on")
    press(page, "Enter")
    candidate.is_at(2)
    tab_to(page, "Video")
    press(page, "ArrowRight", "ArrowRight")
    expect(candidate.frame.get_by_role("textbox", name="Your answer")).to_be_visible()
    for words in ("The second one.", "The third one."):
        tab_to(page, "Your answer")
        page.keyboard.type(words)
        tab_to(page, "Use this answer and go on")
        press(page, "Enter")
        page.wait_for_timeout(800)
    expect(candidate.heading("Check your answers")).to_be_focused()
    tab_to(page, "Submit my answers")
    press(page, "Enter")
    candidate.is_submitted()
    for _ in range(20):
        press(page, "Tab")
        if page.evaluate("document.activeElement.id") == "after":
            return
    raise AssertionError("Tab never left the frame")


def test_letters_typed_in_an_answer_start_nothing(page: Page, room: FakeGreenroom) -> None:
    candidate = Candidate(page, room.careers_url)
    candidate.begin()
    candidate.choose("Text")
    candidate.frame.get_by_role("textbox", name="Your answer").press_sequentially("r s p n k")
    assert not room.only_session["takes"]
    candidate.is_at(1)


def test_what_happens_is_announced_without_moving_focus_and_goes_when_it_is_over(page: Page, room: FakeGreenroom) -> None:
    page.add_init_script(KEEP_WHAT_IS_SAID)
    room.interview["questions"][0] |= {"answer_seconds": 16, "hard_seconds": 25}
    candidate = Candidate(page, room.careers_url)
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(18_000)
    assert inner(page).evaluate("document.activeElement.textContent") == "Stop recording"
    candidate.stop_recording()
    page.wait_for_timeout(300)  # words reach the region a moment after it was emptied
    expect(candidate.frame.locator("#status")).to_be_empty()
    candidate.keep()
    candidate.finish_in_writing(2, 3)
    expect(candidate.frame.locator("#status")).to_have_text("Answer kept.")
    room.faults["latency"] = 0.3  # what is over before it could be spoken is not spoken
    candidate.submit()
    expect(candidate.frame.locator("#status")).to_be_empty()
    said = inner(page).evaluate("window.said")
    assert inner(page).evaluate("window.before") is True
    wanted = [
        "Recording. You can speak now.",
        "10 seconds left",
        "Time is up. Finish your thought in peace.",
        *["Answer kept."] * 3,
        "Checking that everything has arrived…",
    ]
    assert [words for words in said if words in wanted] == wanted


def test_the_way_to_another_way_is_at_the_same_place_on_every_step(page: Page, room: FakeGreenroom) -> None:
    candidate = Candidate(page, room.careers_url)
    first_control = "document.querySelector('button, a, input, select, textarea').textContent"
    seen: list[str] = []
    candidate.arrive()
    seen.append(inner(page).evaluate(first_control))
    candidate.agree()
    seen.append(inner(page).evaluate(first_control))
    candidate.button("Go to the questions").click()
    candidate.heading("Your questions").wait_for()
    seen.append(inner(page).evaluate(first_control))
    candidate.answer_question(1)
    seen.append(inner(page).evaluate(first_control))
    candidate.finish_in_writing(1, 2, 3)
    seen.append(inner(page).evaluate(first_control))
    candidate.submit()
    seen.append(inner(page).evaluate(first_control))
    room.only_session["state"] = "expired"
    page.reload()
    candidate.heading("This interview is closed").wait_for()
    seen.append(inner(page).evaluate(first_control))
    assert seen == ["Need another way to answer?"] * 7


def test_loading_takes_no_focus_from_the_page_around_it(page: Page, room: FakeGreenroom) -> None:
    candidate = Candidate(page, room.careers_url)
    page.goto(room.careers_url)
    page.locator("#after").focus()
    expect(candidate.frame.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.id") == "after"


def test_nothing_plays_by_itself(page: Page, room: FakeGreenroom) -> None:
    candidate = Candidate(page, room.careers_url)
    candidate.begin()
    candidate.record(2)
    page.wait_for_timeout(1500)
    assert inner(page).evaluate(PLAYING) == 0
