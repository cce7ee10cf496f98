"""Words with their moments: corrections beside the machine's version, places in the text, paragraphs."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from domain import audit, transcripts
from domain.audit import Actor
from domain.errors import Conflict, Invalid
from models import Take, Transcript
from tests import factories
from tests.factories import NOW, World

TEXT = "I listened first. Then I asked what happened."


def heard(text: str = TEXT, step: float = 0.5, language: str = "en") -> dict[str, Any]:
    """What an engine says: one word each half second, a segment per sentence, words with their leading space."""
    words: list[dict[str, Any]] = [
        {"start": n * step, "end": n * step + 0.4, "word": f" {w}", "p": 0.9} for n, w in enumerate(text.split())
    ]
    cut = next((n + 1 for n, word in enumerate(words) if word["word"].endswith(".")), len(words))
    groups = [group for group in (words[:cut], words[cut:]) if group]
    segments = [
        {"start": g[0]["start"], "end": g[-1]["end"], "text": "".join(w["word"] for w in g), "low": False, "words": g} for g in groups
    ]
    return {"language": language, "engine": {"model": "fake"}, "no_speech": not words, "segments": segments}


@pytest.fixture
def take(db: Session, world: World) -> Take:
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


@pytest.fixture
def machine(db: Session, take: Take) -> Transcript:
    return transcripts.store_machine(db, take, heard(), NOW)


def test_the_text_is_the_words_joined(machine: Transcript) -> None:
    assert machine.text == TEXT
    assert [machine.text[word.offset : word.stop] for word in transcripts.words(machine)] == TEXT.split()


def test_the_machines_version_is_kept_once(db: Session, take: Take, machine: Transcript) -> None:
    again = transcripts.store_machine(db, take, heard("Something else."), NOW)
    assert (again.id, again.text) == (machine.id, TEXT)


def test_a_correction_is_a_new_version_that_says_who_made_it(db: Session, world: World, take: Take, machine: Transcript) -> None:
    made = transcripts.correct(db, world.actor, take, "I listened first. Then I asked Alice what happened.", 1, NOW)
    assert (made.number, made.author, made.member_id) == (2, "reviewer", world.owner.id)
    newest = transcripts.find_newest(db, take.id)
    assert newest is not None
    assert newest.id == made.id
    assert [version.author for version in transcripts.versions(db, take.id)] == ["machine", "reviewer"]
    assert machine.text == TEXT
    assert audit.broken_at(db, world.employer.id) is None


def test_words_that_stayed_keep_their_times_and_a_new_one_fills_the_gap(db: Session, world: World, take: Take, machine: Transcript) -> None:
    made = transcripts.correct(db, world.actor, take, "I listened first. Then I asked Alice what happened.", 1, NOW)
    at = {word.text: (word.start, word.end) for word in transcripts.words(made)}
    assert at["listened"] == (0.5, 0.9)
    assert at["happened."] == (3.5, 3.9)
    assert at["Alice"] == (2.9, 3.0)


def test_a_candidates_correction_is_marked_as_theirs(db: Session, take: Take, machine: Transcript) -> None:
    actor = Actor(take.employer_id, "candidate", take.session_id)
    made = transcripts.correct(db, actor, take, "I waited first.", 1, NOW)
    assert (made.author, made.member_id) == ("candidate", None)


def test_two_people_correcting_at_once_do_not_overwrite_each_other(db: Session, world: World, take: Take, machine: Transcript) -> None:
    transcripts.correct(db, world.actor, take, "First.", 1, NOW)
    with pytest.raises(Conflict):
        transcripts.correct(db, world.actor, take, "Second.", 1, NOW)


def test_a_correction_without_a_machines_version_is_refused(db: Session, world: World, take: Take) -> None:
    with pytest.raises(Conflict):
        transcripts.correct(db, world.actor, take, "Words.", 1, NOW)


def test_a_book_is_refused(db: Session, world: World, take: Take, machine: Transcript) -> None:
    with pytest.raises(Invalid):
        transcripts.correct(db, world.actor, take, "x" * (transcripts.LONGEST_TEXT + 1), 1, NOW)


def test_a_sign_no_database_keeps_is_left_out(db: Session, world: World, take: Take, machine: Transcript) -> None:
    assert "\x00" not in transcripts.correct(db, world.actor, take, "I\x00 asked.", 1, NOW).text


def test_everything_may_be_struck_out(db: Session, world: World, take: Take, machine: Transcript) -> None:
    made = transcripts.correct(db, world.actor, take, "  ", 1, NOW)
    assert (made.text, made.segments, made.no_speech) == ("", [], True)
    assert transcripts.webvtt(made) == "WEBVTT\n"


def test_a_passage_has_its_moment_and_a_moment_its_passage(machine: Transcript) -> None:
    start = TEXT.index("asked")
    assert transcripts.moment_of(machine, start, start + len("asked what")) == (2.5, 3.4)
    assert transcripts.moment_of(machine, start + 2, start + 3) == (2.5, 2.9)
    assert transcripts.moment_of(machine, 9999, 10000) is None
    assert transcripts.offset_at(machine, 2.6) == start
    assert transcripts.offset_at(machine, 2.45) == TEXT.index("I asked")
    assert transcripts.offset_at(machine, 0) == 0


def test_a_long_pause_begins_a_paragraph(machine: Transcript) -> None:
    assert [len(paragraph) for paragraph in transcripts.paragraphs(machine)] == [8]
    machine.segments = [
        machine.segments[0],
        {**machine.segments[1], "words": [{**w, "start": w["start"] + 3, "end": w["end"] + 3} for w in machine.segments[1]["words"]]},
    ]
    assert [len(paragraph) for paragraph in transcripts.paragraphs(machine)] == [3, 5]


def test_passages_the_engine_was_unsure_of_are_marked(db: Session, take: Take) -> None:
    unsure = heard()
    unsure["segments"][1]["low"] = True
    made = transcripts.store_machine(db, take, unsure, NOW)
    assert [word.is_low for word in transcripts.words(made)] == [False] * 3 + [True] * 5


def test_japanese_is_corrected_sign_by_sign(db: Session, world: World, take: Take) -> None:
    heard = ["私は", "話を", "聞き", "ました。"]
    words = [{"start": n * 0.4, "end": n * 0.4 + 0.4, "word": word, "p": 0.9} for n, word in enumerate(heard)]
    segment = {"start": 0, "end": 2, "text": "", "low": False, "words": words}
    transcripts.store_machine(db, take, {"language": "ja", "engine": {}, "no_speech": False, "segments": [segment]}, NOW)
    made = transcripts.correct(db, world.actor, take, "私は人の話を聞きました。", 1, NOW)
    at = {word.text: word.start for word in transcripts.words(made)}
    assert made.text == "私は人の話を聞きました。"
    assert at["話"] == 0.4
    assert 0.39 <= at["人"] <= 0.41


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=80))
def test_whatever_is_typed_stands_in_the_text_with_rising_times(text: str) -> None:
    base = Transcript(segments=heard()["segments"], text=TEXT)
    segments = transcripts.realign(base, text.strip())
    made = Transcript(segments=segments, text="".join(segment["text"] for segment in segments))
    assert made.text == text.strip()
    said = transcripts.words(made)
    assert all(made.text[word.offset : word.stop] == word.text for word in said)
    assert all(before.start <= after.start for before, after in pairwise(said))


def test_a_transcript_is_not_made_older_by_its_correction(db: Session, world: World, take: Take, machine: Transcript) -> None:
    made = transcripts.correct(db, world.actor, take, "Words.", 1, NOW + timedelta(hours=1))
    assert made.created_at > machine.created_at
