"""What a ten-minute take keeps in the browser: the frame's own modules in a real Chromium against a real server.

Run: `python -m bench.memory`. Ten minutes of slices at the frame's own bit rate (632 kbit/s) are given ten times as fast as life,
which is harder on the line than life is. Counted every second: bytes of blobs held for watching, of slices in memory, and of slices
in the browser's store.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import FLAGS
from tests.widget.installation import installed

MODULES = Path(__file__).parents[1] / "widget/frame"
SECONDS, SPEED, BITS = 600, 10, 632_000
FEED = """
async ({ token, host, seconds, pause, size }) => {
  const load = (name) => import(`${location.origin}/modules/${name}`);
  const [{ createApi }, { openStore }, { createTakes }] = await Promise.all(['api.js', 'slices.js', 'takes.js'].map(load));
  const api = createApi();
  const opened = await api.open(token, host, 'en');
  const started = await api.start({ token, host_origin: host, locale: 'en', notice_hash: opened.notice.hash,
    consent: { recording: true, ai: false }, name: 'Carla', email: 'carla@home.test', time_zone: 'UTC',
    device: { kind: 'computer', engine: 'chromium' } });
  api.token = started.token;
  const store = await openStore();
  const takes = createTakes({ api, store });
  takes.session = started.session;
  const take = takes.begin({ question: opened.interview.questions[0].id, kind: 'video', type: 'video/webm' });
  const seen = [];
  const count = () => {
    const pieces = store.pieces(take.id);
    const sum = (list) => list.reduce((total, one) => total + one.size, 0);
    const inMemory = sum(pieces.filter((one) => one.bytes));
    seen.push({ copy: sum(take.copy || []), memory: inMemory, store: sum(pieces) - inMemory });
  };
  const timer = setInterval(count, 1000);
  for (let second = 1; second <= seconds; second += 1) {
    const slice = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(slice.subarray(at, Math.min(size, at + 65536)));
    takes.add(take, slice.buffer, second);
    await new Promise((resolve) => { setTimeout(resolve, pause); });
  }
  await takes.end(take, { seconds, reason: 'stopped' });
  while (take.status !== 'verified') await new Promise((resolve) => { setTimeout(resolve, 200); });
  clearInterval(timer);
  count();
  return { seen, status: take.status, size: take.size, mode: store.mode };
}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as real, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(bypass_csp=True)  # the frame's document holds all modules as one script; here they are wanted one by one
        page.route(
            "**/modules/*.js", lambda route: route.fulfill(path=MODULES / Path(route.request.url).name, content_type="text/javascript")
        )
        page.goto(real.careers_url)
        page.frame_locator("greenroom-interview iframe").get_by_role("heading", level=1).wait_for()
        frame = next(one for one in page.frames if "/frame/" in one.url)
        token = page.locator("greenroom-interview").get_attribute("token")
        host = real.careers_url.removesuffix("/jobs/1")
        job = {"token": token, "host": host, "seconds": SECONDS, "pause": 1000 // SPEED, "size": BITS // 8}
        told = frame.evaluate(FEED, job)
        [held] = real.takes()
        browser.close()
    totals = [sum(one.values()) for one in told["seen"]]
    print(json.dumps({"taken": told["size"], "held by the server": len(held.data), "state": held.state, "store": told["mode"]}))
    for name in ("copy", "memory", "store"):
        print(f"{name}: at most {max(one[name] for one in told['seen']) / 1e6:.1f} MB")
    print(f"together: at most {max(totals) / 1e6:.1f} MB, at the end {totals[-1] / 1e6:.1f} MB; limit 64 MB")


if __name__ == "__main__":
    main()
