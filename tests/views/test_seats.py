"""A reviewer of some interviews only: every other one, and whatever belongs to it, looks as if it did not exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from domain import figures, inbox, interviews, members, proposing, reliability, scorecards, tags
from domain.errors import Conflict
from models import AuditEvent, CandidateSession, Interview, Invite, Mail, Member, Note, Tag, Take, limit, serve
from models.base import OfEmployer
from tests.factories import NOW, World, create_design
from tests.proposing import agree
from tests.reviewing import actor, create_submitted, levels, score
from tests.views.conftest import Enter

READ = [
    "/interviews/{interview}",
    "/interviews/{interview}/versions/1",
    "/interviews/{interview}/embed",
    "/interviews/{interview}/invites",
    "/interviews/{interview}/clips/welcome",
    "/embeds/{embed}/preview",
    "/sessions/{session}",
    "/sessions/{session}/packet",
    "/sessions/{session}/takes/{take}/playback",
    "/questions/{question}",
    "/figures/{interview}",
    "/shortlist/{interview}",
    "/shortlist/{interview}/compare?session={session}",
]
CHANGE = [
    "/figures/{interview}/export",
    "/shortlist/{interview}/export",
    "/sessions/{session}/notes",
    "/sessions/{session}/decision",
    "/sessions/{session}/scorecard",
]
LISTS = ["/", "/?view=to_decide", "/?text=carla", "/?q=carla", "/interviews", "/figures", "/shortlist"]


@pytest.fixture
def other(world: World, db: Session) -> Interview:
    """A second published interview of Acme's."""
    made = interviews.create(db, world.actor, create_design(title="Sales screen", opening="Sales"), NOW)
    interviews.publish(db, world.actor, made, NOW)
    db.commit()
    return made


@pytest.fixture
def hidden(world: World, db: Session) -> CandidateSession:
    """Carla's submitted answers to the interview Bob will not see."""
    made = create_submitted(db, world)
    db.commit()
    return made


@pytest.fixture
def ids(world: World, hidden: CandidateSession, db: Session) -> dict[str, str]:
    take = db.scalars(select(Take).where(Take.session_id == hidden.id, Take.kind == "video")).one()
    question = world.version.questions[0].id
    return {"interview": world.interview.id, "embed": world.embed.id, "session": hidden.id, "take": take.id, "question": question}


@pytest.fixture
def limited(world: World, other: Interview, db: Session) -> Member:
    """Bob, who sees the sales screen only."""
    members.limit_to(db, world.owner, world.reviewer, [other.id], NOW)
    db.commit()
    return world.reviewer


@pytest.mark.parametrize("address", READ)
def test_what_a_reviewer_of_all_sees_is_unknown_to_one_of_some(
    address: str, enter: Enter, world: World, ids: dict[str, str], other: Interview, db: Session
) -> None:
    bob = enter(world.reviewer)
    assert bob.get(address.format(**ids)).status_code != 404
    members.limit_to(db, world.owner, world.reviewer, [other.id], NOW)
    db.commit()
    assert bob.get(address.format(**ids)).status_code == 404


@pytest.mark.parametrize("address", CHANGE)
def test_nothing_of_it_can_be_changed_or_exported(address: str, enter: Enter, limited: Member, ids: dict[str, str]) -> None:
    form = {"format": "csv", "text": "a note", "verdict": "advance", "reason": "Good."}
    assert enter(limited).post(address.format(**ids), data=form).status_code == 404


@pytest.mark.parametrize("address", LISTS)
def test_no_list_and_no_search_shows_it(address: str, enter: Enter, world: World, limited: Member, hidden: CandidateSession) -> None:
    words = ("Carla", "Support screen", hidden.id)
    page = enter(limited).get(address)
    assert page.status_code == 200
    for word in words:
        assert word not in page.text


FORMS: list[tuple[str, dict[str, str]]] = [
    ("/inbox/assign", {"to": "{me}"}),
    ("/inbox/assign", {"to": ""}),
    ("/inbox/tag", {"tag": "mine"}),
    ("/inbox/tag", {"tag": "theirs", "then": "off"}),
    ("/inbox/remind", {}),
]


