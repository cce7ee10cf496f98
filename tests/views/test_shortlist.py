"""Shortlist, comparison, question by question, figures, hand-off, exports: what each shows and to whom."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import decisions, figures, interviews, members, notes, packets, reviews, scorecards, shortlist
from models import AuditEvent, CandidateSession, Member, Onlooker
from tests.factories import NOW, World, create_design
from tests.reviewing import SAID, actor, create_submitted, levels, quoting, score
from tests.views.conftest import Enter


@pytest.fixture
def three(db: Session, world: World) -> list[CandidateSession]:
    """Ana and Ben tie at the top, Cem is below; all scored by the owner, Cem by Bob too."""
    made = [create_submitted(db, world, name) for name in ("Ana", "Ben", "=Cem()")]
    for session, level in zip(made, (5, 5, 2), strict=True):
        score(db, session, world.owner, level, level)
    score(db, made[2], world.reviewer, 4, 2)
    db.commit()
    return made


def addresses(world: World, session: CandidateSession, db: Session) -> list[str]:
    base = f"/shortlist/{world.interview.id}"
    return [
        base,
        f"{base}/compare?s={session.id}&s=x",
        f"/figures/{world.interview.id}",
        f"/sessions/{session.id}/packet",
    ]


def test_equal_scores_share_a_place(db: Session, world: World, three: list[CandidateSession]) -> None:
    found = shortlist.ranked(db, world.owner, world.interview, world.version.id)
    assert [(entry.name, entry.rank, entry.is_tied) for entry in found.entries] == [
        ("Ana", 1, True),
        ("Ben", 1, True),
        ("=Cem()", 3, False),
    ]
    assert found.entries[2].means == {"Listening": 3.0, "Planning": 2.0}


def test_the_mean_of_peoples_overalls_ranks(db: Session, world: World, three: list[CandidateSession]) -> None:
    overalls = [given.card.overall for given in scorecards.submitted(db, [three[2].id])]
    assert three[2].overall == pytest.approx(sum(o or 0 for o in overalls) / 2, abs=0.01)


def test_a_reviewer_is_not_shown_ranks_of_those_they_have_yet_to_score(enter: Enter, world: World, three: list[CandidateSession]) -> None:
    page = enter(world.reviewer).get(f"/shortlist/{world.interview.id}").text
    assert "=Cem()" in page
    assert "Ana" not in page
    assert "2 more appear once you have scored them" in page


def test_declined_candidates_leave_the_list(db: Session, world: World, three: list[CandidateSession]) -> None:
    decisions.decide(db, actor(world.owner), three[0], "decline", "No.", "", NOW)
    assert [entry.name for entry in shortlist.ranked(db, world.owner, world.interview, world.version.id).entries] == ["Ben", "=Cem()"]


def test_comparing_shows_scores_and_evidence_side_by_side(
    alice: FlaskClient, db: Session, world: World, three: list[CandidateSession]
) -> None:
    criterion = reviews.criteria(db, world.version.id)[0]
    notes.write(db, actor(world.owner), three[0], quoting(db, three[0], criterion.id), NOW)
    db.commit()
    base = f"/shortlist/{world.interview.id}/compare"
    page = alice.get(f"{base}?s={three[0].id}&s={three[2].id}").text
    assert SAID in page
    assert "10.0" in page
    assert alice.get(f"{base}?s={three[0].id}").status_code == 422
    assert alice.get(base + "?" + "&".join(f"s={n}" for n in range(5))).status_code == 422


def test_a_comparison_is_taken_away_as_it_is_seen(enter: Enter, db: Session, world: World, three: list[CandidateSession]) -> None:
    address = f"/shortlist/{world.interview.id}/compare"
    form = {"s": [three[0].id, three[2].id], "as": "json"}
    told: Any = enter(world.owner).post(address, data=form).json
    assert [(side["name"], side["Listening"]) for side in told] == [("Ana", 5.0), ("=Cem()", 3.0)]
    hidden: Any = enter(world.reviewer).post(address, data=form).json
    assert (hidden[0]["overall"], hidden[0]["scorecards"]) == (None, 0)
    assert "'=Cem()" in enter(world.owner).post(address, data={**form, "as": "csv"}).text
    assert enter(world.owner).post(address, data={"s": [three[0].id]}).status_code == 422
    assert enter(world.reader).post(address, data=form).status_code == 403


def test_a_comparison_takes_nobody_from_another_interview(
    alice: FlaskClient, db: Session, world: World, three: list[CandidateSession]
) -> None:
    other = interviews.create(db, world.actor, create_design(title="Night screen"), NOW)
    db.commit()
    at, ids = f"/shortlist/{other.id}/compare", [three[0].id, three[2].id]
    assert alice.get(f"{at}?s={ids[0]}&s={ids[1]}").status_code == 404
    assert alice.post(at, data={"s": ids, "as": "json"}).status_code == 404
    assert db.query(Onlooker).count() == 0, "nothing was shown"


def test_comparing_hides_what_a_reviewer_may_not_see(enter: Enter, world: World, three: list[CandidateSession]) -> None:
    page = enter(world.reviewer).get(f"/shortlist/{world.interview.id}/compare?s={three[0].id}&s={three[2].id}").text
    assert "10.0" not in page


def test_an_export_is_no_formula_and_is_written_down(alice: FlaskClient, db: Session, world: World, three: list[CandidateSession]) -> None:
    response = alice.post(f"/shortlist/{world.interview.id}/export", data={"as": "csv"})
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert [row["name"] for row in rows] == ["Ana", "Ben", "'=Cem()"]
    assert "attachment" in response.headers["Content-Disposition"]
    assert db.scalars(select(AuditEvent.verb)).all()[-1] == "data:exported"
    assert alice.post(f"/shortlist/{world.interview.id}/export", data={"as": "json"}).get_json()[0]["overall"] == 10


def test_figures_count_what_happened(alice: FlaskClient, db: Session, world: World, three: list[CandidateSession]) -> None:
    for session in three:
        session.promise_at = NOW - timedelta(days=1)
        session.device = {"kind": "phone"}
    decisions.decide(db, actor(world.owner), three[0], "advance", "Good.", "", NOW - timedelta(days=2))
    db.commit()
    page = alice.get(f"/figures/{world.interview.id}").text
    assert "1 of 3" in page
    assert "too few" in page
    assert "Within a day" in page
    assert "Krippendorff" in page
    text = alice.post(f"/figures/{world.interview.id}/export").text
    assert "funnel,Submitted,3" in text
    assert '"funnel, phone",Submitted,3' in text
    assert "waiting,Within a day,3" in text


def test_tests_are_in_no_figure_and_no_shortlist_and_a_changed_score_counts_once(
    alice: FlaskClient, db: Session, world: World, three: list[CandidateSession]
) -> None:
    three[0].is_test = True
    criterion = reviews.criteria(db, world.version.id)[0]
    scorecards.give(db, actor(world.owner), three[2], criterion.id, 2, "Heard it again.", NOW)
    db.commit()
    rows: Any = alice.post(f"/figures/{world.interview.id}/export", data={"as": "json"}).json
    told = {(row["group"], row["what"]): row["value"] for row in rows}
    assert (told["candidates", "counted"], told["funnel", "Submitted"]) == (2, 2)
    assert "Ana" not in alice.get(f"/shortlist/{world.interview.id}").text
    assert told["agreement", "pairs"] == 2, "one pair for each criterion, whatever was changed"


def test_the_hand_off_says_what_to_ask_next(alice: FlaskClient, db: Session, world: World, three: list[CandidateSession]) -> None:
    probes = packets.probes(reviews.criteria(db, world.version.id), scorecards.submitted(db, [three[2].id]))
    assert [(probe.criterion.name, probe.why) for probe in probes] == [
        ("Listening", "reviewers are 2 levels apart"),
        ("Planning", "scored low so far"),
    ]
    page = alice.get(f"/sessions/{three[2].id}/packet").text
    assert "reviewers are 2 levels apart" in page
    assert SAID in page


def test_a_rival_finds_none_of_it(enter: Enter, db: Session, world: World, rival: World, three: list[CandidateSession]) -> None:
    known = addresses(world, three[0], db)
    exports = [f"/shortlist/{world.interview.id}/export", f"/figures/{world.interview.id}/export"]
    mallory = enter(rival.owner)
    assert [mallory.get(address).status_code for address in known] == [404] * 4
    assert [mallory.post(address).status_code for address in exports] == [404] * 2
    assert "Support screen" not in mallory.get("/shortlist").text


def test_read_only_members_look_but_take_nothing_away(enter: Enter, db: Session, world: World, three: list[CandidateSession]) -> None:
    known = addresses(world, three[0], db)
    rita = enter(world.reader)
    assert [rita.get(address).status_code for address in known if "compare" not in address] == [200] * 3
    for address in (
        f"/shortlist/{world.interview.id}/export",
        f"/figures/{world.interview.id}/export",
    ):
        assert rita.post(address).status_code == 403


@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_it_says_that_it_is_well(stranger: FlaskClient, address: str) -> None:
    assert stranger.get(address).get_json() == {"status": "ok"}


LOOKS = {
    "the shortlist": ("get", "/shortlist/{interview}", {}),
    "a comparison": ("get", "/shortlist/{interview}/compare?s={bobs}&s={own}", {}),
    "the shortlist's export": ("post", "/shortlist/{interview}/export", {}),
    "a comparison's export": ("post", "/shortlist/{interview}/compare", {"s": ["{bobs}", "{own}"]}),
}


@pytest.fixture
def bobs(db: Session, world: World, three: list[CandidateSession]) -> CandidateSession:
    """Dan, whom Bob alone has scored."""
    made = create_submitted(db, world, "Dan")
    score(db, made, world.reviewer, 4, 4)
    db.commit()
    return made


def look(client: FlaskClient, db: Session, what: str, world: World, bobs: CandidateSession, own: CandidateSession) -> None:
    """Opens it; what was not committed by then is gone."""
    method, at, form = LOOKS[what]
    ids = {"interview": world.interview.id, "bobs": bobs.id, "own": own.id}
    data = {name: [value.format(**ids) for value in values] for name, values in form.items()}
    assert getattr(client, method)(at.format(**ids), **({"data": data} if method == "post" else {})).status_code == 200
    db.rollback()


def later(db: Session, session: CandidateSession, member: Member, minutes: int) -> bool:
    """Whether the scores this member submits so much later are said to have come after a sight of others'."""
    at = NOW + timedelta(minutes=minutes)
    scorecards.save(db, actor(member), session, levels(db, session, 3, 3), at)
    saw = scorecards.submit(db, actor(member), session, at).card.saw_others
    db.commit()
    return saw


