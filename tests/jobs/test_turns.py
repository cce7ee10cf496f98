"""A worker's turns: it serves its queues one after the other, and it ends when it has grown or was told to."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from rq import SimpleWorker

from jobs import queues, run, worker
from jobs.bench import Bench
from jobs.queues import Queues
from tests.jobs.conftest import RedisServer


@pytest.fixture
def served(bench: Bench, real_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The kinds of work in the order they were served; three messages wait in two queues."""
    done: list[str] = []
    monkeypatch.setattr(run, "run_next", lambda _bench, kind: done.append(kind))
    bench.settings = bench.settings.model_copy(update={"redis_url": real_redis.url})
    bench.queues = Queues(real_redis.url)
    for kind in ("prepare", "transcribe"):
        bench.queues.nudge(kind, 3)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield done
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_full_queue_keeps_no_other_waiting(bench: Bench, served: list[str]) -> None:
    worker.work(bench, ("media", "speech"), burst=True)
    assert served == ["prepare", "transcribe"] * 3


def test_a_worker_that_has_grown_ends_after_its_piece_of_work(bench: Bench, served: list[str]) -> None:
    worker.work(bench, ("media", "speech"), memory=1, burst=True)
    assert served == ["prepare"]


def test_a_wish_to_stop_is_heard_however_early_it_comes(bench: Bench, served: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """RQ puts its own handlers in place late; what came before must not be lost."""
    monkeypatch.setattr(SimpleWorker, "_install_signal_handlers", lambda _worker: bench.stopping.set())
    worker.work(bench, queues.NAMES, burst=True)
    assert served == []
