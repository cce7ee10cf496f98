"""The real product, started as a stranger would, and a real browser with a fake camera and a microphone that speaks."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.adapters import recordings
from tests.e2e import speech
from tests.widget.candidate import Candidate

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "tests/e2e/shots"
LONG = 60_000
expect.set_options(timeout=15_000)
WELCOME = "We are glad that you are here."
WRITTEN = "First I would ask what they were trying to do when it went wrong."
# Playwright's own list would switch storage partitioning off, and with it all storage in a frame on a foreign site.
# The address bar's suggestions are a page of their own in every window: two thirds of the processor time of opening one.
FEATURES_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "MediaRouter,PaintHolding,OptimizationHints,Translate,WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup"
)
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--proxy-server=direct://",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=user-gesture-required",
    f"--disable-features={FEATURES_OFF}",
]


@dataclass
class Greenroom:
    """A running installation: what the ready file says, and the process that `make run` would have started."""

    ready: dict[str, Any]
    process: subprocess.Popen[str]
    data: Path
    log: Path

    @property
    def origin(self) -> str:
        return str(self.ready["inbox_url"]).rstrip("/")


def free_port() -> int:
    """A port that is free together with the next one, which the careers page takes."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return int(port)


def start(data: Path, url: str, port: int | None = None) -> Greenroom:
    """Runs `greenroom up` and waits for its ready file."""
    data.mkdir(parents=True, exist_ok=True)
    ready, log = data / "ready.json", data / "up.log"
    ready.unlink(missing_ok=True)
    environment = {**os.environ, "GREENROOM_DATABASE_URL": url}
    command = [sys.executable, "-m", "cli", "up", "--port", str(port or free_port()), "--data", str(data), "--ready-file", str(ready)]
    with log.open("a") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output, text=True, start_new_session=True)
    deadline = time.monotonic() + 60
    while not ready.exists():
        assert process.poll() is None, f"up ended: {log.read_text()}"
        assert time.monotonic() < deadline, f"not ready after a minute: {log.read_text()}"
        time.sleep(0.1)
    return Greenroom(json.loads(ready.read_text()), process, data, log)


def stop(greenroom: Greenroom) -> None:
    greenroom.process.send_signal(signal.SIGTERM)
    greenroom.process.wait(timeout=30)


@pytest.fixture(scope="session")
def fresh_database(database_url: str) -> str:
    """An empty database of the end-to-end tests' own, beside the one the other tests empty all the time."""
    if not database_url:
        return ""
    engine = sa.create_engine(database_url, isolation_level="AUTOCOMMIT")
    name = f"e2e_{os.getpid()}"
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return sa.make_url(database_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def greenroom(tmp_path_factory: pytest.TempPathFactory, fresh_database: str) -> Iterator[Greenroom]:
    running = start(tmp_path_factory.mktemp("greenroom") / "data", fresh_database)
    yield running
    stop(running)


@pytest.fixture(scope="session")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    wav = speech.speak(tmp_path_factory.mktemp("speech") / "answer.wav")
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={wav}"]
    launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags, headless=True)
    yield launched
    launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(permissions=["camera", "microphone"], viewport={"width": 1280, "height": 900})
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def sign_in(page: Page, greenroom: Greenroom) -> None:
    owner = greenroom.ready["owner"]
    page.goto(greenroom.origin + "/login")
    page.get_by_label("E-mail").fill(owner["email"])
    page.get_by_label("Password", exact=True).fill(owner["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


@dataclass
class Submitted:
    """Somebody whose answers are in the inbox, and when they were handed in (seconds since 1970)."""

    name: str
    at: float


@pytest.fixture(scope="session")
def welcome(greenroom: Greenroom, browser: Browser) -> str:
    """The employer's clip, uploaded, captioned and published by the owner; returns its words."""
    page, interview = browser.new_page(), f"{greenroom.origin}/interviews/{greenroom.ready['interview_id']}"
    sign_in(page, greenroom)
    page.goto(f"{interview}/clips/welcome")
    clip = recordings.record(3.0, sound=recordings.tone(3.0))
    page.get_by_label("Video or sound file").set_input_files({"name": "hello.webm", "mimeType": "video/webm", "buffer": clip})
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Bring captions")).to_be_visible(timeout=LONG)
    box = page.get_by_label("Type what is said")
    if not box.is_visible():  # folded while a machine listens
        page.get_by_text("Bring captions").click()
    box.fill(WELCOME)
    page.get_by_role("button", name="Use as captions").click()
    expect(page.get_by_text("with captions", exact=True)).to_be_visible()
    page.goto(interview)
    page.get_by_role("button", name=re.compile("^Publish")).click()
    expect(page.get_by_text("is published")).to_be_visible()
    page.close()
    return WELCOME


def watch(candidate: Candidate, words: str) -> None:
    """Plays the employer's clip, whose captions are on."""
    clip = candidate.frame.locator("video.player")
    clip.click()
    for _ in range(100):
        if clip.evaluate("clip => clip.currentTime > 0.3 && clip.textTracks[0].activeCues?.[0]?.text") == words:
            return
        candidate.page.wait_for_timeout(100)
    raise AssertionError("the clip does not play with its captions")


@pytest.fixture(scope="session")
def submitted(greenroom: Greenroom, browser: Browser, welcome: str) -> Submitted:
    """A candidate who is welcomed, records two answers and writes one, loses the line once and reloads once."""
    context = browser.new_context(permissions=["camera", "microphone"], viewport={"width": 1280, "height": 900})
    page = context.new_page()
    candidate = Candidate(page, greenroom.ready["careers_url"])
    candidate.arrive()
    watch(candidate, welcome)
    candidate.agree()
    candidate.check_devices()
    candidate.answer_question(1)
    candidate.record(24)
    candidate.keep()
    candidate.choose("Audio")
    candidate.start_recording()
    page.wait_for_timeout(4000)
    context.set_offline(True)
    page.wait_for_timeout(10_000)
    candidate.stop_recording()
    context.set_offline(False)
    candidate.keep()
    page.reload()
    expect(candidate.frame.get_by_role("heading", name=re.compile("Your questions|Welcome back"))).to_be_visible(timeout=LONG)
    candidate.answer_question(3)
    candidate.write(WRITTEN)
    candidate.submit()
    context.close()
    return Submitted("Carla Candidate", time.time())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A picture of every open page when a test fails: most failures explain themselves there."""
    report: Any = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.failed and browser is not None:
        SHOTS.mkdir(exist_ok=True)
        pages = [page for context in browser.contexts for page in context.pages]
        for number, page in enumerate(pages):
            page.screenshot(path=SHOTS / f"failed-{item.name}-{number}.png", full_page=True)
    return report  # type: ignore[no-any-return]
