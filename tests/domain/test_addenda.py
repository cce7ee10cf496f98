"""Asking back: who may, when, what the candidate meets, and that the ended session stays as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import (
    accommodations,
    addenda,
    audit,
    candidates,
    decisions,
    erasure,
    figures,
    inbox,
    interviews,
    jobs,
    mail,
    notes,
    notices,
    proposing,
    receipts,
    reviews,
    search,
    shortlist,
    tokens,
)
from domain.addenda import Ask
from domain.errors import Conflict, Invalid, NotFound, SessionEnded
from models import Accommodation, Answer, CandidateSession, Invite, Mail, Take
from tests.factories import NOW, World
from tests.reviewing import actor, create_submitted, score

LATER = NOW + timedelta(hours=1)
WANTED = Ask("What did you say to her first?", ["text"])


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    """Submitted, and scored by Bob, who has therefore looked."""
    made = create_submitted(db, world)
    score(db, made, world.reviewer, 4, 3)
    return made


def asked(db: Session, world: World, session: CandidateSession) -> CandidateSession:
    return addenda.ask(db, actor(world.reviewer), session, WANTED, LATER)


def answer(db: Session, session: CandidateSession, text: str = "I said hello.") -> None:
    """The candidate goes through the addendum and hands it in."""
    session.state, session.submitted_at = "submitted", LATER
    question = reviews.questions(db, session.version_id)[0]
    values = {"employer_id": session.employer_id, "session_id": session.id, "question_id": question.id}
    take = Take(**values, client_id="t", kind="text", state="verified", text=text, created_at=LATER)
    db.add(take)
    db.flush()
    db.add(Answer(**values, take_id=take.id, saved_at=LATER))
    db.flush()
    db.expire_all()


def record(db: Session, session: CandidateSession) -> list[object]:
    """What may not change once a session has ended."""
    answers = [reply.take and reply.take.id for reply in reviews.replies(db, session, None)]
    return [session.state, session.submitted_at, session.ended_at, session.version_id, session.deadline, session.tab, answers]


def test_the_candidate_is_asked_and_the_ended_session_stays_as_it_was(db: Session, world: World, session: CandidateSession) -> None:
    before = record(db, session)
    added = asked(db, world, session)
    assert record(db, session) == before
    assert (added.state, added.addendum_to_id, added.deadline) == ("invited", session.id, LATER + timedelta(days=7))
    assert [question.prompt for question in added.version.questions] == ["What did you say to her first?"]
    assert db.scalars(sa.select(Mail.kind)).all() == ["follow_up"]
    with pytest.raises(SessionEnded):
        candidates.require_open(session, LATER)


def test_the_letter_holds_the_question_and_a_way_in(db: Session, world: World, session: CandidateSession) -> None:
    asked(db, world, session)
    sender = mail.Sender(tokens.Tokens(["k" * 40]), "http://greenroom.test", lambda _language: True)
    letter = mail.compose(db, db.scalars(sa.select(Mail)).one(), sender, LATER)
    assert letter is not None
    assert "What did you say to her first?" in letter.text
    assert "/i#" in letter.text
    assert letter.subject == "A question about your interview with Acme"


@pytest.mark.parametrize("locale", ["de", "fr", "es", "hi", "ja"])
def test_it_is_written_in_the_language_the_candidate_chose(db: Session, world: World, session: CandidateSession, locale: str) -> None:
    session.locale = locale
    db.flush()
    added = asked(db, world, session)
    sender = mail.Sender(tokens.Tokens(["k" * 40]), "http://greenroom.test", lambda _language: True)
    letter = mail.compose(db, db.scalars(sa.select(Mail)).one(), sender, LATER)
    assert letter is not None
    assert "one more question" not in letter.text + added.version.design["welcome"]
    assert "What did you say to her first?" in letter.text


def test_the_same_question_sent_twice_is_one(db: Session, world: World, session: CandidateSession) -> None:
    assert asked(db, world, session).id == asked(db, world, session).id
    assert len(db.scalars(sa.select(Mail)).all()) == 1


def test_one_question_at_a_time_and_another_once_it_is_answered(db: Session, world: World, session: CandidateSession) -> None:
    first, other = asked(db, world, session), Ask("And then?", ["video"])
    with pytest.raises(Conflict, match="not answered"):
        addenda.ask(db, actor(world.reviewer), session, other, LATER)
    first.state = "expired"
    db.flush()
    with pytest.raises(Conflict):
        addenda.ask(db, actor(world.reviewer), session, other, LATER)
    answer(db, first)
    assert addenda.ask(db, actor(world.reviewer), session, other, LATER).id != first.id


@pytest.mark.parametrize(
    "wrong",
    [
        Ask("  ", ["text"]),
        Ask("x" * 1001, ["text"]),
        Ask("Why?", []),
        Ask("Why?", ["hologram"]),
        Ask("Why?", ["text"], 0),
        Ask("Why?", ["text"], 31),
    ],
)
def test_a_question_that_cannot_be_sent_says_why(db: Session, world: World, session: CandidateSession, wrong: Ask) -> None:
    with pytest.raises(Invalid) as refused:
        addenda.ask(db, actor(world.reviewer), session, wrong, LATER)
    assert refused.value.fields


def test_only_somebody_who_looked_may_ask_for_the_letter_says_so(db: Session, world: World, session: CandidateSession) -> None:
    with pytest.raises(Conflict, match="Look at an answer first"):
        addenda.ask(db, actor(world.owner), session, WANTED, LATER)
    reviews.open_answer(db, actor(world.owner), session, reviews.questions(db, session.version_id)[0].id, LATER)
    assert addenda.ask(db, actor(world.owner), session, WANTED, LATER)


def test_a_decided_or_unsubmitted_interview_is_not_asked_back(db: Session, world: World, session: CandidateSession) -> None:
    decisions.decide(db, actor(world.reviewer), session, "decline", "No.", "", LATER)
    with pytest.raises(Conflict, match="decided"):
        asked(db, world, session)
    session.verdict, session.state = "", "withdrawn"
    db.flush()
    with pytest.raises(Conflict, match="submitted"):
        asked(db, world, session)


def test_it_is_no_other_candidate_in_any_list_or_figure(db: Session, world: World, session: CandidateSession) -> None:
    answer(db, asked(db, world, session))
    everything = [inbox.page(db, world.owner, inbox.Filter(view=view)).rows for view in inbox.VIEWS]
    assert {row.id for rows in everything for row in rows} == {session.id}
    assert figures.of_interview(db, world.interview, world.version.id, LATER).sessions == 1
    assert shortlist.ranked(db, world.owner, world.interview, world.version.id).unscored == 0
    assert interviews.overview(db)[0].counts == {"submitted": 1}
    assert interviews.find_published(db, world.interview.id) == world.version


def test_the_answer_is_found_under_the_session_it_belongs_to(db: Session, world: World, session: CandidateSession) -> None:
    answer(db, asked(db, world, session), "A quokka helped.")
    assert search.sessions_with(db, world.owner, "quokka") == [session.id]


def test_the_answer_joins_receipt_and_review(db: Session, world: World, session: CandidateSession) -> None:
    answer(db, asked(db, world, session))
    assert [(line.position, line.prompt) for line in receipts.write(db, session).lines][-1] == (4, "What did you say to her first?")
    [one] = addenda.with_replies(db, session, world.reviewer)
    assert one.reply is not None
    assert one.reply.take is not None
    assert one.reply.take.text == "I said hello."
    assert one.addendum.asked_by == "Bob"


def test_whoever_needed_another_way_to_answer_has_it_again(db: Session, world: World, session: CandidateSession) -> None:
    db.add(Accommodation(employer_id=session.employer_id, session_id=session.id, more_time=True, created_at=NOW))
    db.flush()
    granted = accommodations.find(db, asked(db, world, session).id)
    assert granted is not None
    assert granted.more_time


def test_nothing_is_proposed_on_it_and_the_notice_says_so(db: Session, world: World, session: CandidateSession) -> None:
    world.interview.proposals_on = True
    db.flush()
    added = asked(db, world, session)
    assert notices.circumstances(db, session.version, True).proposals
    assert not notices.circumstances(db, added.version, True).proposals
    answer(db, added)
    assert added.id not in [one.id for one in proposing.due(db)]


def test_erasing_the_record_erases_what_was_asked_back(db: Session, world: World, session: CandidateSession) -> None:
    added = asked(db, world, session)
    answer(db, added)
    erasure.erase(db, actor(world.owner), session, LATER, person=True)
    assert added.erased_at is not None
    assert db.scalars(sa.select(Take.text).where(Take.session_id == added.id)).all() == [None]


def test_erasing_ends_a_question_that_waits(db: Session, world: World, session: CandidateSession) -> None:
    added = asked(db, world, session)
    erasure.erase(db, actor(world.owner), session, LATER)
    assert added.state == "expired"


def test_it_is_in_the_log(db: Session, world: World, session: CandidateSession) -> None:
    added = asked(db, world, session)
    assert audit.broken_at(db, world.employer.id) is None
    assert db.scalars(sa.select(Invite.session_id)).all() == [added.id]
    assert jobs.waiting(db, LATER) == {"mail": 1}


def test_what_was_answered_back_can_be_kept_as_evidence(db: Session, world: World, session: CandidateSession) -> None:
    added = asked(db, world, session)
    answer(db, added, "I said hello.")
    question, criterion = reviews.questions(db, added.version_id)[0], reviews.criteria(db, session.version_id)[0]
    draft = notes.NoteDraft(question_id=question.id, criterion_id=criterion.id, first=1, last=2)
    note = notes.write(db, actor(world.reviewer), session, draft, LATER)
    db.refresh(note)
    assert note.quote == "said hello."
    with pytest.raises(NotFound):
        notes.write(db, actor(world.reviewer), create_submitted(db, world, "Another"), draft, LATER)
