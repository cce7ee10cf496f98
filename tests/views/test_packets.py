"""The hand-off packet: what it says, as page, PDF and JSON, and who may share it with a guest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters import clock
from adapters.typesetter import typeset
from domain import decisions, erasure, guests, members, packets, reviews, scorecards
from domain.notes import write
from models import AuditEvent, CandidateSession, GuestLink, Member, Take, serve
from tests.factories import NOW, World, create_candidate_session
from tests.reviewing import SAID, WRITTEN, actor, create_submitted, levels, quoting, score
from tests.views.conftest import Enter
from views.packets import TEMPLATE

HOSTILE = '#panic("run") $x$ *bold* <b>&amp; \\ ] } "'


@pytest.fixture
def session(db: Session, world: World) -> CandidateSession:
    """Scored by Bob, with evidence and a decision."""
    made = create_submitted(db, world, "Zoë 面接 साक्षात्कार")
    score(db, made, world.reviewer, 4, 2)
    write(
        db,
        actor(world.reviewer),
        made,
        quoting(db, made, reviews.criteria(db, world.version.id)[0].id).model_copy(update={"text": "Asked well."}),
        NOW,
    )
    decisions.decide(db, actor(world.reviewer), made, "advance", "Calm and clear.", "", NOW)
    db.commit()
    return made


def first_take(db: Session, session: CandidateSession | str) -> str:
    session_id = session if isinstance(session, str) else session.id
    return db.scalars(select(Take.id).where(Take.session_id == session_id).order_by(Take.client_id)).all()[0]


@pytest.fixture
def link(db: Session, world: World, session: CandidateSession) -> GuestLink:
    made = guests.invite(db, world.reviewer, session, "Hanna Host", 7, clock.now())
    db.commit()
    return made


@pytest.fixture
def hanna(app: Flask, link: GuestLink, stranger: FlaskClient) -> FlaskClient:
    """A guest's browser that has opened the link."""
    response = stranger.post("/guest", data={"token": guests.mint(app.extensions["tokens"], link, clock.now())})
    assert (response.status_code, response.location) == (303, "/guest/packet")
    return stranger


def test_the_page_holds_scores_reasons_evidence_and_words(enter: Enter, world: World, session: CandidateSession) -> None:
    page = enter(world.reviewer).get(f"/sessions/{session.id}/packet").text
    quote = f"<blockquote>{SAID}"
    for words in ("Calm and clear.", "Asked well.", quote, SAID, WRITTEN, "scored low so far", "67 %", "Bob"):
        assert words in page


def test_who_has_not_scored_sees_no_score(enter: Enter, world: World, session: CandidateSession) -> None:
    page = enter(world.owner).get(f"/sessions/{session.id}/packet").text
    assert "appear here once yours are in" in page
    assert "Asked well." not in page


def test_the_pdf_is_tagged_and_written_down(enter: Enter, db: Session, world: World, session: CandidateSession) -> None:
    response = enter(world.reviewer).post(f"/sessions/{session.id}/packet", data={"as": "pdf"})
    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in response.data
    assert b"pdfuaid" in response.data
    assert "attachment" in response.headers["Content-Disposition"]
    event = db.scalars(select(AuditEvent).order_by(AuditEvent.number.desc()).where(AuditEvent.verb == "data:exported")).first()
    assert event is not None
    assert event.data == {"what": "packet", "as": "pdf"}


def test_the_json_says_what_the_page_says(enter: Enter, world: World, session: CandidateSession) -> None:
    told: Any = enter(world.reviewer).post(f"/sessions/{session.id}/packet", data={"as": "json"}).json
    assert told["scores"][0] == {"criterion": "Listening", "weight": 67, "levels": [4]}
    assert told["decision"]["reason"] == "Calm and clear."
    assert [answer["words"] for answer in told["answers"]] == [SAID, packets.NO_WORDS, WRITTEN]


def test_words_of_people_never_run_in_the_pdf(db: Session, session: CandidateSession) -> None:
    values = packets.plain(packets.for_guest(db, session), NOW)
    values |= {"name": HOSTILE, "interview": HOSTILE, "notes": [{**values["notes"][0], "text": HOSTILE, "quote": HOSTILE}]}
    values["answers"][0] |= {"heading": HOSTILE, "words": f"{HOSTILE}\n\n\n#eval"}
    assert typeset(TEMPLATE, values, NOW).startswith(b"%PDF-")


def test_an_empty_packet_is_set_too(db: Session, world: World) -> None:
    bare = create_candidate_session(db, world)
    assert typeset(TEMPLATE, packets.plain(packets.for_guest(db, bare), NOW), NOW).startswith(b"%PDF-")


