"""A hub of models on this machine, as far as a download needs one: it lists files with their hashes and serves ranges of them.

It can cut a line after so many bytes, stall there, or serve other bytes than it promised.
"""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REVISION = "a" * 40
LARGE = 1 << 20


@dataclass
class Hub:
    """`cut`: bytes of model.bin after which a line ends, once for each of `cuts`. `stalls`: it hangs there instead."""

    files: dict[str, bytes]
    cut: int = 0
    cuts: int = 0
    stalls: bool = False
    spoilt: bool = False
    ranges: list[str] = field(default_factory=list)
    url: str = ""

    def listing(self) -> dict[str, Any]:
        return {"id": "acme/whisper", "sha": REVISION, "siblings": [self._about(name, data) for name, data in self.files.items()]}

    def _about(self, name: str, data: bytes) -> dict[str, Any]:
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        about: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": blob}
        if len(data) > LARGE:
            about["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
        return about


class _Handler(BaseHTTPRequestHandler):
    """Answers for the hub of its server."""

    server: _Server

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        state = self.server.state
        name = self.path.split("?")[0].rsplit("/", 1)[-1]
        if self.path.startswith("/api/models/"):
            self._send(200, json.dumps(state.listing()).encode())
        elif name not in state.files:
            self._send(404, b"{}")
        else:
            self._serve(name, state.files[name])

    def _serve(self, name: str, data: bytes) -> None:
        state = self.server.state
        start = int(self.headers.get("Range", "bytes=0-").split("=")[1].split("-")[0])
        is_cut = name == "model.bin" and state.cuts > 0
        if name == "model.bin":
            state.ranges.append(self.headers.get("Range", ""))
            data = data[:-1] + b"!" if state.spoilt else data
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        self.wfile.write(data[start:][: state.cut if is_cut else None])
        if is_cut:
            self._cut(state)

    def _cut(self, state: Hub) -> None:
        state.cuts -= 1
        self.wfile.flush()
        while state.stalls:
            time.sleep(0.1)
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    state: Hub


@contextmanager
def hub(**made: Any) -> Iterator[Hub]:
    """A hub that answers on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.state = state = Hub(**made)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        state.stalls = False
        server.shutdown()
        server.server_close()
