"""Scripts, style sheets and pictures of the employer's pages: packed once, under an address that changes with any of them.

The version stands in the path, so that a module importing `./site.js` gets the one of its own version, and browsers keep all for ever.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, request, url_for

from domain.errors import NotFound
from views.guards import anyone

ROOM: Final = Path(__file__).parents[1] / "static"
KINDS: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
Stamps = tuple[tuple[Path, int], ...]  # files, and when each last changed

door = Blueprint("assets", __name__)
anyone(door)


@door.get("/static/<version>/<path:name>")
def file(version: str, name: str) -> Response:
    """One file. A page from before an update still gets what it asks for, but only for now."""
    path = next((path for path, _ in _stamps() if path == ROOM / name), None)
    if path is None:
        raise NotFound("There is no such file.", "Check the address.")
    plain, packed = _read(path, path.stat().st_mtime_ns)
    is_packed = request.accept_encodings.quality("gzip") > 0
    answer = Response(packed if is_packed else plain, mimetype=KINDS[path.suffix])
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = FOREVER if version == _version(_stamps()) else ASK_AGAIN
    answer.set_etag(hashlib.sha256(plain).hexdigest()[:16] + ("-gz" if is_packed else ""))
    answer.make_conditional(request)
    return answer


def address(name: str) -> str:
    """Where the file of that name lies now."""
    return url_for("assets.file", version=_version(_stamps()), name=name)


def _stamps() -> Stamps:
    return tuple((path, path.stat().st_mtime_ns) for path in sorted(ROOM.rglob("*")) if path.suffix in KINDS)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> tuple[bytes, bytes]:
    plain = path.read_bytes()
    return plain, gzip.compress(plain, 9, mtime=0)


@lru_cache(maxsize=4)
def _version(stamps: Stamps) -> str:
    digest = hashlib.sha256()
    for path, _ in stamps:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def init_app(app: Flask) -> None:
    """Registers the route, and for templates `static(name)`."""
    app.register_blueprint(door)
    app.jinja_env.globals.update(static=address)
