"""Real worker processes on a real Redis: killed, wiped, stuck and stopped at the worst moments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from adapters.storage import MediaStore
from config import Settings
from domain import jobs, media, transcripts
from jobs import queues, sweep
from jobs.bench import Bench
from models import Job, Take, Transcript
from tests.adapters import recordings
from tests.factories import World
from tests.jobs.conftest import RedisServer, create_take, start_redis, wait_for

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def webm() -> bytes:
    return recordings.record(2.0, sound=recordings.tone(2.0))


@pytest.fixture
def settings(settings: Settings, real_redis: RedisServer) -> Settings:
    return settings.model_copy(update={"redis_url": real_redis.url})


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Starts worker processes; ends those that are left."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(name: str, manner: str = "fake") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.worker_process", settings.model_dump_json(), name, manner]
        started.append(subprocess.Popen(command, cwd=ROOT))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def take(db: Session, bench: Bench, world: World, webm: bytes) -> Take:
    return create_take(db, bench.store, world, webm)


def job_of(db: Session, kind: str) -> Job | None:
    db.rollback()
    db.expire_all()
    return db.query(Job).filter_by(kind=kind).one_or_none()


def state(db: Session, kind: str) -> str:
    job = job_of(db, kind)
    return job.state if job else "none"


def children(pid: int) -> list[int]:
    """Processes a worker started; none where the system does not tell."""
    return [int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return "Z (zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def done(db: Session) -> int:
    db.rollback()
    return db.query(Job).filter_by(state="done").count()


def is_ready(db: Session, take: Take) -> bool:
    db.rollback()
    return jobs.progress(db, [take.session_id])[take.session_id][0].state == "ready"


def test_a_worker_killed_mid_job_leaves_nothing_half_done_and_another_takes_over(
    db: Session, take: Take, start: Start, settings: Settings
) -> None:
    """No words, no process of its own, no copy of a recording; the next worker clears its room."""
    rooms = settings.data / "work"
    first = start("w1", "slow")
    assert wait_for(lambda: state(db, "transcribe") == "running")
    helpers = children(first.pid)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert db.query(Transcript).count() == 0
    assert [room.name for room in rooms.iterdir()] == ["w1"]
    jobs.free(db, "w1", datetime.now(UTC), counts=True)
    db.commit()
    start("w2")
    assert wait_for(lambda: is_ready(db, take))
    assert (db.query(Transcript).count(), db.query(Job).filter_by(kind="transcribe").one().attempts) == (1, 2)
    assert [room.name for room in rooms.iterdir()] == ["w2"]
    assert wait_for(lambda: not any(is_alive(helper) for helper in helpers), 10)


def test_redis_wiped_and_restarted_in_the_middle_loses_no_work(
    db: Session, bench: Bench, world: World, webm: bytes, start: Start, real_redis: RedisServer
) -> None:
    takes = [create_take(db, bench.store, world, webm) for _ in range(8)]
    worker = start("w1")
    assert wait_for(lambda: done(db) >= 2)
    real_redis.client.flushall()
    assert wait_for(lambda: done(db) >= 6)
    real_redis.process.kill()
    real_redis.process.wait()
    real_redis.process = start_redis(real_redis.folder).process
    assert wait_for(lambda: all(is_ready(db, take) for take in takes), 60)
    assert worker.poll() is None


def test_stuck_native_code_is_killed_and_the_worker_lives(db: Session, bench: Bench, take: Take, start: Start) -> None:
    worker = start("w1", "stuck")
    assert wait_for(lambda: (job := job_of(db, "transcribe")) is not None and job.error != "")
    job = job_of(db, "transcribe")
    assert job is not None
    assert job.error == "Transcribing took longer than allowed."
    assert worker.poll() is None
    job.not_before = datetime.now(UTC)
    db.commit()
    assert wait_for(lambda: state(db, "transcribe") == "parked", 40)


def test_a_worker_told_to_stop_finishes_what_it_holds(db: Session, take: Take, start: Start) -> None:
    worker = start("w1", "slow")
    assert wait_for(lambda: state(db, "transcribe") == "running")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=15) == 0
    assert state(db, "transcribe") == "done"


def test_a_worker_told_to_stop_gives_back_what_takes_too_long(db: Session, take: Take, start: Start) -> None:
    worker = start("w1", "endless")
    assert wait_for(lambda: state(db, "transcribe") == "running")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    job = job_of(db, "transcribe")
    assert job is not None
    assert (job.state, job.attempts) == ("waiting", 0)


def test_an_idle_worker_stops_at_once(db: Session, start: Start, real_redis: RedisServer) -> None:
    worker = start("w1")
    assert wait_for(lambda: real_redis.client.scard("rq:workers") == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=5) == 0


def test_sweeping_twice_sends_no_message_twice(db: Session, bench: Bench, take: Take, real_redis: RedisServer) -> None:
    assert sweep.nudge(bench) == 1
    assert sweep.nudge(bench) == 0
    assert real_redis.client.llen("rq:queue:media") == 1


def test_two_workers_share_the_work_without_doing_any_twice_however_often_they_are_told(
    db: Session, bench: Bench, world: World, webm: bytes, start: Start, real_redis: RedisServer
) -> None:
    takes = [create_take(db, bench.store, world, webm) for _ in range(10)]
    queues.Queues(real_redis.url).nudge("prepare", times=30)
    start("w1")
    start("w2")
    assert wait_for(lambda: all(is_ready(db, take) for take in takes), 60)
    assert wait_for(lambda: real_redis.client.llen("rq:queue:media") == 0)
    assert {job.attempts for job in db.query(Job)} == {1}
    assert len({job.worker for job in db.query(Job)}) == 2


def test_work_nobody_was_told_about_is_found_and_media_of_a_killed_prepare_made_again_whole(
    db: Session, bench: Bench, take: Take, start: Start
) -> None:
    """The files may lie in the store already when the worker dies before its commit."""
    store: MediaStore = bench.store
    store.put(f"media/{take.employer_id}/{take.id}/playback.webm", b"half")
    start("w1")
    assert wait_for(lambda: is_ready(db, take))
    made = media.find_media(db, take.id)
    assert made is not None
    assert store.size(str(made.playback_key)) == made.bytes
    assert made.bytes != len(b"half")
    assert transcripts.find_newest(db, take.id) is not None
