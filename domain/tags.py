"""Tags: words reviewers put on candidate sessions to find them again. They order nothing and decide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit
from domain.audit import Actor, Verb
from domain.errors import Invalid
from models import CandidateSession, Tag

LONGEST: Final = 40
MOST_SHOWN: Final = 200


def known(db: Session, employer_id: str) -> list[str]:
    """Every tag in use, by name. The index jumps from name to name, however many sessions carry one."""
    found: list[str] = []
    names = sa.select(Tag.name).where(Tag.employer_id == employer_id).order_by(Tag.name).limit(1)
    name = db.scalar(names)
    while name is not None and len(found) < MOST_SHOWN:
        found.append(name)
        name = db.scalar(names.where(Tag.name > name))
    return found


def of_sessions(db: Session, session_ids: Sequence[str]) -> dict[str, list[str]]:
    """The tags of each session, by name."""
    found: dict[str, list[str]] = {}
    rows = db.execute(sa.select(Tag.session_id, Tag.name).where(Tag.session_id.in_(session_ids)).order_by(Tag.name))
    for session_id, name in rows:
        found.setdefault(session_id, []).append(name)
    return found


def put(db: Session, actor: Actor, session_ids: Sequence[str], name: str, now: datetime, *, off: bool = False) -> int:
    """Puts a tag on sessions, or takes it `off`. Returns how many changed; unknown sessions are passed over.

    Raises Invalid for a name that is empty or too long.
    """
    name = _same(db, actor.employer_id, _checked(name))
    sessions = list(db.scalars(sa.select(CandidateSession.id).where(CandidateSession.id.in_(session_ids)).order_by(CandidateSession.id)))
    have = {tag.session_id: tag for tag in db.scalars(sa.select(Tag).where(Tag.session_id.in_(sessions), Tag.name == name))}
    changed = [session_id for session_id in sessions if (session_id in have) == off]
    for session_id in changed:
        if off:
            db.delete(have[session_id])
        else:
            db.add(Tag(employer_id=actor.employer_id, session_id=session_id, name=name))
        audit.append(db, actor, Verb.SESSION_TAGGED, ("session", session_id), {"off": off}, now=now)
    db.flush()
    return len(changed)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("Type a tag first.", {"tag": "empty"})
    if len(name) > LONGEST:
        raise Invalid(f"A tag may have {LONGEST} characters.", {"tag": "too long"})
    return name


def _same(db: Session, employer_id: str, name: str) -> str:
    """The same word in other letters is the same tag."""
    folded = name.casefold()
    return next((one for one in known(db, employer_id) if one.casefold() == folded), name)
