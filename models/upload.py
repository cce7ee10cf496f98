"""What has arrived of a recording: the upload with its offset, and the immutable parts it is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer


class Upload(OfEmployer, Base):
    """`length` None means deferred. `writer` names the request that may append now: a newer one takes it over."""

    __tablename__ = "upload"
    __table_args__ = (sa.Index("ix_upload_open", "finished_at", "touched_at"),)

    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    take_id: Mapped[str] = mapped_column(sa.ForeignKey("take.id"), unique=True)
    length: Mapped[int | None] = mapped_column(sa.BigInteger)
    offset: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    writer: Mapped[str | None] = mapped_column(sa.String(40))
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    terminated_at: Mapped[datetime | None]


class Part(OfEmployer, Base):
    """`size` bytes from `offset` on, durable in the media store under `key`, never changed."""

    __tablename__ = "part"
    __table_args__ = (sa.UniqueConstraint("upload_id", "offset"),)

    upload_id: Mapped[str] = mapped_column(sa.ForeignKey("upload.id"), index=True)
    offset: Mapped[int] = mapped_column(sa.BigInteger)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    key: Mapped[str] = mapped_column(sa.String(200))
