"""Learning from people's scores: only from those who agreed, only for this employer, anew when scores have grown or words were erased."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import erasure, interviews, measures, proposal_records, proposal_trust, proposing
from domain.audit import Actor
from domain.proposals import Floor
from domain.proposing import School
from jobs import calibrate, propose
from jobs.bench import Bench
from jobs.run import run_next
from models import CandidateSession, Job, ProposalRun, ProposerModel, Scorecard, Take, Transcript
from tests.factories import NOW, World, create_design
from tests.proposing import agree, learn, submitted, teach

pytestmark = pytest.mark.usefixtures("fake_encoder")


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
    for session in sessions:
        proposing.line_up(db, session, NOW)
    db.commit()
    while run_next(bench, "propose"):
        pass
    db.expire_all()
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


def test_a_model_that_read_words_otherwise_is_neither_used_nor_in_the_way(
    bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(db, on, 12)
    learn(bench)
    old = db.scalars(sa.select(ProposerModel)).first()
    assert old is not None
    assert old.encoder.endswith(f"measures {measures.VERSION}")
    monkeypatch.setattr("jobs.propose.READ_BY", "another way of reading")
    assert proposal_records.find_model(db, old.employer_id, old.fingerprint, propose.READ_BY) is None
    assert {one.n for one in proposal_trust.standings(db, Floor(), propose.READ_BY)} == {0}, "nor does its record stand on the page"
    learn(bench)
    db.expire_all()
    known = proposal_records.find_model(db, old.employer_id, old.fingerprint, propose.READ_BY)
    assert known is not None
    assert known.version == 2


def test_what_it_cannot_learn_from_does_not_make_it_learn_again_for_ever(
    bench: Bench, db: Session, on: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.calibration.MOST", 12)
    teach(db, on, 30)
    for session in db.scalars(sa.select(CandidateSession).limit(8)):
        agree(db, session, given=False)
    db.commit()
    for _ in range(3):
        learn(bench)
    assert [(m.version, m.n) for m in db.scalars(sa.select(ProposerModel).order_by(ProposerModel.id))] == [(1, 12)] * 2


def told_in(db: Session, language: str, some: int) -> None:
    """The words of so many of the scored answers were spoken, in this language."""
    for take in db.scalars(sa.select(Take).order_by(Take.id).limit(some)):
        values = {"author": "machine", "language": language, "text": take.text, "created_at": NOW}
        last = db.scalar(sa.select(sa.func.max(Transcript.number)).where(Transcript.take_id == take.id)) or 0
        db.add(Transcript(employer_id=take.employer_id, take_id=take.id, number=last + 1, **values))
    db.commit()


def test_nothing_is_put_in_line_while_too_few_scored_answers_can_be_read(bench: Bench, db: Session, on: World) -> None:
    teach(db, on, 12)
    told_in(db, "de", 3)
    assert calibrate.line_up(bench) == 0
    assert db.scalars(sa.select(Job).where(Job.kind == "calibrate")).all() == []
    told_in(db, "en-GB", 1)
    assert calibrate.line_up(bench) == len(on.version.criteria), "a newer version of the words is in the interview's language"
    learn(bench)
    assert {model.n for model in db.scalars(sa.select(ProposerModel))} == {10}


@pytest.mark.parametrize("why", ["another language", "no words", "agreement taken back", "a test", "others' scores seen"])
def test_what_is_counted_before_a_lesson_is_what_the_lesson_finds(db: Session, on: World, why: str) -> None:
    teach(db, on, 4)
    session = db.scalars(sa.select(CandidateSession).order_by(CandidateSession.id)).first()
    assert session is not None
    if why == "another language":
        told_in(db, "de", 1)
    elif why == "no words":
        db.execute(sa.update(Take).where(Take.session_id == session.id).values(text=""))
    elif why == "agreement taken back":
        agree(db, session, given=False)
    elif why == "a test":
        session.is_test = True
    else:
        db.execute(sa.update(Scorecard).where(Scorecard.session_id == session.id).values(saw_others=True))
    db.flush()
    criterion = on.version.criteria[0]
    assert proposing._readable(db, criterion) == len(proposing.lessons(db, criterion, 9)) == 3


def test_when_words_are_erased_it_is_made_anew_from_what_is_left(bench: Bench, db: Session, on: World) -> None:
    teach(db, on, 14)
    learn(bench)
    gone = db.scalars(sa.select(CandidateSession)).first()
    assert gone is not None
    erasure.erase(db, Actor(on.employer.id, "system"), gone, NOW)
    db.commit()
    assert db.scalars(sa.select(ProposerModel)).all() == []
    learn(bench)
    made = db.scalars(sa.select(ProposerModel)).all()
    assert {(model.n, gone.id in model.sources) for model in made} == {(13, False)}
    standing = proposal_trust.standings(db, Floor(), propose.READ_BY)[0]
    assert (standing.n, standing.school.ready, standing.school.gone) == (13, 13, 1)


def test_where_too_little_is_left_nothing_is_learned_and_the_page_can_say_why(bench: Bench, db: Session, on: World) -> None:
    teach(db, on, 11)
    learn(bench)
    for gone in db.scalars(sa.select(CandidateSession).limit(3)).all():
        erasure.erase(db, Actor(on.employer.id, "system"), gone, NOW)
    db.commit()
    assert calibrate.line_up(bench) == 0
    standing = proposal_trust.standings(db, Floor(), propose.READ_BY)[0]
    assert (standing.n, standing.record, standing.school.ready, standing.school.gone) == (0, None, 8, 3)


def test_it_learns_only_from_those_who_agreed(bench: Bench, db: Session, on: World) -> None:
    teach(db, on, 14)
    gone = db.scalars(sa.select(CandidateSession)).first()
    assert gone is not None
    agree(db, gone, given=False)
    db.commit()
    learn(bench)
    assert all(gone.id not in model.sources and model.n == 13 for model in db.scalars(sa.select(ProposerModel)))
    assert proposal_trust.standings(db, Floor(), propose.READ_BY)[0].school == School(ready=13, gone=1)


def test_another_wording_starts_anew_and_the_old_one_read_again_goes_on(bench: Bench, db: Session, on: World) -> None:
    teach(db, on, 12)
    first = on.version
    reworded = [criterion.model_copy(update={"description": "in other words"}) for criterion in create_design().criteria]
    on.interview.draft = create_design(criteria=reworded).model_dump()
    other = interviews.publish(db, on.actor, on.interview, NOW)
    on.interview.draft = create_design(title="Renamed").model_dump()
    same = interviews.publish(db, on.actor, on.interview, NOW)
    assert [proposing.school(db, version.criteria[0]).ready for version in (first, other, same)] == [12, 0, 12]
    assert proposing.lessons(db, other.criteria[0], 50) == []
    assert len(proposing.lessons(db, same.criteria[0], 50)) == 12


def test_a_model_of_one_employer_serves_nobody_else(bench: Bench, db: Session, on: World, rival: World) -> None:
    teach(db, on, 12)
    learn(bench)
    assert {model.employer_id for model in db.scalars(sa.select(ProposerModel))} == {on.employer.id}
    criterion = rival.version.criteria[0]
    mark = proposing.fingerprint(proposing._prepared(rival.version, criterion, {}).asked)
    assert proposal_records.find_model(db, rival.employer.id, mark, "any") is None
