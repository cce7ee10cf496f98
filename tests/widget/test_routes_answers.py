"""Closing takes, choosing and writing answers, watching what was recorded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from adapters import clock
from adapters.storage import MediaStore
from domain.audit import Verb
from models import AuditEvent, Job, Media, Part, Take
from tests.door import CLIP, Door, code, sha256


class Nudged:
    """Queues that write down what they were told."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def nudge(self, kind: str, times: int = 1) -> bool:
        self.kinds.append(kind)
        return True


def sent(door: Door, take: str = "take-1", data: bytes = CLIP, **more: Any) -> str:
    """A recording that has arrived and is not closed yet; returns its address."""
    url = str(door.create(1, "video", take, **more).headers["Location"])
    assert door.patch(url, data).status_code == 204
    return url


def test_a_finished_answer_starts_down_the_road_at_once(db: Session, door: Door) -> None:
    door.app.extensions["queues"] = nudged = Nudged()
    take = door.start().record(1)
    job = db.scalars(sa.select(Job).where(Job.kind == "prepare")).one()
    assert (job.subject_id, job.priority, job.state) == (take["id"], 0, "waiting")
    assert "prepare" in nudged.kinds


def test_closing_verifies_what_the_server_holds(db: Session, door: Door) -> None:
    door.start()
    sent(door)
    answer = door.close().json or {}
    assert (answer["state"], answer["bytes"], answer["seconds"]) == ("verified", len(CLIP), 3.5)
    event = db.scalars(sa.select(AuditEvent).where(AuditEvent.verb == Verb.TAKE_CLOSED)).one()
    assert event.data["sha256"] == sha256(CLIP)


def test_closing_again_changes_nothing_and_makes_no_second_job(db: Session, door: Door) -> None:
    door.start()
    sent(door)
    first, second = door.close(), door.close()
    assert first.json == second.json
    assert db.scalar(sa.select(sa.func.count()).select_from(Job)) == 1
    assert code(door.close(bytes=5)) == "conflict"


def test_closing_before_everything_arrived_says_how_far_it_got(door: Door) -> None:
    door.start()
    sent(door, data=CLIP[:100])
    answer = door.close()
    assert (answer.status_code, code(answer)) == (409, "conflict")
    assert (answer.json or {})["error"]["offset"] == 100


@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"bytes": len(CLIP) - 1, "sha256": sha256(CLIP[:-1])}])
def test_a_recording_that_is_not_what_was_recorded_is_damaged(door: Door, wrong: dict[str, Any]) -> None:
    door.start()
    sent(door)
    assert (door.close(**wrong).json or {})["state"] == "damaged"
    door.ask("PUT", f"/c/answers/{door.question(1)}", {"take_id": door.take()["id"]})
    missing = (door.submit().json or {})["error"]["missing"]
    assert {"question_id": door.question(1), "reason": "damaged"} in missing


def test_a_part_the_store_has_lost_is_noticed(db: Session, door: Door) -> None:
    door.start()
    sent(door)
    store: MediaStore = door.app.extensions["store"]
    store.delete(db.scalars(sa.select(Part.key)).one())
    assert (door.close().json or {})["state"] == "damaged"


def test_without_its_hash_only_a_recovered_recording_is_kept(door: Door) -> None:
    door.start()
    sent(door)
    assert code(door.close(sha256=None)) == "bad_request"
    answer = door.close(sha256=None, reason="recovered").json or {}
    assert answer["state"] == "verified"


def test_an_empty_recording_is_no_answer(door: Door) -> None:
    door.start()
    door.create(length=0)
    assert (door.close(data=b"").json or {})["state"] == "damaged"


@pytest.mark.parametrize(
    "wrong", [{"bytes": -1}, {"bytes": "9"}, {"bytes": None}, {"sha256": "x"}, {"reason": "bored"}, {"seconds": -1}, {"seconds": "inf"}]
)
def test_hostile_closings_are_refused(door: Door, wrong: dict[str, Any]) -> None:
    door.start()
    sent(door)
    assert code(door.close(**wrong)) == "bad_request"
    assert door.take()["state"] == "recording"


