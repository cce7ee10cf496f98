"""Scores by people: one scorecard a reviewer and session, saved as they go, submitted when complete.

Independent: nobody sees another's scores before their own are in. A score changed after that is a new row with a
reason; the old one stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, selectinload

from domain import audit, members, reviews
from domain.audit import Actor, Verb
from domain.errors import Conflict, Invalid, NotFound
from models import CandidateSession, Criterion, GuestLink, Member, Onlooker, Score, Scorecard, Seat

TOP: Final = 10
LONGEST_REASON: Final = 2000
OVERSEERS: Final = ("owner", "admin", "read_only")


class ScoresMissing(Invalid):
    code = "scores_missing"
    message = "Give every criterion a level first."


@dataclass(frozen=True)
class Given:
    """A scorecard as it stands: the newest score of each criterion, by criterion."""

    card: Scorecard
    scores: Mapping[str, Score]

    @property
    def is_submitted(self) -> bool:
        return self.card.submitted_at is not None

    def level(self, criterion_id: str) -> int | None:
        """The level given for a criterion, None where there is none yet."""
        score = self.scores.get(criterion_id)
        return score.level if score else None


def find(db: Session, session_id: str, member_id: str) -> Given | None:
    """This member's scorecard of this session."""
    found = db.scalar(_cards().where(Scorecard.session_id == session_id, Scorecard.member_id == member_id))
    return _given(found) if found else None


def submitted(db: Session, session_ids: Sequence[str]) -> list[Given]:
    """Every submitted scorecard of these sessions, the first submitted first. For those who may see all of them."""
    cards = _cards().where(Scorecard.session_id.in_(session_ids), Scorecard.submitted_at.is_not(None))
    return [_given(card) for card in db.scalars(cards.order_by(Scorecard.submitted_at, Scorecard.id))]


def may_see_others(db: Session, session: CandidateSession, member: Member) -> bool:
    """Whether this member may see what others think: once their own scores are in; who only looks cannot score, so at once."""
    own = sa.select(Scorecard.id).where(Scorecard.session_id == session.id, Scorecard.member_id == member.id)
    if not members.may_score(db, member, session.interview_id):
        return True
    return db.scalar(own.where(Scorecard.submitted_at.is_not(None))) is not None


