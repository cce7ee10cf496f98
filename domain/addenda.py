"""Asking back: one follow-up question, written by a person, to a candidate who has submitted; the answer joins their record.

The ended session stays as it is. Beside it stands an addendum: a session of one question that the candidate goes through in
the same widget, with the same notice, the same consent and the same way to the reviewer. Nothing is ever asked by software.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, interviews, invites, mail, reviews
from domain.addendum_words import WELCOME
from domain.audit import Actor, Verb
from domain.designs import InterviewDesign, QuestionDesign
from domain.errors import Conflict, Invalid, NotFound
from domain.reviews import Reply
from models import Accommodation, CandidateSession, InterviewVersion, Invite, Member, Scorecard, View
from models.interview import KINDS

LONGEST: Final = 1000
DAYS: Final = 7
MOST_DAYS: Final = 30


@dataclass(frozen=True)
class Ask:
    """What the reviewer writes: the question, the kinds of answer it may have, the days there are for it."""

    prompt: str
    kinds: Sequence[str]
    days: int = DAYS


@dataclass(frozen=True)
class Addendum:
    """A question asked back: its session, who asked, and what it asked."""

    session: CandidateSession
    asked_by: str
    prompt: str

    @property
    def is_open(self) -> bool:
        return self.session.state in ("invited", "in_progress")

    @property
    def is_answered(self) -> bool:
        return self.session.state == "submitted"


def of_session(db: Session, session_id: str) -> list[Addendum]:
    """What was asked back after this session, the first asked first."""
    rows = db.execute(
        sa.select(CandidateSession, Member.name)
        .join(InterviewVersion, InterviewVersion.id == CandidateSession.version_id)
        .outerjoin(Member, Member.id == InterviewVersion.published_by)
        .where(CandidateSession.addendum_to_id == session_id)
        .order_by(CandidateSession.id)
    )
    return [Addendum(row, name or "", row.version.design["questions"][0]["prompt"]) for row, name in rows]


@dataclass(frozen=True)
class Asked:
    """A question asked back with its reply; None until the candidate has sent it."""

    addendum: Addendum
    reply: Reply | None


def with_replies(db: Session, session: CandidateSession, member: Member | None) -> list[Asked]:
    """What was asked back, with what came. `member` says whose opening of answers counts."""
    asked = of_session(db, session.id)
    return [Asked(one, reviews.replies(db, one.session, member)[0] if one.is_answered else None) for one in asked]


def states(db: Session, session_ids: Sequence[str]) -> dict[str, str]:
    """The state of the newest question asked back, by the session it belongs to."""
    rows = sa.select(CandidateSession.addendum_to_id, CandidateSession.state).where(CandidateSession.addendum_to_id.in_(session_ids))
    return {str(row.addendum_to_id): row.state for row in db.execute(rows.order_by(CandidateSession.id))}


def kinds_of(session: CandidateSession) -> list[str]:
    """The kinds of answer this interview allows anywhere: what a follow-up may ask for."""
    allowed = {kind for question in InterviewDesign.model_validate(session.version.design).questions for kind in question.kinds}
    return [kind for kind in KINDS if kind in allowed]


def ask(db: Session, actor: Actor, session: CandidateSession, wanted: Ask, now: datetime) -> CandidateSession:
    """Sends the question; the same one sent twice is one. Returns the addendum's session.

    Raises Invalid for a form that cannot be sent, Conflict while one is open or once the interview is decided.
    """
    question = _question(session, wanted)
    reviews.lock(db, session)
    _require_looked(db, actor, session)
    before = of_session(db, session.id)
    last = before[-1] if before else None
    if last is not None and last.prompt == question.prompt and last.session.state != "cancelled":
        return last.session
    _require_askable(session, last)
    version = _version(db, actor, session, question, now)
    added = _add(db, session, version, wanted.days, now)
    invites.create_addendum(db, actor, added, now)
    about = {"addendum": added.id, "until": added.deadline.isoformat()}
    audit.append(db, actor, Verb.ADDENDUM_ASKED, ("session", session.id), about, now=now)
    if not session.is_test:
        mail.to_candidate(db, added, "follow_up", now)
    return added


def find_invite(db: Session, addendum: CandidateSession) -> Invite:
    """The way in of an addendum. Raises NotFound."""
    found = db.scalar(sa.select(Invite).where(Invite.session_id == addendum.id).order_by(Invite.id.desc()).limit(1))
    if found is None:
        raise NotFound
    return found


def _require_askable(session: CandidateSession, last: Addendum | None) -> None:
    if session.state != "submitted" or session.erased_at is not None or session.addendum_to_id is not None:
        raise Conflict("Only somebody who has submitted can be asked back.", "Wait until the interview is submitted.")
    if session.verdict in ("advance", "decline"):
        raise Conflict("This interview is decided.", "Take the decision back first; then you can ask.")
    if last is not None and not last.is_answered and last.session.state != "cancelled":
        raise Conflict("A question has been asked already and is not answered.", "One question at a time: wait for the answer.")


def _require_looked(db: Session, actor: Actor, session: CandidateSession) -> None:
    """The letter says that a person looked at the answers, so the person who asks must have."""
    seen = sa.exists().where(View.session_id == session.id, View.member_id == actor.id)
    scored = sa.exists().where(Scorecard.session_id == session.id, Scorecard.member_id == actor.id)
    if not db.scalar(sa.select(sa.or_(seen, scored))):
        raise Conflict("Look at an answer first: the candidate is told that somebody did.", "Open one, then ask.")


def _question(session: CandidateSession, wanted: Ask) -> QuestionDesign:
    prompt, allowed = " ".join(wanted.prompt.split()), kinds_of(session)
    if not prompt:
        raise Invalid("Write the question first.", {"prompt": "empty"})
    if len(prompt) > LONGEST:
        raise Invalid(f"A question may have {LONGEST:,} characters; this one has {len(prompt):,}.", {"prompt": "too long"})
    if not wanted.kinds or set(wanted.kinds) - set(allowed):
        raise Invalid("Choose at least one way to answer that this interview allows.", {"kinds": "choose one"})
    if not 1 <= wanted.days <= MOST_DAYS:
        raise Invalid(f"Give 1 to {MOST_DAYS} days.", {"days": f"1 to {MOST_DAYS}"})
    return QuestionDesign(prompt=prompt, kinds=[kind for kind in KINDS if kind in wanted.kinds])  # type: ignore[misc]


def _version(db: Session, actor: Actor, session: CandidateSession, question: QuestionDesign, now: datetime) -> InterviewVersion:
    """The interview as this candidate met it, with this one question: contact, language and retention stay what they were told."""
    design = InterviewDesign.model_validate(session.version.design)
    unbound = [criterion.model_copy(update={"questions": []}) for criterion in design.criteria]
    words = WELCOME.get(session.locale, WELCOME["en"])
    changes = {"questions": [question], "criteria": unbound, "welcome": words, "welcome_clip_id": None}
    return interviews.freeze_addendum(db, actor, session.version.interview, design.model_copy(update=changes), now)


def _add(db: Session, session: CandidateSession, version: InterviewVersion, days: int, now: datetime) -> CandidateSession:
    kept = {"locale": session.locale, "time_zone": session.time_zone, "is_test": session.is_test}
    added = invites.open_session(version, session.candidate_id, days, now, addendum_to_id=session.id, **kept)
    db.add(added)
    db.flush()
    _carry_over(db, session, added, now)
    return added


def _carry_over(db: Session, session: CandidateSession, added: CandidateSession, now: datetime) -> None:
    """Whoever asked for another way to answer need not ask again."""
    granted = db.scalar(sa.select(Accommodation).where(Accommodation.session_id == session.id))
    if granted is None:
        return
    kept = {name: getattr(granted, name) for name in ("more_time", "other_kinds", "more_retakes")}
    db.add(Accommodation(employer_id=session.employer_id, session_id=added.id, created_at=now, **kept))
    db.flush()
