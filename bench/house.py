"""A whole installation for measuring: database, media store, Redis and real worker processes in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import redis

from adapters import clock, redis_server
from adapters.storage import MediaStore, open_store
from config import Settings
from domain import jobs, transcripts
from jobs.queues import Queues
from migrations import steps
from models import Job, Part, Sessions, Take, Upload
from tests import factories
from tests.factories import World

ROOT = Path(__file__).resolve().parents[1]
TYPE = "video/webm;codecs=vp9,opus"


@dataclass
class House:
    """`workers` are the processes that run now."""

    settings: Settings
    sessions: Sessions
    store: MediaStore
    redis: subprocess.Popen[bytes]
    world: World
    queues: Queues
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self) -> subprocess.Popen[bytes]:
        """One more worker process."""
        command = [sys.executable, str(ROOT / "cli.py"), "worker", "--data", str(self.settings.data)]
        with (self.settings.data / "worker.log").open("ab") as log:
            worker = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
        self.workers.append(worker)
        return worker

    def stop_workers(self) -> None:
        """As an operator would; waits for them."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(30)
        self.workers.clear()

    def wipe_redis(self) -> None:
        """Everything in Redis is gone."""
        redis.Redis.from_url(self.settings.redis).flushall()

    def session(self, name: str = "Carla Candidate", state: str = "in_progress") -> str:
        """A candidate session; its id."""
        with self.sessions.open() as db:
            made = factories.create_candidate_session(db, self.world, state, name)
            made.deadline = clock.now() + timedelta(days=7)
            db.commit()
            return made.id

    def begin(self, session_id: str, kind: str = "video") -> str:
        """A take that is being recorded; its id."""
        now = clock.now()
        with self.sessions.open() as db:
            take = _take(self.world, session_id, now, kind)
            db.add(take)
            db.flush()
            db.add(_upload(take, now))
            db.commit()
            return take.id

    def append(self, take_id: str, data: bytes) -> None:
        """More bytes of it, durable."""
        with self.sessions.open() as db:
            upload = db.query(Upload).filter_by(take_id=take_id).one()
            key = f"uploads/{upload.employer_id}/{upload.id}/{upload.offset:012d}"
            self.store.put(key, data)
            db.add(Part(employer_id=upload.employer_id, upload_id=upload.id, offset=upload.offset, size=len(data), key=key))
            upload.offset, upload.touched_at = upload.offset + len(data), clock.now()
            db.commit()

    def finish(self, take_id: str) -> None:
        """The candidate stopped: the road of an answer begins."""
        now = clock.now()
        with self.sessions.open() as db:
            take = db.get_one(Take, take_id)
            upload = db.query(Upload).filter_by(take_id=take_id).one()
            take.state, take.bytes, take.closed_at = "verified", upload.offset, now
            upload.length, upload.finished_at = upload.offset, now
            jobs.add(db, take.employer_id, "prepare", take_id, now, priority=0)
            db.commit()
        self.queues.nudge("prepare")

    def answer(self, data: bytes, session_id: str, size: int = 200_000) -> str:
        """A whole take at once, in parts of `size` bytes; its id."""
        take_id = self.begin(session_id)
        for at in range(0, len(data), size):
            self.append(take_id, data[at : at + size])
        self.finish(take_id)
        return take_id

    def ended(self, take_ids: Sequence[str]) -> bool:
        """Whether all the work on these takes is done or parked."""
        with self.sessions.open() as db:
            rows = db.query(Job.subject_id, Job.state).filter(Job.kind.in_(("prepare", "transcribe"))).all()
        at_work = {subject_id for subject_id, state in rows if state not in ("done", "parked")}
        return not at_work & set(take_ids) and set(take_ids) <= {row[0] for row in rows}

    def wait(self, take_ids: Sequence[str], seconds: float) -> bool:
        """Until all have ended. False when they never did."""
        until = time.monotonic() + seconds
        while not self.ended(take_ids):
            if time.monotonic() > until:
                return False
            time.sleep(0.5)
        return True

    def heard(self, take_id: str) -> Any:
        """Its newest transcript, or None."""
        with self.sessions.open() as db:
            return transcripts.find_newest(db, take_id)

    def jobs(self) -> list[Job]:
        """Every row of work."""
        with self.sessions.open() as db:
            return db.query(Job).all()


def _take(world: World, session_id: str, now: datetime, kind: str) -> Take:
    return Take(
        employer_id=world.employer.id, session_id=session_id, question_id=world.version.questions[0].id,
        client_id=os.urandom(8).hex(), kind=kind, state="recording", filetype=TYPE, created_at=now,
    )  # fmt: skip


def _upload(take: Take, now: datetime) -> Upload:
    return Upload(
        employer_id=take.employer_id, session_id=take.session_id, take_id=take.id, created_at=now, touched_at=now,
        expires_at=now + timedelta(hours=48),
    )  # fmt: skip


@contextmanager
def open_house() -> Iterator[House]:
    """A fresh installation without workers; everything goes at the end."""
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(data=Path(folder), keys="k" * 40)
        steps.upgrade(settings.database)
        redis_server.prepare_folders(settings.data / "redis", settings.redis_socket)
        server = subprocess.Popen(redis_server.command(settings.data / "redis", settings.redis_socket), stdout=subprocess.DEVNULL)
        sessions = Sessions(settings.database)
        try:
            assert redis_server.wait(settings.redis)
            with sessions.open() as db:
                world = factories.create_world(db)
                assert world.version.questions
                db.commit()
                db.expunge_all()
            house = House(settings, sessions, open_store(settings.store), server, world, Queues(settings.redis))
            try:
                yield house
            finally:
                house.stop_workers()
        finally:
            sessions.close()
            server.terminate()
            server.wait()
