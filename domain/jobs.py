"""Background work: put in line, claimed fairly, finished, tried again, parked.

A claim is one conditional update, so two workers never hold one row; a lease that ran out means the
worker died and the row is free again. Fair: the employer served longest ago comes first, and an employer
whose candidate is still there counts as served `HEAD_START` earlier, so nobody waits for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from domain import audit
from domain.audit import Actor, Verb
from domain.errors import Conflict, NotFound
from models import CandidateSession, Job, Media, Take, Transcript

LEASE: Final = timedelta(seconds=60)
RETRY_AFTER: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5))
MOST_ATTEMPTS: Final = len(RETRY_AFTER) + 1
HEAD_START: Final = timedelta(seconds=60)
NEVER: Final = datetime(1, 1, 2, tzinfo=UTC)
FREE: Final = sa.or_(Job.state == "waiting", sa.and_(Job.state == "running", Job.lease_until < sa.bindparam("moment")))


class LeaseLost(Exception):
    """The row was taken away while we worked on it: whatever we made must not be stored."""


def add(db: Session, employer_id: str, kind: str, subject_id: str, now: datetime, priority: int = 1) -> Job:
    """Puts work in line; a second call for the same kind and subject, also at the same moment, returns the row that stands."""
    found = _find(db, kind, subject_id)
    if found is not None:
        return found
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"employer_id": employer_id, "kind": kind, "subject_id": subject_id, "state": "waiting", "priority": priority}
    made = insert(Job).values(**values, not_before=now, created_at=now)
    db.execute(made.on_conflict_do_nothing(index_elements=[Job.kind, Job.subject_id]))
    return db.scalars(_of(kind, subject_id)).one()


def _find(db: Session, kind: str, subject_id: str) -> Job | None:
    return db.scalar(_of(kind, subject_id))


def _of(kind: str, subject_id: str) -> sa.Select[Job]:
    return sa.select(Job).where(Job.kind == kind, Job.subject_id == subject_id)


def again(db: Session, employer_id: str, kind: str, subject_id: str, now: datetime, priority: int = 2) -> Job:
    """Puts work in line, or opens it again when it was done or parked."""
    job = add(db, employer_id, kind, subject_id, now, priority)
    if job.state in ("done", "parked"):
        job.state, job.attempts, job.not_before, job.error, job.ended_at = "waiting", 0, now, "", None
    return job


def claim(db: Session, kind: str, worker: str, now: datetime) -> Job | None:
    """Takes the fairest free row of this kind for `worker`, or None when nothing waits. Commits nothing.

    A row whose worker died on every try is not taken again: it is parked, so that one file cannot fell workers for ever.
    """
    for employer_id, priority in _fairest(db, kind, now):
        mine = sa.select(Job.id).where(*_ready(kind), Job.employer_id == employer_id, Job.priority == priority)
        for job_id in db.scalars(mine.order_by(Job.created_at, Job.id).limit(4), {"moment": now}).all():
            job = _take(db, job_id, worker, now)
            if job is not None and job.attempts > MOST_ATTEMPTS:
                fail(db, job, "The worker died each time it tried this.", now, final=True)
            elif job is not None:
                return job
    return None


def _take(db: Session, job_id: str, worker: str, now: datetime) -> Job | None:
    held = {"state": "running", "worker": worker, "lease_until": now + LEASE, "started_at": now, "attempts": Job.attempts + 1}
    taken = sa.update(Job).where(Job.id == job_id, FREE).values(held)
    if _changed(db, taken, {"moment": now}) == 0:
        return None
    return db.scalar(sa.select(Job).where(Job.id == job_id).execution_options(populate_existing=True))


def _ready(kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    return Job.kind == kind, FREE, Job.not_before <= sa.bindparam("moment")


def _fairest(db: Session, kind: str, now: datetime) -> list[tuple[str, int]]:
    """Employers with free rows and the most urgent priority of each, the one to serve next first."""
    served = aliased(Job)
    last = sa.select(sa.func.max(served.started_at)).where(served.employer_id == Job.employer_id, served.kind == kind).scalar_subquery()
    waiting = sa.select(Job.employer_id, sa.func.min(Job.priority), last).where(*_ready(kind)).group_by(Job.employer_id)
    found = [(employer_id, priority, served_at or NEVER) for employer_id, priority, served_at in db.execute(waiting, {"moment": now})]
    found.sort(key=lambda row: (row[2] + row[1] * HEAD_START, row[1]))
    return [(employer_id, priority) for employer_id, priority, _ in found]


def renew(db: Session, job: Job, now: datetime) -> bool:
    """Says that the worker is still alive. False when the row was taken away: stop working on it."""
    still = sa.update(Job).where(Job.id == job.id, Job.state == "running", Job.worker == job.worker).values(lease_until=now + LEASE)
    return _changed(db, still) == 1


def finish(db: Session, job: Job, now: datetime) -> None:
    """The work is done. Raises LeaseLost when another worker has the row by now: then nothing may be committed."""
    done = {"state": "done", "ended_at": now, "lease_until": None, "error": ""}
    mine = sa.update(Job).where(Job.id == job.id, Job.state == "running", Job.worker == job.worker).values(done)
    if _changed(db, mine) == 0:
        raise LeaseLost


def fail(db: Session, job: Job, reason: str, now: datetime, *, final: bool = False) -> None:
    """The work failed: it waits a while and is tried again, or is parked with the reason after the last try."""
    job.error, job.lease_until, job.worker = reason[:500], None, None
    if final or job.attempts >= MOST_ATTEMPTS:
        job.state, job.ended_at = "parked", now
        audit.append(db, Actor(job.employer_id, "system"), Verb.JOB_PARKED, ("job", job.id), {"kind": job.kind}, now=now)
        return
    job.state, job.not_before = "waiting", now + RETRY_AFTER[job.attempts - 1]


def free(db: Session, worker: str, now: datetime, *, counts: bool) -> int:
    """Frees what a worker holds that is ending or known to be dead. `counts`: whether the try counts. Returns how many rows."""
    freed = {"state": "waiting", "worker": None, "lease_until": None, "not_before": now, "attempts": Job.attempts - (0 if counts else 1)}
    return _changed(db, sa.update(Job).where(Job.state == "running", Job.worker == worker).values(freed))


def get_job(db: Session, job_id: str) -> Job:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Job).where(Job.id == job_id))
    if found is None:
        raise NotFound
    return found


def is_open(db: Session, kind: str, subject_id: str) -> bool:
    """Whether this work still waits or runs."""
    wanted = sa.select(Job.id).where(Job.kind == kind, Job.subject_id == subject_id, Job.state.in_(("waiting", "running")))
    return db.scalar(wanted) is not None


def retry(db: Session, actor: Actor, job: Job, now: datetime) -> None:
    """A person asks for another try of a parked job. Raises Conflict when it is not parked."""
    if job.state != "parked":
        raise Conflict("This is already being tried again.")
    job.state, job.attempts, job.not_before, job.error, job.ended_at = "waiting", 0, now, "", None
    audit.append(db, actor, Verb.JOB_RETRIED, ("job", job.id), {"kind": job.kind}, now=now)


def waiting(db: Session, now: datetime) -> dict[str, int]:
    """How many free rows each kind has now: what the sweeper nudges for."""
    counts = sa.select(Job.kind, sa.func.count()).where(FREE, Job.not_before <= sa.bindparam("moment")).group_by(Job.kind)
    return {row[0]: row[1] for row in db.execute(counts, {"moment": now})}


@dataclass(frozen=True)
class Progress:
    """How far a take is on its way to the reviewer.

    `state` is `waiting`, `preparing`, `transcribing`, `ready` or `failed`; `reason` says why it failed and `job_id` which
    job a person may ask to try again. `ready` says nothing about words: silence and switched-off transcription are ready too.
    """

    take_id: str
    state: str
    reason: str = ""
    job_id: str | None = None
    can_play: bool = False
    has_words: bool = False


def progress(db: Session, session_ids: Sequence[str]) -> dict[str, list[Progress]]:
    """The progress of every recorded take of these candidate sessions, by session, oldest take first."""
    takes = db.execute(
        sa.select(Take.session_id, Take.id, Take.state, Media.playback_key.is_not(None), sa.exists().where(Transcript.take_id == Take.id))
        .outerjoin(Media, Media.take_id == Take.id)
        .where(Take.session_id.in_(session_ids), Take.kind != "text", Take.state.not_in(("recording", "discarded", "erased")))
        .order_by(Take.created_at, Take.id)
    ).all()
    jobs = _jobs_of(db, [row[1] for row in takes])
    found: dict[str, list[Progress]] = {session_id: [] for session_id in session_ids}
    for session_id, take_id, state, can_play, has_words in takes:
        damaged = Progress(take_id, "failed", "The recording did not arrive whole.") if state == "damaged" else None
        found[session_id].append(damaged or _progress(take_id, jobs.get(take_id, []), bool(can_play), bool(has_words)))
    return found


def unfinished(db: Session, session_ids: Sequence[str]) -> dict[str, str]:
    """Those of these candidate sessions with a recording that is still `at_work`, or on which work has `failed` for good."""
    has_failed = sa.func.max(sa.case((Job.state == "parked", 1), else_=0))
    found = (
        sa.select(Take.session_id, has_failed)
        .join(Job, sa.and_(Job.subject_id == Take.id, Job.kind.in_(("prepare", "transcribe")), Job.state != "done"))
        .where(Take.session_id.in_(session_ids), Take.state.not_in(("discarded", "erased")))
    )
    return {row[0]: "failed" if row[1] else "at_work" for row in db.execute(found.group_by(Take.session_id))}


def _jobs_of(db: Session, take_ids: Iterable[str]) -> dict[str, list[Job]]:
    found: dict[str, list[Job]] = {}
    for job in db.scalars(sa.select(Job).where(Job.subject_id.in_(list(take_ids)), Job.kind.in_(("prepare", "transcribe")))):
        found.setdefault(job.subject_id, []).append(job)
    return found


def _progress(take_id: str, jobs: list[Job], can_play: bool, has_words: bool) -> Progress:
    parked = next((job for job in jobs if job.state == "parked"), None)
    if parked is not None:
        return Progress(take_id, "failed", parked.error, parked.id, can_play, has_words)
    if jobs and all(job.state == "done" for job in jobs):
        return Progress(take_id, "ready", can_play=can_play, has_words=has_words)
    open_job = next((job for job in jobs if job.state != "done"), None)
    if open_job is None or (open_job.state == "waiting" and open_job.kind == "prepare"):
        return Progress(take_id, "waiting", open_job.error if open_job else "", can_play=can_play)
    state = "preparing" if open_job.kind == "prepare" else "transcribing"
    return Progress(take_id, state, open_job.error, can_play=can_play)


def priority_of(session: CandidateSession) -> int:
    """0 while the candidate is still there, 1 after."""
    return 0 if session.state == "in_progress" else 1


def _changed(db: Session, statement: sa.Update, values: dict[str, Any] | None = None) -> int:
    """Runs an update past the identity map and says how many rows it changed."""
    return cast("sa.CursorResult[Any]", db.connection().execute(statement, values)).rowcount
