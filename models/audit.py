"""The audit chain: what happened, who did it, in an order nobody can rewrite unnoticed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer


class AuditEvent(OfEmployer, Base):
    """One event of one employer's chain. `data` holds ids and settings, never names, words or addresses."""

    __tablename__ = "audit_event"
    __table_args__ = (sa.UniqueConstraint("employer_id", "number"),)

    number: Mapped[int]
    verb: Mapped[str] = mapped_column(sa.String(60))
    actor_kind: Mapped[str] = mapped_column(sa.String(20))  # member | candidate | system
    actor_id: Mapped[str] = mapped_column(sa.String(26), default="")
    subject_kind: Mapped[str] = mapped_column(sa.String(30))
    subject_id: Mapped[str] = mapped_column(sa.String(26), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    previous: Mapped[str] = mapped_column(sa.String(64))
    sha256: Mapped[str] = mapped_column(sa.String(64))
