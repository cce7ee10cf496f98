"""A real installation for a real browser: gunicorn, database, disk, a line that can fail, a careers page on another site.

What the browser's recorder gave is written down apart from the product, byte by byte, so that a test can say what was lost.
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import BrowserContext

from adapters import clock
from adapters.storage import open_store
from app import create_app
from config import Settings
from domain import interviews, invites
from domain.audit import Actor
from domain.invites import Invited
from domain.tokens import Tokens
from models import EVERY_EMPLOYER, Interview, Part, Take, Upload, serve
from models import db as database
from models.sessions import one_session
from tests import factories
from tests.conftest import empty
from tests.door import embed_token
from tests.protocol.conftest import Server, free_port
from tests.widget.line import Line

WATCH = """
const Native = window.MediaRecorder;
if (Native) {
  let number = 0;
  window.MediaRecorder = class extends Native {
    constructor(...given) {
      super(...given);
      const mine = `${performance.timeOrigin}-${number += 1}`;
      let line = Promise.resolve();
      this.addEventListener('dataavailable', ({ data }) => {
        const at = performance.timeOrigin + performance.now();
        line = line.then(() => data.arrayBuffer()).then((buffer) => {
          let text = '';
          for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
          return window.recorderGave(mine, at, btoa(text));
        }).catch(() => {});
      });
    }
  };
}
"""


@dataclass
class Held:
    """What the server has of one take, read from its disk."""

    state: str
    reason: str
    seconds: float
    sha256: str
    data: bytes


@dataclass
class Ledger:
    """What the browser's recorders gave: for each recording its slices, with the moment it was given, in seconds since 1970."""

    recordings: dict[str, list[tuple[float, bytes]]] = field(default_factory=dict, repr=False)

    def watch(self, context: BrowserContext) -> None:
        context.expose_function("recorderGave", self._note)
        context.add_init_script(WATCH)

    def _note(self, recording: str, at: float, data: str) -> None:
        self.recordings.setdefault(recording, []).append((at / 1000, base64.b64decode(data)))

    def given(self, number: int) -> bytes:
        """All that one recorder gave, the first being 0."""
        return b"".join(data for _, data in list(self.recordings.values())[number])

    def lost(self, held: Held, number: int = 0, until: float | None = None) -> tuple[int, float]:
        """(bytes, seconds) of the recording that are not held. Asserts that what is held is its beginning, byte for byte.

        `until` is the moment of the fault: the recorder was at work until then, so the seconds count from the last slice held.
        """
        slices = list(self.recordings.values())[number]
        given = b"".join(data for _, data in slices)
        shorter = min(len(given), len(held.data))
        assert shorter
        assert given[:shorter] == held.data[:shorter], "other bytes than were recorded"
        reached, last = 0, slices[0][0] - 1
        for at, data in slices:
            reached += len(data)
            if reached <= len(held.data):
                last = at
        return max(0, len(given) - len(held.data)), max(0.0, (until or last) - last)


@dataclass
class Installation:
    """The server behind its line, and the careers page that shows the interview."""

    server: Server
    line: Line
    careers_url: str

    def restart(self, **changes: object) -> None:
        """The web process is killed and starts again, with other settings where given."""
        self.server.kill()
        self.server.settings = self.server.settings.model_copy(update=changes)
        self.server.start()

    def go_forward(self, hours: float) -> None:
        """The web process is killed and starts again so many hours from now; 0 brings the present back."""
        self.server.app = f"tests.protocol.later:create_app({hours})"
        self.restart()

    def invite(self) -> str:
        """The personal link of somebody who was just invited."""
        settings = self.server.settings
        with one_session(settings.database) as db:
            interview = db.scalars(sa.select(Interview)).one()
            invite = invites.create(db, Actor(interview.employer_id, "system"), interview, Invited("Ivo"), clock.now())
            db.commit()
            return f"{self.line.origin}/i#{invites.mint(Tokens(*settings.signing_keys()), invite, clock.now())}"

    def takes(self) -> list[Held]:
        """All recordings of all candidates, oldest first."""
        store = open_store(self.server.settings.store)
        found = []
        with one_session(self.server.settings.database) as db:
            for take in db.scalars(sa.select(Take).where(Take.kind != "text").order_by(Take.created_at)):
                upload = db.scalars(sa.select(Upload.id).where(Upload.take_id == take.id)).one()
                parts = db.scalars(sa.select(Part.key).where(Part.upload_id == upload).order_by(Part.offset))
                data = b"".join(piece for key in parts for piece in store.open(key))
                found.append(Held(take.state, take.reason, take.seconds or 0, take.sha256 or "", data))
        return found

    def settle(self, count: int = 1, seconds: float = 40) -> list[Held]:
        """Waits until so many recordings are verified; returns them all."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            takes = self.takes()
            if sum(take.state == "verified" for take in takes) >= count:
                for take in takes:
                    assert hashlib.sha256(take.data).hexdigest() == take.sha256 or take.state != "verified"
                return takes
            time.sleep(0.2)
        raise AssertionError(
            f"takes are {[(take.state, len(take.data)) for take in self.takes()]}, the line was cut {self.line.cuts} times"
        )

    def forget_everyone(self) -> None:
        """Before another test: no candidate, no recording."""
        with one_session(self.server.settings.database) as db:
            for table in ("answer", "part", "upload", "job", "take"):
                db.execute(sa.text(f"DELETE FROM {table}"))
            db.commit()


def careers_page(port: int, origin: str, token: str) -> ThreadingHTTPServer:
    """The employer's page on a `port`, on another site than ours; `origin` and `token` as the snippet has them."""
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Careers</title></head><body><h1>Careers</h1>'
        f'<script async src="{origin}/embed.js"></script><greenroom-interview token="{token}"></greenroom-interview></body></html>'
    ).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: Any) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Page)


@contextmanager
def installed(data: Path) -> Iterator[Installation]:
    """Everything started, with a published interview; stopped at the end."""
    web = free_port()
    line = Line(web)
    settings = Settings(data=data, redis_url="redis://127.0.0.1:1/0", keys="k" * 40, public_url=line.origin, idle_seconds=3)
    site_port = free_port()
    app = create_app(settings, TESTING=True, RATELIMIT_STORAGE_URI="memory://")
    with app.app_context():
        empty(database.engine)
        serve(database.session(), EVERY_EMPLOYER)
        world = factories.create_world(database.session())
        embed = interviews.create_embed(database.session(), world.actor, world.interview, [f"http://127.0.0.1:{site_port}"], factories.NOW)
        database.session.commit()
        token = embed_token(app, embed)
        database.session.remove()
        database.engine.dispose()
    site = careers_page(site_port, line.origin, token)
    threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
    made = Installation(Server(settings, web, public_url=line.origin).start(), line, f"http://127.0.0.1:{site.server_port}/jobs/1")
    yield made
    made.server.kill()
    line.close()
    site.shutdown()
    site.server_close()
