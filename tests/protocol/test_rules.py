"""tus 1.0.0, rule by rule: every MUST, SHOULD and MAY that speaks to a server, each a request and its answer.

Left out: what only a client can keep, and the extensions not offered (concatenation, checksum-trailer, challenge).
Rules about time and broken lines are in `test_streams.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import pytest
from werkzeug.test import TestResponse

from tests.door import BODY, Door, checksum, coded, metadata

PATCHING: dict[str, str] = {"Content-Type": BODY, "Upload-Offset": "0"}
OFFERED = "creation,creation-with-upload,creation-defer-length,checksum,termination,expiration"
MANY_BYTES = str(10 << 30)
SEND = "creation URL"
GONE = "an upload given up"
NOWHERE = "/c/uploads/nothing"


@dataclass(frozen=True)
class Rule:
    """`text` in our words. To the upload (10 bytes announced, or what `begun` says) goes `first` as a PATCH, then the request."""

    part: str
    text: str
    method: str
    sent: Mapping[str, str]
    status: int
    told: Mapping[str, str | None] = field(default_factory=dict)
    body: bytes = b""
    to: str = ""
    first: bytes = b""
    begun: Mapping[str, str] = field(default_factory=dict)
    offset: str | None = None
    """What HEAD tells afterwards."""


def head(part: str, text: str, told: Mapping[str, str | None], status: int = 200, **more: object) -> Rule:
    return Rule(part, text, "HEAD", {}, status, told, **more)  # type: ignore[arg-type]


def patch(part: str, text: str, status: int, sent: Mapping[str, str], offset: str, body: bytes = b"hello", **more: object) -> Rule:
    return Rule(part, text, "PATCH", PATCHING | dict(sent), status, body=body, offset=offset, **more)  # type: ignore[arg-type]


def post(
    part: str, text: str, status: int, sent: Mapping[str, str], told: Mapping[str, str | None] | None = None, body: bytes = b""
) -> Rule:
    return Rule(part, text, "POST", sent, status, told or {}, body=body, to=SEND)


DEFERRED = {"Upload-Defer-Length": "1", "Upload-Length": "-"}
RULES = [
    head("core", "MUST: Upload-Offset is a whole number, told on HEAD even when it is 0", {"Upload-Offset": "0"}),
    head("core", "MUST: Upload-Offset is told on HEAD when the upload is complete", {"Upload-Offset": "10"}, first=b"0123456789"),
    head("core", "MUST: Upload-Length is told on HEAD where it is known", {"Upload-Length": "10"}),
    head("core", "MUST: HEAD is never cached", {"Cache-Control": "no-store"}),
    head("core", "SHOULD: HEAD of what is not found is 404, without an offset", {"Upload-Offset": None}, 404, to=NOWHERE),
    head("core", "SHOULD: HEAD of what was given up is 410, without an offset", {"Upload-Offset": None}, 410, to=GONE),
    head("core", "MUST: Tus-Resumable on every answer", {"Tus-Resumable": "1.0.0"}),
    head("core", "MUST: Tus-Resumable on refusals too", {"Tus-Resumable": "1.0.0"}, 404, to=NOWHERE),
    *[
        Rule(
            "core",
            f"MUST: another version is 412 with Tus-Version, and nothing is done ({method}, {version})",
            method,
            PATCHING | {"Tus-Resumable": version},
            412,
            {"Tus-Version": "1.0.0"},
            body=b"hello" if method != "HEAD" else b"",
            offset="0",
        )
        for method in ("HEAD", "PATCH", "DELETE")
        for version in ("-", "0.2.2", "1.0.1")
    ],
    post("core", "MUST: another version creates nothing", 412, {"Tus-Resumable": "2.0.0"}, {"Tus-Version": "1.0.0", "Location": None}),
    Rule(
        "core",
        "MUST: 412 with Tus-Version without a token as well",
        "PATCH",
        PATCHING | {"Tus-Resumable": "-", "Authorization": "-"},
        412,
        {"Tus-Version": "1.0.0"},
        body=b"hello",
        offset="0",
    ),
    Rule(
        "core",
        "the right version without a token is 401, whatever the address",
        "HEAD",
        {"Authorization": "-"},
        401,
        {"Upload-Offset": None},
    ),
    Rule("core", "the right version without a token is 401 where nothing is", "HEAD", {"Authorization": "-"}, 401, to=NOWHERE),
    patch(
        "core",
        "MUST: a PATCH is 204 with the new offset, the sum of old and received",
        204,
        {"Upload-Offset": "5"},
        "10",
        b"world",
        first=b"hello",
        told={"Upload-Offset": "10"},
    ),
    patch("core", "MAY: many small PATCHes", 204, {"Upload-Offset": "5"}, "6", b"w", first=b"hello", told={"Upload-Offset": "6"}),
    patch("core", "MUST: an offset behind is 409 and changes nothing", 409, {"Upload-Offset": "0"}, "5", first=b"hello"),
    patch("core", "MUST: an offset ahead is 409 and changes nothing", 409, {"Upload-Offset": "6"}, "5", first=b"hello"),
    patch("core", "MUST: an offset is a number, not negative", 400, {"Upload-Offset": "-1"}, "0"),
    patch("core", "MUST: an offset is given", 400, {"Upload-Offset": "-"}, "0"),
    patch("core", "SHOULD: another content type is 415", 415, {"Content-Type": "text/plain"}, "0"),
    patch("core", "SHOULD: no content type is 415", 415, {"Content-Type": "-"}, "0"),
    patch("core", "SHOULD: a PATCH of what does not exist is 404", 404, {}, "0", to=NOWHERE),
    *[
        Rule(
            "core",
            f"MUST: the method in X-HTTP-Method-Override is meant, {carrier} is ignored",
            carrier,
            PATCHING | {"X-HTTP-Method-Override": "PATCH"},
            204,
            {"Upload-Offset": "5"},
            body=b"hello",
            offset="5",
        )
        for carrier in ("POST", "GET", "PUT", "DELETE")
    ],
    Rule("core", "MUST: OPTIONS is 200 or 204 with Tus-Version", "OPTIONS", {}, 200, {"Tus-Version": "1.0.0"}),
    Rule("core", "MAY: OPTIONS tells the extensions", "OPTIONS", {}, 200, {"Tus-Extension": OFFERED}, to=SEND),
    Rule("core", "SHOULD: OPTIONS tells the largest size", "OPTIONS", {}, 200, {"Tus-Max-Size": str(2 << 30)}, to=SEND),
    Rule("core", "MUST: OPTIONS ignores Tus-Resumable", "OPTIONS", {"Tus-Resumable": "7.0.0"}, 200, {"Tus-Version": "1.0.0"}),
    post("creation", "MUST: 201 with Location; MAY: absolute", 201, {}, {"Location": "http://greenroom.test/c/uploads/"}),
    post("creation", "MUST: a length, or that it is deferred", 400, {"Upload-Length": "-"}, {"Location": None}),
    post("creation", "MUST: not both", 400, {"Upload-Defer-Length": "1"}, {"Location": None}),
    post("creation", "MUST: a length is a number, not negative", 400, {"Upload-Length": "-10"}, {"Location": None}),
    post("creation", "MUST: above the largest size is 413", 413, {"Upload-Length": MANY_BYTES}, {"Location": None}),
    post("creation", "MAY: a length of zero", 201, {"Upload-Length": "0"}),
    post("creation", "MUST: keys of the metadata are unique", 400, {"Upload-Metadata": "a YQ==,a YQ=="}),
    post("creation", "MUST: a key is not empty", 400, {"Upload-Metadata": "a YQ==,,b YQ=="}),
    post("creation", "MUST: values are Base64", 400, {"Upload-Metadata": "a ?"}),
    post("creation", "MUST: key and value are separated by one space", 400, {"Upload-Metadata": "a YQ== YQ=="}),
    post("creation", "SHOULD: what would smuggle a header is refused", 400, {"Upload-Metadata": "a\x7fb YQ=="}),
    head(
        "creation",
        "MUST: HEAD tells the metadata as it came; MAY: an empty value without its space",
        {"Upload-Metadata": f"question QUESTION,kind {coded('video')},is_confidential"},
        begun={"Upload-Metadata": f"question QUESTION,kind {coded('video')},is_confidential"},
    ),
    head(
        "defer-length", "MUST: HEAD tells that the length is deferred", {"Upload-Defer-Length": "1", "Upload-Length": None}, begun=DEFERRED
    ),
    head("defer-length", "MUST: not told where the length is known", {"Upload-Defer-Length": None}),
    post("defer-length", "should: any value but 1 is 400", 400, {"Upload-Defer-Length": "2", "Upload-Length": "-"}),
    patch("defer-length", "MUST: the length comes with a PATCH", 204, {"Upload-Length": "5"}, "5", begun=DEFERRED),
    patch("defer-length", "MUST NOT: a length set once never changes", 400, {"Upload-Length": "11"}, "0"),
    post(
        "with-upload",
        "MAY: bytes come with the creation; MUST: 201 tells the offset",
        201,
        {"Content-Type": BODY},
        {"Upload-Offset": "5"},
        b"hello",
    ),
    post("with-upload", "MUST: in the protocol's own content type", 415, {"Content-Type": "text/plain"}, {"Location": None}, b"hello"),
    post("expiration", "MUST: the time is told at the creation", 201, {}, {"Upload-Expires": "DATE"}),
    patch("expiration", "MUST: the time is told on every PATCH of what will expire", 204, {}, "5", told={"Upload-Expires": "DATE"}),
    patch("expiration", "what is complete does not expire", 204, {}, "10", b"0123456789", told={"Upload-Expires": None}),
    patch("expiration", "SHOULD: a PATCH of what was removed is 410", 410, {}, "0", to=GONE),
    Rule(
        "checksum",
        "MUST: OPTIONS tells the algorithms; MUST: sha1; in lower case",
        "OPTIONS",
        {},
        200,
        {"Tus-Checksum-Algorithm": "sha1,sha256"},
    ),
    *[
        patch("checksum", f"MAY: 204 where it is right ({name})", 204, {"Upload-Checksum": checksum(b"hello", name)}, "5")
        for name in ("sha1", "sha256")
    ],
    patch(
        "checksum",
        "MUST: 460 where it is wrong, the piece discarded, the offset as before",
        460,
        {"Upload-Checksum": checksum(b"other", "sha1")},
        "0",
    ),
    patch(
        "checksum", "MUST: 400 for another algorithm, the piece discarded", 400, {"Upload-Checksum": "md5 XUFAKrxLKna5cZ2REBfFkg=="}, "0"
    ),
    patch("checksum", "MUST: name, space, Base64", 400, {"Upload-Checksum": "sha1"}, "0"),
    post(
        "checksum",
        "the rules of PATCH hold for the body of a creation",
        460,
        {"Content-Type": BODY, "Upload-Checksum": checksum(b"other")},
        {},
        b"hello",
    ),
    Rule("termination", "MUST: DELETE is 204", "DELETE", {}, 204, {"Tus-Resumable": "1.0.0"}),
    Rule("termination", "MUST: DELETE of a complete upload is 204", "DELETE", {}, 204, first=b"0123456789"),
    Rule("termination", "SHOULD: 410 ever after", "DELETE", {}, 410, to=GONE),
    post("concatenation", "not offered, so refused", 400, {"Upload-Concat": "partial"}, {"Location": None}),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.part}: {rule.text}")
def test_the_protocols_rule_holds(door: Door, rule: Rule) -> None:
    door.start()
    url = begin(door, rule)
    if rule.first:
        assert door.patch(url, rule.first).status_code == 204
    answer = ask(door, rule, url)
    assert answer.status_code == rule.status, answer.text
    for name, value in rule.told.items():
        assert_told(answer.headers.get(name), value.replace("QUESTION", coded(door.question(1))) if value else value)
    if rule.offset is not None and rule.to != GONE:
        assert door.tus("HEAD", url).headers["Upload-Offset"] == rule.offset


def begin(door: Door, rule: Rule) -> str:
    """An upload for ten bytes, or as the rule wants it; given up where that is what the rule is about."""
    url = str(create(door, rule.begun).headers["Location"])
    if rule.to == GONE:
        assert door.tus("DELETE", url).status_code == 204
    return url


def create(door: Door, sent: Mapping[str, str], body: bytes | None = None) -> TestResponse:
    given = {"Upload-Length": "10", "Upload-Metadata": metadata(question=door.question(1), kind="video"), **sent}
    given = {name: value.replace("QUESTION", coded(door.question(1))) for name, value in given.items()}
    return door.tus("POST", "/c/uploads", body, **given)


def ask(door: Door, rule: Rule, url: str) -> TestResponse:
    if rule.method == "POST" and rule.to == SEND:
        return create(door, rule.sent, rule.body or None)
    path = {SEND: "/c/uploads", NOWHERE: NOWHERE}.get(rule.to, url)
    return door.tus(rule.method, path, rule.body or None, **rule.sent)


def assert_told(value: str | None, wanted: str | None) -> None:
    if wanted == "DATE":
        assert parsedate_to_datetime(value or "").utcoffset() is not None
        assert (value or "").endswith(" GMT")
    elif wanted is not None and wanted.endswith("/"):
        assert (value or "").startswith(wanted)
    else:
        assert value == wanted
