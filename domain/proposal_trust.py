"""How people and machine agree, per criterion and per reviewer, over time, and the warning signs of leaning on the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import agreement, proposal_records, proposing, reliability
from domain.agreement import Agreement
from domain.proposals import TOP, Floor
from domain.proposing import School
from models import Criterion, Interview, InterviewVersion, Member, Proposal, ProposalReply, ProposalReveal, ProposalRun, Score, Scorecard

FEW: Final = 10
"""Pairs under which no warning and no figure is given: it would be chance, and could be traced to one answer."""
RUSH_SECONDS: Final = 5.0
MUCH_CHANGED: Final = 0.3
ALWAYS_AGREES: Final = 0.95


@dataclass(frozen=True)
class Pair:
    """A person's first level, given unseen, beside the machine's value, both on the criterion's levels."""

    criterion_id: str
    criterion: str
    member_id: str
    person: float
    machine: float
    was_shown: bool
    at: datetime


@dataclass(frozen=True)
class Trust:
    """`alpha` is Krippendorff's (ordinal), None where nothing varies. `replies` counts proposals looked at and answered; `changed` and
    `towards` are shares (0-1) of those after which a person changed their score, and did so towards the machine.

    `signs` name what speaks for leaning on the machine: `changes_often`, `always_agrees`, `answers_at_once`.
    """

    name: str
    agreement: Agreement
    alpha: float | None
    replies: int
    changed: float | None
    towards: float | None
    signs: tuple[str, ...]

    @property
    def is_few(self) -> bool:
        """Too few pairs to print a figure."""
        return self.agreement.n < FEW


@dataclass(frozen=True)
class Standing:
    """What a criterion's machine has earned so far: its record on `n` scored answers, and whether it may be shown.

    `school` counts what people scored: to learn from, and erased or not agreed to.
    """

    interview: str
    criterion: str
    n: int
    record: Agreement | None
    may_show: bool
    school: School


def standings(db: Session, floor: Floor, encoder: str, maker: Mapping[str, str] | None = None) -> list[Standing]:
    """Every criterion of switched-on interviews as it is worded, with the record of the model that is used, the newest of this
    `encoder`, or of the language model that `maker` names where one is configured."""
    found = []
    for (employer_id, mark), criterion in proposing.wordings(db).items():
        record = spoken(db, criterion, maker) if maker else _learned(db, employer_id, mark, encoder)
        interview = db.get_one(Interview, db.get_one(InterviewVersion, criterion.version_id).interview_id)
        holds = record is not None and floor.holds(record)
        scored = proposing.school(db, criterion)
        found.append(Standing(interview.title, criterion.name, record.n if record else 0, record, holds, scored))
    return sorted(found, key=lambda standing: (standing.interview, standing.criterion))


def _learned(db: Session, employer_id: str, mark: str, encoder: str) -> Agreement | None:
    model = proposal_records.find_model(db, employer_id, mark, encoder)
    return proposal_records.agreement_of(model) if model else None


def spoken(db: Session, criterion: Criterion, maker: Mapping[str, str]) -> Agreement | None:
    """What the language model that `maker` names silently said so far, held against people's scores."""
    held = proposing.silent_record(db, criterion, maker)
    if not held:
        return None
    lowest, highest = criterion.anchors[0]["level"], criterion.anchors[-1]["level"]
    said = [round(lowest + value / TOP * (highest - lowest)) for value, _ in held]
    return agreement.measure(said, [round(level) for _, level in held])


def pairs(db: Session) -> list[Pair]:
    """Every independent score beside the newest value of the machine for the same session and criterion, shown or silent; oldest first."""
    newest = sa.select(ProposalRun.session_id, sa.func.max(ProposalRun.number).label("number")).group_by(ProposalRun.session_id).subquery()
    rows = db.execute(
        sa.select(Criterion, Scorecard.member_id, Score.level, Proposal, Score.at)
        .join(Proposal, Proposal.criterion_id == Criterion.id)
        .join(ProposalRun, ProposalRun.id == Proposal.run_id)
        .join(newest, sa.and_(newest.c.session_id == ProposalRun.session_id, newest.c.number == ProposalRun.number))
        .join(Scorecard, Scorecard.session_id == ProposalRun.session_id)
        .join(Score, sa.and_(Score.scorecard_id == Scorecard.id, Score.criterion_id == Criterion.id))
        .where(*proposing.INDEPENDENT, Proposal.silent_value.is_not(None))
        .order_by(Score.at)
    ).all()
    return [_pair(*row) for row in rows]


