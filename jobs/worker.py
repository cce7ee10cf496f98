"""The worker: takes messages from RQ and does the work in its own process, without a fork, so that the speech model stays warm.

Whatever may hang in native code runs in child processes that their adapters kill at a time limit; a Python timeout
could not end it. Told to stop, a worker finishes its piece of work, or gives it back when that takes too long.
"""

from __future__ import annotations

import os
import resource
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final

import redis
import structlog
from rq import Queue, SimpleWorker
from rq.job import Job as Message
from rq.serializers import JSONSerializer

from adapters.speech import SpeechEngine
from adapters.storage import open_store
from config import Settings
from domain import jobs
from jobs import bench as benches
from jobs import queues, sweep, workroom
from jobs.bench import Bench
from models import Sessions

log = structlog.get_logger()

GRACE: Final = 10.0
"""Seconds a piece of work may still take after the worker was told to stop."""
RETRY_REDIS: Final = 2.0


def make_bench(settings: Settings, name: str | None = None) -> Bench:
    """The bench of a worker process. Loads nothing heavy: the speech model comes with the first recording."""
    return Bench(
        settings=settings,
        sessions=Sessions(settings.database),
        store=open_store(settings.store),
        queues=queues.Queues(settings.redis),
        speech=None if settings.speech_model == "off" else open_speech(settings),
        worker=name or f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}",
    )


def open_speech(settings: Settings) -> SpeechEngine:
    """The speech engine the settings ask for; no process is started yet."""
    return SpeechEngine(
        settings.speech_model,
        device=settings.speech_device,
        threads=settings.speech_threads,
        models_dir=settings.data / "models",
        memory=settings.speech_memory,
    )


def work(bench: Bench, names: Sequence[str] = queues.NAMES, memory: int = 0, *, burst: bool = False) -> None:
    """Works until told to stop (SIGTERM, SIGINT), or until nothing waits when `burst`.

    `memory` in bytes: a worker that has grown past it ends after its piece of work, to be started anew; 0 means no limit.
    """
    with workroom.room(bench.settings.data / "work", bench.worker):
        _work(bench, names, memory, burst=burst)


def _work(bench: Bench, names: Sequence[str], memory: int, *, burst: bool) -> None:
    benches.install(bench)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: bench.stopping.set())
    sweeper = sweep.Sweeper(bench)
    sweeper.start()
    try:
        while not bench.stopping.is_set():
            _listen(bench, names, memory, burst=burst)
            if burst:
                break
            bench.stopping.wait(RETRY_REDIS)
    finally:
        bench.stopping.set()
        sweeper.join()
        if bench.speech is not None:
            bench.speech.close()
        bench.sessions.close()


def _listen(bench: Bench, names: Sequence[str], memory: int, *, burst: bool) -> None:
    """Takes messages until RQ gives up, as it does when Redis goes away."""
    try:
        connection = queues.connect(bench.settings.redis)
        lines = [Queue(name, connection=connection, serializer=JSONSerializer) for name in names]
        worker = AppWorker(lines, name=f"{bench.worker}-{secrets.token_hex(2)}", connection=connection, serializer=JSONSerializer)
        worker.attach(bench, memory)
        worker.work(burst=burst, logging_level="WARNING")
    except redis.RedisError as error:
        log.warning("queue_away", error=type(error).__name__)


class AppWorker(SimpleWorker):
    """RQ's own worker without the fork. Serves its queues in turn, so that none starves behind a full one."""

    def attach(self, bench: Bench, memory: int) -> None:
        """Gives it the bench, and its memory limit in bytes."""
        self._bench, self._memory = bench, memory
        self.log_job_description = False

    def execute_job(self, job: Message, queue: Queue) -> None:
        """Does one message's work, then looks whether this process should end."""
        super().execute_job(job, queue)
        if self._memory and resident_bytes() > self._memory:
            log.warning("worker_grew", bytes=resident_bytes())
            self._bench.stopping.set()
        if self._bench.stopping.is_set():
            self._stop_requested = True

    def _install_signal_handlers(self) -> None:
        """RQ's own come late: a wish to stop that was heard before must not be forgotten."""
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        if self._bench.stopping.is_set():
            self._stop_requested = True

    def reorder_queues(self, reference_queue: Queue) -> None:
        """The queue just served goes to the end."""
        at = self._ordered_queues.index(reference_queue)
        self._ordered_queues = self._ordered_queues[at + 1 :] + self._ordered_queues[: at + 1]

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Told to stop: the piece of work at hand gets `GRACE` seconds, then it goes back into the line."""
        self._bench.stopping.set()
        threading.Thread(target=_give_back, args=(self._bench,), name="give-back", daemon=True).start()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Told twice: at once."""
        _give_back(self._bench, 0.0)


def _give_back(bench: Bench, grace: float | None = None) -> None:
    """Ends the process when its piece of work did not end in time; the row is free for the next worker at once."""
    time.sleep(GRACE if grace is None else grace)
    with bench.sessions.open() as db:
        jobs.free(db, bench.worker, bench.now(), counts=False)
        db.commit()
    log.warning("work_given_back", worker=bench.worker)
    os._exit(0)


def resident_bytes() -> int:
    """Memory this process holds now; where the system does not tell, the most it ever held."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
