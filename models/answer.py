"""What counts as the reply to a question, and the recording attempts behind it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, OfEmployer
from models.interview import Question

TAKE_STATES = ("recording", "closed", "verified", "damaged", "discarded", "erased")


class Take(OfEmployer, Base):
    """One recording attempt, or the text of a written answer.

    `client_id` is the browser's own name for it, so that a repeated creation finds the first.
    `bytes` and `sha256` are what the browser says it recorded; `verified` means the server holds exactly that.
    """

    __tablename__ = "take"
    __table_args__ = (sa.UniqueConstraint("session_id", "client_id"),)

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    question_id: Mapped[str] = mapped_column(sa.ForeignKey("question.id"), index=True)
    client_id: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[str] = mapped_column(sa.String(10))
    technical: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(sa.String(20))
    filetype: Mapped[str] = mapped_column(sa.String(120), default="")
    text: Mapped[str | None] = mapped_column(sa.Text)
    bytes: Mapped[int | None] = mapped_column(sa.BigInteger)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    seconds: Mapped[float | None]
    reason: Mapped[str] = mapped_column(sa.String(20), default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    question: Mapped[Question] = relationship(lazy="joined", innerjoin=True)


class Answer(OfEmployer, Base):
    """What counts as the reply: the take the candidate chose (a written answer is a take of kind text)."""

    __tablename__ = "answer"
    __table_args__ = (sa.UniqueConstraint("session_id", "question_id"),)

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    question_id: Mapped[str] = mapped_column(sa.ForeignKey("question.id"), index=True)
    take_id: Mapped[str | None] = mapped_column(sa.ForeignKey("take.id"))
    saved_at: Mapped[datetime]

    take: Mapped[Take | None] = relationship(lazy="joined")
    question: Mapped[Question] = relationship(lazy="joined", innerjoin=True)
