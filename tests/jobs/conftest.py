"""A worker's bench for tests: the real database and store, a speech engine that hears what it is told, a clock that stands still."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy.orm import Session

from adapters import redis_server
from adapters.encoder import FakeEncoder
from adapters.speech import FakeSpeech
from adapters.storage import MediaStore
from config import Settings
from domain import jobs, notices, settings
from jobs import propose
from jobs.bench import Bench
from jobs.queues import Queues
from models import Consent, Part, Sessions, Take, Upload
from tests import factories
from tests.factories import NOW, World


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bench(app: Flask, settings: Settings, clock: Clock) -> Iterator[Bench]:
    sessions = Sessions(settings.database)
    store: MediaStore = app.extensions["store"]
    yield Bench(settings, sessions, store, Queues(settings.redis), FakeSpeech("I listened first"), "worker-1", clock)
    sessions.close()


def create_take(db: Session, store: MediaStore, world: World, data: bytes, pieces: int = 3, state: str = "in_progress") -> Take:
    """A take whose bytes arrived in so many parts, and its `prepare` job."""
    session = factories.create_candidate_session(db, world, state)
    question = world.version.questions[0]
    take = Take(
        employer_id=world.employer.id,
        session_id=session.id,
        question_id=question.id,
        client_id=f"c-{session.id}",
        kind="video",
        state="verified",
        filetype="video/webm;codecs=vp8,opus",
        bytes=len(data),
        created_at=NOW,
    )
    db.add(take)
    db.flush()
    _create_parts(db, store, take, data, pieces)
    jobs.add(db, take.employer_id, "prepare", take.id, NOW, priority=jobs.priority_of(session))
    db.commit()
    return take


def _create_parts(db: Session, store: MediaStore, take: Take, data: bytes, pieces: int) -> None:
    upload = Upload(
        employer_id=take.employer_id,
        session_id=take.session_id,
        take_id=take.id,
        length=len(data),
        offset=len(data),
        created_at=NOW,
        touched_at=NOW,
        expires_at=NOW + timedelta(hours=48),
        finished_at=NOW,
    )
    db.add(upload)
    db.flush()
    step = max(1, -(-len(data) // pieces))
    for offset in range(0, len(data), step):
        piece = data[offset : offset + step]
        key = f"uploads/{upload.id}/{offset:012d}"
        store.put(key, piece)
        db.add(Part(employer_id=take.employer_id, upload_id=upload.id, offset=offset, size=len(piece), key=key))


def tell_of_no_words(db: Session, world: World) -> None:
    """What the candidates of this interview read before they began said that nothing is written down."""
    said_no = notices.current(db, world.version, "en", False, NOW)
    db.query(Consent).update({"notice_id": said_no.id})
    db.commit()


@dataclass
class RedisServer:
    """A real Redis on a unix socket, to be filled, wiped and killed."""

    process: subprocess.Popen[bytes]
    folder: Path
    socket: Path

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)


def start_redis(folder: Path) -> RedisServer:
    socket = folder / "redis.sock"
    redis_server.prepare_folders(folder, socket)
    process = subprocess.Popen(redis_server.command(folder, socket), stdout=subprocess.DEVNULL)
    assert redis_server.wait(f"unix://{socket}")
    return RedisServer(process, folder, socket)


@pytest.fixture
def real_redis() -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="gr-redis-"))
    server = start_redis(folder)
    yield server
    server.process.kill()
    server.process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def wait_for(condition: object, seconds: float = 90.0) -> bool:
    """Asks again and again until it holds. False when it never did."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sentence model: the machine's look compares words by their letters."""
    monkeypatch.setattr(propose, "encoder", FakeEncoder())


@pytest.fixture
def on(db: Session, world: World) -> World:
    """An employer whose interview is switched on for proposals."""
    settings.switch_proposals(db, world.actor, world.interview, True, "to find evidence faster", NOW)
    db.commit()
    return world
