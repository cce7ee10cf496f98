"""The employer (tenant), the people who work for it, and their logins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer, WithId

ROLES = ("owner", "admin", "reviewer", "read_only")


class Employer(WithId, Base):
    __tablename__ = "employer"

    name: Mapped[str] = mapped_column(sa.String(200))
    contact_name: Mapped[str] = mapped_column(sa.String(200), default="")
    contact_email: Mapped[str] = mapped_column(sa.String(320), default="")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    proposals_stopped_at: Mapped[datetime | None]
    audit_head: Mapped[str] = mapped_column(sa.String(64), default="0" * 64)
    created_at: Mapped[datetime]


class Member(OfEmployer, Base):
    """A person who works for the employer. Addresses are unique over the whole installation, so login needs no tenant.

    `sees_all` False: only the interviews they have a seat at (`models/seat.py`); owners and admins always see all.
    `totp_counter` is the time step of the last code that was accepted: none is taken twice.
    """

    __tablename__ = "member"

    email: Mapped[str] = mapped_column(sa.String(320), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    role: Mapped[str] = mapped_column(sa.String(20))
    sees_all: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(300))
    totp_secret: Mapped[str | None] = mapped_column(sa.String(64))
    totp_counter: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    recovery_hashes: Mapped[list[str]] = mapped_column(default=list)
    trained_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Login(OfEmployer, Base):
    """One signed-in browser of one member; ending the row ends the login at the next request."""

    __tablename__ = "login"

    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"), index=True)
    device: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
