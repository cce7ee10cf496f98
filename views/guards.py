"""The employer's door: who is signed in, for which employer, and what their role allows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import Blueprint, Response, current_app, g, request, session, url_for

from adapters import clock
from config import Settings
from domain import logins, members
from domain.audit import Actor
from domain.errors import Forbidden
from domain.tokens import Tokens
from jobs.queues import Queues
from models import EVERY_EMPLOYER, Member, db, limit, serve
from views import pages

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MANAGERS = ("owner", "admin")
SCORERS = ("owner", "admin", "reviewer")
EVERYBODY = (*SCORERS, "read_only")


def members_only(blueprint: Blueprint, *roles: str) -> None:
    """Guards every route of a blueprint: signed in; read-only members may look, never change.

    `roles` narrows who may change anything here; without it everybody but read-only may.
    """

    @blueprint.before_request
    def guard() -> Response | None:
        member = _signed_in()
        if member is None:
            return _to_login()
        g.member = member
        narrow(member)
        if request.method not in SAFE and member.role not in (roles or SCORERS):
            raise Forbidden
        return None

    blueprint.guard = "members"  # type: ignore[attr-defined]


def narrow(member: Member) -> None:
    """From here on only what this member may see is read; in a request that changes something, only what they may change."""
    serve(db.session(), member.employer_id)
    if not member.sees_all:
        limit(db.session(), member.id, to_change=request.method not in SAFE)


def anyone(blueprint: Blueprint) -> None:
    """Marks a blueprint as open to everybody on purpose; its routes check what they are given themselves."""
    blueprint.guard = "anyone"  # type: ignore[attr-defined]


def needs(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Narrows one route to some roles."""

    def wrap(route: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(route)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if member().role not in roles:
                raise Forbidden
            return route(*args, **kwargs)

        return guarded

    return wrap


def _to_login() -> Response:
    """A plain 302: a stranger's changing request must not be sent again to the login page as it is."""
    address = url_for("auth.login", then=request.path if request.method == "GET" and not pages.is_htmx() else None)
    return pages.go(address) if pages.is_htmx() else Response(status=302, headers={"Location": address})


def _signed_in() -> Member | None:
    login_id = session.get("login")
    if not login_id:
        return None
    serve(db.session(), EVERY_EMPLOYER)
    found = logins.find_member(db.session(), login_id, clock.now())
    db.session.commit()
    if found is None:
        session.clear()
    return found


def recognise() -> None:
    """Whoever is signed in keeps the top bar also where no guarded route answers, as at an address that does not exist."""
    found = None if "member" in g else _signed_in()
    if found is not None:
        g.member = found
        narrow(found)


def member() -> Member:
    """Who is signed in. Only inside a guarded route."""
    return cast(Member, g.member)


def may_score(interview_id: str) -> bool:
    """Whether the signed-in member may score, note and decide in this interview, or only look."""
    return members.may_score(db.session(), member(), interview_id)


def actor() -> Actor:
    """The signed-in member, for the audit chain."""
    return Actor(member().employer_id, "member", member().id)


def tokens() -> Tokens:
    """The installation's token maker."""
    return cast(Tokens, current_app.extensions["tokens"])


def queues() -> Queues:
    """The way to tell workers that something waits."""
    return cast(Queues, current_app.extensions["queues"])


def settings() -> Settings:
    """The installation's settings."""
    return cast(Settings, current_app.extensions["settings"])
