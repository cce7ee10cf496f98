"""Offsets and writers: one appends at a time, an offset never goes back, and what is given up is named for deletion."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import uploads
from domain.errors import Conflict, Gone, NotFound, SessionEnded, TooLarge
from domain.uploads import Append, Limits, Wanted
from models import CandidateSession, Part, Take, Upload
from tests.factories import NOW, World, create_candidate_session

LIMITS = Limits(most_bytes=1000, most_uploads=5, hours=48)


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    return create_candidate_session(db, world)


def wanted(world: World, take: str = "t", **changes: object) -> Wanted:
    values = {"kind": "video", "filetype": "video/webm", "technical": False, "length": None, "header": "", **changes}
    return Wanted(question_id=world.version.questions[0].id, client_id=take, **values)  # type: ignore[arg-type]


@pytest.fixture
def upload(db: Session, world: World, session: CandidateSession) -> Upload:
    return uploads.create(db, session, wanted(world), LIMITS, NOW)


def test_parts_count_together_with_the_offset(db: Session, upload: Upload) -> None:
    claim = uploads.claim(db, upload, Append(0), LIMITS, NOW)
    moved = uploads.append(db, claim, [("uploads/a", 4), ("uploads/b", 6)], LIMITS, NOW)
    assert moved is not None
    assert moved.offset == uploads.find_offset(db, upload.id) == 10
    assert [(part.offset, part.size) for part in db.scalars(sa.select(Part).order_by(Part.offset))] == [(0, 4), (4, 6)]


def test_of_two_writers_only_the_newer_may_append(db: Session, upload: Upload) -> None:
    old = uploads.claim(db, upload, Append(0), LIMITS, NOW)
    new = uploads.claim(db, upload, Append(0), LIMITS, NOW)
    assert uploads.append(db, old, [("uploads/old", 5)], LIMITS, NOW) is None
    assert uploads.append(db, new, [("uploads/new", 7)], LIMITS, NOW) is not None
    assert db.scalars(sa.select(Part.key)).all() == ["uploads/new"]


def test_who_was_told_to_stop_appends_nothing(db: Session, upload: Upload) -> None:
    claim = uploads.claim(db, upload, Append(0), LIMITS, NOW)
    uploads.release(db, upload.id)
    assert uploads.append(db, claim, [("uploads/late", 5)], LIMITS, NOW) is None


def test_releasing_takes_nothing_from_somebody_else(db: Session, upload: Upload) -> None:
    old = uploads.claim(db, upload, Append(0), LIMITS, NOW)
    new = uploads.claim(db, upload, Append(0), LIMITS, NOW)
    uploads.release(db, upload.id, old.writer)
    assert uploads.writers(db, [upload.id]) == {upload.id: new.writer}


def test_an_offset_never_goes_back(db: Session, upload: Upload) -> None:
    claim = uploads.claim(db, upload, Append(0), LIMITS, NOW)
    uploads.append(db, claim, [("uploads/a", 9)], LIMITS, NOW)
    assert uploads.append(db, claim, [("uploads/again", 9)], LIMITS, NOW) is None
    db.refresh(upload)
    for offset in (0, 8, 10):
        with pytest.raises(Conflict) as refused:
            uploads.claim(db, upload, Append(offset), LIMITS, NOW)
        assert refused.value.details["offset"] == 9


def test_what_is_sealed_to_be_compared_takes_nothing_more(db: Session, upload: Upload) -> None:
    busy = uploads.append(db, uploads.claim(db, upload, Append(0), LIMITS, NOW), [("uploads/a", 9)], LIMITS, NOW)
    assert busy is not None
    db.refresh(upload)
    uploads.seal(db, upload, NOW)
    assert uploads.append(db, busy, [("uploads/late", 5)], LIMITS, NOW) is None
    with pytest.raises(TooLarge):
        uploads.claim(db, upload, Append(9, announced=1), LIMITS, NOW)


def test_sealing_is_refused_when_more_has_just_arrived(db: Session, upload: Upload) -> None:
    claim = uploads.claim(db, upload, Append(0), LIMITS, NOW)
    uploads.append(db, claim, [("uploads/a", 9)], LIMITS, NOW)
    with pytest.raises(Conflict):
        uploads.seal(db, upload, NOW)


def test_no_part_is_ever_named_twice(db: Session, upload: Upload) -> None:
    claim = uploads.claim(db, upload, Append(0), LIMITS, NOW)
    assert len({claim.key() for _ in range(50)}) == 50
    assert claim.key().startswith(f"uploads/{upload.employer_id}/{upload.id}/000000000000-")


def test_expiry_gives_up_what_was_left_unfinished_and_names_its_parts(db: Session, world: World, session: CandidateSession) -> None:
    left, done = (uploads.create(db, session, wanted(world, take, length=5), LIMITS, NOW) for take in ("left", "done"))
    uploads.append(db, uploads.claim(db, left, Append(0), LIMITS, NOW), [("uploads/left", 3)], LIMITS, NOW)
    uploads.append(db, uploads.claim(db, done, Append(0), LIMITS, NOW), [("uploads/done", 5)], LIMITS, NOW)
    session.deadline = NOW + timedelta(hours=24)
    db.commit()
    assert uploads.expire(db, NOW + timedelta(hours=47)) == []
    assert uploads.expire(db, NOW + timedelta(hours=48)) == ["uploads/left"]
    assert uploads.expire(db, NOW + timedelta(hours=48)) == []
    take = db.get_one(Take, left.take_id)
    assert (take.state, take.reason) == ("discarded", "expired")
    with pytest.raises(Gone):
        uploads.get_upload(db, session, left.id, NOW + timedelta(hours=48))
    assert uploads.get_upload(db, session, done.id, NOW + timedelta(hours=48)).offset == 5


def test_what_arrived_of_an_answer_stays_while_its_interview_is_open(db: Session, world: World, session: CandidateSession) -> None:
    """Somebody who was cut off comes back after a week and goes on where they were."""
    begun, empty = (uploads.create(db, session, wanted(world, take), LIMITS, NOW) for take in ("begun", "empty"))
    uploads.append(db, uploads.claim(db, begun, Append(0), LIMITS, NOW), [("uploads/begun", 3)], LIMITS, NOW)
    db.commit()
    late = session.deadline - timedelta(minutes=1)
    assert uploads.expire(db, late) == []
    assert uploads.get_upload(db, session, begun.id, late).offset == 3
    with pytest.raises(Gone):
        uploads.get_upload(db, session, empty.id, late)
    session.deadline += timedelta(days=1)
    db.commit()
    assert uploads.expire(db, late + timedelta(hours=1)) == []
    assert uploads.expire(db, session.deadline) == ["uploads/begun"]


def test_each_part_that_arrives_puts_the_expiry_off(db: Session, upload: Upload) -> None:
    later = NOW + timedelta(hours=40)
    uploads.append(db, uploads.claim(db, upload, Append(0), LIMITS, NOW), [("uploads/a", 1)], LIMITS, later)
    db.refresh(upload)
    assert upload.expires_at == later + timedelta(hours=48)


def test_another_session_has_no_such_upload(db: Session, world: World, upload: Upload) -> None:
    with pytest.raises(NotFound):
        uploads.get_upload(db, create_candidate_session(db, world), upload.id, NOW)


@pytest.mark.parametrize("state", ["invited", "submitted", "expired", "withdrawn", "cancelled", "failed"])
def test_only_a_session_under_way_takes_recordings(db: Session, world: World, state: str) -> None:
    with pytest.raises(SessionEnded):
        uploads.create(db, create_candidate_session(db, world, state), wanted(world), LIMITS, NOW)