def open_to(member: Member, session_id: InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """The rule above inside a query, for the session of a row and a member who is not read-only everywhere."""
    mine = sa.exists().where(Scorecard.session_id == session_id, Scorecard.member_id == member.id)
    scored = mine.where(Scorecard.submitted_at.is_not(None))
    return scored if member.sees_all else sa.or_(scored, looked_at(member, session_id))


def looked_at(member: Member, session_id: InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """Whether the session of a row belongs to an interview in which this member may only look."""
    session = aliased(CandidateSession)
    seat = sa.exists().where(Seat.interview_id == session.interview_id, Seat.member_id == member.id, Seat.looks_only)
    return seat.where(session.id == session_id)


def remember_seen(db: Session, member: Member, interview_id: str, shown: Sequence[Given]) -> None:
    """Who answers for decisions is shown others' scores of sessions they have not scored themselves; who only looks is dealt with
    when that ends. Writes only when something is shown for the first time."""
    own = {given.card.session_id for given in shown if given.card.member_id == member.id}
    until = max((given.card.submitted_at for given in shown if given.card.session_id not in own and given.card.submitted_at), default=None)
    if until is None or not members.may_score(db, member, interview_id):
        return
    known = db.scalar(_seen(member.id, interview_id))
    if known is None or known < until:
        members.remember_seeing(db, member, [interview_id], until)


def _seen(member_id: str, interview_id: str) -> sa.Select[datetime]:
    return sa.select(Onlooker.until).where(Onlooker.member_id == member_id, Onlooker.interview_id == interview_id)


def _saw_others(db: Session, session: CandidateSession, member_id: str) -> bool:
    """Whether somebody's scores of this session stood open to this member before they gave their own: looked at, or behind a link
    for a guest that they had made themselves."""
    at, looked = Scorecard.submitted_at, _seen(member_id, session.interview_id).scalar_subquery()
    lived = sa.and_(at <= GuestLink.expires_at, sa.or_(GuestLink.revoked_at.is_(None), at <= GuestLink.revoked_at))
    linked = sa.exists().where(GuestLink.session_id == session.id, GuestLink.member_id == member_id, lived)
    others = sa.select(Scorecard.id).where(Scorecard.session_id == session.id, Scorecard.member_id != member_id)
    return db.scalar(others.where(sa.or_(at <= looked, linked)).limit(1)) is not None


def may_see_outcome(db: Session, session: CandidateSession, member: Member) -> bool:
    """Whether this member may read what was decided and why: `OVERSEERS`, who answer for it, always; reviewers after their own scores."""
    return member.role in OVERSEERS or may_see_others(db, session, member)


def visible(db: Session, session: CandidateSession, member: Member) -> list[Given]:
    """The submitted scorecards this member may see, their own included."""
    return submitted(db, [session.id]) if may_see_others(db, session, member) else []


def give(db: Session, actor: Actor, session: CandidateSession, criterion_id: str, level: int, reason: str, now: datetime) -> Given:
    """Saves one level. Raises Invalid for a level without an anchor or, after submitting, without a reason."""
    criterion = _criterion(db, session, criterion_id)
    if level not in [anchor["level"] for anchor in criterion.anchors]:
        raise Invalid(f"“{criterion.name}” has no level {level}.", {"level": "choose one of the levels shown"})
    reviews.lock(db, session)
    require_scorable(session)
    given = find(db, session.id, actor.id) or _begin(db, actor, session, now)
    if given.level(criterion_id) == level:
        return given
    _keep(db, given, criterion, level, _checked(given, reason), now)
    about = {"session": session.id, "criterion": criterion_id, "level": level, "changed": given.is_submitted}
    audit.append(db, actor, Verb.SCORE_GIVEN, ("scorecard", given.card.id), about, now=now)
    return _fresh(db, given, session)


def save(db: Session, actor: Actor, session: CandidateSession, levels: Mapping[str, int], now: datetime) -> None:
    """Saves the levels of a form, by criterion; those that stand already are left alone."""
    for criterion_id, level in levels.items():
        give(db, actor, session, criterion_id, level, "", now)


def submit(db: Session, actor: Actor, session: CandidateSession, now: datetime) -> Given:
    """Completes the scorecard; a second time changes nothing. Raises ScoresMissing with the criteria still open."""
    reviews.lock(db, session)
    require_scorable(session)
    rubric = reviews.criteria(db, session.version_id)
    given = find(db, session.id, actor.id)
    missing = [criterion for criterion in rubric if given is None or given.level(criterion.id) is None]
    if missing or given is None:
        names = ", ".join(criterion.name for criterion in missing)
        raise ScoresMissing(f"Still without a level: {names}.", {criterion.id: "no level yet" for criterion in missing})
    if given.is_submitted:
        return given
    given.card.submitted_at, given.card.saw_others = now, _saw_others(db, session, actor.id)
    given.card.overall = overall(rubric, {criterion.id: given.scores[criterion.id].level for criterion in rubric})
    db.flush()
    _count(db, session)
    about = {"session": session.id, **({"saw_others": True} if given.card.saw_others else {})}
    audit.append(db, actor, Verb.SCORECARD_SUBMITTED, ("scorecard", given.card.id), about, now=now)
    return given


def overall(rubric: Sequence[Criterion], levels: Mapping[str, int]) -> float | None:
    """The weighted mean on 0-10 to two places, None while a criterion with weight lacks its level."""
    counted = [criterion for criterion in rubric if criterion.weight > 0]
    if any(criterion.id not in levels for criterion in counted) or not counted:
        return None
    total = sum(criterion.weight for criterion in counted)
    return round(sum(criterion.weight * on_scale(criterion, levels[criterion.id]) for criterion in counted) / total, 2)


def on_scale(criterion: Criterion, level: float) -> float:
    """A level on 0-10: the lowest anchor is 0, the highest 10, linear between."""
    lowest, highest = criterion.anchors[0]["level"], criterion.anchors[-1]["level"]
    return TOP * float(level - lowest) / float(highest - lowest)


def require_scorable(session: CandidateSession) -> None:
    """Raises Conflict unless the candidate submitted: what is still being recorded cannot be judged."""
    if session.state != "submitted":
        raise Conflict("Only a submitted interview can be scored or decided.", "Wait until the candidate has submitted.")


def _cards() -> sa.Select[Scorecard]:
    return sa.select(Scorecard).options(selectinload(Scorecard.scores)).execution_options(populate_existing=True)


def _given(card: Scorecard) -> Given:
    newest: dict[str, Score] = {}
    for score in sorted(card.scores, key=lambda score: score.number):
        newest[score.criterion_id] = score
    return Given(card, newest)


def _criterion(db: Session, session: CandidateSession, criterion_id: str) -> Criterion:
    found = db.scalar(sa.select(Criterion).where(Criterion.id == criterion_id, Criterion.version_id == session.version_id))
    if found is None:
        raise NotFound
    return found


def _begin(db: Session, actor: Actor, session: CandidateSession, now: datetime) -> Given:
    card = Scorecard(employer_id=session.employer_id, session_id=session.id, member_id=actor.id, created_at=now)
    db.add(card)
    db.flush()
    return Given(card, {})


def _checked(given: Given, reason: str) -> str:
    if given.is_submitted and not reason.strip():
        raise Invalid("Your scores are in. To change one, say why.", {"reason": "needed to change a submitted score"})
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"A reason may have {LONGEST_REASON:,} characters; yours has {len(reason):,}.", {"reason": "too long"})
    return reason.strip()


def _keep(db: Session, given: Given, criterion: Criterion, level: int, reason: str, now: datetime) -> None:
    """Before submitting a score may still move; after, each change is a row of its own."""
    old = given.scores.get(criterion.id)
    if old is not None and not given.is_submitted:
        old.level, old.at = level, now
        return
    number = old.number + 1 if old else 1
    values = {"scorecard_id": given.card.id, "criterion_id": criterion.id, "number": number, "level": level, "reason": reason, "at": now}
    db.add(Score(employer_id=given.card.employer_id, **values))


def _count(db: Session, session: CandidateSession) -> None:
    """Keeps what the inbox and the shortlist sort by."""
    overalls = [given.card.overall for given in submitted(db, [session.id])]
    known = [value for value in overalls if value is not None]
    session.scorecard_count, session.overall = len(overalls), round(sum(known) / len(known), 2) if known else None
    db.flush()


def _fresh(db: Session, given: Given, session: CandidateSession) -> Given:
    db.flush()
    found = find(db, session.id, given.card.member_id) or given
    if found.is_submitted:
        rubric = reviews.criteria(db, session.version_id)
        found.card.overall = overall(rubric, {key: score.level for key, score in found.scores.items()})
        db.flush()
        _count(db, session)
    return found