def _pair(criterion: Criterion, member_id: str, level: int, proposal: Proposal, at: datetime) -> Pair:
    lowest, highest = criterion.anchors[0]["level"], criterion.anchors[-1]["level"]
    machine = lowest + (proposal.silent_value or 0.0) / TOP * (highest - lowest)
    return Pair(criterion.id, criterion.name, member_id, float(level), float(round(machine)), proposal.state == "proposed", at)


def by_criterion(db: Session) -> list[Trust]:
    """Agreement on each criterion."""
    return [_trust(name, group, []) for name, group in _grouped(pairs(db), lambda pair: pair.criterion)]


def by_member(db: Session) -> list[Trust]:
    """Agreement of each reviewer with the machine, and what they did once they saw it. `name` is the member's."""
    replies, names = _replies(db), {member.id: member.name for member in db.scalars(sa.select(Member))}
    return [_trust(names[id], group, replies.get(id, [])) for id, group in _grouped(pairs(db), lambda pair: pair.member_id)]


def drift(db: Session, width: int = 20) -> list[tuple[datetime, Agreement]]:
    """Agreement in steps of `width` pairs over time: a falling line means the machine no longer fits."""
    held = pairs(db)
    steps = [held[i : i + width] for i in range(0, len(held), width)]
    return [(step[-1].at, _agreement(step)) for step in steps if len(step) >= width // 2]


def _grouped(held: Iterable[Pair], key: Callable[[Pair], str]) -> list[tuple[str, list[Pair]]]:
    found: dict[str, list[Pair]] = {}
    for pair in held:
        found.setdefault(key(pair), []).append(pair)
    return sorted(found.items())


def _agreement(held: list[Pair]) -> Agreement:
    return agreement.measure([pair.machine for pair in held], [pair.person for pair in held])


@dataclass(frozen=True)
class _Reply:
    reply: str
    before: float
    after: float
    machine: float
    seconds: float


def _replies(db: Session) -> dict[str, list[_Reply]]:
    first = sa.select(Score.level).join(Scorecard, Scorecard.id == Score.scorecard_id).where(
        Scorecard.session_id == ProposalRun.session_id, Scorecard.member_id == ProposalReply.member_id,
        Score.criterion_id == Proposal.criterion_id, Score.number == 1,
    )  # fmt: skip
    rows = db.execute(
        sa.select(ProposalReply, Proposal.level, ProposalReveal.at, first.scalar_subquery())
        .join(Proposal, Proposal.id == ProposalReply.proposal_id)
        .join(ProposalRun, ProposalRun.id == Proposal.run_id)
        .join(ProposalReveal, sa.and_(ProposalReveal.run_id == ProposalRun.id, ProposalReveal.member_id == ProposalReply.member_id))
        .where(Proposal.state == "proposed")
    ).all()
    found: dict[str, list[_Reply]] = {}
    for reply, machine, revealed, before in rows:
        seconds = (reply.at - revealed).total_seconds()
        found.setdefault(reply.member_id, []).append(_Reply(reply.reply, float(before), float(reply.level), float(machine), seconds))
    return found


def _trust(name: str, held: list[Pair], replies: list[_Reply]) -> Trust:
    changed = sum(reply.before != reply.after for reply in replies) / len(replies) if replies else None
    towards = sum(abs(r.after - r.machine) < abs(r.before - r.machine) for r in replies) / len(replies) if replies else None
    alpha = reliability.alpha([[pair.person, pair.machine] for pair in held])
    return Trust(name, _agreement(held), alpha, len(replies), changed, towards, tuple(_signs(replies, changed)))


def _signs(replies: list[_Reply], changed: float | None) -> Iterable[str]:
    if len(replies) < FEW or changed is None:
        return
    if changed >= MUCH_CHANGED:
        yield "changes_often"
    differed = [reply for reply in replies if reply.before != reply.machine]
    if differed and sum(reply.after == reply.machine for reply in differed) >= ALWAYS_AGREES * len(differed):
        yield "always_agrees"
    if sorted(reply.seconds for reply in replies)[len(replies) // 2] < RUSH_SECONDS:
        yield "answers_at_once"
