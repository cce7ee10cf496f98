"""Camera and microphone: every way they can fail has a plain sentence and a way on, and nothing is lost when they go."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.widget.candidate import Candidate
from tests.widget.fake_server import FakeGreenroom
from tests.widget.test_faults import WEBM, assert_whole, settle

FAIL_WITH = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '%s'));"
KEEP_STREAM = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  (window.wanted ||= []).push(wanted);
  window.stream = await ask(wanted);
  return window.stream;
};
"""


PULL = """(() => { const track = window.stream.getAudioTracks()[0];
  track.stop();
  track.dispatchEvent(new Event('ended'));
  navigator.mediaDevices.dispatchEvent(new Event('devicechange')); })()"""


def in_frame(page: Page, script: str) -> object:
    return next(one for one in page.frames if "/frame/" in one.url).evaluate(script)


def to_devices(candidate: Candidate) -> None:
    candidate.arrive()
    candidate.agree()
    candidate.frame.get_by_role("button", name="Turn on camera").click()


@pytest.mark.parametrize(("name", "words"), [
    ("NotAllowedError", "Your browser did not allow it"), ("NotFoundError", "No camera or microphone was found"),
    ("NotReadableError", "Another program is using it"), ("OverconstrainedError", "This device does not fit"),
    ("AbortError", "The device did not start"), ("SecurityError", "Recording is not possible on this page"),
])  # fmt: skip
def test_each_failure_has_its_own_words_and_other_ways(candidate: Candidate, page: Page, name: str, words: str) -> None:
    page.add_init_script(FAIL_WITH % name)
    to_devices(candidate)
    candidate.sees(words, 2000)
    for once in ("Answer with audio only", "Answer in writing"):
        expect(candidate.button(once)).to_have_count(1)
    expect(candidate.frame.locator(".notice-box").get_by_role("button", name="Answer with audio only")).to_be_visible()
    candidate.frame.locator(".notice-box").get_by_role("button", name="Answer in writing").click()
    candidate.answer_question(1)
    expect(candidate.frame.get_by_role("textbox", name="Your answer")).to_be_visible()


