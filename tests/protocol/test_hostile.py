"""What nobody decent would send: each is a clear 4xx, and what was stored before stays as it was."""

from __future__ import annotations

import socket

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from config import Settings
from models import Part, Take, Upload
from tests.door import BODY, CLIP, Door, coded, metadata
from tests.protocol.conftest import Client

NUMBERS = [
    "", " ", "-1", "-0", "+1", "1.0", "1e9", "0x10", "NaN", "Infinity", "null", "1 2", "1,2", "9" * 16, "9" * 5000, "٣", "１", "%31", "⁵",
]  # fmt: skip


@pytest.fixture
def tus(door: Door) -> Door:
    return door.start()


@pytest.fixture
def url(tus: Door) -> str:
    """An upload that holds five bytes and waits for more."""
    made = str(tus.create().headers["Location"])
    assert tus.patch(made, b"12345").status_code == 204
    return made


def assert_untouched(db: Session, tus: Door, url: str) -> None:
    """Still the five bytes, one take, one part, nothing else in the store."""
    answer = tus.tus("HEAD", url)
    assert (answer.status_code, answer.headers["Upload-Offset"], answer.headers["Upload-Defer-Length"]) == (200, "5", "1")
    db.rollback()
    counts = [db.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Take, Upload, Part)]
    assert counts == [1, 1, 1]
    store = tus.app.extensions["store"]
    assert [b"".join(store.open(key)) for key in store.keys("uploads")] == [b"12345"]


def assert_refused(answer: object) -> None:
    """A 4xx with a code and a sentence; never a 5xx, never a page."""
    assert 400 <= answer.status_code < 500, answer  # type: ignore[attr-defined]
    assert answer.headers["Tus-Resumable"] == "1.0.0"  # type: ignore[attr-defined]
    assert answer.json["error"]["message"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["Upload-Offset", "Upload-Length"])
def test_what_is_no_number_of_bytes_is_refused(db: Session, tus: Door, url: str, name: str, number: str) -> None:
    headers = {"Upload-Offset": "5", "Content-Type": BODY, name: number}
    assert_refused(tus.tus("PATCH", url, b"678", **headers))
    assert_untouched(db, tus, url)


@pytest.mark.parametrize("number", [*NUMBERS, str((2 << 30) + 1), "9" * 15])
def test_no_recording_of_an_impossible_length_is_begun(db: Session, tus: Door, url: str, number: str) -> None:
    wanted = metadata(question=tus.question(1), kind="video", take="other")
    assert_refused(tus.tus("POST", "/c/uploads", Upload_Length=number, Upload_Metadata=wanted))
    assert_refused(tus.tus("POST", "/c/uploads", Upload_Defer_Length=number, Upload_Metadata=wanted)) if number != "1" else None
    assert_untouched(db, tus, url)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload-Offset": "5"},
        {"Content-Type": BODY},
        {"Upload-Offset": "5", "Content-Type": "application/offset"},
        {"Upload-Offset": "5", "Content-Type": "application/x-www-form-urlencoded"},
        {"Upload-Offset": "5", "Content-Type": "multipart/form-data; boundary=x"},
        {"Upload-Offset": "5", "Content-Type": BODY, "Tus-Resumable": "-"},
        {"Upload-Offset": "5", "Content-Type": BODY, "Authorization": "-"},
        {"Upload-Offset": "5", "Content-Type": BODY, "Authorization": "Bearer x.y.z"},
        {"Upload-Offset": "5", "Content-Type": BODY, "Authorization": "Basic eDp5"},
        {"Upload-Offset": "6", "Content-Type": BODY},
        {"Upload-Offset": "5", "Content-Type": BODY, "Upload-Length": "4"},
        {"Upload-Offset": "5", "Content-Type": BODY, "Upload-Checksum": "sha1 " + "A" * 4000},
    ],
)
def test_a_patch_with_a_header_missing_or_wrong_is_refused(db: Session, tus: Door, url: str, headers: dict[str, str]) -> None:
    assert_refused(tus.tus("PATCH", url, b"678", **headers))
    assert_untouched(db, tus, url)


@pytest.mark.parametrize(
    "sent",
    [
        "question",
        ",,,",
        "=",
        "question \x00",
        "question YQ",
        "question Y Q = =",
        "question\x01 YQ==",
        "que\x7fstion YQ==",
        "ques tion YQ==",
        f"question {'A' * 6000}",
        f"{'k' * 81} YQ==",
        "question YQ==,question YQ==",
        "question YQ==\x0b,kind dmlkZW8=",
        "вопрос YQ==",
        f"question {coded('../../etc/passwd')},kind {coded('video')}",
        f"question {coded(chr(0))},kind {coded('video')}",
        f"question {coded('x')},kind {coded('video')}",
    ],
)
def test_metadata_that_is_garbage_begins_nothing(db: Session, tus: Door, url: str, sent: str) -> None:
    assert_refused(tus.tus("POST", "/c/uploads", Upload_Length="5", Upload_Metadata=sent))
    assert_untouched(db, tus, url)


