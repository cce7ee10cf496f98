"""Letters: to whom, about what, and whether they went out. Never their text: it holds links and is written when it is sent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer

LETTERS = ("invite", "next_stage", "reminder", "extended", "follow_up", "member_invite", "reset", "inquiry")


class Mail(OfEmployer, Base):
    """One letter. Its job (kind `mail`) says how often it was tried; `problem` says in a sentence why it did not go out."""

    __tablename__ = "mail"

    kind: Mapped[str] = mapped_column(sa.String(20))
    email: Mapped[str] = mapped_column(sa.String(320))
    session_id: Mapped[str | None] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    member_id: Mapped[str | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    inquiry_id: Mapped[str | None] = mapped_column(sa.ForeignKey("inquiry.id"))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(sa.String(300), default="")
