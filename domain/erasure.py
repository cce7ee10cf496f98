"""Erasure: when the notice's time is over, or when a candidate asks, what was recorded and said goes, everywhere.

What stays is what proves fair treatment and holds nothing of the recording: scores, decisions with their reasons (without
the candidate's name once the person is forgotten), consents, and each take's length and fingerprint. Objects in the media
store go first, then the rows that name them: a run that dies in between is simply done again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, candidates, inquiries, proposal_records, search, tags
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
    Mail,
    Media,
    Note,
    Part,
    Question,
    SavedFilter,
    Score,
    Scorecard,
    Tag,
    Take,
    Transcript,
    TranscriptPrefix,
    Upload,
    truncate_log,
)
from models.candidate import ENDED

MOST_AT_ONCE = 50
GONE = "(erased)"


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
    return _days(session.version.design)


def _days(design: dict[str, Any]) -> timedelta:
    return timedelta(days=InterviewDesign.model_validate(design).media_days)


def keys(db: Session, session: CandidateSession) -> list[str]:
    """Every object in the media store that holds something of this session."""
    ids = [session.id, *(added.id for added in _addenda(db, session))]
    takes = db.scalars(sa.select(Take).where(Take.session_id.in_(ids))).all()
    parts = db.scalars(sa.select(Part.key).join(Upload, Upload.id == Part.upload_id).where(Upload.session_id.in_(ids))).all()
    media = db.scalars(sa.select(Media).where(Media.take_id.in_([take.id for take in takes]))).all()
    return [*parts, *(key for row in media for key in (row.original_key, row.playback_key, row.voice_key, row.poster_key) if key)]


def require_ended(session: CandidateSession) -> None:
    """To be asked before any object goes. Raises Conflict while the candidate is still answering."""
    if session.state not in ENDED:
        raise Conflict("This interview is still going on.", "Cancel it first, or wait until it has ended.")


def erase(db: Session, actor: Actor, session: CandidateSession, now: datetime, *, person: bool = False) -> None:
    """Removes recordings, words, quotes and proposals of a session, and every model that learned from it; with `person` also
    name, address, remarks, tags and whatever else was written about this candidate.

    Call it after the objects of `keys` are gone. Raises Conflict while the candidate is still answering.
    """
    require_ended(session)
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
    db.execute(sa.update(Note).where(Note.session_id == session.id).values(nothing | ({"text": GONE} if person else {})))


def _drop_rows(db: Session, session: CandidateSession, take_ids: list[str]) -> None:
    uploads = sa.select(Upload.id).where(Upload.session_id == session.id).scalar_subquery()
    proposal_records.forget(db, session.id)
    for statement in (
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
    """The name goes with the last session of the candidate; what was written or asked about them goes with this one."""
    candidate, record = session.candidate, session.id
    _unname(db, session, [candidate.email, candidate.name, *candidate.name.split()])
    _forget_filters(db, session, candidate)
    if session.addendum_to_id is not None:
        _forget_question(db, session)
    letters = sa.select(Mail.id).where(Mail.session_id == record).scalar_subquery()
    same = sa.func.lower(Inquiry.email) == sa.func.lower(candidate.email or None)
    theirs = sa.and_(Inquiry.employer_id == session.employer_id, Inquiry.session_id.is_(None), same)
    for statement in (
        sa.delete(Accommodation).where(Accommodation.session_id == record),
        sa.delete(Tag).where(Tag.session_id == record),
        sa.delete(Job).where(Job.subject_id.in_(letters)),
        sa.update(Mail).where(Mail.session_id == record).values(email="", problem=""),
        sa.update(GuestLink).where(GuestLink.session_id == record).values(name=GONE),
        sa.update(Inquiry).where(sa.or_(Inquiry.session_id == record, theirs)).values(name=GONE, email="", message=""),
    ):
        db.execute(statement, execution_options={"synchronize_session": False})
    others = sa.select(sa.func.count()).where(
        CandidateSession.candidate_id == session.candidate_id, CandidateSession.id != record, CandidateSession.erased_at.is_(None)
    )
    if not db.scalar(others):
        candidate.name, candidate.email, candidate.external_id = GONE, "", None
    db.flush()
    db.expire_all()


def _unname(db: Session, session: CandidateSession, names: Sequence[str]) -> None:
    """Reasons stay, for they prove fair treatment; the candidate's name in them does not."""
    said = "|".join(re.escape(name) for name in names if len(name) > 1)
    cards = sa.select(Scorecard.id).where(Scorecard.session_id == session.id)
    rows: list[Decision | Score] = [*db.scalars(sa.select(Decision).where(Decision.session_id == session.id))]
    rows += db.scalars(sa.select(Score).where(Score.scorecard_id.in_(cards)))
    for row in rows if said else []:
        row.reason = re.sub(rf"(?<!\w)(?:{said})(?!\w)", GONE, row.reason)
    db.flush()


