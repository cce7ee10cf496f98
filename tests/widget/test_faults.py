"""Nothing recorded is lost: the line, the server, the page, the browser and the disk each fail in the middle of a take."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.widget.candidate import Candidate, on_its_own_page
from tests.widget.fake_server import ROOT, FakeGreenroom, Refused

KEEP_WHAT_IS_SAID = """addEventListener('DOMContentLoaded', () => {
  const region = document.getElementById('status');
  if (!region) return;
  window.before = region.textContent === '' && region.getAttribute('role') === 'status';
  window.said = [];
  new MutationObserver(() => { if (region.textContent) window.said.push(region.textContent); }).observe(region, {childList: true});
});"""
WEBM = bytes.fromhex("1a45dfa3")


def settle(room: FakeGreenroom, state: str = "verified", seconds: float = 30, count: int = 1) -> list[dict[str, Any]]:
    """Waits until so many takes have the state; returns all takes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        takes = [take for session in room.sessions.values() for take in session["takes"]]
        if sum(take["state"] == state for take in takes) >= count:
            return takes
        time.sleep(0.1)
    raise AssertionError(f"takes are {[(take['state'], len(room.take_bytes(take))) for take in takes]}; last calls {room.calls[-8:]}")


def assert_whole(room: FakeGreenroom, take: dict[str, Any], least_seconds: float) -> None:
    """The browser's own hash was right, the file has its head, and it is as long as what was recorded."""
    held = room.take_bytes(take)
    assert take["state"] == "verified"
    assert hashlib.sha256(held).hexdigest() == take["sha256"]
    assert held.startswith(WEBM)
    assert take["seconds"] >= least_seconds


def answering(status: int, code: str, times: int, *, method: str, path: str) -> Callable[[str, str], None]:
    """A fault: the first so many matching requests are refused."""
    left = [times]

    def refuse(given_method: str, given_path: str) -> None:
        if given_method == method and path in given_path and left[0] > 0:
            left[0] -= 1
            raise Refused(status, code)

    return refuse


def test_a_reload_in_the_middle_of_a_take_brings_back_all_but_the_last_two_seconds(
    candidate: Candidate, page: Page, room: FakeGreenroom
) -> None:
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(3500)
    page.reload()
    candidate.is_at(1)
    candidate.sees("was cut off")
    candidate.sees("Recording again costs you nothing")
    candidate.button("Record again").click()
    candidate.record(2)
    candidate.keep()
    takes = settle(room, count=2)
    assert_whole(room, takes[0], 2)
    assert [one["reason"] for one in takes] == ["recovered", "stopped"]
    assert [one["technical"] for one in takes] == [False, True]


