"""What is asked: openings, interviews with their draft, published versions with their questions, and where they are embedded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, OfEmployer

KINDS = ("video", "audio", "text")


class Opening(OfEmployer, Base):
    __tablename__ = "opening"

    title: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]


class Interview(OfEmployer, Base):
    """The designed set of questions. `draft` is edited freely; candidates only ever meet a published version.

    `draft` has the shape of an `InterviewDesign` but may be unfinished. `draft_editor` names the open page that saved last,
    so that a page never conflicts with itself.
    """

    __tablename__ = "interview"

    opening_id: Mapped[str] = mapped_column(sa.ForeignKey("opening.id"), index=True)
    stage: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(sa.String(200))
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    draft_revision: Mapped[int] = mapped_column(default=1)
    draft_editor: Mapped[str] = mapped_column(sa.String(26), default="")
    proposals_purpose: Mapped[str | None] = mapped_column(sa.Text)
    proposals_on: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    opening: Mapped[Opening] = relationship(lazy="joined", innerjoin=True)
    versions: Mapped[list[InterviewVersion]] = relationship(order_by="InterviewVersion.number", back_populates="interview")


class InterviewVersion(OfEmployer, Base):
    """A frozen copy of a design. `design` is the whole of it as JSON; questions and criteria are rows because answers point at them.

    Published versions are numbered from 1; a number below 1 is a preview, which only a test embed may show.
    """

    __tablename__ = "interview_version"
    __table_args__ = (sa.UniqueConstraint("interview_id", "number"),)

    interview_id: Mapped[str] = mapped_column(sa.ForeignKey("interview.id"), index=True)
    number: Mapped[int]
    design: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
    published_by: Mapped[str | None] = mapped_column(sa.ForeignKey("member.id"))

    interview: Mapped[Interview] = relationship(back_populates="versions", lazy="joined", innerjoin=True)
    questions: Mapped[list[Question]] = relationship(order_by="Question.position")
    criteria: Mapped[list[Criterion]] = relationship(order_by="Criterion.position")


class Question(OfEmployer, Base):
    """Times are seconds. `thinking_seconds` None means no limit; `hard_seconds` is where a recording is cut."""

    __tablename__ = "question"

    version_id: Mapped[str] = mapped_column(sa.ForeignKey("interview_version.id"), index=True)
    position: Mapped[int]
    prompt: Mapped[str] = mapped_column(sa.Text)
    meaning: Mapped[str] = mapped_column(sa.Text, default="")
    kinds: Mapped[list[str]]
    thinking_seconds: Mapped[int | None]
    answer_seconds: Mapped[int]
    hard_seconds: Mapped[int]
    retakes: Mapped[int]
    preview: Mapped[bool]
    characters: Mapped[int] = mapped_column(default=5000)
    clip_id: Mapped[str | None] = mapped_column(sa.ForeignKey("clip.id"))


class Criterion(OfEmployer, Base):
    """One dimension of the rubric. `weight` is a whole share of 100; `anchors` is `[{"level": 1, "text": ...}, ...]`, lowest first."""

    __tablename__ = "criterion"

    version_id: Mapped[str] = mapped_column(sa.ForeignKey("interview_version.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(40))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    weight: Mapped[int]
    anchors: Mapped[list[dict[str, Any]]]
    question_positions: Mapped[list[int]]


class Embed(OfEmployer, Base):
    """One pasted snippet: which origins may show which interview. Revoking the row revokes its token everywhere.

    `version_id` is set on a preview: it shows that version instead of the published one.
    """

    __tablename__ = "embed"

    interview_id: Mapped[str] = mapped_column(sa.ForeignKey("interview.id"), index=True)
    version_id: Mapped[str | None] = mapped_column(sa.ForeignKey("interview_version.id"))
    label: Mapped[str] = mapped_column(sa.String(120), default="")
    origins: Mapped[list[str]]
    is_test: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    interview: Mapped[Interview] = relationship(lazy="joined", innerjoin=True)
