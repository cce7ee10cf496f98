"""Work in line: who is served next, what a dead worker leaves, when a job is given up and how people see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from domain import audit, jobs
from domain.errors import Conflict, NotFound
from domain.jobs import LEASE, MOST_ATTEMPTS, LeaseLost
from models import EVERY_EMPLOYER, AuditEvent, Job, Media, Take, serve
from tests import factories
from tests.factories import NOW, World

SECOND = timedelta(seconds=1)


def put(db: Session, world: World, count: int, priority: int = 1, kind: str = "prepare") -> list[Job]:
    made = [jobs.add(db, world.employer.id, kind, f"{kind}{priority}{n:04}{world.employer.name}", NOW, priority) for n in range(count)]
    db.commit()
    return made


def take_one(db: Session, at: int = 0, worker: str = "w") -> Job | None:
    job = jobs.claim(db, "prepare", worker, NOW + at * SECOND)
    db.commit()
    return job


def test_the_same_work_stands_in_line_once(db: Session, world: World) -> None:
    assert jobs.add(db, world.employer.id, "prepare", "t", NOW).id == jobs.add(db, world.employer.id, "prepare", "t", NOW).id


def test_two_sweepers_at_once_put_the_same_work_in_line_once(db: Session, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = put(db, world, 1)[0]
    monkeypatch.setattr(jobs, "_find", lambda *_: None)  # the other one's row is not there yet when this one looks
    assert jobs.add(db, world.employer.id, "prepare", first.subject_id, NOW).id == first.id


def test_a_row_is_claimed_by_one_worker_only(db: Session, world: World) -> None:
    put(db, world, 1)
    assert take_one(db, worker="a") is not None
    assert take_one(db, worker="b") is None


def test_three_answers_of_one_employer_do_not_wait_behind_a_thousand_of_another(db: Session, world: World, rival: World) -> None:
    serve(db, EVERY_EMPLOYER)
    put(db, world, 1000)
    first = [take_one(db, n) for n in range(20)]
    put(db, rival, 3)
    then = [take_one(db, 20 + n) for n in range(6)]
    assert all(job is not None and job.employer_id == world.employer.id for job in first)
    assert [job.employer_id for job in then if job].count(rival.employer.id) == 3


def test_a_candidate_who_is_still_there_goes_first(db: Session, world: World) -> None:
    put(db, world, 3, priority=1)
    waiting = put(db, world, 1, priority=0)[0]
    claimed = take_one(db)
    assert claimed is not None
    assert claimed.id == waiting.id


def test_a_candidate_who_is_still_there_goes_before_what_others_have_submitted(db: Session, world: World, rival: World) -> None:
    serve(db, EVERY_EMPLOYER)
    put(db, rival, 1)
    take_one(db, 0)
    put(db, world, 2, priority=0)
    take_one(db, 10)
    put(db, rival, 1, priority=2)
    claimed = take_one(db, 20)
    assert claimed is not None
    assert claimed.employer_id == world.employer.id, "the rival was served longer ago, but nobody of theirs waits"


def test_waiting_candidates_of_one_employer_do_not_starve_another(db: Session, world: World, rival: World) -> None:
    serve(db, EVERY_EMPLOYER)
    put(db, world, 200, priority=0)
    put(db, rival, 1, priority=2)
    take_one(db, 0)
    take_one(db, 1)
    assert rival.employer.id in [job.employer_id for n in range(130) if (job := take_one(db, 2 + n))]


def test_a_dead_workers_row_is_free_after_its_lease(db: Session, world: World) -> None:
    put(db, world, 1)
    take_one(db, worker="dead")
    assert take_one(db, at=59, worker="next") is None
    again = take_one(db, at=61, worker="next")
    assert again is not None
    assert again.attempts == 2


def test_a_renewed_lease_keeps_the_row(db: Session, world: World) -> None:
    put(db, world, 1)
    job = take_one(db, worker="slow")
    assert job is not None
    assert jobs.renew(db, job, NOW + 50 * SECOND)
    assert take_one(db, at=61, worker="next") is None


def test_whoever_was_thought_dead_stores_nothing(db: Session, world: World) -> None:
    put(db, world, 1)
    lost = take_one(db, worker="lost")
    assert lost is not None
    db.refresh(lost)
    db.expunge(lost)
    assert take_one(db, at=61, worker="next") is not None
    assert not jobs.renew(db, lost, NOW + 62 * SECOND)
    with pytest.raises(LeaseLost):
        jobs.finish(db, lost, NOW + 62 * SECOND)


def test_the_rows_of_a_worker_known_to_be_dead_are_free_at_once(db: Session, world: World) -> None:
    put(db, world, 2)
    take_one(db, worker="dead")
    take_one(db, worker="alive")
    assert jobs.free(db, "dead", NOW, counts=True) == 1
    job = take_one(db, at=1, worker="next")
    assert job is not None
    assert job.attempts == 2
    assert take_one(db, at=1) is None


def test_work_given_back_by_a_stopping_worker_was_not_tried(db: Session, world: World) -> None:
    put(db, world, 1)
    take_one(db, worker="stopping")
    jobs.free(db, "stopping", NOW, counts=False)
    job = take_one(db, worker="next")
    assert job is not None
    assert job.attempts == 1


def test_a_failed_try_waits_longer_each_time_and_is_parked_with_the_reason(db: Session, world: World) -> None:
    job, now, waits = put(db, world, 1)[0], NOW, []
    for _ in range(MOST_ATTEMPTS):
        assert jobs.claim(db, "prepare", "w", now) is not None
        jobs.fail(db, job, "The store did not answer.", now)
        waits.append((job.not_before - now).total_seconds())
        now = max(now, job.not_before)
        db.commit()
    assert waits[:3] == [5, 30, 300]
    assert (job.state, job.error) == ("parked", "The store did not answer.")
    assert jobs.claim(db, "prepare", "w", now + timedelta(days=1)) is None
    assert db.query(AuditEvent).filter_by(verb="job:parked", subject_id=job.id).count() == 1


def test_a_file_that_fells_every_worker_is_parked_in_the_end(db: Session, world: World) -> None:
    put(db, world, 1)
    now = NOW
    for _ in range(MOST_ATTEMPTS):
        assert jobs.claim(db, "prepare", "w", now) is not None
        now += LEASE + SECOND
    assert jobs.claim(db, "prepare", "w", now) is None
    db.commit()
    job = db.query(Job).one()
    assert job.state == "parked"
    assert "died" in job.error


def test_a_person_may_have_it_tried_again(db: Session, world: World) -> None:
    job = put(db, world, 1)[0]
    claimed = take_one(db)
    assert claimed is not None
    jobs.fail(db, claimed, "no", NOW, final=True)
    jobs.retry(db, world.actor, job, NOW)
    db.commit()
    with pytest.raises(Conflict):
        jobs.retry(db, world.actor, job, NOW)
    again = take_one(db)
    assert again is not None
    assert (again.attempts, again.error) == (1, "")
    assert audit.broken_at(db, world.employer.id) is None


def test_it_hides_a_rivals_job(db: Session, world: World, rival: World) -> None:
    job_id = put(db, world, 1)[0].id
    serve(db, rival.employer.id)
    with pytest.raises(NotFound):
        jobs.get_job(db, job_id)


def test_only_what_may_run_now_is_counted_as_waiting(db: Session, world: World) -> None:
    put(db, world, 2)
    put(db, world, 1, kind="transcribe")
    take_one(db)
    assert jobs.waiting(db, NOW) == {"prepare": 1, "transcribe": 1}
    assert jobs.waiting(db, NOW + LEASE + SECOND) == {"prepare": 2, "transcribe": 1}


def recorded(db: Session, world: World) -> Take:
    session = factories.create_candidate_session(db, world)
    take = Take(
        employer_id=world.employer.id,
        session_id=session.id,
        question_id=world.version.questions[0].id,
        client_id="c",
        kind="video",
        state="verified",
        created_at=NOW,
    )
    db.add(take)
    db.flush()
    return take


def state_of(db: Session, take: Take) -> jobs.Progress:
    return jobs.progress(db, [take.session_id])[take.session_id][0]


def test_progress_follows_a_take_from_waiting_to_ready(db: Session, world: World) -> None:
    take = recorded(db, world)
    assert state_of(db, take).state == "waiting"
    prepare = jobs.add(db, take.employer_id, "prepare", take.id, NOW)
    assert state_of(db, take).state == "waiting"
    claimed = take_one(db)
    assert claimed is not None
    assert state_of(db, take).state == "preparing"
    jobs.finish(db, prepare, NOW)
    db.expire_all()
    db.add(Media(employer_id=take.employer_id, take_id=take.id, playback_key="media/x", created_at=NOW))
    transcribe = jobs.add(db, take.employer_id, "transcribe", take.id, NOW)
    db.flush()
    assert (state_of(db, take).state, state_of(db, take).can_play) == ("transcribing", True)
    jobs.claim(db, "transcribe", "w", NOW)
    jobs.finish(db, transcribe, NOW)
    db.expire_all()
    assert state_of(db, take).state == "ready"


def test_progress_says_why_it_failed_and_which_job_to_retry(db: Session, world: World) -> None:
    take = recorded(db, world)
    jobs.add(db, take.employer_id, "prepare", take.id, NOW)
    job = take_one(db)
    assert job is not None
    jobs.fail(db, job, "The media store did not answer.", NOW, final=True)
    db.flush()
    seen = state_of(db, take)
    assert (seen.state, seen.reason, seen.job_id) == ("failed", "The media store did not answer.", job.id)


def test_a_take_that_did_not_arrive_whole_says_so(db: Session, world: World) -> None:
    take = recorded(db, world)
    take.state = "damaged"
    db.flush()
    assert (state_of(db, take).state, state_of(db, take).reason) == ("failed", "The recording did not arrive whole.")


def test_a_discarded_take_is_not_waited_for(db: Session, world: World) -> None:
    take = recorded(db, world)
    take.state = "discarded"
    db.flush()
    assert jobs.progress(db, [take.session_id]) == {take.session_id: []}
