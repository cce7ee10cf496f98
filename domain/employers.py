"""Employers: made with their first owner."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, members
from domain.audit import Actor, Verb
from domain.errors import Invalid
from models import Employer, Member


def find_by_name(db: Session, name: str) -> Employer | None:
    """The first employer of this name, or None."""
    return db.scalar(sa.select(Employer).where(Employer.name == name).order_by(Employer.created_at).limit(1))


def get_employer(db: Session, employer_id: str) -> Employer:
    """The employer of this id, which must exist."""
    return db.get_one(Employer, employer_id)


def create_employer(db: Session, name: str, contact_name: str, contact_email: str, now: datetime) -> Employer:
    """A new employer, whose candidates may write to that contact. Raises Invalid without a name."""
    if not name.strip():
        raise Invalid("An employer needs a name.", {"name": "needed"})
    made = Employer(name=name.strip()[:200], contact_name=contact_name, contact_email=contact_email, settings={}, created_at=now)
    db.add(made)
    db.flush()
    audit.append(db, Actor(made.id, "system"), Verb.EMPLOYER_CHANGED, ("employer", made.id), {"created": True}, now=now)
    return made


def create_owner(db: Session, employer: str, email: str, name: str, password_hash: str, now: datetime) -> Member:
    """An owner of the employer of that name, which is made when there is none. Raises as `members.create_member` does."""
    found = find_by_name(db, employer.strip()) or create_employer(db, employer, name, email.strip().lower(), now)
    return members.create_member(db, Actor(found.id, "system"), email, name, "owner", password_hash, now)
