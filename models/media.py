"""What can be played: the seekable file made of a take, its poster, its waveform and what was noticed about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer


class Media(OfEmployer, Base):
    """Keys name objects in the media store; `voice_key` is the sound of a video alone. Times are seconds.

    `flags`: no_sound, quiet, black_picture, truncated (a fault broke it off), over_length (a limit did), over_suggested, over_time,
    unreadable, ...
    """

    __tablename__ = "media"

    take_id: Mapped[str] = mapped_column(sa.ForeignKey("take.id"), unique=True)
    original_key: Mapped[str] = mapped_column(sa.String(200), default="")
    playback_key: Mapped[str | None] = mapped_column(sa.String(200))
    playback_type: Mapped[str] = mapped_column(sa.String(120), default="")
    voice_key: Mapped[str | None] = mapped_column(sa.String(200))
    poster_key: Mapped[str | None] = mapped_column(sa.String(200))
    seconds: Mapped[float | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    bytes: Mapped[int | None] = mapped_column(sa.BigInteger)
    peaks: Mapped[list[int]] = mapped_column(default=list)
    silences: Mapped[list[Any]] = mapped_column(default=list)
    loudness: Mapped[float | None]
    flags: Mapped[list[str]] = mapped_column(default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
