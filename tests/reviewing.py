"""A submitted interview to review: recorded and written answers with their words, and scores people gave."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from domain import reviews, scorecards
from domain.audit import Actor
from domain.notes import NoteDraft
from domain.scorecards import Given
from models import Answer, CandidateSession, Media, Member, Take, Transcript
from tests.factories import NOW, World, create_candidate_session

SAID = "First I let her tell me everything"
WRITTEN = "I would ask what they were doing when it broke."


def actor(member: Member) -> Actor:
    return Actor(member.employer_id, "member", member.id)


def create_submitted(db: Session, world: World, name: str = "Carla Candidate", promise: datetime | None = None) -> CandidateSession:
    """One recorded answer that plays and was transcribed, one still without anything made of it, one written."""
    session = create_candidate_session(db, world, "submitted", name)
    session.promise_at = promise or NOW + timedelta(days=10)
    for question, kind in zip(reviews.questions(db, session.version_id), ("video", "audio", "text"), strict=True):
        take = Take(
            employer_id=session.employer_id,
            session_id=session.id,
            question_id=question.id,
            client_id=f"take {question.position}",
            kind=kind,
            state="verified",
            text=WRITTEN if kind == "text" else None,
            created_at=NOW,
        )
        db.add(take)
        db.flush()
        db.add(Answer(employer_id=session.employer_id, session_id=session.id, question_id=question.id, take_id=take.id, saved_at=NOW))
        if kind == "video":
            _make_ready(db, take)
    db.flush()
    return session


def _make_ready(db: Session, take: Take) -> None:
    words = [{"start": i * 0.5, "end": i * 0.5 + 0.4, "word": f" {word}"[not i :], "p": 0.9} for i, word in enumerate(SAID.split())]
    segments = [{"start": 0.0, "end": 4.0, "text": SAID, "low": False, "words": words}]
    media = {"playback_key": "take/playback.mp4", "playback_type": "video/mp4", "width": 640, "seconds": 4.0, "peaks": [10, 80, 10]}
    db.add(Media(employer_id=take.employer_id, take_id=take.id, created_at=NOW, **media))
    heard = {"number": 1, "author": "machine", "language": "en", "text": SAID, "segments": segments}
    db.add(Transcript(employer_id=take.employer_id, take_id=take.id, created_at=NOW, **heard))


def quoting(db: Session, session: CandidateSession, criterion_id: str | None = None) -> NoteDraft:
    """All of what was said in the first answer, as evidence."""
    first = reviews.questions(db, session.version_id)[0]
    return NoteDraft(question_id=first.id, criterion_id=criterion_id, version=1, first=0, last=len(SAID.split()) - 1)


def levels(db: Session, session: CandidateSession, *given: int) -> dict[str, int]:
    """These levels by criterion, in the rubric's order."""
    return {criterion.id: level for criterion, level in zip(reviews.criteria(db, session.version_id), given, strict=False)}


def score(db: Session, session: CandidateSession, member: Member, *given: int) -> Given:
    """This member's submitted scorecard."""
    scorecards.save(db, actor(member), session, levels(db, session, *given), NOW)
    return scorecards.submit(db, actor(member), session, NOW)