def test_an_answer_cut_by_a_reload_is_waited_for_and_opens_by_itself(candidate: Candidate, page: Page, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(2500)
    page.reload()
    room.faults["before"] = answering(404, "not_found", 2, method="GET", path="/media")
    candidate.button("Use it as it is").click()
    candidate.sees("Your recording is being made ready.")
    candidate.settles()
    before = candidate.button("Keep and go on").bounding_box()
    candidate.button("Watch").click()  # in the meantime: it is still waited for
    player = candidate.frame.locator("video.player")
    expect(player).to_be_visible()
    assert candidate.button("Keep and go on").bounding_box() == before, "what comes late moves nothing that could be pressed"
    expect(candidate.button("Watch")).to_have_attribute("aria-expanded", "true")
    expect(candidate.frame.locator("#status")).to_be_empty()
    room.faults["before"] = answering(410, "gone", 10, method="GET", path="/media")
    candidate.button("Watch").click()
    expect(player).to_be_hidden()
    candidate.button("Watch").click()
    candidate.sees("This cannot be played here right now")


def test_a_silent_server_and_a_lost_line_are_told_apart_and_each_is_spoken_once(
    candidate: Candidate, page: Page, context: BrowserContext, room: FakeGreenroom
) -> None:
    page.add_init_script(KEEP_WHAT_IS_SAID)
    candidate.begin()
    page.route("**/c/**", lambda route: route.abort("connectionrefused"))
    candidate.start_recording()
    candidate.sees("The server does not answer. What you record is kept")
    spoken = candidate.frame.locator("#status")
    expect(spoken).to_contain_text("The server does not answer.")
    page.unroute("**/c/**")
    expect(spoken).to_contain_text("Everything works again.", timeout=15_000)
    context.set_offline(True)
    candidate.sees("You are offline.")
    expect(spoken).to_contain_text("You are offline.")
    context.set_offline(False)
    expect(spoken).to_contain_text("Everything works again.")
    said = next(one for one in page.frames if "/frame/" in one.url).evaluate("window.said")
    assert [words.split(".")[0] for words in said if "ecording" not in words] == [
        "The server does not answer", "Everything works again", "You are offline", "Everything works again",
    ]  # fmt: skip


def test_a_reload_while_offline_finishes_the_take_later(
    candidate: Candidate, context: BrowserContext, page: Page, room: FakeGreenroom
) -> None:
    """The page itself still comes (a cache would do in life); every call to the API fails until the line is back."""
    candidate.begin()
    room.faults["before"] = answering(503, "down", 10_000, method="PATCH", path="/c/uploads")
    candidate.record(4)
    candidate.keep()
    expect(candidate.frame.get_by_role("heading", level=1)).to_contain_text("Question 2")
    page.reload()
    candidate.sees("Welcome back")
    assert not room.take_bytes(room.only_session["takes"][0])
    room.faults.clear()
    [take] = settle(room)
    assert_whole(room, take, 3)
    page.wait_for_timeout(1000)
    assert room.only_session["answers"]["q1"]["take_id"] == take["id"], "the choice made before the reload holds"


def kill_renderers_and_open_a_new_tab(context: BrowserContext, address: str) -> Page:
    """`kill -9` of every renderer, also the spare one; then, once the browser knows, a new tab beside the crashed one at `address`.

    `context.new_page` would wait for ever for a renderer that was just killed.
    """
    assert context.browser
    session = context.browser.new_browser_cdp_session()
    [here] = {one["browserContextId"] for one in session.send("Target.getTargets")["targetInfos"] if one["url"] == address}

    def renderers() -> set[int]:
        return {one["id"] for one in session.send("SystemInfo.getProcessInfo")["processInfo"] if one["type"] == "renderer"}

    killed, end = renderers(), time.monotonic() + 10
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    while renderers() & killed and time.monotonic() < end:
        time.sleep(0.1)
    for _ in range(4):
        try:
            with context.expect_page(timeout=8000) as opened:
                session.send("Target.createTarget", {"url": "about:blank", "browserContextId": here})
            return opened.value
        except Error:
            continue
    raise AssertionError("no new page")


def pids_with(words: str) -> list[int]:
    """Processes this test started: those whose command line names its own profile folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if f"--user-data-dir={words}" in line:
                found.append(int(entry.name))
    return found


def test_an_answer_that_never_arrives_is_not_sent_twice(candidate: Candidate, room: FakeGreenroom) -> None:
    every_other = iter([True, False, True, True, False] * 40)
    room.faults["lose_answer"] = lambda: next(every_other)
    candidate.begin()
    candidate.record(4)
    [take] = settle(room)
    assert_whole(room, take, 3)


def test_four_seconds_of_latency_only_delay(candidate: Candidate, room: FakeGreenroom) -> None:
    """Every request takes four seconds; the first one lasts until recording stopped, so that all slices wait at once."""
    stopped = threading.Event()

    def slow(method: str, path: str) -> None:
        if "/c/uploads" in path:
            time.sleep(4)
            stopped.wait(60)

    room.faults["before"] = slow
    candidate.begin()
    candidate.record(3)
    stopped.set()
    [take] = settle(room, seconds=60)
    assert_whole(room, take, 2)
    assert len(room.bodies) == requests_for(len(room.take_bytes(take))), "slices that wait travel together"


def requests_for(size: int) -> int:
    """256 KiB first, then twice as much each time, at most 1 MiB."""
    count, most = 0, 256 << 10
    while size > 0:
        count, size, most = count + 1, size - most, min(2 * most, 1 << 20)
    return count


def test_a_hanging_server_is_given_up_and_asked_again(candidate: Candidate, room: FakeGreenroom, page: Page) -> None:
    """Given up after half a minute; here after two seconds, so that nobody waits."""
    assert "const REQUEST_MS = 30000;" in (ROOT / "widget/frame/upload.js").read_text()
    page.add_init_script("const later = setTimeout; window.setTimeout = (fn, ms, ...more) => later(fn, ms === 30000 ? 2000 : ms, ...more);")
    held = threading.Event()

    def hang(method: str, path: str) -> None:
        if method == "PATCH" and not held.is_set():
            held.wait(60)

    candidate.begin()
    room.faults["before"] = hang
    candidate.record(2)
    before = sum(call.startswith("HEAD") for call in room.calls)
    page.wait_for_timeout(3000)
    assert sum(call.startswith("HEAD") for call in room.calls) > before, "it asks how far it got while the first request still hangs"
    held.set()
    [take] = settle(room)
    assert_whole(room, take, 1)


@pytest.mark.parametrize(("method", "path"), [("POST", "/close"), ("PATCH", "/c/uploads"), ("POST", "/c/uploads"), ("HEAD", "/c/uploads")])
def test_a_server_error_on_any_step_of_an_upload_is_passed_over(candidate: Candidate, room: FakeGreenroom, method: str, path: str) -> None:
    room.faults["before"] = answering(500, "server", 3, method=method, path=path)
    candidate.begin()
    candidate.record(3)
    [take] = settle(room)
    assert_whole(room, take, 2)


@pytest.mark.parametrize(("status", "code"), [(423, "conflict"), (460, "bad_request"), (409, "conflict"), (429, "too_many")])
def test_refusals_that_pass_are_answered_from_the_servers_offset(candidate: Candidate, room: FakeGreenroom, status: int, code: str) -> None:
    room.faults["before"] = answering(status, code, 2, method="PATCH", path="/c/uploads")
    candidate.begin()
    candidate.record(3)
    [take] = settle(room)
    assert_whole(room, take, 2)


def test_an_error_on_submit_is_never_shown_as_submitted(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.begin()
    candidate.finish_in_writing(1, 2, 3)
    room.faults["before"] = answering(500, "server", 2, method="POST", path="/c/submit")
    candidate.button("Submit my answers").click()
    candidate.sees("Not submitted yet")
    expect(candidate.frame.get_by_role("heading", name="Submitted", exact=True)).to_be_visible(timeout=20_000)
    assert room.only_session["state"] == "submitted"


def test_submitting_waits_for_the_last_bytes(candidate: Candidate, context: BrowserContext, room: FakeGreenroom) -> None:
    candidate.begin()
    room.faults["before"] = answering(503, "down", 10_000, method="PATCH", path="/c/uploads")
    candidate.record(3)
    candidate.keep()
    candidate.finish_in_writing(2, 3)
    candidate.button("Submit my answers").click()
    candidate.sees("We submit as soon as everything has arrived")
    candidate.page.wait_for_timeout(1500)
    assert room.only_session["state"] == "in_progress"
    room.faults.clear()
    expect(candidate.frame.get_by_role("heading", name="Submitted", exact=True)).to_be_visible(timeout=30_000)
    assert_whole(room, room.only_session["takes"][0], 2)


def test_two_tabs_the_older_one_says_so_and_can_take_over(candidate: Candidate, context: BrowserContext, room: FakeGreenroom) -> None:
    candidate.begin()
    other = Candidate(context.new_page(), room.careers_url)
    other.arrive()
    other.sees("Welcome back")
    candidate.sees("Open in another tab")
    candidate.button("Use this tab").click()
    candidate.sees("Welcome back")
    other.sees("Open in another tab")
    assert len(room.sessions) == 1


def test_a_tab_learns_of_another_device_as_soon_as_somebody_comes_back_to_it(
    candidate: Candidate, browser: Browser, page: Page, room: FakeGreenroom
) -> None:
    candidate.begin()
    elsewhere = browser.new_context()
    other = elsewhere.new_page()
    other.goto(f"{room.origin}/i#resume.{room.only_session['id']}")
    expect(other.get_by_role("heading", name="Welcome back")).to_be_visible()
    page.wait_for_timeout(3000)
    before = room.calls.count("POST /c/events")
    next(one for one in page.frames if "/frame/" in one.url).evaluate("window.dispatchEvent(new Event('focus'))")
    candidate.sees("Open in another tab")
    assert room.calls.count("POST /c/events") == before, "to look is no step of the interview"
    elsewhere.close()


@pytest.mark.parametrize("fault", ["throw", "hang"])
def test_full_or_hanging_storage_in_the_middle_of_a_take_loses_nothing(
    candidate: Candidate, page: Page, room: FakeGreenroom, fault: str
) -> None:
    page.add_init_script(
        """
      const put = IDBObjectStore.prototype.put;
      let slices = 0;
      IDBObjectStore.prototype.put = function (value, ...rest) {
        if (this.name === 'slices' && ++slices > 2) {
          if (FAULT === 'throw') throw new DOMException('full', 'QuotaExceededError');
          const transaction = this.transaction;
          const busy = () => { try { transaction.objectStore('slices').get(0).onsuccess = busy; } catch { /* done */ } };
          busy();
        }
        return put.call(this, value, ...rest);
      };""".replace("FAULT", f"'{fault}'")
    )
    candidate.begin()
    candidate.start_recording()
    candidate.sees("does not let us store recordings", 15_000)
    page.wait_for_timeout(2000)
    candidate.stop_recording()
    [take] = settle(room)
    assert_whole(room, take, 4)


def test_an_answer_goes_on_where_the_server_stands_not_where_this_browser_remembers(
    candidate: Candidate, page: Page, room: FakeGreenroom
) -> None:
    """The store was full, so more had arrived than it knows of; and the server is slow to say how much."""
    page.add_init_script("""
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (value, ...rest) {
        if (this.name === 'slices' && (window.slices = (window.slices || 0) + 1) > 1) throw new DOMException('full', 'QuotaExceededError');
        return put.call(this, value, ...rest);
      };""")
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(3500)
    page.on("dialog", lambda dialog: dialog.accept())
    room.faults["before"] = lambda method, path: time.sleep(4 if method == "HEAD" else 0)
    page.reload()
    candidate.go_on(2)
    [take] = settle(room)
    assert_whole(room, take, 2)
    assert room.take_bytes(take).count(WEBM) == 2
    assert take["reason"] == "recovered"


def test_a_cut_answer_finished_in_another_tab_is_finished_here_too(
    candidate: Candidate, context: BrowserContext, page: Page, room: FakeGreenroom
) -> None:
    candidate.begin()
    candidate.start_recording()
    page.wait_for_timeout(1500)
    candidate.button("All questions").click()
    candidate.answer_question(1)
    candidate.sees("Your answer was cut off")
    other = Candidate(context.new_page(), room.careers_url)
    other.arrive()
    other.go_on(1)
    settle(room)
    candidate.button("Use this tab").click()
    candidate.sees("Welcome back")
    candidate.answer_question(1)
    candidate.sees("Safe with us")
    expect(candidate.button("Go on with this answer")).to_have_count(0)


def test_a_memory_only_take_cut_by_a_reload_keeps_what_had_arrived(
    launch: Callable[..., Browser], partitioned_off: str, room: FakeGreenroom
) -> None:
    context = launch(partitioned_off).new_context(permissions=["camera", "microphone"])
    candidate = Candidate(context.new_page(), room.careers_url)
    candidate.begin()
    candidate.start_recording()
    candidate.page.wait_for_timeout(4500)
    session = room.only_session
    candidate.page.on("dialog", lambda dialog: dialog.accept())
    candidate.page.goto(f"{room.origin}/i#resume.{session['id']}")
    hosted = on_its_own_page(candidate.page, "")
    hosted.answer_question(1)
    hosted.button("Keep the part that arrived").click()
    hosted.sees("Safe with us")
    assert session["takes"][0]["reason"] == "recovered"
    context.close()


def test_an_expired_token_is_renewed_without_a_word(candidate: Candidate, room: FakeGreenroom) -> None:
    candidate.begin()
    room.faults["expire"] = room.only_session["tokens"][-1]
    candidate.record(3)
    candidate.sees("Safe with us")
    candidate.keep()
    expect(candidate.frame.get_by_role("heading", level=1)).to_contain_text("Question 2")
    [take] = settle(room)
    assert_whole(room, take, 2)


def test_a_recording_past_the_largest_size_keeps_what_fits_and_says_so(candidate: Candidate, room: FakeGreenroom) -> None:
    room.faults["most"] = 60_000
    candidate.begin()
    candidate.record(2)
    [take] = settle(room)
    assert take["reason"] == "recovered"
    assert 0 < take["bytes"] == len(room.take_bytes(take)) <= 60_000
    candidate.sees("The end was too large to keep")
