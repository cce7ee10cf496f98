"""A stock tus-js-client in a real Chromium, sending a live recording whose length nobody knows yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route

from tests.e2e.conftest import FLAGS
from tests.protocol.conftest import ROOT, Client
from tests.protocol.test_stock_clients import TOOLS, path_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (TOOLS / "tus-js-client").is_dir(), reason="tus-js-client is missing: `make test` fetches it"),
]


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
    yield launched
    launched.close()


@pytest.fixture
def stock(browser: Browser, client: Client) -> Iterator[Page]:
    """A page on the server's own origin that holds nothing but the library."""
    context = browser.new_context(permissions=["camera", "microphone"])
    page = context.new_page()

    def serve(route: Route) -> None:
        is_page = route.request.url.endswith("/live")
        path = ROOT / "tests/protocol/live.html" if is_page else TOOLS / "tus-js-client/dist/tus.min.js"
        route.fulfill(body=path.read_text(), content_type="text/html" if is_page else "text/javascript")

    page.route("**/stock/*", serve)
    page.goto(f"{client.server.url}/stock/live")
    yield page
    context.close()


@pytest.mark.parametrize("override", [False, True])
def test_a_live_recording_of_unknown_length_arrives_byte_for_byte(stock: Page, client: Client, override: bool) -> None:
    job = {
        "endpoint": "/c/uploads",
        "headers": {"Authorization": f"Bearer {client.door.token}"},
        "metadata": {"question": client.door.question(1), "kind": "video", "filetype": "video/webm"},
        "seconds": 3,
        "override": override,
    }
    told = stock.evaluate("(job) => window.sendLive({ ...job, endpoint: location.origin + job.endpoint })", job)
    path = "/c/uploads/" + told["url"].rsplit("/", 1)[1]
    held = client.stored(path_of(client, path))
    assert held.startswith(b"\x1a\x45\xdf\xa3")
    assert hashlib.sha256(held).hexdigest() == told["sha256"]
    methods = [method for method, _ in told["requests"]]
    assert methods[0] == "POST"
    assert ("PATCH" in methods) is not override
    assert len(methods) > 3, "sent while it was recorded"
    answer = client.door.tus("HEAD", path)
    assert answer.headers["Upload-Length"] == str(len(held))
