"""What a reviewer is shown of a proposal once their own scores are in: the difference, the evidence, the record; and their answer to it.

Only who has read how to read proposals sees one. A proposal never becomes a score: a person changes theirs, with a reason, or keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, proposal_records, proposals, reviews, scorecards
from domain.audit import Actor, Verb
from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.scorecards import Given
from models import CandidateSession, Criterion, Member, Proposal, ProposalReply, ProposalReveal, ProposalRun, Take, Transcript

LONG_ID: Final = 20
BRIEF_ID: Final = 8


@dataclass(frozen=True)
class Quote:
    """Words of an answer, cut from what is stored. Seconds are None for a written answer."""

    text: str
    question_id: str
    position: int
    start: float | None
    end: float | None


@dataclass(frozen=True)
class Shown:
    """One criterion: the person's `first` level and the one that stands (`mine`), beside what the machine proposed or why it did not."""

    proposal: Proposal
    criterion: Criterion
    first: int
    mine: int
    quotes: Sequence[Quote]
    reply: ProposalReply | None

    @property
    def apart(self) -> int | None:
        """Levels the machine lies above the person's first score; None when it proposed none."""
        return None if self.proposal.level is None else self.proposal.level - self.first

    @property
    def between(self) -> tuple[float, float] | None:
        """The interval on the criterion's own levels."""
        low, high = self.proposal.low, self.proposal.high
        return None if low is None or high is None else (self._level(low), self._level(high))

    @property
    def is_bare(self) -> bool:
        """Passages were looked for and none was found; the reason for withholding does not say so already."""
        return not self.proposal.citations and self.proposal.reason_code not in (*proposals.UNREAD, "failed", "no_evidence")

    @property
    def versions(self) -> list[str]:
        """What made it, for people: long ids by their first letters."""
        return [f"{name.replace('_', ' ')} {_brief(value)}" for name, value in self.proposal.versions.items() if value]

    @property
    def cost(self) -> str:
        """What asking the language model took, in words; empty where none was asked."""
        usage = self.proposal.usage
        if not usage:
            return ""
        tokens = int(usage.get("prompt_tokens", 0) + usage.get("completion_tokens", 0))
        said = [f"{usage.get('seconds', 0)} s", "1 try" if usage.get("tries") == 1 else f"{usage.get('tries', 0)} tries"]
        said += [f"{tokens} tokens"] if tokens else []
        return ", ".join([*said, f"cost {usage['cost']}"] if "cost" in usage else said)

    def _level(self, value: float) -> float:
        lowest, highest = self.criterion.anchors[0]["level"], self.criterion.anchors[-1]["level"]
        return float(lowest + value / scorecards.TOP * (highest - lowest))


@dataclass(frozen=True)
class Reveal:
    """A run as this member may see it. `is_open` False: they have not read how to read proposals, and nothing of it is here.

    `is_first`: the look was written down just now.
    """

    is_open: bool
    is_first: bool = False
    run: ProposalRun | None = None
    rows: Sequence[Shown] = ()
    floor: str = ""


