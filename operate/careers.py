"""The demo careers page on its own port: a site that is not ours and knows nothing of us but the snippet it was given."""

from __future__ import annotations

import argparse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from operate import end_with


def careers(asked: argparse.Namespace) -> int:
    """Serves `careers.html` of the data folder until told to stop."""
    end_with(asked.parent)
    body = (asked.data / "careers.html").read_bytes()
    with ThreadingHTTPServer(("127.0.0.1", asked.port), _handler(body)) as server:
        server.serve_forever()
    return 0


def _handler(body: bytes) -> type[BaseHTTPRequestHandler]:
    class Careers(BaseHTTPRequestHandler):
        """One page, and nothing else; no log."""

        def do_GET(self) -> None:
            found = self.path.split("?")[0] == "/"
            said = body if found else b"Not here."
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(said)

        do_HEAD = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: Any) -> None:
            pass

    return Careers
