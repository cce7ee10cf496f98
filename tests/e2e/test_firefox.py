"""The same way through in Firefox, as Debian packages it: careers page, notice, recording with real speech, reload, receipt, transcript."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e import microphone, speech
from tests.e2e.conftest import LONG, Greenroom, sign_in
from tests.widget.candidate import Candidate
from tests.widget.test_flow import HASH_OF_LAST, KEEP_BYTES

FIREFOX = "/usr/bin/firefox-esr"
PREFERENCES: dict[str, str | float | bool] = {
    "media.navigator.permission.disabled": True,
    # A camera of Firefox's own, but the sound server's microphone.
    "media.navigator.streams.fake": True,
    "media.audio_loopback_dev": microphone.NAME,
    # Otherwise trusted clicks do not reach a frame on another site.
    "fission.webContentIsolationStrategy": 0,
}
MISSING = [*([] if shutil.which(FIREFOX) else ["firefox-esr"]), *microphone.is_missing()]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {', '.join(MISSING)} (`make test` fetches them from Debian)"),
]


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[microphone.Microphone]:
    with microphone.running(tmp_path, speech.speak(tmp_path / "answer.wav")) as running:
        yield running


@pytest.fixture
def firefox(playwright: Playwright, heard: microphone.Microphone) -> Iterator[Page]:
    launched = playwright.firefox.launch(
        headless=True, channel="moz-firefox", executable_path=FIREFOX, firefox_user_prefs=PREFERENCES, env={**heard.environment}
    )
    page = launched.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(KEEP_BYTES)
    yield page
    launched.close()


def test_a_microphone_that_is_really_pulled_ends_the_recording_and_what_it_heard_is_kept(
    greenroom: Greenroom, firefox: Page, heard: microphone.Microphone
) -> None:
    """No event is made up here: the sound server takes the device away while Firefox records from it."""
    candidate = Candidate(firefox, greenroom.ready["careers_url"])
    candidate.arrive()
    candidate.agree("Petra Pulled", "petra@home.test")
    candidate.check_devices()
    candidate.answer_question(1)
    candidate.choose("Audio")
    candidate.start_recording()
    firefox.wait_for_timeout(3000)
    heard.pull()
    expect(candidate.frame.get_by_text("The microphone stopped").first).to_be_visible()
    expect(candidate.button("Go on with this answer")).to_be_visible()
    candidate.button("Use it as it is").click()
    expect(candidate.frame.get_by_text("Safe with us").first).to_be_visible()


def test_an_answer_spoken_in_firefox_arrives_whole_and_is_understood(
    greenroom: Greenroom, firefox: Page, heard: microphone.Microphone, page: Page
) -> None:
    candidate = Candidate(firefox, greenroom.ready["careers_url"])
    candidate.arrive()
    candidate.agree("Frida Firefox", "frida@home.test")
    candidate.check_devices()
    candidate.answer_question(1)
    with heard.speaking():
        candidate.record(12)
    digest = next(one for one in firefox.frames if "/frame/" in one.url).evaluate(HASH_OF_LAST)
    candidate.keep()
    firefox.reload()
    expect(candidate.frame.get_by_role("heading", name=re.compile("Your questions|Welcome back"))).to_be_visible(timeout=LONG)
    candidate.answer_question(2)
    candidate.choose("Audio")
    candidate.record(2)
    candidate.keep()
    candidate.write("In writing.")
    candidate.submit()
    expect(candidate.frame.get_by_text(digest)).to_be_visible()

    sign_in(page, greenroom)
    page.get_by_role("link", name="Frida Firefox").first.click()
    transcript = page.locator(".said").first
    expect(transcript).to_contain_text(re.compile("customer|listened|order|table"), timeout=LONG)
    assert speech.error_rate(transcript.inner_text()) <= 0.25
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    assert page.locator("video").first.evaluate("node => node.duration") == pytest.approx(12, abs=2.5)
