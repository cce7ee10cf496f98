"""The audit chain: an altered, removed, moved or cut-off event is found, and writers do not break it for each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from domain import audit
from domain.audit import Actor, Verb
from models import EVERY_EMPLOYER, AuditEvent, serve
from models import db as database
from tests.factories import NOW, World


@pytest.fixture
def chain(db: Session, world: World) -> str:
    """Acme's chain with five events more than the world made."""
    for number in range(5):
        audit.append(db, world.actor, Verb.INTERVIEW_CHANGED, ("interview", world.interview.id), {"revision": number}, now=NOW)
    db.commit()
    return world.employer.id


def test_an_untouched_chain_holds(db: Session, chain: str, rival: World) -> None:
    assert audit.broken_at(db, chain) is None
    assert audit.broken_at(db, rival.employer.id) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [("data", {"revision": 99}), ("actor_id", "somebody"), ("verb", "decision:made"), ("at", NOW.replace(year=2020)), ("subject_id", "x")],
)
def test_an_altered_event_is_named(db: Session, chain: str, column: str, value: object) -> None:
    number = db.scalar(sa.select(sa.func.max(AuditEvent.number)).where(AuditEvent.employer_id == chain))
    assert number is not None
    db.execute(sa.update(AuditEvent).where(AuditEvent.employer_id == chain, AuditEvent.number == number - 2).values({column: value}))
    db.commit()
    assert audit.broken_at(db, chain) == number - 2


def test_a_removed_event_is_noticed(db: Session, chain: str) -> None:
    db.execute(sa.delete(AuditEvent).where(AuditEvent.employer_id == chain, AuditEvent.number == 2))
    db.commit()
    assert audit.broken_at(db, chain) == 2


def test_a_rewritten_hash_breaks_the_next_event(db: Session, chain: str) -> None:
    event = db.scalars(sa.select(AuditEvent).where(AuditEvent.employer_id == chain, AuditEvent.number == 3)).one()
    event.data = {"revision": 7}
    event.sha256 = audit.digest(event)
    db.commit()
    assert audit.broken_at(db, chain) == 4


def test_many_writers_at_once_keep_one_unbroken_chain(app: Flask, db: Session, world: World) -> None:
    employer_id = world.employer.id
    before = db.scalar(sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.employer_id == employer_id)) or 0
    db.commit()

    def write(number: int) -> None:
        with app.app_context():
            serve(database.session(), EVERY_EMPLOYER)
            audit.append(database.session(), Actor(employer_id, "system"), Verb.JOB_RETRIED, ("job", str(number)), now=NOW)
            database.session.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    numbers = db.scalars(sa.select(AuditEvent.number).where(AuditEvent.employer_id == employer_id).order_by(AuditEvent.number)).all()
    assert list(numbers) == list(range(1, before + 41))
    assert audit.broken_at(db, employer_id) is None
