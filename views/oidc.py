"""Signing in through the employer's identity provider. It says who somebody is; whether they may come in is said here."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from adapters.oidc import OidcError, Provider
from domain import logins
from domain.errors import NotFound
from models import EVERY_EMPLOYER, db, serve
from views import guards, pages
from views.limits import limiter

door = Blueprint("oidc", __name__)
guards.anyone(door)


@door.get("/login/organisation")
@limiter.limit("20/minute")
def begin() -> AnyResponse:
    try:
        begun = _provider().begin()
    except OidcError as error:
        return _refuse(str(error))
    session["oidc"] = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier}
    session["then"] = pages.local(request.args.get("then"), url_for("inbox.index"))
    return pages.go(begun.address)


@door.get("/login/organisation/back")
@limiter.limit("20/minute")
def back() -> AnyResponse:
    """The provider sends the browser here. What was begun may be finished once."""
    begun = session.pop("oidc", None) or {}
    given = request.args.get("state", "")
    if not begun or not hmac.compare_digest(str(begun["state"]).encode(), given.encode()):
        return _refuse("This sign-in was not begun here, or took too long.")
    try:
        email = _provider().finish(request.args.get("code", ""), begun["nonce"], begun["verifier"])
    except OidcError as error:
        return _refuse(str(error))
    serve(db.session(), EVERY_EMPLOYER)
    member = logins.find_by_email(db.session(), email)
    if member is None:
        return _refuse("Nobody here has the address your organisation gave. Ask an owner to invite you.")
    started = logins.sign_in(db.session(), member, request.user_agent.string, clock.now())
    db.session.commit()
    then = session.get("then", url_for("inbox.index"))
    session.clear()
    session["login"] = started.id
    return pages.go(then)


def _provider() -> Provider:
    settings = guards.settings()
    if not settings.oidc_issuer:
        raise NotFound
    back_here = f"{settings.public_url}/login/organisation/back"
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, back_here)


def _refuse(text: str) -> Response:
    return pages.page("auth/login.html", 401, then="", email="", wrong=text)
