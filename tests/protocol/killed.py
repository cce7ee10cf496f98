"""A process that receives through the real door, store and database until it is killed: at a given line of ours, or whenever.

The processes are forks of a clean one that has touched neither store nor database, so that a kill costs a tenth of a second.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any, Final

from app import create_app
from config import Settings
from models import Part, db
from tests.door import BODY, Door, checksum

PATCH_BYTES: Final = (1 << 20) + 300_000
"""Two parts: one that is full, and the rest."""
ROOT: Final = Path(__file__).parents[2]
NAMES: Final = ("widget/uploads.py", "widget/receiving.py", "widget/receptions.py", "domain/uploads.py", "adapters/storage.py")
RECEIVING: Final = {str(ROOT / name): name for name in NAMES}
"""The files a slice passes through, by their place on this disk."""

Place = tuple[str, int]
"""A file and a line of it."""


@dataclass(frozen=True)
class Kill:
    """Where it happens: the `count`th time that `place` is reached; without a place, when the parent likes."""

    place: Place | None = None
    count: int = 1


@dataclass
class Trace:
    """Counts the lines of the receiving path as they are reached, and kills at one of them."""

    kill: Kill
    seen: dict[Place, int] = field(default_factory=dict)

    def __call__(self, frame: FrameType, event: str, _argument: object) -> Callable[..., Any] | None:
        name = RECEIVING.get(frame.f_code.co_filename)
        if name is None:
            return None
        if event == "line":
            place = (name, frame.f_lineno)
            self.seen[place] = self.seen.get(place, 0) + 1
            if place == self.kill.place and self.seen[place] == self.kill.count:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def recorded(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


def receive(settings: Settings, headers: dict[str, str], path: str, body: bytes, kill: Kill, say: Connection) -> None:
    """What runs in the process: one PATCH. Says `ready`, then the offset it answered with and the lines it passed."""
    app = create_app(settings, TESTING=True, SERVER_NAME="greenroom.test", RATELIMIT_STORAGE_URI="memory://")
    client = app.test_client()
    client.open("/c/uploads", method="OPTIONS")
    trace = Trace(kill)
    say.send("ready")
    if kill.place or kill.count == 0:
        sys.settrace(trace)
    answer = client.open(path, method="PATCH", data=body, headers=headers)
    sys.settrace(None)
    say.send((answer.status_code, int(answer.headers["Upload-Offset"]), trace.seen))


@dataclass
class Killing:
    """One recording, sent to one process after another. After each, HEAD must say exactly what is durable."""

    door: Door
    settings: Settings
    with_checksum: bool = False
    offset: int = 0
    kills: int = 0
    data: bytes = b""

    def __post_init__(self) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.protocol.killed"])
        self._context = context
        take = f"killed-{self.with_checksum}-{random.randbytes(4).hex()}"
        self.path = self.door.create(take=take).headers["Location"].removeprefix("http://greenroom.test")

    def places(self) -> list[Kill]:
        """Every line of the receiving path that a PATCH reaches: once for its first time, once for its last.

        The first PATCH of an upload makes its folder and is like no other, so the second is looked at.
        """
        self._send(Kill(count=0))
        _, seen = self._send(Kill(count=0))
        return [Kill(place, count) for place, times in sorted(seen.items()) for count in sorted({1, times})]

    def at(self, kill: Kill) -> None:
        """Sends until that line; the process is dead there, or the test has not killed anything."""
        answered, _ = self._send(kill)
        assert answered is None, f"{kill} was not reached"

    def after(self, seconds: float) -> None:
        """Sends, and kills so much later."""
        self._send(Kill(), seconds)

    def _send(self, kill: Kill, seconds: float | None = None) -> tuple[int | None, dict[Place, int]]:
        body = recorded(self.offset, PATCH_BYTES)
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=receive, args=(self.settings, self._headers(body), self.path, body, kill, theirs))
        process.start()
        theirs.close()
        assert ours.recv() == "ready"
        if seconds is not None:
            time.sleep(seconds)
            process.kill()
        answered, seen = self._answer(ours)
        process.join()
        self.kills += process.exitcode == -signal.SIGKILL
        self._check(body, answered)
        return answered, seen

    def _answer(self, ours: Connection) -> tuple[int | None, dict[Place, int]]:
        try:
            status, offset, seen = ours.recv()
        except EOFError:
            return None, {}
        assert status == 204
        return offset, seen

    def _headers(self, body: bytes) -> dict[str, str]:
        given = {
            "Tus-Resumable": "1.0.0",
            "Authorization": f"Bearer {self.door.token}",
            "Upload-Offset": str(self.offset),
            "Content-Type": BODY,
        }
        return given | ({"Upload-Checksum": checksum(body)} if self.with_checksum else {})

    def _check(self, body: bytes, answered: int | None) -> None:
        """HEAD is never behind what was answered, never ahead of what is stored, and what is stored is what was sent."""
        head = self.door.tus("HEAD", self.path)
        assert head.status_code == 200
        reached = int(head.headers["Upload-Offset"])
        assert reached >= (answered or self.offset)
        assert not self.with_checksum or reached in (self.offset, self.offset + len(body)), "half of a body that counts whole"
        self.data += body[: reached - self.offset]
        self.offset = reached
        assert self._stored() == self.data

    def _stored(self) -> bytes:
        """From the disk, part after part, in the order of the rows."""
        db.session.rollback()
        store = self.door.app.extensions["store"]
        parts = db.session.query(Part).filter(Part.upload_id == self.path.rsplit("/", 1)[1]).order_by(Part.offset)
        return b"".join(piece for part in parts for piece in store.open(part.key))
