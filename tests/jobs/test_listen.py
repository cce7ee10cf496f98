"""An answer is heard while it is still being given, and ends with the same words as if it had been heard at once."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from sqlalchemy.orm import Session

from adapters.speech import FakeSpeech, SpeechError
from domain import listening, transcripts
from jobs import listen, run, sweep
from jobs.bench import Bench
from jobs.queues import Queues
from models import Job, Take, Transcript, TranscriptPrefix, Upload
from tests.adapters import recordings
from tests.factories import World
from tests.jobs.conftest import Clock, RedisServer, create_take, tell_of_no_words

SAID = "I listened first and then I asked"


@pytest.fixture(scope="module")
def webm() -> bytes:
    return recordings.record(4.0, sound=recordings.tone(4.0), size=None)


@pytest.fixture
def take(db: Session, bench: Bench, world: World, webm: bytes) -> Take:
    """A take that is being recorded."""
    bench.speech = FakeSpeech(SAID)
    take = create_take(db, bench.store, world, webm)
    db.query(Job).delete()
    upload(db, take).finished_at = None
    take.state = "recording"
    db.commit()
    return take


def upload(db: Session, take: Take) -> Upload:
    return db.query(Upload).filter_by(take_id=take.id).one()


def grow(db: Session, take: Take, clock: Clock, seconds: float = 21) -> None:
    """Time passes and bytes come."""
    clock.forward(seconds)
    upload(db, take).touched_at = clock.at
    db.commit()


def hear(db: Session, bench: Bench, take: Take, clock: Clock) -> TranscriptPrefix | None:
    """One round of listening."""
    grow(db, take, clock)
    assert listen.line_up(bench) == 1
    assert run.run_next(bench, "listen")
    db.rollback()
    return db.query(TranscriptPrefix).filter_by(take_id=take.id).one_or_none()


def finish(db: Session, bench: Bench, take: Take) -> Transcript:
    """The candidate stops; the answer takes the ordinary road."""
    take.state, upload(db, take).finished_at = "verified", bench.now()
    db.add(
        Job(
            employer_id=take.employer_id,
            kind="prepare",
            subject_id=take.id,
            state="waiting",
            not_before=bench.now(),
            created_at=bench.now(),
        )
    )
    db.commit()
    assert run.run_next(bench, "prepare")
    assert run.run_next(bench, "transcribe")
    db.rollback()
    words = transcripts.find_newest(db, take.id)
    assert words is not None
    return words


def asked(bench: Bench) -> dict[str, Any]:
    assert isinstance(bench.speech, FakeSpeech)
    return bench.speech.asked[-1]


def test_words_are_known_before_the_answer_ends(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    heard = hear(db, bench, take, clock)
    assert heard is not None
    assert (heard.until, "".join(segment["text"] for segment in heard.segments)) == (3.0, "I listened first and then I")
    assert asked(bench)["partial"]
    assert transcripts.find_newest(db, take.id) is None


def test_only_the_rest_is_heard_after_the_last_stop_and_nothing_is_missing(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    hear(db, bench, take, clock)
    words = finish(db, bench, take)
    assert (asked(bench)["start_at"], asked(bench)["partial"]) == (3.0, False)
    assert words.text == SAID
    assert [round(word.start, 1) for word in transcripts.words(words)] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    assert db.query(TranscriptPrefix).count() == 0


def test_a_second_round_goes_on_where_the_first_ended(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    hear(db, bench, take, clock)
    hear(db, bench, take, clock)
    assert asked(bench)["start_at"] == 3.0


def test_the_rest_is_heard_in_the_language_the_answer_began_in(db: Session, bench: Bench, take: Take, clock: Clock, world: World) -> None:
    world.version.design = {**world.version.design, "any_language": True}
    db.commit()
    assert isinstance(bench.speech, FakeSpeech)
    bench.speech.language = "de"
    hear(db, bench, take, clock)
    assert asked(bench)["language"] is None
    bench.speech.language = "fr"
    words = finish(db, bench, take)
    assert (asked(bench)["language"], words.language) == ("de", "de")


def test_many_who_were_told_of_no_words_keep_nobody_else_waiting(
    db: Session, bench: Bench, take: Take, clock: Clock, world: World, webm: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_of_no_words(db, world)
    later = create_take(db, bench.store, world, webm)
    db.query(Job).delete()
    upload(db, later).finished_at, later.state = None, "recording"
    monkeypatch.setattr(listening, "MOST", 1)
    grow(db, take, clock)
    grow(db, later, clock, 1)
    assert [found.id for found in listening.due(db, clock.at)] == [later.id]


def test_it_listens_again_only_when_enough_has_come(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    assert sweep.hear(bench) == 0, "the recording has only begun"
    grow(db, take, clock)
    assert sweep.hear(bench) == 1
    assert sweep.hear(bench) == 0, "one is in line already"
    run.run_next(bench, "listen")
    grow(db, take, clock, 5)
    assert sweep.hear(bench) == 0
    clock.forward(70)
    assert sweep.hear(bench) == 0, "nothing has come for a minute"


@pytest.mark.parametrize("off", ["installation", "notice"])
def test_it_does_not_listen_where_nobody_wants_words(off: str, db: Session, bench: Bench, take: Take, clock: Clock, world: World) -> None:
    grow(db, take, clock)
    if off == "installation":
        bench.settings = bench.settings.model_copy(update={"speech_model": "off"})
    else:
        tell_of_no_words(db, world)
    assert listen.line_up(bench) == 0


def test_what_was_heard_of_a_recording_given_up_is_forgotten(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    hear(db, bench, take, clock)
    take.state = "discarded"
    db.commit()
    listen.line_up(bench)
    assert db.query(TranscriptPrefix).count() == 0


def test_a_recording_that_ended_meanwhile_keeps_nothing(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    grow(db, take, clock)
    listen.line_up(bench)
    take.state = "verified"
    db.commit()
    run.run_next(bench, "listen")
    assert db.query(TranscriptPrefix).count() == 0


def test_an_engine_that_fails_early_costs_nothing(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    hear(db, bench, take, clock)
    bench.speech = FakeSpeech(SAID, SpeechError("x"))
    heard = hear(db, bench, take, clock)
    assert heard is not None
    assert heard.until == 3.0
    assert db.query(Job).filter_by(kind="listen").one().state == "done"
    bench.speech = FakeSpeech(SAID)
    assert finish(db, bench, take).text == SAID


def test_words_of_another_model_are_heard_again(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    hear(db, bench, take, clock)
    bench.speech = FakeSpeech("something else entirely")
    bench.speech.hash = "1" * 64
    assert finish(db, bench, take).text == "something else entirely"
    assert asked(bench)["start_at"] == 0.0


def test_words_of_an_upload_begun_anew_are_heard_again(db: Session, bench: Bench, take: Take, clock: Clock) -> None:
    hear(db, bench, take, clock)
    db.query(TranscriptPrefix).one().upload_id = "another"
    db.commit()
    assert finish(db, bench, take).text == SAID
    assert asked(bench)["start_at"] == 0.0


def test_an_answer_that_ended_goes_before_one_that_goes_on(real_redis: RedisServer) -> None:
    queues = Queues(real_redis.url)
    queues.nudge("listen", 3)
    queues.nudge("transcribe")
    client: Any = real_redis.client
    first = client.lindex("rq:queue:speech", 0)
    assert b"transcribe" in zlib.decompress(client.hget(b"rq:job:" + first, "data"))
