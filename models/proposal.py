"""What the machine suggested, when, on what grounds, and what people made of it. Rows are added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from models.base import Base, OfEmployer

PROPOSAL_STATES = ("proposed", "withheld")
REPLIES = ("agree", "keep", "change")


class ProposerModel(OfEmployer, Base):
    """What was learned from people's scores for one criterion as it is worded. A retraining is a row with the next `version`.

    `agreement` is the leave-one-out record (`domain.agreement.Agreement` as JSON). `sources` are the sessions learned from.
    """

    __tablename__ = "proposer_model"
    __table_args__ = (sa.UniqueConstraint("employer_id", "fingerprint", "version"),)

    fingerprint: Mapped[str] = mapped_column(sa.String(64), index=True)
    version: Mapped[int]
    encoder: Mapped[str] = mapped_column(sa.String(80))
    n: Mapped[int]
    agreement: Mapped[dict[str, Any]]
    parameters: Mapped[dict[str, Any]]
    sources: Mapped[list[str]]
    data: Mapped[bytes] = deferred(mapped_column(sa.LargeBinary))
    created_at: Mapped[datetime]


class ProposalRun(OfEmployer, Base):
    """One look of the machine at one candidate session; a rerun is a row with the next `number`.

    `overall` is the weighted mean, 0-10, set only when every criterion has a value. `versions` names model, prompt, rubric and transcripts.
    """

    __tablename__ = "proposal_run"
    __table_args__ = (sa.UniqueConstraint("session_id", "number"),)

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(10))
    overall: Mapped[float | None]
    ai_feedback: Mapped[str] = mapped_column(sa.Text, default="")
    versions: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    proposals: Mapped[list[Proposal]] = relationship(order_by="Proposal.position")


class Proposal(OfEmployer, Base):
    """One criterion of one run. `value`, `low` and `high` run from 0 to 10; `reason` says why it was withheld.

    `citations` are `[{"take_id", "transcript_id", "start", "end", "start_seconds", "end_seconds"}]`: offsets, never words.
    `silent_value` is what the machine would have said; it is kept to measure agreement and shown to nobody.
    """

    __tablename__ = "proposal"
    __table_args__ = (sa.UniqueConstraint("run_id", "criterion_id"),)

    run_id: Mapped[str] = mapped_column(sa.ForeignKey("proposal_run.id"), index=True)
    criterion_id: Mapped[str] = mapped_column(sa.ForeignKey("criterion.id"), index=True)
    position: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(10))
    reason_code: Mapped[str] = mapped_column(sa.String(40), default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    level: Mapped[int | None]
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    silent_value: Mapped[float | None]
    reasoning: Mapped[str] = mapped_column(sa.Text, default="")
    citations: Mapped[list[dict[str, Any]]]
    flags: Mapped[list[str]]
    agreement: Mapped[dict[str, Any]]
    proposer: Mapped[str] = mapped_column(sa.String(20))
    versions: Mapped[dict[str, Any]]
    usage: Mapped[dict[str, Any]]
    request_sha256: Mapped[str] = mapped_column(sa.String(64))


class ProposalReveal(OfEmployer, Base):
    """A member saw a run after their own scores were in."""

    __tablename__ = "proposal_reveal"
    __table_args__ = (sa.UniqueConstraint("run_id", "member_id"),)

    run_id: Mapped[str] = mapped_column(sa.ForeignKey("proposal_run.id"), index=True)
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"), index=True)
    at: Mapped[datetime]


class ProposalReply(OfEmployer, Base):
    """What a member did about one proposal: agree, keep their own, change it and why. `level` is the person's level at that moment."""

    __tablename__ = "proposal_reply"
    __table_args__ = (sa.UniqueConstraint("proposal_id", "member_id"),)

    proposal_id: Mapped[str] = mapped_column(sa.ForeignKey("proposal.id"), index=True)
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"))
    reply: Mapped[str] = mapped_column(sa.String(10))
    level: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]
