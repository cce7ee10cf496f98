"""Erasure: when the notice's time is over, or when a candidate asks, what was recorded and said goes, everywhere.

What stays is what proves fair treatment and holds nothing of the recording: scores, decisions with their reasons,
consents, and each take's length and fingerprint. Objects in the media store go first, then the rows that name them:
a run that dies in between is simply done again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, candidates, search
from domain.audit import Actor, Verb
from domain.designs import InterviewDesign
from domain.errors import Conflict
from models import (
    Accommodation,
    Candidate,
    CandidateSession,
    Decision,
    GuestLink,
    Inquiry,
    Job,
    Media,
    Note,
    Part,
    Proposal,
    ProposalReply,
    ProposalReveal,
    ProposalRun,
    Take,
    Transcript,
    TranscriptPrefix,
    Upload,
)
from models.candidate import ENDED

MOST_AT_ONCE = 50


def due(db: Session, now: datetime) -> list[CandidateSession]:
    """Sessions whose recordings have been kept as long as their notice said: so many days after the decision,
    or after the end of a session that was never submitted. An undecided submission is never due. At most 50, oldest first."""
    decided = sa.select(sa.func.max(Decision.at)).where(Decision.session_id == CandidateSession.id).scalar_subquery()
    is_settled = sa.or_(
        CandidateSession.verdict.in_(("advance", "decline")), CandidateSession.state.in_([one for one in ENDED if one != "submitted"])
    )
    over = sa.func.coalesce(decided, CandidateSession.ended_at)
    waiting = sa.select(CandidateSession, over).where(
        CandidateSession.erased_at.is_(None), CandidateSession.addendum_to_id.is_(None), is_settled, over < now - timedelta(days=1)
    )
    rows = db.execute(waiting.order_by(over)).all()
    return [session for session, since in rows if since + kept_for(session) <= now][:MOST_AT_ONCE]


def kept_for(session: CandidateSession) -> timedelta:
    """How long this session's notice says recordings are kept."""
    return timedelta(days=InterviewDesign.model_validate(session.version.design).media_days)


def keys(db: Session, session: CandidateSession) -> list[str]:
    """Every object in the media store that holds something of this session."""
    ids = [session.id, *(added.id for added in _addenda(db, session))]
    takes = db.scalars(sa.select(Take).where(Take.session_id.in_(ids))).all()
    parts = db.scalars(sa.select(Part.key).join(Upload, Upload.id == Part.upload_id).where(Upload.session_id.in_(ids))).all()
    media = db.scalars(sa.select(Media).where(Media.take_id.in_([take.id for take in takes]))).all()
    return [*parts, *(key for row in media for key in (row.playback_key, row.voice_key, row.poster_key) if key)]


def erase(db: Session, actor: Actor, session: CandidateSession, now: datetime, *, person: bool = False) -> None:
    """Removes recordings, words, quotes and proposals of a session; with `person` also name, address and remarks.

    Call it after the objects of `keys` are gone. Raises Conflict while the candidate is still answering.
    """
    if session.state not in ENDED:
        raise Conflict("This interview is still going on.", "Cancel it first, or wait until it has ended.")
    for added in _addenda(db, session):
        if added.state not in ENDED:
            candidates.move(db, Actor(added.employer_id, "system"), added, "expired", now, "what it belongs to was removed")
        erase(db, actor, added, now, person=person)
    guests = sa.update(GuestLink).where(GuestLink.session_id == session.id, GuestLink.revoked_at.is_(None)).values(revoked_at=now)
    db.execute(guests, execution_options={"synchronize_session": False})
    takes = _takes(db, session)
    _unquote(db, session, person)
    _drop_rows(db, session, [take.id for take in takes])
    for take in takes:
        take.text, take.state = None, "erased"
    search.forget(db, session.id)
    session.erased_at = now
    if person:
        _forget_person(db, session)
    audit.append(db, actor, Verb.DATA_ERASED, ("session", session.id), {"person": person}, now=now)


def _addenda(db: Session, session: CandidateSession) -> Sequence[CandidateSession]:
    """What was asked back later belongs to the same record and goes with it."""
    return db.scalars(sa.select(CandidateSession).where(CandidateSession.addendum_to_id == session.id)).all()


def _takes(db: Session, session: CandidateSession) -> Sequence[Take]:
    return db.scalars(sa.select(Take).where(Take.session_id == session.id)).all()


def _unquote(db: Session, session: CandidateSession, person: bool) -> None:
    """Notes no longer point at words; with `person` they say nothing either."""
    nothing = {"take_id": None, "transcript_id": None, "quote_start": None, "quote_end": None}
    db.execute(sa.update(Note).where(Note.session_id == session.id).values(nothing | ({"text": "(erased)"} if person else {})))


def _drop_rows(db: Session, session: CandidateSession, take_ids: list[str]) -> None:
    uploads = sa.select(Upload.id).where(Upload.session_id == session.id).scalar_subquery()
    runs = sa.select(ProposalRun.id).where(ProposalRun.session_id == session.id).scalar_subquery()
    made = sa.select(Proposal.id).where(Proposal.run_id.in_(runs)).scalar_subquery()
    for statement in (
        sa.delete(ProposalReply).where(ProposalReply.proposal_id.in_(made)),
        sa.delete(ProposalReveal).where(ProposalReveal.run_id.in_(runs)),
        sa.delete(Proposal).where(Proposal.run_id.in_(runs)),
        sa.delete(ProposalRun).where(ProposalRun.session_id == session.id),
        sa.delete(Transcript).where(Transcript.take_id.in_(take_ids)),
        sa.delete(TranscriptPrefix).where(TranscriptPrefix.take_id.in_(take_ids)),
        sa.delete(Media).where(Media.take_id.in_(take_ids)),
        sa.delete(Part).where(Part.upload_id.in_(uploads)),
        sa.delete(Upload).where(Upload.session_id == session.id),
        sa.delete(Job).where(Job.subject_id.in_([*take_ids, session.id])),
    ):
        db.execute(statement, execution_options={"synchronize_session": False})
    db.expire_all()


def _forget_person(db: Session, session: CandidateSession) -> None:
    """The name goes with the last session of the candidate; what they asked for goes with this one."""
    db.execute(sa.delete(Accommodation).where(Accommodation.session_id == session.id), execution_options={"synchronize_session": False})
    asked = sa.update(Inquiry).where(Inquiry.session_id == session.id).values(name="(erased)", email="", message="")
    db.execute(asked, execution_options={"synchronize_session": False})
    others = sa.select(sa.func.count()).where(
        CandidateSession.candidate_id == session.candidate_id, CandidateSession.id != session.id, CandidateSession.erased_at.is_(None)
    )
    if not db.scalar(others):
        candidate = db.get_one(Candidate, session.candidate_id)
        candidate.name, candidate.email, candidate.external_id = "(erased)", "", None