@pytest.mark.parametrize(("address", "form"), FORMS)
def test_ids_inside_a_form_reach_nothing_either(
    address: str, form: dict[str, str], enter: Enter, world: World, limited: Member, hidden: CandidateSession, db: Session
) -> None:
    serve(db, world.employer.id)
    hidden.assignee_id = world.owner.id
    tags.put(db, world.actor, [hidden.id], "theirs", NOW)
    db.commit()
    before = db.scalar(select(func.count()).select_from(AuditEvent))
    sent = {name: value.format(me=limited.id) for name, value in form.items()}
    page = enter(limited).post(address, data={**sent, "session": hidden.id}, follow_redirects=True)
    assert "Carla" not in page.text
    db.expire_all()
    serve(db, world.employer.id)
    assert db.get_one(CandidateSession, hidden.id).assignee_id == world.owner.id
    assert tags.of_sessions(db, [hidden.id]) == {hidden.id: ["theirs"]}
    verbs = set(db.scalars(select(AuditEvent.verb).order_by(AuditEvent.number).offset(before)))
    assert verbs <= {"login:started"}
    assert db.scalars(select(Mail)).all() == []


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_is_taken_away_holds_only_what_one_sees(
    form: str, enter: Enter, world: World, limited: Member, hidden: CandidateSession, ids: dict[str, str], other: Interview, db: Session
) -> None:
    serve(db, world.employer.id)
    tags.put(db, world.actor, [hidden.id], "secret word", NOW)
    db.commit()
    bob, pair, own = enter(limited), f"s={hidden.id}&s={create_submitted(db, world, 'Carla Second').id}", other.id
    db.commit()
    assert "Carla" in enter(world.owner).get(f"/shortlist/{ids['interview']}/compare?{pair}").text
    for query in ("", "?q=carla", "?tag=secret+word", f"?interview={ids['interview']}", "?view=to_decide&order=sample"):
        assert "Carla" not in bob.post(f"/inbox/export{query}", data={"as": form}).text
    assert "secret word" not in bob.get("/").text
    assert [bob.get(f"/shortlist/{one}/compare?{pair}").status_code for one in (own, ids["interview"])] == [404, 404]


def test_a_link_made_before_the_seat_was_taken_away_plays_nothing(
    enter: Enter, world: World, hidden: CandidateSession, ids: dict[str, str], other: Interview, db: Session
) -> None:
    bob = enter(world.reviewer)
    address = bob.get(f"/sessions/{hidden.id}/takes/{ids['take']}/captions").location
    assert bob.get(address).status_code == 200
    members.limit_to(db, world.owner, world.reviewer, [other.id], NOW)
    db.commit()
    assert bob.get(address).status_code == 404


def test_the_other_interview_works_as_ever(enter: Enter, limited: Member, other: Interview) -> None:
    bob = enter(limited)
    assert bob.get(f"/interviews/{other.id}").status_code == 200
    assert "Sales screen" in bob.get("/interviews").text


def test_every_table_that_belongs_to_an_interview_is_behind_the_inner_fence(
    world: World, limited: Member, hidden: CandidateSession, db: Session
) -> None:
    unseen, member_id = hidden.id, limited.id
    belonging = {"interview_id", "version_id", "session_id", "take_id"}
    serve(db, world.employer.id)
    limit(db, member_id)
    db.expunge_all()
    for cls in OfEmployer.__subclasses__():
        if cls.__name__ != "Seat" and belonging & set(inspect(cls).columns.keys()):
            rows = db.scalars(select(cls)).all()
            assert all("Sales" in str(getattr(getattr(row, "interview", None), "title", "Sales")) for row in rows), cls
            assert unseen not in {getattr(row, "session_id", "") for row in rows}, cls


