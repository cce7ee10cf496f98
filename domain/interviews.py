"""Interviews: from draft to frozen version, stage after stage, and the snippets that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, clips, drafts, origins
from domain.audit import Actor, Verb
from domain.designs import CriterionDesign, InterviewDesign, QuestionDesign, shares
from domain.drafts import Checked
from domain.errors import Conflict, Invalid, NotFound
from models import CandidateSession, Criterion, Embed, Employer, Interview, InterviewVersion, Member, Opening, Question, new_id

UNTITLED = "Untitled interview"


def create(db: Session, actor: Actor, design: InterviewDesign, now: datetime) -> Interview:
    """A new interview with its first draft; the opening is made with it."""
    return create_draft(db, actor, drafts.from_design(design), now)


def create_draft(db: Session, actor: Actor, draft: dict[str, Any], now: datetime) -> Interview:
    """A new interview whose draft may be unfinished; the opening is made with it."""
    opening = Opening(employer_id=actor.employer_id, title=draft["opening"] or UNTITLED, created_at=now)
    return _create(db, actor, opening, 1, draft, now)


def find_untouched(db: Session, draft: dict[str, Any]) -> Interview | None:
    """An interview that was begun with this very draft and never changed, published or shown to anybody: pressing twice makes no second."""
    is_frozen = sa.exists().where(InterviewVersion.interview_id == Interview.id)
    begun = sa.select(Interview).where(Interview.draft_revision == 1, Interview.archived_at.is_(None), ~is_frozen)
    same = begun.where(Interview.title == (draft["title"] or UNTITLED)).order_by(Interview.id)
    return next((interview for interview in db.scalars(same) if interview.draft == draft), None)


def create_stage(db: Session, actor: Actor, before: Interview, now: datetime) -> Interview:
    """The next stage of the same opening, starting from a copy of the one before it."""
    last = db.scalars(sa.select(sa.func.max(Interview.stage)).where(Interview.opening_id == before.opening_id)).one()
    return _create(db, actor, before.opening, last + 1, {**before.draft, "title": f"{before.title} (stage {last + 1})"[:200]}, now)


def _create(db: Session, actor: Actor, opening: Opening, stage: int, draft: dict[str, Any], now: datetime) -> Interview:
    interview = Interview(
        employer_id=actor.employer_id, opening=opening, stage=stage, title=draft["title"] or UNTITLED, draft=draft, created_at=now
    )
    db.add_all([opening, interview])
    db.flush()
    audit.append(db, actor, Verb.INTERVIEW_CREATED, ("interview", interview.id), {"stage": stage}, now=now)
    return interview


def get_interview(db: Session, interview_id: str) -> Interview:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Interview).where(Interview.id == interview_id))
    if found is None:
        raise NotFound
    return found


def find_published(db: Session, interview_id: str) -> InterviewVersion | None:
    """The newest version candidates may start, or None before the first."""
    return next(iter(_newest(db, interview_id)), None)


def versions(db: Session, interview: Interview) -> Sequence[InterviewVersion]:
    """Every published version, newest first."""
    return _newest(db, interview.id, limit=500)


def get_version(db: Session, interview: Interview, number: int) -> InterviewVersion:
    """One published version. Raises NotFound."""
    wanted = sa.select(InterviewVersion).where(InterviewVersion.interview_id == interview.id, InterviewVersion.number == number)
    found = db.scalar(wanted) if number > 0 else None
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Row:
    """One line of the list: the interview, the number of its published version (0: none), candidates by state, tests left out."""

    interview: Interview
    version: int
    counts: dict[str, int]


def overview(db: Session, *, archived: bool = False) -> list[Row]:
    """Every interview with its candidates, newest opening first, stages together."""
    wanted = sa.select(Interview).where(Interview.archived_at.is_not(None) if archived else Interview.archived_at.is_(None))
    found = db.scalars(wanted.order_by(Interview.opening_id.desc(), Interview.stage)).all()
    highest = sa.select(InterviewVersion.interview_id, sa.func.max(InterviewVersion.number)).group_by(InterviewVersion.interview_id)
    numbers = {interview_id: max(0, number) for interview_id, number in db.execute(highest)}
    counts: dict[str, dict[str, int]] = {}
    states = sa.select(CandidateSession.interview_id, CandidateSession.state, sa.func.count()).where(
        CandidateSession.is_test.is_(False), CandidateSession.desk != "addendum"
    )
    for interview_id, state, count in db.execute(states.group_by(CandidateSession.interview_id, CandidateSession.state)):
        counts.setdefault(interview_id, {})[state] = count
    return [Row(interview, numbers.get(interview.id, 0), counts.get(interview.id, {})) for interview in found]


def versions_with_counts(db: Session, interview: Interview) -> list[tuple[InterviewVersion, str, int]]:
    """Every published version, newest first, with who published it and how many candidates met it."""
    met = sa.select(CandidateSession.version_id, sa.func.count()).where(CandidateSession.interview_id == interview.id)
    counts = dict(db.execute(met.where(CandidateSession.is_test.is_(False)).group_by(CandidateSession.version_id)).all())
    names = dict(db.execute(sa.select(Member.id, Member.name)).all())
    found = versions(db, interview)
    return [(version, names.get(version.published_by or "", ""), counts.get(version.id, 0)) for version in found]


def _newest(db: Session, interview_id: str, limit: int = 1) -> Sequence[InterviewVersion]:
    published = sa.select(InterviewVersion).where(InterviewVersion.interview_id == interview_id, InterviewVersion.number > 0)
    return db.scalars(published.order_by(InterviewVersion.number.desc()).limit(limit)).all()


def find_next_stage(db: Session, interview: Interview) -> Interview | None:
    """The stage that follows this one and can be started (published, not archived), or None."""
    later = sa.select(Interview).where(
        Interview.opening_id == interview.opening_id,
        Interview.stage > interview.stage,
        Interview.archived_at.is_(None),
        sa.exists().where(InterviewVersion.interview_id == Interview.id, InterviewVersion.number > 0),
    )
    return db.scalar(later.order_by(Interview.stage).limit(1))


@dataclass(frozen=True)
class Page:
    """An open designer: which `revision` of the draft it was opened on, and the name of this opening (`editor`)."""

    revision: int
    editor: str


def save_draft(db: Session, actor: Actor, interview: Interview, draft: dict[str, Any], page: Page, now: datetime) -> None:
    """Replaces the draft; it may be unfinished.

    Raises Conflict when another page saved since this one was opened. One editing page leaves one audit event.
    """
    is_last_editor = bool(page.editor) and interview.draft_editor == page.editor
    if interview.draft_revision != page.revision and not is_last_editor:
        raise Conflict("Somebody else saved this interview since you opened it.")
    _take_turn(db, interview)
    if not is_last_editor:
        audit.append(db, actor, Verb.INTERVIEW_CHANGED, ("interview", interview.id), {"revision": interview.draft_revision}, now=now)
    if interview.stage > 1:
        draft = {**draft, "opening": interview.opening.title}
    interview.draft, interview.draft_editor = draft, page.editor
    interview.title = draft["title"][:200] or UNTITLED
    if interview.stage == 1:
        interview.opening.title = draft["opening"][:200] or UNTITLED


def _take_turn(db: Session, interview: Interview) -> None:
    """Raises the revision in the database itself, so that of two saves at the same moment one is refused."""
    seen = interview.draft_revision
    turn = sa.update(Interview).where(Interview.id == interview.id, Interview.draft_revision == seen).values(draft_revision=seen + 1)
    taken = db.execute(turn.returning(Interview.id).execution_options(synchronize_session=False)).first()
    if taken is None:
        raise Conflict("Somebody else saved this interview since you opened it.")
    db.refresh(interview, ["draft_revision"])


def archive(db: Session, actor: Actor, interview: Interview, now: datetime, *, back: bool = False) -> None:
    """Takes an interview off the list, or puts it `back`. Candidates who started may finish; nobody new may start."""
    interview.archived_at = None if back else now
    audit.append(db, actor, Verb.INTERVIEW_CHANGED, ("interview", interview.id), {"archived": not back}, now=now)


def publish(db: Session, actor: Actor, interview: Interview, now: datetime) -> InterviewVersion:
    """Freezes the draft as the next version; pressed twice, it is the same one. Raises Invalid naming every field in the way."""
    design = _require_ready(db, interview)
    last = find_published(db, interview.id)
    if last is not None and last.design == design.model_dump():
        return last
    version = _freeze(db, actor, interview, design, last.number + 1 if last else 1, now)
    clips.freeze(db, design, now)
    audit.append(db, actor, Verb.INTERVIEW_PUBLISHED, ("interview", interview.id), {"version": version.number}, now=now)
    return version


def preview(db: Session, actor: Actor, interview: Interview, origin: str, now: datetime) -> Embed:
    """A test embed on our own `origin` that shows the draft as it stands; sessions through it never enter a figure."""
    found = drafts.check(clips.without_unready(db, interview.draft))
    design = found.design
    if design is None:
        raise Invalid("Fill in the marked fields first; then you can see it as a candidate would.", found.missing)
    lowest = sa.select(InterviewVersion).where(InterviewVersion.interview_id == interview.id).order_by(InterviewVersion.number).limit(1)
    last = db.scalar(lowest)
    same = last is not None and last.number < 1 and last.design == design.model_dump()
    version = last if last and same else _freeze(db, actor, interview, design, min(last.number if last else 1, 1) - 1, now)
    standing = sa.select(Embed).where(Embed.version_id == version.id, Embed.revoked_at.is_(None))
    embed = db.scalar(standing) or create_embed(db, actor, interview, [origin], now, is_test=True, label="Preview")
    embed.version_id = version.id
    db.flush()
    return embed


def freeze_addendum(db: Session, actor: Actor, interview: Interview, design: InterviewDesign, now: datetime) -> InterviewVersion:
    """A version for one candidate, numbered like a preview so that nobody else may start it; without a rubric: it is not scored."""
    lock = sa.update(Interview).where(Interview.id == interview.id).values(id=Interview.id)
    db.execute(lock.execution_options(synchronize_session=False))
    lowest = db.scalar(sa.select(sa.func.min(InterviewVersion.number)).where(InterviewVersion.interview_id == interview.id))
    return _freeze(db, actor, interview, design, min(1 if lowest is None else lowest, 1) - 1, now, is_scored=False)


def find_version_of(db: Session, embed: Embed) -> InterviewVersion | None:
    """What an embed shows: the published version, or the frozen draft of a preview."""
    if embed.version_id is not None:
        return db.get(InterviewVersion, embed.version_id)
    return find_published(db, embed.interview_id)


def check(db: Session, draft: dict[str, Any]) -> Checked:
    """What stands between a draft and publishing, its clips included."""
    found = drafts.check(draft)
    found.missing |= clips.problems(db, draft)
    return found


def _require_ready(db: Session, interview: Interview) -> InterviewDesign:
    found = check(db, interview.draft)
    design, fields = found.design, {**found.missing, **found.wrong}
    employer = db.get_one(Employer, interview.employer_id)
    if not (employer.contact_email or str(interview.draft["contact_email"])):
        fields["contact_email"] = "Candidates must be able to reach somebody: add a contact address."
    if design is None or fields:
        raise Invalid("This cannot be published yet.", fields)
    return design


def _freeze(
    db: Session, actor: Actor, interview: Interview, design: InterviewDesign, number: int, now: datetime, *, is_scored: bool = True
) -> InterviewVersion:
    version = InterviewVersion(
        id=new_id(),
        employer_id=interview.employer_id,
        interview_id=interview.id,
        number=number,
        design=design.model_dump(),
        published_at=now,
        published_by=actor.id or None,
    )
    weights = shares([criterion.weight for criterion in design.criteria])
    db.add(version)
    db.flush()
    db.add_all([_question(version, i, question) for i, question in enumerate(design.questions, 1)])
    if is_scored:
        db.add_all([_criterion(version, i, c, weights[i - 1]) for i, c in enumerate(design.criteria, 1)])
    db.flush()
    return version


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


def create_embed(
    db: Session,
    actor: Actor,
    interview: Interview,
    allowed: list[str],
    now: datetime,
    *,
    is_test: bool = False,
    label: str = "",
) -> Embed:
    """A snippet that may show this interview on these origins. Raises Invalid for what is no origin."""
    embed = Embed(
        employer_id=interview.employer_id,
        interview_id=interview.id,
        origins=list(dict.fromkeys(origins.normalise(origin) for origin in allowed)),
        is_test=is_test,
        label=label,
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
