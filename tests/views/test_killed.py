"""The web process is killed at any line while a clip arrives or a version is published: the draft and what candidates see stay whole."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from config import Settings
from domain import clips, interviews, reviews
from models import AuditEvent, Clip, InterviewVersion, Job
from tests.factories import World
from tests.views.conftest import fresh
from tests.views.forms import form_of

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PATHS = ("views/clips.py", "views/interviews.py", "domain/clips.py", "domain/interviews.py", "domain/audit.py", "adapters/storage.py")
OURS = {str(ROOT / name): name for name in PATHS}
EVERY = 12
"""One line in so many is killed at; `EVERY_LINE=1` takes them all."""
CLIP = b"\x1a\x45\xdf\xa3" + b"clip" * 100_000

Place = tuple[str, int]
Choose = Callable[[list[Place]], list[Place]]


def post(settings: Settings, cookie: str, path: str, form: dict[str, Any], place: Place | None, say: Connection) -> None:
    """What runs in the process: one form. Killed when it reaches `place`; else says its status and the lines it passed."""
    app = create_app(settings, TESTING=True, SERVER_NAME="greenroom.test", RATELIMIT_STORAGE_URI="memory://")
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    client.set_cookie("greenroom", cookie, domain="greenroom.test")
    seen: dict[Place, None] = {}

    def trace(frame: FrameType, event: str, _argument: object) -> Callable[..., Any] | None:
        name = OURS.get(frame.f_code.co_filename)
        if name is None:
            return None
        if event == "line":
            seen[(name, frame.f_lineno)] = None
            if (name, frame.f_lineno) == place:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    if "file" in form:
        form = {**form, "file": (io.BytesIO(form["file"]), "hello.webm")}
    sys.settrace(trace)
    status = client.post(path, data=form).status_code
    sys.settrace(None)
    say.send((status, list(seen)))


def send(settings: Settings, client: FlaskClient, path: str, form: dict[str, Any], place: Place | None = None) -> list[Place]:
    """The lines it passed; nothing when it was killed, as it was asked to be."""
    context = multiprocessing.get_context("forkserver")  # its forks come from a process that has touched neither store nor database
    context.set_forkserver_preload([__name__])
    cookie = client.get_cookie("greenroom", domain="greenroom.test")
    assert cookie
    ours, theirs = context.Pipe()
    process = context.Process(target=post, args=(settings, cookie.value, path, form, place, theirs))
    process.start()
    theirs.close()
    try:
        status, seen = ours.recv()
    except EOFError:
        process.join()
        assert process.exitcode == -signal.SIGKILL
        return []
    process.join()
    assert (place, status) == (None, 303)
    return list(seen)


@pytest.fixture
def chosen(record_property: Callable[[str, object], None], request: pytest.FixtureRequest) -> Choose:
    """Some of the lines, spread over the whole way."""

    def some(places: list[Place]) -> list[Place]:
        found = places[:: 1 if "EVERY_LINE" in os.environ else EVERY]
        record_property(f"killed in {request.node.name}", f"at {len(found)} of {len(places)} lines")
        return found

    return some


def counts(db: Session) -> tuple[int, ...]:
    return tuple(db.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in (Clip, Job, AuditEvent))


def test_a_clip_is_there_whole_or_not_at_all(
    app: Flask, settings: Settings, db: Session, world: World, alice: FlaskClient, chosen: Choose
) -> None:
    path = f"/interviews/{world.interview.id}/clips/welcome"
    form = {"revision": str(fresh(db, world).draft_revision), "file": CLIP}
    places = send(settings, alice, path, form)
    assert len(places) > 30
    for place in chosen(places):
        before, held = fresh(db, world).draft_revision, counts(db)
        named = fresh(db, world).draft["welcome_clip_id"]
        send(settings, alice, path, {**form, "revision": str(before)}, place)
        interview = fresh(db, world)
        clip = clips.get_clip(db, interview.draft["welcome_clip_id"])
        if interview.draft_revision == before:
            assert (interview.draft["welcome_clip_id"], counts(db)) == (named, held), place
        assert b"".join(app.extensions["store"].open(clip.original_key)) == CLIP, place
        assert alice.get(path).status_code == 200


def test_a_version_is_published_whole_or_not_at_all(
    settings: Settings, db: Session, world: World, alice: FlaskClient, chosen: Choose
) -> None:
    address = f"/interviews/{world.interview.id}"

    def typed(text: str) -> dict[str, Any]:
        return {**form_of(alice, address), "welcome": text}

    places = send(settings, alice, f"{address}/publish", typed("Kill 0"))
    assert len(places) > 30
    for number, place in enumerate(chosen(places), 1):
        before = interviews.find_published(db, fresh(db, world).id)
        assert before
        was = before.number
        send(settings, alice, f"{address}/publish", typed(f"Kill {number}"), place)
        interview = fresh(db, world)
        found = db.scalars(sa.select(InterviewVersion).where(InterviewVersion.interview_id == interview.id)).all()
        assert sorted(version.number for version in found) in ([*range(1, was + 1)], [*range(1, was + 2)]), place
        for version in found:
            assert len(reviews.questions(db, version.id)) == len(version.design["questions"]), place
            assert len(reviews.criteria(db, version.id)) == len(version.design["criteria"]), place
        assert interview.draft["welcome"] in (f"Kill {number}", f"Kill {number - 1}", found[-1].design["welcome"]), place
    assert send(settings, alice, f"{address}/publish", typed("And at last"))
    last = interviews.find_published(db, fresh(db, world).id)
    assert last
    assert last.design["welcome"] == "And at last"
