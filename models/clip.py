"""Short videos and sounds of the employer's own: a welcome, a question asked by a person."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer

CLIP_STATES = ("waiting", "ready", "failed")
CAPTION_STATES = ("none", "machine", "confirmed")


class Clip(OfEmployer, Base):
    """The file never changes; `captions` is WebVTT, shown to candidates only once a person has `confirmed` it.

    `reason` says in a sentence why a clip `failed`. Once a published version shows it (`frozen_at`), its captions are
    frozen too: whoever changes them gets a copy that names the same objects.
    """

    __tablename__ = "clip"

    state: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    original_key: Mapped[str] = mapped_column(sa.String(200))
    playback_key: Mapped[str | None] = mapped_column(sa.String(200))
    playback_type: Mapped[str] = mapped_column(sa.String(120), default="")
    bytes: Mapped[int | None] = mapped_column(sa.BigInteger)
    seconds: Mapped[float | None]
    has_video: Mapped[bool] = mapped_column(default=False)
    has_sound: Mapped[bool] = mapped_column(default=False)
    captions: Mapped[str] = mapped_column(sa.Text, default="")
    captions_state: Mapped[str] = mapped_column(sa.String(10), default="none")
    frozen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
