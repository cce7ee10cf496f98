"""Figures of one interview: how far candidates get, on what device, how long they wait, whether promises are kept, whether people agree.

Counted over the newest 2,000 sessions, tests left out; counts and times only, nothing about a person.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import reliability, reviews
from domain.reliability import Reliability
from models import CandidateSession, Decision, Interview, Score, Scorecard, Step

NEWEST: Final = 2000
FEW: Final = 5
WAITS: Final = (("Within a day", 1.0), ("2 to 3 days", 3.0), ("4 to 7 days", 7.0), ("Longer", math.inf))
DEVICES: Final = ("phone", "tablet", "computer")


@dataclass(frozen=True)
class Stage:
    """How many sessions reached a step, their share of those that began, how many were lost since the step before; by kind of device."""

    label: str
    count: int
    share: float
    lost: int
    devices: Mapping[str, int]


@dataclass(frozen=True)
class Wait:
    """How many sessions had their first scorecard within so many days."""

    label: str
    count: int
    share: float


@dataclass(frozen=True)
class Figures:
    """`wait_days`: median from submitting to the first scorecard, `waits` how it is spread, `unscored` who still waits for one.

    `kept` of `promised` answers came in time (decided, or not yet due). `devices`: the kinds on which somebody began.
    """

    sessions: int
    funnel: Sequence[Stage]
    devices: Sequence[str]
    wait_days: float | None
    waits: Sequence[Wait]
    unscored: int
    promised: int
    kept: int
    agreement: Reliability


def of_interview(db: Session, interview: Interview, version_id: str, now: datetime) -> Figures:
    """All figures of one interview."""
    columns = (
        CandidateSession.id,
        CandidateSession.state,
        CandidateSession.device,
        CandidateSession.started_at,
        CandidateSession.submitted_at,
        CandidateSession.promise_at,
    )
    mine = sa.select(*columns).where(CandidateSession.interview_id == interview.id, CandidateSession.is_test.is_(False))
    mine = mine.where(CandidateSession.desk != "addendum")
    rows = db.execute(mine.order_by(CandidateSession.id.desc()).limit(NEWEST)).all()
    ids = [row.id for row in rows]
    begun = [row for row in rows if row.started_at is not None]
    promised = [row for row in rows if row.promise_at is not None and row.submitted_at is not None]
    decided = _first_decisions(db, ids)
    kept = sum(decided.get(row.id, now) <= row.promise_at for row in promised)
    submitted = {row.id: row.submitted_at for row in rows if row.submitted_at}
    waits = _waits(db, submitted)
    return Figures(
        sessions=len(rows),
        funnel=_funnel(db, rows, version_id),
        devices=[kind for kind in DEVICES if any(_kind(row) == kind for row in begun)],
        wait_days=median(waits) if waits else None,
        waits=_spread(waits),
        unscored=len(submitted) - len(waits),
        promised=len(promised),
        kept=kept,
        agreement=_agreement(db, ids),
    )


def _kind(row: Any) -> str:
    return str(row.device.get("kind") or "")


def _funnel(db: Session, rows: Sequence[Any], version_id: str) -> list[Stage]:
    """Began, then each step the widget reports, then submitted; a later step implies the earlier ones."""
    reached, kinds = _furthest(db, [row.id for row in rows]), {row.id: _kind(row) for row in rows}
    questions = [("question", question.position) for question in reviews.questions(db, version_id)]
    order: list[tuple[str, int | None]] = [("devices", None), *questions, ("review", None)]
    labels = ["Checked devices", *(f"Reached question {position}" for _, position in questions), "Reached the review"]
    last = {row.id: len(order) for row in rows if row.submitted_at is not None}
    for session_id, steps in reached.items():
        last[session_id] = max([last.get(session_id, -1), *(order.index(step) for step in steps if step in order)])
    stages = [("Began", [row.id for row in rows if row.started_at is not None])]
    stages += [(label, [session_id for session_id, n in last.items() if n >= i]) for i, label in enumerate(labels)]
    stages.append(("Submitted", [row.id for row in rows if row.submitted_at is not None]))
    return [_stage(label, ids, stages[max(0, i - 1)][1], stages[0][1], kinds) for i, (label, ids) in enumerate(stages)]


def _stage(label: str, ids: Sequence[str], before: Sequence[str], begun: Sequence[str], kinds: Mapping[str, str]) -> Stage:
    counts = Counter(kinds[session_id] for session_id in ids)
    return Stage(label, len(ids), len(ids) / len(begun) if begun else 0.0, max(0, len(before) - len(ids)), counts)


def _furthest(db: Session, ids: Sequence[str]) -> dict[str, set[tuple[str, int | None]]]:
    found: dict[str, set[tuple[str, int | None]]] = {}
    steps = sa.select(Step.session_id, Step.name, Step.position).where(Step.session_id.in_(ids)).distinct()
    for session_id, name, position in db.execute(steps):
        found.setdefault(session_id, set()).add((name, position if name == "question" else None))
    return found


def _spread(waits: Sequence[float]) -> list[Wait]:
    """How many waited so long, from the quickest to the slowest; nothing while nobody was scored."""
    counts = Counter(next(label for label, most in WAITS if days <= most) for days in waits)
    return [Wait(label, counts[label], counts[label] / len(waits)) for label, _ in WAITS] if waits else []


def _first_decisions(db: Session, ids: Sequence[str]) -> Mapping[str, datetime]:
    final = sa.select(Decision.session_id, Decision.at).where(Decision.session_id.in_(ids), Decision.verdict.in_(("advance", "decline")))
    found: dict[str, datetime] = {}
    for session_id, at in db.execute(final.order_by(Decision.at)):
        found.setdefault(session_id, at)
    return found


def _waits(db: Session, submitted: Mapping[str, datetime]) -> list[float]:
    """Days from submitting to the first scorecard."""
    cards = sa.select(Scorecard.session_id, Scorecard.submitted_at).where(
        Scorecard.session_id.in_(list(submitted)), Scorecard.submitted_at.is_not(None)
    )
    first: dict[str, datetime] = {}
    for session_id, at in db.execute(cards.order_by(Scorecard.submitted_at)):
        if at is not None:
            first.setdefault(session_id, at)
    return [(at - submitted[session_id]).total_seconds() / 86_400 for session_id, at in first.items()]


def _agreement(db: Session, ids: Sequence[str]) -> Reliability:
    """Over every criterion of every session that two or more people scored, each before they saw others' scores."""
    several = sa.select(CandidateSession.id).where(CandidateSession.id.in_(ids), CandidateSession.scorecard_count > 1)
    given = sa.select(Scorecard.session_id, Score.criterion_id, Scorecard.id, Score.level).join(Score, Score.scorecard_id == Scorecard.id)
    given = given.where(Scorecard.session_id.in_(several), Scorecard.submitted_at.is_not(None), Scorecard.saw_others.is_(False))
    wanted = given.order_by(Score.number)
    levels = {(row.session_id, row.criterion_id, row.id): row.level for row in db.execute(wanted)}  # the newest number holds
    units: dict[tuple[str, str], list[float]] = {}
    for (session_id, criterion_id, _), level in levels.items():
        units.setdefault((session_id, criterion_id), []).append(level)
    return reliability.of_units(list(units.values()))
