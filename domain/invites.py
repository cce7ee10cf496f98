"""Personal ways in: an invite names one candidate and one session, has a deadline, and can be revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, candidates
from domain.audit import Actor, Verb
from domain.designs import InterviewDesign
from domain.errors import Invalid, NotFound
from domain.interviews import find_published
from domain.tokens import Tokens
from models import Candidate, CandidateSession, Interview, Invite
from models.candidate import ENDED


@dataclass(frozen=True)
class Invited:
    """Whom to invite. `days` until the deadline; None takes the interview's own."""

    name: str
    email: str = ""
    external_id: str | None = None
    days: int | None = None
    locale: str = "en"
    is_test: bool = False


def create(db: Session, actor: Actor, interview: Interview, invited: Invited, now: datetime) -> Invite:
    """An invite with its candidate and a session in state `invited`. Raises Invalid before the first publication."""
    version = find_published(db, interview.id)
    if version is None or interview.archived_at is not None:
        raise Invalid("This interview is not open: publish it first.")
    days = invited.days or InterviewDesign.model_validate(version.design).days_open
    employer_id, deadline = interview.employer_id, now + timedelta(days=days)
    candidate = Candidate(employer_id=employer_id, name=invited.name, email=invited.email, external_id=invited.external_id, created_at=now)
    db.add(candidate)
    db.flush()
    session = CandidateSession(
        employer_id=employer_id,
        interview_id=interview.id,
        version_id=version.id,
        candidate_id=candidate.id,
        state="invited",
        locale=invited.locale,
        is_test=invited.is_test,
        created_at=now,
        deadline=deadline,
    )
    db.add(session)
    db.flush()
    member_id = actor.id if actor.kind == "member" else None
    invite = Invite(
        employer_id=employer_id, interview_id=interview.id, session_id=session.id, created_by=member_id, created_at=now, expires_at=deadline
    )
    db.add(invite)
    db.flush()
    audit.append(db, actor, Verb.INVITE_CREATED, ("invite", invite.id), {"session": session.id}, now=now)
    return invite


def get_invite(db: Session, invite_id: str) -> Invite:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Invite).where(Invite.id == invite_id))
    if found is None:
        raise NotFound
    return found


def revoke(db: Session, actor: Actor, invite: Invite, now: datetime) -> None:
    """The invite's link stops working, and with it the session it led to unless that has ended."""
    if invite.revoked_at is not None:
        return
    invite.revoked_at = now
    audit.append(db, actor, Verb.INVITE_REVOKED, ("invite", invite.id), now=now)
    session = candidates.get_session(db, invite.session_id)
    if session.state not in ENDED:
        candidates.cancel(db, actor, session, "invite revoked", now)


def mint(tokens: Tokens, invite: Invite, now: datetime) -> str:
    """The token of an invite's link; the inbox may show it again at any time."""
    return tokens.mint("invite", {"invite": invite.id}, now)
