"""One piece of work, from claim to commit: what every queue message leads to.

Slow work happens with no transaction open. Its result is written together with "done" in one commit, and only
while the row is still ours: so a job may run twice, and whoever was thought dead stores nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import structlog
from rq.timeouts import JobTimeoutException

from adapters.storage import StoreError, StoreFull
from domain import jobs
from domain.jobs import LeaseLost
from jobs import bench as benches
from jobs.bench import Bench, Failed
from jobs.calibrate import calibrate
from jobs.clips import caption_clip, prepare_clip
from jobs.listen import listen
from jobs.mail import send
from jobs.prepare import prepare
from jobs.propose import propose
from jobs.steps import Write
from jobs.transcribe import transcribe
from models import Job

log = structlog.get_logger()

WORK: Final[dict[str, Callable[[Bench, Job], Write]]] = {
    "prepare": prepare,
    "prepare_clip": prepare_clip,
    "transcribe": transcribe,
    "caption_clip": caption_clip,
    "listen": listen,
    "propose": propose,
    "calibrate": calibrate,
    "mail": send,
}
BEATS_PER_LEASE: Final = 4


def run(kind: str) -> None:
    """Does the fairest waiting piece of work of this kind, if there is any. This is what RQ calls."""
    run_next(benches.current(), kind)


def run_next(bench: Bench, kind: str) -> bool:
    """Claims, works, commits. False when nothing waited. Never raises for what a recording or a service did."""
    if bench.stopping.is_set() or (job := _claim(bench, kind)) is None:
        return False
    started = bench.now()
    with Heartbeat(bench, job):
        reason = _attempt(bench, job)
    took = round((bench.now() - started).total_seconds(), 2)
    log.info("job_ended", kind=kind, job=job.id, seconds=took, attempt=job.attempts, failed=reason or None)
    return True


def _claim(bench: Bench, kind: str) -> Job | None:
    with bench.sessions.open() as db:
        job = jobs.claim(db, kind, bench.worker, bench.now())
        db.commit()
    return job


def _attempt(bench: Bench, job: Job) -> str:
    """Works and stores the outcome, good or bad. Returns why it failed, or nothing."""
    try:
        _store(bench, job, WORK[job.kind](bench, job))
    except LeaseLost:
        return "lease lost"
    except Failed as failed:
        return _fail(bench, job, failed.reason, is_final=failed.is_final)
    except StoreFull:
        return _fail(bench, job, "There is no room left in the media store.")
    except StoreError:
        return _fail(bench, job, "The media store did not answer.")
    except JobTimeoutException:
        return _fail(bench, job, "This took longer than allowed.")
    except Exception as error:  # whatever it was, the row must say so and the worker must live
        log.error("job_broke", kind=job.kind, job=job.id, error=type(error).__name__, exc_info=bench.settings.log_level == "DEBUG")
        return _fail(bench, job, f"Something unexpected went wrong ({type(error).__name__}).")
    return ""


def _store(bench: Bench, job: Job, write: Write) -> None:
    """The one commit at the end: the row is done, the result is stored, the next step waits."""
    now = bench.now()
    with bench.sessions.open(job.employer_id) as db:
        jobs.finish(db, job, now)
        following = write(db, now)
        db.commit()
    for kind in following:
        bench.queues.nudge(kind)


def _fail(bench: Bench, job: Job, reason: str, *, is_final: bool = False) -> str:
    """Writes down the failure. Work cut short because the worker was told to stop is no failure: it goes back untried."""
    now = bench.now()
    with bench.sessions.open(job.employer_id) as db:
        if bench.stopping.is_set():
            jobs.free(db, bench.worker, now, counts=False)
        elif jobs.renew(db, job, now):
            jobs.fail(db, jobs.get_job(db, job.id), reason, now, final=is_final)
        db.commit()
    return reason


class Heartbeat:
    """Renews a row's lease from a thread of its own while the work goes on."""

    def __init__(self, bench: Bench, job: Job) -> None:
        self._bench, self._job = bench, job
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(jobs.LEASE.total_seconds() / BEATS_PER_LEASE):
            try:
                with self._bench.sessions.open() as db:
                    held = jobs.renew(db, self._job, self._bench.now())
                    db.commit()
            except Exception as error:  # the database may come back before the lease ends
                log.warning("heartbeat_missed", job=self._job.id, error=type(error).__name__)
                continue
            if not held:
                return
