"""The machine's look, from a submitted session to rows: only when switched on and agreed to, never in anybody's way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from adapters.encoder import EncoderMissing
from adapters.language_model import Criterion, ModelFailed, Reply, maker
from domain import consents, proposal_trust, proposing, settings
from domain.proposals import Floor
from jobs import propose
from jobs.bench import Bench
from jobs.run import run_next
from models import Job, Notice, Proposal, ProposalRun, Transcript
from tests.factories import NOW, World
from tests.proposing import WORDS, agree, look, submitted, teach

pytestmark = pytest.mark.usefixtures("fake_encoder")


def test_off_by_default_there_is_nothing(bench: Bench, db: Session, world: World) -> None:
    submitted(db, world)
    assert look(bench, db) == []


def test_quotes_are_cut_from_the_stored_words_and_play_at_their_moment(bench: Bench, db: Session, on: World) -> None:
    submitted(db, on, WORDS.replace("wrote it down", "kept listening, planning to help"))
    found = look(bench, db)
    assert [p.state for p in found] == ["withheld", "withheld"]
    assert found[0].reason_code == "no_record"
    cited = [citation for proposal in found for citation in proposal.citations]
    assert cited
    for citation in cited:
        transcript = db.get_one(Transcript, citation["transcript_id"])
        words = proposing.quote(db, citation)
        assert words == transcript.text[citation["start"] : citation["end"]] != ""
        first = transcript.text[: citation["start"]].count(" ")
        assert citation["start_seconds"] == pytest.approx(first * 0.5)


def test_a_candidate_who_did_not_agree_is_not_looked_at(bench: Bench, db: Session, on: World) -> None:
    submitted(db, on, agreed=False)
    assert look(bench, db) == []


def test_agreement_taken_back_while_work_waits_stops_it(bench: Bench, db: Session, on: World) -> None:
    session = submitted(db, on)
    propose.line_up(bench)
    agree(db, session, given=False)
    db.commit()
    assert look(bench, db) == []


@pytest.mark.parametrize("switch", ["all", "one"])
def test_a_stop_takes_hold_of_queued_work_and_going_on_finishes_it(bench: Bench, db: Session, on: World, switch: str) -> None:
    for _ in range(5):
        submitted(db, on)
    propose.line_up(bench)
    assert run_next(bench, "propose")
    if switch == "all":
        settings.stop_proposals(db, on.actor, on.employer, NOW)
    else:
        settings.switch_proposals(db, on.actor, on.interview, False, "", NOW)
    db.commit()
    assert len(look(bench, db)) == 2
    if switch == "all":
        settings.stop_proposals(db, on.actor, on.employer, NOW, resume=True)
    else:
        settings.switch_proposals(db, on.actor, on.interview, True, "to find evidence faster", NOW)
    db.commit()
    assert len(look(bench, db)) == 10


@pytest.mark.parametrize("criterion", [1, 2])
def test_a_stop_while_it_looks_at_a_criterion_ends_the_work_there_and_stores_nothing(
    bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch, criterion: int
) -> None:
    submitted(db, on)
    before, looks = propose._look, list[int]()

    def stop_then_look(*given: Any) -> Any:
        looks.append(1)
        if len(looks) == criterion:
            settings.stop_proposals(db, on.actor, on.employer, NOW)
            db.commit()
        return before(*given)

    monkeypatch.setattr(propose, "_look", stop_then_look)
    assert look(bench, db) == []
    assert len(looks) == criterion


def test_the_same_words_make_the_same_request_whoever_said_them(bench: Bench, db: Session, on: World) -> None:
    first, second = submitted(db, on), submitted(db, on)
    second.candidate.name, second.candidate.email = "Zoë Other", "zoe@else.test"
    db.commit()
    look(bench, db)
    hashes = {run.session_id: [p.request_sha256 for p in run.proposals] for run in db.scalars(sa.select(ProposalRun))}
    assert hashes[first.id] == hashes[second.id]


@pytest.mark.parametrize(
    ("text", "how", "code"),
    [
        ("", {}, "empty"),
        ("Yes.", {}, "short"),
        (WORDS, {"language": "fr"}, "other_language"),
        (WORDS, {"low": True}, "unsure_words"),
        ("word " * 7000, {"spoken": False}, "long"),
        ("We talked about the plan for an hour and wrote it down. " * 400, {"spoken": False}, "long"),
        (WORDS + " Y entonces el cliente me dijo que no, pero yo le expliqué todo por teléfono. " * 2, {"spoken": False}, "mixed_language"),
        (WORDS + " फिर मैंने ग्राहक से बात की और उसकी बात ध्यान से सुनी, और सब ठीक हो गया।" * 2, {"spoken": False}, "mixed_language"),
        (WORDS + " He said voilà, c'est la vie, and we laughed.", {"spoken": False}, "no_record"),
        ("zxq vrr plm " * 20, {"spoken": False}, "no_record"),
        (WORDS, {"spoken": False}, "no_record"),
    ],
)
def test_what_cannot_be_judged_ends_withheld_with_a_reason(
    bench: Bench, db: Session, on: World, text: str, how: dict[str, Any], code: str
) -> None:
    submitted(db, on, text, **how)
    found = look(bench, db)
    assert {p.reason_code for p in found} == {code}
    assert all(p.reason.endswith(".") and p.level is None for p in found)


def test_a_machine_that_breaks_says_so_and_harms_nobody(bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted(db, on)
    monkeypatch.setattr("domain.evidence.find", lambda *_: 1 / 0)
    assert {p.reason_code for p in look(bench, db)} == {"failed"}


def test_a_missing_sentence_model_waits_to_be_mended(bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def speaks(self, _language: str) -> Any:
            raise EncoderMissing("gone")

    submitted(db, on)
    monkeypatch.setattr(propose, "encoder", Missing())
    assert look(bench, db) == []
    assert "sentence model" in db.scalars(sa.select(Job.error).where(Job.kind == "propose")).one()


class Wordless:
    """No sentence model for any language."""

    def speaks(self, _language: str) -> None:
        return None


class Model:
    """A language model that says what it is told to."""

    name = "scripted"

    def __init__(self, said: Any) -> None:
        self.said, self.asked = said, 0

    def ask(self, question: str, criterion: Criterion, sentences: Sequence[str]) -> Reply:
        self.asked += 1
        if isinstance(self.said, ModelFailed):
            raise self.said
        return Reply(self.said, {"model": self.name, "seconds": 0.1, "prompt_tokens": 9})


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"level": 4, "reasoning": "Good.", "evidence": [2]}, "no_record"),
        ({"level": 4, "reasoning": "Good.", "evidence": [99]}, "invalid_evidence"),
        ({"level": 4, "reasoning": "Good.", "evidence": ["I let her finish"]}, "invalid_evidence"),
        ("nonsense", "invalid_answer"),
        (ModelFailed("no_answer", "status 401"), "no_answer"),
    ],
)
def test_a_language_model_must_earn_its_place_too(
    bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch, said: Any, code: str
) -> None:
    model = Model(said)
    bench.settings = bench.settings.model_copy(update={"language_model_url": "http://127.0.0.1:9/v1", "language_model": "scripted"})
    monkeypatch.setattr(propose, "open_model", lambda _settings: model)
    monkeypatch.setattr(propose, "encoder", Wordless())
    submitted(db, on)
    found = look(bench, db)
    assert model.asked == (1 if code == "no_answer" else 2)  # who did not answer is not waited for again
    assert {(p.state, p.reason_code, p.level) for p in found} == {("withheld", code, None)}
    if code == "no_record":
        assert {p.silent_value for p in found} == {7.5}
        assert found[0].usage["prompt_tokens"] == 9
        assert found[0].versions["prompt"]


def test_another_language_model_must_earn_its_own_record(bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model({"level": 4, "reasoning": "Good.", "evidence": [1]})
    bench.settings = bench.settings.model_copy(update={"language_model_url": "http://127.0.0.1:9/v1", "language_model": "big"})
    monkeypatch.setattr(propose, "open_model", lambda _settings: model)
    monkeypatch.setattr(propose, "encoder", Wordless())
    teach(db, on, 8)
    look(bench, db)
    criterion = on.version.criteria[0]
    earned = proposal_trust.spoken(db, criterion, maker("big"))
    assert earned is not None
    assert earned.n >= 4
    assert proposal_trust.spoken(db, criterion, maker("small")) is None
    assert proposal_trust.standings(db, Floor(), "", maker("big"))[0].n == earned.n
    assert proposal_trust.standings(db, Floor(), "", maker("small"))[0].n == 0


def test_a_rerun_is_a_new_row(bench: Bench, db: Session, on: World) -> None:
    session = submitted(db, on)
    look(bench, db)
    before = sorted(as_stored(proposal) for proposal in db.scalars(sa.select(Proposal).order_by(Proposal.id)))
    proposing.line_up(db, session, NOW)
    db.commit()
    look(bench, db)
    first, second = db.scalars(sa.select(ProposalRun).order_by(ProposalRun.number))
    assert (first.number, second.number, len(second.proposals)) == (1, 2, 2)
    assert sorted(as_stored(proposal) for proposal in first.proposals) == before


def as_stored(proposal: Proposal) -> str:
    """Every column of a proposal, as text."""
    return json.dumps({column.name: str(getattr(proposal, column.name)) for column in Proposal.__table__.columns}, sort_keys=True)


def test_words_still_on_their_way_are_waited_for(bench: Bench, db: Session, on: World) -> None:
    submitted(db, on)
    job = db.scalars(sa.select(Job).where(Job.kind == "transcribe")).first()
    assert job is not None
    job.state = "waiting"
    db.commit()
    assert look(bench, db) == []
    job.state = "done"
    db.commit()
    assert look(bench, db) != []


def test_taking_agreement_back_forgets_what_was_made(bench: Bench, db: Session, on: World) -> None:
    session = submitted(db, on)
    assert look(bench, db)
    notice = db.scalars(sa.select(Notice)).one()
    consents.change_ai(db, session, notice, False, NOW.replace(hour=10))
    db.commit()
    assert look(bench, db) == []