@pytest.mark.parametrize("role", ["owner", "admin"])
@pytest.mark.parametrize("what", LOOKS)
def test_who_answers_for_decisions_and_saw_levels_first_is_named(
    what: str, role: str, enter: Enter, db: Session, world: World, three: list[CandidateSession], bobs: CandidateSession
) -> None:
    ada = world.owner if role == "owner" else members.create_member(db, world.actor, "ada@acme.test", "Ada", "admin", None, NOW)
    db.commit()
    look(enter(ada), db, what, world, bobs, three[0])
    assert later(db, bobs, ada, 5)
    assert "You could see others’ scores before scoring" in enter(ada).get(f"/sessions/{bobs.id}").text
    pairs = figures.of_interview(db, world.interview, world.version.id, NOW + timedelta(hours=1)).agreement.pairs
    assert pairs == 2, "Cem alone was scored twice by people who saw nothing"


def test_scores_that_came_after_the_look_were_not_seen_until_the_next_one(
    alice: FlaskClient, db: Session, world: World, three: list[CandidateSession], bobs: CandidateSession
) -> None:
    eve, finn = (create_submitted(db, world, name) for name in ("Eve", "Finn"))
    look(alice, db, "the shortlist", world, bobs, three[0])
    for session in (eve, finn):
        assert not later(db, session, world.reviewer, 5)
    assert not later(db, eve, world.owner, 6)
    look(alice, db, "the shortlist", world, bobs, three[0])
    assert later(db, finn, world.owner, 7)
    assert db.query(Onlooker).count() == 1


