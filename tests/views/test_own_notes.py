"""Changing and removing notes on the review page: one's own only, without words in the audit chain, gone from every search."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import notes, search
from domain.notes import NoteDraft
from models import AuditEvent, CandidateSession, Note
from tests.factories import NOW, World
from tests.reviewing import SAID, actor, create_submitted, levels, quoting, score
from tests.views.conftest import Enter

HTMX = {"HX-Request": "true"}


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    return create_submitted(db, world)


@pytest.fixture
def note(db: Session, world: World, session: CandidateSession) -> Note:
    made = notes.write(db, actor(world.reviewer), session, NoteDraft(text="heron first thought"), NOW)
    db.commit()
    return made


@pytest.fixture
def bob(enter: Enter, world: World) -> FlaskClient:
    return enter(world.reviewer)


def at(note: Note, end: str = "") -> str:
    return f"/sessions/{note.session_id}/notes/{note.id}{end}"


def written(db: Session) -> list[str]:
    db.expire_all()
    return list(db.scalars(select(Note.text).order_by(Note.id)))


def events(db: Session) -> list[AuditEvent]:
    return [event for event in db.scalars(select(AuditEvent).order_by(AuditEvent.number)) if event.verb.startswith("note:")]


def test_an_author_changes_a_note_and_only_the_new_words_are_found(bob: FlaskClient, db: Session, world: World, note: Note) -> None:
    page = bob.post(at(note), data={"text": "ibis second thought"}, follow_redirects=True).text
    assert "<p>ibis second thought</p>" in page
    assert "heron" not in page
    assert written(db) == ["ibis second thought"]
    assert search.sessions_with(db, world.reviewer, "ibis") == [note.session_id]
    assert search.sessions_with(db, world.reviewer, "heron") == []


def test_an_author_removes_a_note_and_it_is_found_no_more(bob: FlaskClient, db: Session, world: World, note: Note) -> None:
    address = at(note, "/remove")
    assert "heron" not in bob.post(address, follow_redirects=True).text
    assert written(db) == []
    assert search.sessions_with(db, world.reviewer, "heron") == []
    assert bob.post(address).status_code == 404


def test_the_chain_says_that_a_note_was_changed_and_removed_but_no_words(bob: FlaskClient, db: Session, note: Note) -> None:
    kept, note_id, change, removal = {"note": note.id}, note.id, at(note), at(note, "/remove")
    bob.post(change, data={"text": "ibis"})
    bob.post(change, data={"text": "ibis"})
    bob.post(removal)
    assert [event.verb for event in events(db)] == ["note:written", "note:changed", "note:removed"], note_id
    assert all(event.data == kept for event in events(db))


def test_evidence_keeps_its_quote_and_may_lose_its_words_or_move_to_another_criterion(
    bob: FlaskClient, db: Session, world: World, session: CandidateSession
) -> None:
    first, second = levels(db, session, 1, 1)
    draft = quoting(db, session, first).model_copy(update={"text": "heron"})
    evidence = notes.write(db, actor(world.reviewer), session, draft, NOW)
    db.commit()
    shown = bob.post(at(evidence), data={"text": "", "criterion_id": second}, headers=HTMX).text
    assert f"<blockquote>{SAID}</blockquote>" in shown
    assert "heron" not in shown
    db.refresh(evidence)
    assert (evidence.text, evidence.criterion_id, evidence.quote) == ("", second, SAID)
    assert search.sessions_with(db, world.reviewer, "heron") == []
    assert SAID not in bob.post(at(evidence, "/remove"), headers=HTMX).text
    assert written(db) == []


@pytest.mark.parametrize("end", ["", "/remove"])
def test_somebody_elses_note_looks_like_none_even_to_an_owner(enter: Enter, db: Session, world: World, note: Note, end: str) -> None:
    client = enter(world.owner)
    assert client.post(at(note, end), data={"text": "mine now"}).status_code == 404
    score(db, db.get_one(CandidateSession, note.session_id), world.owner, 4, 4)
    db.commit()
    page = client.get(f"/sessions/{note.session_id}").text
    assert "heron first thought" in page
    assert "Change or remove" not in page
    assert written(db) == ["heron first thought"]


@pytest.mark.parametrize("end", ["", "/remove"])
def test_a_note_is_reached_only_by_its_own_session(bob: FlaskClient, db: Session, world: World, note: Note, end: str) -> None:
    other = create_submitted(db, world, "Dora")
    db.commit()
    assert bob.post(f"/sessions/{other.id}/notes/{note.id}{end}", data={"text": "moved"}).status_code == 404
    assert written(db) == ["heron first thought"]


@pytest.mark.parametrize("end", ["", "/remove"])
def test_who_may_only_read_changes_no_note(enter: Enter, db: Session, world: World, note: Note, end: str) -> None:
    note.member_id = world.reader.id  # written while they still were a reviewer
    db.commit()
    client = enter(world.reader)
    assert client.post(at(note, end), data={"text": "x"}).status_code == 403
    assert "Change or remove" not in client.get(f"/sessions/{note.session_id}").text
    assert written(db) == ["heron first thought"]


@pytest.mark.parametrize(("text", "sentence"), [(" ", "Write something first."), ("long " * 5000, "It was not saved.")])
def test_a_refused_change_stays_in_its_own_form_and_leaves_the_note(
    bob: FlaskClient, db: Session, note: Note, text: str, sentence: str
) -> None:
    refused = bob.post(at(note), data={"text": text})
    assert refused.status_code == 422
    assert sentence in refused.text
    assert f'aria-label="Your note">{text}</textarea>' in refused.text
    assert 'placeholder="What you noticed"></textarea>' in refused.text
    assert written(db) == ["heron first thought"]


def test_a_note_of_a_session_erased_meanwhile_is_answered_with_404(bob: FlaskClient, note: Note) -> None:
    assert bob.post(f"/sessions/{'0' * 26}/notes/{note.id}", data={"text": "typed"}, headers=HTMX).status_code == 404
