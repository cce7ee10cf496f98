"""What others wrote, scored and decided reaches no reviewer before their own scores are in: every address is read for it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from domain import decisions, inbox, notes, reviews, scorecards
from domain.inbox import Filter
from domain.notes import NoteDraft
from models import CandidateSession
from tests.factories import NOW, World
from tests.reviewing import SAID, actor, create_submitted, quoting, score
from tests.views.conftest import Enter
from tests.views.test_every_route import PLAIN, address, rules

NOTE, EVIDENCE, CHANGED, REASON, UNDONE = "heronnote", "ibisevidence", "craneswhy", "storkreason", "egretundone"
CANARIES = (NOTE, EVIDENCE, CHANGED, REASON, UNDONE)
SEARCHES = (*CANARIES, "heron", "ibis", "stork", "carla", "everything")


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    """Alice has scored, written and decided, twice; Bob has done nothing yet."""
    made, alice = create_submitted(db, world), actor(world.owner)
    given = score(db, made, world.owner, 5, 2)
    criterion = next(iter(given.scores))
    scorecards.give(db, alice, made, criterion, 4, CHANGED, NOW)
    notes.write(db, alice, made, NoteDraft(text=f"{NOTE} carla told me everything"), NOW)
    evidence = quoting(db, made, criterion)
    notes.write(db, alice, made, evidence.model_copy(update={"text": EVIDENCE}), NOW)
    first = decisions.decide(db, alice, made, "hold", REASON, "", NOW)
    decisions.undo(db, alice, made, first.id, UNDONE, NOW)
    decisions.decide(db, alice, made, "decline", f"{REASON} again", "", NOW)
    db.commit()
    return made


def addresses(app: Flask, db: Session, world: World, session: CandidateSession) -> list[str]:
    """Every address that shows something, of this session where one is named; the inbox under each view and search too."""
    question, other = reviews.questions(db, session.version_id)[0], create_submitted(db, world, "Dora Other")
    db.commit()
    known = {"session_id": session.id, "interview_id": world.interview.id, "question_id": question.id, "member_id": world.owner.id}
    parts = [known | {"part": part} for part in ("scorecard", "notes", "decision", "player", "words", "versions", "correct")]
    named = {*parts[0], "embed_id", *PLAIN}
    wide = {"embed_id": world.embed.id}
    here = [rule for rule in rules(app, "GET") if rule.arguments <= named]
    found = [address(rule, ids | wide) for rule in here for ids in parts]
    searched = [f"{at}?q={text}" for at in ("/", "/inbox/rows") for text in SEARCHES]
    listed = [f"/?view={view}&order={order}" for view in inbox.VIEWS for order in inbox.ORDERS]
    compared = f"/shortlist/{world.interview.id}/compare?s={session.id}&s={other.id}"
    return [*dict.fromkeys(found), *searched, *listed, compared]


def test_no_address_shows_what_others_think_before_ones_own_scores(
    app: Flask, enter: Enter, db: Session, world: World, session: CandidateSession
) -> None:
    bob = enter(world.reviewer)
    for at in addresses(app, db, world, session):
        page = bob.get(at).text.replace("".join(at.split("q=")[1:]) or "\0", "")
        assert [word for word in CANARIES if word in page] == [], at
        assert ">Decline<" not in page, at
        assert ">decline<" not in page, at


def test_what_is_taken_away_holds_none_of_it(enter: Enter, db: Session, world: World, session: CandidateSession) -> None:
    bob, other = enter(world.reviewer), create_submitted(db, world, "Dora Other")
    db.commit()
    at_list = f"/shortlist/{world.interview.id}"
    for at in (f"/sessions/{session.id}/packet", "/inbox/export?view=decided", f"{at_list}/export", f"{at_list}/compare"):
        taken = bob.post(at, data={"as": "json", "s": [session.id, other.id]}).text
        assert [word for word in (*CANARIES, "decline") if word in taken] == [], at


def test_others_notes_lead_nowhere_before_ones_own_scores_and_somewhere_after(db: Session, world: World, session: CandidateSession) -> None:
    def found(text: str) -> list[str]:
        return ["".join(row.excerpt or ()) for row in inbox.page(db, world.reviewer, Filter(text=text)).rows]

    assert found(NOTE) == []
    assert found("everything") == [SAID]
    notes.write(db, actor(world.reviewer), session, NoteDraft(text="my own ouzel"), NOW)
    assert found("ouzel") == ["my own ouzel"]
    score(db, session, world.reviewer, 3, 3)
    assert found(NOTE) == [f"{NOTE} carla told me everything"]


def test_after_ones_own_scores_everything_is_there(enter: Enter, db: Session, world: World, session: CandidateSession) -> None:
    score(db, session, world.reviewer, 3, 3)
    db.commit()
    page = enter(world.reviewer).get(f"/sessions/{session.id}").text
    assert [word for word in CANARIES if word not in page] == []


def test_a_reviewer_is_told_that_a_decision_stands(enter: Enter, world: World, session: CandidateSession) -> None:
    bob = enter(world.reviewer)
    assert "A decision stands." in bob.get(f"/sessions/{session.id}").text
    assert "A decision stands." in bob.get(f"/sessions/{session.id}/packet").text
    refused = bob.post(f"/sessions/{session.id}/decision", data={"verdict": "advance", "reason": "typed with care", "seen": ""})
    assert refused.status_code == 409
    assert "typed with care" in refused.text
    assert REASON not in refused.text


def test_an_owner_who_has_not_scored_opens_the_decision_to_decide_again(enter: Enter, db: Session, world: World) -> None:
    session = create_submitted(db, world, "Emil")
    score(db, session, world.reviewer, 4, 4)
    decisions.decide(db, actor(world.reviewer), session, "hold", REASON, "", NOW)
    db.commit()
    page = enter(world.owner).get(f"/sessions/{session.id}/decision").text
    assert "Show it" in page
    assert REASON in page
    assert "Record decision" in page
