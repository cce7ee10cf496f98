"""How a candidate comes in: by a snippet, an invite, a resume link or a receipt; and how a session starts.

A token is only a claim. The row it names decides: revoked, expired, and on which origins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import accommodations, candidates, consents, origins
from domain.accommodations import NO_WISHES, Wishes
from domain.audit import Actor
from domain.designs import InterviewDesign
from domain.errors import ConsentNeeded, Invalid, NotFound, NoticeChanged, OriginRefused, SessionEnded, TokenExpired, TokenRevoked
from domain.interviews import find_published, find_version_of
from models import Candidate, CandidateSession, Embed, InterviewVersion, Invite, Notice
from models.candidate import ENDED

KINDS = ("embed", "invite", "resume", "receipt")
NOT_OPEN = "This interview is not open at the moment."


@dataclass(frozen=True)
class Arrival:
    """Who stands at the door: the version they meet, and their session if they have one (an invited one has not started)."""

    employer_id: str
    version: InterviewVersion
    session: CandidateSession | None
    embed: Embed | None


@dataclass(frozen=True)
class Start:
    """What the candidate says when they begin."""

    notice_hash: str
    recording: bool
    ai: bool
    name: str
    email: str
    locale: str
    time_zone: str
    device: dict[str, Any]
    wishes: Wishes = NO_WISHES


def arrive(db: Session, kind: str, claims: Mapping[str, Any], host_origin: str | None, now: datetime) -> Arrival:
    """Looks up what the token of this kind names. Raises TokenRevoked, TokenExpired, OriginRefused, NotFound."""
    if kind == "embed":
        return _by_embed(db, str(claims["embed"]), host_origin)
    if kind == "invite":
        return _by_invite(db, str(claims["invite"]), now)
    session = candidates.get_by_claims(db, claims) if kind == "resume" else candidates.get_by_receipt(db, claims)
    candidates.require_recent(session, now)
    if session.embed_id is not None:
        _require_origin(db.get_one(Embed, session.embed_id), host_origin)
    return Arrival(session.employer_id, session.version, session, None)


def go_on(db: Session, kind: str, arrival: Arrival, now: datetime) -> None:
    """Whoever opens a session that is under way goes on with it here; one whose deadline has passed ends now.

    A receipt only reads.
    """
    session = arrival.session
    if session is None or session.state != "in_progress" or kind == "receipt":
        return
    if now >= session.deadline:
        candidates.move(db, Actor(session.employer_id, "system"), session, "expired", now, "deadline passed")
    else:
        candidates.take_over(db, session, now)


def _by_embed(db: Session, embed_id: str, host_origin: str | None) -> Arrival:
    embed = find_embed(db, embed_id)
    if embed is None:
        raise TokenRevoked
    _require_origin(embed, host_origin)
    return Arrival(embed.employer_id, _require_open(find_version_of(db, embed)), None, embed)


def find_embed(db: Session, embed_id: str) -> Embed | None:
    """The snippet of this id, unless it was revoked."""
    return db.scalar(sa.select(Embed).where(Embed.id == embed_id, Embed.revoked_at.is_(None)))


def _by_invite(db: Session, invite_id: str, now: datetime) -> Arrival:
    invite = db.scalar(sa.select(Invite).where(Invite.id == invite_id))
    if invite is None or invite.revoked_at is not None:
        raise TokenRevoked
    session = candidates.get_session(db, invite.session_id)
    if session.state == "invited":
        if now >= invite.expires_at:
            raise TokenExpired
        is_addendum = session.addendum_to_id is not None
        version = session.version if is_addendum else _require_open(find_published(db, session.interview_id))
        return Arrival(session.employer_id, version, session, None)
    candidates.require_recent(session, now)
    return Arrival(session.employer_id, session.version, session, None)


def _require_origin(embed: Embed, host_origin: str | None) -> None:
    """None is the hosted page, which everybody may open."""
    if host_origin is not None and not origins.is_allowed(host_origin, embed.origins):
        raise OriginRefused


def _require_open(version: InterviewVersion | None) -> InterviewVersion:
    if version is None or version.interview.archived_at is not None:
        raise NotFound(NOT_OPEN, "Ask the employer whether it is still open.")
    return version


def start(db: Session, arrival: Arrival, notice: Notice, wish: Start, now: datetime) -> CandidateSession:
    """Begins the session after notice and consent; an invite that was used already gives its session back.

    Raises NoticeChanged, ConsentNeeded, Invalid (name, e-mail), SessionEnded.
    """
    session = arrival.session
    if session is not None and session.state == "in_progress":
        candidates.take_over(db, session, now)
        return session
    if session is not None and session.state in ENDED:
        raise SessionEnded
    if wish.notice_hash != notice.sha256:
        raise NoticeChanged
    if not wish.recording:
        raise ConsentNeeded
    session = session or _register(db, arrival, wish, now)
    _begin(db, session, arrival.version, wish, now)
    consents.record(db, session, notice, {"recording": True, "ai": wish.ai}, now)
    if wish.wishes.any:
        accommodations.grant(db, session, wish.wishes, now)
    return session


def _begin(db: Session, session: CandidateSession, version: InterviewVersion, wish: Start, now: datetime) -> None:
    """The version that stands now is the one they read about, so it is the one they answer."""
    actor = Actor(session.employer_id, "candidate", session.id)
    values: dict[str, Any] = {"locale": wish.locale, "time_zone": wish.time_zone, "device": wish.device}
    candidates.move(db, actor, session, "in_progress", now, started_at=now, version_id=version.id, tab=session.tab + 1, **values)


def _register(db: Session, arrival: Arrival, wish: Start, now: datetime) -> CandidateSession:
    """A candidate who came through a snippet and has just told us who they are."""
    if arrival.embed is None:
        raise SessionEnded
    _require_person(wish)
    employer_id, version = arrival.employer_id, arrival.version
    candidate = Candidate(employer_id=employer_id, name=wish.name, email=wish.email, created_at=now)
    db.add(candidate)
    db.flush()
    session = CandidateSession(
        employer_id=employer_id,
        interview_id=version.interview_id,
        version_id=version.id,
        candidate_id=candidate.id,
        embed_id=arrival.embed.id,
        is_test=arrival.embed.is_test,
        state="invited",
        created_at=now,
        deadline=now + timedelta(days=InterviewDesign.model_validate(version.design).days_open),
    )
    db.add(session)
    db.flush()
    return session


def _require_person(wish: Start) -> None:
    wrong = {}
    if not wish.name:
        wrong["name"] = "Please tell the employer your name."
    local, at, domain = wish.email.partition("@")
    if not (local and at and "." in domain.strip(".")) or any(c.isspace() for c in wish.email):
        wrong["email"] = "This does not look like an e-mail address: name@example.org"
    if wrong:
        raise Invalid(" ".join(wrong.values()), wrong)
