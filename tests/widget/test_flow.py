"""The whole way through, in video, audio and text, and what comes back as a receipt."""

from __future__ import annotations

import hashlib
import re
import threading

from playwright.sync_api import Page, expect

from tests.widget.candidate import Candidate, on_its_own_page
from tests.widget.fake_server import EMBED, FakeGreenroom, Refused
from tests.widget.test_devices import KEEP_STREAM, in_frame

KEEP_BYTES = """
window.browserBytes = [];
const seen = BlobEvent.prototype;
Object.defineProperty(window, 'listenToSlices', {value: true});
const start = MediaRecorder.prototype.start;
MediaRecorder.prototype.start = function (...args) {
  const parts = [];
  window.browserBytes.push(parts);
  this.addEventListener('dataavailable', (event) => parts.push(event.data));
  return start.apply(this, args);
};
"""
HASH_OF_LAST = """async () => {
  const bytes = await new Blob(window.browserBytes.at(-1)).arrayBuffer();
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (one) => one.toString(16).padStart(2, '0')).join('');
}"""


def test_video_audio_and_text_are_recorded_kept_and_submitted(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.record(3)
    candidate.keep()
    candidate.choose("Audio")
    candidate.record(2)
    candidate.keep()
    candidate.finish_in_writing(3)
    candidate.submit()
    session = room.only_session
    assert session["state"] == "submitted"
    assert [answer["kind"] for answer in session["answers"].values()] == ["video", "audio", "text"]
    for take in session["takes"]:
        digest = hashlib.sha256(room.take_bytes(take)).hexdigest()
        expect(candidate.frame.get_by_text(digest)).to_be_visible()
    assert all(proof["sha256"] for proof in session["proofs"])


def test_the_servers_bytes_are_the_browsers_bytes(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    page.add_init_script(KEEP_BYTES)
    candidate.begin()
    candidate.record(4)
    candidate.sees("Safe with us")
    frame = next(one for one in page.frames if "/frame/" in one.url)
    take = room.only_session["takes"][0]
    assert take["sha256"] == frame.evaluate(HASH_OF_LAST)
    assert take["filetype"].startswith("video/")


def test_somebody_new_waits_for_one_answer_on_the_way_to_the_devices(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    candidate.arrive()
    with page.expect_response(
        lambda got: got.url.endswith("/c/start") and got.request.method == "POST"
    ):  # the devices stand there before it has come
        candidate.agree()
    asked = [call for call in room.calls if "/c/" in call and not call.startswith("OPTIONS") and "events" not in call]
    assert asked == ["POST /c/start"], "what only opens a line is not waited for"
    assert [call for call in room.calls if "/widget/" in call] == [], "script, style and words stand in the document"
    page.reload()
    expect(candidate.heading("Welcome back")).to_be_visible()
    assert room.calls.count("POST /c/open") == 1, "the one who comes back is asked for by their own token"


def test_devices_may_be_turned_on_while_the_agreement_is_written_down_and_nothing_records_before_it_is(
    candidate: Candidate, room: FakeGreenroom
) -> None:
    answered = threading.Event()

    def slow(method: str, path: str) -> None:
        if path == "/c/start":
            answered.wait(20)

    room.faults["before"] = slow
    candidate.arrive()
    candidate.agree()
    candidate.frame.get_by_role("button", name=re.compile("^Turn on")).click()
    candidate.sees("Waiting for your permission")
    candidate.page.wait_for_timeout(1500)
    expect(candidate.button("Record a test")).to_have_count(0)
    candidate.button("Go to the questions").click()
    assert not room.sessions
    answered.set()
    expect(candidate.heading("Your questions")).to_be_visible()
    assert len(room.sessions) == 1


def test_an_agreement_that_could_not_be_written_down_is_asked_for_again_with_the_camera_off(
    candidate: Candidate, page: Page, room: FakeGreenroom
) -> None:
    turned_on = threading.Event()

    def fail(method: str, path: str) -> None:
        if path == "/c/start":
            turned_on.wait(20)
            raise Refused(500, "server")

    page.add_init_script(KEEP_STREAM)
    room.faults["before"] = fail
    candidate.arrive()
    candidate.agree()
    candidate.frame.get_by_role("button", name=re.compile("^Turn on")).click()
    candidate.page.wait_for_timeout(1000)
    turned_on.set()
    candidate.sees("The server has a problem")
    expect(candidate.frame.get_by_label("Your name")).to_have_value("Carla Candidate")
    expect(candidate.frame.locator("input[name=recording]")).to_be_checked()
    assert in_frame(page, "window.stream.getTracks().every((one) => one.readyState === 'ended')")
    room.faults.clear()
    candidate.button("Start").click()
    candidate.sees("Ready when you are")
    assert len(room.sessions) == 1


def test_nothing_is_recorded_and_no_permission_asked_before_the_candidate_acts(
    candidate: Candidate, page: Page, room: FakeGreenroom
) -> None:
    page.add_init_script(
        "const ask = navigator.mediaDevices.getUserMedia; window.asked = 0;"
        "navigator.mediaDevices.getUserMedia = function (...a) { window.asked += 1; return ask.apply(this, a); };"
    )
    candidate.arrive()
    candidate.agree()
    frame = next(one for one in page.frames if "/frame/" in one.url)
    page.wait_for_timeout(500)
    assert frame.evaluate("window.asked") == 0
    candidate.frame.get_by_role("button", name="Turn on camera").click()
    candidate.sees("Ready when you are")
    page.wait_for_timeout(1500)
    assert not room.only_session["takes"]


def test_consents_are_unticked_and_needed_and_the_ai_one_is_not(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.arrive()
    for name in ("recording", "ai"):
        expect(candidate.frame.locator(f"input[name={name}]")).not_to_be_checked()
    candidate.button("Start").click()
    fields = {name: candidate.frame.locator(f"input[name={name}]") for name in ("name", "email", "recording")}
    wrong: list[str | re.Pattern[str]] = [
        "Please enter your name.",
        re.compile("Please enter your e-mail address"),
        re.compile("Please tick that you agree"),
    ]
    for field, words in zip(fields.values(), wrong, strict=True):  # all that is missing at once, each beside its field
        expect(field).to_have_accessible_description(words)
    expect(fields["name"]).to_be_focused()
    candidate.frame.get_by_label("Your name").fill("Carla")
    candidate.frame.get_by_label("Your e-mail address").fill("carla@home.test")
    candidate.button("Start").click()
    expect(candidate.frame.locator("p .error")).to_have_count(1)
    expect(fields["recording"]).to_be_focused()
    assert not room.sessions
    candidate.frame.locator("input[name=recording]").check()
    candidate.button("Start").click()
    candidate.sees("Check your camera")
    assert room.only_session["consent"] == {"recording": True, "ai": False}


def test_a_question_names_only_what_reviewers_look_at_in_it(candidate: Candidate, room: FakeGreenroom) -> None:
    room.interview["criteria"][0]["questions"] = [1]
    candidate.arrive()
    candidate.agree()
    candidate.button("Answer in writing").last.click()
    candidate.answer_question(1)
    looked_at = candidate.frame.locator(".beside dt")
    expect(looked_at).to_have_text(["Listening", "Clarity"])
    candidate.button("Next question").click()
    candidate.is_at(2)
    expect(looked_at).to_have_text(["Clarity"])


def test_a_text_that_is_too_long_is_told_kept_and_never_cut(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.arrive()
    candidate.agree()
    candidate.button("Answer in writing").last.click()
    candidate.answer_question(3)
    box, told = candidate.frame.get_by_role("textbox", name="Your answer"), candidate.frame.locator(".work p.error:visible")
    box.evaluate("(box) => { box.focus(); document.execCommand('insertText', false, 'x'.repeat(2010)); }")
    expect(told).to_have_text(re.compile("^10 characters too many"))
    candidate.button("Use this answer and go on").click()
    candidate.is_at(3)
    candidate.button("Previous question").click()
    candidate.is_at(2)
    assert not room.only_session["answers"]
    candidate.button("Next question").click()
    expect(box).to_have_value("x" * 2010)
    expect(told).to_have_text(re.compile("^10 characters too many"))
    candidate.write("x" * 2000)
    expect(candidate.frame.get_by_role("heading", level=1)).to_contain_text("Question 1")
    assert len(room.only_session["answers"]["q3"]["text"]) == 2000


def test_the_practice_question_is_never_sent(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.arrive()
    candidate.agree()
    candidate.frame.get_by_role("button", name="Turn on camera").click()
    candidate.button("Try a practice question").click()
    candidate.button("Record a test").click()
    candidate.page.wait_for_timeout(2500)
    candidate.button("Stop recording").click()
    candidate.sees("That was it")
    assert not any("/c/uploads" in call for call in room.calls if not call.startswith("OPTIONS"))


def test_the_candidate_chooses_among_all_takes(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.record(2)
    candidate.sees("2 more times")
    candidate.button("Record again").click()
    candidate.record(2)
    candidate.sees("1 more time")
    candidate.frame.get_by_role("radio", name="Take 1").check()
    candidate.sees("Safe with us")
    candidate.keep()
    expect(candidate.frame.get_by_role("heading", level=1)).to_contain_text("Question 2")
    candidate.page.wait_for_timeout(500)
    session = room.only_session
    assert session["answers"]["q1"]["take_id"] == session["takes"][0]["id"]


def test_the_newest_take_is_kept_when_nothing_else_is_chosen(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.record(2)
    candidate.button("Record again").click()
    candidate.record(2)
    candidate.keep()
    candidate.is_at(2)
    candidate.page.wait_for_timeout(1500)
    session = room.only_session
    assert session["answers"]["q1"]["take_id"] == session["takes"][1]["id"]


def test_submitting_says_what_is_missing(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.button("All questions").click()
    candidate.button("Check and submit").click()
    candidate.button("Submit my answers").click()
    candidate.sees("Something is still missing")
    assert room.only_session["state"] == "in_progress"


def test_another_way_to_answer_is_two_keys_from_every_heading(candidate: Candidate, room: FakeGreenroom) -> None:
    room.interview["questions"][0]["kinds"] = ["video"]
    candidate.begin()
    expect(candidate.frame.get_by_role("radio", name="Text")).to_have_count(0)
    candidate.page.keyboard.press("Shift+Tab")
    candidate.page.keyboard.press("Enter")
    expect(candidate.frame.get_by_role("heading", name="Another way to answer")).to_be_focused()
    for label in ("More time", "Answer with audio or in writing", "More attempts"):
        candidate.frame.get_by_label(label).check()
    candidate.button("Use this").click()
    candidate.sees("There is no time limit for your answer")
    candidate.choose("Text")
    assert room.only_session["other_kinds"] is True
    assert room.only_session["time_factor"] is None


def test_the_hosted_page_takes_the_token_out_of_the_address(page: Page, room: FakeGreenroom) -> None:
    candidate = on_its_own_page(page, f"{room.origin}/i#{EMBED}")
    page.goto(candidate.careers_url)
    expect(page.get_by_role("heading", name="Customer support lead")).to_be_visible()
    assert page.url == f"{room.origin}/i"
    page.reload()
    expect(page.get_by_role("heading", name="Customer support lead")).to_be_visible()
    candidate.agree()
    candidate.check_devices()
    page.reload()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


def test_coming_back_after_submitting_shows_the_receipt(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.finish_in_writing(1, 2, 3)
    candidate.submit()
    candidate.page.reload()
    expect(candidate.frame.get_by_role("heading", name="Submitted", exact=True)).to_be_visible()
    candidate.sees("GR-7F3K")


def test_the_soft_limit_is_said_and_the_hard_limit_ends_the_take(candidate: Candidate, room: FakeGreenroom) -> None:
    room.interview["questions"][0] |= {"answer_seconds": 2, "hard_seconds": 5}
    candidate.begin()
    candidate.start_recording()
    candidate.sees("The suggested time is over")
    candidate.sees("reached its longest possible time", 15_000)
    candidate.sees("Safe with us")
    assert room.only_session["takes"][0]["reason"] == "limit"


def test_the_language_can_be_changed_and_is_remembered(candidate: Candidate) -> None:
    candidate.arrive()
    candidate.frame.get_by_label("Language").select_option("de")
    expect(candidate.frame.locator("html")).to_have_attribute("lang", "de")
    expect(candidate.frame.get_by_role("button", name="Brauchen Sie einen anderen Weg?")).to_be_visible()
    candidate.page.reload()
    expect(candidate.frame.locator("html")).to_have_attribute("lang", "de")
