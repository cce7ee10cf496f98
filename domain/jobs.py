"""Background work: put in line, claimed fairly, finished, tried again, parked.

A claim is one conditional update, so two workers never hold one row; a lease that ran out means the
worker died and the row is free again. Fair: the employer served longest ago comes first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from domain import audit
from domain.audit import Actor, Verb
from models import Job

LEASE: Final = timedelta(seconds=60)
RETRY_AFTER: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5))
MOST_ATTEMPTS: Final = len(RETRY_AFTER) + 1
FREE: Final = sa.or_(Job.state == "waiting", sa.and_(Job.state == "running", Job.lease_until < sa.bindparam("moment")))


def add(db: Session, employer_id: str, kind: str, subject_id: str, now: datetime, priority: int = 1) -> Job:
    """Puts work in line; a second call for the same kind and subject returns the row that stands."""
    found = db.scalar(sa.select(Job).where(Job.kind == kind, Job.subject_id == subject_id))
    if found is not None:
        return found
    job = Job(employer_id=employer_id, kind=kind, subject_id=subject_id, state="waiting", priority=priority, not_before=now, created_at=now)
    db.add(job)
    db.flush()
    return job


def claim(db: Session, kind: str, worker: str, now: datetime) -> Job | None:
    """Takes the fairest free row of this kind for `worker`, or None when nothing waits. Commits nothing."""
    for job_id in db.scalars(_next(kind), {"moment": now}).all():
        taken = (
            sa.update(Job)
            .where(Job.id == job_id, FREE)
            .values(state="running", worker=worker, lease_until=now + LEASE, started_at=now, attempts=Job.attempts + 1)
        )
        result = db.connection().execute(taken, {"moment": now})
        if result.rowcount == 1:
            return db.scalar(sa.select(Job).where(Job.id == job_id).execution_options(populate_existing=True))
    return None


def _next(kind: str) -> sa.Select[str]:
    served = aliased(Job)
    last = sa.select(sa.func.max(served.started_at)).where(served.employer_id == Job.employer_id, served.kind == kind).scalar_subquery()
    waiting = sa.select(Job.id).where(Job.kind == kind, FREE, Job.not_before <= sa.bindparam("moment"))
    return waiting.order_by(Job.priority, sa.func.coalesce(last, sa.literal_column("'0001-01-01'")), Job.created_at).limit(8)


def renew(db: Session, job: Job, now: datetime) -> bool:
    """Says that the worker is still alive. False when the row was taken away: stop working on it."""
    still = sa.update(Job).where(Job.id == job.id, Job.state == "running", Job.worker == job.worker).values(lease_until=now + LEASE)
    return db.connection().execute(still).rowcount == 1


def finish(job: Job, now: datetime) -> None:
    """The work is done."""
    job.state, job.ended_at, job.lease_until, job.error = "done", now, None, ""


def fail(db: Session, job: Job, reason: str, now: datetime, *, final: bool = False) -> None:
    """The work failed: it waits a while and is tried again, or is parked with the reason after the last try."""
    job.error, job.lease_until, job.worker = reason[:500], None, None
    if final or job.attempts >= MOST_ATTEMPTS:
        job.state, job.ended_at = "parked", now
        audit.append(db, Actor(job.employer_id, "system"), Verb.JOB_PARKED, ("job", job.id), {"kind": job.kind}, now=now)
        return
    job.state, job.not_before = "waiting", now + RETRY_AFTER[job.attempts - 1]


def retry(db: Session, actor: Actor, job: Job, now: datetime) -> None:
    """A person asks for another try of a parked job."""
    job.state, job.attempts, job.not_before, job.error = "waiting", 0, now, ""
    audit.append(db, actor, Verb.JOB_RETRIED, ("job", job.id), {"kind": job.kind}, now=now)


def waiting(db: Session, now: datetime) -> dict[str, int]:
    """How many free rows each kind has now: what the sweeper nudges for."""
    counts = sa.select(Job.kind, sa.func.count()).where(FREE, Job.not_before <= sa.bindparam("moment")).group_by(Job.kind)
    return dict(db.execute(counts, {"moment": now}))
