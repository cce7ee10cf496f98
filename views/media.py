"""Recordings, posters and captions under short signed addresses, with byte ranges so that a player can seek."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final, cast
from urllib.parse import quote

from flask import Blueprint, Response, current_app, request, session

from adapters import clock
from adapters.storage import MediaStore, NotStored
from domain import clips, guests, logins, logos, media
from domain.errors import NotFound
from domain.media import Address, AddressRefused, Rendition
from models import EVERY_EMPLOYER, db, serve
from views import guards

door = Blueprint("media", __name__)
guards.anyone(door)

PIECE: Final = 2 << 20
"""Most bytes answered to "from here to the end": a paused player would otherwise hold a web thread for as long as it pauses."""
HEADERS: Final = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@door.get("/media/<token>")
def serve_media(token: str) -> Response:
    """One rendition, whole or in part. The token is the only key; what it says decides what is sent."""
    address = media.read(guards.tokens(), token, clock.now())
    serve(db.session(), EVERY_EMPLOYER)
    _require_browser(address)
    rendition = media.get_rendition(db.session(), address.take_id, address.rendition)
    db.session.rollback()
    return _send(rendition)


@door.get("/media/clips/<token>")
def serve_clip(token: str) -> Response:
    """A clip of the employer's, or its captions; it shows nothing of any candidate, so nobody need be signed in."""
    serve(db.session(), EVERY_EMPLOYER)
    rendition = clips.get_rendition(db.session(), guards.tokens(), token, clock.now())
    db.session.rollback()
    return _send(rendition)


@door.get("/media/logo/<token>")
def serve_logo(token: str) -> Response:
    """The employer's logo, for candidates."""
    serve(db.session(), EVERY_EMPLOYER)
    rendition = logos.get_rendition(db.session(), guards.tokens(), token, clock.now())
    db.session.rollback()
    return _send(rendition)


def _require_browser(address: Address) -> None:
    """An address made for a signed-in member or a guest works in that browser only, and only while they may look."""
    login_id, guest_id = address.login_id, address.guest_id
    if login_id:
        member = logins.find_member(db.session(), login_id, clock.now()) if session.get("login") == login_id else None
        if member is None:
            raise AddressRefused
        guards.narrow(member)
    if guest_id and session.get("guest") != guest_id:
        raise AddressRefused
    if guest_id:
        guests.get_alive(db.session(), guest_id, clock.now())


def _send(rendition: Rendition) -> Response:
    sizes = _sizes(rendition)
    total = sum(sizes)
    wanted = _wanted(rendition, total)
    start, end = wanted or (0, total)
    response = Response(status=206 if wanted else 200, mimetype=None)
    if start >= end and total:
        return _unsatisfiable(total)
    if request.method != "HEAD":
        response.response = _bytes(rendition, sizes, start, end)
    response.headers.update({**HEADERS, "Content-Type": rendition.type, "ETag": f'"{rendition.tag}"'})
    response.headers["Content-Length"] = str(end - start)
    response.headers["Content-Disposition"] = disposition(rendition.filename, rendition.is_download)
    if wanted:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{total}"
    return response


def _sizes(rendition: Rendition) -> list[int]:
    if rendition.text is not None:
        return [len(rendition.text)]
    try:
        return [_store().size(key) if size is None else size for key, size in rendition.objects]
    except NotStored as gone:
        raise NotFound from gone


def _wanted(rendition: Rendition, total: int) -> tuple[int, int] | None:
    """The one byte range asked for, as [start, end); empty when it lies outside, None when the whole is wanted.

    Several ranges, another unit, or a range of an older version are answered with the whole, as RFC 9110 allows.
    """
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if request.if_range.date is not None or request.if_range.etag not in (None, rendition.tag):
        return None
    first, last = asked.ranges[0]
    start = max(0, total + first) if first < 0 else first
    end = min(total, total if last is None else last)
    if last is None and first >= 0 and not rendition.is_download:
        end = min(end, start + PIECE)
    return (start, end) if start < end else (total, total)


def _unsatisfiable(total: int) -> Response:
    response = Response(status=416, mimetype="text/plain")
    response.headers.update({**HEADERS, "Content-Range": f"bytes */{total}"})
    return response


def _bytes(rendition: Rendition, sizes: list[int], start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to `end` over all objects. The first piece is fetched now, while an error can still be answered."""
    if rendition.text is not None:
        return iter([rendition.text[start:end]])
    stream = _pieces(_store(), [(key, size) for (key, _), size in zip(rendition.objects, sizes, strict=True)], start, end)
    try:
        return chain([next(stream, b"")], stream)
    except NotStored as gone:
        raise NotFound from gone


def _pieces(store: MediaStore, objects: list[tuple[str, int]], start: int, end: int) -> Iterator[bytes]:
    at = 0
    for key, size in objects:
        if at < end and at + size > start:
            yield from store.open(key, max(0, start - at), min(size, end - at))
        at += size


def disposition(filename: str, is_download: bool) -> str:
    """A Content-Disposition header as RFC 6266 wants it: plain ASCII for old readers, UTF-8 beside it."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename)
    way = "attachment" if is_download else "inline"
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _store() -> MediaStore:
    return cast(MediaStore, current_app.extensions["store"])