def test_advancing_into_a_stage_one_does_not_see_still_invites(enter: Enter, world: World, hidden: CandidateSession, db: Session) -> None:
    second = interviews.create_stage(db, world.actor, world.interview, NOW)
    interviews.publish(db, world.actor, second, NOW)
    members.limit_to(db, world.owner, world.reviewer, [world.interview.id], NOW)
    score(db, hidden, world.reviewer, 4, 4)
    db.commit()
    form = {"verdict": "advance", "reason": "Concrete examples.", "on": ""}
    assert enter(world.reviewer).post(f"/sessions/{hidden.id}/decision", data=form).status_code == 303
    serve(db, world.employer.id)
    invite = db.scalars(select(Invite).where(Invite.interview_id == second.id)).one()
    following = db.get_one(CandidateSession, invite.session_id)
    assert (following.previous_id, following.candidate_id) == (hidden.id, hidden.candidate_id)
    assert [letter.kind for letter in db.scalars(select(Mail).where(Mail.session_id == following.id))] == ["next_stage"]


def test_who_was_advanced_before_a_stage_was_published_can_be_invited_once(
    enter: Enter, world: World, hidden: CandidateSession, db: Session
) -> None:
    alice = enter(world.owner)
    score(db, hidden, world.owner, 4, 4)
    db.commit()
    alice.post(f"/sessions/{hidden.id}/decision", data={"verdict": "advance", "reason": "Concrete examples.", "on": ""})
    second = interviews.create_stage(db, world.actor, world.interview, NOW)
    interviews.publish(db, world.actor, second, NOW)
    db.commit()
    address = f"/interviews/{second.id}/invites"
    assert "1 person was advanced before" in alice.get(address).text
    assert "1 invited." in alice.post(f"{address}/advanced", follow_redirects=True).text
    assert "advanced before" not in alice.get(address).text
    assert "Nobody was waiting" in alice.post(f"{address}/advanced", follow_redirects=True).text
    serve(db, world.employer.id)
    assert [invite.interview_id for invite in db.scalars(select(Invite))] == [second.id]


def test_a_session_is_not_assigned_to_somebody_who_does_not_see_it(
    world: World, limited: Member, hidden: CandidateSession, db: Session
) -> None:
    serve(db, world.employer.id)
    with pytest.raises(Conflict, match="does not see"):
        inbox.assign(db, actor(world.owner), [hidden.id], limited.id, NOW)


def test_interviews_are_chosen_on_the_persons_page(enter: Enter, world: World, other: Interview, db: Session) -> None:
    alice = enter(world.owner)
    address = f"/members/{world.reviewer.id}"
    assert alice.post(f"{address}/interviews", data={"sees": "some", "interview": [other.id]}).status_code == 303
    assert "in 1 interview<" in alice.get(address).text
    assert enter(world.reviewer).get(f"/interviews/{world.interview.id}").status_code == 404
    alice.post(f"{address}/interviews", data={"sees": "all"})
    assert enter(world.reviewer).get(f"/interviews/{world.interview.id}").status_code == 200
    changes = [event.data for event in db.scalars(select(AuditEvent).where(AuditEvent.verb == "member:changed"))]
    assert changes == [{"interviews": [other.id], "before": "all"}, {"interviews": "all", "before": [other.id]}]


def test_somebody_can_be_added_for_one_interview(enter: Enter, world: World, other: Interview, db: Session) -> None:
    form = {"name": "Gast", "email": "gast@acme.test", "role": "reviewer", "interview": [other.id]}
    assert enter(world.owner).post("/members", data=form).status_code == 303
    made = db.scalars(select(Member).where(Member.email == "gast@acme.test")).one()
    assert (made.sees_all, members.seats(db, made)) == (False, {other.id})


