"""Decisions: made by a named person, with a reason, only after a person scored; taken back by a new event, never erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, reviews, scorecards, stages
from domain.audit import Actor, Verb
from domain.errors import Conflict, Invalid, NotFound, Refused
from models import CandidateSession, Decision
from models.review import DECISIONS

LONGEST_REASON: Final = 5000
UNDO: Final = "undo"


class HumanScoreRequired(Refused):
    """No decision without a person's complete scorecard."""

    code, status = "human_score_required", 409
    message = "A person must score this interview before anybody decides."
    action = "Give every criterion a level and submit your scores; then decide."


def history(db: Session, session_id: str) -> list[Decision]:
    """Every decision and undoing, the newest first."""
    return list(db.scalars(sa.select(Decision).where(Decision.session_id == session_id).order_by(Decision.at.desc(), Decision.id.desc())))


def standing(events: Sequence[Decision]) -> Decision | None:
    """The decision that holds: the newest (first) one that nobody took back."""
    undone = {event.undoes_id for event in events}
    return next((event for event in events if event.verdict != UNDO and event.id not in undone), None)


def decide(db: Session, actor: Actor, session: CandidateSession, verdict: str, reason: str, seen: str, now: datetime) -> Decision:
    """Decides, as the actor. `seen` is the id of the decision the person saw as standing ("" for none).

    Raises Invalid without a reason, HumanScoreRequired without a submitted scorecard, Conflict when somebody decided meanwhile.
    The same decision sent twice is one.
    """
    _check(verdict, reason)
    reviews.lock(db, session)
    scorecards.require_scorable(session)
    if not scorecards.submitted(db, [session.id]):
        raise HumanScoreRequired
    before = standing(history(db, session.id))
    if before is not None and _is_same(before, actor, verdict, reason):
        return before
    _require_seen(before, seen)
    decision = _add(db, actor, session, verdict, reason.strip(), None, now)
    session.verdict = verdict
    stages.follow(db, actor, session, now)
    audit.append(db, actor, Verb.DECISION_MADE, ("session", session.id), {"decision": decision.id, "verdict": verdict}, now=now)
    return decision


def undo(db: Session, actor: Actor, session: CandidateSession, decision_id: str, reason: str, now: datetime) -> Decision | None:
    """Takes back the decision that stands; the one before it holds again, if any. Returns that one. Undoing twice is one."""
    _check("hold", reason)
    reviews.lock(db, session)
    events = history(db, session.id)
    before = standing(events)
    if any(event.undoes_id == decision_id for event in events):
        return before
    if not any(event.id == decision_id for event in events):
        raise NotFound
    _require_seen(before, decision_id)
    _add(db, actor, session, UNDO, reason.strip(), decision_id, now)
    holds = standing(history(db, session.id))
    session.verdict = holds.verdict if holds else ""
    stages.follow(db, actor, session, now)
    audit.append(db, actor, Verb.DECISION_UNDONE, ("session", session.id), {"decision": decision_id}, now=now)
    return holds


def _check(verdict: str, reason: str) -> None:
    if verdict not in DECISIONS:
        raise Invalid("Choose advance, hold or decline.", {"verdict": "choose one"})
    if not reason.strip():
        raise Invalid("Say why, in a sentence: the candidate may ask, and so may a court.", {"reason": "needed"})
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"A reason may have {LONGEST_REASON:,} characters; this one has {len(reason):,}.", {"reason": "too long"})


def _is_same(before: Decision, actor: Actor, verdict: str, reason: str) -> bool:
    return (before.member_id, before.verdict, before.reason) == (actor.id, verdict, reason.strip())


def _require_seen(before: Decision | None, seen: str) -> None:
    if (before.id if before else "") == seen:
        return
    if before is None:
        raise Conflict("Somebody took the decision back in the meantime.", "Look at it again; your reason is still in the form.")
    raise Conflict(f"{before.member.name} decided in the meantime.", "Look at it again; your reason is still on the page.")


def _add(db: Session, actor: Actor, session: CandidateSession, verdict: str, reason: str, undoes_id: str | None, now: datetime) -> Decision:
    values = {"session_id": session.id, "member_id": actor.id, "verdict": verdict, "reason": reason, "undoes_id": undoes_id, "at": now}
    decision = Decision(employer_id=session.employer_id, **values)
    db.add(decision)
    db.flush()
    return decision
