"""What people say about a candidate session: scores on a scorecard, notes, and the decision."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from models.answer import Take
from models.base import Base, OfEmployer
from models.employer import Member
from models.transcript import Transcript

STAGES = ("words", "voice", "face")
DECISIONS = ("advance", "decline", "hold")


class Scorecard(OfEmployer, Base):
    """One reviewer's scores for one session. `submitted_at` is when it became complete: only then others' are shown.

    `overall` is 0-10, the weighted mean, set when every criterion has a score. `saw_others`: this person only looked here before and
    could see others' scores first, so no figure of agreement and no machine that learns counts this scorecard as independent.
    """

    __tablename__ = "scorecard"
    __table_args__ = (sa.UniqueConstraint("session_id", "member_id"),)

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"), index=True)
    overall: Mapped[float | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    saw_others: Mapped[bool] = mapped_column(default=False)

    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)
    scores: Mapped[list[Score]] = relationship()


class Score(OfEmployer, Base):
    """A level a person gave for one criterion. A change after submitting is a new row; the newest `number` holds."""

    __tablename__ = "score"
    __table_args__ = (sa.UniqueConstraint("scorecard_id", "criterion_id", "number"),)

    scorecard_id: Mapped[str] = mapped_column(sa.ForeignKey("scorecard.id"), index=True)
    criterion_id: Mapped[str] = mapped_column(sa.ForeignKey("criterion.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    level: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]


class Note(OfEmployer, Base):
    """A reviewer's remark, at a moment of an answer when `at_seconds` is set; with a criterion it is evidence for it.

    What is quoted is kept as offsets into one stored transcript version (or a written answer's take): `quote` is cut from there.
    """

    __tablename__ = "note"

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"))
    question_id: Mapped[str | None] = mapped_column(sa.ForeignKey("question.id"))
    criterion_id: Mapped[str | None] = mapped_column(sa.ForeignKey("criterion.id"))
    at_seconds: Mapped[float | None]
    take_id: Mapped[str | None] = mapped_column(sa.ForeignKey("take.id"))
    transcript_id: Mapped[str | None] = mapped_column(sa.ForeignKey("transcript.id"))
    quote_start: Mapped[int | None] = mapped_column()
    quote_end: Mapped[int | None] = mapped_column()
    text: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]

    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)
    quote: Mapped[str] = column_property(
        sa.func.coalesce(
            sa.select(sa.func.substr(Transcript.text, quote_start + 1, quote_end - quote_start))
            .where(Transcript.id == transcript_id)
            .correlate_except(Transcript)
            .scalar_subquery(),
            sa.select(sa.func.substr(Take.text, quote_start + 1, quote_end - quote_start))
            .where(Take.id == take_id)
            .correlate_except(Take)
            .scalar_subquery(),
            "",
        )
    )


class View(OfEmployer, Base):
    """A named person opened an answer: the proof that a person reviewed it, shown on the candidate's receipt.

    `stage` is how much of it they had: only its words, the voice too, or all with name and face.
    """

    __tablename__ = "view"
    __table_args__ = (sa.UniqueConstraint("session_id", "question_id", "member_id"),)

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    question_id: Mapped[str] = mapped_column(sa.ForeignKey("question.id"))
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"))
    stage: Mapped[str] = mapped_column(sa.String(10), default="face")
    at: Mapped[datetime]


class Decision(OfEmployer, Base):
    """Made by a named person with a reason. Undoing is a new row that names the one it undoes; rows never change."""

    __tablename__ = "decision"

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"))
    verdict: Mapped[str] = mapped_column(sa.String(20))  # advance | decline | hold | undo
    reason: Mapped[str] = mapped_column(sa.Text)
    undoes_id: Mapped[str | None] = mapped_column(sa.ForeignKey("decision.id"))
    at: Mapped[datetime]

    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)
