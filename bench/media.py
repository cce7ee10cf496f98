"""Recordings, measured: how long a seekable file takes, and what five hundred hostile files do.

    python -m bench.media [--files 500] [--browser]

With `--browser` a real recording of headless Chromium (its built-in test camera) is prepared as well.
"""

from __future__ import annotations

import argparse
import collections
import io
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from adapters.media import MediaLimits, MediaRefused, MediaTimeout, prepare
from tests.adapters.hostile import crafted, fuzzed
from tests.adapters.recordings import Pipe, record, tone


def main() -> None:
    """Print every figure."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--files", type=int, default=500)
    asked.add_argument("--browser", action="store_true")
    given = asked.parse_args()
    _copy_time()
    if given.browser:
        _browser()
    _hostile(given.files)


def _copy_time() -> None:
    """A three-minute answer at 720p and 30 frames a second: the copy alone, and everything `prepare` does."""
    take = _three_minutes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.webm"
        path.write_bytes(take)
        copies = [_copied(path, Path(folder)) for _ in range(5)]
        wholes = [_prepared(path)[0] for _ in range(3)]
    print(f"3 min, 720p30, {len(take) / 1e6:.1f} MB, load {os.getloadavg()[0]:.1f}")
    print(f"  seekable copy: {statistics.median(copies):.2f} s (median of 5, best {min(copies):.2f})")
    print(f"  whole prepare, sandbox started, poster, sound measured: {statistics.median(wholes):.2f} s (best {min(wholes):.2f})")


def _three_minutes() -> bytes:
    """Six seconds, thirty times over, written as a browser writes: encoding three whole minutes takes minutes."""
    import av

    short = record(6, tone(6), size=(1280, 720), rate=30)
    live = Pipe()
    with av.open(io.BytesIO(short), "r") as source, av.open(live, "w", format="webm", options={"live": "1"}) as out:
        streams = [out.add_stream_from_template(stream, opaque=True) for stream in source.streams]
        for turn in range(30):
            source.seek(0)
            for packet in source.demux():
                if packet.dts is not None and packet.pts is not None:
                    packet.pts, packet.dts = packet.pts + turn * 6000, packet.dts + turn * 6000
                    packet.stream = streams[packet.stream.index]
                    out.mux(packet)
    return bytes(live.data)


def _copied(path: Path, folder: Path) -> float:
    from adapters.media_remux import container_for, copy, open_takes

    began = time.monotonic()
    with open_takes([[path]]) as takes:
        kind = container_for(takes)
        assert kind == "webm"
        copy(takes, folder, kind, 1e9)
    return time.monotonic() - began


def _prepared(path: Path, limits: MediaLimits | None = None) -> tuple[float, Any]:
    with tempfile.TemporaryDirectory() as out:
        began = time.monotonic()
        done = prepare([[path]], Path(out), limits or MediaLimits())
        return time.monotonic() - began, done


def _hostile(count: int) -> None:
    """Every named attack and `count` damaged recordings: how each ended, and what was touched outside."""
    ends: collections.Counter[str] = collections.Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        files = [*crafted(), *fuzzed(count)]
        before = _surroundings()
        for _name, data in files:
            path = Path(folder) / "file"
            path.write_bytes(data)
            began = time.monotonic()
            ends[_end(path)] += 1
            slowest = max(slowest, time.monotonic() - began)
        left = _surroundings() - before
    print(f"{len(files)} hostile files: {dict(ends)}; slowest {slowest:.1f} s; left behind outside its folder: {sorted(left) or 'nothing'}")


def _end(path: Path) -> str:
    try:
        _, done = _prepared(path, MediaLimits(wall=30, cpu=20))
    except MediaRefused:
        return "refused"
    except MediaTimeout:
        return "timeout"
    if not done.unreadable:
        return "played"
    return "decoder died" if "gave up" in done.reason else "unreadable"


def _surroundings() -> set[str]:
    """Sandbox folders and children of this process that are still there."""
    own = [str(path) for path in Path(tempfile.gettempdir()).glob("greenroom-box-*") if _is_ours(path)]
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return {*own, *(f"process {child}" for child in children)}


def _is_ours(folder: Path) -> bool:
    """Other workers on this machine have boxes too; ours name this process as parent."""
    try:
        return f'"parent": {os.getpid()}' in (folder / "order.json").read_text()
    except OSError:
        return False


_PAGE = """async (kind) => {
  const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: kind.startsWith("video") && {width: 640, height: 480}});
  const recorder = new MediaRecorder(stream, {mimeType: kind}), parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.start(1000);
  await new Promise((done) => setTimeout(done, 6000));
  await new Promise((done) => { recorder.onstop = done; recorder.stop(); });
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""


def _browser() -> None:
    """Six seconds from Chromium's own recorder in each type it offers."""
    import base64

    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
    with sync_playwright() as engines, tempfile.TemporaryDirectory() as folder:
        browser = engines.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        page = browser.new_context(permissions=["camera", "microphone"]).new_page()
        page.route("http://localhost/", lambda route: route.fulfill(body="<p>recorder</p>", content_type="text/html"))
        page.goto("http://localhost/")
        for kind in ("video/webm;codecs=vp9,opus", "video/webm;codecs=h264,opus", "video/mp4;codecs=avc1.42E01E,opus", "audio/webm"):
            path = Path(folder) / "recorded"
            path.write_bytes(base64.b64decode(page.evaluate(_PAGE, kind)))
            took, done = _prepared(path)
            print(
                f"  Chromium {kind}: {done.playback_type} {done.codecs} {done.duration:.2f} s {done.width}x{done.height}, re-encoded"
                f" {done.reencoded}, truncated {done.truncated}, unreadable {done.reason or False}; {took:.2f} s"
            )
        browser.close()


if __name__ == "__main__":
    main()
