"""Rubrics an employer keeps to use again. An interview copies one; changing it here changes no interview."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, OfEmployer


class Rubric(OfEmployer, Base):
    """`criteria` is a list of `CriterionDesign` as JSON."""

    __tablename__ = "rubric"

    name: Mapped[str] = mapped_column(sa.String(120))
    criteria: Mapped[list[dict[str, Any]]]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
