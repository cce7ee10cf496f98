"""The people who work for an employer, and their roles."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit
from domain.audit import Actor, Verb
from domain.errors import Conflict, Invalid
from models import Member
from models.employer import ROLES


def create_member(db: Session, actor: Actor, email: str, name: str, role: str, password_hash: str | None, now: datetime) -> Member:
    """A new member of the actor's employer. Raises Invalid for an unknown role or address, Conflict for one in use."""
    email = email.strip().lower()
    if role not in ROLES:
        raise Invalid("Choose one of the roles.", {"role": f"one of {', '.join(ROLES)}"})
    if email.count("@") != 1 or not all(email.split("@")):
        raise Invalid("That is not an e-mail address.", {"email": "like name@example.com"})
    if db.connection().scalar(sa.select(Member.__table__.c.id).where(Member.__table__.c.email == email)) is not None:
        raise Conflict("This address is already in use.", "Use another address, or ask them to sign in.")
    member = Member(employer_id=actor.employer_id, email=email, name=name.strip(), role=role, password_hash=password_hash, created_at=now)
    db.add(member)
    db.flush()
    audit.append(db, actor, Verb.MEMBER_CREATED, ("member", member.id), {"role": role}, now=now)
    return member
