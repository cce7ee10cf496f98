"""The words of a take: what was heard while it is still recorded, then the machine's version, then people's corrections beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer


class Transcript(OfEmployer, Base):
    """One version. The highest number of a take is the one shown; none is ever changed.

    `segments` is `[{"start", "end", "text", "low": bool, "words": [{"start", "end", "word", "p"}]}]`, times in seconds.
    `text` is the segments joined; quotes are offsets into it.
    """

    __tablename__ = "transcript"
    __table_args__ = (sa.UniqueConstraint("take_id", "number"),)

    take_id: Mapped[str] = mapped_column(sa.ForeignKey("take.id"), index=True)
    number: Mapped[int]
    author: Mapped[str] = mapped_column(sa.String(20))  # machine | reviewer | candidate
    member_id: Mapped[str | None] = mapped_column(sa.ForeignKey("member.id"))
    language: Mapped[str] = mapped_column(sa.String(10), default="")
    engine: Mapped[dict[str, Any]] = mapped_column(default=dict)
    no_speech: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    segments: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    created_at: Mapped[datetime]


class TranscriptPrefix(OfEmployer, Base):
    """What is known of a take that is still being recorded: its words up to `until` seconds, which will not change any more.

    `upload_id` names the bytes they were heard in (no foreign key: an upload may be given up and begun anew, and then this
    says nothing). `engine` and `segments` are those of a transcript. It goes when the transcript is stored.
    """

    __tablename__ = "transcript_prefix"

    take_id: Mapped[str] = mapped_column(sa.ForeignKey("take.id"), unique=True)
    upload_id: Mapped[str] = mapped_column(sa.String(26))
    until: Mapped[float] = mapped_column(default=0.0)
    language: Mapped[str] = mapped_column(sa.String(10), default="")
    engine: Mapped[dict[str, Any]] = mapped_column(default=dict)
    segments: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    heard_at: Mapped[datetime]
