"""The candidate, one going through an interview (the candidate session), and what they were told and agreed to."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, OfEmployer
from models.interview import InterviewVersion

STATES = ("invited", "in_progress", "submitted", "expired", "withdrawn", "cancelled", "failed")
ENDED = ("submitted", "expired", "withdrawn", "cancelled", "failed")
DESK = (
    "CASE WHEN addendum_to_id IS NOT NULL THEN 'addendum' "
    "WHEN state IN ('invited', 'in_progress') THEN 'open' WHEN state <> 'submitted' THEN 'ended' "
    "WHEN verdict IN ('advance', 'decline') THEN 'decided' ELSE 'waiting' END"
)
# Few sessions have an assignee: an index of those alone is small, and planners know that it is.
ASSIGNED: dict[str, Any] = {f"{dialect}_where": sa.text("assignee_id IS NOT NULL") for dialect in ("sqlite", "postgresql")}
ADDENDA: dict[str, Any] = {f"{dialect}_where": sa.text("addendum_to_id IS NOT NULL") for dialect in ("sqlite", "postgresql")}
# The ways the inbox can be sorted, each served by an index.
ORDERS = {
    "due": ("due_at", "id"),
    "unscored": ("scorecard_count", "due_at", "id"),
    "newest": ("arrived_at", "id"),
    "sample": ("shuffle", "id"),
}


class Candidate(OfEmployer, Base):
    __tablename__ = "candidate"

    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(320), default="", index=True)
    external_id: Mapped[str | None] = mapped_column(sa.String(255))
    created_at: Mapped[datetime]


class Invite(OfEmployer, Base):
    """A personal way in for one candidate, minted by the inbox or the employer's server."""

    __tablename__ = "invite"
    __table_args__ = (sa.Index("ix_invite_list", "employer_id", "interview_id", "id"),)

    interview_id: Mapped[str] = mapped_column(sa.ForeignKey("interview.id"), index=True)
    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    created_by: Mapped[str | None] = mapped_column(sa.ForeignKey("member.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CandidateSession(OfEmployer, Base):
    """One candidate going once through one interview version. Immutable once ended; a rerun is a new row beside it.

    `tab` counts how often a browser tab took the session over: only the newest may change it.
    `resume_version` is in every resume token: raising it revokes them all. `extensions` counts how often the candidate moved
    the deadline to finish.

    What stands under "inbox" is no part of the record: it is kept so that the inbox need not count. `scorecard_count` counts
    submitted scorecards, `overall` is their mean on 0-10, `verdict` is the decision that stands ("" for none), `shuffle` is a
    random place for samples; the database itself keeps `desk` (open | waiting | decided | ended), `due_at` and `arrived_at`.

    A question asked back after the end is an addendum: a session of its own, of one question, that names the ended one in
    `addendum_to_id`. Its `desk` is `addendum`, so no list and no figure counts it as another candidate.
    """

    __tablename__ = "candidate_session"
    __table_args__ = (
        *(sa.Index(f"ix_candidate_session_{name}", "employer_id", "is_test", "desk", *by) for name, by in ORDERS.items()),
        *(sa.Index(f"ix_candidate_session_interview_{name}", "interview_id", "is_test", "desk", *by) for name, by in ORDERS.items()),
        sa.Index("ix_candidate_session_ranked", "interview_id", "is_test", "overall", "id"),
        sa.Index("ix_candidate_session_assigned", "assignee_id", "is_test", "desk", *ORDERS["due"], **ASSIGNED),
        sa.Index("ix_candidate_session_addenda", "addendum_to_id", **ADDENDA),
        sa.Index("ix_candidate_session_interview_state", "interview_id", "state"),
        # The design room counts by state, version and embed from this index alone.
        sa.Index("ix_candidate_session_counts", "employer_id", "interview_id", "is_test", "desk", "state", "version_id", "embed_id"),
    )

    interview_id: Mapped[str] = mapped_column(sa.ForeignKey("interview.id"))
    version_id: Mapped[str] = mapped_column(sa.ForeignKey("interview_version.id"))
    candidate_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate.id"), index=True)
    embed_id: Mapped[str | None] = mapped_column(sa.ForeignKey("embed.id"))
    previous_id: Mapped[str | None] = mapped_column(sa.ForeignKey("candidate_session.id"))
    addendum_to_id: Mapped[str | None] = mapped_column(sa.ForeignKey("candidate_session.id"))
    channel: Mapped[str] = mapped_column(sa.String(20), default="one_way")
    is_test: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(sa.String(20))
    locale: Mapped[str] = mapped_column(sa.String(10), default="en")
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="UTC")
    device: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tab: Mapped[int] = mapped_column(default=0)
    resume_version: Mapped[int] = mapped_column(default=1)
    ended_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    deadline: Mapped[datetime]
    extensions: Mapped[int] = mapped_column(default=0)
    promise_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    # inbox
    scorecard_count: Mapped[int] = mapped_column(default=0)
    overall: Mapped[float | None]
    verdict: Mapped[str] = mapped_column(sa.String(10), default="")
    assignee_id: Mapped[str | None] = mapped_column(sa.ForeignKey("member.id"))
    shuffle: Mapped[int] = mapped_column(default=lambda: secrets.randbelow(1 << 30))
    desk: Mapped[str] = mapped_column(sa.String(10), sa.Computed(DESK, persisted=True))
    due_at: Mapped[datetime] = mapped_column(sa.Computed("coalesce(promise_at, deadline)", persisted=True))
    arrived_at: Mapped[datetime] = mapped_column(sa.Computed("coalesce(submitted_at, created_at)", persisted=True))

    candidate: Mapped[Candidate] = relationship(lazy="joined", innerjoin=True)
    version: Mapped[InterviewVersion] = relationship(lazy="joined", innerjoin=True)


class Notice(OfEmployer, Base):
    """What candidates were told, word for word. A new row whenever the configuration makes the text differ.

    `asks_ai`: it asks for agreement to proposals. `transcribes`: it says that speech is turned into text.
    """

    __tablename__ = "notice"
    __table_args__ = (sa.UniqueConstraint("version_id", "locale", "sha256"),)

    version_id: Mapped[str] = mapped_column(sa.ForeignKey("interview_version.id"))
    locale: Mapped[str] = mapped_column(sa.String(10))
    number: Mapped[int]
    facts: Mapped[list[dict[str, Any]]]
    asks_ai: Mapped[bool] = mapped_column(default=False)
    transcribes: Mapped[bool] = mapped_column(default=False)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]


