"""Choosing a password: forgotten, or for the first time. The link's token stands in the fragment and comes back in a form."""

from __future__ import annotations

from flask import Blueprint, Response, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock, passwords
from domain import logins, mail, members
from domain.errors import Invalid, TokenRefused
from domain.tokens import kind_of
from models import EVERY_EMPLOYER, db, serve
from views import guards, pages
from views.limits import limiter

door = Blueprint("passwords", __name__)
guards.anyone(door)


@door.get("/forgot")
def forgot() -> Response:
    return pages.page("members/forgot.html", sent=False, can_mail=bool(guards.settings().smtp_url))


@door.post("/forgot")
@limiter.limit("5/minute;30/hour")
def send() -> Response:
    """The same answer whether or not the address is known."""
    serve(db.session(), EVERY_EMPLOYER)
    member = logins.find_by_email(db.session(), request.form.get("email", "")[:320])
    if member is not None and guards.settings().smtp_url:
        mail.to_member(db.session(), member, "reset", clock.now())
        db.session.commit()
        guards.queues().nudge("mail")
    return pages.page("members/forgot.html", sent=True, can_mail=bool(guards.settings().smtp_url))


@door.get("/password")
def choose() -> Response:
    return pages.page("members/password.html", token="", wrong="")


@door.post("/password")
@limiter.limit("20/minute")
def change() -> AnyResponse:
    """Sets the password the link allows and ends every login of that person; they sign in with it next."""
    token, password = request.form.get("token", "").strip(), request.form.get("password", "")
    serve(db.session(), EVERY_EMPLOYER)
    try:
        _, claims = kind_of(guards.tokens(), token, members.PASSWORD_KINDS, clock.now())
        member = members.get_by_claims(db.session(), claims)
        members.require_good_password(password, member)
    except TokenRefused as refused:
        return pages.page("members/password.html", refused.status, token="", wrong=f"{refused.text} {refused.remedy}")
    except Invalid as refused:
        return pages.page("members/password.html", refused.status, token=token, wrong=refused.text)
    members.set_password(db.session(), member, passwords.hash_password(password), clock.now())
    db.session.commit()
    session.clear()
    return pages.go(url_for("auth.login"), "Your new password holds. Sign in with it.")
