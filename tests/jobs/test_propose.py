"""The machine's look, from a submitted session to rows: only when switched on and agreed to, never in anybody's way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from adapters.encoder import EncoderMissing, FakeEncoder
from adapters.language_model import Criterion, ModelFailed, Reply
from bench.sets import constructed
from domain import consents, jobs, proposal_records, proposing, settings
from jobs import calibrate, propose
from jobs.bench import Bench
from jobs.run import run_next
from models import Answer, CandidateSession, Consent, Job, Notice, Proposal, ProposalRun, ProposerModel, Score, Scorecard, Take, Transcript
from tests.factories import NOW, World, create_candidate_session

WORDS = (
    "She was furious about the late parcel. I let her finish her story without a word from me. "
    "Then I asked what had happened and wrote it down. "
    "I promised her a new one by Friday. Two days later I rang her to make sure."
)


@pytest.fixture(autouse=True)
def _fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(propose, "encoder", FakeEncoder())


@pytest.fixture
def on(db: Session, world: World) -> World:
    settings.switch_proposals(db, world.actor, world.interview, True, "to find evidence faster", NOW)
    db.commit()
    return world


def agree(db: Session, session: CandidateSession, given: bool = True) -> None:
    notice = db.scalar(sa.select(Notice).limit(1))
    if notice is None:
        facts: list[dict[str, Any]] = []
        notice = Notice(
            employer_id=session.employer_id,
            version_id=session.version_id,
            locale="en",
            number=1,
            facts=facts,
            sha256="0" * 64,
            created_at=NOW,
        )
        if hasattr(notice, "asks_ai"):
            notice.asks_ai = True
        db.add(notice)
        db.flush()
    db.add(Consent(employer_id=session.employer_id, session_id=session.id, notice_id=notice.id, purpose="ai", given=given, at=NOW))
    db.flush()


def answer(db: Session, session: CandidateSession, text: str, spoken: bool = True, language: str = "en", low: bool = False) -> None:
    """Words for the second question, which both criteria are judged on, spoken word by word or written."""
    for question in session.version.questions[1:2]:
        take = Take(
            employer_id=session.employer_id, session_id=session.id, question_id=question.id, client_id=f"{session.id}{question.id}"[-64:],
            kind="video" if spoken else "text", state="verified", text=None if spoken else text, created_at=NOW,
        )  # fmt: skip
        db.add(take)
        db.flush()
        db.add(Answer(employer_id=session.employer_id, session_id=session.id, question_id=question.id, take_id=take.id, saved_at=NOW))
        if spoken:
            pieces = [(" " if n else "") + word for n, word in enumerate(text.split())]
            words = [{"start": n * 0.5, "end": n * 0.5 + 0.4, "word": piece, "p": 0.9} for n, piece in enumerate(pieces)]
            segment = {"start": 0.0, "end": len(words) / 2, "text": "".join(pieces), "low": low, "words": words}
            values = {"author": "machine", "language": language, "text": segment["text"], "segments": [segment], "created_at": NOW}
            db.add(Transcript(employer_id=session.employer_id, take_id=take.id, number=1, **values))
            for kind in ("prepare", "transcribe"):
                jobs.add(db, session.employer_id, kind, take.id, NOW).state = "done"
    db.flush()


def submitted(db: Session, world: World, text: str = WORDS, agreed: bool = True, **how: Any) -> CandidateSession:
    session = create_candidate_session(db, world, "submitted")
    answer(db, session, text, **how)
    agree(db, session, agreed)
    db.commit()
    return session


def look(bench: Bench, db: Session) -> list[Proposal]:
    """One round: what is due is put in line and worked off."""
    propose.line_up(bench)
    while run_next(bench, "propose"):
        pass
    db.expire_all()
    return list(db.scalars(sa.select(Proposal).order_by(Proposal.position)))


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


def test_a_stop_between_two_criteria_stores_nothing(bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted(db, on)
    before = propose._look

    def stop_then_look(*given: Any) -> Any:
        settings.stop_proposals(db, on.actor, on.employer, NOW)
        db.commit()
        return before(*given)

    monkeypatch.setattr(propose, "_look", stop_then_look)
    assert look(bench, db) == []


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


def teach(db: Session, world: World, count: int) -> list[str]:
    """So many scored sessions of the constructed set, on the first criterion's own questions."""
    task = constructed(count + 10)[0]
    for text, level in list(zip(task.answers, task.levels, strict=True))[:count]:
        session = submitted(db, world, text, spoken=False)
        values = {"session_id": session.id, "member_id": world.reviewer.id, "created_at": NOW, "submitted_at": NOW}
        card = Scorecard(employer_id=world.employer.id, **values)
        db.add(card)
        db.flush()
        for criterion in world.version.criteria:
            db.add(Score(employer_id=world.employer.id, scorecard_id=card.id, criterion_id=criterion.id, level=level, at=NOW))
    db.commit()
    return task.answers[count:]


