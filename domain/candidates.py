"""The candidate session: its states, who may move it from one to the next, and which browser tab may change it.

A session that has ended stays as it is. The moves are a table, and each is one conditional update,
so that of twenty submits sent at once one wins and the others see it done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit
from domain.audit import Actor, Verb
from domain.errors import Conflict, NotFound, OtherTab, SessionEnded, TokenExpired, TokenRevoked
from domain.tokens import RECEIPT_LIFE
from models import CandidateSession
from models.candidate import ENDED

EXTENSION: Final = timedelta(minutes=15)
NEAR: Final = timedelta(minutes=60)
MOST_EXTENSIONS: Final = 10

MOVES: Final[Mapping[tuple[str, str], str]] = {
    ("invited", "in_progress"): "candidate",
    ("invited", "expired"): "system",
    ("invited", "cancelled"): "member",
    ("in_progress", "submitted"): "candidate",
    ("in_progress", "withdrawn"): "candidate",
    ("in_progress", "expired"): "system",
    ("in_progress", "cancelled"): "member",
    ("in_progress", "failed"): "system",
}
"""From which state to which, and the kind of actor who may do it."""


def get_session(db: Session, session_id: str) -> CandidateSession:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(CandidateSession).where(CandidateSession.id == session_id))
    if found is None:
        raise NotFound
    return found


def get_by_claims(db: Session, claims: Mapping[str, Any]) -> CandidateSession:
    """The session a candidate or resume token speaks for. Raises TokenRevoked once its tokens were recalled."""
    found = db.scalar(sa.select(CandidateSession).where(CandidateSession.id == str(claims["session"])))
    if found is None or found.resume_version != claims["version"]:
        raise TokenRevoked
    return found


def get_by_receipt(db: Session, claims: Mapping[str, Any]) -> CandidateSession:
    """The session a receipt speaks for: it reads only, so recalling the other tokens does not end it. Raises TokenRevoked."""
    found = db.scalar(sa.select(CandidateSession).where(CandidateSession.id == str(claims["session"])))
    if found is None:
        raise TokenRevoked
    return found


def require_recent(session: CandidateSession, now: datetime) -> None:
    """However far the deadline was moved, tokens outlive the end of a session as long as a receipt and no longer. Raises TokenExpired."""
    if session.ended_at is not None and now > session.ended_at + RECEIPT_LIFE:
        raise TokenExpired


def require_newest_tab(session: CandidateSession, tab: int) -> None:
    """Raises OtherTab when the session was opened again since this tab was given its token."""
    if tab != session.tab:
        raise OtherTab


def require_open(session: CandidateSession, now: datetime) -> None:
    """Raises SessionEnded unless the candidate may still change something."""
    if session.state != "in_progress" or now >= session.deadline:
        raise SessionEnded


def extend(db: Session, session: CandidateSession, now: datetime) -> None:
    """Whoever is answering when the deadline comes near may finish: a quarter of an hour more, ten times.

    Raises SessionEnded, Conflict when it is too early or was done ten times.
    """
    require_open(session, now)
    if session.deadline - now > NEAR or session.extensions >= MOST_EXTENSIONS:
        raise Conflict("The time cannot be extended now.", "Write to the contact person.")
    mine = sa.update(CandidateSession).where(CandidateSession.id == session.id, CandidateSession.extensions == session.extensions)
    db.execute(mine.values(extensions=session.extensions + 1, deadline=session.deadline + EXTENSION))
    db.refresh(session)
    actor = Actor(session.employer_id, "candidate", session.id)
    audit.append(db, actor, Verb.SESSION_EXTENDED, ("session", session.id), {"until": session.deadline.isoformat()}, now=now)


def take_over(db: Session, session: CandidateSession, now: datetime) -> None:
    """Another tab or device goes on with the session; tokens of older tabs may no longer change it."""
    db.execute(sa.update(CandidateSession).where(CandidateSession.id == session.id).values(tab=CandidateSession.tab + 1))
    db.refresh(session)
    actor = Actor(session.employer_id, "candidate", session.id)
    audit.append(db, actor, Verb.SESSION_RESUMED, ("session", session.id), {"tab": session.tab}, now=now)


def move(db: Session, actor: Actor, session: CandidateSession, to: str, now: datetime, reason: str = "", **values: Any) -> bool:
    """Moves the session, with further column `values`; False when somebody moved it first.

    Raises SessionEnded for a move that is not in the table or not for this kind of actor.
    """
    if MOVES.get((session.state, to)) != actor.kind:
        raise SessionEnded
    if to in ENDED:
        values |= {"ended_at": now, "ended_reason": reason}
    change = sa.update(CandidateSession).where(CandidateSession.id == session.id, CandidateSession.state == session.state)
    moved = db.connection().execute(change.values(state=to, **values)).rowcount == 1
    db.refresh(session)
    if moved:
        audit.append(db, actor, _verb(to), ("session", session.id), {"state": to}, now=now)
    return moved


def _verb(state: str) -> Verb:
    return {"in_progress": Verb.SESSION_STARTED, "submitted": Verb.SESSION_SUBMITTED}.get(state, Verb.SESSION_ENDED)


def withdraw(db: Session, actor: Actor, session: CandidateSession, now: datetime) -> None:
    """The candidate takes back their application. A second time changes nothing."""
    if session.state != "withdrawn":
        move(db, actor, session, "withdrawn", now)


def cancel(db: Session, actor: Actor, session: CandidateSession, reason: str, now: datetime) -> None:
    """The employer ends a session that has not ended; every token of it stops working."""
    move(db, actor, session, "cancelled", now, reason, resume_version=CandidateSession.resume_version + 1)


def expire(db: Session, now: datetime, most: int = 100) -> int:
    """Ends sessions whose deadline has passed, of every employer this database session serves. Returns how many."""
    late = sa.select(CandidateSession).where(CandidateSession.state.in_(("invited", "in_progress")), CandidateSession.deadline <= now)
    sessions = db.scalars(late.limit(most)).all()
    return sum(move(db, Actor(one.employer_id, "system"), one, "expired", now, "deadline passed") for one in sessions)
