"""Background work that waits, runs, is done or is parked. This table is the truth; the queue only says "look"."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer

JOB_STATES = ("waiting", "running", "done", "parked")


class Job(OfEmployer, Base):
    """One piece of work on one subject. `lease_until` passed while running means the worker died: anybody may take it.

    `priority` 0 is a candidate who is still there, 1 is submitted work, 2 is reruns. `error` says why in a sentence.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.UniqueConstraint("kind", "subject_id"),
        sa.Index("ix_job_next", "kind", "state", "not_before"),
        sa.Index("ix_job_served", "employer_id", "kind", "started_at"),
    )

    kind: Mapped[str] = mapped_column(sa.String(20))  # prepare | listen | transcribe | propose | ...
    subject_id: Mapped[str] = mapped_column(sa.String(26), index=True)
    state: Mapped[str] = mapped_column(sa.String(10))
    priority: Mapped[int] = mapped_column(default=1)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(sa.String(80))
    error: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
