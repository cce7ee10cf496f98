"""What travels to a candidate's phone, in bytes after gzip, and how soon the first button works on a slow line."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.widget.candidate import Candidate
from tests.widget.fake_server import FakeGreenroom
from tests.widget.test_faults import settle
from widget import files

LANGUAGES = sorted((files.FRAME / "words").glob("*.js"))
TOOLS = Path(__file__).parents[2] / ".tools" / "node_modules"
LOADER_LIMIT = 4_000
FRAME_LIMIT = 45_000


def packed(path: Path) -> int:
    """Bytes that travel."""
    return len(files.read(path).packed)


def test_the_loader_is_small() -> None:
    assert packed(files.LOADER) <= LOADER_LIMIT


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda path: path.stem)
def test_the_frame_with_any_one_language_is_within_its_budget(words: Path) -> None:
    parts = [*files.FRAME.glob("*.js"), *files.FRAME.glob("steps/*.js"), files.FRAME / "frame.css", words]
    assert sum(packed(path) for path in parts) <= FRAME_LIMIT


@pytest.mark.skipif(
    shutil.which("node") is None or not (TOOLS / "acorn").is_dir(), reason="node or acorn is missing: `make test` fetches it"
)
def test_what_travels_is_the_same_program(tmp_path: Path) -> None:
    written = [files.LOADER, *files.FRAME.rglob("*.js")]
    pairs = [str(path) for path in written]
    for number, path in enumerate(written):
        (tmp_path / f"{number}.js").write_bytes(files.read(path).plain)
    compare = [str(tmp_path / f"{number}.js") for number in range(len(written))]
    script = Path(__file__).with_name("same_program.mjs")
    done = subprocess.run(["node", script, *pairs, *compare], capture_output=True, text=True, env={**os.environ, "TOOLS": str(TOOLS)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("same") == len(written)


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    modules = [path for path in files.FRAME.rglob("*.js") if path.parent.name != "words"]
    long = [path.name for path in modules if len(path.read_text().splitlines()) >= 300]
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    silent = [path.name for path in files.FRAME.rglob("*.js") if not path.read_text().startswith("// ")]
    assert not silent


def test_nothing_is_fetched_from_anyone_else_and_nothing_is_kept_on_the_host(page: Page, room: FakeGreenroom) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(room.careers_url)
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_be_visible()
    site = room.careers_url.rsplit("/jobs", 1)[0]
    assert not [url for url in asked if not url.startswith((room.origin, site, "data:"))]
    assert page.context.cookies() == []


KEEP_OPTIONS = """window.options = [];
const Real = MediaRecorder;
window.MediaRecorder = function (stream, options) { window.options.push(options); return new Real(stream, options); };
window.MediaRecorder.isTypeSupported = Real.isTypeSupported.bind(Real);"""


def test_at_350_kbit_an_answer_arrives_and_the_next_has_less_picture_and_the_same_sound(
    candidate: Candidate, page: Page, context: BrowserContext, room: FakeGreenroom
) -> None:
    page.add_init_script(KEEP_OPTIONS)
    candidate.begin()
    frame = next(one for one in page.frames if "/frame/" in one.url)
    line = context.new_cdp_session(frame)
    line.send("Network.enable")
    speed = {"offline": False, "latency": 100, "downloadThroughput": 350_000 / 8, "uploadThroughput": 350_000 / 8}
    line.send("Network.emulateNetworkConditions", speed)
    candidate.record(4)
    candidate.sees("Safe with us", 30_000)
    candidate.button("Record again").click()
    candidate.record(3)
    settle(room, count=2)
    options = frame.evaluate("window.options")
    assert options[-1]["videoBitsPerSecond"] + options[-1]["audioBitsPerSecond"] < 300_000
    assert {one["audioBitsPerSecond"] for one in options} == {32_000}


def test_the_first_button_works_soon_on_a_slow_line(page: Page, room: FakeGreenroom) -> None:
    """Slow 4G: 150 ms of latency, 1.6 Mbit/s down. Every file comes in one round after the document."""
    room.faults["latency"] = 0.15
    page.goto(room.careers_url)
    started = page.evaluate("performance.now()")
    expect(page.frame_locator("iframe").get_by_role("button", name="Start")).to_be_visible(timeout=20_000)
    took = page.evaluate("performance.now()") - started
    print(f"first button after {took:.0f} ms")
    assert took < 4_000, "generous: two cores shared with the rest of the suite"
