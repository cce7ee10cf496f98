"""A real Chromium on two sites: a careers page and the frame's origin, served by the fake server (or by a real one).

GREENROOM_CAREERS_URL and GREENROOM_ORIGIN point the tests that need no faults at a running installation.
"""

from __future__ import annotations

import os
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.e2e.conftest import FEATURES_OFF, FLAGS
from tests.protocol.conftest import Server
from tests.widget.candidate import Candidate
from tests.widget.fake_server import FakeGreenroom
from tests.widget.installation import Installation, installed

CHROMIUM = "/usr/bin/chromium"
SHOTS = os.environ.get("GREENROOM_SHOTS")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    untouched = os.environ.get("TEST_DATABASE_URL") and not os.environ.get("GREENROOM_CAREERS_URL")
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if Path(__file__).parent not in item.path.parents or not names & {"room", "careers_url", "everything"}:
            continue
        item.add_marker(pytest.mark.browser)
        if untouched:
            item.add_marker(pytest.mark.skip(reason="what a browser shows here is the same with every database: run once, with SQLite"))


@pytest.fixture(scope="session")
def launch(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """Starts a Chromium with extra flags; all of them are closed at the end."""
    started: list[Browser] = []

    def start(*flags: str) -> Browser:
        kept = [flag for flag in FLAGS if not any(flag.split("=")[0] == extra.split("=")[0] for extra in flags)]
        started.append(playwright.chromium.launch(executable_path=CHROMIUM, args=[*kept, *(flag for flag in flags if flag)]))
        return started[-1]

    yield start
    for browser in started:
        browser.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Browser:
    return launch()


@pytest.fixture(scope="session")
def partitioned_off() -> str:
    """The flag that makes this Chromium deny storage to frames on foreign sites."""
    return f"--disable-features={FEATURES_OFF},ThirdPartyStoragePartitioning"


@pytest.fixture(scope="session")
def silence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of nothing, for the fake microphone."""
    path = tmp_path_factory.mktemp("sound") / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(48_000 * 4 * 10))
    return path


@pytest.fixture
def room() -> Iterator[FakeGreenroom]:
    with FakeGreenroom() as running:
        yield running


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A real server, once for the tests of a file."""
    with installed(tmp_path_factory.mktemp("installation")) as running:
        yield running


@pytest.fixture
def real(everything: Installation) -> Installation:
    """The real server with nobody in it yet, in the present, on a line without faults."""
    everything.forget_everyone()
    everything.line.mend()
    if everything.server.app != Server.app:
        everything.go_forward(hours=0)
    return everything


@pytest.fixture
def place(request: pytest.FixtureRequest) -> tuple[str, str]:
    """(careers page, our origin): the fake server's, or those of a running installation."""
    if os.environ.get("GREENROOM_CAREERS_URL"):
        return os.environ["GREENROOM_CAREERS_URL"], os.environ["GREENROOM_ORIGIN"]
    room: FakeGreenroom = request.getfixturevalue("room")
    return room.careers_url, room.origin


@pytest.fixture
def careers_url(place: tuple[str, str]) -> str:
    return place[0]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(permissions=["camera", "microphone"], viewport={"width": 1000, "height": 900}, locale="en-GB")
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def candidate(page: Page, careers_url: str) -> Candidate:
    return Candidate(page, careers_url)