def test_the_remedy_stays_when_the_language_changes(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    page.add_init_script(FAIL_WITH % "NotAllowedError")
    to_devices(candidate)
    candidate.sees("Your browser did not allow it")
    candidate.frame.get_by_label("Language").select_option("de")
    expect(candidate.heading("Ihr Browser hat es nicht erlaubt")).to_be_visible()
    candidate.frame.locator(".notice-box").get_by_role("button", name="Schriftlich antworten").click()
    candidate.frame.locator("li.row").first.get_by_role("button").click()
    expect(candidate.frame.locator("textarea").first).to_be_visible()
    assert [one["trouble"] for one in room.events if one["trouble"]] == ["device_denied"], "it happened once"


def test_a_denied_permission_is_said_within_two_seconds(browser: Browser, room: FakeGreenroom) -> None:
    context = browser.new_context(permissions=[])
    candidate = Candidate(context.new_page(), room.careers_url)
    to_devices(candidate)
    candidate.sees("Your browser did not allow it", 2000)
    expect(candidate.frame.get_by_role("link", name="Open in a new tab")).to_be_visible()
    context.close()


def test_audio_alone_is_one_action_away_when_the_camera_fails(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    page.add_init_script("""const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      const busy = () => Promise.reject(new DOMException('busy', 'NotReadableError'));
      navigator.mediaDevices.getUserMedia = (wanted) => (wanted.video ? busy() : ask(wanted));""")
    to_devices(candidate)
    candidate.frame.locator(".notice-box").get_by_role("button", name="Answer with audio only").click()
    expect(candidate.frame.get_by_role("heading", name="Check your microphone")).to_be_visible()
    candidate.sees("Ready when you are")
    candidate.button("Go to the questions").click()
    candidate.answer_question(1)
    candidate.record(2)
    [take] = settle(room)
    assert take["kind"] == "audio"


def test_a_stream_without_sound_is_refused(candidate: Candidate, page: Page) -> None:
    page.add_init_script("""const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async () => new MediaStream((await ask({video: true})).getVideoTracks());""")
    to_devices(candidate)
    candidate.sees("No camera or microphone was found")


def test_silence_is_said_within_five_seconds_and_only_then(launch: Callable[..., Browser], silence: Path, room: FakeGreenroom) -> None:
    browser = launch(f"--use-file-for-fake-audio-capture={silence}")
    context = browser.new_context(permissions=["camera", "microphone"])
    candidate = Candidate(context.new_page(), room.careers_url)
    to_devices(candidate)
    candidate.sees("We cannot hear you", 6000)
    browser.close()


def test_someone_who_can_be_heard_is_not_warned(candidate: Candidate) -> None:
    to_devices(candidate)
    candidate.sees("Ready when you are")
    candidate.page.wait_for_timeout(4500)
    expect(candidate.frame.get_by_text("We cannot hear you")).to_have_count(0)


@pytest.mark.parametrize(("trick", "words"), [
    ("AnalyserNode.prototype.getFloatTimeDomainData = (samples) => samples.fill(0.1)", "rather loud around you"),
    ("CanvasRenderingContext2D.prototype.getImageData = () => ({data: new Uint8ClampedArray(3072)})", "rather dark"),
])  # fmt: skip
def test_noise_and_darkness_are_hinted_at(candidate: Candidate, page: Page, trick: str, words: str) -> None:
    page.add_init_script(trick)
    to_devices(candidate)
    candidate.sees(words, 9000)
    expect(candidate.button("Record a test")).to_be_visible()


def test_the_test_clip_plays_and_devices_can_be_chosen(candidate: Candidate) -> None:
    to_devices(candidate)
    expect(candidate.frame.get_by_label("Camera", exact=True)).to_be_visible()
    microphones = candidate.frame.get_by_label("Microphone", exact=True)
    microphones.select_option(index=1)
    candidate.sees("Ready when you are")
    candidate.button("Record a test").click()
    candidate.page.wait_for_timeout(2500)
    candidate.button("Stop recording").click()
    player = candidate.frame.locator("video.player")
    expect(player).to_be_visible()
    candidate.page.wait_for_timeout(800)
    assert 1 < player.evaluate("node => node.duration") < 10


def test_a_device_that_is_gone_falls_back_to_its_name_and_then_to_the_default(candidate: Candidate, page: Page) -> None:
    page.add_init_script("""const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (wanted) => {
        (window.wanted ||= []).push(JSON.stringify(wanted.audio.deviceId || null));
        if (wanted.audio.deviceId && !window.failed) {
          window.failed = true;
          return Promise.reject(new DOMException('gone', 'OverconstrainedError'));
        }
        return ask(wanted);
      };""")
    to_devices(candidate)
    candidate.frame.get_by_label("Microphone", exact=True).select_option(index=1)
    page.wait_for_timeout(800)
    candidate.sees("Ready when you are")
    asked = in_frame(page, "window.wanted")
    assert isinstance(asked, list)
    assert asked[0] == "null"
    assert asked[1] == asked[2] != "null", "the same name is found again"


@pytest.mark.parametrize(("kind", "words"), [("audio", "The microphone stopped"), ("video", "The camera stopped")])
def test_a_device_pulled_in_the_middle_keeps_the_take_and_costs_no_retake(
    candidate: Candidate, page: Page, room: FakeGreenroom, kind: str, words: str
) -> None:
    page.add_init_script(KEEP_STREAM)
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(3000)
    in_frame(page, f"window.stream.getTracks().find((one) => one.kind === '{kind}').dispatchEvent(new Event('ended'))")
    candidate.sees(words)
    candidate.sees("Recording again costs you nothing")
    candidate.button("Record again").click()
    candidate.record(2)
    first, second = settle(room, count=2)
    assert first["reason"] == "interrupted"
    assert_whole(room, first, 2)
    assert [first["technical"], second["technical"]] == [False, True]


def test_an_answer_cut_by_a_pulled_device_can_be_gone_on_with(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    page.add_init_script(KEEP_STREAM)
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(2500)
    in_frame(page, PULL)
    candidate.sees("The microphone stopped")
    candidate.go_on(2)
    [take] = settle(room)
    assert_whole(room, take, 4)
    assert room.take_bytes(take).count(WEBM) == 2, "two containers in one take"
    candidate.sees("Recording again costs you nothing")
    candidate.keep()
    candidate.is_at(2)


def test_another_program_taking_the_microphone_ends_the_take_after_a_second_not_before(
    candidate: Candidate, page: Page, room: FakeGreenroom
) -> None:
    page.add_init_script(KEEP_STREAM)
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(1500)
    mute = "window.stream.getAudioTracks()[0].dispatchEvent(new Event('%s'))"
    in_frame(page, mute % "mute")
    page.wait_for_timeout(300)
    in_frame(page, mute % "unmute")
    page.wait_for_timeout(1500)
    expect(candidate.button("Stop recording")).to_be_visible()
    in_frame(page, mute % "mute")
    candidate.sees("took the microphone")
    candidate.button("Use it as it is").click()
    expect(candidate.heading("Watch your answer")).to_be_visible()
    [take] = settle(room)
    assert_whole(room, take, 3)


def test_a_headset_that_goes_in_the_middle_keeps_the_take_and_the_next_one_has_the_new_microphone(
    candidate: Candidate, page: Page, room: FakeGreenroom
) -> None:
    page.add_init_script(KEEP_STREAM)
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(2500)
    asked = in_frame(page, "window.wanted.length")
    in_frame(page, PULL)
    candidate.sees("The microphone stopped")
    candidate.sees("Recording again costs you nothing")
    candidate.button("Record again").click()
    candidate.record(2)
    assert in_frame(page, "window.wanted.length") == int(str(asked)) + 1, "the devices are asked for again: the old microphone is dead"
    assert in_frame(page, "!window.wanted.at(-1).audio.deviceId"), "whatever is the default now"
    first, second = settle(room, count=2)
    assert_whole(room, first, 2)
    assert_whole(room, second, 2)
    assert second["technical"]


def test_a_headset_that_comes_is_offered_at_the_device_check(candidate: Candidate, page: Page) -> None:
    page.add_init_script(KEEP_STREAM)
    to_devices(candidate)
    microphones = candidate.frame.get_by_label("Microphone", exact=True)
    expect(microphones).to_be_visible()
    in_frame(
        page,
        """(() => { const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
      const headset = {kind: 'audioinput', deviceId: 'headset', label: 'Headset', groupId: 'x'};
      navigator.mediaDevices.enumerateDevices = async () => [...await list(), headset];
      navigator.mediaDevices.dispatchEvent(new Event('devicechange')); })()""",
    )
    expect(microphones.locator("option", has_text="Headset")).to_have_count(1)
    candidate.sees("Ready when you are")


def test_a_call_ends_the_take_and_after_it_recording_goes_on_with_a_fresh_microphone(
    candidate: Candidate, page: Page, room: FakeGreenroom
) -> None:
    page.add_init_script(KEEP_STREAM)
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(2000)
    call = """(() => { const track = window.stream.getAudioTracks()[0];
      Object.defineProperty(track, 'muted', {value: %s, configurable: true});
      track.dispatchEvent(new Event('%s')); })()"""
    in_frame(page, call % ("true", "mute"))
    candidate.sees("took the microphone")
    candidate.sees("Recording again costs you nothing")
    candidate.button("Record again").click()
    candidate.sees("Ready when you are")
    assert in_frame(page, "window.stream.getAudioTracks()[0].muted") is False, "not the microphone that gives silence"
    in_frame(page, call % ("true", "pass"))  # the call is still on when the next take begins
    candidate.button("Start recording").click()
    expect(candidate.button("Record again")).to_be_visible()  # what was said of the first call may still stand
    candidate.sees("took the microphone")
    in_frame(page, call % ("false", "unmute"))
    candidate.button("Record again").click()
    candidate.record(2)
    takes = settle(room, count=3)
    assert [take["technical"] for take in takes] == [False, True, True]
    assert_whole(room, takes[0], 2)
    assert_whole(room, takes[2], 2)


def test_a_hidden_page_pauses_and_goes_on_when_the_candidate_says_so(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(2000)
    hide = (
        "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});document.dispatchEvent(new Event('visibilitychange'))"
    )
    in_frame(page, hide % "true")
    page.wait_for_timeout(3000)
    in_frame(page, hide % "false")
    candidate.sees("Paused while you were away")
    candidate.button("Go on recording").click()
    page.wait_for_timeout(1500)
    candidate.stop_recording()
    [take] = settle(room)
    assert take["seconds"] < 6, "the pause does not count"
    assert_whole(room, take, 3)


def test_a_container_that_gives_no_data_is_left_for_the_next(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    page.add_init_script("""const Real = MediaRecorder;
      class Deaf extends EventTarget { constructor(s, o) { super(); this.mimeType = o.mimeType; this.state = 'inactive'; }
        start() { this.state = 'recording'; setTimeout(() => this.onstart && this.onstart(new Event('start'))); }
        stop() {} pause() {} resume() {} }
      window.MediaRecorder = function (stream, options) { return new (/vp9/.test(options.mimeType) ? Deaf : Real)(stream, options); };
      window.MediaRecorder.isTypeSupported = Real.isTypeSupported.bind(Real);""")
    candidate.begin()
    candidate.start_recording()
    candidate.sees("Please begin your answer again", 8000)
    page.wait_for_timeout(4000)
    candidate.button("Stop recording").click()
    [take] = settle(room)
    assert "vp9" not in take["filetype"]


DEAF = """const Real = MediaRecorder; window.tried = [];
  class Deaf extends EventTarget {
    state = 'inactive';
    constructor(stream, options) { super(); this.mimeType = options.mimeType; window.tried.push(options.mimeType); }
    start() { this.state = 'recording'; setTimeout(() => this.onstart && this.onstart(new Event('start'))); }
    stop() {} pause() {} resume() {} }
  window.MediaRecorder = function (stream, options) {
    return new (options.videoBitsPerSecond ? Deaf : Real)(stream, options); };
  window.MediaRecorder.isTypeSupported = Real.isTypeSupported.bind(Real);"""


def test_video_that_gives_nothing_twice_becomes_sound_and_no_later_take_waits_for_it(
    candidate: Candidate, page: Page, room: FakeGreenroom
) -> None:
    page.add_init_script(DEAF)
    candidate.begin()
    candidate.start_recording()
    candidate.sees("so we record sound only", 8000)
    page.wait_for_timeout(2500)
    candidate.stop_recording()
    candidate.button("Record again").click()
    candidate.record(2)
    assert [take["kind"] for take in settle(room, count=2)] == ["audio", "audio"]
    tried = in_frame(page, "window.tried")
    assert isinstance(tried, list)
    assert len(tried) == 2


def test_a_type_that_had_given_nothing_when_the_candidate_stopped_is_not_tried_again(candidate: Candidate, page: Page) -> None:
    page.add_init_script(DEAF.replace("stop() {}", "stop() { this.state = 'inactive'; this.onstop(); }"))
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(2300)
    candidate.button("Stop recording").click()
    candidate.sees("This browser could not record")
    candidate.start_recording()
    tried = in_frame(page, "window.tried")
    assert isinstance(tried, list)
    assert len(set(tried)) == 2


def test_a_press_while_devices_open_by_themselves_does_nothing(candidate: Candidate, page: Page) -> None:
    page.add_init_script(KEEP_STREAM.replace("await ask(wanted)", "await new Promise((go) => setTimeout(go, 800)).then(() => ask(wanted))"))
    candidate.begin()
    candidate.sees("Ready when you are")
    candidate.button("All questions").click()
    candidate.answer_question(1)
    asked = in_frame(page, "window.wanted.length")
    record = candidate.button("Start recording")
    expect(record).to_have_attribute("aria-disabled", "true")
    record.click(force=True)
    record.focus()
    page.keyboard.press("Enter")
    candidate.sees("Ready when you are. Not recording.")
    expect(record).to_be_focused()
    assert in_frame(page, "window.wanted.length") == asked, "asked for once"


def test_an_mp4_recorder_is_used_where_there_is_no_webm_and_its_type_is_what_is_kept(
    candidate: Candidate, page: Page, room: FakeGreenroom
) -> None:
    page.add_init_script("""const can = MediaRecorder.isTypeSupported.bind(MediaRecorder);
      MediaRecorder.isTypeSupported = (type) => !type.includes('webm') && can(type);""")
    candidate.begin()
    candidate.record(3)
    [take] = settle(room)
    assert take["filetype"].startswith("video/mp4")
    assert room.take_bytes(take)[4:8] == b"ftyp"


def test_a_browser_that_slept_pauses_says_so_and_goes_on(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(1500)
    in_frame(page, "(() => { const until = performance.now() + 7500; while (performance.now() < until); })()")
    candidate.sees("this device was asleep")
    candidate.button("Go on recording").click()
    page.wait_for_timeout(1500)
    candidate.stop_recording()
    [take] = settle(room)
    assert take["reason"] == "stopped"
    assert_whole(room, take, 2)


def test_a_microphone_pulled_before_recording_is_named(candidate: Candidate, page: Page) -> None:
    page.add_init_script(KEEP_STREAM)
    to_devices(candidate)
    candidate.sees("Ready when you are")
    in_frame(page, "window.stream.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    candidate.sees("The microphone stopped")


def test_a_missing_camera_that_is_called_overconstrained_is_named_missing(candidate: Candidate, page: Page) -> None:
    page.add_init_script(FAIL_WITH % "OverconstrainedError" + "navigator.mediaDevices.enumerateDevices = () => Promise.resolve([]);")
    to_devices(candidate)
    candidate.sees("No camera or microphone was found", 2000)


def test_a_browser_without_a_recorder_takes_a_recording_made_elsewhere(
    candidate: Candidate, page: Page, room: FakeGreenroom, silence: Path
) -> None:
    page.add_init_script("delete window.MediaRecorder")
    candidate.begin()
    candidate.button("Start recording").click()
    candidate.sees("This browser could not record")
    candidate.frame.get_by_label("Or choose a recording").set_input_files(silence)
    expect(candidate.heading("Watch your answer")).to_be_visible()
    [take] = settle(room)
    assert room.take_bytes(take) == silence.read_bytes()
    assert take["seconds"] == 10


def test_a_browser_without_a_recorder_offers_other_ways(candidate: Candidate, page: Page) -> None:
    page.add_init_script("delete window.MediaRecorder")
    candidate.begin()
    candidate.button("Start recording").click()
    candidate.sees("This browser could not record")
    candidate.choose("Text")
    expect(candidate.frame.get_by_role("textbox", name="Your answer")).to_be_visible()


def test_the_self_view_can_be_hidden_while_recording_goes_on(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.start_recording()
    candidate.button("Hide my picture").click()
    expect(candidate.frame.locator("video.self")).to_be_hidden()
    candidate.page.wait_for_timeout(1500)
    candidate.stop_recording()
    [take] = settle(room)
    assert take["kind"] == "video"


def test_the_camera_is_off_outside_the_questions(candidate: Candidate, page: Page, context: BrowserContext) -> None:
    page.add_init_script(KEEP_STREAM)
    candidate.begin()
    candidate.sees("Ready when you are")
    candidate.button("All questions").click()
    candidate.sees("Answer in any order")
    assert in_frame(page, "window.stream.getTracks().every((one) => one.readyState === 'ended')")


def test_the_choice_of_devices_comes_late_and_moves_no_button(candidate: Candidate) -> None:
    candidate.arrive()
    candidate.agree()
    candidate.frame.get_by_role("button", name=re.compile("^Turn on")).click()
    candidate.sees("Ready when you are")
    onward = candidate.button("Go to the questions")
    top = "button => button.getBoundingClientRect().top - document.querySelector('h1').getBoundingClientRect().top"
    before = onward.evaluate(top)
    expect(candidate.frame.locator(".pickers select").first).to_be_visible()
    assert onward.evaluate(top) == before
