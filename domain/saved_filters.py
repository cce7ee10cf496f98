"""Filters of the inbox that a member gave a name. Everybody has their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotFound
from models import Member, SavedFilter

MOST: Final = 20
LONGEST: Final = 60


def of_member(db: Session, member: Member) -> list[SavedFilter]:
    """This member's filters, the first saved first."""
    return list(db.scalars(sa.select(SavedFilter).where(SavedFilter.member_id == member.id).order_by(SavedFilter.id)))


def save(db: Session, member: Member, name: str, settings: Mapping[str, str], now: datetime) -> SavedFilter:
    """Keeps a filter under a name; the same name again replaces it. Raises Invalid without a name, Conflict for too many."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise Invalid(f"Give the filter a name of at most {LONGEST} characters.", {"name": "needed"})
    mine = of_member(db, member)
    found = next((one for one in mine if one.name == name), None)
    if found is None and len(mine) >= MOST:
        raise Conflict(f"You have {MOST} saved filters.", "Remove one first.")
    if found is None:
        found = SavedFilter(employer_id=member.employer_id, member_id=member.id, name=name, created_at=now)
        db.add(found)
    found.settings = {key: value for key, value in settings.items() if value}
    db.flush()
    return found


def remove(db: Session, member: Member, filter_id: str) -> None:
    """Raises NotFound, also for another member's."""
    found = db.scalar(sa.select(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.member_id == member.id))
    if found is None:
        raise NotFound
    db.delete(found)
    db.flush()
