"""What the candidate agreed to: a row for each answer given, the newest of a purpose holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from domain import audit, proposal_records
from domain.audit import Actor, Verb
from domain.errors import Conflict, SessionEnded
from models import CandidateSession, Consent, Notice

PURPOSES = ("recording", "ai")


def record(db: Session, session: CandidateSession, notice: Notice, given: Mapping[str, bool], now: datetime) -> None:
    """Writes down what was agreed to, and under which notice. The AI purpose only where the notice asks for it."""
    asked = {purpose: is_given for purpose, is_given in given.items() if purpose != "ai" or notice.asks_ai}
    for purpose, is_given in asked.items():
        _write(db, session, notice, purpose, is_given, now)
        if is_given:
            _tell(db, session, notice, purpose, Verb.CONSENT_GIVEN, now)


def standing(db: Session, session_id: str) -> dict[str, bool]:
    """What holds now, for each purpose; False where nothing was said."""
    rows = db.scalars(sa.select(Consent).where(Consent.session_id == session_id).order_by(Consent.at, Consent.id))
    return dict.fromkeys(PURPOSES, False) | {row.purpose: row.given for row in rows}


def may_learn_from(db: Session, session_ids: Sequence[str]) -> bool:
    """Whether each of these agrees to AI still, and none was erased."""
    erased = sa.select(sa.func.count()).where(CandidateSession.id.in_(session_ids), CandidateSession.erased_at.is_not(None))
    return not db.scalar(erased) and all(standing(db, session_id)["ai"] for session_id in session_ids)


def find_notice(db: Session, session_id: str) -> Notice | None:
    """The notice under which the recording was agreed to."""
    first = sa.select(Notice).join(Consent, Consent.notice_id == Notice.id).where(Consent.session_id == session_id).order_by(Consent.at)
    return db.scalar(first.limit(1))


def may_transcribe(db: Session, session_id: str) -> bool:
    """Whether the candidate agreed to be recorded under a notice that says speech is turned into text.

    Where it said no, it stays no: a speech model that is added later does not hear their answers.
    """
    return bool(db.scalar(sa.select(told_of_words(session_id))))


def told_of_words(session_id: str | InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """The same as a condition on the sessions of a query."""
    told = sa.select(Consent.id).join(Notice, Notice.id == Consent.notice_id)
    return told.where(Consent.session_id == session_id, Consent.purpose == "recording", Consent.given, Notice.transcribes).exists()


def change_ai(db: Session, session: CandidateSession, notice: Notice, given: bool, now: datetime) -> None:
    """The candidate changes their mind about proposals, also after submitting; taken back, what was made is forgotten.

    Saying the same again changes nothing.
    """
    if session.state not in ("in_progress", "submitted"):
        raise SessionEnded
    if standing(db, session.id)["ai"] == given:
        return
    if given and not notice.asks_ai:
        raise Conflict("This interview uses no AI, so there is nothing to agree to.", "Nothing needs doing.")
    _write(db, session, notice, "ai", given, now)
    _tell(db, session, notice, "ai", Verb.CONSENT_GIVEN if given else Verb.CONSENT_WITHDRAWN, now)
    if not given:
        proposal_records.forget(db, session.id)


def _write(db: Session, session: CandidateSession, notice: Notice, purpose: str, given: bool, now: datetime) -> None:
    db.add(Consent(employer_id=session.employer_id, session_id=session.id, notice_id=notice.id, purpose=purpose, given=given, at=now))
    db.flush()


def _tell(db: Session, session: CandidateSession, notice: Notice, purpose: str, verb: Verb, now: datetime) -> None:
    actor = Actor(session.employer_id, "candidate", session.id)
    audit.append(db, actor, verb, ("session", session.id), {"purpose": purpose, "notice": notice.sha256}, now=now)
