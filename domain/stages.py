"""Stages: advancing a candidate invites them to the next published stage by itself; taking it back withdraws that invitation."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import invites, mail
from domain.audit import Actor
from domain.interviews import find_next_stage, get_interview
from models import CandidateSession, Invite, beyond_seats


def follow(db: Session, actor: Actor, session: CandidateSession, now: datetime) -> None:
    """Does what the decision that holds now asks for, also in a stage the decider does not see."""
    with beyond_seats(db):
        if session.verdict == "advance":
            advance(db, actor, session, now)
        else:
            take_back(db, actor, session, now)


def advance(db: Session, actor: Actor, session: CandidateSession, now: datetime) -> Invite | None:
    """The invitation to the next stage, made at most once; None when there is no next stage that is published."""
    following = find_next_stage(db, get_interview(db, session.interview_id))
    if following is None or find_next_session(db, session) is not None:
        return None
    invite = invites.create_next(db, actor, following, session, now)
    if not session.is_test:
        mail.to_candidate(db, db.get_one(CandidateSession, invite.session_id), "next_stage", now)
    return invite


def take_back(db: Session, actor: Actor, session: CandidateSession, now: datetime) -> None:
    """Withdraws the invitation to the next stage unless the candidate has begun it."""
    following = find_next_session(db, session)
    if following is None or following.state != "invited":
        return
    invite = db.scalar(sa.select(Invite).where(Invite.session_id == following.id, Invite.revoked_at.is_(None)))
    if invite is not None:
        invites.revoke(db, actor, invite, now)


def find_next_session(db: Session, session: CandidateSession) -> CandidateSession | None:
    """The session in the next stage that still counts, or None."""
    wanted = sa.select(CandidateSession).where(CandidateSession.previous_id == session.id, CandidateSession.state != "cancelled")
    return db.scalar(wanted.order_by(CandidateSession.id.desc()).limit(1))
