"""Signed-in browsers: who is behind one, when it ends by itself, and how it is ended.

A login ends 12 hours after it was last used, 7 days after it began, when somebody ends it, or the moment its member is disabled.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit
from domain.audit import Actor, Verb
from domain.errors import NotFound
from models import Login, Member

IDLE: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=7)
TOUCH_EVERY: Final = timedelta(minutes=1)


def find_by_email(db: Session, email: str) -> Member | None:
    """The member with this address who may sign in, or None."""
    return db.scalar(sa.select(Member).where(Member.email == email.strip().lower(), Member.disabled_at.is_(None)))


def find_by_id(db: Session, member_id: str) -> Member | None:
    """The member of this id who may sign in, or None."""
    return db.scalar(sa.select(Member).where(Member.id == member_id, Member.disabled_at.is_(None)))


def sign_in(db: Session, member: Member, device: str, now: datetime) -> Login:
    """A new login of this member; `device` is what the browser calls itself."""
    login = Login(employer_id=member.employer_id, member_id=member.id, device=device[:200], created_at=now, seen_at=now)
    db.add(login)
    db.flush()
    audit.append(db, _actor(member), Verb.LOGIN_STARTED, ("login", login.id), now=now)
    return login


def refuse(db: Session, member: Member, now: datetime) -> None:
    """Remembers that a wrong password was tried for this member."""
    audit.append(db, Actor(member.employer_id, "system"), Verb.LOGIN_REFUSED, ("member", member.id), now=now)


def find_member(db: Session, login_id: str, now: datetime) -> Member | None:
    """Who is behind a login that still holds, or None. Notes that it was used, at most once a minute."""
    holds = sa.and_(Login.id == login_id, _holds(now), Member.disabled_at.is_(None))
    row = db.execute(sa.select(Login, Member).join(Member, Member.id == Login.member_id).where(holds)).one_or_none()
    if row is None:
        return None
    login, member = row
    if now - login.seen_at >= TOUCH_EVERY:
        login.seen_at = now
        db.flush()
    return member


def current(db: Session, member: Member, now: datetime) -> list[Login]:
    """The member's logins that still hold, the last used first."""
    return list(db.scalars(sa.select(Login).where(Login.member_id == member.id, _holds(now)).order_by(Login.seen_at.desc())))


def end(db: Session, member: Member, login_id: str, now: datetime) -> Login:
    """Ends one of the member's own logins; ending it twice changes nothing. Raises NotFound for anybody else's."""
    login = db.scalar(sa.select(Login).where(Login.id == login_id, Login.member_id == member.id))
    if login is None:
        raise NotFound
    if login.ended_at is None:
        login.ended_at = now
        audit.append(db, _actor(member), Verb.LOGIN_ENDED, ("login", login.id), now=now)
    return login


def end_all(db: Session, actor: Actor, member: Member, now: datetime) -> int:
    """Ends every login of a member, as after a password change. Returns how many."""
    logins = current(db, member, now)
    for login in logins:
        login.ended_at = now
        audit.append(db, actor, Verb.LOGIN_ENDED, ("login", login.id), now=now)
    return len(logins)


def _holds(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Login.ended_at.is_(None), Login.seen_at > now - IDLE, Login.created_at > now - LONGEST)


def _actor(member: Member) -> Actor:
    return Actor(member.employer_id, "member", member.id)
