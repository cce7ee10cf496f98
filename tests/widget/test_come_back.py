"""Leaving and coming back by the same personal link, with nothing faked but the devices and the clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.e2e.conftest import FLAGS
from tests.widget.candidate import Candidate, on_its_own_page
from tests.widget.conftest import CHROMIUM
from tests.widget.installation import Installation, Ledger


def begin(page: Page, link: str) -> Candidate:
    """Invited by name: nobody asks who they are."""
    candidate = on_its_own_page(page, link)
    page.goto(link)
    candidate.consent()
    candidate.check_devices()
    candidate.answer_question(1)
    sees_devices_open(candidate)
    return candidate


def sees_devices_open(candidate: Candidate) -> None:
    """They were open before: they open by themselves, and the button changes its words under a hand that is too quick."""
    expect(candidate.button("Start recording")).to_be_visible(timeout=15_000)


def test_two_tabs_on_one_invite_the_second_takes_over_and_what_the_first_recorded_is_there(
    context: BrowserContext, real: Installation
) -> None:
    link, ledger = real.invite(), Ledger()
    ledger.watch(context)
    first = begin(context.new_page(), link)
    first.start_recording()
    first.page.wait_for_timeout(1500)
    second = on_its_own_page(context.new_page(), link)
    second.page.goto(link)
    second.sees("Welcome back")
    first.page.bring_to_front()
    if first.button("Go on recording").is_visible():
        first.button("Go on recording").click()
    first.page.wait_for_timeout(1000)
    first.button("Stop recording").click()
    first.sees("was opened in another tab or window")
    [held] = real.settle()
    assert ledger.lost(held) == (0, 0)
    second.page.reload()
    second.answer_question(1)
    second.keep()
    second.is_at(2)


def test_who_comes_back_23_hours_later_by_the_same_link_goes_on_where_they_were(
    playwright: Playwright, tmp_path: Path, real: Installation
) -> None:
    """One answer is safe, the next is under way with the line down when the browser closes; then a day passes on both sides."""
    link, ledger = real.invite(), Ledger()

    def start() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=CHROMIUM, args=FLAGS, permissions=["camera", "microphone"]
        )

    browser = start()
    ledger.watch(browser)
    candidate = begin(browser.new_page(), link)
    candidate.record(1)
    candidate.keep()
    candidate.is_at(2)
    sees_devices_open(candidate)
    candidate.start_recording()
    candidate.page.wait_for_timeout(1000)
    real.line.go_down()
    candidate.page.wait_for_timeout(1500)
    fault = time.time()
    browser.close()
    real.go_forward(hours=23)
    real.line.is_down = False
    browser = start()
    browser.clock.install(time=datetime.now(UTC) + timedelta(hours=23))
    again = on_its_own_page(browser.new_page(), link)
    again.page.goto(link)
    again.is_at(2)
    again.sees("was cut off")
    again.button("Use it as it is").click()
    first, second = real.settle(2)
    lost = ledger.lost(second, number=1, until=fault)
    print(f"\nbrowser closed with the line down, back after 23 hours: lost {lost[0]} bytes, {lost[1]:.1f} s")
    assert (first.reason, second.reason) == ("stopped", "recovered")
    assert lost[1] <= 2
    again.keep()
    again.finish_in_writing(3)
    again.submit()
    browser.close()
