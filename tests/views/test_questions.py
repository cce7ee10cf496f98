"""Question by question: no name, no way to one, and voice and face only step by step, written down."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import blind, reviews
from models import AuditEvent, CandidateSession, Media, Score, Scorecard, Take, View
from tests.factories import World
from tests.reviewing import create_submitted, levels
from tests.views.conftest import Enter

HTMX = {"HX-Request": "true"}


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    """One candidate; the first answer is a video with sound, a poster and a voice file."""
    made = create_submitted(db, world, "Zoë Krüger")
    media = db.scalars(select(Media)).one()
    media.poster_key, media.voice_key = "take/poster.jpg", "take/voice.m4a"
    db.commit()
    return made


@pytest.fixture
def bob(enter: Enter, world: World) -> FlaskClient:
    return enter(world.reviewer)


@pytest.fixture
def row(db: Session, session: CandidateSession) -> str:
    return f"/questions/{reviews.questions(db, session.version_id)[0].id}"


@pytest.fixture
def answer(world: World, session: CandidateSession, row: str) -> str:
    return f"{row}/answers/{blind.handle_of(world.reviewer, session.id)}"


def test_everybody_has_an_order_of_their_own_that_stays(db: Session, world: World) -> None:
    for n in range(8):
        create_submitted(db, world, f"N{n}")
    question = reviews.questions(db, world.version.id)[0]
    mine, theirs = (list(blind.row(db, who, question).values()) for who in (world.reviewer, world.owner))
    create_submitted(db, world, "Late")
    after = list(blind.row(db, world.reviewer, question).values())
    assert [session_id for session_id in after if session_id in mine] == mine
    assert sorted(mine) == sorted(theirs)
    assert mine != theirs


def test_words_come_without_name_session_poster_or_any_address_of_the_recording(
    bob: FlaskClient, db: Session, session: CandidateSession, row: str
) -> None:
    take = db.scalars(select(Take).where(Take.kind == "video")).one()
    page = bob.get(row)
    assert ">everything<" in page.text
    secrets = (
        "Zoë",
        "Krüger",
        "carla@home.test",
        session.id,
        session.candidate_id,
        take.id,
        "<video",
        "<audio",
        "/media/",
        "poster",
        "voice.m4a",
    )
    assert [secret for secret in secrets if secret in page.text or secret in str(page.headers)] == []


def test_voice_and_face_are_refused_until_their_step_is_taken(bob: FlaskClient, answer: str) -> None:
    assert [bob.get(f"{answer}/{part}").status_code for part in ("voice", "face")] == [403, 403]
    bob.post(f"{answer}/reveal")
    assert [bob.get(f"{answer}/{part}").status_code for part in ("voice", "face")] == [302, 403]
    bob.post(f"{answer}/reveal")
    assert [bob.get(f"{answer}/{part}").status_code for part in ("voice", "face")] == [302, 302]
    assert bob.post(f"{answer}/reveal").status_code == 404
    assert [bob.get(f"{answer}/{part}").status_code for part in ("playback", "poster", "captions", "original")] == [404] * 4


def test_each_step_shows_no_more_than_itself(bob: FlaskClient, session: CandidateSession, row: str, answer: str) -> None:
    bob.post(f"{answer}/reveal")
    voice = bob.get(row).text
    assert "<audio" in voice
    assert not [word for word in ("<video", "/face", "Zoë", session.id) if word in voice]
    bob.post(f"{answer}/reveal")
    face = bob.get(row).text
    assert "<video" in face
    assert not [word for word in ("Zoë", session.id) if word in face]


def test_the_voice_is_sound_alone_under_a_name_that_is_nobodys(bob: FlaskClient, stored: None, answer: str) -> None:
    bob.post(f"{answer}/reveal")
    heard = bob.get(bob.get(f"{answer}/voice").location)
    assert (heard.data, heard.mimetype) == (b"sound", "audio/mp4")
    bob.post(f"{answer}/reveal")
    seen = bob.get(bob.get(f"{answer}/face").location)
    assert [answer.headers["Content-Disposition"].split(";")[1].strip() for answer in (heard, seen)] == [
        'filename="question 1.m4a"',
        'filename="question 1.mp4"',
    ]


@pytest.fixture(name="stored")
def _stored(app: Flask) -> None:
    store = app.extensions["store"]
    for key, held in (("take/voice.m4a", b"sound"), ("take/playback.mp4", b"sound and face")):
        store.put(key, io.BytesIO(held))


def test_what_was_read_heard_and_seen_is_written_down_in_order(bob: FlaskClient, db: Session, answer: str) -> None:
    for _ in range(2):
        assert bob.post(f"{answer}/open", headers=HTMX).status_code == 204
    bob.post(f"{answer}/reveal")
    bob.post(f"{answer}/reveal")
    seen = [
        event.data["stage"]
        for event in db.scalars(select(AuditEvent).where(AuditEvent.verb == "session:viewed").order_by(AuditEvent.number))
    ]
    assert seen == ["words", "voice", "face"]
    assert db.scalars(select(View.stage)).all() == ["face"]


def test_a_video_without_a_voice_file_goes_straight_to_the_face(bob: FlaskClient, db: Session, row: str, answer: str) -> None:
    db.scalars(select(Media)).one().voice_key = None
    db.commit()
    assert "See the face" in bob.get(row).text
    bob.post(f"{answer}/reveal")
    assert bob.get(f"{answer}/face").status_code == 302


def test_scoring_in_the_row_goes_on_and_completes_the_scorecard(
    bob: FlaskClient, db: Session, world: World, session: CandidateSession
) -> None:
    first, second, _ = reviews.questions(db, world.version.id)
    listening, planning = levels(db, session, 4, 3)
    handle = blind.handle_of(world.reviewer, session.id)
    assert "Save, next answer" in bob.get(f"/questions/{first.id}").text
    saved = bob.post(f"/questions/{first.id}/answers/{handle}", data={f"level-{listening}": "4", "then": "save"})
    assert saved.status_code == 303
    assert "Save and submit scorecard" in bob.get(f"/questions/{second.id}").text
    bob.post(f"/questions/{second.id}/answers/{handle}", data={f"level-{planning}": "3", "then": "submit"})
    assert sorted(db.scalars(select(Score.level))) == [3, 4]
    assert db.scalars(select(Scorecard.submitted_at)).one() is not None
    assert "Nothing waits here" in bob.get(f"/questions/{first.id}").text
    assert bob.post(f"/questions/{first.id}/answers/{handle}", data={f"level-{listening}": "1"}).status_code == 404


def test_what_was_scored_is_kept_when_the_scorecard_is_not_whole(
    bob: FlaskClient, db: Session, session: CandidateSession, answer: str
) -> None:
    listening = next(iter(levels(db, session, 4)))
    refused = bob.post(answer, data={f"level-{listening}": "4", "then": "submit"})
    assert refused.status_code == 422
    assert "Still without a level: Planning" in refused.text
    assert db.scalars(select(Score.level)).all() == [4]


def test_one_handle_is_nothing_to_anybody_else(
    stranger: FlaskClient, enter: Enter, bob: FlaskClient, world: World, rival: World, row: str, answer: str
) -> None:
    bob.post(f"{answer}/reveal")
    alice, rita = enter(world.owner), enter(world.reader)
    assert alice.get(f"{answer}/voice").status_code == 404
    assert [stranger.get(f"{answer}/voice").status_code, stranger.post(f"{answer}/reveal").status_code] == [302, 302]
    assert rita.get(row).status_code == 200
    assert [rita.post(f"{answer}{part}").status_code for part in ("", "/open", "/reveal")] == [403] * 3
    assert bob.post(f"{answer}/reveal", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert bob.get(f"{row}/answers/nothing/voice").status_code == 404
    assert bob.delete(answer).status_code == 405
    assert bob.post(answer, data={"level-x": "4"}).status_code == 404
    mallory = enter(rival.owner)
    assert [mallory.get(row).status_code, mallory.get(f"{answer}/voice").status_code, mallory.post(answer).status_code] == [404] * 3
