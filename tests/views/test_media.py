"""Recordings under short signed addresses: ranges, headers, who may, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from adapters import clock
from adapters.storage import MediaStore
from domain import logins, media, transcripts
from domain.tokens import Tokens
from models import Media, Take
from tests.factories import NOW, World
from tests.jobs.conftest import create_take
from tests.views.conftest import Enter
from views.media import PIECE, disposition

BYTES = bytes(range(256)) * 40


@pytest.fixture
def take(app: Flask, db: Session, world: World) -> Take:
    store: MediaStore = app.extensions["store"]
    take = create_take(db, store, world, BYTES, pieces=7)
    key = f"media/{take.employer_id}/{take.id}/playback.webm"
    store.put(key, BYTES)
    store.put(f"media/{take.employer_id}/{take.id}/poster.jpg", b"\xff\xd8\xff\xd9")
    values = {
        "playback_key": key,
        "playback_type": "video/webm",
        "bytes": len(BYTES),
        "poster_key": key.replace("playback.webm", "poster.jpg"),
    }
    media.record(db, take.employer_id, take.id, values, NOW)
    db.commit()
    return take


@pytest.fixture
def tokens(app: Flask) -> Tokens:
    found: Tokens = app.extensions["tokens"]
    return found


def address(tokens: Tokens, take: Take, rendition: str = "playback", login_id: str | None = None, age: float = 0) -> str:
    bound = {"login": login_id} if login_id else {}
    return f"/media/{media.mint(tokens, take.id, rendition, clock.now() - timedelta(seconds=age), **bound)}"


def test_the_whole_is_served_with_headers_that_let_nothing_run(stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    answer = stranger.get(address(tokens, take))
    assert (answer.status_code, answer.data) == (200, BYTES)
    assert answer.headers["Content-Type"] == "video/webm"
    assert answer.headers["Content-Length"] == str(len(BYTES))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith('inline; filename="Carla Candidate question 1.webm"')


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=10000-", 10000, 10240),
        ("bytes=-5", 10235, 10240),
        ("bytes=5-999999", 5, 10240),
    ],
)
@pytest.mark.parametrize("rendition", ["playback", "original"])
def test_a_player_may_seek(stranger: FlaskClient, tokens: Tokens, take: Take, wanted: str, start: int, end: int, rendition: str) -> None:
    answer = stranger.get(address(tokens, take, rendition), headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.data == BYTES[start:end]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(BYTES)}"
    assert answer.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize("wanted", ["bytes=10240-", "bytes=99999-100000"])
def test_a_range_past_the_end_is_refused_with_the_size(stranger: FlaskClient, tokens: Tokens, take: Take, wanted: str) -> None:
    answer = stranger.get(address(tokens, take), headers={"Range": wanted})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(BYTES)}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "pages=1-2", "bytes=5-2", "bytes=x-y", "bytes=-0", "nonsense"])
def test_a_range_we_do_not_understand_is_answered_with_the_whole(stranger: FlaskClient, tokens: Tokens, take: Take, wanted: str) -> None:
    answer = stranger.get(address(tokens, take), headers={"Range": wanted})
    assert (answer.status_code, answer.data) == (200, BYTES)


def test_from_here_to_the_end_is_answered_piece_by_piece(
    app: Flask, db: Session, stranger: FlaskClient, tokens: Tokens, take: Take
) -> None:
    """A paused player would otherwise hold a web thread for as long as it pauses."""
    large = b"x" * (PIECE + 1000)
    made = media.find_media(db, take.id)
    assert made is not None
    app.extensions["store"].put(made.playback_key, large)
    made.bytes = len(large)
    db.commit()
    answer = stranger.get(address(tokens, take), headers={"Range": "bytes=0-"})
    assert answer.headers["Content-Range"] == f"bytes 0-{PIECE - 1}/{len(large)}"
    rest = stranger.get(address(tokens, take), headers={"Range": f"bytes={PIECE}-"})
    assert rest.headers["Content-Range"] == f"bytes {PIECE}-{len(large) - 1}/{len(large)}"


def test_a_range_of_an_older_version_gets_the_whole_new_one(stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    tag = stranger.head(address(tokens, take)).headers["ETag"]
    same = stranger.get(address(tokens, take), headers={"Range": "bytes=0-9", "If-Range": tag})
    other = stranger.get(address(tokens, take), headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    dated = stranger.get(address(tokens, take), headers={"Range": "bytes=0-9", "If-Range": "Mon, 02 Nov 2026 09:00:00 GMT"})
    assert [same.status_code, other.status_code, dated.status_code] == [206, 200, 200]


def test_head_tells_the_size_and_sends_nothing(stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    answer = stranger.head(address(tokens, take))
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(BYTES))


def test_the_original_is_a_download_of_no_type_a_browser_would_run(db: Session, stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    take.filetype = "text/html"
    db.commit()
    answer = stranger.get(address(tokens, take, "original"))
    assert answer.data == BYTES
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_poster_and_captions_are_served(db: Session, stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    assert stranger.get(address(tokens, take, "captions")).status_code == 404
    words = [{"start": 0.0, "end": 0.4, "word": "Hello", "p": 0.9}, {"start": 0.5, "end": 0.9, "word": " <b>", "p": 0.9}]
    heard = {
        "language": "en",
        "engine": {},
        "no_speech": False,
        "segments": [{"start": 0, "end": 1, "text": "Hello <b>", "low": False, "words": words}],
    }
    transcripts.store_machine(db, take, heard, NOW)
    db.commit()
    captions = stranger.get(address(tokens, take, "captions"))
    assert captions.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert captions.text == "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\nHello &lt;b&gt;\n"
    poster = stranger.get(address(tokens, take, "poster"))
    assert (poster.headers["Content-Type"], poster.data) == ("image/jpeg", b"\xff\xd8\xff\xd9")


def test_an_address_works_for_five_minutes(stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    assert stranger.get(address(tokens, take, age=290)).status_code == 200
    late = stranger.get(address(tokens, take, age=310), headers={"Accept": "application/json"})
    assert late.status_code == 403
    assert late.json is not None
    assert "fresh address" in late.json["error"]["action"]


@pytest.mark.parametrize("kind", ["candidate", "invite", "resume", "receipt"])
def test_it_refuses_another_kind_of_token(kind: str, stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    token = tokens.mint(kind, {"take": take.id, "rendition": "playback"}, clock.now())
    assert stranger.get(f"/media/{token}").status_code == 403


def test_it_refuses_an_altered_token(stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    good = address(tokens, take)
    assert stranger.get(good[:-1] + ("A" if good[-1] != "A" else "B")).status_code == 403
    assert stranger.get("/media/nothing").status_code == 403


def test_a_members_address_works_in_their_browser_only(
    db: Session, stranger: FlaskClient, enter: Enter, tokens: Tokens, take: Take, world: World, rival: World
) -> None:
    browser = enter(world.reviewer)
    with browser.session_transaction() as cookie:
        login_id = cookie["login"]
    theirs = address(tokens, take, login_id=login_id)
    assert browser.get(theirs).status_code == 200
    assert stranger.get(theirs).status_code == 403
    assert enter(rival.owner).get(theirs).status_code == 403
    logins.end_all(db, world.actor, world.reviewer, clock.now())
    db.commit()
    assert browser.get(theirs).status_code == 403


def test_what_is_not_there_is_not_found(app: Flask, db: Session, stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    assert stranger.get(address(tokens, take, "nothing")).status_code == 404
    made = db.query(Media).one()
    app.extensions["store"].delete(made.playback_key)
    assert stranger.get(address(tokens, take)).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_can_only_be_read(method: str, stranger: FlaskClient, tokens: Tokens, take: Take) -> None:
    assert getattr(stranger, method)(address(tokens, take)).status_code == 405


@pytest.mark.parametrize(
    "name", ['a"b', "a\r\nSet-Cookie: x=1", "../../etc/passwd", "\u202eexe.mbew", "名前 עברית", "...", "a\\b;c", "x" * 500]
)
def test_a_hostile_name_cannot_leave_its_header(name: str) -> None:
    header = disposition(media.safe_name(name) + ".webm", False)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert not set("\\/") & set(header.split("filename*")[0])
    assert "%2F" not in header
    assert "%E2%80%AE" not in header
    assert len(header) < 1400