def _brief(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_brief(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{_brief(key)} {_brief(each)}" for key, each in value.items())
    text = str(value)
    return text if len(text) < LONG_ID else text[:BRIEF_ID]


@dataclass(frozen=True)
class Said:
    """What a reviewer makes of one proposal: `reply` is agree, keep or change; `level` the new one of a change."""

    proposal_id: str
    reply: str
    level: int | None
    reason: str


def look(db: Session, actor: Actor, session: CandidateSession, member: Member, given: Given | None, now: datetime) -> Reveal | None:
    """The newest run for this member, their first look written down; None when there is nothing they may see. The caller commits."""
    run = proposal_records.visible(db, session.id, member) if given and given.is_submitted else None
    if run is None or given is None:
        return None
    if member.trained_at is None:
        return Reveal(is_open=False)
    seen = sa.select(ProposalReveal.id).where(ProposalReveal.run_id == run.id, ProposalReveal.member_id == member.id)
    is_first = db.scalar(seen) is None
    if is_first:
        proposal_records.reveal(db, actor, session.id, member, now)
    return Reveal(True, is_first, run, _rows(db, session, member, run, given), proposals.Floor().sentence())


def train(db: Session, actor: Actor, member: Member, now: datetime) -> None:
    """Remembers that this member has read how to read proposals; the first time counts."""
    if member.trained_at is None:
        member.trained_at = now
        audit.append(db, actor, Verb.MEMBER_TRAINED, ("member", member.id), now=now)


def answer(db: Session, actor: Actor, session: CandidateSession, member: Member, said: Said, now: datetime) -> None:
    """Agree, keep mine, change mine and why. A change is a new score beside the first one.

    Raises Forbidden for the untrained, NotFound for what is not theirs to see, Invalid for a change that changes nothing, Conflict twice.
    """
    if member.trained_at is None:
        raise Forbidden("Read first how to read a proposal.", "The page shows it where proposals would be.")
    reviews.lock(db, session)
    proposal, given = _visible(db, session, member, said.proposal_id)
    mine = given.scores[proposal.criterion_id].level
    if said.reply == "agree" and proposal.level != mine:
        raise Conflict("Your score is not the proposed one.", "Keep yours, or change it and say why.")
    if said.reply == "change":
        mine = _change(db, actor, session, proposal.criterion_id, mine, said, now)
    proposal_records.reply(db, member, said.proposal_id, said.reply, mine, said.reason, now)
    about = {"proposal": said.proposal_id, "criterion": proposal.criterion_id, "reply": said.reply}
    audit.append(db, actor, Verb.PROPOSAL_ANSWERED, ("session", session.id), about, now=now)


def _change(db: Session, actor: Actor, session: CandidateSession, criterion_id: str, mine: int, said: Said, now: datetime) -> int:
    if said.level is None or said.level == mine:
        raise Invalid("Choose the level you change to; this is the one you gave.", {"level": "another level"})
    scorecards.give(db, actor, session, criterion_id, said.level, said.reason, now)
    return said.level


def _visible(db: Session, session: CandidateSession, member: Member, proposal_id: str) -> tuple[Proposal, Given]:
    run, given = proposal_records.visible(db, session.id, member), scorecards.find(db, session.id, member.id)
    found = next((proposal for proposal in run.proposals if proposal.id == proposal_id), None) if run else None
    if found is None or given is None or found.state != "proposed":
        raise NotFound
    return found, given


def _rows(db: Session, session: CandidateSession, member: Member, run: ProposalRun, given: Given) -> list[Shown]:
    criteria = {criterion.id: criterion for criterion in reviews.criteria(db, session.version_id)}
    replies = sa.select(ProposalReply).where(
        ProposalReply.member_id == member.id, ProposalReply.proposal_id.in_([proposal.id for proposal in run.proposals])
    )
    said = {reply.proposal_id: reply for reply in db.scalars(replies)}
    firsts = {score.criterion_id: score.level for score in given.card.scores if score.number == 1}
    quotes = _quotes(db, session, run)

    def shown(proposal: Proposal) -> Shown:
        key = proposal.criterion_id
        return Shown(proposal, criteria[key], firsts[key], given.scores[key].level, quotes[proposal.id], said.get(proposal.id))

    return [shown(proposal) for proposal in run.proposals if proposal.criterion_id in firsts]


def _quotes(db: Session, session: CandidateSession, run: ProposalRun) -> dict[str, list[Quote]]:
    """Every quote of a run, by proposal. A citation whose words are gone, or lie elsewhere, shows nothing."""
    takes = {take.id: take for take in db.scalars(sa.select(Take).where(Take.session_id == session.id))}
    said = db.execute(sa.select(Transcript.id, Transcript.text).where(Transcript.take_id.in_(takes)))
    texts = {row.id: row.text for row in said}

    def quote(citation: dict[str, Any]) -> Quote | None:
        take = takes.get(citation["take_id"])
        text = (texts.get(citation["transcript_id"]) if citation["transcript_id"] else take and take.text) or ""
        words = text[citation["start"] : citation["end"]].strip()
        if take is None or not words:
            return None
        seconds = citation.get("start_seconds"), citation.get("end_seconds")
        return Quote(words, take.question_id, take.question.position, *seconds)

    return {proposal.id: [found for each in proposal.citations if (found := quote(each))] for proposal in run.proposals}
