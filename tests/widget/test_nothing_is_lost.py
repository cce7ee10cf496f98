"""Nothing recorded is lost, with nothing faked but the devices: Chromium, a line that fails, gunicorn, database and disk.

Each test says what was lost, in bytes and seconds, against what the browser's own recorder gave.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from adapters import media
from tests.e2e.conftest import FLAGS
from tests.widget.candidate import Candidate
from tests.widget.conftest import CHROMIUM
from tests.widget.installation import Held, Installation, Ledger
from tests.widget.test_faults import kill_renderers_and_open_a_new_tab, pids_with


@pytest.fixture
def ledger(context: BrowserContext) -> Ledger:
    made = Ledger()
    made.watch(context)
    return made


@pytest.fixture
def candidate(page: Page, real: Installation, ledger: Ledger) -> Candidate:
    return Candidate(page, real.careers_url)


def say(what: str, lost: tuple[int, float]) -> None:
    print(f"\n{what}: lost {lost[0]} bytes, {lost[1]:.1f} s")


def gone_on_with(ledger: Ledger, held: Held, fault: float) -> tuple[int, float]:
    """What was lost of an answer that went on after a fault. Asserts that all of its second part stands right behind the first."""
    second = ledger.given(1)
    assert held.data.endswith(second)
    return ledger.lost(replace(held, data=held.data[: -len(second)]), until=fault)


def plays_as_one(held: Held, folder: Path) -> None:
    """Both parts, by the pipeline's own hand."""
    part, out = folder / "part", folder / "out"
    part.write_bytes(held.data)
    out.mkdir()
    made = media.prepare([[part]], out)
    assert made.playback
    assert not made.unreadable
    assert made.duration == pytest.approx(held.seconds, abs=1.5)


@pytest.mark.parametrize("after", [60_000, 20_000])
def test_a_line_cut_again_and_again_delays_and_loses_nothing(candidate: Candidate, real: Installation, ledger: Ledger, after: int) -> None:
    candidate.begin()
    real.line.cut_after = after
    candidate.record(5)
    [held] = real.settle()
    assert real.line.cuts >= 2
    lost = ledger.lost(held)
    say(f"line cut every {after} bytes, {real.line.cuts} times", lost)
    assert lost == (0, 0)


@pytest.mark.slow
def test_a_minute_offline_while_recording_costs_nothing(
    candidate: Candidate, context: BrowserContext, real: Installation, ledger: Ledger
) -> None:
    candidate.begin()
    candidate.start_recording()
    candidate.page.wait_for_timeout(1500)
    context.set_offline(True)
    real.line.go_down()
    candidate.sees("You are offline")
    candidate.page.wait_for_timeout(60_000)
    candidate.stop_recording()
    candidate.sees("Sending")
    real.line.is_down = False
    context.set_offline(False)
    [held] = real.settle()
    candidate.sees("Everything recorded is safe")
    lost = ledger.lost(held)
    say(f"a minute offline in a take of {held.seconds:.0f} s, {len(held.data)} bytes", lost)
    assert held.seconds >= 60
    assert lost == (0, 0)


def test_a_server_killed_in_the_middle_of_a_request_costs_nothing(candidate: Candidate, real: Installation, ledger: Ledger) -> None:
    candidate.begin()
    candidate.start_recording()
    candidate.page.wait_for_timeout(1500)
    real.line.delay = 0.4  # so that a body is on its way, whenever the server is killed
    candidate.page.wait_for_timeout(1000)
    for _ in range(2):
        real.restart()
        candidate.page.wait_for_timeout(500)
    candidate.stop_recording()
    [held] = real.settle()
    lost = ledger.lost(held)
    say("server killed twice in a take", lost)
    assert lost == (0, 0)


def test_four_seconds_of_latency_cost_nothing(candidate: Candidate, real: Installation, ledger: Ledger) -> None:
    candidate.begin()
    real.line.delay = 4
    candidate.record(5)
    [held] = real.settle()
    lost = ledger.lost(held)
    say("4 s of latency, slices of 1 s", lost)
    assert lost == (0, 0)


def test_an_error_on_the_last_requests_is_never_shown_as_submitted(candidate: Candidate, real: Installation, ledger: Ledger) -> None:
    candidate.begin()
    real.line.refusals = [(b"POST /c/takes/", 500), (b"POST /c/submit", 500), (b"POST /c/submit", 502)]
    candidate.record(2)
    candidate.keep()
    candidate.finish_in_writing(2, 3)
    candidate.button("Submit my answers").click()
    candidate.sees("Not submitted yet")
    candidate.is_submitted()
    [held] = real.settle()
    lost = ledger.lost(held)
    say("500 on closing the take, 500 and 502 on submitting", lost)
    assert lost == (0, 0)
    assert real.line.refusals == []
    candidate.frame.get_by_text("Your receipt").or_(candidate.frame.get_by_role("link", name="receipt")).first.click()
    candidate.sees(held.sha256)


def test_a_full_server_disk_is_said_and_waited_for(candidate: Candidate, real: Installation, ledger: Ledger) -> None:
    candidate.begin()
    candidate.start_recording()
    candidate.page.wait_for_timeout(2500)
    real.restart(free_bytes=1 << 60)
    candidate.stop_recording()
    candidate.sees("has no room right now")
    real.restart(free_bytes=0)
    [held] = real.settle()
    lost = ledger.lost(held)
    say("507 from a full disk in the middle of a take", lost)
    assert lost == (0, 0)


