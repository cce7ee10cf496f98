"""Every way a token can be wrong, at every address that takes one: refused, each with its own plain message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from adapters import clock
from domain import candidates, interviews, invites
from domain.audit import Actor
from domain.invites import Invited
from domain.tokens import Tokens
from models import CandidateSession, Embed
from tests import factories
from tests.door import Door, code, embed_token
from tests.factories import World

GUARDED = [
    ("GET", "/c/session"),
    ("GET", "/c/receipt"),
    ("POST", "/c/submit"),
    ("POST", "/c/withdraw"),
    ("POST", "/c/consent"),
    ("POST", "/c/accommodation"),
    ("POST", "/c/extend"),
    ("POST", "/c/events"),
    ("POST", "/c/takes/nothing/close"),
    ("GET", "/c/takes/nothing/media"),
    ("PUT", "/c/answers/nothing"),
    ("POST", "/c/uploads"),
    ("HEAD", "/c/uploads/nothing"),
    ("PATCH", "/c/uploads/nothing"),
    ("DELETE", "/c/uploads/nothing"),
]


def tokens(app: Flask) -> Tokens:
    return app.extensions["tokens"]  # type: ignore[no-any-return]


def claims(door: Door) -> dict[str, str | int | list[str]]:
    return {"session": door.session["id"], "version": 1, "tab": 1}


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_it_refuses_a_call_without_a_token(door: Door, method: str, path: str) -> None:
    answer = door.ask(method, path, {} if method != "GET" else None, token="")
    assert answer.status_code == 401
    assert method == "HEAD" or code(answer) == "token_missing"


@pytest.mark.parametrize(("method", "path"), [one for one in GUARDED if one[1] != "/c/receipt" and one[0] != "HEAD"])
def test_it_refuses_a_token_of_another_kind(app: Flask, door: Door, method: str, path: str) -> None:
    door.start()
    wrong = [tokens(app).mint(kind, claims(door), clock.now()) for kind in ("invite", "resume", "receipt", "media", "reset")]
    for token in [*wrong, door.embed]:
        answer = door.ask(method, path, {}, token=token)
        assert (answer.status_code, code(answer)) == (401, "token_wrong_kind")


@pytest.mark.parametrize(("method", "path"), [one for one in GUARDED if one[0] != "HEAD"])
def test_it_refuses_an_altered_token(door: Door, method: str, path: str) -> None:
    door.start()
    middle = len(door.token) // 2
    altered = door.token[:middle] + ("A" if door.token[middle] != "A" else "B") + door.token[middle + 1 :]
    answer = door.ask(method, path, {}, token=altered)
    assert (answer.status_code, code(answer)) == (401, "token_invalid")


@pytest.mark.parametrize(("method", "path"), [one for one in GUARDED if one[0] != "HEAD"])
def test_it_refuses_an_expired_token(app: Flask, door: Door, method: str, path: str) -> None:
    door.start()
    old = tokens(app).mint("candidate", claims(door), clock.now() - timedelta(hours=12, seconds=1))
    answer = door.ask(method, path, {}, token=old)
    assert (answer.status_code, code(answer)) == (401, "token_expired")


@pytest.mark.parametrize(("method", "path"), [one for one in GUARDED if one[0] != "HEAD"])
def test_it_refuses_a_token_of_a_retired_key_and_says_so(app: Flask, door: Door, method: str, path: str) -> None:
    door.start()
    app.extensions["tokens"] = Tokens(["n" * 40], retired=["k" * 40])
    answer = door.ask(method, path, {})
    assert (answer.status_code, code(answer)) == (401, "token_retired")


@pytest.mark.parametrize(("method", "path"), [one for one in GUARDED if one[0] != "HEAD"])
def test_it_refuses_tokens_that_were_recalled(db: Session, world: World, door: Door, method: str, path: str) -> None:
    door.start()
    session = db.get_one(CandidateSession, door.session["id"])
    candidates.cancel(db, world.actor, session, "position filled", clock.now())
    db.commit()
    answer = door.ask(method, path, {})
    assert (answer.status_code, code(answer)) == (401, "token_revoked")


@pytest.mark.parametrize(("method", "path"), [one for one in GUARDED if one[0] != "GET" and one[0] != "HEAD"])
def test_it_refuses_a_post_that_another_site_made_the_browser_send(door: Door, method: str, path: str) -> None:
    answer = door.ask(method, path, {}, token="", Sec_Fetch_Site="cross-site", Origin="https://evil.test")
    assert answer.status_code == 403
    assert code(answer) == "cross_site"


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_it_refuses_another_method(door: Door, method: str, path: str) -> None:
    door.start()
    answer = door.ask("GET" if method != "GET" else "POST", path)
    assert answer.status_code == 405
    assert method in answer.headers["Allow"] or "HEAD" in answer.headers["Allow"]


def test_a_token_of_an_older_key_still_works_after_rotation(app: Flask, door: Door) -> None:
    door.start()
    app.extensions["tokens"] = Tokens(["k" * 40, "n" * 40])
    assert door.ask("GET", "/c/session").status_code == 200


def test_a_token_holds_nothing_personal(door: Door) -> None:
    door.start(name="Zoë Ungewöhnlich", email="zoe@canary.test")
    for token in (door.token, door.resume, door.embed):
        payload = token.split("~")[-1].split(".")[0]
        readable = __import__("base64").urlsafe_b64decode(payload + "==").decode()
        assert "canary" not in readable
        assert "Zo" not in readable


@pytest.mark.parametrize("path", ["/c/open", "/c/start"])
def test_the_entrance_refuses_a_missing_a_wrong_and_an_altered_token(app: Flask, door: Door, path: str) -> None:
    door.start()
    cases = {"": "token_missing", "nonsense": "token_invalid", door.token: "token_wrong_kind", door.embed[:-2] + "xx": "token_invalid"}
    cases[f"{'0' * 26}~{door.embed.partition('~')[2]}"] = "token_invalid"
    for token, expected in cases.items():
        answer = door.ask("POST", path, {"token": token}, token="")
        assert (answer.status_code, code(answer)) == (401, expected), token


def test_only_a_snippet_or_an_invite_starts_an_interview(door: Door) -> None:
    door.start()
    for token in (door.resume,):
        assert code(door.begin(token)) == "token_wrong_kind"


@pytest.mark.parametrize("path", ["/c/open", "/c/start"])
def test_the_entrance_refuses_a_revoked_snippet(db: Session, world: World, door: Door, path: str) -> None:
    door.open()
    interviews.revoke_embed(db, world.actor, world.embed, clock.now())
    db.commit()
    answer = door.ask("POST", path, {"token": door.embed, "host_origin": factories.ORIGIN}, token="")
    assert (answer.status_code, code(answer)) == (401, "token_revoked")


@pytest.mark.parametrize("path", ["/c/open", "/c/start"])
@pytest.mark.parametrize(
    "origin", ["https://evil.test", "http://careers.acme.test", "https://careers.acme.test.evil.test", "null", "", "x"]
)
def test_the_entrance_refuses_a_foreign_origin(door: Door, path: str, origin: str) -> None:
    answer = door.ask("POST", path, {"token": door.embed, "host_origin": origin}, token="")
    assert (answer.status_code, code(answer)) == (403, "origin_refused")


def test_the_hosted_page_has_no_host_and_is_let_in(door: Door) -> None:
    assert door.open(host_origin=None).status_code == 200


def test_a_resumed_session_is_not_shown_on_a_foreign_site_either(door: Door) -> None:
    door.start()
    assert code(door.open(door.resume, host_origin="https://evil.test")) == "origin_refused"


def test_the_entrance_refuses_a_revoked_and_an_expired_invite(
    app: Flask, db: Session, world: World, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [invites.create(db, world.actor, world.interview, Invited("Ivo", days=1), clock.now()) for _ in range(2)]
    invites.revoke(db, world.actor, made[0], clock.now())
    db.commit()
    links = [invites.mint(tokens(app), one, clock.now()) for one in made]
    assert code(door.open(links[0])) == "token_revoked"
    assert door.open(links[1]).status_code == 200
    late = clock.now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert code(door.open(links[1])) == "token_expired"


@pytest.mark.parametrize("kind", ["resume", "invite"])
def test_whoever_comes_back_after_most_of_a_year_goes_on_as_long_as_the_interview_is_open(
    app: Flask, db: Session, world: World, door: Door, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    begun = clock.now()
    invite = invites.create(db, world.actor, world.interview, Invited("Ivo", days=365), begun)
    db.commit()
    link = invites.mint(tokens(app), invite, begun)
    token = door.start(link).resume if kind == "resume" else link
    later = begun + timedelta(days=364)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (door.open(token).status_code, door.opened["state"]) == (200, "in_progress" if kind == "resume" else "new")
    invites.extend(db, world.actor, invite, 300, later)
    db.commit()
    later = begun + timedelta(days=600)
    assert door.open(token).status_code == 200


@pytest.mark.parametrize("kind", ["resume", "invite", "receipt"])
def test_a_year_after_the_end_no_link_opens_what_was_answered(
    app: Flask, db: Session, world: World, door: Door, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    invite = invites.create(db, world.actor, world.interview, Invited("Ivo"), clock.now())
    db.commit()
    link = invites.mint(tokens(app), invite, clock.now())
    resume = door.start(link).resume
    session = candidates.get_session(db, invite.session_id)
    candidates.move(db, Actor(world.employer.id, "system"), session, "expired", clock.now(), "deadline passed")
    db.commit()
    later = clock.now() + timedelta(days=367)
    token = {"resume": resume, "invite": link, "receipt": tokens(app).mint("receipt", {"session": session.id}, later)}[kind]
    assert door.open(token).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: later)
    assert code(door.open(token)) == "token_expired"


@pytest.mark.parametrize(("kind", "path"), [("receipt", "/c/receipt"), ("candidate", "/c/receipt"), ("candidate", "/c/session")])
def test_a_receipt_renewed_on_its_last_day_does_not_live_for_another_year(
    app: Flask, db: Session, world: World, door: Door, monkeypatch: pytest.MonkeyPatch, kind: str, path: str
) -> None:
    door.start()
    session = candidates.get_session(db, door.session["id"])
    candidates.move(db, Actor(world.employer.id, "system"), session, "expired", clock.now(), "deadline passed")
    db.commit()
    later = clock.now() + timedelta(days=367)
    renewed = tokens(app).mint(kind, claims(door), later - timedelta(hours=2))
    assert door.ask("GET", path, token=renewed).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: later)
    assert code(door.ask("GET", path, token=renewed)) == "token_expired"


def test_revoking_an_invite_stops_the_very_next_slice(app: Flask, db: Session, world: World, door: Door) -> None:
    invite = invites.create(db, world.actor, world.interview, Invited("Ivo", "ivo@home.test"), clock.now())
    db.commit()
    door.start(invites.mint(tokens(app), invite, clock.now()))
    url = door.create().headers["Location"]
    assert door.patch(url, b"first").status_code == 204
    invites.revoke(db, world.actor, invite, clock.now())
    db.commit()
    answer = door.patch(url, b"second", offset=5)
    assert (answer.status_code, code(answer)) == (401, "token_revoked")


def test_an_interview_nobody_published_or_that_was_archived_is_not_open(app: Flask, db: Session, world: World, door: Door) -> None:
    draft = interviews.create(db, world.actor, factories.create_design(), clock.now())
    unpublished: Embed = interviews.create_embed(db, world.actor, draft, [factories.ORIGIN], clock.now())
    world.interview.archived_at = clock.now()
    db.commit()
    for token in (embed_token(app, unpublished), door.embed):
        answer = door.ask("POST", "/c/open", {"token": token, "host_origin": factories.ORIGIN}, token="")
        assert (answer.status_code, code(answer)) == (404, "not_found")
        assert "not open" in answer.text
