"""A view of the inbox that a member comes back to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer


class SavedFilter(OfEmployer, Base):
    """`settings` are the address's own names and values (view, order, interview, assignee, tag, q). Each member has their own."""

    __tablename__ = "saved_filter"
    __table_args__ = (sa.UniqueConstraint("member_id", "name"),)

    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    settings: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
