"""Candidates of one interview ranked by people's scores, and two to four of them side by side.

Only people's submitted scorecards count; a reviewer who has not scored somebody does not see them ranked, so that the
list cannot tell them what to think.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import reviews, scorecards
from domain.errors import Invalid, NotFound
from domain.scorecards import OVERSEERS, Given, open_to
from models import Candidate, CandidateSession, Criterion, Interview, Member, Note

MOST: Final = 100
COMPARED: Final = (2, 3, 4)


@dataclass(frozen=True)
class Entry:
    """One candidate. `means` is the mean level by criterion name; `rank` is shared by equal overalls (`is_tied`)."""

    id: str
    name: str
    overall: float
    cards: int
    verdict: str
    means: Mapping[str, float]
    rank: int = 0
    is_tied: bool = False


@dataclass(frozen=True)
class Shortlist:
    """`hidden` counts scored candidates this member has still to score; `unscored` those nobody has; `is_cut` says there are more."""

    entries: Sequence[Entry]
    rubric: Sequence[Criterion]
    hidden: int
    unscored: int
    is_cut: bool


@dataclass(frozen=True)
class Side:
    """One candidate of a comparison. `is_shown`: this member may see others' scores and the decision."""

    session: CandidateSession
    cards: Sequence[Given]
    evidence: Mapping[str, Sequence[Note]]
    means: Mapping[str, float]
    is_shown: bool


def interviews(db: Session) -> list[tuple[str, str]]:
    """Id and title of the interviews in which somebody was scored."""
    some = sa.exists().where(CandidateSession.interview_id == Interview.id, CandidateSession.scorecard_count > 0)
    found = db.execute(sa.select(Interview.id, Interview.title).where(some).order_by(Interview.title))
    return [(row.id, row.title) for row in found]


def ranked(db: Session, member: Member, interview: Interview, version_id: str) -> Shortlist:
    """The best first, by the mean of people's overalls; those turned down are left out. Whom this shows others' scores is remembered."""
    ids = _pool(interview).where(CandidateSession.overall.is_not(None))
    shown = ids if member.role in OVERSEERS else ids.where(open_to(member, CandidateSession.id))
    found = list(db.scalars(shown.order_by(CandidateSession.overall.desc(), CandidateSession.id).limit(MOST + 1)))
    cards = scorecards.submitted(db, found[:MOST])
    scorecards.remember_seen(db, member, interview.id, cards)
    rubric = reviews.criteria(db, version_id)
    hidden = 0 if member.role in OVERSEERS else _count(db, ids.where(~open_to(member, CandidateSession.id)))
    unscored = _count(db, _pool(interview).where(CandidateSession.overall.is_(None), CandidateSession.state == "submitted"))
    return Shortlist(_rank(_entries(db, found[:MOST], cards)), rubric, hidden, unscored, len(found) > MOST)


def compare(db: Session, member: Member, interview: Interview, session_ids: Sequence[str]) -> list[Side]:
    """Two to four candidates of an interview side by side; scores only where this member may see them. Whom this shows others' scores
    is remembered. Raises Invalid for another number, NotFound for a session of another interview.
    """
    ids = list(dict.fromkeys(session_ids))
    if len(ids) not in COMPARED:
        raise Invalid("Choose two to four candidates to compare.", {"candidates": "two to four"})
    found = [reviews.get_session(db, session_id) for session_id in ids]
    if any(session.interview_id != interview.id for session in found):
        raise NotFound
    sides = [_side(db, member, session) for session in found]
    scorecards.remember_seen(db, member, interview.id, [given for side in sides for given in side.cards])
    return sides


def means(db: Session, version_id: str, cards: Sequence[Given]) -> dict[str, float]:
    """The mean level of each criterion over these scorecards, by criterion name."""
    found: dict[str, float] = {}
    for criterion in reviews.criteria(db, version_id):
        levels = [score.level for card in cards if (score := card.scores.get(criterion.id))]
        if levels:
            found[criterion.name] = sum(levels) / len(levels)
    return found


def _pool(interview: Interview) -> sa.Select[str]:
    rules = [CandidateSession.interview_id == interview.id, CandidateSession.is_test.is_(False), CandidateSession.desk != "addendum"]
    return sa.select(CandidateSession.id).where(*rules, CandidateSession.verdict != "decline")


def _count(db: Session, ids: sa.Select[str]) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(ids.limit(1000).subquery())) or 0


def _entries(db: Session, ids: Sequence[str], submitted: Sequence[Given]) -> list[Entry]:
    cards: dict[str, list[Given]] = {}
    for given in submitted:
        cards.setdefault(given.card.session_id, []).append(given)
    row = CandidateSession
    columns = sa.select(row.id, row.version_id, row.overall, row.verdict, Candidate.name).join(Candidate, Candidate.id == row.candidate_id)
    found = {each.id: each for each in db.execute(columns.where(row.id.in_(ids)))}
    versions = {each.version_id for each in found.values()}
    names = {criterion.id: criterion.name for version_id in versions for criterion in reviews.criteria(db, version_id)}
    return [_entry(found[each], cards.get(each, []), names) for each in ids if each in found]


def _entry(row: Any, cards: Sequence[Given], names: Mapping[str, str]) -> Entry:
    levels: dict[str, list[int]] = {}
    for card in cards:
        for criterion_id, score in card.scores.items():
            levels.setdefault(names[criterion_id], []).append(score.level)
    averages = {criterion: sum(given) / len(given) for criterion, given in levels.items()}
    return Entry(row.id, row.name, row.overall or 0.0, len(cards), row.verdict, averages)


def _rank(entries: Sequence[Entry]) -> list[Entry]:
    """Equal overalls share a place, and the places after it are skipped: 1, 2, 2, 4."""
    overalls = [entry.overall for entry in entries]
    return [
        Entry(**{**vars(entry), "rank": overalls.index(entry.overall) + 1, "is_tied": overalls.count(entry.overall) > 1})
        for entry in entries
    ]


def _side(db: Session, member: Member, session: CandidateSession) -> Side:
    may = scorecards.may_see_outcome(db, session, member)
    cards = scorecards.submitted(db, [session.id]) if may else []
    evidence: dict[str, list[Note]] = {}
    names = {criterion.id: criterion.name for criterion in reviews.criteria(db, session.version_id)}
    for note in db.scalars(sa.select(Note).where(Note.session_id == session.id, Note.criterion_id.is_not(None)).order_by(Note.created_at)):
        if may or note.member_id == member.id:
            evidence.setdefault(names[note.criterion_id or ""], []).append(note)
    return Side(session, cards, evidence, means(db, session.version_id, cards), may)
