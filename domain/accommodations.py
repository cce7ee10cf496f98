"""Another way to answer. Asked for without a reason, granted at once, and never shown to the people who score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, candidates, inquiries
from domain.audit import Actor, Verb
from domain.inquiries import Asked
from models import Accommodation, CandidateSession

EXTRA_RETAKES: Final = 5


@dataclass(frozen=True)
class Wishes:
    """What the candidate asked for. `message` goes to the employer's contact, not to reviewers."""

    more_time: bool = False
    other_kinds: bool = False
    more_retakes: bool = False
    message: str = ""

    @property
    def any(self) -> bool:
        return self.more_time or self.other_kinds or self.more_retakes or bool(self.message.strip())


NO_WISHES: Final = Wishes()


def grant(db: Session, session: CandidateSession, wishes: Wishes, now: datetime) -> Accommodation:
    """From now on the session has what was asked for; asking again replaces what was asked before."""
    candidates.require_open(session, now)
    granted = find(db, session.id)
    if granted is None:
        granted = Accommodation(employer_id=session.employer_id, session_id=session.id, created_at=now)
        db.add(granted)
    granted.more_time, granted.other_kinds, granted.more_retakes = wishes.more_time, wishes.other_kinds, wishes.more_retakes
    db.flush()
    # The chain is read by reviewers' managers: it says that something was asked, never what.
    actor = Actor(session.employer_id, "candidate", session.id)
    audit.append(db, actor, Verb.ACCOMMODATION_REQUESTED, ("session", session.id), now=now)
    if wishes.message.strip():
        inquiries.ask(db, session.version, session, Asked("help", wishes.message), now)
    return granted


def find(db: Session, session_id: str) -> Accommodation | None:
    """What was granted, or None."""
    return db.scalar(sa.select(Accommodation).where(Accommodation.session_id == session_id))


def extra_retakes(granted: Accommodation | None) -> int:
    """How many more recordings of each question are allowed."""
    return EXTRA_RETAKES if granted and granted.more_retakes else 0


def time_factor(granted: Accommodation | None) -> int | None:
    """1, or None for no time limit at all."""
    return None if granted and granted.more_time else 1


def kinds(question_kinds: list[str], granted: Accommodation | None) -> list[str]:
    """How a question may be answered: as designed, and in sound or text as well when that was asked for."""
    added = ["audio", "text"] if granted and granted.other_kinds else []
    return question_kinds + [kind for kind in added if kind not in question_kinds]
