"""Request bodies on their way in: read in small blocks, watched, and stopped when stale.

A blocked read cannot be asked to stop, so the reading side of its socket is shut down instead: the read then ends as
if the client had gone, and everything that came before is kept. That happens when a newer request takes over the
upload (in this process at once, from another one within a second) or when nothing arrives for too long.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

BLOCK: Final = 16 << 10
"""Bytes asked for at once. A client slower than a block per idle time counts as gone."""
LOOK_EVERY: Final = 1.0
PATIENCE: Final = 2.0

Writers = Callable[[Sequence[str]], Mapping[str, str | None]]


@dataclass(eq=False)
class Reception:
    """One body. `stopped` says why it was shut: `idle` or `taken over`; `is_cut` that it ended before its time."""

    upload_id: str
    writer: str
    environ: dict[str, Any]
    moved: float = field(default_factory=time.monotonic)
    done: threading.Event = field(default_factory=threading.Event)
    stopped: str = ""
    is_cut: bool = False

    def blocks(self) -> Iterator[bytes]:
        """The body in blocks; ends early, without an error, when the client goes away or the reception is stopped."""
        left = self._length()
        while left is None or left > 0:
            block = self._read(BLOCK if left is None else min(BLOCK, left))
            if not block:
                self.is_cut = self.is_cut or left is not None
                return
            self.moved, left = time.monotonic(), None if left is None else left - len(block)
            yield block

    def _length(self) -> int | None:
        """None for a chunked body, which says itself where it ends."""
        if self.environ.get("CONTENT_LENGTH"):
            return int(self.environ["CONTENT_LENGTH"])
        return None if self.environ.get("wsgi.input_terminated") else 0

    def _read(self, size: int) -> bytes:
        """A reset connection raises once; the bytes read before it are still in the server's buffer."""
        stream = self.environ["wsgi.input"]
        try:
            return bytes(stream.read(size))
        except OSError:
            self.is_cut = True
        with suppress(OSError):
            return bytes(stream.read(size))
        return b""

    def stop(self, reason: str) -> None:
        """Ends the body as if the client had gone. Plain sockets and TLS alike: it is the connection below that is shut."""
        self.stopped = self.stopped or reason
        sock = self.environ.get("gunicorn.socket")
        if sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RD)


class Receptions:
    """All receptions of this process, and the thread that watches them while there are any."""

    def __init__(self, idle_seconds: float, writers: Writers) -> None:
        """`writers` says who may append to each upload now, whichever process asks."""
        self._idle, self._writers = idle_seconds, writers
        self._lock = threading.Lock()
        self._open: set[Reception] = set()
        self._watcher: threading.Thread | None = None

    @contextmanager
    def receive(self, upload_id: str, writer: str, environ: dict[str, Any]) -> Iterator[Reception]:
        """Watches one body for as long as the block lasts."""
        reception = Reception(upload_id, writer, environ)
        with self._lock:
            self._open.add(reception)
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="receptions", daemon=True)
                self._watcher.start()
        try:
            yield reception
        finally:
            with self._lock:
                self._open.discard(reception)
            reception.done.set()

    def stop(self, upload_id: str) -> None:
        """Stops what this process is receiving for an upload and waits, at most two seconds, until it has saved what came."""
        for reception in self._current():
            if reception.upload_id == upload_id:
                reception.stop("taken over")
                reception.done.wait(PATIENCE)

    def _current(self) -> list[Reception]:
        with self._lock:
            return list(self._open)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            with self._lock:
                if not self._open:
                    self._watcher = None
                    return
            with suppress(Exception):  # a database that is away for a moment must not end the watch
                self._look()

    def _look(self) -> None:
        current, now = self._current(), time.monotonic()
        for reception in current:
            if now - reception.moved > self._idle:
                reception.stop("idle")
        writers = self._writers([reception.upload_id for reception in current])
        for reception in current:
            if writers.get(reception.upload_id) != reception.writer:
                reception.stop("taken over")
