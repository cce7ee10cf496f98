"""What nobody waits for any more: sessions past their deadline, uploads given up, objects no row names."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from domain import erasure, inquiries, media
from domain.audit import Actor
from jobs import sweep, workroom
from jobs.bench import Bench
from models import CandidateSession, Clip, Job, Part, Take, Upload, new_id
from tests import factories
from tests.factories import World
from tests.jobs.conftest import Clock, create_take


@pytest.fixture
def take(db: Session, bench: Bench, world: World) -> Take:
    return create_take(db, bench.store, world, b"x" * 3000)


def upload_of(db: Session, take: Take) -> Upload:
    db.expire_all()
    return db.query(Upload).filter_by(take_id=take.id).one()


def test_a_session_ends_with_its_deadline(db: Session, bench: Bench, world: World, clock: Clock) -> None:
    session = factories.create_candidate_session(db, world)
    db.commit()
    sweep.expire(bench)
    db.refresh(session)
    assert session.state == "in_progress"
    clock.forward(14 * 86400 + 1)
    sweep.expire(bench)
    sweep.expire(bench)
    db.refresh(session)
    assert session.state == "expired"


def test_an_upload_nobody_finished_goes_with_its_bytes(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    upload = upload_of(db, take)
    upload.finished_at, take.state = None, "recording"
    db.commit()
    clock.forward(13 * 86400)
    assert sweep.expire(bench) == 0, "its interview is open"
    clock.forward(2 * 86400)
    assert sweep.expire(bench) == 3
    assert sweep.expire(bench) == 0
    assert list(bench.store.keys("uploads")) == []


def test_a_finished_recording_is_never_swept(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    clock.forward(400 * 86400)
    sweep.expire(bench)
    assert sweep.tidy(bench) == 0
    assert len(media.parts_of(db, take.id)) == len(list(bench.store.keys("uploads"))) == 3


def orphan(bench: Bench, take: Take, upload_id: str) -> str:
    key = f"uploads/{take.employer_id}/{upload_id}/000000009999-0123456789abcdef"
    bench.store.put(key, b"lost")
    return key


def test_what_no_row_names_goes_once_its_upload_is_over(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    key = orphan(bench, take, upload_of(db, take).id)
    assert sweep.tidy(bench) == 0, "a request may still be about to commit it"
    clock.forward(3601)
    assert sweep.tidy(bench) == 1
    assert not bench.store.exists(key)
    assert db.query(Part).count() == 3


def test_a_part_of_an_upload_that_goes_on_stays_however_old(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    upload = upload_of(db, take)
    upload.finished_at, upload.expires_at = None, clock.at + timedelta(days=9)
    db.commit()
    key = orphan(bench, take, upload.id)
    clock.forward(8 * 86400)
    assert sweep.tidy(bench) == 0
    assert bench.store.exists(key)


def test_an_upload_without_a_row_gets_a_day(bench: Bench, take: Take, clock: Clock) -> None:
    from adapters import clock as real

    clock.at = real.now()
    young = orphan(bench, take, new_id())
    strange = orphan(bench, take, "not-an-id-of-ours")
    clock.forward(3600)
    assert sweep.tidy(bench) == 0
    clock.forward(86400)
    assert sweep.tidy(bench) == 1
    assert not bench.store.exists(young)
    assert bench.store.exists(strange)


def rendition(bench: Bench, take: Take, name: str = "playback.webm") -> str:
    key = f"media/{take.employer_id}/{take.id}/{name}"
    bench.store.put(key, b"what was said")
    return key


def test_renditions_of_a_recording_erased_meanwhile_go_after_an_hour(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    key = rendition(bench, take)
    session = db.get_one(CandidateSession, take.session_id)
    session.state = "withdrawn"
    erasure.erase(db, Actor(take.employer_id, "system"), session, clock.at)
    db.commit()
    assert sweep.tidy(bench) == 0, "a worker may still be storing them"
    clock.forward(3601)
    assert sweep.tidy(bench) >= 1
    assert not bench.store.exists(key)


def test_renditions_stay_while_they_are_named_or_may_yet_be(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    named, older = rendition(bench, take), rendition(bench, take, "playback.mp4")
    clock.forward(8 * 86400)
    assert sweep.tidy(bench) == 0, "it waits to be prepared"
    db.query(Job).update({"state": "parked"})
    db.commit()
    assert sweep.tidy(bench) == 0, "somebody may try again"
    media.record(db, take.employer_id, take.id, {"playback_key": named}, clock.at)
    db.query(Job).update({"state": "done"})
    db.commit()
    assert sweep.tidy(bench) == 0, "it was prepared just now"
    clock.forward(3601)
    assert sweep.tidy(bench) == 1
    assert (bench.store.exists(named), bench.store.exists(older)) == (True, False)


def test_a_clip_that_was_stored_and_never_written_down_goes_after_a_day(db: Session, bench: Bench, world: World, clock: Clock) -> None:
    from adapters import clock as real

    clock.at = real.now()
    lost, named = (f"clips/{world.employer.id}/{new_id()}/original" for _ in "12")
    for key in (lost, named):
        bench.store.put(key, b"welcome")
    db.add(Clip(employer_id=world.employer.id, original_key=named, created_at=clock.at, frozen_at=clock.at))
    db.commit()
    assert sweep.tidy(bench) == 0
    clock.forward(2 * 86400)
    assert sweep.tidy(bench) == 1
    assert (bench.store.exists(lost), bench.store.exists(named)) == (False, True)


def test_requests_of_strangers_are_forgotten_with_the_rest(db: Session, bench: Bench, world: World, clock: Clock) -> None:
    asked = inquiries.ask(db, world.version, None, inquiries.Asked("help", "I use a screen reader", "Zoe", "zoe@home.test"), clock.at)
    inquiries.finish(db, world.actor, asked.id, clock.at)
    db.commit()
    clock.forward(91 * 86400)
    sweep.forget(bench)
    db.refresh(asked)
    assert (asked.email, asked.message) == ("", "")


def test_a_broken_step_does_not_stop_the_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def broken(_bench: Bench) -> int:
        raise RuntimeError("the database is away")

    def fine(_bench: Bench) -> int:
        done.append(1)
        bench.stopping.set()
        return 0

    monkeypatch.setattr(sweep, "EVERY", {broken: 0.0, fine: 0.0})
    sweeper = sweep.Sweeper(bench)
    monkeypatch.setattr(sweeper, "_due", {broken: 0.0, fine: 0.0})
    sweeper.start()
    sweeper.join(10)
    assert done


def test_only_a_dead_workers_room_is_cleared(bench: Bench) -> None:
    rooms = bench.settings.data / "work"
    with workroom.room(rooms, "alive") as alive:
        (alive / "copy.webm").write_bytes(b"x")
        dead = rooms / "dead"
        dead.mkdir()
        (dead / workroom.LOCK).touch()
        assert workroom.clear_dead(rooms) == 1
        newborn, unborn = rooms / "newborn", rooms / "unborn"
        newborn.mkdir()
        unborn.mkdir()
        os.utime(unborn, (1, 1))
        assert workroom.clear_dead(rooms) == 1
        assert (newborn.exists(), unborn.exists()) == (True, False), "one without a lock is old, or just being made"
        assert (alive / "copy.webm").exists()
        assert not dead.exists()
    assert not alive.exists()
