"""Interviews: from draft to frozen version, and the snippets that show them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, origins
from domain.audit import Actor, Verb
from domain.designs import CriterionDesign, InterviewDesign, QuestionDesign, shares
from domain.errors import Conflict, Invalid, NotFound
from models import Criterion, Embed, Employer, Interview, InterviewVersion, Opening, Question


def create(db: Session, actor: Actor, design: InterviewDesign, now: datetime) -> Interview:
    """A new interview with its first draft; the opening is made with it."""
    opening = Opening(employer_id=actor.employer_id, title=design.opening, created_at=now)
    interview = Interview(employer_id=actor.employer_id, opening=opening, title=design.title, draft=design.model_dump(), created_at=now)
    db.add_all([opening, interview])
    db.flush()
    audit.append(db, actor, Verb.INTERVIEW_CREATED, ("interview", interview.id), now=now)
    return interview


def get_interview(db: Session, interview_id: str) -> Interview:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Interview).where(Interview.id == interview_id))
    if found is None:
        raise NotFound
    return found


def find_published(db: Session, interview_id: str) -> InterviewVersion | None:
    """The newest version candidates may start, or None before the first."""
    newest = sa.select(InterviewVersion).where(InterviewVersion.interview_id == interview_id).order_by(InterviewVersion.number.desc())
    return db.scalar(newest.limit(1))


def save_draft(db: Session, actor: Actor, interview: Interview, design: InterviewDesign, revision: int, now: datetime) -> None:
    """Replaces the draft. Raises Conflict when somebody saved since `revision` was read."""
    if interview.draft_revision != revision:
        raise Conflict("Somebody else saved this interview since you opened it.")
    interview.draft, interview.draft_revision = design.model_dump(), revision + 1
    interview.title, interview.opening.title = design.title, design.opening
    audit.append(db, actor, Verb.INTERVIEW_CHANGED, ("interview", interview.id), {"revision": revision + 1}, now=now)


def publish(db: Session, actor: Actor, interview: Interview, now: datetime) -> InterviewVersion:
    """Freezes the draft as the next version. Raises Invalid when the notice would lack a contact."""
    design = InterviewDesign.model_validate(interview.draft)
    employer = db.get_one(Employer, interview.employer_id)
    if not (design.contact_email or employer.contact_email):
        raise Invalid("Candidates must be able to reach somebody: add a contact address first.", {"contact_email": "needed to publish"})
    last = find_published(db, interview.id)
    version = InterviewVersion(
        employer_id=interview.employer_id,
        interview_id=interview.id,
        number=last.number + 1 if last else 1,
        design=design.model_dump(),
        published_at=now,
        published_by=actor.id or None,
    )
    db.add(version)
    db.flush()
    _freeze(db, version, design)
    audit.append(db, actor, Verb.INTERVIEW_PUBLISHED, ("interview", interview.id), {"version": version.number}, now=now)
    return version


def _freeze(db: Session, version: InterviewVersion, design: InterviewDesign) -> None:
    weights = shares([criterion.weight for criterion in design.criteria])
    db.add_all([_question(version, i, question) for i, question in enumerate(design.questions, 1)])
    db.add_all([_criterion(version, i, c, weights[i - 1]) for i, c in enumerate(design.criteria, 1)])
    db.flush()


def _question(version: InterviewVersion, position: int, design: QuestionDesign) -> Question:
    return Question(
        employer_id=version.employer_id, version_id=version.id, position=position, hard_seconds=design.hard_seconds, **design.model_dump()
    )


def _criterion(version: InterviewVersion, position: int, design: CriterionDesign, weight: int) -> Criterion:
    return Criterion(
        employer_id=version.employer_id,
        version_id=version.id,
        key=f"c{position}",
        position=position,
        name=design.name,
        description=design.description,
        weight=weight,
        anchors=[anchor.model_dump() for anchor in design.anchors],
        question_positions=design.questions,
    )


def create_embed(db: Session, actor: Actor, interview: Interview, allowed: list[str], now: datetime, *, is_test: bool = False) -> Embed:
    """A snippet that may show this interview on these origins. Raises Invalid for what is no origin."""
    embed = Embed(
        employer_id=interview.employer_id,
        interview_id=interview.id,
        origins=[origins.normalise(origin) for origin in allowed],
        is_test=is_test,
        created_at=now,
    )
    db.add(embed)
    db.flush()
    audit.append(db, actor, Verb.EMBED_CREATED, ("embed", embed.id), {"origins": embed.origins}, now=now)
    return embed


def revoke_embed(db: Session, actor: Actor, embed: Embed, now: datetime) -> None:
    """From now on the snippet's token is refused everywhere."""
    embed.revoked_at = now
    audit.append(db, actor, Verb.EMBED_REVOKED, ("embed", embed.id), now=now)
