"""The line between a browser and a server, as a TCP proxy that can be cut, slow, dead or in the way of one request."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

CHUNK = 16 << 10


@dataclass
class Line:
    """`cut_after` bytes sent by the browser on one connection it is reset; `delay` seconds pass before any byte goes on.

    `refusals` holds (start of a request, status): the first request that starts so is answered by the line itself.
    """

    target: int
    cut_after: int | None = None
    delay: float = 0.0
    is_down: bool = False
    refusals: list[tuple[bytes, int]] = field(default_factory=list)
    cuts: int = 0
    _open: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def go_down(self) -> None:
        """Every connection breaks, and no new one is answered until `is_down` is False again."""
        self.is_down = True
        for one in list(self._open):
            self._break(one)

    def mend(self) -> None:
        """No fault any more, and none counted."""
        self.cut_after, self.delay, self.is_down, self.refusals, self.cuts = None, 0.0, False, [], 0

    def close(self) -> None:
        self.go_down()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = None if self.is_down else socket.create_connection(("127.0.0.1", self.target), timeout=10)
            except OSError:
                server = None
            if server is None:
                self._break(browser)
                continue
            server.settimeout(None)
            self._open |= {browser, server}
            waiting: queue.Queue[tuple[float, bytes]] = queue.Queue()
            for work, given in ((self._hear, (browser, server, waiting)), (self._pass_on, (browser, server, waiting))):
                threading.Thread(target=work, args=given, daemon=True).start()
            threading.Thread(target=self._bring_back, args=(browser, server), daemon=True).start()

    def _hear(self, browser: socket.socket, server: socket.socket, waiting: queue.Queue[tuple[float, bytes]]) -> None:
        heard = 0
        for data in _pieces(browser):
            heard += len(data)
            if self._refuses(browser, data):
                break
            left = None if self.cut_after is None else self.cut_after - heard + len(data)
            if left is not None and left < len(data):
                waiting.put((time.monotonic() + self.delay, data[: max(0, left)]))
                self.cuts += 1
                break
            waiting.put((time.monotonic() + self.delay, data))
        waiting.put((0, b""))

    def _refuses(self, browser: socket.socket, data: bytes) -> bool:
        for refusal in self.refusals:
            if data.startswith(refusal[0]):
                self.refusals.remove(refusal)
                with contextlib.suppress(OSError):
                    browser.sendall(b"HTTP/1.1 %d Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % refusal[1])
                    time.sleep(0.1)
                return True
        return False

    def _pass_on(self, browser: socket.socket, server: socket.socket, waiting: queue.Queue[tuple[float, bytes]]) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = waiting.get()
                if not data and not due:
                    break
                time.sleep(max(0.0, due - time.monotonic()))
                server.sendall(data)
        self._break(browser)
        self._break(server)

    def _bring_back(self, browser: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for data in _pieces(server):
                browser.sendall(data)
        self._break(browser)
        self._break(server)

    def _break(self, one: socket.socket) -> None:
        """Both ends learn that the other is gone; what was passed on before still arrives."""
        self._open.discard(one)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            one.close()


def _pieces(source: socket.socket) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            yield data
