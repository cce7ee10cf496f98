"""What counts as the reply: closing a take against what the browser recorded, choosing it, submitting the whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import accommodations, audit, candidates, jobs, reviews, uploads
from domain.audit import Actor, Verb
from domain.designs import InterviewDesign
from domain.errors import Conflict, NotComplete, NotFound, Refused, TooLarge
from models import Answer, CandidateSession, Part, Question, Take, Upload

REASONS = ("stopped", "limit", "interrupted", "recovered")


@dataclass(frozen=True)
class Closing:
    """What the browser says it recorded. `sha256` None: its own copy is gone, and what arrived is to be kept."""

    bytes: int
    sha256: str | None
    seconds: float | None
    reason: str


@dataclass(frozen=True)
class Held:
    """What the server holds: read back from the store, not remembered."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Claimed:
    """What the browser says about the reply that counts; None where this browser never held it."""

    sha256: str | None = None
    bytes: int | None = None


def get_take(db: Session, session: CandidateSession, take_id: str) -> Take:
    """A recording of this session. Raises NotFound, also for another session's."""
    take = db.scalar(sa.select(Take).where(Take.id == take_id, Take.session_id == session.id, Take.kind != "text"))
    if take is None:
        raise NotFound("This recording does not exist, or it is not yours.", "Reload the page.")
    return take


def parts_to_close(db: Session, session: CandidateSession, take: Take, closing: Closing, now: datetime) -> list[str] | None:
    """The store keys to read back, in order, to which nothing can be added; None when the take was closed with just these facts before.

    Raises Conflict (with `offset`) while bytes are missing, Refused for a hash left out without reason, SessionEnded.
    """
    if take.state == "verified" and take.bytes == closing.bytes and closing.sha256 in (None, take.sha256):
        return None
    candidates.require_open(session, now)
    if take.state not in ("recording", "closed"):
        raise Conflict("This recording was closed before, with other facts.")
    if closing.sha256 is None and closing.reason != "recovered":
        raise Refused("The recording's SHA-256 is missing.", "Send it, or close with the reason “recovered”.")
    upload = db.scalars(sa.select(Upload).where(Upload.take_id == take.id)).one()
    if upload.offset < closing.bytes:
        raise Conflict("Some of the recording is still missing.", "Send the rest, then close again.", offset=upload.offset)
    uploads.seal(db, upload, now)
    return list(db.scalars(sa.select(Part.key).where(Part.upload_id == upload.id).order_by(Part.offset)))


def close(db: Session, session: CandidateSession, take: Take, closing: Closing, held: Held, now: datetime) -> bool:
    """Compares what was recorded with what is held: `verified` or `damaged`. True when work on it now waits."""
    is_whole = 0 < closing.bytes == held.bytes and closing.sha256 in (None, held.sha256)
    take.state = "verified" if is_whole else "damaged"
    take.bytes, take.sha256, take.seconds = held.bytes, held.sha256, closing.seconds
    take.reason, take.closed_at = closing.reason, now
    about = {"state": take.state, "bytes": held.bytes, "sha256": held.sha256, "reason": closing.reason}
    audit.append(db, Actor(session.employer_id, "candidate", session.id), Verb.TAKE_CLOSED, ("take", take.id), about, now=now)
    if is_whole:
        jobs.add(db, take.employer_id, "prepare", take.id, now, priority=0)
    return is_whole


def choose_take(db: Session, session: CandidateSession, question_id: str, take_id: str, now: datetime) -> Answer:
    """The candidate says which recording counts."""
    reviews.lock(db, session)
    candidates.require_open(session, now)
    question = _get_question(db, session, question_id)
    take = get_take(db, session, take_id)
    if take.question_id != question.id or take.state == "discarded":
        raise Conflict("This recording cannot be the answer to that question.", "Choose another one.")
    return _save(db, session, question, take, now)


