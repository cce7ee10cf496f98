"""Stages: advancing a candidate invites them to the next published stage by itself; taking it back withdraws that invitation."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from domain import invites, mail
from domain.audit import Actor
from domain.interviews import find_next_stage, get_interview
from models import CandidateSession, Interview, Invite, beyond_seats

MOST_AT_ONCE: Final = 500


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


def waiting(db: Session, interview: Interview) -> list[CandidateSession]:
    """Who was advanced before this stage could be started and still waits for it, first come first."""
    earlier = sa.select(Interview).where(Interview.opening_id == interview.opening_id, Interview.stage < interview.stage)
    before = [one.id for one in db.scalars(earlier) if find_next_stage(db, one) is interview]
    following = aliased(CandidateSession)
    has_next = sa.exists().where(following.previous_id == CandidateSession.id, following.state != "cancelled")
    wanted = sa.select(CandidateSession).where(CandidateSession.interview_id.in_(before), CandidateSession.verdict == "advance", ~has_next)
    here = wanted.where(CandidateSession.is_test.is_(False), CandidateSession.erased_at.is_(None))
    return list(db.scalars(here.order_by(CandidateSession.id).limit(MOST_AT_ONCE)))


def invite_waiting(db: Session, actor: Actor, interview: Interview, now: datetime) -> int:
    """Invites everybody who waits for this stage, each once. Returns how many."""
    return sum(advance(db, actor, session, now) is not None for session in waiting(db, interview))


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
