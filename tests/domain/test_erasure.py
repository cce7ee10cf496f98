"""What the notice promises to remove is removed, everywhere, when it said."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, erasure
from domain.audit import Actor
from domain.errors import Conflict
from models import AuditEvent, CandidateSession, Decision, Media, Part, Take, Transcript, Upload, serve
from tests import factories
from tests.factories import NOW, World

CANARY = "zebra crossing"


def create_ended(db: Session, world: World, verdict: str = "decline") -> CandidateSession:
    """A submitted and decided session with one recording whose words hold the canary."""
    serve(db, world.employer.id)
    session = factories.create_candidate_session(db, world, "submitted")
    owner = {"employer_id": world.employer.id}
    question = world.version.questions[0]
    take = Take(
        **owner,
        session_id=session.id,
        question_id=question.id,
        client_id="one",
        kind="audio",
        state="verified",
        sha256="ab" * 32,
        created_at=NOW,
    )
    db.add(take)
    db.flush()
    upload = Upload(**owner, session_id=session.id, take_id=take.id, created_at=NOW, touched_at=NOW, expires_at=NOW)
    db.add(upload)
    db.flush()
    db.add_all(
        [
            Part(**owner, upload_id=upload.id, offset=0, size=3, key="uploads/e/u/0"),
            Media(**owner, take_id=take.id, playback_key="media/e/t/playback.webm", poster_key="media/e/t/poster.jpg", created_at=NOW),
            Transcript(**owner, take_id=take.id, number=1, author="machine", text=CANARY, created_at=NOW),
            Decision(**owner, session_id=session.id, member_id=world.owner.id, verdict=verdict, reason="because", at=NOW),
        ]
    )
    session.verdict, session.ended_at = verdict, NOW
    db.flush()
    return session


def test_nothing_is_due_before_the_notices_time_is_over(db: Session, world: World) -> None:
    create_ended(db, world)
    assert erasure.due(db, NOW + timedelta(days=90) - timedelta(seconds=1)) == []


def test_it_is_due_when_the_notices_time_is_over(db: Session, world: World) -> None:
    session = create_ended(db, world)
    assert erasure.due(db, NOW + timedelta(days=90)) == [session]


@pytest.mark.parametrize("verdict", ["", "hold"])
def test_an_undecided_candidate_is_never_due(db: Session, world: World, verdict: str) -> None:
    session = create_ended(db, world)
    session.verdict = verdict
    db.flush()
    assert erasure.due(db, NOW + timedelta(days=3650)) == []


def test_every_object_is_named(db: Session, world: World) -> None:
    assert set(erasure.keys(db, create_ended(db, world))) == {"uploads/e/u/0", "media/e/t/playback.webm", "media/e/t/poster.jpg"}


def test_after_erasing_no_word_and_no_name_is_left(db: Session, world: World) -> None:
    session = create_ended(db, world)
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW, person=True)
    db.commit()
    rows = [str(tuple(row)) for table in CandidateSession.metadata.sorted_tables for row in db.connection().execute(sa.select(table))]
    assert not [row for row in rows if CANARY in row or "Carla" in row or "carla@" in row]
    assert db.scalars(sa.select(Media)).all() == []


def test_the_decision_and_the_proof_of_erasing_stay(db: Session, world: World) -> None:
    session = create_ended(db, world)
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW)
    assert db.scalars(sa.select(Decision.reason)).all() == ["because"]
    assert db.scalars(sa.select(Take.sha256)).all() == ["ab" * 32]
    assert "data:erased" in db.scalars(sa.select(AuditEvent.verb)).all()
    assert audit.broken_at(db, world.employer.id) is None
    assert erasure.due(db, NOW + timedelta(days=3650)) == []


def test_a_candidate_who_is_still_answering_is_not_erased(db: Session, world: World) -> None:
    session = create_ended(db, world)
    session.state = "in_progress"
    with pytest.raises(Conflict):
        erasure.erase(db, Actor(world.employer.id, "system"), session, NOW)
