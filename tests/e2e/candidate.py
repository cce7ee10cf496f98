"""What a candidate does in the frame, by the words on the screen."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Locator, Page, expect

LONG = 60_000
expect.set_options(timeout=15_000)


class Candidate:
    """Someone who answers on the employer's careers page."""

    def __init__(self, page: Page, careers_url: str) -> None:
        self.page, self.careers_url = page, careers_url
        self.frame: FrameLocator = page.frame_locator("greenroom-interview iframe")

    def button(self, name: str) -> Locator:
        return self.frame.get_by_role("button", name=name, exact=True)

    def arrive(self) -> None:
        self.page.goto(self.careers_url)
        self.page.locator("greenroom-interview").scroll_into_view_if_needed()
        expect(self.frame.get_by_role("heading", level=1)).to_be_visible()

    def agree(self, name: str = "Carla Candidate", email: str = "carla@home.test") -> None:
        self.frame.get_by_label("Your name").fill(name)
        self.frame.get_by_label("Your e-mail address").fill(email)
        self.consent()

    def follow_link(self) -> None:
        """The hosted page: the same words, no frame around them."""
        self.frame = self.page  # type: ignore[assignment]
        self.page.goto(self.careers_url)
        expect(self.frame.get_by_role("heading", level=1)).to_be_visible()

    def consent(self) -> None:
        self.frame.locator("input[name=recording]").check()
        self.button("Start").click()
        expect(self.frame.get_by_role("heading", name=re.compile("Check your"))).to_be_visible()

    def watch(self, words: str) -> None:
        """Plays the employer's clip, whose captions are on."""
        clip = self.frame.locator("video.player")
        clip.click()
        for _ in range(100):
            if clip.evaluate("clip => clip.currentTime > 0.3 && clip.textTracks[0].activeCues?.[0]?.text") == words:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("the clip does not play with its captions")

    def check_devices(self) -> None:
        self.frame.get_by_role("button", name=re.compile("^Turn on")).click()
        expect(self.frame.get_by_text("Ready when you are")).to_be_visible()
        self.button("Go to the questions").click()
        self.open_question()

    def open_question(self) -> None:
        """From the overview to the first question without an answer."""
        self.button("Answer").first.click()

    def choose(self, kind: str) -> None:
        self.frame.locator(".kinds label", has_text=kind).click()
        expect(self.frame.get_by_role("radio", name=kind, exact=True)).to_be_checked()

    def start_recording(self, named: str = "Start recording") -> None:
        """Turns the devices on where the browser has not granted them for good, then records."""
        turn_on, record = self.frame.get_by_role("button", name=re.compile("^Turn on")), self.button(named)
        stop = self.button("Stop recording")
        for _ in range(60):
            if stop.is_visible():
                return
            for button in (turn_on, record):
                if button.is_visible():
                    button.click(timeout=2000, force=True)
            self.page.wait_for_timeout(500)
        expect(stop).to_be_visible()

    def stop_recording(self) -> None:
        self.button("Stop recording").click()
        expect(self.frame.get_by_role("heading", name="Watch your answer")).to_be_visible()

    def record(self, seconds: float) -> None:
        self.start_recording()
        self.page.wait_for_timeout(seconds * 1000)
        self.stop_recording()

    def keep(self) -> None:
        self.button("Keep and go on").click()

    def write(self, text: str) -> None:
        box, choice = self.frame.get_by_role("textbox", name="Your answer"), self.frame.get_by_role("radio", name="Text", exact=True)
        expect(box.or_(choice).first).to_be_visible()
        if not box.is_visible():
            self.choose("Text")
        box.fill(text)
        self.button("Use this answer and go on").click()

    def submit(self) -> None:
        self.button("Submit my answers").click()
        expect(self.frame.get_by_role("heading", name="Submitted", exact=True)).to_be_visible(timeout=LONG)
