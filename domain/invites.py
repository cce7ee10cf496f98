"""Personal ways in: an invite names one candidate and one session, has a deadline, and can be revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, candidates, mail
from domain.audit import Actor, Verb
from domain.designs import InterviewDesign
from domain.errors import Invalid, NotFound
from domain.interviews import find_published
from domain.tokens import Tokens
from models import Candidate, CandidateSession, Interview, InterviewVersion, Invite, Mail
from models.candidate import ENDED

LONGEST_DAYS = 365
QUIET = timedelta(hours=20)
NEARLY = timedelta(hours=48)


LOG = ("name", "email", "state", "invited", "open until", "withdrawn", "letter", "put in line", "sent", "problem")


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
    version = _require_open(db, interview)
    candidate = Candidate(
        employer_id=interview.employer_id, name=invited.name, email=invited.email, external_id=invited.external_id, created_at=now
    )
    db.add(candidate)
    db.flush()
    session = _session(version, candidate, invited, now)
    return _invite(db, actor, session, now)


def create_next(db: Session, actor: Actor, interview: Interview, before: CandidateSession, now: datetime) -> Invite:
    """Invites the candidate of a session that has ended to a further stage; the new session names the one before it."""
    version = _require_open(db, interview)
    invited = Invited(before.candidate.name, locale=before.locale, is_test=before.is_test)
    session = _session(version, before.candidate, invited, now)
    session.previous_id = before.id
    return _invite(db, actor, session, now)


def create_addendum(db: Session, actor: Actor, session: CandidateSession, now: datetime) -> Invite:
    """The way in for somebody who is asked back; `session` is the addendum."""
    return _invite(db, actor, session, now)


def _require_open(db: Session, interview: Interview) -> InterviewVersion:
    version = find_published(db, interview.id)
    if version is None or interview.archived_at is not None:
        raise Invalid("This interview is not open: publish it first.")
    return version


def _session(version: InterviewVersion, candidate: Candidate, invited: Invited, now: datetime) -> CandidateSession:
    days = invited.days or InterviewDesign.model_validate(version.design).days_open
    return open_session(version, candidate.id, days, now, locale=invited.locale, is_test=invited.is_test)


def open_session(version: InterviewVersion, candidate_id: str, days: int, now: datetime, **values: Any) -> CandidateSession:
    """A session that waits for its candidate for so many days; not yet added."""
    return CandidateSession(
        employer_id=version.employer_id,
        interview_id=version.interview_id,
        version_id=version.id,
        candidate_id=candidate_id,
        state="invited",
        created_at=now,
        deadline=now + timedelta(days=days),
        **values,
    )


def _invite(db: Session, actor: Actor, session: CandidateSession, now: datetime) -> Invite:
    db.add(session)
    db.flush()
    invite = Invite(
        employer_id=session.employer_id,
        interview_id=session.interview_id,
        session_id=session.id,
        created_by=actor.id if actor.kind == "member" else None,
        created_at=now,
        expires_at=session.deadline,
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


def session_of(db: Session, invite: Invite) -> CandidateSession:
    """The session an invite leads to."""
    return candidates.get_session(db, invite.session_id)


def revoke(db: Session, actor: Actor, invite: Invite, now: datetime) -> None:
    """The invite's link stops working, and with it the session it led to unless that has ended."""
    if invite.revoked_at is not None:
        return
    invite.revoked_at = now
    audit.append(db, actor, Verb.INVITE_REVOKED, ("invite", invite.id), now=now)
    session = candidates.get_session(db, invite.session_id)
    if session.state not in ENDED:
        candidates.cancel(db, actor, session, "invite revoked", now)


def extend(db: Session, actor: Actor, invite: Invite, days: int, now: datetime) -> CandidateSession:
    """Moves the deadline to `days` from now, never forward. Raises Invalid when there is nothing left to extend."""
    session = candidates.get_session(db, invite.session_id)
    if invite.revoked_at is not None or session.state in ENDED:
        raise Invalid("This interview has ended. Invite the person again instead.")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"Give 1 to {LONGEST_DAYS} days.", {"days": f"1 to {LONGEST_DAYS}"})
    until = now + timedelta(days=days)
    if until <= invite.expires_at:
        raise Invalid("That would shorten the time. Candidates were promised the date they have.", {"days": "more"})
    invite.expires_at = session.deadline = until
    audit.append(db, actor, Verb.INVITE_EXTENDED, ("invite", invite.id), {"until": until.isoformat()}, now=now)
    return session