def test_nothing_is_remembered_of_who_saw_only_what_they_had_scored_or_cannot_score(
    enter: Enter, db: Session, world: World, three: list[CandidateSession]
) -> None:
    for what in LOOKS:
        look(enter(world.owner), db, what, world, three[2], three[0])
        look(enter(world.reviewer), db, what, world, three[2], three[0])
    look(enter(world.reader), db, "the shortlist", world, three[2], three[0])
    assert db.query(Onlooker).count() == 0
    dan = create_submitted(db, world, "Dan")
    score(db, dan, world.reviewer, 4, 4)
    assert not later(db, dan, world.owner, 5)


def test_looking_again_writes_nothing_more(
    alice: FlaskClient, db: Session, world: World, three: list[CandidateSession], bobs: CandidateSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(alice, db, "the shortlist", world, bobs, three[0])
    written: list[object] = []
    monkeypatch.setattr(members, "remember_seeing", lambda *told: written.append(told))
    for what in LOOKS:
        look(alice, db, what, world, bobs, three[0])
    assert written == []


def test_two_tabs_that_look_at_once_leave_one_memory_that_never_goes_back(db: Session, world: World) -> None:
    for minutes in (5, 9, 7):
        members.remember_seeing(db, world.owner, [world.interview.id], NOW + timedelta(minutes=minutes))
    assert db.scalars(select(Onlooker.until)).all() == [NOW + timedelta(minutes=9)]


def test_comparing_too_few_stays_on_the_list_and_says_how_many(alice: FlaskClient, world: World, three: list[CandidateSession]) -> None:
    for ticked in ([], [three[0].id]):
        answer = alice.get(f"/shortlist/{world.interview.id}/compare", query_string={"s": ticked})
        assert answer.status_code == 422
        assert "Choose two to four candidates to compare." in answer.text
        assert "=Cem()" in answer.text, "the list is still there"
        assert answer.text.count(" checked") == len(ticked)


def test_promises_not_yet_due_are_not_called_kept(alice: FlaskClient, world: World, three: list[CandidateSession]) -> None:
    assert "Promised dates kept or not yet due" in alice.get(f"/figures/{world.interview.id}").text
    assert "promises,kept or not yet due," in alice.post(f"/figures/{world.interview.id}/export").text