@pytest.mark.parametrize("key", ["a\x01b", "a\x7fb", "a\x85b", "k" * 81, "ключ", "a\tb"])
def test_a_key_that_is_no_printable_word_never_comes_back_in_a_header(db: Session, tus: Door, url: str, key: str) -> None:
    sent = f"question {coded(tus.question(1))},kind {coded('video')},{key} YQ=="
    assert_refused(tus.tus("POST", "/c/uploads", Upload_Length="5", Upload_Metadata=sent))
    assert_untouched(db, tus, url)


def test_a_take_name_is_never_cut_short_into_anothers(tus: Door) -> None:
    name = "n" * 64
    assert tus.create(take=name).status_code == 201
    answer = tus.create(take=name + "-2")
    assert_refused(answer)
    assert len((tus.ask("GET", "/c/session").json or {})["takes"]) == 1


@pytest.mark.parametrize(
    "name", ["Łódź 名前 👍.webm", "a\r\nSet-Cookie: x=y", "../../../etc/passwd", "\u202egnp.exe", "\udcff", "x" * 4000, "\0"]
)
def test_a_file_name_in_any_script_comes_back_as_it_came_and_becomes_no_header_and_no_path(tus: Door, name: str) -> None:
    import base64

    value = base64.b64encode(name.encode("utf-8", "surrogateescape")).decode()
    sent = f"question {coded(tus.question(1))},kind {coded('video')},filename {value}"
    made = tus.tus("POST", "/c/uploads", Upload_Length="5", Upload_Metadata=sent)
    assert made.status_code == 201
    head = tus.tus("HEAD", made.headers["Location"])
    assert head.headers["Upload-Metadata"] == sent
    assert "Set-Cookie" not in head.headers
    tus.patch(made.headers["Location"], b"12345")
    keys = list(tus.app.extensions["store"].keys("uploads"))
    assert len(keys) == 1
    assert all(sign.isalnum() or sign in "/-" for sign in keys[0])


@pytest.mark.parametrize("path", ["/c/uploads/..", "/c/uploads/%00", "/c/uploads/" + "x" * 500, "/c/uploads/a/b", "/c/uploads/%2e%2e%2f"])
@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_an_address_that_names_no_upload_finds_nothing(db: Session, tus: Door, url: str, method: str, path: str) -> None:
    answer = tus.tus(method, path, b"x", Upload_Offset="5", Content_Type=BODY)
    assert answer.status_code in (404, 405)
    assert_untouched(db, tus, url)


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_another_candidates_upload_does_not_exist(app: Flask, db: Session, tus: Door, url: str, method: str) -> None:
    other = Door(app, tus.embed).start(email="mallory@home.test")
    answer = other.tus(method, url, b"x", Upload_Offset="5", Content_Type=BODY)
    assert answer.status_code == 404
    assert "Upload-Offset" not in answer.headers
    assert_untouched(db, tus, url)


@hypothesis(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    offset=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
    length=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
    checksum=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
    given_metadata=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
)
def test_no_header_makes_the_server_stumble(
    db: Session, tus: Door, url: str, offset: str, length: str, checksum: str, given_metadata: str
) -> None:
    headers = {"Upload-Offset": offset, "Upload-Length": length, "Upload-Checksum": checksum, "Content-Type": BODY}
    patched = tus.tus("PATCH", url, b"6", **headers)
    created = tus.tus("POST", "/c/uploads", Upload_Length="5", Upload_Metadata=given_metadata)
    for answer in (patched, created):
        assert_refused(answer)
    assert_untouched(db, tus, url)


def test_every_limit_is_told_before_a_byte_is_read_and_what_came_before_stays(
    app: Flask, db: Session, tus: Door, settings: Settings
) -> None:
    made = str(tus.create().headers["Location"])
    tus.patch(made, CLIP[:9])
    for changes, status in (({"upload_bytes": 1 << 20}, 413), ({"free_bytes": 1 << 60}, 507)):
        app.extensions["settings"] = settings.model_copy(update=changes)
        answer = tus.patch(made, bytes(2 << 20), offset=9)
        assert answer.status_code == status
        app.extensions["settings"] = settings
        assert tus.tus("HEAD", made).headers["Upload-Offset"] == "9"


RAW = [
    "Content-Length: -5",
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Content-Length: five",
    "Transfer-Encoding: gzip",
    "Upload-Metadata: question YQ==\nInjected: x",
    "Upload-Length : 5",
    "X-Long: " + "x" * 20_000,
    "Upload-Offset: 5\x00",
]


@pytest.mark.slow
@pytest.mark.parametrize("line", RAW)
def test_a_request_that_is_no_http_is_refused_on_a_real_socket(client: Client, line: str) -> None:
    path = client.create()
    assert client.patch(path, b"12345", 0).status_code == 204
    given = client.headers(Host="greenroom.test", Content_Type=BODY, Connection="close")
    head = f"PATCH {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items())
    with socket.create_connection(("127.0.0.1", client.server.port), timeout=10) as sock:
        sock.sendall(f"{head}Upload-Offset: 5\r\n{line}\r\n\r\n12345".encode("latin-1"))
        answer = sock.recv(65536)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")), answer[:200]
    assert client.stored(path) == b"12345"