def test_what_cannot_be_chosen_is_refused(enter: Enter, world: World, rival: World, other: Interview, db: Session) -> None:
    mine, foreign_id, reader, owner = world.reviewer.id, rival.interview.id, world.reader.id, world.owner.id
    bob, mallory, alice = enter(world.reviewer), enter(rival.owner), enter(world.owner)
    none = alice.post(f"/members/{mine}/interviews", data={"sees": "some"})
    assert none.status_code == 422
    assert "at least one interview" in none.text
    foreign = {"sees": "some", "interview": [foreign_id]}
    assert alice.post(f"/members/{mine}/interviews", data=foreign).status_code == 404
    own = alice.post(f"/members/{owner}/interviews", data={"sees": "some", "interview": [other.id]})
    assert own.status_code == 422
    assert bob.post(f"/members/{reader}/interviews", data={"sees": "all"}).status_code == 403
    assert mallory.post(f"/members/{mine}/interviews", data={"sees": "all"}).status_code == 404


def test_who_becomes_an_admin_sees_everything_again(enter: Enter, world: World, limited: Member, db: Session) -> None:
    enter(world.owner).post(f"/members/{limited.id}/role", data={"role": "admin"})
    assert enter(limited).get(f"/interviews/{world.interview.id}").status_code == 200


@pytest.fixture
def looker(world: World, other: Interview, hidden: CandidateSession, db: Session) -> Member:
    """Bob, who reviews the sales screen and may only look at the support screen."""
    members.limit_to(db, world.owner, world.reviewer, [other.id, world.interview.id], NOW, [world.interview.id])
    db.commit()
    return world.reviewer


@pytest.mark.parametrize("address", CHANGE)
def test_who_only_looks_changes_and_exports_nothing_there(
    address: str, enter: Enter, looker: Member, ids: dict[str, str], db: Session
) -> None:
    form = {"format": "csv", "text": "a note", "verdict": "advance", "reason": "Good."}
    assert enter(looker).post(address.format(**ids), data=form).status_code == 404
    assert db.query(Note).count() == 0


def test_who_only_looks_somewhere_reads_there_and_scores_elsewhere(
    enter: Enter, looker: Member, world: World, hidden: CandidateSession, other: Interview, db: Session
) -> None:
    score(db, hidden, world.owner, 3, 4)
    theirs = create_submitted(db, replace(world, interview=other, version=other.versions[0]), name="Sanna Sales")
    db.commit()
    bob = enter(looker)
    page = bob.get(f"/sessions/{hidden.id}").text
    assert "Alice" in page, "who cannot score sees what others gave"
    assert "Submit my scores" not in page
    assert "Keep note" not in page
    assert "Submit my scores" in bob.get(f"/sessions/{theirs.id}").text
    assert bob.post(f"/sessions/{theirs.id}/notes", data={"text": "Clear."}).status_code in (200, 302, 303)
    assert db.query(Note).count() == 1


def test_nobody_is_sent_to_score_or_given_what_they_only_look_at(
    looker: Member, world: World, hidden: CandidateSession, db: Session
) -> None:
    limit(db, looker.id)
    assert inbox.find_next(db, looker) is None
    assert [row.id for row in inbox.page(db, looker, inbox.Filter(view="to_score")).rows] == []
    with pytest.raises(Conflict, match="only looks at"):
        inbox.assign(db, world.actor, [hidden.id], looker.id, NOW)


def test_bulk_actions_pass_over_what_somebody_only_looks_at(enter: Enter, looker: Member, hidden: CandidateSession, db: Session) -> None:
    enter(looker).post("/inbox/tag", data={"session": hidden.id, "tag": "later"})
    assert db.query(Tag).count() == 0


def test_a_ranking_shows_who_only_looks_what_others_gave(
    enter: Enter, looker: Member, world: World, hidden: CandidateSession, db: Session
) -> None:
    score(db, hidden, world.owner, 3, 4)
    db.commit()
    assert "Carla" in enter(looker).get(f"/shortlist/{world.interview.id}").text


