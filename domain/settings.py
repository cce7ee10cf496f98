"""What an employer decides for all its interviews: name, contact, and whether software may propose at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit
from domain.audit import Actor, Verb
from domain.errors import Conflict, Invalid
from models import Employer, Interview

SHORTEST_PURPOSE: Final = 20
LONGEST_PURPOSE: Final = 1000


def get_employer(db: Session, employer_id: str) -> Employer:
    """The employer a member works for."""
    return db.get_one(Employer, employer_id)


def change(db: Session, actor: Actor, employer: Employer, typed: Mapping[str, str], now: datetime) -> None:
    """New name and contact. Raises Invalid naming every field that is wrong."""
    name, contact, email = (typed.get(key, "").strip() for key in ("name", "contact_name", "contact_email"))
    wrong = {}
    if not 1 <= len(name) <= 200:
        wrong["name"] = "1 to 200 characters."
    if len(contact) > 200:
        wrong["contact_name"] = "At most 200 characters."
    local, at, domain = email.partition("@")
    if not (local and at and "." in domain.strip(".")) or any(c.isspace() for c in email) or len(email) > 320:
        wrong["contact_email"] = "Candidates must be able to reach somebody: an address like jobs@example.com."
    if wrong:
        raise Invalid("Something in the form needs your attention.", wrong)
    changed = [
        key for key, value in (("name", name), ("contact_name", contact), ("contact_email", email)) if getattr(employer, key) != value
    ]
    employer.name, employer.contact_name, employer.contact_email = name, contact, email
    if changed:
        audit.append(db, actor, Verb.EMPLOYER_CHANGED, ("employer", employer.id), {"changed": changed}, now=now)


def switch_proposals(db: Session, actor: Actor, interview: Interview, on: bool, purpose: str, now: datetime) -> None:
    """Lets software propose for one interview, for a stated purpose, or ends it. Raises Invalid without a purpose."""
    purpose = " ".join(purpose.split())
    if on and not SHORTEST_PURPOSE <= len(purpose) <= LONGEST_PURPOSE:
        raise Invalid("State in a sentence what the proposals are for; the record keeps it.", {"purpose": "a sentence"})
    if on and get_employer(db, interview.employer_id).proposals_stopped_at is not None:
        raise Conflict("Proposals are stopped for all interviews.", "Resume them first.")
    interview.proposals_on = on
    if on:
        interview.proposals_purpose = purpose
    data = {"on": on, "purpose": purpose} if on else {"on": on}
    audit.append(db, actor, Verb.PROPOSALS_SWITCHED, ("interview", interview.id), data, now=now)


def stop_proposals(db: Session, actor: Actor, employer: Employer, now: datetime, *, resume: bool = False) -> None:
    """The stop switch for everything at once; people go on scoring as before."""
    if (employer.proposals_stopped_at is None) == resume:
        return
    employer.proposals_stopped_at = None if resume else now
    audit.append(db, actor, Verb.PROPOSALS_SWITCHED, ("employer", employer.id), {"stopped": not resume}, now=now)


def interviews_in_use(db: Session) -> list[Interview]:
    """Every interview that is not archived, newest first."""
    return list(db.scalars(sa.select(Interview).where(Interview.archived_at.is_(None)).order_by(Interview.id.desc())))
