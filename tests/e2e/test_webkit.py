"""The same way through in WebKit, as Debian packages it, in sound: its camera gives no video on Debian 12, which the frame must survive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import microphone, speech, webkit
from tests.e2e.conftest import LONG, Greenroom, sign_in
from tests.widget.test_flow import HASH_OF_LAST, KEEP_BYTES

MISSING = [*webkit.is_missing(), *microphone.is_missing()]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {', '.join(MISSING)} (`make test` fetches them from Debian)"),
]
FRAME = "greenroom-interview iframe"


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[microphone.Microphone]:
    with microphone.running(tmp_path, speech.speak(tmp_path / "answer.wav")) as running:
        yield running


@pytest.fixture
def browser_of_wanda(heard: microphone.Microphone) -> Iterator[webkit.WebKit]:
    with webkit.running(heard.environment) as running:
        yield running


def arrive(browser: webkit.WebKit, greenroom: Greenroom) -> None:
    browser.goto(greenroom.ready["careers_url"])
    browser.enter(FRAME)
    browser.find("h1")
    browser.run(KEEP_BYTES)


def record(browser: webkit.WebKit, heard: microphone.Microphone, seconds: float) -> None:
    browser.find(".state", "Ready when you are")  # a press while devices still open does nothing
    with heard.speaking():
        browser.click("button", "Record a test", "Start recording")
        browser.find(".state", "Recording")
        browser.pause(seconds)
        browser.click("button", "Stop recording")
    browser.find("h2", "Your test clip", "Watch your answer")


def test_an_answer_spoken_in_webkit_arrives_whole_and_is_understood(
    greenroom: Greenroom, browser_of_wanda: webkit.WebKit, heard: microphone.Microphone, page: Page
) -> None:
    wanda = browser_of_wanda
    arrive(wanda, greenroom)
    wanda.write("input[name=name]", "Wanda WebKit")
    wanda.write("input[name=email]", "wanda@home.test")
    wanda.tick("input[name=recording]")
    wanda.click("button", "Start")
    wanda.find("h1", "Check your")
    wanda.click("button", "Turn on camera")
    wanda.click(".notice-box button", "Answer with audio only")  # this machine has no camera
    record(wanda, heard, 6)  # the first container gives nothing here: the test clip finds that out, not the first answer
    wanda.click("button", "Go to the questions")
    wanda.click("li.row button")
    wanda.find("h1", "Question 1")
    record(wanda, heard, 12)
    digest = wanda.wait(f"const done = arguments[0]; ({HASH_OF_LAST})().then(done)")  # of what the recorder gave
    wanda.click("button", "Keep and go on")
    wanda.find("h1", "Question 2")
    wanda.goto(greenroom.ready["careers_url"])
    wanda.enter(FRAME)
    wanda.find("h1", "Your questions", "Welcome back")
    wanda.click("li.row:nth-child(2) button")
    wanda.click(".kinds label", "Audio")
    wanda.click("button", "Turn on microphone")
    record(wanda, heard, 8)  # a new page: the silent container is found out again, and what counts begins after it
    wanda.click("button", "Keep and go on")
    wanda.find("h1", "Question 3")
    wanda.write(".work textarea", "In writing.")
    wanda.click("button", "Use this answer")
    wanda.click("button", "Submit my answers")
    wanda.find("h1", "Submitted", seconds=60)
    assert digest in wanda.run("return document.body.textContent")

    sign_in(page, greenroom)
    page.get_by_role("link", name="Wanda WebKit").first.click()
    transcript = page.locator(".said").first
    expect(transcript).to_contain_text(re.compile("customer|listened|order|table"), timeout=LONG)
    assert speech.error_rate(transcript.inner_text()) <= 0.25
