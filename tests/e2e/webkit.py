"""WebKitGTK under Xvfb, driven by the WebDriver protocol over plain HTTP: the few words of it that the tests need."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
DRIVER = "/usr/bin/WebKitWebDriver"
PROGRAMS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
FIND = """const [css, texts] = arguments;
const fits = (one) => !texts.length || texts.some((text) => one.textContent.includes(text));
return [...document.querySelectorAll(css)].find((one) => fits(one) && one.getClientRects().length) || null;"""
STANDS = """const room = document.getElementById("room");
return parent === window || !room || room.getBoundingClientRect().height <= innerHeight;"""
OPTIONS = ["--automation", "--enable-media-stream=true"]


class Refused(Exception):
    """The driver's word for what went wrong."""


class WebKit:
    """One browser window."""

    def __init__(self, address: str, arguments: list[str]) -> None:
        self.address = address
        wanted = {"webkitgtk:browserOptions": {"binary": str(PROGRAMS[-1]), "args": [*OPTIONS, *arguments]}}
        self.session = "/session/" + self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        # Clicks do not scroll a frame on another site into view: everything is in view.
        self.call("POST", f"{self.session}/window/rect", {"x": 0, "y": 0, "width": 1280, "height": 4000})

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, limit: float = 60) -> Any:
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=limit) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            said = json.load(error)["value"]
            raise Refused(f"{said['error']}: {said.get('message', '')}") from None

    def goto(self, address: str) -> None:
        self.call("POST", f"{self.session}/url", {"url": address})

    def enter(self, css: str) -> None:
        """Into the frame."""
        self.call("POST", f"{self.session}/frame", {"id": None})
        self.call("POST", f"{self.session}/frame", {"id": self.find(css)})

    def find(self, css: str, *texts: str, seconds: float = 20) -> Any:
        """The first visible element of that selector that holds one of the texts (or any); waits for it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := self.run(FIND, css, texts):
                return found
            time.sleep(0.2)
        raise AssertionError(f"no {css} with {texts!r} in: {self.run('return document.body.innerText')}")

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def settles(self, seconds: float = 5) -> None:
        """The page around has followed the frame's height: a press now meets what it is meant for."""
        deadline = time.monotonic() + seconds
        while not self.run(STANDS) and time.monotonic() < deadline:
            time.sleep(0.05)

    def click(self, css: str, *texts: str) -> None:
        self.find(css, *texts)
        self.settles()
        self.call("POST", f"{self.session}/element/{self.find(css, *texts)[ELEMENT]}/click")

    def tick(self, css: str) -> None:
        """Clicked again where the driver's click fell beside the box, as it does when the frame has just grown."""
        for _ in range(5):
            self.click(css)
            if self.run("return arguments[0].checked", self.find(css)):
                return
        raise AssertionError(f"{css} does not stay ticked")

    def write(self, css: str, text: str) -> None:
        """Not typed: this driver finds nothing focusable inside a frame."""
        self.run("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", self.find(css), text)

    def run(self, script: str, *values: Any) -> Any:
        return self.call("POST", f"{self.session}/execute/sync", {"script": script, "args": list(values)})

    def wait(self, script: str, *values: Any) -> Any:
        """What the script passes to the last of its arguments."""
        return self.call("POST", f"{self.session}/execute/async", {"script": script, "args": list(values)})

    def close(self) -> None:
        with contextlib.suppress(Refused, OSError):
            self.call("DELETE", self.session, limit=10)


@contextlib.contextmanager
def running(environment: Mapping[str, str], *arguments: str) -> Iterator[WebKit]:
    """A screen, the driver and a window; all ended afterwards."""
    with _screen() as display, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        driver = subprocess.Popen([DRIVER, f"--port={port}"], env={**environment, "DISPLAY": display}, start_new_session=True)
        try:
            browser = _opened(f"http://127.0.0.1:{port}", list(arguments))
            yield browser
            browser.close()
        finally:
            os.killpg(driver.pid, 15)
            driver.wait(timeout=10)


def _opened(address: str, arguments: list[str]) -> WebKit:
    deadline = time.monotonic() + 20
    while True:
        try:
            return WebKit(address, arguments)
        except urllib.error.URLError:
            assert time.monotonic() < deadline, "the driver does not answer"
            time.sleep(0.2)


@contextlib.contextmanager
def _screen() -> Iterator[str]:
    """Xvfb chooses a free number itself and says which."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x4000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as said:
            yield f":{said.readline().strip()}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def is_missing() -> list[str]:
    """Debian's packages that are not installed."""
    return [*([] if shutil.which("Xvfb") else ["xvfb"]), *([] if Path(DRIVER).exists() and PROGRAMS else ["webkit2gtk-driver"])]
