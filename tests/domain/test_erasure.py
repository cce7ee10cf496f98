"""What the notice promises to remove is removed, everywhere, when it said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import Settings
from domain import addenda, audit, consents, erasure, inquiries, tags
from domain.addenda import Ask
from domain.audit import Actor
from domain.errors import Conflict
from models import (
    AuditEvent,
    Base,
    CandidateSession,
    Consent,
    Decision,
    Inquiry,
    Media,
    Notice,
    Part,
    ProposerModel,
    Question,
    SavedFilter,
    Score,
    Scorecard,
    Take,
    Transcript,
    Upload,
    UTCDateTime,
    View,
    serve,
)
from models.base import OfEmployer
from tests import factories
from tests.factories import NOW, World

CANARY = "zebra crossing"


def create_ended(db: Session, world: World, verdict: str = "decline") -> CandidateSession:
    """A submitted and decided session with one recording whose words hold the canary."""
    serve(db, world.employer.id)
    session = factories.create_candidate_session(db, world, "submitted")
    owner = {"employer_id": world.employer.id}
    question = world.version.questions[0]
    take = Take(
        **owner,
        session_id=session.id,
        question_id=question.id,
        client_id="one",
        kind="audio",
        state="verified",
        sha256="ab" * 32,
        created_at=NOW,
    )
    db.add(take)
    db.flush()
    upload = Upload(**owner, session_id=session.id, take_id=take.id, created_at=NOW, touched_at=NOW, expires_at=NOW)
    db.add(upload)
    db.flush()
    db.add_all(
        [
            Part(**owner, upload_id=upload.id, offset=0, size=3, key="uploads/e/u/0"),
            Media(**owner, take_id=take.id, playback_key="media/e/t/playback.webm", poster_key="media/e/t/poster.jpg", created_at=NOW),
            Transcript(**owner, take_id=take.id, number=1, author="machine", text=CANARY, created_at=NOW),
            Decision(**owner, session_id=session.id, member_id=world.owner.id, verdict=verdict, reason="because", at=NOW),
        ]
    )
    session.verdict, session.ended_at = verdict, NOW
    db.flush()
    return session


def test_nothing_is_due_before_the_notices_time_is_over(db: Session, world: World) -> None:
    create_ended(db, world)
    assert erasure.due(db, NOW + timedelta(days=90) - timedelta(seconds=1)) == []


def test_it_is_due_when_the_notices_time_is_over(db: Session, world: World) -> None:
    session = create_ended(db, world)
    assert erasure.due(db, NOW + timedelta(days=90)) == [session]


@pytest.mark.parametrize("verdict", ["", "hold"])
def test_an_undecided_candidate_is_never_due(db: Session, world: World, verdict: str) -> None:
    session = create_ended(db, world)
    session.verdict = verdict
    db.flush()
    assert erasure.due(db, NOW + timedelta(days=3650)) == []


def test_every_object_is_named(db: Session, world: World) -> None:
    assert set(erasure.keys(db, create_ended(db, world))) == {"uploads/e/u/0", "media/e/t/playback.webm", "media/e/t/poster.jpg"}


def test_after_erasing_no_word_and_no_name_is_left(db: Session, world: World) -> None:
    session = create_ended(db, world)
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW, person=True)
    db.commit()
    rows = [str(tuple(row)) for table in CandidateSession.metadata.sorted_tables for row in db.connection().execute(sa.select(table))]
    assert not [row for row in rows if CANARY in row or "Carla" in row or "carla@" in row]
    assert db.scalars(sa.select(Media)).all() == []


def test_the_decision_and_the_proof_of_erasing_stay(db: Session, world: World) -> None:
    session = create_ended(db, world)
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW)
    assert db.scalars(sa.select(Decision.reason)).all() == ["because"]
    assert db.scalars(sa.select(Take.sha256)).all() == ["ab" * 32]
    assert "data:erased" in db.scalars(sa.select(AuditEvent.verb)).all()
    assert audit.broken_at(db, world.employer.id) is None
    assert erasure.due(db, NOW + timedelta(days=3650)) == []


def test_a_candidate_who_is_still_answering_is_not_erased(db: Session, world: World) -> None:
    session = create_ended(db, world)
    session.state = "in_progress"
    with pytest.raises(Conflict):
        erasure.erase(db, Actor(world.employer.id, "system"), session, NOW)


OURS = {
    "answer",
    "audit_event",
    "clip",
    "consent",
    "criterion",
    "embed",
    "employer",
    "interview",
    "interview_version",
    "invite",
    "login",
    "member",
    "notice",
    "opening",
    "proposer_model",
    "question",
    "rubric",
    "seat",
    "step",
    "view",
}
"""Tables that hold the employer's own things, or counts, ids and times alone. What a follow-up asks and what a model learned
from is shown by tests of their own."""
KEPT = {
    "candidate_session.ended_reason",  # a sentence of ours
    "candidate_session.device",  # which kind of device, for the funnel
    "candidate_session.time_zone",
    "decision.reason",  # stays, without the name: shown below
    "score.reason",
    "take.client_id",  # made up by the browser
    "take.filetype",
    "take.sha256",
}


def poison(column: sa.Column[Any]) -> Any:
    """A value of this column that holds the canary; None where it cannot hold one."""
    if column.primary_key or column.foreign_keys or column.computed is not None or str(column) in KEPT:
        return None
    if isinstance(column.type, sa.JSON):
        return {"q": CANARY}
    room = getattr(column.type, "length", None) or 1000
    return CANARY if isinstance(column.type, sa.String) and room >= 40 else None


def plain_value(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.JSON):
        return {}
    if isinstance(column.type, UTCDateTime):
        return NOW
    kind = column.type.python_type
    return b"" if kind is bytes else kind()


def fill(db: Session, cls: type[Any], known: dict[str, str]) -> str:
    """A row of this table about the candidate, with the canary wherever it can stand."""
    values: dict[str, Any] = {}
    for column in cls.__table__.columns:
        if column.foreign_keys:
            values[column.key] = known.get(next(iter(column.foreign_keys)).column.table.name)
        elif (canary := poison(column)) is not None:
            values[column.key] = canary
        elif not (column.primary_key or column.nullable or column.default is not None or column.computed is not None):
            values[column.key] = plain_value(column)
    if "subject_id" in values:
        values["subject_id"] = known["candidate_session"]
    if values.get("addendum_to_id"):
        del values["addendum_to_id"]
    row = cls(**values)
    db.add(row)
    db.flush()
    return str(row.id)


def create_poisoned(db: Session, world: World) -> CandidateSession:
    """A record with a row in every table that can say something about a candidate, the canary in each."""
    session = create_ended(db, world)
    take = db.scalars(sa.select(Take)).one()
    known = {
        "employer": world.employer.id,
        "member": world.owner.id,
        "interview": world.interview.id,
        "interview_version": world.version.id,
        "candidate_session": session.id,
        "candidate": session.candidate_id,
        "question": world.version.questions[0].id,
        "criterion": world.version.criteria[0].id,
        "take": take.id,
        "upload": db.scalars(sa.select(Upload.id)).one(),
        "transcript": db.scalars(sa.select(Transcript.id)).one(),
    }
    by_name = {sa.inspect(cls).local_table.description: cls for cls in OfEmployer.__subclasses__()}
    for table in Base.metadata.sorted_tables:
        if table.name in by_name and table.name not in OURS | known.keys() | {"media", "part"}:
            known[table.name] = fill(db, by_name[table.name], known)
    for name in ("candidate", "candidate_session", "take", "transcript", "upload", "media", "part"):
        table = Base.metadata.tables[name]
        canaries = {column.key: poison(column) for column in table.columns if poison(column) is not None}
        if canaries:
            db.connection().execute(sa.update(table).values(canaries))
    db.commit()
    return session


def hits(db: Session) -> list[str]:
    """Every column of every table, the search index included, where the canary still stands."""
    db.commit()
    found = []
    for table in Base.metadata.sorted_tables:
        for row in db.connection().execute(sa.select(table)).mappings():
            found += [f"{table.name}.{name}" for name, value in row.items() if CANARY in str(value)]
    return sorted(set(found))


def test_no_column_of_any_table_remembers_an_erased_person(db: Session, world: World) -> None:
    session = create_poisoned(db, world)
    can_hold = {table.name for table in Base.metadata.sorted_tables if any(poison(column) is not None for column in table.columns)}
    assert {name.split(".")[0] for name in hits(db)} == can_hold - OURS, "a table is missing here: is it erased?"
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW, person=True)
    assert hits(db) == []
    assert audit.broken_at(db, world.employer.id) is None


def test_not_even_the_bytes_of_the_database_file_remember(db: Session, world: World, settings: Settings) -> None:
    if settings.database_url:
        pytest.skip("PostgreSQL clears its own pages")
    session = create_poisoned(db, world)
    assert "zebra" in remembered(settings)
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW, person=True)
    db.commit()
    erasure.clean_up(db)
    assert remembered(settings) == ""


def remembered(settings: Settings) -> str:
    """The canary, if any file of the database holds it, whole or as a word of the search index."""
    files = settings.data.glob("greenroom.db*")
    return "zebra" if any(b"zebra" in path.read_bytes() for path in files) else ""


def test_the_question_asked_back_goes_too(db: Session, world: World) -> None:
    session = create_ended(db, world, "")
    owner = {"employer_id": world.employer.id, "session_id": session.id, "member_id": world.owner.id}
    db.add(View(**owner, question_id=world.version.questions[0].id, at=NOW))
    added = addenda.ask(db, world.actor, session, Ask(f"You spoke of a {CANARY}: why?", ["audio"]), NOW)
    assert db.scalars(sa.select(Question.prompt).where(Question.version_id == added.version_id)).one()
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW, person=True)
    assert hits(db) == []
    assert "calmed an upset customer" in db.scalars(sa.select(Question.prompt).where(Question.version_id == world.version.id)).all()[0]


def test_reasons_stay_without_the_name(db: Session, world: World) -> None:
    session = create_ended(db, world)
    owner = {"employer_id": world.employer.id}
    card = Scorecard(**owner, session_id=session.id, member_id=world.owner.id, created_at=NOW)
    db.add(card)
    db.flush()
    criterion_id = world.version.criteria[0].id
    db.add(Score(**owner, scorecard_id=card.id, criterion_id=criterion_id, level=2, reason="Carla's example was short", at=NOW))
    db.scalars(sa.select(Decision)).one().reason = "Carla Candidate gave no example; write to carla@home.test"
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW, person=True)
    assert db.scalars(sa.select(Decision.reason)).one() == "(erased) gave no example; write to (erased)"
    assert db.scalars(sa.select(Score.reason)).one() == "(erased)'s example was short"


def test_a_model_that_learned_from_the_words_goes_with_them(db: Session, world: World) -> None:
    session = create_ended(db, world)
    blank = {"fingerprint": "f" * 64, "encoder": "e", "n": 2, "agreement": {}, "parameters": {}, "data": b"x", "created_at": NOW}
    db.add(ProposerModel(employer_id=world.employer.id, version=1, sources=[session.id], **blank))
    db.add(ProposerModel(employer_id=world.employer.id, version=2, sources=["somebody else"], **blank))
    db.flush()
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW)
    assert db.scalars(sa.select(ProposerModel.version)).all() == [2]


def test_nothing_is_learned_from_somebody_who_was_erased_meanwhile(db: Session, world: World) -> None:
    session = create_ended(db, world)
    notice = Notice(employer_id=world.employer.id, version_id=world.version.id, locale="en", number=1, facts=[], sha256="", created_at=NOW)
    db.add(notice)
    db.flush()
    yes = {"employer_id": world.employer.id, "session_id": session.id, "notice_id": notice.id, "purpose": "ai", "given": True, "at": NOW}
    db.add(Consent(**yes))
    db.flush()
    assert consents.may_learn_from(db, [session.id])
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW)
    assert not consents.may_learn_from(db, [session.id])


def test_filters_that_look_for_others_stay(db: Session, world: World) -> None:
    session, other = create_ended(db, world), factories.create_candidate_session(db, world, "submitted", "Dora Dent")
    tags.put(db, world.actor, [session.id, other.id], "second round", NOW)
    tags.put(db, world.actor, [session.id], "Berlin", NOW)
    owner = {"employer_id": world.employer.id, "member_id": world.owner.id, "created_at": NOW}
    for name, settings in {"a": {"q": "carla"}, "b": {"tag": "Berlin"}, "c": {"tag": "second round"}, "d": {"q": "dora"}}.items():
        db.add(SavedFilter(**owner, name=name, settings=settings))
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW, person=True)
    assert set(db.scalars(sa.select(SavedFilter.name))) == {"c", "d"}


def test_a_strangers_request_is_forgotten_when_it_is_long_done(db: Session, world: World) -> None:
    serve(db, world.employer.id)
    asked = inquiries.Asked("help", CANARY, "Zoe", "zoe@home.test")
    done, waiting = (
        inquiries.ask(db, world.version, None, inquiries.Asked("help", f"{CANARY} {n}", "Zoe", asked.email), NOW) for n in "12"
    )
    inquiries.finish(db, world.actor, done.id, NOW)
    assert erasure.forget_strangers(db, NOW + timedelta(days=89)) == 0
    assert erasure.forget_strangers(db, NOW + timedelta(days=90)) == 1
    assert (done.name, done.email, done.message) == ("(erased)", "", "")
    assert waiting.email == "zoe@home.test"
    assert erasure.forget_strangers(db, NOW + timedelta(days=91)) == 0


def test_a_candidates_letter_written_before_they_started_goes_with_them(db: Session, world: World) -> None:
    session = create_ended(db, world)
    inquiries.ask(db, world.version, None, inquiries.Asked("help", CANARY, "Carla", "carla@home.test"), NOW)
    inquiries.ask(db, world.version, None, inquiries.Asked("help", "mine", "Zoe", "zoe@home.test"), NOW)
    erasure.erase(db, Actor(world.employer.id, "system"), session, NOW, person=True)
    assert sorted(db.scalars(sa.select(Inquiry.email))) == ["", "zoe@home.test"]
    assert hits(db) == []
