"""Signing in and out, and the list of one's own logins."""

from __future__ import annotations

from hashlib import sha256

from flask import Blueprint, Flask, Response, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock, passwords
from config import Settings
from domain import logins
from domain.errors import Invalid
from models import EVERY_EMPLOYER, Member, db, serve
from views import factors, guards, pages
from views.limits import limiter

door = Blueprint("auth", __name__)
guards.anyone(door)
account_door = Blueprint("account", __name__)
guards.members_only(account_door, *guards.EVERYBODY)
WRONG = "That address and password do not belong together."
LONGEST_PASSWORD = 1000


def account_of_form() -> str:
    """Whose password is tried, as a hash: Redis keeps the key on disk, and an address has no business there."""
    return "login:" + sha256(request.form.get("email", "").strip().lower()[:320].encode()).hexdigest()


@door.get("/login")
def login() -> Response:
    return pages.page("auth/login.html", then=pages.local(request.args.get("then"), ""), email="", wrong="")


@door.post("/login")
@limiter.limit("60/minute")
@limiter.limit("10/minute;100/hour", key_func=account_of_form)
def sign_in() -> AnyResponse:
    """The same answer for an unknown address and a wrong password, after the same time."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    now = clock.now()
    serve(db.session(), EVERY_EMPLOYER)
    member = logins.find_by_email(db.session(), email)
    if not passwords.is_right(password[:LONGEST_PASSWORD], member.password_hash if member else None) or member is None:
        return _refuse(member, email)
    if member.totp_secret is not None:
        return factors.begin(member, pages.local(request.form.get("then"), url_for("inbox.index")))
    started = logins.sign_in(db.session(), member, request.user_agent.string, now)
    db.session.commit()
    session.clear()
    session["login"] = started.id
    return pages.go(pages.local(request.form.get("then"), url_for("inbox.index")))


def _refuse(member: Member | None, email: str) -> Response:
    if member is not None:
        logins.refuse(db.session(), member, clock.now())
        db.session.commit()
    then = pages.local(request.form.get("then"), "")
    return pages.page("auth/login.html", Invalid.status, then=then, email=email[:320], wrong=WRONG)


@account_door.post("/logout")
def logout() -> Response:
    logins.end(db.session(), guards.member(), session["login"], clock.now())
    db.session.commit()
    session.clear()
    return pages.go(url_for("auth.login"), "You are logged out.")


@account_door.get("/account")
def account() -> Response:
    found = logins.current(db.session(), guards.member(), clock.now())
    return pages.page("auth/account.html", logins=found, own=session["login"])


@account_door.post("/account/logins/<login_id>/end")
def end(login_id: str) -> Response:
    logins.end(db.session(), guards.member(), login_id, clock.now())
    db.session.commit()
    return pages.go(url_for("account.account"), "That login has ended.")


def init_app(app: Flask) -> None:
    """Counts attempts in Redis when it answers, in memory when it does not."""
    settings: Settings = app.extensions["settings"]
    app.config.setdefault("RATELIMIT_STORAGE_URI", settings.redis.replace("unix://", "redis+unix://", 1))
    limiter.init_app(app)
    app.register_blueprint(door)
    app.register_blueprint(account_door)
