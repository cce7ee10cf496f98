"""Uploads over tus 1.0.0: core, creation (with upload, with deferred length), checksum, termination, expiration."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from flask import Blueprint, Response, request

from adapters import clock
from adapters.storage import StoreError
from domain import candidates, uploads
from domain.errors import ProtocolVersion, Refused, StorageFull, UnsupportedType
from domain.uploads import Append, Wanted
from models import Upload, db
from widget.guards import candidate_session, candidates_only, limits, receptions, settings, store
from widget.limits import limiter
from widget.receiving import Checksum, Receiving
from widget.shapes import upload_url

PATH: Final = "/c/uploads"
VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,creation-defer-length,checksum,termination,expiration"
ALGORITHMS: Final = {"sha1": 20, "sha256": 32}
KEY: Final = re.compile(r"[!-+\--~]{1,80}")
"""A key of the metadata: printable ASCII without space or comma. It goes back into a header as it came."""
BODY_TYPE: Final = "application/offset+octet-stream"

blueprint = Blueprint("uploads", __name__)


@blueprint.before_request
def require_version() -> None:
    """Every request but OPTIONS says which protocol it speaks. Told to strangers too: it is what OPTIONS tells them."""
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        raise ProtocolVersion


candidates_only(blueprint)


@blueprint.route(PATH, methods=["OPTIONS"], provide_automatic_options=False)
@blueprint.route(f"{PATH}/<upload_id>", methods=["OPTIONS"], provide_automatic_options=False)
def describe(upload_id: str = "") -> Response:
    """What this server can do."""
    answer = Response(status=200)
    answer.headers["Tus-Version"] = VERSION
    answer.headers["Tus-Extension"] = EXTENSIONS
    answer.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    answer.headers["Tus-Max-Size"] = str(settings().upload_bytes)
    answer.headers["Allow"] = "HEAD, PATCH, DELETE, OPTIONS" if upload_id else "POST, OPTIONS"
    return answer


@blueprint.post(PATH, provide_automatic_options=False)
@limiter.limit("240/minute", key_func=lambda: candidate_session().id)
def create() -> Response:
    """A new upload, with the first bytes when a body came along."""
    now, wanted, checksum = clock.now(), _wanted(), _checksum()
    _require_space(settings().free_bytes)
    if _has_body() and request.mimetype != BODY_TYPE:
        raise UnsupportedType
    upload = uploads.create(db.session(), candidate_session(), wanted, limits(), now)
    db.session().commit()
    answer = Response(status=201)
    answer.headers["Location"] = upload_url(upload.id)
    if _has_body() and upload.offset == 0:
        _receive(upload, Append(0, _announced()), checksum, now)
    return _describe(answer, upload)


@blueprint.route(f"{PATH}/<upload_id>", methods=["HEAD"], provide_automatic_options=False)
def head(upload_id: str) -> Response:
    """How far the upload has got. A request still busy with it is stale: it saves what it has, then this answers."""
    upload = uploads.get_upload(db.session(), candidate_session(), upload_id, clock.now())
    if upload.writer is not None:
        _stop(upload)
        uploads.release(db.session(), upload.id)
        db.session().commit()
    return _describe(Response(status=200), upload, full=True)


@blueprint.patch(f"{PATH}/<upload_id>", provide_automatic_options=False)
def append(upload_id: str) -> Response:
    """More bytes, from the offset on which client and server must agree."""
    now, offset, length, checksum = clock.now(), _number("Upload-Offset"), _length(), _checksum()
    if request.mimetype != BODY_TYPE:
        raise UnsupportedType
    if offset is None:
        raise Refused("The header Upload-Offset is missing.")
    upload = uploads.get_upload(db.session(), candidate_session(), upload_id, now)
    candidates.require_open(candidate_session(), now)
    _require_space(settings().free_bytes // 2)
    if upload.writer is not None:
        _stop(upload)
    _receive(upload, Append(offset, _announced(), length), checksum, now)
    return _describe(Response(status=204), upload)


@blueprint.delete(f"{PATH}/<upload_id>", provide_automatic_options=False)
def terminate(upload_id: str) -> Response:
    """The candidate gives the recording up."""
    upload = uploads.get_upload(db.session(), candidate_session(), upload_id, clock.now())
    keys = uploads.terminate(db.session(), candidate_session(), upload, clock.now())
    db.session().commit()
    receptions().stop(upload_id)
    for key in keys:
        _delete(key)
    return Response(status=204)


def _receive(upload: Upload, wish: Append, checksum: Checksum | None, now: datetime) -> None:
    """The body, from a claim to the last part counted."""
    claim = uploads.claim(db.session(), upload, wish, limits(), now)
    db.session().commit()
    Receiving(claim, checksum).run(request.environ)
    db.session().refresh(upload)


def _stop(upload: Upload) -> None:
    """Lets go of the connection while waiting, so that the request which is to stop can save."""
    upload_id = upload.id
    db.session().commit()
    receptions().stop(upload_id)


def _describe(answer: Response, upload: Upload, full: bool = False) -> Response:
    """The headers that tell how an upload stands; `full` with all that HEAD owes."""
    answer.headers["Upload-Offset"] = str(upload.offset)
    if upload.finished_at is None:
        answer.headers["Upload-Expires"] = format_datetime(uploads.expiry(upload, candidate_session()), usegmt=True)
    if full and upload.length is not None:
        answer.headers["Upload-Length"] = str(upload.length)
    if full and upload.length is None:
        answer.headers["Upload-Defer-Length"] = "1"
    if full and upload.meta.get("header"):
        answer.headers["Upload-Metadata"] = upload.meta["header"]
    return answer


def _require_space(floor: int) -> None:
    """Recordings under way may use half of the reserve; new ones none of it."""
    free = store().free_bytes()
    if free is not None and free < floor:
        raise StorageFull


def _delete(key: str) -> None:
    try:
        store().delete(key)
    except StoreError:
        return  # the sweep finds what no row names any more


def _announced() -> int:
    return request.content_length or 0


def _has_body() -> bool:
    """A chunked body does not say how long it is."""
    return _announced() > 0 or (request.content_length is None and bool(request.environ.get("wsgi.input_terminated")))


def _number(name: str) -> int | None:
    """A header that holds a whole number of bytes, or None where it is missing."""
    text = request.headers.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Refused(f"The header {name} must be a whole number, zero or more.")
    return int(text)


def _length() -> int | None:
    return _number("Upload-Length")


def _wanted() -> Wanted:
    """What the creation's headers ask for."""
    length, deferred = _length(), request.headers.get("Upload-Defer-Length")
    if deferred not in (None, "1") or (length is None) == (deferred is None):
        raise Refused("Send either Upload-Length, or Upload-Defer-Length: 1.")
    if request.headers.get("Upload-Concat") is not None:
        raise Refused("Uploads in parallel pieces are not offered here.", "Send the recording as one upload.")
    header = request.headers.get("Upload-Metadata", "")
    said = _metadata(header)
    if len(said.get("take", "")) > 64:
        raise Refused("The name of the take is too long.", "Use at most 64 characters, such as a UUID.")
    return Wanted(
        question_id=said.get("question", ""),
        kind=said.get("kind", ""),
        filetype=said.get("filetype", "")[:120],
        client_id=said.get("take", ""),
        technical=said.get("technical") == "1",
        length=length,
        header=header,
    )


def _metadata(header: str) -> dict[str, str]:
    """Pairs of a key and a base64 value, separated by commas; a value may be missing."""
    said: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else []:
        key, _, value = pair.strip().partition(" ")
        if not KEY.fullmatch(key) or key in said or " " in value.strip():
            raise Refused("Upload-Metadata must be pairs of a key and a base64 value, each key once.")
        said[key] = _decoded(value.strip(), "Upload-Metadata").decode("utf-8", "replace").replace("\0", "")
    return said


def _checksum() -> Checksum | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.strip().partition(" ")
    digest = _decoded(value.strip(), "Upload-Checksum")
    if ALGORITHMS.get(algorithm) != len(digest):
        raise Refused(f"Upload-Checksum must be one of {', '.join(ALGORITHMS)} and its base64 value.")
    return Checksum(algorithm, digest)


def _decoded(value: str, name: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(f"The header {name} is not base64.") from None
