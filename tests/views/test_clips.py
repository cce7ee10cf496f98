"""A clip on its way to candidates: uploaded, prepared in the sandbox, captioned by a person, frozen, shown, replaced."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from adapters import clock as real_clock
from adapters.speech import FakeSpeech
from config import Settings
from domain import clips, interviews
from domain.errors import Invalid
from jobs import run, sweep
from jobs.bench import Bench
from jobs.queues import Queues
from models import Clip, Sessions
from tests.adapters import recordings
from tests.door import Door
from tests.factories import World
from tests.jobs.conftest import Clock
from tests.views.conftest import fresh
from tests.views.forms import form_of

VTT = "WEBVTT\n\nSTYLE\n::cue { color: red }\n\n1\n00:00:00.000 --> 00:00:01.500 line:0\n<v Hanna>Hello & <b>welcome</b>.\n"


@pytest.fixture(scope="module")
def webm() -> bytes:
    return recordings.record(2.0, sound=recordings.tone(2.0))


@pytest.fixture
def clock() -> Clock:
    standing = Clock()
    standing.at = real_clock.now() + timedelta(minutes=1)
    return standing


@pytest.fixture
def bench(app: Flask, settings: Settings, clock: Clock) -> Iterator[Bench]:
    sessions = Sessions(settings.database)
    yield Bench(settings, sessions, app.extensions["store"], Queues(settings.redis), FakeSpeech("I listened first"), "worker-1", clock)
    sessions.close()


def base(world: World, slot: str = "welcome") -> str:
    return f"/interviews/{world.interview.id}/clips/{slot}"


def revision(db: Session, world: World) -> str:
    return str(fresh(db, world).draft_revision)


def upload(client: FlaskClient, db: Session, world: World, data: bytes, slot: str = "welcome") -> TestResponse:
    form = {"revision": revision(db, world), "file": (io.BytesIO(data), "hello.webm")}
    return client.post(base(world, slot), data=form, content_type="multipart/form-data")


def caption(client: FlaskClient, db: Session, world: World, slot: str = "welcome", **form: object) -> TestResponse:
    return client.post(base(world, slot) + "/captions", data={"revision": revision(db, world), **form}, content_type="multipart/form-data")


def clip_of(db: Session, world: World, slot: str = "welcome") -> Clip:
    return clips.of_draft(db, fresh(db, world).draft)[slot]


def publish(client: FlaskClient, world: World) -> TestResponse:
    address = f"/interviews/{world.interview.id}"
    return client.post(f"{address}/publish", data=form_of(client, address))


def test_a_clip_reaches_candidates_only_with_captions_a_person_confirmed(
    alice: FlaskClient, db: Session, world: World, bench: Bench, webm: bytes, door: Door
) -> None:
    assert upload(alice, db, world, webm).status_code == 303
    assert "being prepared" in alice.get(base(world)).text
    assert "still being prepared" in publish(alice, world).text
    assert run.run_next(bench, "prepare_clip")
    refused = publish(alice, world)
    assert refused.status_code == 422
    assert "Add captions to the clip" in refused.text
    assert run.run_next(bench, "caption_clip")
    assert "I listened first" in alice.get(base(world)).text
    assert "confirm them" in publish(alice, world).text
    assert caption(alice, db, world, cue="We listen first.").status_code == 303
    assert publish(alice, world).status_code == 303
    shown = door.open().json["interview"]["welcome_clip"]  # type: ignore[index]
    assert (round(shown["seconds"]), shown["kind"]) == (2, "video")
    film, words = (alice.get(shown[name].removeprefix("http://greenroom.test")) for name in ("url", "captions_url"))
    assert film.content_type == "video/webm"
    assert "We listen first." in words.text


def test_waiting_for_the_machine_swaps_neither_the_player_nor_what_is_typed(
    alice: FlaskClient, db: Session, world: World, bench: Bench, webm: bytes
) -> None:
    upload(alice, db, world, webm)
    assert 'hx-trigger="every 3s"' in alice.get(base(world) + "/state").text
    run.run_next(bench, "prepare_clip")
    page = alice.get(base(world)).text
    assert page.count("hx-trigger") == 1
    line = alice.get(base(world) + "/heard", headers={"HX-Request": "true"}).text
    assert "every 3s" in line
    assert "<video" not in line
    run.run_next(bench, "caption_clip")
    ready = alice.get(base(world) + "/heard", headers={"HX-Request": "true"}).text
    assert "Read and confirm them" in ready
    assert "every 3s" not in ready


def test_a_question_can_be_asked_in_person_and_its_clip_follows_it(
    alice: FlaskClient, db: Session, world: World, bench: Bench, webm: bytes, door: Door
) -> None:
    upload(alice, db, world, webm, "question-2")
    run.run_next(bench, "prepare_clip")
    caption(alice, db, world, "question-2", file=(io.BytesIO(VTT.encode()), "hello.vtt"))
    address = f"/interviews/{world.interview.id}"
    alice.post(address, data=form_of(alice, address, do="up-question-1"))
    assert publish(alice, world).status_code == 303
    questions = door.open().json["interview"]["questions"]  # type: ignore[index]
    assert [question["clip"] is not None for question in questions] == [True, False, False]
    assert questions[0]["prompt"] == "How do you plan a busy week?"


def test_a_caption_file_keeps_its_words_and_loses_its_markup(
    alice: FlaskClient, db: Session, world: World, bench: Bench, webm: bytes
) -> None:
    upload(alice, db, world, webm)
    run.run_next(bench, "prepare_clip")
    assert caption(alice, db, world, file=(io.BytesIO(VTT.encode()), "hello.vtt")).status_code == 303
    assert clip_of(db, world).captions == "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello &amp; welcome.\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("just words", "No captions were found"),
        ("WEBVTT\n\n00:00:00.000 --> 00:01:00.000\nlong", "belong to another one"),
        ("WEBVTT\n\n00:00:01.000 --> 00:00:00.500\nback", "go backwards"),
        ("WEBVTT\n\n" + "00:00:01.000 --> 00:00:01.500\nagain\n\n" * 501, "501 captions"),
        ("WEBVTT\n\n00:00:01.000 --> 00:00:01.500\n" + "long " * 85_000, "larger than 400 kB"),
        ("WEBVTT" + "\n \n" * 80_000 + "<" * 100_000, "No captions were found"),
    ],
)
def test_captions_that_cannot_be_are_refused_in_words(
    text: str, says: str, alice: FlaskClient, db: Session, world: World, bench: Bench, webm: bytes
) -> None:
    upload(alice, db, world, webm)
    run.run_next(bench, "prepare_clip")
    answer = caption(alice, db, world, file=(io.BytesIO(text.encode()), "x.vtt"))
    assert answer.status_code == 422
    assert says in answer.text
    assert clip_of(db, world).captions_state == "none"


def test_a_typed_text_is_spread_over_the_clip(alice: FlaskClient, db: Session, world: World, bench: Bench, webm: bytes) -> None:
    upload(alice, db, world, webm)
    run.run_next(bench, "prepare_clip")
    caption(alice, db, world, text="I am Hanna. I lead the support team.")
    cues = clips.cues_of(clip_of(db, world))
    assert [cue.text for cue in cues] == ["I am Hanna.", "I lead the support team."]
    assert cues[0].start == 0
    assert cues[-1].end == pytest.approx(2.0, abs=0.1)


def test_captions_changed_after_publishing_leave_what_candidates_saw(
    alice: FlaskClient, db: Session, world: World, bench: Bench, webm: bytes
) -> None:
    upload(alice, db, world, webm)
    run.run_next(bench, "prepare_clip")
    caption(alice, db, world, text="First words.")
    publish(alice, world)
    seen = clip_of(db, world)
    caption(alice, db, world, text="Better words.")
    newer = clip_of(db, world)
    assert newer.id != seen.id
    assert (clips.cues_of(seen)[0].text, clips.cues_of(newer)[0].text) == ("First words.", "Better words.")
    version = interviews.find_published(db, world.interview.id)
    assert version is not None
    assert version.design["welcome_clip_id"] == seen.id
    page = alice.get(f"/interviews/{world.interview.id}/versions/2").text
    words = alice.get(page.split("<track")[1].split('src="')[1].split('"')[0]).text
    assert "First words." in words


def test_what_is_no_recording_is_said_and_can_be_replaced(alice: FlaskClient, db: Session, world: World, bench: Bench) -> None:
    upload(alice, db, world, b"GIF89a" + b"\0" * 500)
    run.run_next(bench, "prepare_clip")
    page = alice.get(base(world)).text
    assert "cannot be played" in page
    assert 'type="file"' in page
    assert "cannot be played" in publish(alice, world).text


def test_no_file_and_too_large_a_file_are_refused(alice: FlaskClient, db: Session, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = alice.post(base(world), data={"revision": revision(db, world)})
    assert nothing.status_code == 422
    assert "Choose a file first" in nothing.text
    monkeypatch.setattr(clips, "MOST_BYTES", 10)
    monkeypatch.setattr("views.clips.FORM_ROOM", 10)
    assert upload(alice, db, world, b"x" * 5000).status_code == 413


def test_a_page_opened_before_somebody_saved_changes_nothing(alice: FlaskClient, db: Session, world: World, webm: bytes) -> None:
    stale = {"revision": "0", "file": (io.BytesIO(webm), "hello.webm")}
    answer = alice.post(base(world), data=stale, content_type="multipart/form-data")
    assert answer.status_code == 409
    assert clips.of_draft(db, fresh(db, world).draft) == {}


def test_a_clip_is_taken_out_and_forgotten_after_a_week_unless_somebody_saw_it(
    alice: FlaskClient, db: Session, world: World, bench: Bench, clock: Clock, webm: bytes
) -> None:
    upload(alice, db, world, webm)
    run.run_next(bench, "prepare_clip")
    key = str(clip_of(db, world).playback_key)
    assert alice.post(base(world) + "/remove", data={"revision": revision(db, world)}).status_code == 303
    clock.at = real_clock.now() + timedelta(days=6)
    sweep.tidy(bench)
    assert bench.store.size(key)
    clock.forward(2 * 86400)
    sweep.tidy(bench)
    assert list(bench.store.keys("clips")) == []
    db.rollback()
    assert db.query(Clip).count() == 0


def test_another_employers_clip_cannot_be_published(db: Session, world: World, rival: World) -> None:
    theirs = Clip(
        employer_id=rival.employer.id, original_key="clips/x", state="ready", captions_state="confirmed", created_at=real_clock.now()
    )
    db.add(theirs)
    db.commit()
    interview = fresh(db, world)
    interview.draft = clips.put(interview.draft, "welcome", theirs.id)
    with pytest.raises(Invalid) as refused:
        interviews.publish(db, world.actor, interview, real_clock.now())
    assert refused.value.fields == {"welcome_clip_id": "This clip is gone. Remove it here."}


def test_an_address_of_a_clip_ends_and_cannot_be_made_up(app: Flask, stranger: FlaskClient, db: Session, world: World) -> None:
    tokens = app.extensions["tokens"]
    old = clips.mint(tokens, "nothing", "playback", real_clock.now() - timedelta(hours=13))
    assert stranger.get(f"/media/clips/{old}").status_code == 403
    assert stranger.get("/media/clips/nonsense").status_code == 403
    young = clips.mint(tokens, "nothing", "playback", real_clock.now())
    assert stranger.get(f"/media/clips/{young}").status_code == 404
    assert stranger.get(f"/media/{young}").status_code == 403
