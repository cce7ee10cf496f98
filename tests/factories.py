"""People and things tests are about: Acme and its people, the rival, a candidate, an interview with a rubric."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from domain import interviews, notices
from domain.audit import Actor
from domain.designs import Anchor, CriterionDesign, InterviewDesign, QuestionDesign
from models import Candidate, CandidateSession, Consent, Embed, Employer, Interview, InterviewVersion, Member

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ORIGIN = "https://careers.acme.test"


@dataclass
class World:
    """An employer with everything a test needs; `serve(db, world.employer.id)` before querying."""

    employer: Employer
    owner: Member
    reviewer: Member
    reader: Member
    interview: Interview
    version: InterviewVersion
    embed: Embed

    @property
    def actor(self) -> Actor:
        return Actor(self.employer.id, "member", self.owner.id)


def anchors() -> list[Anchor]:
    return [Anchor(level=n, text=f"behaviour that earns {n}") for n in (1, 2, 3, 4, 5)]


def create_design(**changes: object) -> InterviewDesign:
    questions = [
        QuestionDesign(prompt="Tell us about a time you calmed an upset customer."),
        QuestionDesign(prompt="How do you plan a busy week?", kinds=["audio", "text"]),
        QuestionDesign(prompt="What would you ask a customer first?", kinds=["text"]),
    ]
    criteria = [
        CriterionDesign(name="Listening", weight=2, anchors=anchors()),
        CriterionDesign(name="Planning", weight=1, anchors=anchors(), questions=[2]),
    ]
    values = {"title": "Support screen", "opening": "Support agent", "questions": questions, "criteria": criteria, **changes}
    return InterviewDesign.model_validate(values)


def create_member(db: Session, employer: Employer, role: str, name: str) -> Member:
    email = f"{name.lower()}@{employer.name.lower()}.test"
    member = Member(employer_id=employer.id, email=email, name=name, role=role, created_at=NOW)
    db.add(member)
    db.flush()
    return member


def create_world(db: Session, name: str = "Acme", people: tuple[str, str, str] = ("Alice", "Bob", "Rita")) -> World:
    """Acme with owner Alice, reviewer Bob, read-only Rita, and a published interview embedded on its careers page."""
    employer = Employer(name=name, contact_name="Hanna", contact_email=f"jobs@{name.lower()}.test", settings={}, created_at=NOW)
    db.add(employer)
    db.flush()
    owner, reviewer, reader = (
        create_member(db, employer, role, who) for role, who in zip(("owner", "reviewer", "read_only"), people, strict=True)
    )
    actor = Actor(employer.id, "member", owner.id)
    interview = interviews.create(db, actor, create_design(), NOW)
    version = interviews.publish(db, actor, interview, NOW)
    embed = interviews.create_embed(db, actor, interview, [ORIGIN], NOW)
    return World(employer, owner, reviewer, reader, interview, version, embed)


def create_rival(db: Session) -> World:
    """Another employer, with owner Mallory, who must never see anything of Acme's."""
    return create_world(db, "Rival", ("Mallory", "Mike", "Mona"))


def create_candidate_session(db: Session, world: World, state: str = "in_progress", name: str = "Carla Candidate") -> CandidateSession:
    employer_id = world.employer.id
    candidate = Candidate(employer_id=employer_id, name=name, email="carla@home.test", created_at=NOW)
    db.add(candidate)
    db.flush()
    session = CandidateSession(
        employer_id=employer_id,
        interview_id=world.interview.id,
        version_id=world.version.id,
        candidate_id=candidate.id,
        embed_id=world.embed.id,
        state=state,
        tab=1,
        created_at=NOW,
        started_at=NOW,
        submitted_at=NOW if state == "submitted" else None,
        deadline=NOW + timedelta(days=14),
    )
    db.add(session)
    db.flush()
    if state != "invited":
        agree(db, session)
    return session


def agree(db: Session, session: CandidateSession, speech_is_on: bool = True) -> None:
    """The candidate reads the notice that stands and agrees to be recorded."""
    notice = notices.current(db, session.version, session.locale, speech_is_on, NOW)
    db.add(Consent(employer_id=session.employer_id, session_id=session.id, notice_id=notice.id, purpose="recording", given=True, at=NOW))
    db.flush()
