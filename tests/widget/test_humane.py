"""What a nervous person with one chance needs: another way at once, no hurry, nothing typed twice, a say afterwards."""

from __future__ import annotations

import re
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.adapters import recordings
from tests.widget.candidate import Candidate
from tests.widget.fake_server import FakeGreenroom, Refused
from widget import files

NO_MEDIA = "delete Navigator.prototype.mediaDevices; delete window.MediaRecorder; delete window.AudioContext;"
VOICES = """(() => {
  const voices = [{lang: 'en-US', localService: %s, name: 'v'}];
  window.spoken = [];
  class Utterance { constructor(text) { this.text = text; } }
  Object.defineProperty(window, 'SpeechSynthesisUtterance', {value: Utterance});
  Object.defineProperty(window, 'speechSynthesis', {value: {
    speaking: false, getVoices: () => voices, cancel() { this.speaking = false; }, addEventListener() {}, removeEventListener() {},
    speak(one) { this.speaking = true; window.spoken.push([one.text, one.lang, one.voice.name]); },
  }});
})();"""


def inner(page: Page) -> Frame:
    return next(one for one in page.frames if "/frame/" in one.url)


def ask_for(candidate: Candidate, *labels: str) -> None:
    candidate.button("Need another way to answer?").click()
    for label in labels:
        candidate.frame.get_by_label(label).check()
    candidate.button("Use this").click()


