"""The candidate's frame, measured on the real server: what travels, and how soon the first record button works on a slow line.

    python -m bench.frame [--runs 5]

The time is the machine's share: from opening the careers page to the first button, from agreeing to the device check, from turning the
devices on (while the agreement is being written down) to the record button.
What the person spends reading and typing is left out. Chromium, fake devices, localhost without TLS.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Frame, Page, sync_playwright

from bench.line import SLOW_4G, slow
from tests.e2e.conftest import FEATURES_OFF, FLAGS, Greenroom, start, stop
from widget import files

WATCH = """
window.seen = {};
const look = () => document.querySelectorAll('button').forEach((one) => {
  if (one.getClientRects().length) window.seen[one.textContent] ??= performance.timeOrigin + performance.now();
});
new MutationObserver(look).observe(document, {childList: true, subtree: true, characterData: true, attributes: true});
"""
# The careers page is made up on the way, so Chromium cannot tell that it is as local as the server.
LOCAL = f"--disable-features={FEATURES_OFF},LocalNetworkAccessChecks"
TYPING_MS = 2000
NOW = "performance.timeOrigin + performance.now()"


def main() -> None:
    """Print every figure."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--runs", type=int, default=5)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        greenroom = start(Path(folder) / "data", "")
        try:
            _sizes(greenroom)
            browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS[:-1], LOCAL])
            with slow(int(urlsplit(greenroom.origin).port or 0), SLOW_4G) as port:
                _times([_once(browser, greenroom, port) for _ in range(given.runs)])
            browser.close()
        finally:
            stop(greenroom)


def _sizes(greenroom: Greenroom) -> None:
    """Bytes of each response's body as it came over the wire."""
    frame = len(files.script().packed) + len(files.read(files.STYLE).packed)
    words = [len(files.words(language).packed) for language in files.languages()]
    documents = [len(_fetch(f"{greenroom.origin}/frame/{_embed_id(greenroom)}?lang={language}")) for language in files.languages()]
    print(f"loader {len(_fetch(greenroom.origin + '/embed.js'))} B")
    print(f"frame's script and style {frame} B; with one language {frame + min(words)} to {frame + max(words)} B")
    print(f"the document with all of it and the first answer {min(documents)} to {max(documents)} B")


def _embed_id(greenroom: Greenroom) -> str:
    return str(greenroom.ready["embed_token"]).split("~")[0]


def _fetch(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        return bytes(answer.read())


def _once(browser: Browser, greenroom: Greenroom, port: int) -> dict[str, float]:
    """Milliseconds of each stretch, in a browser that has seen nothing before."""
    context = browser.new_context(permissions=["camera", "microphone"], viewport={"width": 390, "height": 844}, locale="en")
    page = context.new_page()
    page.add_init_script(WATCH)
    body = (
        f'<!doctype html><h1>Careers</h1><script async src="http://localhost:{port}/embed.js"></script>'
        f'<greenroom-interview token="{greenroom.ready["embed_token"]}"></greenroom-interview>'
    )
    page.route(greenroom.ready["careers_url"], lambda route: route.fulfill(body=body, content_type="text/html"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(greenroom.ready["careers_url"])
    opened = page.evaluate("performance.timeOrigin")
    frame = _frame(page)
    took = {"page to first button": _seen(frame, "Start") - opened}
    frame.get_by_label("Your name").fill("Slow Sam")
    frame.get_by_label("Your e-mail address").fill("sam@home.test")
    frame.locator("input[name=recording]").check()
    # Nobody types a name in no time: the line that opens meanwhile is there when Start is pressed.
    page.wait_for_timeout(TYPING_MS)
    took["agreeing to device check"] = _pressed(frame, "Start", "Turn on camera and microphone")
    took["devices on to record button"] = _pressed(frame, "Turn on camera and microphone", "Record a test")
    strangers = [
        one for one in asked if urlsplit(one).hostname not in {"localhost", "127.0.0.1"} and not one.startswith(("data:", "blob:"))
    ]
    assert not strangers, strangers
    context.close()
    return took


def _frame(page: Page) -> Frame:
    page.locator("greenroom-interview iframe").wait_for()
    page.frame_locator("greenroom-interview iframe").get_by_role("button", name="Start", exact=True).wait_for()
    return next(one for one in page.frames if "/frame/" in one.url)


def _seen(frame: Frame, button: str) -> float:
    frame.wait_for_function("name => window.seen[name]", arg=button)
    return float(frame.evaluate("name => window.seen[name]", button))


def _pressed(frame: Frame, button: str, following: str) -> float:
    """From the press to the next button."""
    press = (
        "(name) => { const at = %s; [...document.querySelectorAll('button')].find((one) => one.textContent === name).click(); return at; }"
    )
    at = float(frame.evaluate(press % NOW, button))
    return _seen(frame, following) - at


def _times(runs: list[dict[str, float]]) -> None:
    print(SLOW_4G.name)
    for name in runs[0]:
        print(f"  {name}: {_spread([run[name] for run in runs])}")
    print(f"  together, to the first usable record button: {_spread([sum(run.values()) for run in runs])}")


def _spread(values: list[Any]) -> str:
    return f"median {statistics.median(values):.0f} ms (of {len(values)}: {min(values):.0f} to {max(values):.0f})"


if __name__ == "__main__":
    main()