def _forget_filters(db: Session, session: CandidateSession, candidate: Candidate) -> None:
    """A saved filter that looks for this person, or for a tag that nobody else carries."""
    names = {word for word in search.words_of(f"{candidate.name} {candidate.email}") if len(word) > 2 or not word.isascii()}
    only = _only_tags(db, session)
    for one in db.scalars(sa.select(SavedFilter).where(SavedFilter.employer_id == session.employer_id)).all():
        words = {*search.words_of(one.name), *search.words_of(str(one.settings.get("q", "")))}
        if words & names or one.settings.get("tag") in only:
            db.delete(one)
    db.flush()


def _only_tags(db: Session, session: CandidateSession) -> set[str]:
    mine = set(tags.of_sessions(db, [session.id]).get(session.id, []))
    others = sa.select(Tag.name).where(Tag.employer_id == session.employer_id, Tag.name.in_(mine), Tag.session_id != session.id)
    return mine - set(db.scalars(others))


def _forget_question(db: Session, added: CandidateSession) -> None:
    """A question asked back was written for this one candidate: its version is theirs alone."""
    design = added.version.design
    added.version.design = {**design, "questions": [{**question, "prompt": GONE} for question in design["questions"]]}
    asked = sa.update(Question).where(Question.version_id == added.version_id).values(prompt=GONE)
    db.execute(asked, execution_options={"synchronize_session": False})
    db.flush()


def clean_up(db: Session) -> None:
    """After the commit: what was erased goes from the search index's own files and from free space of a SQLite file too."""
    search.compact(db)
    db.commit()
    truncate_log(db)


def forget_strangers(db: Session, now: datetime) -> int:
    """Requests of people who never started hold a name and an address: once dealt with they are kept as long as a recording.

    Returns how many lost them.
    """
    settled = sa.select(Inquiry).where(
        Inquiry.session_id.is_(None), Inquiry.done_at < now - timedelta(days=1), sa.or_(Inquiry.email != "", Inquiry.message != "")
    )
    rows = db.scalars(settled.order_by(Inquiry.done_at).limit(1000)).all()
    over = [one for one in rows if one.done_at and one.done_at + _days(one.version.design) <= now]
    for one in over:
        _forget_words(one)
    db.flush()
    return len(over)


def erase_stranger(db: Session, actor: Actor, inquiry_id: str, now: datetime) -> int:
    """The same at once, open or done, for everything that came from the address of this request. Returns how many requests.

    Raises NotFound, and Conflict for a candidate's request, which goes with their record.
    """
    asked = inquiries.get_inquiry(db, inquiry_id)
    if asked.session_id is not None:
        raise Conflict("This request belongs to a candidate's record.", "Remove that record: what they asked goes with it.")
    address = sa.func.lower(Inquiry.email)
    same = sa.select(Inquiry).where(Inquiry.session_id.is_(None), address == sa.func.lower(asked.email), address != "")
    found = db.scalars(same.order_by(Inquiry.id)).all()
    letters = sa.select(Mail.id).where(Mail.inquiry_id.in_([one.id for one in found])).scalar_subquery()
    db.execute(sa.delete(Job).where(Job.subject_id.in_(letters)), execution_options={"synchronize_session": False})
    for one in found:
        inquiries.finish(db, actor, one.id, now)
        _forget_words(one)
        audit.append(db, actor, Verb.DATA_ERASED, ("inquiry", one.id), {"person": True}, now=now)
    db.flush()
    return len(found)


def _forget_words(asked: Inquiry) -> None:
    asked.name, asked.email, asked.message = GONE, "", ""
