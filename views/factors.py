"""The second factor: switched on with an authenticator app, asked for after the password, off again with a code."""

from __future__ import annotations

import segno
from flask import Blueprint, Response, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from domain import logins, totp
from domain.errors import Invalid
from models import EVERY_EMPLOYER, Member, db, serve
from views import guards, pages
from views.limits import limiter

door = Blueprint("factors", __name__)
guards.members_only(door, *guards.EVERYBODY)
half_door = Blueprint("half", __name__)
guards.anyone(half_door)

HALF_SECONDS = 300


@door.get("/account/factor")
def show() -> Response:
    return _show()


@door.post("/account/factor")
@limiter.limit("20/minute")
def turn_on() -> AnyResponse:
    """The secret lies in the signed cookie until a code proves that the app has it."""
    secret = session.get("factor", "")
    try:
        codes = totp.turn_on(db.session(), guards.member(), secret, request.form.get("code", ""), clock.now())
    except Invalid as refused:
        return _show(refused.status, refused.text)
    db.session.commit()
    session.pop("factor", None)
    return pages.page("members/codes.html", codes=codes)


@door.post("/account/factor/off")
@limiter.limit("10/minute")
def turn_off() -> AnyResponse:
    if not totp.is_right(guards.member(), request.form.get("code", ""), clock.now()):
        return _show(Invalid.status, "That code is not right.")
    totp.turn_off(db.session(), guards.member(), clock.now())
    db.session.commit()
    return pages.go(url_for("factors.show"), "The second factor is off.")


@half_door.get("/login/code")
def ask() -> AnyResponse:
    if _half() is None:
        return pages.go(url_for("auth.login"))
    return pages.page("members/code.html", wrong="")


@half_door.post("/login/code")
@limiter.limit("10/minute;60/hour")
def check() -> AnyResponse:
    """The second half of signing in. A code is taken once."""
    member = _half()
    if member is None:
        return pages.go(url_for("auth.login"), "That took too long. Sign in again.", "warn")
    if not totp.is_right(member, request.form.get("code", ""), clock.now()):
        logins.refuse(db.session(), member, clock.now())
        db.session.commit()
        return pages.page("members/code.html", Invalid.status, wrong="That code is not right, or was used already. Type the newest one.")
    started = logins.sign_in(db.session(), member, request.user_agent.string, clock.now())
    db.session.commit()
    then = pages.local(session.get("then"), url_for("inbox.index"))
    session.clear()
    session["login"] = started.id
    return pages.go(then)


def begin(member: Member, then: str) -> AnyResponse:
    """After a right password: remembers for a few minutes who is half in, and asks for the code."""
    session.clear()
    session["half"], session["half_at"], session["then"] = member.id, clock.now().timestamp(), then
    return pages.go(url_for("half.ask"))


def _half() -> Member | None:
    if clock.now().timestamp() - float(session.get("half_at", 0)) > HALF_SECONDS:
        return None
    serve(db.session(), EVERY_EMPLOYER)
    return logins.find_by_id(db.session(), session.get("half", ""))


def _show(status: int = 200, wrong: str = "") -> Response:
    member = guards.member()
    if member.totp_secret is None and "factor" not in session:
        session["factor"] = totp.new_secret()
    secret = "" if member.totp_secret else session["factor"]
    picture = (
        segno.make(totp.address(secret, member)).svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True) if secret else ""
    )
    return pages.page("members/factor.html", status, secret=secret, picture=picture, wrong=wrong)