class Consent(OfEmployer, Base):
    """One answer to one question of consent; a change of mind is a new row, the newest of a purpose holds."""

    __tablename__ = "consent"

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    notice_id: Mapped[str] = mapped_column(sa.ForeignKey("notice.id"))
    purpose: Mapped[str] = mapped_column(sa.String(20))  # recording | ai
    given: Mapped[bool]
    at: Mapped[datetime]


class Accommodation(OfEmployer, Base):
    """Another way to answer. Apart from the session on purpose: reviewers' queries never touch this table."""

    __tablename__ = "accommodation"

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), unique=True)
    more_time: Mapped[bool] = mapped_column(default=False)
    other_kinds: Mapped[bool] = mapped_column(default=False)
    more_retakes: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Inquiry(OfEmployer, Base):
    """What somebody asks of the employer's contact person: help with answering, or a right of theirs.

    `session_id` is None for who has not started; then `name` and `email` are what they typed. Reviewers' queries never touch this table.
    """

    __tablename__ = "inquiry"

    version_id: Mapped[str] = mapped_column(sa.ForeignKey("interview_version.id"))
    session_id: Mapped[str | None] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    email: Mapped[str] = mapped_column(sa.String(320), default="")
    message: Mapped[str] = mapped_column(sa.Text, default="")
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(sa.ForeignKey("member.id"))

    version: Mapped[InterviewVersion] = relationship(lazy="joined", innerjoin=True)


class Step(OfEmployer, Base):
    """How far a session got and on which kind of device: counts for the funnel, nothing about the person."""

    __tablename__ = "step"

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(20))
    position: Mapped[int | None]
    trouble: Mapped[str | None] = mapped_column(sa.String(40))
    at: Mapped[datetime]