def test_read_only_members_and_rivals_take_nothing_away(enter: Enter, world: World, rival: World, session: CandidateSession) -> None:
    for path in ("packet", "guests"):
        assert enter(world.reader).post(f"/sessions/{session.id}/{path}").status_code == 403
        assert enter(rival.owner).post(f"/sessions/{session.id}/{path}").status_code == 404
        assert enter(world.reviewer).post(f"/sessions/{session.id}/{path}", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert enter(world.reviewer).put(f"/sessions/{session.id}/{path}").status_code == 405
    assert enter(rival.owner).get(f"/sessions/{session.id}/packet").status_code == 404


def test_a_guest_reads_the_packet_and_every_opening_is_written_down(
    hanna: FlaskClient, enter: Enter, db: Session, world: World, session: CandidateSession
) -> None:
    page = hanna.get("/guest/packet").text
    for words in ("Calm and clear.", "Asked well.", SAID, WRITTEN, "For Hanna Host, from Bob"):
        assert words in page
    assert hanna.post("/guest/packet").mimetype == "application/pdf"
    told = enter(world.reviewer).get(f"/sessions/{session.id}/packet").text
    assert "opened 1 time," in told
    event = db.scalars(select(AuditEvent).where(AuditEvent.verb == "guest:opened")).one()
    assert (event.actor_kind, event.data) == ("guest", {"session": session.id})


def test_a_guest_plays_the_answers_of_this_packet_in_this_browser_only(
    app: Flask, hanna: FlaskClient, db: Session, world: World, session: CandidateSession
) -> None:
    serve(db, world.employer.id)
    take, other = (
        db.scalars(select(Take.id).where(Take.session_id == each.id).order_by(Take.client_id)).first()
        for each in (session, create_submitted(db, world))
    )
    db.commit()
    address = hanna.get(f"/guest/takes/{take}/captions").location
    assert address.startswith("/media/")
    assert SAID.split()[0] in hanna.get(address).text
    assert app.test_client().get(address).status_code == 403, "forwarded to somebody else"
    assert hanna.get(f"/guest/takes/{other}/captions").status_code == 404
    assert hanna.get(f"/sessions/{session.id}").status_code == 302, "a guest is no member"


@pytest.mark.parametrize("way", ["expired", "revoked"])
def test_a_link_that_ended_answers_gone_with_a_plain_sentence(
    app: Flask, hanna: FlaskClient, enter: Enter, db: Session, world: World, link: GuestLink, way: str
) -> None:
    serve(db, world.employer.id)
    address = hanna.get(f"/guest/takes/{first_take(db, link.session_id)}/captions").location
    if way == "revoked":
        assert enter(world.reviewer).post(f"/guests/{link.id}/revoke").status_code == 303
    else:
        link.expires_at = clock.now() - timedelta(seconds=1)
        db.commit()
    again = hanna.post("/guest", data={"token": guests.mint(app.extensions["tokens"], link, clock.now())})
    for response in (again, hanna.get("/guest/packet"), hanna.post("/guest/packet"), hanna.get(address)):
        assert response.status_code == 410
        assert "This link" in response.text
        assert "Ask the person who sent it" in response.text
    assert SAID not in hanna.get("/guest/packet").text


def test_knocking_and_making_pdfs_is_slowed_down(hanna: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("views.packets.typeset", lambda *_: b"%PDF-")
    assert [hanna.post("/guest/packet").status_code for _ in range(11)] == [200] * 10 + [429]
    assert hanna.get("/guest/packet").status_code == 200, "reading goes on"
    knocks = [hanna.post("/guest", data={"token": "x"}).status_code for _ in range(60)]
    assert (knocks[0], knocks[-1]) == (401, 429)


def test_a_token_older_than_a_month_or_of_another_kind_opens_nothing(app: Flask, stranger: FlaskClient, link: GuestLink) -> None:
    tokens = app.extensions["tokens"]
    old = guests.mint(tokens, link, clock.now() - timedelta(days=31))
    assert stranger.post("/guest", data={"token": old}).status_code == 410
    assert stranger.post("/guest", data={"token": tokens.mint("receipt", {"session": link.session_id}, clock.now())}).status_code == 401
    assert stranger.post("/guest", data={"token": "x"}).status_code == 401
    assert stranger.post("/guest").status_code == 401
    assert stranger.get("/guest/packet").location == "/guest"


def test_the_token_is_in_no_address_and_the_whole_link_may_be_pasted(
    app: Flask, enter: Enter, stranger: FlaskClient, world: World, link: GuestLink
) -> None:
    shown = (
        enter(world.reviewer).get(f"/sessions/{link.session_id}/packet").text.split('value="http://greenroom.test/guest#')[1].split('"')[0]
    )
    assert stranger.get("/guest").status_code == 200
    assert stranger.post("/guest", data={"token": f"http://greenroom.test/guest#{shown}"}).location == "/guest/packet"


def test_erasing_the_record_ends_the_link(hanna: FlaskClient, db: Session, world: World, session: CandidateSession) -> None:
    serve(db, world.employer.id)
    erasure.erase(db, actor(world.owner), session, clock.now(), person=True)
    db.commit()
    assert hanna.get("/guest/packet").status_code == 410


def test_nobody_shares_what_they_may_not_see(enter: Enter, db: Session, world: World) -> None:
    unscored = create_submitted(db, world)
    db.commit()
    bob, form = enter(world.reviewer), {"name": "Hanna", "days": "7"}
    refused = bob.post(f"/sessions/{unscored.id}/guests", data=form)
    assert refused.status_code == 409
    score(db, unscored, world.owner, 4, 4)
    db.commit()
    assert bob.post(f"/sessions/{unscored.id}/guests", data=form).status_code == 409, "others' scores are hidden from Bob"
    assert "Share with a guest" not in bob.get(f"/sessions/{unscored.id}/packet").text
    assert "guest:invited" not in db.scalars(select(AuditEvent.verb)).all()


def scored_after(db: Session, session: CandidateSession, member: Member, at: datetime) -> bool:
    """Whether the scores this member submits then are said to have come after a sight of others'."""
    serve(db, session.employer_id)
    scorecards.save(db, actor(member), session, levels(db, session, 3, 3), at)
    return scorecards.submit(db, actor(member), session, at).card.saw_others


def test_who_made_a_link_before_their_own_scores_could_read_others_through_it(
    enter: Enter, db: Session, world: World, session: CandidateSession
) -> None:
    alice, form = enter(world.owner), {"name": "Hanna", "days": "7"}
    assert "named as given after them" in alice.get(f"/sessions/{session.id}/packet").text
    assert alice.post(f"/sessions/{session.id}/guests", data=form).status_code == 303
    assert scored_after(db, session, world.owner, clock.now())
    db.commit()
    assert "You could see others’ scores before scoring" in alice.get(f"/sessions/{session.id}").text
    assert "named as given after them" not in alice.get(f"/sessions/{session.id}/packet").text


@pytest.mark.parametrize("way", ["expired", "revoked"])
def test_a_link_that_ended_before_anybody_scored_again_showed_nothing(
    db: Session, world: World, session: CandidateSession, way: str
) -> None:
    fresh, ended = create_submitted(db, world), NOW + timedelta(minutes=1)
    times = {"expires_at": ended} if way == "expired" else {"expires_at": NOW + timedelta(days=7), "revoked_at": ended}
    about = {"employer_id": world.employer.id, "session_id": fresh.id, "member_id": world.owner.id}
    db.add(GuestLink(**about, name="Hanna", created_at=NOW, **times))
    assert not scored_after(db, fresh, world.reviewer, ended + timedelta(minutes=1))
    assert not scored_after(db, fresh, world.owner, ended + timedelta(minutes=2))


def test_scores_given_while_the_link_lived_were_open_too_but_only_to_who_made_it(db: Session, world: World) -> None:
    fresh, ada = create_submitted(db, world), members.create_member(db, world.actor, "ada@acme.test", "Ada", "admin", None, NOW)
    score(db, fresh, world.reviewer, 4, 4)
    guests.invite(db, world.owner, fresh, "Hanna", 7, NOW - timedelta(hours=1))
    assert not scored_after(db, fresh, ada, NOW + timedelta(minutes=1)), "another's link is no look of hers"
    assert scored_after(db, fresh, world.owner, NOW + timedelta(minutes=2))


def test_the_address_of_anothers_link_waits_for_ones_own_scores(
    enter: Enter, db: Session, world: World, session: CandidateSession, link: GuestLink
) -> None:
    alice, at = enter(world.owner), f"/sessions/{session.id}/packet"
    assert "Hanna Host" in alice.get(at).text
    assert "/guest#" not in alice.get(at).text
    score(db, session, world.owner, 3, 3)
    db.commit()
    assert "/guest#" in alice.get(at).text


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "x" * 121}, {"days": "0"}, {"days": "31"}, {"days": "soon"}])
def test_a_link_needs_a_name_and_an_end(enter: Enter, world: World, session: CandidateSession, wrong: dict[str, str]) -> None:
    response = enter(world.reviewer).post(f"/sessions/{session.id}/guests", data={"name": "Hanna", "days": "7", **wrong})
    assert response.status_code == 422
    assert "Share with a guest" in response.text


def test_revoking_is_for_scorers_of_this_employer(enter: Enter, world: World, rival: World, link: GuestLink) -> None:
    assert enter(world.reader).post(f"/guests/{link.id}/revoke").status_code == 403
    assert enter(rival.owner).post(f"/guests/{link.id}/revoke").status_code == 404
    assert enter(world.owner).post("/guests/nothing/revoke").status_code == 404


def test_the_title_is_the_one_the_candidate_met(
    alice: FlaskClient, hanna: FlaskClient, db: Session, world: World, session: CandidateSession
) -> None:
    serve(db, world.employer.id)
    world.interview.title, world.interview.draft = "Never published", {**world.interview.draft, "title": "Never published"}
    db.commit()
    for page in (alice.get(f"/sessions/{session.id}/packet"), alice.get(f"/sessions/{session.id}"), hanna.get("/guest/packet")):
        assert "Support screen" in page.text
        assert "Never published" not in page.text
