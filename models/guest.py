"""A way in for somebody without an account: one named person, one hand-off packet, for some days."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, OfEmployer
from models.employer import Member


class GuestLink(OfEmployer, Base):
    """`name` is the guest's. The token that opens it is minted when it is shown and kept nowhere."""

    __tablename__ = "guest_link"

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    opened_count: Mapped[int] = mapped_column(default=0)

    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)
