"""Asking a candidate back: the form with one question, and the link it makes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from adapters import clock
from domain import addenda, invites, reviews
from domain.addenda import Ask
from domain.errors import Refused
from domain.snippets import hosted_link
from models import CandidateSession, db
from views import guards, pages

door = Blueprint("addenda", __name__)
guards.members_only(door)


@door.get("/sessions/<session_id>/ask")
def form(session_id: str) -> Response:
    return _page(reviews.get_session(db.session(), session_id))


@door.post("/sessions/<session_id>/ask")
def ask(session_id: str) -> Response:
    session = reviews.get_session(db.session(), session_id)
    wanted = Ask(request.form.get("prompt", ""), request.form.getlist("kinds"), request.form.get("days", 0, int))
    try:
        addenda.ask(db.session(), guards.actor(), session, wanted, clock.now())
    except Refused as refused:
        db.session.rollback()
        return _page(session, refused.status, refused=refused, prompt=wanted.prompt, kinds=wanted.kinds, days=wanted.days or "")
    db.session.commit()
    guards.queues().nudge("mail")
    return pages.go(url_for("addenda.form", session_id=session.id), "Sent.")


def _page(session: CandidateSession, status: int = 200, **typed: Any) -> Response:
    allowed, asked = addenda.kinds_of(session), addenda.of_session(db.session(), session.id)
    values = {"refused": None, "prompt": "", "kinds": allowed, "days": addenda.DAYS, **typed}
    links = {one.session.id: _link(one.session) for one in asked if one.is_open}
    can_ask = guards.may_score(session.interview_id)
    return pages.page("addenda/ask.html", status, session=session, allowed=allowed, asked=asked, links=links, can_ask=can_ask, **values)


def _link(session: CandidateSession) -> str:
    """For a candidate without an address, or whose mail did not arrive: somebody passes it on by hand."""
    token = invites.mint(guards.tokens(), addenda.find_invite(db.session(), session), clock.now())
    return hosted_link(guards.settings().public_url, token)