def test_an_owner_says_in_the_form_where_somebody_only_looks(enter: Enter, world: World, other: Interview, db: Session) -> None:
    owner = enter(world.owner)
    form = {"sees": "some", "interview": [other.id, world.interview.id], "looks_only": [world.interview.id]}
    owner.post(f"/members/{world.reviewer.id}/interviews", data=form)
    assert members.looked_at(db, world.reviewer) == {world.interview.id}
    assert "only looks in 1 of them" in owner.get(f"/members/{world.reviewer.id}").text
    event = db.scalars(select(AuditEvent).where(AuditEvent.verb == "member:changed")).one()
    assert event.data["looks_only"] == [world.interview.id]
    owner.post(f"/members/{world.reviewer.id}/interviews", data=form | {"looks_only": []})
    assert members.looked_at(db, world.reviewer) == set()


LATER = NOW + timedelta(hours=1)


def let_score(db: Session, world: World, member: Member, other: Interview) -> None:
    """Whatever kept this member from scoring on the support screen ends."""
    if member.role == "read_only":
        members.change_role(db, world.owner, member, "reviewer", LATER)
    else:
        members.limit_to(db, world.owner, member, [other.id], LATER)
        members.limit_to(db, world.owner, member, None, LATER)
    db.commit()


@pytest.mark.parametrize("who", ["looker", "reader"])
def test_who_could_see_others_scores_first_is_named_and_counts_nowhere_as_independent(
    who: str, enter: Enter, looker: Member, world: World, hidden: CandidateSession, other: Interview, db: Session
) -> None:
    member = looker if who == "looker" else world.reader
    agree(db, hidden)
    score(db, hidden, world.owner, 5, 5)
    let_score(db, world, member, other)
    mine = score(db, hidden, member, 1, 1)
    db.commit()
    assert mine.card.saw_others
    assert "You could see others’ scores before scoring" in enter(member).get(f"/sessions/{hidden.id}").text
    cards = scorecards.submitted(db, [hidden.id])
    assert (len(cards), reliability.of_cards(world.version.criteria, cards).pairs) == (2, 0)
    assert figures.of_interview(db, world.interview, world.version.id, LATER).agreement.pairs == 0
    assert [lesson.level for lesson in proposing.lessons(db, world.version.criteria[0], 9)] == [5.0]
    event = db.scalars(select(AuditEvent).where(AuditEvent.verb == "scorecard:submitted").order_by(AuditEvent.number.desc())).first()
    assert event is not None
    assert event.data == {"session": hidden.id, "saw_others": True}


def test_scores_that_came_after_they_stopped_only_looking_were_not_seen(
    looker: Member, world: World, hidden: CandidateSession, other: Interview, db: Session
) -> None:
    let_score(db, world, looker, other)
    scorecards.save(db, actor(world.owner), hidden, levels(db, hidden, 4, 4), LATER)
    scorecards.submit(db, actor(world.owner), hidden, LATER + timedelta(seconds=1))
    assert not score(db, hidden, looker, 3, 3).card.saw_others
    assert reliability.of_cards(world.version.criteria, scorecards.submitted(db, [hidden.id])).pairs == 2


def test_only_who_looked_there_is_named_however_often(
    looker: Member, world: World, hidden: CandidateSession, other: Interview, db: Session
) -> None:
    carol, after = members.create_member(db, world.actor, "carol@acme.test", "Carol", "reviewer", None, NOW), LATER + timedelta(seconds=2)
    members.limit_to(db, world.owner, carol, [other.id], NOW, looks_only=[other.id])
    members.limit_to(db, world.owner, world.reader, [other.id], NOW)
    let_score(db, world, looker, other)
    members.limit_to(db, world.owner, looker, [world.interview.id], LATER, looks_only=[world.interview.id])
    scorecards.save(db, actor(world.owner), hidden, levels(db, hidden, 4, 4), LATER)
    scorecards.submit(db, actor(world.owner), hidden, LATER + timedelta(seconds=1))
    members.change_role(db, world.owner, world.reader, "reviewer", after)
    for one in (carol, world.reader, looker):
        members.limit_to(db, world.owner, one, None, after)
    assert {one.name: score(db, hidden, one, 3, 3).card.saw_others for one in (world.reader, carol, looker)} == {
        looker.name: True, world.reader.name: False, "Carol": False,
    }  # fmt: skip
