"""The audit chain: append, and prove that nothing was changed since.

Each event's hash covers its own fields and the hash before it, so altering or removing a row breaks
every hash that follows. Events hold ids and settings, never names or words of people.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import AuditEvent, Employer

FIRST: Final = "0" * 64


class Verb(StrEnum):
    """`subject:action`, in the order things happen."""

    MEMBER_CREATED = "member:created"
    MEMBER_CHANGED = "member:changed"
    MEMBER_TRAINED = "member:trained"
    LOGIN_STARTED = "login:started"
    LOGIN_REFUSED = "login:refused"
    LOGIN_ENDED = "login:ended"
    EMPLOYER_CHANGED = "employer:changed"
    INTERVIEW_CREATED = "interview:created"
    INTERVIEW_CHANGED = "interview:changed"
    INTERVIEW_PUBLISHED = "interview:published"
    CLIP_ADDED = "clip:added"
    CLIP_CAPTIONED = "clip:captioned"
    RUBRIC_SAVED = "rubric:saved"
    EMBED_CREATED = "embed:created"
    EMBED_CHANGED = "embed:changed"
    EMBED_REVOKED = "embed:revoked"
    INVITE_CREATED = "invite:created"
    INVITE_EXTENDED = "invite:extended"
    INVITE_REMINDED = "invite:reminded"
    INVITE_REVOKED = "invite:revoked"
    SESSION_STARTED = "session:started"
    SESSION_RESUMED = "session:resumed"
    SESSION_EXTENDED = "session:extended"
    SESSION_SUBMITTED = "session:submitted"
    SESSION_ENDED = "session:ended"
    CONSENT_GIVEN = "consent:given"
    CONSENT_WITHDRAWN = "consent:withdrawn"
    ACCOMMODATION_REQUESTED = "accommodation:requested"
    INQUIRY_MADE = "inquiry:made"
    INQUIRY_DONE = "inquiry:done"
    TAKE_STARTED = "take:started"
    TAKE_CLOSED = "take:closed"
    ANSWER_SAVED = "answer:saved"
    MEDIA_PREPARED = "media:prepared"
    TRANSCRIPT_MADE = "transcript:made"
    TRANSCRIPT_CORRECTED = "transcript:corrected"
    JOB_PARKED = "job:parked"
    JOB_RETRIED = "job:retried"
    SESSION_ASSIGNED = "session:assigned"
    SESSION_VIEWED = "session:viewed"
    SCORE_GIVEN = "score:given"
    SCORECARD_SUBMITTED = "scorecard:submitted"
    NOTE_WRITTEN = "note:written"
    NOTE_CHANGED = "note:changed"
    NOTE_REMOVED = "note:removed"
    DECISION_MADE = "decision:made"
    DECISION_UNDONE = "decision:undone"
    ADDENDUM_ASKED = "addendum:asked"
    SESSION_TAGGED = "session:tagged"
    GUEST_INVITED = "guest:invited"
    GUEST_OPENED = "guest:opened"
    GUEST_REVOKED = "guest:revoked"
    PROPOSALS_SWITCHED = "proposals:switched"
    PROPOSAL_MADE = "proposal:made"
    PROPOSAL_REVEALED = "proposal:revealed"
    PROPOSAL_ANSWERED = "proposal:answered"
    DATA_EXPORTED = "data:exported"
    DATA_ERASED = "data:erased"


@dataclass(frozen=True)
class Actor:
    """Who does something: a member, a candidate (by session), or the system."""

    employer_id: str
    kind: str
    id: str = ""


def append(
    db: Session, actor: Actor, verb: Verb, subject: tuple[str, str], data: dict[str, Any] | None = None, *, now: datetime
) -> AuditEvent:
    """Adds one event to the employer's chain, in the caller's transaction.

    The employer's row is locked first: two writers of one chain wait for each other, and the number stays unique.
    """
    db.execute(sa.update(Employer).where(Employer.id == actor.employer_id).values(id=Employer.id))
    last = _last(db, actor.employer_id)
    event = AuditEvent(
        employer_id=actor.employer_id,
        number=last.number + 1 if last else 1,
        verb=str(verb),
        actor_kind=actor.kind,
        actor_id=actor.id,
        subject_kind=subject[0],
        subject_id=subject[1],
        data=data or {},
        at=now.astimezone(UTC),
        previous=last.sha256 if last else FIRST,
    )
    event.sha256 = digest(event)
    db.add(event)
    db.execute(sa.update(Employer).where(Employer.id == actor.employer_id).values(audit_head=event.sha256))
    db.flush()
    return event


def digest(event: AuditEvent) -> str:
    """SHA-256 over the event's fields as JSON with sorted keys and the hash before it."""
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [event.employer_id, event.number, event.verb, event.actor_kind, event.actor_id, event.subject_kind, event.subject_id]
    text = json.dumps([*fields, event.data, at, event.previous], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def broken_at(db: Session, employer_id: str) -> int | None:
    """The number of the first event that was altered, is missing, or follows a missing one; None when the chain holds.

    The employer's row holds the newest hash, so that events cut off the end are missed too.
    """
    previous, number = FIRST, 0
    chain = sa.select(AuditEvent).where(AuditEvent.employer_id == employer_id).order_by(AuditEvent.number)
    with closing(db.scalars(chain.execution_options(yield_per=500))) as events:
        for number, event in enumerate(events, 1):
            if event.number != number or event.previous != previous or event.sha256 != digest(event):
                return number
            previous = event.sha256
    head = db.scalar(sa.select(Employer.audit_head).where(Employer.id == employer_id))
    return None if head == previous else number + 1


def _last(db: Session, employer_id: str) -> AuditEvent | None:
    newest = sa.select(AuditEvent).where(AuditEvent.employer_id == employer_id).order_by(AuditEvent.number.desc()).limit(1)
    return db.scalar(newest)