def test_another_session_sees_none_of_it(door: Door) -> None:
    door.start()
    url = sent(door)
    take = door.take()["id"]
    other = Door(door.app, door.embed).start()
    body = {"bytes": 1, "sha256": None, "seconds": 1, "reason": "recovered"}
    strange = [
        other.ask("POST", f"/c/takes/{take}/close", body),
        other.ask("GET", f"/c/takes/{take}/media"),
        other.ask("PUT", f"/c/answers/{other.question(1)}", {"take_id": take}),
        other.patch(url, b"x", offset=len(CLIP)),
        other.tus("DELETE", url),
    ]
    unknown = other.ask("GET", "/c/takes/01m7y000000000000000000000/media")
    assert unknown.status_code == 404
    assert {(answer.status_code, code(answer)) for answer in strange} == {(404, "not_found")}
    assert other.tus("HEAD", url).status_code == 404


def test_the_candidate_chooses_which_take_counts(db: Session, door: Door) -> None:
    door.start()
    first, second = door.record(take="one"), door.record(take="two", data=CLIP + b"2")
    chosen = door.ask("PUT", f"/c/answers/{door.question(1)}", {"take_id": first["id"]}).json or {}
    assert (chosen["take_id"], chosen["kind"]) == (first["id"], "video")
    events = db.scalars(sa.select(AuditEvent).where(AuditEvent.verb == Verb.ANSWER_SAVED)).all()
    assert [event.subject_id for event in events] == [first["id"], second["id"], first["id"]]


def test_text_is_saved_as_often_as_it_changes_and_told_once(db: Session, door: Door) -> None:
    door.start()
    for text in ("I", "I would", "I would ask 名前 👍"):
        assert (door.write(3, text).json or {})["text"] == text
    take = db.scalars(sa.select(Take).where(Take.kind == "text")).one()
    assert (take.bytes, take.sha256) == (len("I would ask 名前 👍".encode()), sha256("I would ask 名前 👍".encode()))
    assert db.scalar(sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.verb == Verb.ANSWER_SAVED)) == 1


def test_an_answer_must_fit_its_question(door: Door) -> None:
    door.start()
    take = door.record(1)
    question = door.question(2)
    assert code(door.ask("PUT", f"/c/answers/{question}", {"take_id": take["id"]})) == "conflict"
    assert code(door.ask("PUT", "/c/answers/nothing", {"text": "x"})) == "not_found"
    assert door.write(3, "x" * 5000).status_code == 200
    assert code(door.write(3, "x" * 5001)) == "too_large"
    for body in ({}, {"text": None}, {"text": "x", "take_id": take["id"]}, {"text": "\x00"}, {"text": 5}, {"take_id": "../x"}):
        assert code(door.ask("PUT", f"/c/answers/{question}", body)) == "bad_request", body


def test_a_take_can_be_watched_once_it_was_prepared(db: Session, door: Door) -> None:
    take = door.start().record(1)
    path = f"/c/takes/{take['id']}/media"
    assert code(door.ask("GET", path)) == "not_found"
    db.add(Media(employer_id=db.get_one(Take, take["id"]).employer_id, take_id=take["id"], playback_key="media/x", created_at=clock.now()))
    db.commit()
    assert "/media/" in (door.ask("GET", path).json or {})["url"]
    assert "/media/" in door.take()["media_url"]


def test_a_take_in_which_nothing_can_be_seen_is_not_waited_for(db: Session, door: Door) -> None:
    take = door.start().record(1)
    db.add(Media(employer_id=db.get_one(Take, take["id"]).employer_id, take_id=take["id"], flags=["unreadable"], created_at=clock.now()))
    db.commit()
    assert code(door.ask("GET", f"/c/takes/{take['id']}/media")) == "gone"
    broken = db.get_one(Take, door.record(1, take="take-2")["id"])
    assert code(door.ask("GET", f"/c/takes/{broken.id}/media")) == "not_found", "it is still being made ready"
    broken.state = "damaged"
    db.commit()
    assert code(door.ask("GET", f"/c/takes/{broken.id}/media")) == "gone"


def test_the_receipt_says_so_when_nothing_could_be_seen_in_a_recording(db: Session, door: Door) -> None:
    door.start().answer_all()
    take = db.get_one(Take, door.take("one")["id"])
    db.add(Media(employer_id=take.employer_id, take_id=take.id, flags=["unreadable"], created_at=clock.now()))
    db.commit()
    assert (door.submit().json or {})["answers"][0]["state"] == "unreadable"


def test_of_two_pens_on_one_answer_none_breaks(db: Session, door: Door) -> None:
    door.start()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: door.write(3, f"draft {n}"), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    db.rollback()
    [take] = db.scalars(sa.select(Take).where(Take.kind == "text")).all()
    assert take.text in {f"draft {n}" for n in range(8)}
