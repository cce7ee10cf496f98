"""Proposals as rows: whether they may be made, what was made, who may see it, what they made of it, and forgetting.

Nothing of a proposal leaves here for a member whose own scores are not in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit
from domain.agreement import Agreement
from domain.audit import Actor, Verb
from domain.errors import Conflict, Invalid, NotFound
from domain.proposals import Outcome
from models import (
    CandidateSession,
    Criterion,
    Employer,
    Interview,
    Job,
    Member,
    Proposal,
    ProposalReply,
    ProposalReveal,
    ProposalRun,
    ProposerModel,
    Scorecard,
)
from models.proposal import REPLIES


def are_on(db: Session, session: CandidateSession) -> bool:
    """Whether the switches allow work on this session now. Read again before anything is stored."""
    row = db.execute(
        sa.select(Interview.proposals_on, Employer.proposals_stopped_at)
        .join(Employer, Employer.id == Interview.employer_id)
        .where(Interview.id == session.interview_id)
    ).one()
    return bool(row[0]) and row[1] is None


@dataclass(frozen=True)
class Made:
    """One criterion's outcome with what it was made from: places of the quotes, versions, the hash of the request."""

    criterion: Criterion
    outcome: Outcome
    citations: list[dict[str, Any]]
    versions: dict[str, Any]
    request_sha256: str


def store(db: Session, session: CandidateSession, made: Sequence[Made], feedback: str, now: datetime) -> ProposalRun:
    """Adds a run beside those that stand; nothing is overwritten. The overall value needs one for every criterion with weight."""
    last = db.scalar(sa.select(sa.func.max(ProposalRun.number)).where(ProposalRun.session_id == session.id)) or 0
    is_proposed = any(one.outcome.state == "proposed" for one in made)
    run = ProposalRun(
        employer_id=session.employer_id,
        session_id=session.id,
        number=last + 1,
        state="proposed" if is_proposed else "withheld",
        overall=overall(made),
        ai_feedback=feedback,
        versions={"interview_version": session.version_id},
        created_at=now,
    )
    db.add(run)
    db.flush()
    db.add_all([_row(session.employer_id, run, one) for one in made])
    db.flush()
    about = {
        "run": run.id,
        "number": run.number,
        "state": run.state,
        "withheld": sorted({one.outcome.code for one in made if one.outcome.code}),
    }
    audit.append(db, Actor(session.employer_id, "system"), Verb.PROPOSAL_MADE, ("session", session.id), about, now=now)
    return run


def _row(employer_id: str, run: ProposalRun, made: Made) -> Proposal:
    outcome = made.outcome
    return Proposal(
        employer_id=employer_id,
        run_id=run.id,
        criterion_id=made.criterion.id,
        position=made.criterion.position,
        state=outcome.state,
        reason_code=outcome.code,
        reason=outcome.reason,
        level=outcome.level,
        value=outcome.value,
        low=outcome.low,
        high=outcome.high,
        silent_value=outcome.silent,
        reasoning=outcome.reasoning,
        citations=made.citations,
        flags=list(outcome.flags),
        agreement=outcome.record.as_json() if outcome.record else {},
        proposer=outcome.proposer,
        versions=made.versions,
        usage=dict(outcome.usage),
        request_sha256=made.request_sha256,
    )


def overall(made: Sequence[Made]) -> float | None:
    """The weighted mean on 0-10; None while a criterion with weight has no value."""
    counted = [(one.criterion.weight, one.outcome.value) for one in made if one.criterion.weight > 0]
    total = sum(weight for weight, _ in counted)
    if not counted or any(value is None for _, value in counted):
        return None
    return round(sum(weight * (value or 0.0) for weight, value in counted) / total, 2)


def find_newest(db: Session, session_id: str) -> ProposalRun | None:
    """The newest run. For the machine's own use: people go through `visible`."""
    return db.scalar(sa.select(ProposalRun).where(ProposalRun.session_id == session_id).order_by(ProposalRun.number.desc()).limit(1))


def visible(db: Session, session_id: str, member: Member) -> ProposalRun | None:
    """The newest run, once this member's own scores for the session are stored; None before, and for who does not score."""
    own = sa.select(Scorecard.id).where(
        Scorecard.session_id == session_id, Scorecard.member_id == member.id, Scorecard.submitted_at.is_not(None)
    )
    return find_newest(db, session_id) if db.scalar(own) is not None else None