def write_text(db: Session, session: CandidateSession, question_id: str, text: str, now: datetime) -> Answer:
    """Saves a written answer; it counts from now on. Raises TooLarge over the question's limit of characters."""
    reviews.lock(db, session)
    candidates.require_open(session, now)
    question = _get_question(db, session, question_id)
    if "text" not in accommodations.kinds(question.kinds, accommodations.find(db, session.id)):
        raise Refused("This question cannot be answered in writing.", "Choose one of the forms offered with the question.")
    if len(text) > question.characters:
        raise TooLarge(f"This answer is longer than {question.characters} characters.", "Shorten it; nothing you typed is lost.")
    take = _text_take(db, session, question, now)
    raw = text.encode()
    take.text, take.bytes, take.sha256, take.closed_at = text, len(raw), hashlib.sha256(raw).hexdigest(), now
    return _save(db, session, question, take, now)


def _text_take(db: Session, session: CandidateSession, question: Question, now: datetime) -> Take:
    """The one written draft of a question; its name in the table keeps it the only one."""
    name = f"text-{question.id}"
    found = db.scalar(sa.select(Take).where(Take.session_id == session.id, Take.client_id == name))
    if found is not None:
        return found
    take = Take(
        employer_id=session.employer_id,
        session_id=session.id,
        question_id=question.id,
        client_id=name,
        kind="text",
        state="verified",
        filetype="text/plain",
        created_at=now,
    )
    db.add(take)
    db.flush()
    return take


def _save(db: Session, session: CandidateSession, question: Question, take: Take, now: datetime) -> Answer:
    """The chain hears of a choice, not of every pause in typing."""
    answer = db.scalar(sa.select(Answer).where(Answer.session_id == session.id, Answer.question_id == question.id))
    if answer is None:
        answer = Answer(employer_id=session.employer_id, session_id=session.id, question_id=question.id, saved_at=now)
        db.add(answer)
    is_new, answer.take_id, answer.saved_at = answer.take_id != take.id, take.id, now
    db.flush()
    db.refresh(answer)
    if is_new:
        actor = Actor(session.employer_id, "candidate", session.id)
        audit.append(db, actor, Verb.ANSWER_SAVED, ("take", take.id), {"question": question.id, "kind": take.kind}, now=now)
    return answer


def _get_question(db: Session, session: CandidateSession, question_id: str) -> Question:
    question = db.scalar(sa.select(Question).where(Question.id == question_id, Question.version_id == session.version_id))
    if question is None:
        raise NotFound("This question does not belong to the interview.", "Reload the page.")
    return question


def list_answers(db: Session, session: CandidateSession) -> dict[str, Answer]:
    """What counts as the reply, by question id."""
    rows = db.scalars(sa.select(Answer).where(Answer.session_id == session.id).execution_options(populate_existing=True))
    return {answer.question_id: answer for answer in rows}


def submit(db: Session, session: CandidateSession, claims: Mapping[str, Claimed], now: datetime) -> bool:
    """Submits when the server holds every answer whole. False when it had been submitted before: nothing changes then.

    Raises NotComplete with what is missing, SessionEnded, Refused for a question that is not of this interview.
    """
    if session.state == "submitted":
        return False
    candidates.require_open(session, now)
    questions = {question.id for question in session.version.questions}
    if set(claims) - questions:
        raise Refused("An answer belongs to no question of this interview.")
    missing = _missing(session.version.questions, list_answers(db, session), claims)
    if missing:
        raise NotComplete(missing=missing)
    actor = Actor(session.employer_id, "candidate", session.id)
    promise = now + timedelta(days=InterviewDesign.model_validate(session.version.design).promise_days)
    return candidates.move(db, actor, session, "submitted", now, submitted_at=now, promise_at=promise)


def _missing(questions: Sequence[Question], answers: Mapping[str, Answer], claims: Mapping[str, Claimed]) -> list[dict[str, str]]:
    found = []
    for question in questions:
        answer = answers.get(question.id)
        reason = _fault(answer.take if answer else None, claims.get(question.id, Claimed()))
        if reason:
            found.append({"question_id": question.id, "reason": reason})
    return found


def _fault(take: Take | None, claimed: Claimed) -> str | None:
    """What is wrong with the reply that counts, or None."""
    if take is None or (take.kind == "text" and not (take.text or "").strip()):
        return "unanswered"
    if take.state != "verified":
        return "damaged" if take.state == "damaged" else "incomplete"
    is_other = claimed.sha256 not in (None, take.sha256) or claimed.bytes not in (None, take.bytes)
    return "mismatch" if is_other else None
