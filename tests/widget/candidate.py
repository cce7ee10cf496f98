"""What a candidate does in the frame, by the words on the screen."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Locator, Page, expect


class Candidate:
    """Someone who answers on the employer's careers page."""

    def __init__(self, page: Page, careers_url: str) -> None:
        self.page, self.careers_url = page, careers_url
        self.frame: FrameLocator = page.frame_locator("greenroom-interview iframe")

    def button(self, name: str) -> Locator:
        return self.frame.get_by_role("button", name=name, exact=True)

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        return self.frame.get_by_role("heading", name=name)

    def sees(self, text: str | re.Pattern[str], timeout: float = 15_000) -> None:
        expect(self.frame.get_by_text(text).first).to_be_visible(timeout=timeout)

    def settles(self) -> None:
        """The page around has followed the frame's height and shows it: a press now meets what the candidate sees."""
        self.frame.locator("#room").evaluate("""async (room) => {
            while (parent !== window && room.getBoundingClientRect().height > innerHeight) await new Promise((go) => setTimeout(go, 20));
        }""")
        self.page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")

    def speaks(self, code: str) -> None:
        """Another language, once its screen stands."""
        self.frame.locator("#foot select").select_option(code)
        expect(self.frame.locator("html")).to_have_attribute("lang", code)
        expect(self.frame.locator("#foot select")).to_be_focused()

    def arrive(self) -> None:
        self.page.goto(self.careers_url)
        self.page.locator("greenroom-interview").scroll_into_view_if_needed()
        expect(self.frame.get_by_role("heading", level=1)).to_be_visible(timeout=15_000)

    def agree(self, name: str = "Carla Candidate", email: str = "carla@home.test") -> None:
        self.frame.get_by_label("Your name").fill(name)
        self.frame.get_by_label("Your e-mail address").fill(email)
        self.consent()

    def consent(self) -> None:
        self.frame.locator("input[name=recording]").check()
        self.button("Start").click()
        expect(self.heading(re.compile("Check your|Your questions"))).to_be_visible(timeout=15_000)

    def check_devices(self) -> None:
        self.frame.get_by_role("button", name=re.compile("^Turn on")).click()
        self.sees("Ready when you are")
        expect(self.frame.locator(".pickers select").first).to_be_visible()
        self.settles()
        self.button("Go to the questions").click()

    def begin(self) -> None:
        """Through the notice to the first question, camera on."""
        self.arrive()
        self.agree()
        self.check_devices()
        self.answer_question(1)

    def is_at(self, position: int) -> None:
        expect(self.frame.get_by_role("heading", level=1)).to_contain_text(f"Question {position}", timeout=15_000)
        self.settles()

    def answer_question(self, position: int) -> None:
        expect(self.frame.locator("li.row").nth(position - 1)).to_be_visible()
        self.settles()
        self.frame.locator("li.row").nth(position - 1).get_by_role("button").click()
        self.is_at(position)

    def choose(self, kind: str) -> None:
        self.frame.locator(".kinds label", has_text=kind).click()
        expect(self.frame.get_by_role("radio", name=kind, exact=True)).to_be_checked()

    def start_recording(self, named: str = "Start recording") -> None:
        turn_on = self.frame.get_by_role("button", name=re.compile("^Turn on"))
        record = self.button(named)
        expect(turn_on.or_(record)).to_be_visible()
        if turn_on.is_visible():
            turn_on.click()
        record.click()
        expect(self.button("Stop recording")).to_be_visible()

    def stop_recording(self) -> None:
        self.button("Stop recording").click()
        expect(self.heading("Watch your answer")).to_be_visible(timeout=15_000)

    def record(self, seconds: float) -> None:
        self.start_recording()
        self.page.wait_for_timeout(seconds * 1000)
        self.stop_recording()

    def go_on(self, seconds: float) -> None:
        """With an answer that was cut off."""
        self.button("Go on with this answer").click()
        self.start_recording("Go on recording")
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

    def finish_in_writing(self, *positions: int) -> None:
        """Answers the open questions in text and stops at the check."""
        for position in positions:
            self.is_at(position)
            self.write(f"My answer to question {position}, in writing.")
        expect(self.heading("Check your answers")).to_be_visible()

    def submit(self) -> None:
        self.button("Submit my answers").click()
        self.is_submitted()

    def is_submitted(self) -> None:
        expect(self.frame.get_by_role("heading", name="Submitted", exact=True)).to_be_visible(timeout=60_000)
        self.settles()


def on_its_own_page(page: Page, address: str) -> Candidate:
    """The hosted page: the same words, no frame around them."""
    hosted = Candidate(page, address)
    hosted.frame = page  # type: ignore[assignment]
    return hosted
