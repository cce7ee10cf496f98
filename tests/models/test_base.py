"""The tenant fence, ids and times: what every table leans on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from models import EVERY_EMPLOYER, Employer, Interview, Member, Opening, TenantUnset, new_id, serve
from tests.factories import NOW, World


def test_a_session_sees_only_the_employer_it_serves(db: Session, world: World, rival: World) -> None:
    serve(db, world.employer.id)
    assert set(db.scalars(sa.select(Member.name))) == {"Alice", "Bob", "Rita"}
    assert db.scalar(sa.select(sa.func.count()).select_from(Member)) == 3


def test_an_id_of_another_employer_is_like_an_unknown_one(db: Session, world: World, rival: World) -> None:
    ours, theirs = world.employer.id, rival.interview.id
    db.expunge_all()
    serve(db, ours)
    assert db.get(Interview, theirs) is None


def test_a_join_cannot_reach_around_the_fence(db: Session, world: World, rival: World) -> None:
    serve(db, world.employer.id)
    titles = db.execute(sa.select(Opening.title, Member.name).join(Member, Member.employer_id == Opening.employer_id)).all()
    assert {name for _, name in titles} == {"Alice", "Bob", "Rita"}
    assert db.scalars(sa.select(Employer.name).join(Member, Member.employer_id == Employer.id).distinct()).all() == ["Acme"]


def test_updates_and_deletes_stay_inside_the_fence(db: Session, world: World, rival: World) -> None:
    ours, theirs, their_opening = world.employer.id, rival.employer.id, rival.interview.opening_id
    serve(db, ours)
    db.execute(sa.update(Member).values(name="Changed"))
    db.execute(sa.update(Opening).where(Opening.id == their_opening).values(title="Stolen"))
    serve(db, EVERY_EMPLOYER)
    assert set(db.scalars(sa.select(Member.name).where(Member.employer_id == theirs))) == {"Mallory", "Mike", "Mona"}
    assert db.scalar(sa.select(sa.func.count()).select_from(Opening).where(Opening.title == "Stolen")) == 0


def test_a_session_that_serves_nobody_reads_nothing(db: Session, world: World) -> None:
    db.info.pop("employer_id")
    for statement in (
        sa.select(Member),
        sa.select(sa.func.count()).select_from(Member),
        sa.delete(Member),
        sa.update(Member).values(name="x"),
    ):
        with pytest.raises(TenantUnset):
            db.execute(statement)


def test_a_time_comes_back_in_utc(db: Session, world: World) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    world.employer.created_at = elsewhere
    db.commit()
    db.expire_all()
    assert world.employer.created_at == NOW
    assert world.employer.created_at.tzinfo == UTC


def test_a_time_without_a_zone_is_refused(db: Session, world: World) -> None:
    world.employer.created_at = datetime(2026, 1, 1)
    with pytest.raises(StatementError, match="without a zone"):
        db.flush()


def test_ids_are_unlike_and_sort_by_time() -> None:
    many = [new_id() for _ in range(2000)]
    assert len(set(many)) == 2000
    assert all(len(one) == 26 for one in many)
    assert [one[:9] for one in many] == sorted(one[:9] for one in many)
