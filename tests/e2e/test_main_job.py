"""The product's main job, with nothing faked but the devices: careers page, answers, transcript, scores, decision."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import speech
from tests.e2e.conftest import LONG, ROOT, WRITTEN, Greenroom, Submitted, sign_in
from tests.widget.candidate import on_its_own_page

pytestmark = pytest.mark.browser
ASKED = "You said the courier was late: what did you change afterwards?"


def test_the_reviewer_reads_what_was_said_within_the_error_rate(
    greenroom: Greenroom, submitted: Submitted, page: Page, record_property: Callable[[str, object], None]
) -> None:
    sign_in(page, greenroom)
    page.get_by_role("link", name=submitted.name).first.click()
    expect(page.get_by_role("heading", name=submitted.name)).to_be_visible()
    transcript = page.locator(".said").first
    expect(transcript).to_contain_text(re.compile("customer|listened|order"), timeout=LONG)
    heard = transcript.inner_text()
    expect(page.locator(".said").nth(1)).to_contain_text(re.compile(r"\w{3}"), timeout=LONG)
    record_property("seconds from submitting to the last transcript on the review page", round(time.time() - submitted.at, 1))
    record_property("word error rate of the first answer", round(speech.error_rate(heard), 3))
    assert len(speech.words(heard)) >= 35
    assert speech.error_rate(heard) <= 0.15
    expect(page.get_by_text(WRITTEN)).to_be_visible()


def test_the_recording_plays_and_a_click_on_a_word_seeks(greenroom: Greenroom, submitted: Submitted, page: Page) -> None:
    sign_in(page, greenroom)
    page.get_by_role("link", name=submitted.name).first.click()
    video = page.locator("video").first
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    assert video.evaluate("v => v.duration") == pytest.approx(24, abs=2.5)
    page.locator("[data-times] i").nth(20).click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 3")


def test_what_is_asked_back_is_recorded_in_the_frame_and_joins_the_record(
    greenroom: Greenroom, submitted: Submitted, page: Page, browser: Browser
) -> None:
    sign_in(page, greenroom)
    with page.expect_response("**/open"):
        page.get_by_role("link", name=submitted.name).first.click()
    review = page.url
    page.get_by_role("link", name="Ask back").click()
    page.get_by_label("Your question").fill(ASKED)
    for kind in ("video", "writing"):
        page.get_by_label(kind, exact=True).uncheck()
    page.get_by_role("button", name="Send the question").click()
    later = browser.new_context(permissions=["microphone"])
    link = page.get_by_label("The candidate’s own link").input_value()
    candidate = on_its_own_page(later.new_page(), link)
    candidate.page.goto(link)
    candidate.consent()
    candidate.check_devices()
    candidate.answer_question(1)
    expect(candidate.frame.get_by_role("heading", name=ASKED)).to_be_visible()
    candidate.record(8)
    candidate.keep()
    candidate.submit()
    later.close()
    page.goto(review)
    asked = page.get_by_label("Asked back", exact=True)
    expect(asked.get_by_role("heading", name=ASKED)).to_be_visible()
    expect(asked.locator("audio")).to_be_visible(timeout=LONG)
    expect(asked.locator(".said")).to_contain_text(re.compile("customer|listened|order"), timeout=LONG)
    expect(page.locator("[data-answer]")).to_have_count(4)


def test_a_person_scores_and_decides_with_a_reason(greenroom: Greenroom, submitted: Submitted, page: Page) -> None:
    sign_in(page, greenroom)
    page.get_by_role("link", name=submitted.name).first.click()
    groups = page.locator("fieldset[data-criterion]")
    expect(groups.first).to_be_visible()
    for index in range(groups.count()):
        groups.nth(index).get_by_role("radio").nth(3).check(force=True)
    page.get_by_role("button", name=re.compile("Submit my scores")).click()
    expect(page.get_by_text(re.compile("Your scores are in|Scores submitted"))).to_be_visible()
    page.get_by_role("radio", name=re.compile("Advance")).check(force=True)
    page.get_by_label("Reason").fill("Gave a concrete example and checked that it worked.")
    page.get_by_role("button", name=re.compile("Record decision")).click()
    expect(page.get_by_text("Decide again or take back")).to_be_visible()
    page.evaluate("document.querySelectorAll('*').forEach(one => { one.scrollTop = 0; })")
    _picture(page, "review")


def test_the_ready_file_lets_a_script_in(greenroom: Greenroom) -> None:
    ready = greenroom.ready
    assert set(ready) == {"careers_url", "inbox_url", "owner", "embed_token", "interview_id", "tus", "api_url", "data"}
    page = urllib.request.urlopen(ready["careers_url"]).read().decode()
    assert f'<greenroom-interview token="{ready["embed_token"]}"></greenroom-interview>' in page
    request = urllib.request.Request(
        ready["tus"]["url"],
        method="POST",
        headers={
            **ready["tus"]["headers"],
            "Tus-Resumable": "1.0.0",
            "Upload-Length": "5",
            "Upload-Metadata": _metadata(ready["tus"]["metadata"]),
        },
    )
    assert urllib.request.urlopen(request).status == 201


def _metadata(values: dict[str, str]) -> str:
    import base64

    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def _picture(page: Page, name: str) -> None:
    """The README's pictures are made here, so that they never show what is not there."""
    folder = ROOT / "docs/images"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / f"{name}.png").exists():
        page.screenshot(path=folder / f"{name}.png")


def test_nothing_of_the_candidate_is_in_the_log(greenroom: Greenroom, submitted: Submitted) -> None:
    log = Path(greenroom.log).read_text()
    for secret in (submitted.name, "carla@home.test", WRITTEN, greenroom.ready["embed_token"].split("~")[1]):
        assert secret not in log
    assert "Traceback" not in log
    assert json.dumps(greenroom.ready["tus"]["headers"]) not in log