def remind(db: Session, actor: Actor, invite: Invite, now: datetime) -> Mail | None:
    """Puts a reminder in line; None when it would be the second within a day, or there is nothing to remind of."""
    session = candidates.get_session(db, invite.session_id)
    if invite.revoked_at is not None or session.state in ENDED or now >= invite.expires_at or was_written_lately(db, session, now):
        return None
    letter = mail.to_candidate(db, session, "reminder", now)
    if letter is not None:
        audit.append(db, actor, Verb.INVITE_REMINDED, ("invite", invite.id), {"mail": letter.id}, now=now)
    return letter


def remind_ticked(db: Session, actor: Actor, session_ids: Sequence[str], now: datetime) -> int:
    """Reminds the candidates of these sessions, where there is something to remind of. Returns how many letters were put in line."""
    newest = sa.select(sa.func.max(Invite.id)).where(Invite.session_id.in_(session_ids)).group_by(Invite.session_id)
    found = db.scalars(sa.select(Invite).where(Invite.id.in_(newest)).order_by(Invite.id)).all()
    return sum(remind(db, actor, invite, now) is not None for invite in found)


def was_written_lately(db: Session, session: CandidateSession, now: datetime) -> bool:
    """Whether a letter to this candidate was put in line within a day: nobody is pestered."""
    since = sa.select(Mail.id).where(Mail.session_id == session.id, Mail.created_at > now - QUIET)
    return db.scalar(since.limit(1)) is not None


def remind_due(db: Session, now: datetime, most: int = 100) -> int:
    """Reminds, once, everybody whose time is nearly over. Returns how many letters were put in line."""
    reminded = sa.exists().where(Mail.session_id == Invite.session_id, Mail.kind == "reminder")
    due = (
        sa.select(Invite)
        .join(CandidateSession, CandidateSession.id == Invite.session_id)
        .where(Invite.revoked_at.is_(None), Invite.expires_at > now, Invite.expires_at <= now + NEARLY, ~reminded)
        .where(Invite.created_at < now - NEARLY, CandidateSession.state.in_(("invited", "in_progress")))
        .where(CandidateSession.candidate_id == Candidate.id, Candidate.email != "")
    )
    found = db.scalars(due.limit(most)).all()
    return sum(remind(db, Actor(invite.employer_id, "system"), invite, now) is not None for invite in found)


@dataclass(frozen=True)
class Line:
    """One row of the list of invitations: the newest letter, if there was any."""

    invite: Invite
    session: CandidateSession
    letter: Mail | None


def of_interview(db: Session, interview: Interview, before: str = "", most: int = 100) -> list[Line]:
    """Invitations of an interview, newest first, older than the invite `before`."""
    rows = _newest(db, interview, before, most)
    letters = mail.log(db, [session.id for _, session in rows])
    return [Line(invite, session, next(iter(letters.get(session.id, [])), None)) for invite, session in rows]


def _newest(db: Session, interview: Interview, before: str, most: int) -> Sequence[sa.Row[Invite, CandidateSession]]:
    """Ids come first, from an index alone; what is asked back is no invitation."""
    asked_back = sa.select(CandidateSession.id).where(CandidateSession.addendum_to_id.is_not(None))
    ids = sa.select(Invite.id).where(Invite.interview_id == interview.id, Invite.session_id.not_in(asked_back))
    some = db.scalars((ids.where(Invite.id < before) if before else ids).order_by(Invite.id.desc()).limit(most)).all()
    joined = sa.select(Invite, CandidateSession).join(CandidateSession, CandidateSession.id == Invite.session_id)
    return db.execute(joined.where(Invite.id.in_(some)).order_by(Invite.id.desc())).all()


def delivery_log(db: Session, interview: Interview, most: int = 20_000) -> list[list[Any]]:
    """Who was invited and how each letter fared, as rows of `LOG`: one a letter, and one for an invitation without any."""
    found = _newest(db, interview, "", most)
    letters = mail.log(db, [session.id for _, session in found])
    rows: list[list[Any]] = []
    for invite, session in found:
        person = [session.candidate.name, session.candidate.email, session.state]
        times = [_iso(at) for at in (invite.created_at, invite.expires_at, invite.revoked_at)]
        for letter in letters.get(session.id, [None]):
            sent = [letter.kind, _iso(letter.created_at), _iso(letter.sent_at), letter.problem] if letter else [None] * 4
            rows.append([*person, *times, *sent])
    return rows


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def mint(tokens: Tokens, invite: Invite, now: datetime) -> str:
    """The token of an invite's link; the inbox may show it again at any time."""
    return tokens.mint("invite", {"invite": invite.id}, now)