def test_help_is_two_keys_from_the_first_screen_even_without_any_media_api(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    page.add_init_script(NO_MEDIA)
    candidate.arrive()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(candidate.heading("Another way to answer")).to_be_focused()
    candidate.sees("Ana Souza, ana@acme.example")
    candidate.frame.get_by_label("Answer with audio or in writing").check()
    candidate.frame.get_by_label("Anything else you need").fill("I would like to talk on the telephone.")
    candidate.button("Use this").click()
    candidate.sees("Please enter your e-mail address")
    candidate.frame.get_by_label("Your e-mail address").fill("carla@home.test")
    candidate.button("Use this").click()
    candidate.sees("Your message was passed on to Ana Souza.")
    asked = room.inquiries[0]
    assert (asked["kind"], asked["message"], asked["email"]) == ("help", "I would like to talk on the telephone.", "carla@home.test")
    assert not room.sessions


def test_somebody_who_only_writes_arrives_like_everybody_else(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    page.add_init_script(NO_MEDIA)
    for one in room.interview["questions"]:
        one["kinds"] = ["video"]
    candidate.arrive()
    ask_for(candidate, "Answer with audio or in writing")
    page.reload()  # what was chosen before the start outlives the page
    candidate.sees("Ways to answer: Video, Audio, Text")
    candidate.agree()
    assert room.only_session["other_kinds"] is True
    candidate.button("Answer in writing").last.click()
    candidate.answer_question(1)
    candidate.finish_in_writing(1, 2, 3)
    candidate.submit()
    assert {answer["kind"] for answer in room.only_session["answers"].values()} == {"text"}


def test_more_time_is_no_limit_at_all(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    room.interview["questions"][0] |= {"answer_seconds": 1, "hard_seconds": 2, "thinking_seconds": 30}
    candidate.begin()
    candidate.sees("Time to think: about 30 seconds left")
    ask_for(candidate, "More time")
    candidate.sees("There is no time limit for your answer")
    expect(candidate.frame.get_by_text("Time to think")).to_have_count(0)
    candidate.start_recording()
    page.wait_for_timeout(11_500)  # over ten times the limit, and over five times the cap
    expect(candidate.button("Stop recording")).to_be_visible()
    expect(candidate.frame.get_by_text("suggested time")).to_have_count(0)
    candidate.stop_recording()
    candidate.sees("Safe with us")
    take = room.only_session["takes"][0]
    assert (take["reason"], take["seconds"] > 10) == ("stopped", True)


def test_the_picture_can_be_hidden_while_recording_goes_on(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.start_recording()
    candidate.button("Hide my picture").click()
    expect(candidate.frame.locator("video.self")).to_be_hidden()
    expect(candidate.frame.locator(".level")).to_be_hidden()
    expect(candidate.frame.locator("[data-stage=recording]")).to_be_visible()
    candidate.page.wait_for_timeout(1500)
    candidate.stop_recording()
    candidate.button("Record again").click()
    candidate.sees("Ready when you are")
    expect(candidate.frame.locator("video.self")).to_be_hidden()  # still: it need not be said twice
    candidate.button("Show my picture").click()
    expect(candidate.frame.locator("video.self")).to_be_visible()


def test_recording_is_told_by_words_and_shape_not_by_colour_alone(candidate: Candidate) -> None:
    dot = "getComputedStyle(document.querySelector('.state'), '::before').backgroundColor"
    candidate.begin()
    frame = inner(candidate.page)
    candidate.sees("Ready when you are. Not recording.")
    hollow = frame.evaluate(dot)
    candidate.start_recording()
    expect(candidate.frame.locator(".state")).to_have_text("Recording")
    assert (hollow, frame.evaluate(dot) == hollow) == ("rgba(0, 0, 0, 0)", False)


def test_nothing_typed_is_asked_for_again(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.arrive()
    candidate.frame.get_by_label("Your name").fill("Carla Candidate")
    candidate.frame.get_by_label("Your e-mail address").fill("carla@home.test")
    candidate.frame.locator("input[name=recording]").check()
    candidate.button("Need another way to answer?").click()
    expect(candidate.frame.get_by_label("Your e-mail address")).to_have_value("carla@home.test")
    candidate.frame.locator("input[name=more_time]").check()
    candidate.frame.locator("textarea").fill("I hear badly.")
    candidate.speaks("de")
    expect(candidate.frame.locator("input[name=more_time]")).to_be_checked()
    expect(candidate.frame.locator("textarea")).to_have_value("I hear badly.")
    candidate.speaks("en")
    candidate.button("Back").click()
    expect(candidate.frame.locator("input[name=recording]")).to_be_checked()
    room.notice["hash"] = "n2"
    candidate.button("Start").click()
    candidate.sees("has changed meanwhile")
    expect(candidate.frame.get_by_label("Your name")).to_have_value("Carla Candidate")
    expect(candidate.frame.locator("input[name=recording]")).not_to_be_checked()  # agreed to other words
    candidate.frame.get_by_label("Language").select_option("de")
    expect(candidate.frame.locator("input[name=email]")).to_have_value("carla@home.test")


def test_who_was_invited_by_name_is_never_asked_who_they_are(page: Page, room: FakeGreenroom) -> None:
    room.person = {"name": "Ivo", "email": "ivo@home.test"}
    candidate = Candidate(page, room.careers_url)
    candidate.arrive()
    candidate.sees("You are answering as Ivo.")
    expect(candidate.frame.locator("input[name=name], input[name=email]")).to_have_count(0)
    candidate.button("Need another way to answer?").click()
    expect(candidate.frame.get_by_label("Your e-mail address")).to_have_count(0)


def test_a_clip_of_the_employer_waits_to_be_played_and_has_captions_on(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    clip = recordings.record(2.0, live=False)
    words = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello from the team\n"
    room.clips = {"welcome": ("video/webm", clip), "words": ("text/vtt", words)}
    shown = {"url": "/media/welcome", "captions_url": "/media/words", "seconds": 2, "kind": "video"}
    room.interview["welcome_clip"] = shown
    room.interview["questions"][0]["clip"] = shown
    candidate.arrive()
    for label in ("A welcome from Acme Support", "The question as a video"):
        video = candidate.frame.get_by_label(label)
        expect(video).to_be_visible()
        page.wait_for_timeout(700)
        state = video.evaluate("one => [one.paused, one.currentTime, one.controls, one.textTracks[0].mode, one.textTracks[0].language]")
        assert state == [True, 0, True, "showing", "en"]
        assert video.evaluate("async one => { one.muted = true; await one.play(); return one.textTracks[0].cues[0].text; }") == (
            "Hello from the team"
        )
        if label.startswith("A welcome"):
            candidate.agree()
            candidate.button("Go to the questions").click()
            candidate.answer_question(1)
    candidate.sees("Tell us about a customer")  # the words stand there as well


def test_a_clip_that_cannot_be_played_leaves_the_words(candidate: Candidate, room: FakeGreenroom) -> None:
    room.interview["welcome_clip"] = {"url": "/media/gone", "captions_url": "/media/gone", "seconds": 2}
    candidate.arrive()
    expect(candidate.frame.locator(".told")).to_have_count(0)
    candidate.sees("Thank you for taking the time.")


@pytest.mark.parametrize("is_local", [True, False])
def test_a_question_is_read_aloud_only_by_a_voice_of_this_device(candidate: Candidate, page: Page, is_local: bool) -> None:
    page.add_init_script(VOICES % str(is_local).lower())
    candidate.begin()
    read = candidate.button("Read aloud")
    if not is_local:
        expect(read).to_be_hidden()
        return
    assert inner(page).evaluate("window.spoken") == []
    read.click()
    [[text, language, voice]] = inner(page).evaluate("window.spoken")
    assert (text.startswith("Tell us about a customer"), language, voice) == (True, "en", "v")
    expect(candidate.button("Stop reading aloud")).to_be_visible()


def test_times_are_those_of_the_candidates_own_place(browser: Browser, room: FakeGreenroom) -> None:
    room.interview["deadline"] = "2027-03-01T18:30:00Z"
    context = browser.new_context(timezone_id="Asia/Kolkata", locale="en-GB")
    candidate = Candidate(context.new_page(), room.careers_url)
    candidate.arrive()
    candidate.sees(re.compile(r"Open until Tuesday,? 2 March 2027 at 00:00 GMT\+5:30"))
    context.close()


def test_the_end_is_told_in_time_and_one_press_moves_it(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    room.interview["deadline"] = (datetime.now(UTC) + timedelta(minutes=9)).isoformat()
    page.clock.install()
    candidate.begin()
    page.clock.fast_forward(15_000)
    candidate.sees("This interview closes in 9 minutes")
    candidate.button("Take 15 more minutes").press("Space")
    candidate.sees("Done. This interview is now open until")
    page.clock.fast_forward(15_000)
    expect(candidate.frame.get_by_text("This interview closes in")).to_have_count(0)


def test_nobody_is_cut_off_by_the_end_in_the_middle_of_an_answer(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    page.clock.install()
    candidate.begin()
    session = room.only_session
    session["deadline"] = (datetime.now(UTC) + timedelta(seconds=50)).isoformat()
    candidate.page.reload()
    candidate.answer_question(1)
    candidate.start_recording()
    page.clock.fast_forward(15_000)
    candidate.sees("Done. This interview is now open until")
    assert session["extensions"] == 1


def test_time_and_progress_are_told_before_and_on_the_way(candidate: Candidate) -> None:
    candidate.arrive()
    candidate.sees("3 questions, about 12 minutes in all")
    candidate.sees("Once you start, you have 14 days to finish")
    candidate.frame.get_by_text("Read the questions first").click()
    candidate.sees("How do you decide what to do first")
    candidate.agree()
    candidate.button("Go to the questions").click()
    candidate.sees("0 of 3 answered, about 12 minutes left")
    candidate.answer_question(2)
    candidate.sees("Question 2 of 3")
    candidate.choose("Text")
    candidate.frame.get_by_role("textbox", name="Your answer").fill("What hurts people most comes first.")
    candidate.button("All questions").click()
    candidate.sees("1 of 3 answered, about 8 minutes left")


def submitted_in_writing(candidate: Candidate) -> None:
    candidate.arrive()
    candidate.agree()
    candidate.button("Answer in writing").last.click()
    candidate.answer_question(1)
    candidate.finish_in_writing(1, 2, 3)
    candidate.submit()


def too_often(_: str, path: str) -> None:
    if path == "/c/inquiries":
        raise Refused(429, "too_many", wait=1325)


def test_after_submitting_a_candidate_may_ask_for_their_rights(candidate: Candidate, room: FakeGreenroom) -> None:
    submitted_in_writing(candidate)
    candidate.sees("No person has scored your answers yet.")
    candidate.button("Send").click()
    candidate.sees("Please choose what you ask for.")
    candidate.frame.get_by_label("deleting my recordings and data").check()
    candidate.frame.get_by_role("textbox").fill("x" * 2005)
    candidate.sees("5 characters too many.")
    candidate.button("Send").click()
    expect(candidate.frame.get_by_role("textbox")).to_be_focused()
    assert not room.inquiries
    candidate.frame.get_by_role("textbox").fill("All of it, please.")
    expect(candidate.frame.get_by_text("too many")).to_be_hidden()
    candidate.speaks("de")
    candidate.speaks("en")
    expect(candidate.frame.get_by_role("textbox")).to_have_value("All of it, please.")
    room.faults["before"] = too_often
    candidate.button("Send").click()
    candidate.sees("That was too often in a short time. Please try again in 23 minutes.")
    room.faults.clear()
    candidate.button("Send").click()
    expect(candidate.button("Send").locator("xpath=following-sibling::*")).to_have_text("Your message was passed on to Ana Souza.")
    candidate.speaks("de")
    expect(candidate.frame.locator(".asked li")).to_have_count(1)
    expect(candidate.frame.get_by_role("textbox")).to_have_value("")
    candidate.speaks("en")
    candidate.page.reload()
    candidate.sees("deleting my recordings and data", 15_000)
    expect(candidate.frame.locator(".asked li")).to_have_count(1)
    candidate.button("Need another way to answer?").click()
    candidate.frame.get_by_label("a person to look again").check()
    candidate.button("Send").click()
    candidate.sees("Your message was passed on")
    assert [one["kind"] for one in room.inquiries] == ["erasure", "review"]


def test_after_submitting_a_candidate_corrects_what_was_heard_and_takes_agreement_back(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.arrive()
    candidate.frame.locator("input[name=ai]").check()
    submitted_in_writing(candidate)
    session = room.only_session
    assert session["consent"]["ai"] is False  # reloading the page gave the tick back
    heard = {"take_id": "t1", "position": 1, "number": 1, "author": "machine", "language": "en", "text": "I listen at first."}
    session["transcripts"] = [heard]
    candidate.page.reload()
    candidate.sees("Software turned your spoken answers into text.")
    candidate.frame.locator("summary", has_text="Question 1").click()
    candidate.frame.get_by_label("What was heard").fill("I listened first.")
    candidate.speaks("de")
    expect(candidate.frame.locator("details textarea")).to_be_visible()
    expect(candidate.frame.locator("details textarea")).to_have_value("I listened first.")
    candidate.speaks("en")
    candidate.button("Save my correction").click()
    expect(candidate.button("Save my correction").locator("xpath=following-sibling::*")).to_have_text("Saved.")
    assert (heard["text"], heard["author"], heard["number"]) == ("I listened first.", "candidate", 2)
    heard["number"] = 5  # somebody else was quicker
    candidate.button("Save my correction").click()
    candidate.sees("This was changed in the meantime.")
    box = candidate.frame.get_by_label("I also agree that software helps")
    for wanted in (True, False):
        box.set_checked(wanted)
        candidate.page.wait_for_timeout(300)
        assert session["consent"]["ai"] is wanted


def test_words_that_come_late_move_nothing_that_could_be_pressed(candidate: Candidate, room: FakeGreenroom) -> None:
    submitted_in_writing(candidate)
    heard = {"take_id": "t1", "position": 1, "number": 1, "author": "machine", "language": "en", "text": "I listen at first."}
    room.only_session["transcripts"] = [heard]
    arrived = threading.Event()
    room.faults["before"] = lambda method, path: path == "/c/transcripts" and arrived.wait(20)
    candidate.page.reload()
    candidate.sees("SHA-256")
    candidate.settles()
    before = candidate.button("Send").bounding_box()
    arrived.set()
    expect(candidate.frame.locator("details textarea")).to_have_value("I listen at first.")
    candidate.settles()
    assert candidate.button("Send").bounding_box() == before


def test_a_link_that_does_not_work_still_says_whom_to_ask(page: Page, room: FakeGreenroom) -> None:
    page.goto(f"{room.origin}/i#nonsense")
    expect(page.get_by_role("heading", level=1)).to_have_text("That did not work")
    page.get_by_role("button", name="Need another way to answer?").click()
    expect(page.get_by_text("Write to the person or company that sent you the link.")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That did not work")


def test_a_new_language_is_one_file(candidate: Candidate, room: FakeGreenroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = shutil.copytree(files.FRAME, tmp_path / "frame")
    shutil.copy(frame / "words" / "es.json", frame / "words" / "pt.json")
    monkeypatch.setattr(files, "FRAME", frame)
    candidate.arrive()
    candidate.frame.get_by_label("Language").select_option(label="Português")
    expect(candidate.frame.locator("html")).to_have_attribute("lang", "pt")
    expect(candidate.button("Empezar")).to_be_visible()


def test_the_end_of_time_to_think_starts_nothing(candidate: Candidate, room: FakeGreenroom) -> None:
    room.interview["questions"][0] |= {"thinking_seconds": 1}
    candidate.begin()
    candidate.sees("The time to think is over. Start when you are ready.")
    candidate.sees("Ready when you are. Not recording.")
    assert not room.only_session["takes"]
