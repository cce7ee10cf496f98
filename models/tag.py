"""Words reviewers put on candidate sessions to find them again. Nothing decides by them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer


class Tag(OfEmployer, Base):
    """One word on one session. `name` is as it was first typed; the same word in other letters is the same tag."""

    __tablename__ = "tag"
    __table_args__ = (sa.UniqueConstraint("session_id", "name"), sa.Index("ix_tag_name", "employer_id", "name", "session_id"))

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"))
    name: Mapped[str] = mapped_column(sa.String(40))
