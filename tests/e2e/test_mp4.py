"""A browser that records MP4 only, as Safari does: the same road to the reviewer's player and transcript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import speech
from tests.e2e.conftest import LONG, Greenroom, sign_in
from tests.widget.candidate import Candidate

pytestmark = pytest.mark.browser
ONLY_MP4 = """
const can = MediaRecorder.isTypeSupported.bind(MediaRecorder);
MediaRecorder.isTypeSupported = (type) => !type.includes('webm') && can(type);
const start = MediaRecorder.prototype.start;
MediaRecorder.prototype.start = function (...args) { window.recordedAs = this.mimeType; return start.apply(this, args); };
"""


def test_an_answer_recorded_as_mp4_plays_and_is_understood(greenroom: Greenroom, page: Page) -> None:
    page.add_init_script(ONLY_MP4)
    candidate = Candidate(page, greenroom.ready["careers_url"])
    candidate.arrive()
    candidate.agree("Mona Mpfour", "mona@home.test")
    candidate.check_devices()
    candidate.answer_question(1)
    candidate.record(12)
    frame = next(one for one in page.frames if "/frame/" in one.url)
    assert str(frame.evaluate("window.recordedAs")).startswith("video/mp4")
    candidate.keep()
    candidate.choose("Audio")
    candidate.record(2)
    assert str(frame.evaluate("window.recordedAs")).startswith("audio/mp4")
    candidate.keep()
    candidate.write("In writing.")
    candidate.submit()

    sign_in(page, greenroom)
    page.get_by_role("link", name="Mona Mpfour").first.click()
    transcript = page.locator(".said").first
    expect(transcript).to_contain_text(re.compile(r"(\w+\W+){5}"), timeout=LONG)
    assert speech.error_rate(transcript.inner_text()) <= 0.3, "twelve seconds cut out of a loop"
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    assert page.locator("video").first.evaluate("node => node.duration") == pytest.approx(12, abs=2)