def reveal(db: Session, actor: Actor, session_id: str, member: Member, now: datetime) -> ProposalRun | None:
    """`visible`, with the first look written down. The caller commits."""
    run = visible(db, session_id, member)
    if run is None:
        return None
    seen = sa.select(ProposalReveal.id).where(ProposalReveal.run_id == run.id, ProposalReveal.member_id == member.id)
    if db.scalar(seen) is None:
        db.add(ProposalReveal(employer_id=run.employer_id, run_id=run.id, member_id=member.id, at=now))
        db.flush()
        audit.append(db, actor, Verb.PROPOSAL_REVEALED, ("session", session_id), {"run": run.id}, now=now)
    return run


def reply(db: Session, member: Member, proposal_id: str, said: str, level: int, reason: str, now: datetime) -> ProposalReply:
    """Agree, keep mine, change mine and why. `level` is the person's level as it stands after it. The first reply holds.

    Raises NotFound for what this member may not see, Invalid for another word or a change without a reason, Conflict twice.
    """
    proposal = db.scalar(sa.select(Proposal).where(Proposal.id == proposal_id))
    run = db.get(ProposalRun, proposal.run_id) if proposal else None
    if proposal is None or run is None or visible(db, run.session_id, member) is None:
        raise NotFound
    if said not in REPLIES or (said == "change" and not reason.strip()):
        raise Invalid("To change your score, say why.", {"reason": "needed to change a score"})
    earlier = sa.select(ProposalReply.id).where(ProposalReply.proposal_id == proposal_id, ProposalReply.member_id == member.id)
    if db.scalar(earlier) is not None:
        raise Conflict("You replied to this already.")
    values = {"proposal_id": proposal_id, "member_id": member.id, "reply": said, "level": level, "reason": reason.strip()[:2000], "at": now}
    row = ProposalReply(employer_id=member.employer_id, **values)
    db.add(row)
    db.flush()
    return row


def forget(db: Session, session_id: str) -> int:
    """Removes every proposal about a session, and every model that learned from it; the next training makes new ones.

    Returns how many runs went.
    """
    runs = list(db.scalars(sa.select(ProposalRun.id).where(ProposalRun.session_id == session_id)))
    of_runs = sa.select(Proposal.id).where(Proposal.run_id.in_(runs))
    db.execute(sa.delete(ProposalReply).where(ProposalReply.proposal_id.in_(of_runs)).execution_options(synchronize_session=False))
    db.execute(sa.delete(ProposalReveal).where(ProposalReveal.run_id.in_(runs)).execution_options(synchronize_session=False))
    db.execute(sa.delete(Proposal).where(Proposal.run_id.in_(runs)).execution_options(synchronize_session=False))
    db.execute(sa.delete(ProposalRun).where(ProposalRun.id.in_(runs)).execution_options(synchronize_session=False))
    for model in db.scalars(sa.select(ProposerModel)):
        if session_id in model.sources:
            db.delete(model)
    db.execute(
        sa.delete(Job)
        .where(Job.kind == "propose", Job.subject_id == session_id, Job.state != "running")
        .execution_options(synchronize_session=False)
    )
    db.flush()
    db.expire_all()
    return len(runs)


def find_model(db: Session, employer_id: str, fingerprint: str, encoder: str) -> ProposerModel | None:
    """The newest model for a criterion as it is worded, made with this encoder."""
    fits = (ProposerModel.employer_id == employer_id, ProposerModel.fingerprint == fingerprint, ProposerModel.encoder == encoder)
    return db.scalar(sa.select(ProposerModel).where(*fits).order_by(ProposerModel.version.desc()).limit(1))


def store_model(db: Session, employer_id: str, fingerprint: str, values: Mapping[str, Any], now: datetime) -> ProposerModel:
    """The next version. `values` are encoder, n, agreement, parameters, sources, data."""
    last = sa.select(sa.func.max(ProposerModel.version)).where(
        ProposerModel.employer_id == employer_id, ProposerModel.fingerprint == fingerprint
    )
    row = ProposerModel(employer_id=employer_id, fingerprint=fingerprint, version=(db.scalar(last) or 0) + 1, created_at=now, **values)
    db.add(row)
    db.flush()
    return row


def agreement_of(model: ProposerModel) -> Agreement:
    """A model's record."""
    return Agreement(**model.agreement)