def test_a_reload_loses_less_than_two_seconds_and_the_answer_goes_on(
    candidate: Candidate, page: Page, real: Installation, ledger: Ledger, tmp_path: Path
) -> None:
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(3000)
    fault = time.time()
    page.reload()
    candidate.is_at(1)
    candidate.sees("was cut off")
    candidate.go_on(3)
    [held] = real.settle()
    lost = gone_on_with(ledger, held, fault)
    say("reload", lost)
    assert held.reason == "recovered"
    assert lost[1] <= 2
    plays_as_one(held, tmp_path)
    candidate.keep()
    candidate.is_at(2)


def test_a_killed_renderer_loses_less_than_two_seconds(launch: Callable[..., Browser], real: Installation) -> None:
    browser, ledger = launch(), Ledger()
    context = browser.new_context(permissions=["camera", "microphone"])
    ledger.watch(context)
    candidate = Candidate(context.new_page(), real.careers_url)
    candidate.begin()
    candidate.start_recording()
    candidate.page.wait_for_timeout(3000)
    fault = time.time()
    again = Candidate(kill_renderers_and_open_a_new_tab(context, real.careers_url), real.careers_url)
    again.arrive()
    again.sees("was cut off")
    again.button("Use it as it is").click()
    [held] = real.settle()
    lost = ledger.lost(held, until=fault)
    say("kill -9 of the renderer", lost)
    assert lost[1] <= 2
    browser.close()


def test_a_killed_browser_with_the_line_down_loses_less_than_two_seconds(
    playwright: Playwright, tmp_path: Path, real: Installation
) -> None:
    """Nothing had been sent: all of it comes from the browser's own store, after the browser was started again."""
    ledger = Ledger()

    def start() -> BrowserContext:
        started = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=CHROMIUM, args=FLAGS, permissions=["camera", "microphone"]
        )
        ledger.watch(started)
        return started

    first = start()
    candidate = Candidate(first.new_page(), real.careers_url)
    candidate.begin()
    real.line.go_down()
    candidate.start_recording()
    candidate.page.wait_for_timeout(3000)
    fault = time.time()
    for pid in pids_with(str(tmp_path / "profile")):
        os.kill(pid, signal.SIGKILL)
    assert [len(held.data) for held in real.takes()] == []
    real.line.is_down = False
    (tmp_path / "profile" / "SingletonLock").unlink(missing_ok=True)
    second = start()
    again = Candidate(second.new_page(), real.careers_url)
    again.arrive()
    again.sees("was cut off")
    again.go_on(2)
    [held] = real.settle()
    lost = gone_on_with(ledger, held, fault)
    say("kill -9 of the browser, line down", lost)
    assert lost[1] <= 2
    plays_as_one(held, tmp_path)
    second.close()


def test_a_second_tab_takes_nothing_from_the_first(
    candidate: Candidate, context: BrowserContext, real: Installation, ledger: Ledger
) -> None:
    candidate.begin()
    candidate.start_recording()
    candidate.page.wait_for_timeout(2000)
    other = Candidate(context.new_page(), real.careers_url)
    other.arrive()
    other.sees("Welcome back")
    candidate.page.bring_to_front()
    if candidate.button("Go on recording").is_visible():
        candidate.button("Go on recording").click()
    candidate.page.wait_for_timeout(1500)
    candidate.button("Stop recording").click()
    candidate.sees("was opened in another tab or window")
    [held] = real.settle()
    lost = ledger.lost(held)
    say("a second tab on the same session", lost)
    assert held.reason == "stopped"
    assert lost == (0, 0)


def test_storage_that_fills_up_and_then_a_reload_keeps_all_that_was_sent(
    candidate: Candidate, page: Page, real: Installation, ledger: Ledger
) -> None:
    """After the third slice the browser's store takes no more; what comes later is in memory and on the server only."""
    page.add_init_script(
        """
      const put = IDBObjectStore.prototype.put;
      let slices = 0;
      IDBObjectStore.prototype.put = function (value, ...rest) {
        if (this.name === 'slices' && ++slices > 3) throw new DOMException('full', 'QuotaExceededError');
        return put.call(this, value, ...rest);
      };"""
    )
    candidate.begin()
    candidate.start_recording()
    candidate.sees("does not let us store recordings")
    page.wait_for_timeout(3000)
    page.on("dialog", lambda dialog: dialog.accept())
    fault = time.time()
    page.reload()
    candidate.sees("was cut off")
    candidate.go_on(2)
    [held] = real.settle()
    lost = gone_on_with(ledger, held, fault)
    say("storage full after three slices, then a reload", lost)
    assert held.reason == "recovered"
    assert lost[1] <= 2.5


def test_a_clock_that_jumps_changes_nothing(candidate: Candidate, page: Page, real: Installation, ledger: Ledger) -> None:
    page.add_init_script("const real = Date.now; window.shift = 0; Date.now = () => real() + window.shift;")
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(1200)
    frame = next(one for one in page.frames if "/frame/" in one.url)
    for shift in (-3_600_000, 86_400_000):
        frame.evaluate(f"window.shift = {shift}")
        page.wait_for_timeout(1000)
    candidate.stop_recording()
    [held] = real.settle()
    lost = ledger.lost(held)
    say("clock an hour back, then a day ahead", lost)
    assert 2.5 <= held.seconds <= 10
    assert lost == (0, 0)


def test_blocked_storage_is_said_and_loses_nothing_without_a_reload(
    launch: Callable[..., Browser], partitioned_off: str, real: Installation
) -> None:
    context, ledger = launch(partitioned_off).new_context(permissions=["camera", "microphone"]), Ledger()
    ledger.watch(context)
    candidate = Candidate(context.new_page(), real.careers_url)
    candidate.begin()
    candidate.sees("does not let us store recordings")
    candidate.record(2)
    [held] = real.settle()
    lost = ledger.lost(held)
    say("storage blocked", lost)
    assert lost == (0, 0)
    context.close()
