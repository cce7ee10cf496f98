"""The loader, the frame and its files: what browsers fetch before any token is spoken of."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, g, render_template, request

from domain import arrivals, origins
from domain.errors import NotFound
from models import EVERY_EMPLOYER, db, serve
from widget.guards import anyone

ROOM: Final = Path(__file__).parent
FRAME: Final = ROOM / "frame"
TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FEATURES: Final = (
    "camera=(self), microphone=(self), autoplay=(self), fullscreen=(self), screen-wake-lock=(self), geolocation=(), payment=()"
)
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
FIVE_MINUTES: Final = "public, max-age=300"

blueprint = Blueprint("embed", __name__)
anyone(blueprint)


@blueprint.get("/embed.js")
def loader() -> Response:
    """The loader. Kept for minutes only, so that a mended one reaches every page soon."""
    answer = _file(ROOM / "embed.js", FIVE_MINUTES)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@blueprint.get("/frame/<embed_id>")
def frame(embed_id: str) -> Response:
    """The frame, for the origins its snippet names and nobody else."""
    serve(db.session(), EVERY_EMPLOYER)
    embed = arrivals.find_embed(db.session(), embed_id)
    if embed is None:
        raise NotFound("This interview does not exist, or its snippet was withdrawn.", "Ask the employer for a new link.")
    g.frame_ancestors = origins.frame_ancestors(embed.origins)
    return _page()


@blueprint.get("/i")
def hosted() -> Response:
    """The same document as a page of its own; the token stays in the fragment, which no server sees."""
    return _page()


@blueprint.get("/widget/<path:name>")
def file(name: str) -> Response:
    """A module, style sheet or words of the frame; for ever when the address names the version."""
    return _file(FRAME / name, FOREVER if request.args.get("v") == version() else ASK_AGAIN)


def _page() -> Response:
    answer = Response(render_template("widget/frame.html", version=version()), mimetype="text/html")
    # A host page may isolate itself (COEP): then it may only hold frames that do the same.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    answer.headers["Permissions-Policy"] = FEATURES
    return answer


def _file(path: Path, caching: str) -> Response:
    """A file, packed where the browser can unpack it. Raises NotFound for anything outside the widget's folder."""
    if path.suffix not in TYPES or not path.resolve().is_relative_to(ROOM) or not path.is_file():
        raise NotFound("There is no such file.", "Check the address.")
    plain, packed, tag = _read(path, path.stat().st_mtime_ns)
    is_packed = request.accept_encodings.quality("gzip") > 0
    answer = Response(packed if is_packed else plain, content_type=TYPES[path.suffix])
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = caching
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    answer.set_etag(tag + ("-gz" if is_packed else ""))
    answer.make_conditional(request)
    return answer


@lru_cache(maxsize=128)
def _read(path: Path, _changed: int) -> tuple[bytes, bytes, str]:
    """The file as it is, packed, and its tag; read again when it changes."""
    plain = path.read_bytes()
    return plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:16]


def version() -> str:
    """Changes with any file of the frame."""
    return _version(tuple((str(path), path.stat().st_mtime_ns) for path in sorted(FRAME.rglob("*")) if path.is_file()))


@lru_cache(maxsize=4)
def _version(files: tuple[tuple[str, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _ in files:
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()[:12]
