"""What somebody asks of the employer's contact person: help with answering, or a right of theirs.

Asking needs no session, no reason and no permission, and never reaches the people who score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, mail, notices
from domain.audit import Actor, Verb
from domain.designs import InterviewDesign
from domain.errors import Invalid, NotFound, TooMany
from models import CandidateSession, Employer, Inquiry, InterviewVersion

KINDS: Final = ("help", "review", "copy", "withdrawal", "erasure")
MOST_OPEN: Final = 20
"""For one session; and for one interview by people who have not started."""
MOST_STRANGERS: Final = 200


@dataclass(frozen=True)
class Asked:
    """`name` and `email` are used only for who has no session yet."""

    kind: str
    message: str = ""
    name: str = ""
    email: str = ""


def ask(db: Session, version: InterviewVersion, session: CandidateSession | None, asked: Asked, now: datetime) -> Inquiry:
    """Writes it down and puts a letter to the contact person in line. The same again, while it is open, changes nothing.

    Raises Invalid without a message where one is needed or without an address to answer to, TooMany.
    """
    _require_sense(asked, session)
    name, email = (session.candidate.name, session.candidate.email) if session else (asked.name, asked.email)
    standing = _open(db, version, session)
    same = [one for one in standing if (one.kind, one.email, one.message) == (asked.kind, email, asked.message.strip())]
    if same:
        return same[0]
    if len(standing) >= (MOST_OPEN if session else MOST_STRANGERS):
        raise TooMany("There are many open requests already.", "Please write to the contact person.")
    values = {"kind": asked.kind, "name": name, "email": email, "message": asked.message.strip(), "asked_at": now}
    session_id = session.id if session else None
    inquiry = Inquiry(employer_id=version.employer_id, version_id=version.id, session_id=session_id, **values)
    db.add(inquiry)
    db.flush()
    _tell(db, version, inquiry, now)
    return inquiry


def _require_sense(asked: Asked, session: CandidateSession | None) -> None:
    wrong = {}
    if asked.kind not in KINDS or (session is None and asked.kind != "help"):
        wrong["kind"] = "There is no such request."
    if asked.kind == "help" and not asked.message.strip():
        wrong["message"] = "Please say in a few words what you need."
    local, at, domain = asked.email.partition("@")
    if session is None and (not (local and at and "." in domain.strip(".")) or any(c.isspace() for c in asked.email)):
        wrong["email"] = "This does not look like an e-mail address: name@example.org"
    if wrong:
        raise Invalid(" ".join(wrong.values()), wrong)


def _open(db: Session, version: InterviewVersion, session: CandidateSession | None) -> Sequence[Inquiry]:
    whose = Inquiry.session_id == session.id if session else sa.and_(Inquiry.session_id.is_(None), Inquiry.version_id == version.id)
    return db.scalars(sa.select(Inquiry).where(whose, Inquiry.done_at.is_(None)).limit(MOST_STRANGERS)).all()


def _tell(db: Session, version: InterviewVersion, inquiry: Inquiry, now: datetime) -> None:
    """The chain says that help was asked for, never what; of a right it says which, for a time runs from then on."""
    contact = notices.contact(db.get_one(Employer, version.employer_id), InterviewDesign.model_validate(version.design))[1]
    if contact:
        mail.to_contact(db, inquiry, contact)
    about = {} if inquiry.kind == "help" else {"kind": inquiry.kind}
    actor = Actor(version.employer_id, "candidate", inquiry.session_id or "")
    audit.append(db, actor, Verb.INQUIRY_MADE, ("inquiry", inquiry.id), about, now=now)


def list_of(db: Session, session_id: str) -> Sequence[Inquiry]:
    """What this candidate asked, oldest first."""
    return db.scalars(sa.select(Inquiry).where(Inquiry.session_id == session_id).order_by(Inquiry.id)).all()


def list_all(db: Session, most: int = 200) -> Sequence[Inquiry]:
    """For the employer's managers: open ones first, the oldest of them on top; then those that are done, newest first."""
    waiting = db.scalars(sa.select(Inquiry).where(Inquiry.done_at.is_(None)).order_by(Inquiry.id).limit(most)).all()
    done = db.scalars(sa.select(Inquiry).where(Inquiry.done_at.is_not(None)).order_by(Inquiry.done_at.desc()).limit(most)).all()
    return [*waiting, *done][:most]


def count_open(db: Session) -> int:
    """How many wait for somebody."""
    return db.scalar(sa.select(sa.func.count()).select_from(Inquiry).where(Inquiry.done_at.is_(None))) or 0


def get_inquiry(db: Session, inquiry_id: str) -> Inquiry:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Inquiry).where(Inquiry.id == inquiry_id))
    if found is None:
        raise NotFound
    return found


def finish(db: Session, actor: Actor, inquiry_id: str, now: datetime) -> Inquiry:
    """Somebody has dealt with it. A second time changes nothing. Raises NotFound."""
    inquiry = get_inquiry(db, inquiry_id)
    if inquiry.done_at is None:
        inquiry.done_at, inquiry.done_by = now, actor.id
        db.flush()
        audit.append(db, actor, Verb.INQUIRY_DONE, ("inquiry", inquiry.id), now=now)
    return inquiry
