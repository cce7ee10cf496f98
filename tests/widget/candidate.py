"""The candidate of tests/e2e, with what only these tests need."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e import candidate as e2e


class Candidate(e2e.Candidate):
    def say_who(self, name: str = "Carla Candidate") -> None:
        self.agree(name)

    def begin(self) -> None:
        """Through the notice to the first question, camera on."""
        self.arrive()
        self.agree()
        self.check_devices()
        self.answer_question(1)

    def answer_question(self, position: int) -> None:
        row = self.frame.locator("li.row").nth(position - 1)
        row.get_by_role("button").click()
        expect(self.frame.get_by_role("heading", level=1)).to_contain_text(f"Question {position}")

    def sees(self, text: str | re.Pattern[str], timeout: float = 10_000) -> None:
        expect(self.frame.get_by_text(text).first).to_be_visible(timeout=timeout)

    def finish_in_writing(self, *positions: int) -> None:
        """Answers the open questions in text and stops at the check."""
        for position in positions:
            expect(self.frame.get_by_role("heading", level=1)).to_contain_text(f"Question {position}")
            if self.frame.get_by_role("radio", name="Text").is_visible():
                self.choose("Text")
            self.frame.get_by_role("textbox", name="Your answer").fill(f"My answer to question {position}, in writing.")
            self.button("Use this answer and go on").click()
        expect(self.frame.get_by_role("heading", name="Check your answers")).to_be_visible()


def on_its_own_page(page: Page, origin: str, token: str) -> Candidate:
    """The hosted page: the same words, no frame around them."""
    hosted = Candidate(page, f"{origin}/i#{token}")
    hosted.frame = page  # type: ignore[assignment]
    return hosted
