"""One piece of work from claim to commit, with real media and a fake ear."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from adapters import media as decoder
from adapters.media import MediaTimeout
from adapters.speech import FakeSpeech, ModelMissing, SpeechError, SpeechModelTooLarge, SpeechTimeout, SpeechTooLarge
from adapters.storage import MediaStore, StoreError, StoreFull
from domain import accommodations, jobs, media, transcripts, uploads
from domain.accommodations import Wishes
from jobs import run
from jobs.bench import Bench, Failed
from models import AuditEvent, CandidateSession, Job, Media, Question, Sessions, Take, Transcript
from tests.adapters import recordings
from tests.factories import NOW, World
from tests.jobs.conftest import Clock, create_take, tell_of_no_words, wait_for
from views.pages import flag_text


@pytest.fixture(scope="module")
def webm() -> bytes:
    return recordings.record(3.0, sound=recordings.tone(3.0))


@pytest.fixture
def take(db: Session, bench: Bench, world: World, webm: bytes) -> Take:
    return create_take(db, bench.store, world, webm)


def job_of(db: Session, kind: str) -> Job:
    db.expire_all()
    return db.query(Job).filter_by(kind=kind).one()


def test_an_answer_becomes_playable_and_gets_its_words(db: Session, bench: Bench, take: Take) -> None:
    assert run.run_next(bench, "prepare")
    made = media.find_media(db, take.id)
    assert made is not None
    assert made.seconds == pytest.approx(3.0, abs=0.2)
    assert made.playback_type == "video/webm"
    assert made.flags == []
    assert bench.store.size(str(made.playback_key)) == made.bytes
    assert b"".join(bench.store.open(str(made.poster_key))).startswith(b"\xff\xd8")
    assert run.run_next(bench, "transcribe")
    words = transcripts.find_newest(db, take.id)
    assert words is not None
    assert (words.number, words.author, words.text) == (1, "machine", "I listened first")
    assert [progress.state for progress in jobs.progress(db, [take.session_id])[take.session_id]] == ["ready"]
    assert {event.verb for event in db.query(AuditEvent).filter_by(subject_id=take.id)} == {"media:prepared", "transcript:made"}


def test_a_recording_longer_than_its_question_ever_allowed_is_kept_whole_and_marked(
    db: Session, bench: Bench, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "GRACE_SECONDS", -238)
    assert run.run_next(bench, "prepare")
    made = media.find_media(db, take.id)
    assert made is not None
    assert made.flags == ["over_time"]
    assert made.seconds == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize(("asked_for_more", "flags"), [(False, ["over_suggested"]), (True, [])])
def test_time_over_is_told_to_reviewers_and_nobody_sees_who_asked_for_more(
    db: Session, bench: Bench, take: Take, asked_for_more: bool, flags: list[str]
) -> None:
    session = db.get_one(CandidateSession, take.session_id)
    db.get_one(Question, take.question_id).answer_seconds = -8  # the recording has three seconds
    if asked_for_more:
        accommodations.grant(db, session, Wishes(more_time=True), NOW)
    db.commit()
    assert run.run_next(bench, "prepare")
    made = media.find_media(db, take.id)
    assert made is not None
    assert made.flags == flags


@pytest.mark.parametrize(("room_left", "told"), [(1_000_000, "interrupted by a fault"), (10_000, "cut at the limit")])
def test_reviewers_are_told_a_fault_from_a_limit(db: Session, bench: Bench, world: World, webm: bytes, room_left: int, told: str) -> None:
    cut = webm[: len(webm) * 2 // 3]
    take = create_take(db, bench.store, world, cut)
    bench = replace(bench, settings=bench.settings.model_copy(update={"upload_bytes": len(cut) + room_left}))
    assert run.run_next(bench, "prepare")
    made = media.find_media(db, take.id)
    assert made is not None
    assert [flag_text(flag) for flag in made.flags] == [told]


def test_nothing_waits_nothing_happens(bench: Bench) -> None:
    assert not run.run_next(bench, "prepare")


def test_a_candidate_who_is_still_answering_is_served_first(db: Session, bench: Bench, take: Take) -> None:
    run.run_next(bench, "prepare")
    assert job_of(db, "transcribe").priority == 0


def test_work_done_twice_leaves_one_result(db: Session, bench: Bench, take: Take) -> None:
    for kind in ("prepare", "transcribe"):
        run.run_next(bench, kind)
    for job in db.query(Job):
        job.state = "waiting"
    db.commit()
    for kind in ("prepare", "transcribe"):
        assert run.run_next(bench, kind)
    assert (db.query(Media).count(), db.query(Transcript).count(), db.query(Job).count()) == (1, 1, 2)


def test_what_is_no_recording_ends_marked_with_the_original_kept(db: Session, bench: Bench, world: World) -> None:
    hostile = b"<html><script>alert(1)</script>" * 100
    take = create_take(db, bench.store, world, hostile)
    assert run.run_next(bench, "prepare")
    made = media.find_media(db, take.id)
    assert made is not None
    assert made.flags == ["unreadable"]
    assert made.playback_key is None
    assert made.facts["reason"]
    assert job_of(db, "prepare").state == "done"
    assert db.query(Job).filter_by(kind="transcribe").count() == 0
    kept = media.get_rendition(db, take.id, "original")
    assert b"".join(b"".join(bench.store.open(key)) for key, _ in kept.objects) == hostile


def test_an_answer_without_sound_is_not_transcribed(db: Session, bench: Bench, world: World) -> None:
    take = create_take(db, bench.store, world, recordings.record(2.0))
    run.run_next(bench, "prepare")
    made = media.find_media(db, take.id)
    assert made is not None
    assert "no_sound" in made.flags
    assert db.query(Job).filter_by(kind="transcribe").count() == 0


@pytest.mark.parametrize("off", ["installation", "notice"])
def test_transcription_switched_off_leaves_the_answer_playable(off: str, db: Session, bench: Bench, take: Take, world: World) -> None:
    if off == "installation":
        bench.settings = bench.settings.model_copy(update={"speech_model": "off"})
    else:
        tell_of_no_words(db, world)
    run.run_next(bench, "prepare")
    assert db.query(Job).filter_by(kind="transcribe").count() == 0
    assert jobs.progress(db, [take.session_id])[take.session_id][0].state == "ready"


def test_a_model_added_later_does_not_hear_who_was_told_that_nothing_is_written_down(
    db: Session, bench: Bench, world: World, webm: bytes, clock: Clock
) -> None:
    """The bundled model knew English only when they began; by now there is one that knows their language."""
    world.version.design = {**world.version.design, "language": "de"}
    told_no = create_take(db, bench.store, world, webm)
    tell_of_no_words(db, world)
    told_yes = create_take(db, bench.store, world, webm)
    while any(run.run_next(bench, kind) for kind in ("prepare", "transcribe")):
        pass
    assert [transcripts.find_newest(db, take.id) is not None for take in (told_no, told_yes)] == [False, True]
    assert jobs.progress(db, [told_no.session_id])[told_no.session_id][0].state == "ready"


def test_silence_is_kept_as_no_speech(db: Session, bench: Bench, take: Take) -> None:
    bench.speech = FakeSpeech("")
    run.run_next(bench, "prepare")
    run.run_next(bench, "transcribe")
    words = transcripts.find_newest(db, take.id)
    assert words is not None
    assert (words.no_speech, words.text) == (True, "")


def test_the_interviews_language_and_names_reach_the_engine(db: Session, bench: Bench, take: Take) -> None:
    run.run_next(bench, "prepare")
    run.run_next(bench, "transcribe")
    assert isinstance(bench.speech, FakeSpeech)
    asked = bench.speech.asked[0]
    assert asked["language"] == "en"
    assert asked["hot_words"][:2] == ["Support agent", "Acme"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SpeechError("x"), "The speech engine ended unexpectedly."),
        (SpeechTimeout("x"), "Transcribing took longer than allowed."),
        (ModelMissing("x"), "The speech model is missing or was changed; `greenroom doctor` says how to mend it."),
        (ValueError("Carla said"), "Something unexpected went wrong (ValueError)."),
    ],
)
def test_a_failure_is_told_in_a_sentence_and_tried_again(
    error: Any, sentence: str, db: Session, bench: Bench, take: Take, clock: Clock
) -> None:
    run.run_next(bench, "prepare")
    bench.speech = FakeSpeech("x", error)
    run.run_next(bench, "transcribe")
    job = job_of(db, "transcribe")
    assert (job.state, job.error) == ("waiting", sentence)
    assert not run.run_next(bench, "transcribe")
    bench.speech = FakeSpeech("and then I asked")
    clock.forward(6)
    assert run.run_next(bench, "transcribe")
    assert job_of(db, "transcribe").state == "done"
    assert job_of(db, "transcribe").error == ""


class BrokenStore(MediaStore):
    """A store whose writes fail."""

    def __init__(self, real: MediaStore, error: StoreError) -> None:
        super().__init__(real._store, real._root)
        self._error = error

    def put(self, key: str, data: Any) -> int:
        raise self._error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(StoreFull("x"), "There is no room left in the media store."), (StoreError("x"), "The media store did not answer.")],
)
def test_a_full_or_silent_store_is_tried_again(error: StoreError, sentence: str, db: Session, bench: Bench, take: Take) -> None:
    real, bench.store = bench.store, BrokenStore(bench.store, error)
    run.run_next(bench, "prepare")
    assert job_of(db, "prepare").error == sentence
    assert media.find_media(db, take.id) is None
    bench.store = real


def test_a_hopeless_recording_is_parked_and_shown_with_its_reason(
    db: Session, bench: Bench, take: Take, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_bench: Bench, _job: Job) -> None:
        raise Failed("Preparing the recording took longer than allowed.", is_final=True)

    monkeypatch.setitem(run.WORK, "prepare", fail)
    run.run_next(bench, "prepare")
    seen = jobs.progress(db, [take.session_id])[take.session_id][0]
    assert (seen.state, seen.reason) == ("failed", "Preparing the recording took longer than allowed.")


def slowly(bench: Bench, meanwhile: Callable[[], None]) -> Callable[[Bench, Job], Any]:
    """`prepare`, with something happening while it runs."""
    real = run.WORK["prepare"]

    def work(bench: Bench, job: Job) -> Any:
        done = real(bench, job)
        meanwhile()
        return done

    return work


def test_a_worker_that_lost_its_row_stores_nothing(
    db: Session, bench: Bench, take: Take, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_takes_it() -> None:
        with bench.sessions.open() as other:
            clock.forward(61)
            assert jobs.claim(other, "prepare", "worker-2", clock.at) is not None
            other.commit()

    monkeypatch.setitem(run.WORK, "prepare", slowly(bench, another_takes_it))
    run.run_next(bench, "prepare")
    assert media.find_media(db, take.id) is None
    assert job_of(db, "prepare").worker == "worker-2"


class AwayAtFirst:
    """A database that does not answer the first time it is asked."""

    def __init__(self, real: Sessions) -> None:
        self._real, self.refused = real, 0

    def open(self, *served: Any) -> Any:
        if not self.refused:
            self.refused += 1
            raise OperationalError("SELECT 1", {}, Exception("away"))
        return self._real.open(*served)


def test_a_row_is_kept_while_its_work_goes_on_even_if_the_database_was_away(
    db: Session, bench: Bench, take: Take, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bench.sessions
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=0.4))

    def time_passes() -> None:
        bench.sessions = away  # type: ignore[assignment]
        clock.forward(30)
        assert wait_for(lambda: (job_of(db, "prepare").lease_until or clock.at) > clock.at, 10)
        bench.sessions = real

    away = AwayAtFirst(real)
    monkeypatch.setitem(run.WORK, "prepare", slowly(bench, time_passes))
    assert run.run_next(bench, "prepare")
    assert (away.refused, job_of(db, "prepare").state) == (1, "done")


def test_a_recording_too_slow_to_prepare_is_tried_twice_and_then_parked(
    db: Session, bench: Bench, take: Take, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: Any) -> None:
        raise MediaTimeout("late")

    monkeypatch.setattr(decoder, "prepare", late)
    for state in ("waiting", "parked"):
        assert run.run_next(bench, "prepare")
        assert (job_of(db, "prepare").state, job_of(db, "prepare").error) == (state, "Preparing the recording took longer than allowed.")
        clock.forward(60)


def test_words_of_what_is_gone_are_not_asked_for(db: Session, bench: Bench, take: Take) -> None:
    jobs.add(db, take.employer_id, "transcribe", take.id, bench.now())
    db.commit()
    assert run.run_next(bench, "transcribe")
    assert job_of(db, "transcribe").state == "parked"
    assert "nothing to listen to" in job_of(db, "transcribe").error


def test_a_worker_without_a_speech_engine_says_so(db: Session, bench: Bench, take: Take) -> None:
    run.run_next(bench, "prepare")
    bench.speech = None
    run.run_next(bench, "transcribe")
    assert job_of(db, "transcribe").error == "Transcription is switched off on this worker."


def test_a_worker_that_is_ending_takes_nothing_more(db: Session, bench: Bench, take: Take) -> None:
    bench.stopping.set()
    assert not run.run_next(bench, "prepare")
    assert job_of(db, "prepare").attempts == 0


def test_a_worker_told_to_stop_gives_its_work_back_untried(db: Session, bench: Bench, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(bench: Bench, _job: Job) -> None:
        bench.stopping.set()
        raise SpeechError("the engine was closed")

    monkeypatch.setitem(run.WORK, "prepare", stop)
    run.run_next(bench, "prepare")
    job = job_of(db, "prepare")
    assert (job.state, job.attempts, job.error) == ("waiting", 0, "")


def test_the_log_names_no_person_and_no_word(db: Session, bench: Bench, take: Take, capsys: pytest.CaptureFixture[str]) -> None:
    run.run_next(bench, "prepare")
    run.run_next(bench, "transcribe")
    said = capsys.readouterr().out
    assert "transcribe" in said
    assert "Carla" not in said
    assert "listened" not in said


def test_parts_are_joined_in_the_order_of_their_offsets(db: Session, bench: Bench, world: World, webm: bytes) -> None:
    take = create_take(db, bench.store, world, webm, pieces=40)
    joined = io.BytesIO()
    for part in media.parts_of(db, take.id):
        joined.writelines(bench.store.open(part.key))
    assert joined.getvalue() == webm


def speak_any_language(db: Session, world: World) -> None:
    world.version.design = {**world.version.design, "any_language": True}
    db.commit()


def test_where_any_language_may_be_spoken_it_is_heard_and_not_assumed(db: Session, bench: Bench, take: Take, world: World) -> None:
    speak_any_language(db, world)
    assert isinstance(bench.speech, FakeSpeech)
    bench.speech.language = "ar"
    run.run_next(bench, "prepare")
    run.run_next(bench, "transcribe")
    words = transcripts.find_newest(db, take.id)
    assert words is not None
    assert bench.speech.asked[0]["language"] is None
    assert (words.language, words.segments[0]["low"]) == ("ar", False)
    assert media.get_rendition(db, take.id, "captions").text.decode().count("\u200f") == 2  # type: ignore[union-attr]


def test_words_in_a_language_that_was_guessed_are_marked_for_the_reader(db: Session, bench: Bench, take: Take, world: World) -> None:
    speak_any_language(db, world)
    assert isinstance(bench.speech, FakeSpeech)
    bench.speech.certainty = 0.3
    run.run_next(bench, "prepare")
    run.run_next(bench, "transcribe")
    words = transcripts.find_newest(db, take.id)
    assert words is not None
    assert [segment["low"] for segment in words.segments] == [True]


@pytest.mark.parametrize("spoken", [{"language": "de"}, {"any_language": True}])
def test_an_english_model_is_not_asked_about_another_language(
    db: Session, bench: Bench, take: Take, world: World, spoken: dict[str, Any]
) -> None:
    world.version.design = {**world.version.design, **spoken}
    db.commit()
    assert isinstance(bench.speech, FakeSpeech)
    bench.speech.english_only = True
    run.run_next(bench, "prepare")
    run.run_next(bench, "transcribe")
    job = job_of(db, "transcribe")
    assert job.state == "parked"
    assert "knows English only" in job.error
    assert transcripts.find_newest(db, take.id) is None


@pytest.mark.parametrize(
    ("error", "seconds", "cause"),
    [
        (SpeechTooLarge, 1200.0, "too long"),
        (SpeechTooLarge, 60.0, "speech model takes nearly all"),
        (SpeechModelTooLarge, 1200.0, "speech model takes nearly all"),
    ],
    ids=["a long recording", "a short recording", "a model that leaves nothing"],
)
def test_what_does_not_fit_into_memory_is_not_tried_again_and_says_why(
    db: Session, bench: Bench, take: Take, error: type[SpeechError], seconds: float, cause: str
) -> None:
    bench.speech = FakeSpeech(error=error("more memory than allowed"))
    run.run_next(bench, "prepare")
    db.query(Media).update({"seconds": seconds})
    db.commit()
    run.run_next(bench, "transcribe")
    job = job_of(db, "transcribe")
    assert (job.state, job.attempts) == ("parked", 1)
    assert cause in job.error
    assert "can be played all the same" in job.error
    assert "GREENROOM_SPEECH_MEMORY" in job.error