def learn(bench: Bench) -> None:
    calibrate.line_up(bench)
    while run_next(bench, "calibrate"):
        pass


def test_after_enough_scores_it_proposes_with_evidence_record_and_versions(
    bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.proposals.evidence.FAINT", 0.0)
    fresh = teach(db, on, 70)
    learn(bench)
    model = db.scalars(sa.select(ProposerModel)).first()
    assert model is not None
    assert model.n == 70
    sessions = [submitted(db, on, text, spoken=False) for text in fresh]
    for _ in range(2):  # a round takes fifty
        look(bench, db)
    runs = {run.session_id: run for run in db.scalars(sa.select(ProposalRun))}
    shown = [p for session in sessions for p in runs[session.id].proposals if p.state == "proposed"]
    assert shown
    for proposal in shown:
        assert proposal.level in (1, 2, 3, 4, 5)
        assert 0 <= (proposal.low or 0) <= (proposal.value or 0) <= (proposal.high or 0) <= 10
        assert proposal.citations
        assert proposal.agreement["n"] == 70
        assert proposal.versions["model"].endswith("v1")
        assert "agreed with people" in proposal.reasoning
    complete = [run for run in runs.values() if run.proposals and all(p.state == "proposed" for p in run.proposals)]
    assert all((run.overall is not None) == (run in complete) for run in runs.values())
    assert all(len(run.ai_feedback.split("\n\n")) == 2 for run in runs.values())


def test_a_model_is_made_anew_only_when_scores_have_grown(bench: Bench, db: Session, on: World) -> None:
    teach(db, on, 12)
    learn(bench)
    learn(bench)
    assert set(db.scalars(sa.select(ProposerModel.version))) == {1}


def test_it_learns_only_from_those_who_agreed(bench: Bench, db: Session, on: World) -> None:
    teach(db, on, 14)
    gone = db.scalars(sa.select(CandidateSession)).first()
    assert gone is not None
    agree(db, gone, given=False)
    db.commit()
    learn(bench)
    assert all(gone.id not in model.sources and model.n == 13 for model in db.scalars(sa.select(ProposerModel)))


def test_a_model_of_one_employer_serves_nobody_else(bench: Bench, db: Session, on: World, rival: World) -> None:
    teach(db, on, 12)
    learn(bench)
    assert {model.employer_id for model in db.scalars(sa.select(ProposerModel))} == {on.employer.id}
    criterion = rival.version.criteria[0]
    mark = proposing.fingerprint(proposing._prepared(rival.version, criterion, {}).asked)
    assert proposal_records.find_model(db, rival.employer.id, mark, "any") is None


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
        (ModelFailed("no_answer"), "no_answer"),
    ],
)
def test_a_language_model_must_earn_its_place_too(
    bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch, said: Any, code: str
) -> None:
    model = Model(said)
    bench.settings = bench.settings.model_copy(update={"language_model_url": "http://127.0.0.1:9/v1", "language_model": "scripted"})
    monkeypatch.setattr(propose, "open_model", lambda _settings: model)
    submitted(db, on)
    found = look(bench, db)
    assert model.asked == 2
    assert {(p.state, p.reason_code, p.level) for p in found} == {("withheld", code, None)}
    if code == "no_record":
        assert {p.silent_value for p in found} == {7.5}
        assert found[0].usage["prompt_tokens"] == 9
        assert found[0].versions["prompt"]


def test_a_rerun_is_a_new_row(bench: Bench, db: Session, on: World) -> None:
    session = submitted(db, on)
    look(bench, db)
    before = hashlib.sha256(json.dumps([p.citations for p in look(bench, db)]).encode()).hexdigest()
    proposing.line_up(db, session, NOW)
    db.commit()
    after = look(bench, db)
    assert [run.number for run in db.scalars(sa.select(ProposalRun).order_by(ProposalRun.number))] == [1, 2]
    assert hashlib.sha256(json.dumps([p.citations for p in after[:2]]).encode()).hexdigest() == before or len(after) == 4


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
