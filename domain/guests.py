"""Guests: a named person without an account reads one hand-off packet, for some days, and every opening is written down.

The link's token stands in the address's fragment, is exchanged for a cookie once and is kept nowhere. The row decides:
past its date or revoked it opens nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, members, reviews, scorecards
from domain.audit import Actor, Verb
from domain.errors import Conflict, Invalid, NotFound, Refused, TokenExpired
from domain.tokens import Tokens
from models import Answer, CandidateSession, GuestLink, Member

DAYS: Final = 7
MOST_DAYS: Final = 30
LONGEST_NAME: Final = 120


class LinkEnded(Refused):
    """A guest's link whose time is over, or that was withdrawn."""

    code, status = "link_ended", 410
    message = "This link has ended."
    action = "Ask the person who sent it to you for a new one."


def may_invite(db: Session, session: CandidateSession, member: Member) -> bool:
    """Whether this member may hand the packet on: somebody has scored, and they have too or answer for decisions. Who makes a link
    before their own scores could read others' through it, and counts as having seen them."""
    if not members.may_score(db, member, session.interview_id) or not session.scorecard_count:
        return False
    return scorecards.may_see_outcome(db, session, member)


def invite(db: Session, member: Member, session: CandidateSession, name: str, days: int, now: datetime) -> GuestLink:
    """A link for one named guest. Raises Invalid without a name or for too many days, Conflict before there is anything to share."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("Say who the guest is: every opening is written down under this name.", {"name": "needed"})
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A link may live 1 to {MOST_DAYS} days.", {"days": f"1 to {MOST_DAYS}"})
    reviews.lock(db, session)
    if session.erased_at is not None or not may_invite(db, session, member):
        raise Conflict("There is nothing to share yet.", "Submit your own scores first; then you can pass the packet on.")
    link = GuestLink(
        employer_id=session.employer_id,
        session_id=session.id,
        member_id=member.id,
        name=name,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.add(link)
    db.flush()
    actor = Actor(member.employer_id, "member", member.id)
    about = {"session": session.id, "until": link.expires_at.isoformat()}
    audit.append(db, actor, Verb.GUEST_INVITED, ("guest_link", link.id), about, now=now)
    return link


def of_session(db: Session, session: CandidateSession, member: Member) -> list[tuple[GuestLink, bool]]:
    """Every link to this packet, the newest first, and whether this member may have its address: it opens others' scores, so only
    who made it, or who may see those."""
    may_see = scorecards.may_see_others(db, session, member)
    found = db.scalars(sa.select(GuestLink).where(GuestLink.session_id == session.id).order_by(GuestLink.id.desc()))
    return [(link, may_see or link.member_id == member.id) for link in found]


def get_link(db: Session, link_id: str) -> GuestLink:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(GuestLink).where(GuestLink.id == link_id))
    if found is None:
        raise NotFound
    return found


def is_alive(link: GuestLink, now: datetime) -> bool:
    """Whether the link still opens the packet."""
    return link.revoked_at is None and now < link.expires_at


def revoke(db: Session, actor: Actor, link: GuestLink, now: datetime) -> None:
    """The link stops at once, also for a guest who is reading. A second time changes nothing."""
    if link.revoked_at is None:
        link.revoked_at = now
        audit.append(db, actor, Verb.GUEST_REVOKED, ("guest_link", link.id), now=now)


def mint(tokens: Tokens, link: GuestLink, now: datetime) -> str:
    """The token of a link; a member may show it again at any time."""
    return tokens.mint("guest", {"link": link.id}, now)


def enter(db: Session, tokens: Tokens, token: str, now: datetime) -> GuestLink:
    """The link a guest came with; the opening is written down. Raises LinkEnded, TokenRefused."""
    try:
        claims = tokens.read("guest", token, now)
    except TokenExpired as old:
        raise LinkEnded from old
    link = get_alive(db, str(claims["link"]), now)
    link.opened_at, link.opened_count = now, link.opened_count + 1
    actor = Actor(link.employer_id, "guest", link.id)
    audit.append(db, actor, Verb.GUEST_OPENED, ("guest_link", link.id), {"session": link.session_id}, now=now)
    return link


def get_alive(db: Session, link_id: str, now: datetime) -> GuestLink:
    """Raises LinkEnded, saying why and since when."""
    link = db.scalar(sa.select(GuestLink).where(GuestLink.id == link_id))
    if link is None:
        raise LinkEnded
    if link.revoked_at is not None:
        raise LinkEnded("This link was withdrawn.")
    if now >= link.expires_at:
        raise LinkEnded(f"This link ended on {link.expires_at.day} {link.expires_at:%B %Y}.")
    return link


def require_take(db: Session, link: GuestLink, take_id: str) -> None:
    """Raises NotFound unless the take counts as an answer of the guest's packet, what was asked back included."""
    record = sa.func.coalesce(CandidateSession.addendum_to_id, CandidateSession.id)
    counted = sa.select(Answer.id).join(CandidateSession, CandidateSession.id == Answer.session_id)
    if db.scalar(counted.where(Answer.take_id == take_id, record == link.session_id, CandidateSession.state == "submitted")) is None:
        raise NotFound
