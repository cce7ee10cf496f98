"""Opening, starting, coming back, consenting, asking for another way, submitting, leaving."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from adapters import clock
from domain import invites
from domain.audit import Verb
from domain.invites import Invited
from models import AuditEvent, CandidateSession, Consent, Interview, Notice, Step
from tests.door import CLIP, Door, code, embed_token, sha256
from tests.factories import World


def verbs(db: Session, subject_id: str) -> list[str]:
    rows = db.scalars(sa.select(AuditEvent).where(AuditEvent.subject_id == subject_id).order_by(AuditEvent.number))
    return [row.verb for row in rows]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_opening_shows_the_interview_and_the_notice_and_makes_no_session(db: Session, door: Door) -> None:
    answer = door.open(locale="fr-CA")
    assert answer.status_code == 200
    assert door.opened["state"] == "new"
    assert door.opened["token"] is door.opened["session"] is door.opened["person"] is None
    assert door.opened["interview"]["contact"] == {"name": "Hanna", "email": "jobs@acme.test"}
    assert [one["prompt"] for one in door.opened["interview"]["questions"]][1] == "How do you plan a busy week?"
    assert door.opened["notice"]["locale"] == "fr"
    assert door.opened["notice"]["ai_consent_asked"] is False
    assert db.scalar(sa.select(sa.func.count()).select_from(CandidateSession)) == 0


def test_the_frame_is_told_which_questions_each_criterion_is_scored_in(db: Session, world: World, door: Door) -> None:
    world.version.criteria[0].question_positions, world.version.criteria[1].question_positions = [1], []
    db.commit()
    door.open()
    shown = door.opened["interview"]["criteria"]
    assert [one["questions"] for one in shown] == [[1], []], "no question named: all of them"


def test_a_question_kept_back_is_shown_only_after_the_start(db: Session, world: World, door: Door) -> None:
    world.version.questions[0].preview = False
    db.commit()
    door.open()
    assert door.opened["interview"]["questions"][0]["prompt"] == ""
    door.begin()
    door.open(door.resume)
    assert door.opened["interview"]["questions"][0]["prompt"].startswith("Tell us")


def test_starting_stores_who_agreed_to_what_and_under_which_words(db: Session, door: Door) -> None:
    door.start(name="Łucja 名前", email="lucja@home.test")
    session = db.get_one(CandidateSession, door.session["id"])
    assert (session.state, session.time_zone, session.device["kind"]) == ("in_progress", "Europe/Lisbon", "phone")
    assert session.candidate.name == "Łucja 名前"
    consent = db.scalars(sa.select(Consent).where(Consent.session_id == session.id)).one()
    assert (consent.purpose, consent.given) == ("recording", True)
    assert db.get_one(Notice, consent.notice_id).sha256 == door.opened["notice"]["hash"]
    assert verbs(db, session.id) == [Verb.SESSION_STARTED, Verb.CONSENT_GIVEN]


def test_it_does_not_start_without_the_notice_that_stands_now(db: Session, world: World, door: Door) -> None:
    door.open()
    assert code(door.begin(notice_hash="")) == "notice_changed"
    world.interview.proposals_on = True
    db.commit()
    answer = door.begin()
    assert (answer.status_code, code(answer)) == (409, "notice_changed")
    assert db.scalar(sa.select(sa.func.count()).select_from(CandidateSession)) == 0


def test_it_does_not_record_without_consent(door: Door) -> None:
    door.open()
    answer = door.begin(consent={"recording": False, "ai": True})
    assert (answer.status_code, code(answer)) == (422, "consent_needed")


@pytest.mark.parametrize("consent", [{"recording": "yes"}, {"recording": 1}, "all", {}])
def test_consent_is_never_guessed(door: Door, consent: object) -> None:
    door.open()
    assert door.begin(consent=consent).status_code in (400, 422)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "   "), ("email", "carla"), ("email", "a@b"), ("email", "a b@home.test"), ("email", "@home.test")],
)
def test_a_missing_name_or_address_is_asked_for_by_field(door: Door, field: str, value: str) -> None:
    door.open()
    answer = door.begin(**{field: value})
    assert answer.status_code == 422
    assert field in (answer.json or {})["error"]["fields"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "a\nb"), ("name", "x" * 201), ("name", "\x00"), ("name", 7), ("device", {"kind": "toaster"}), ("time_zone", "<script>")],
)
def test_hostile_fields_are_refused_with_the_name_of_the_field(door: Door, field: str, value: object) -> None:
    door.open()
    answer = door.begin(**{field: value})
    assert answer.status_code == 400
    assert (answer.json or {})["error"]["field"].startswith(field)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"token": "\\ud800"}', b"{" * 5000])
def test_a_garbage_body_gets_a_sentence_not_a_stack_trace(app: Flask, body: bytes) -> None:
    for path in ("/c/open", "/c/start"):
        answer = app.test_client().post(path, data=body, content_type="application/json")
        assert 400 <= answer.status_code < 500
        assert (answer.json or {})["error"]["message"]


def test_an_oversized_body_is_refused(app: Flask) -> None:
    answer = app.test_client().post("/c/open", data=b'{"token": "' + b"x" * (300 << 10) + b'"}')
    assert (answer.status_code, code(answer)) == (413, "too_large")


def test_a_test_snippet_makes_a_test_session(app: Flask, db: Session, world: World) -> None:
    world.embed.is_test = True
    db.commit()
    door = Door(app, embed_token(app, world.embed)).start()
    assert door.opened["interview"]["is_test"] is True
    assert db.get_one(CandidateSession, door.session["id"]).is_test is True


def test_an_invited_person_is_never_asked_who_they_are_and_starts_once(app: Flask, db: Session, world: World, door: Door) -> None:
    invite = invites.create(db, world.actor, world.interview, Invited("Ivo", "ivo@home.test"), clock.now())
    db.commit()
    link = invites.mint(app.extensions["tokens"], invite, clock.now())
    door.open(link)
    assert (door.opened["state"], door.opened["person"]) == ("new", {"name": "Ivo", "email": "ivo@home.test"})
    first = door.begin(link, name="", email="").json or {}
    again = door.begin(link, name="", email="").json or {}
    assert first["session"]["id"] == again["session"]["id"] == invite.session_id
    assert code(door.ask("POST", "/c/events", {"step": "devices"}, token=first["token"])) == "other_tab"
    assert door.ask("POST", "/c/events", {"step": "devices"}, token=again["token"]).status_code == 204


def test_coming_back_goes_on_where_they_were(db: Session, door: Door) -> None:
    door.start().record(1)
    answer = door.open(door.resume)
    assert (answer.status_code, door.opened["state"]) == (200, "in_progress")
    assert door.session["takes"][0]["state"] == "verified"
    assert door.session["answers"][0]["take_id"] == door.session["takes"][0]["id"]
    assert Verb.SESSION_RESUMED in verbs(db, door.session["id"])


def test_only_the_newest_tab_may_change_the_session(door: Door) -> None:
    door.start()
    old = door.token
    url = door.create().headers["Location"]
    door.open(door.resume)
    calls = [
        ("POST", "/c/submit", {}),
        ("POST", "/c/withdraw", {}),
        ("POST", "/c/consent", {"ai": False}),
        ("POST", "/c/accommodation", {}),
        ("POST", "/c/extend", {}),
        ("POST", "/c/events", {"step": "notice"}),
        ("PUT", f"/c/answers/{door.question(3)}", {"text": "x"}),
    ]
    for method, path, body in calls:
        answer = door.ask(method, path, body, token=old)
        assert (answer.status_code, code(answer)) == (409, "other_tab"), path
    assert (door.ask("GET", "/c/session", token=old).json or {})["newest_tab"] is False
    assert (door.ask("GET", "/c/session").json or {})["newest_tab"] is True
    assert Door(door.app, "", token=old).patch(url, CLIP).status_code == 204
    body = {"bytes": len(CLIP), "sha256": sha256(CLIP), "seconds": 1, "reason": "stopped"}
    assert door.ask("POST", f"/c/takes/{door.take()['id']}/close", body, token=old).status_code == 200


def test_whoever_is_answering_near_the_deadline_takes_a_quarter_of_an_hour_more_ten_times(
    db: Session, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.start()
    deadline = at(door.session["deadline"])
    assert code(door.ask("POST", "/c/extend", {})) == "conflict", "an hour before at the earliest"
    for more in range(10):
        monkeypatch.setattr(clock, "now", lambda more=more: deadline + timedelta(minutes=15 * more) - timedelta(seconds=20))
        if not more:
            door.open(door.resume)
        answer = door.ask("POST", "/c/extend", {})
        assert answer.status_code == 200
        assert at((answer.json or {})["deadline"]) == deadline + timedelta(minutes=15 * (more + 1))
    assert code(door.ask("POST", "/c/extend", {})) == "conflict"
    assert verbs(db, door.session["id"]).count(Verb.SESSION_EXTENDED) == 10
    assert door.write(3).status_code == 200, "still open"


def test_a_session_that_has_ended_cannot_be_extended(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.start()
    late = at(door.session["deadline"]) + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    door.open(door.resume)
    assert code(door.ask("POST", "/c/extend", {})) == "session_ended"


def test_a_session_past_its_deadline_is_over(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.start().record(1)
    late = at(door.session["deadline"]) + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    door.open(door.resume)
    assert door.opened["state"] == "expired"
    assert code(door.write()) == "session_ended"


def test_more_time_other_forms_and_more_attempts_are_granted_at_once(db: Session, door: Door) -> None:
    door.start()
    assert door.create(2, "video", "no").status_code == 400
    asked = {"more_time": True, "other_kinds": True, "more_retakes": True, "message": "no reason given"}
    answer = door.ask("POST", "/c/accommodation", asked)
    assert answer.status_code == 200
    granted = answer.json or {}
    assert (granted["time_factor"], granted["other_kinds"]) == (None, True)
    assert granted["extra_retakes"] > 0
    assert door.ask("PUT", f"/c/answers/{door.question(1)}", {"text": "in writing"}).status_code == 200
    assert Verb.ACCOMMODATION_REQUESTED in verbs(db, door.session["id"])


def test_the_audit_chain_does_not_say_what_was_asked_for(db: Session, door: Door) -> None:
    door.start().ask("POST", "/c/accommodation", {"more_time": True, "message": "canary"})
    events = db.scalars(sa.select(AuditEvent).where(AuditEvent.verb == Verb.ACCOMMODATION_REQUESTED)).all()
    assert [event.data for event in events] == [{}]


def test_agreement_to_proposals_is_asked_only_where_they_run_and_can_be_taken_back(db: Session, world: World, door: Door) -> None:
    door.start()
    assert code(door.ask("POST", "/c/consent", {"ai": True})) == "conflict"
    world.interview.proposals_on, world.interview.proposals_purpose = True, "to help"
    db.commit()
    other = Door(door.app, door.embed).start(consent={"recording": True, "ai": True})
    assert other.opened["notice"]["ai_consent_asked"] is True
    assert other.session["consent"] == {"recording": True, "ai": True}
    assert (other.ask("POST", "/c/consent", {"ai": False}).json or {})["consent"]["ai"] is False
    assert verbs(db, other.session["id"])[-1] == Verb.CONSENT_WITHDRAWN
    assert code(other.ask("POST", "/c/consent", {})) == "bad_request"


def test_an_agreement_nobody_asked_for_is_not_kept(db: Session, door: Door) -> None:
    door.start(consent={"recording": True, "ai": True})
    assert door.session["consent"] == {"recording": True, "ai": False}
    assert db.scalars(sa.select(Consent.purpose)).all() == ["recording"]


def test_refusing_proposals_leaves_everything_else_as_it_is(db: Session, world: World, app: Flask) -> None:
    db.get_one(Interview, world.interview.id).proposals_on = True
    db.commit()
    shown = []
    for ai in (True, False):
        door = Door(app, embed_token(app, world.embed)).start(consent={"recording": True, "ai": ai}).answer_all()
        shown.append(door.submit().status_code)
    assert shown == [200, 200]


def test_agreement_can_be_taken_back_after_submitting(db: Session, world: World, door: Door) -> None:
    world.interview.proposals_on = True
    db.commit()
    door.start(consent={"recording": True, "ai": True}).answer_all().submit()
    assert (door.ask("POST", "/c/consent", {"ai": False}).json or {})["consent"]["ai"] is False


def test_submitting_needs_every_answer_whole(door: Door) -> None:
    door.start()
    door.create(2, "audio", "half")
    door.ask("PUT", f"/c/answers/{door.question(2)}", {"take_id": door.take("half")["id"]})
    door.write(3, "   ")
    answer = door.submit()
    assert (answer.status_code, code(answer)) == (409, "not_complete")
    missing = {one["question_id"]: one["reason"] for one in (answer.json or {})["error"]["missing"]}
    assert missing == {door.question(1): "unanswered", door.question(2): "incomplete", door.question(3): "unanswered"}


def test_submitting_compares_what_the_browser_and_the_server_hold(door: Door) -> None:
    door.start().answer_all()
    for wrong in ({"sha256": "0" * 64}, {"bytes": 1}):
        answer = door.submit([{"question_id": door.question(1), **wrong}])
        assert (answer.json or {})["error"]["missing"] == [{"question_id": door.question(1), "reason": "mismatch"}]
    text = b"I would ask what happened."
    right = [
        {"question_id": door.question(1), "sha256": sha256(CLIP), "bytes": len(CLIP)},
        {"question_id": door.question(3), "sha256": sha256(text), "bytes": len(text)},
    ]
    assert door.submit(right).status_code == 200


def test_the_receipt_lists_every_answer_to_the_byte(db: Session, door: Door) -> None:
    door.start().answer_all()
    receipt = door.submit().json or {}
    assert [(one["kind"], one["bytes"], one["state"]) for one in receipt["answers"]][:2] == [
        ("video", len(CLIP), "verified"),
        ("audio", len(CLIP), "verified"),
    ]
    assert receipt["answers"][0]["sha256"] == sha256(CLIP)
    assert receipt["facts"] == door.opened["notice"]["facts"]
    promise = at(receipt["promise_at"]) - at(receipt["submitted_at"])
    assert promise == timedelta(days=10)
    kept = door.ask("GET", "/c/receipt", token=receipt["receipt_token"]).json or {}
    assert {**kept, "receipt_token": ""} == {**receipt, "receipt_token": ""}
    assert verbs(db, door.session["id"])[-1] == Verb.SESSION_SUBMITTED


def test_a_second_submit_gives_the_same_receipt(db: Session, door: Door) -> None:
    door.start().answer_all()
    first, second = door.submit().json or {}, door.submit().json or {}
    assert first["submitted_at"] == second["submitted_at"]
    assert verbs(db, door.session["id"]).count(Verb.SESSION_SUBMITTED) == 1


def test_of_twenty_submits_at_once_one_counts(db: Session, door: Door) -> None:
    door.start().answer_all()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: door.submit(), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({(answer.json or {})["submitted_at"] for answer in answers}) == 1
    db.rollback()
    assert verbs(db, door.session["id"]).count(Verb.SESSION_SUBMITTED) == 1


def test_a_submitted_session_can_no_longer_be_changed(door: Door) -> None:
    door.start().answer_all().submit()
    for answer in (
        door.write(3, "something better"),
        door.create(1, "video", "another"),
        door.ask("POST", "/c/withdraw", {}),
        door.ask("POST", "/c/accommodation", {"more_time": True}),
    ):
        assert (answer.status_code, code(answer)) == (409, "session_ended")


def test_the_receipt_opens_the_receipt_and_nothing_else(door: Door) -> None:
    door.start().answer_all()
    receipt = (door.submit().json or {})["receipt_token"]
    assert code(door.ask("GET", "/c/session", token=receipt)) == "token_wrong_kind"
    door.open(receipt, host_origin=None)
    assert door.opened["state"] == "submitted"
    assert door.ask("GET", "/c/receipt").status_code == 200


def test_there_is_no_receipt_before_the_end(door: Door) -> None:
    door.start()
    assert code(door.ask("GET", "/c/receipt")) == "conflict"


def test_a_candidate_can_withdraw(db: Session, door: Door) -> None:
    door.start().record(1)
    for _ in range(2):
        assert (door.ask("POST", "/c/withdraw", {}).json or {})["state"] == "withdrawn"
    assert verbs(db, door.session["id"]).count(Verb.SESSION_ENDED) == 1
    assert code(door.submit()) == "session_ended"
    door.open(door.resume)
    assert door.opened["state"] == "withdrawn"


def test_steps_are_counted_without_a_person(db: Session, door: Door) -> None:
    door.start()
    assert door.ask("POST", "/c/events", {"step": "devices", "trouble": "NotAllowedError"}).status_code == 204
    step = db.scalars(sa.select(Step)).one()
    assert (step.name, step.position, step.trouble) == ("devices", None, "NotAllowedError")
    for wrong in ({"step": "tab_switch"}, {}, {"step": "devices", "trouble": "x" * 41}, {"step": "question", "position": 0}):
        assert code(door.ask("POST", "/c/events", wrong)) == "bad_request"


def test_nothing_the_door_says_is_kept_by_a_cache_or_a_cookie(door: Door) -> None:
    door.start()
    answer = door.ask("GET", "/c/session")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_a_burst_is_slowed_down(door: Door) -> None:
    answers = [door.ask("POST", "/c/open", {"token": "x"}, token="") for _ in range(245)]
    assert answers[0].status_code == 401
    assert (answers[-1].status_code, code(answers[-1])) == (429, "too_many")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
