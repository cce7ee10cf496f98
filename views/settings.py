"""Settings of the employer: name and contact as candidates read them, and the switches for proposals."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from domain import interviews, settings
from domain.errors import Invalid
from models import Employer, db
from views import guards, pages

door = Blueprint("settings", __name__, url_prefix="/settings")
guards.members_only(door, *guards.MANAGERS)


@door.get("")
def index() -> Response:
    return _page()


@door.post("")
def save() -> AnyResponse:
    employer = _employer()
    try:
        settings.change(db.session(), guards.actor(), employer, request.form, clock.now())
    except Invalid as refused:
        db.session.rollback()
        return _page(refused.status, refused, request.form.to_dict())
    db.session.commit()
    return pages.go(url_for("settings.index"), "Saved. Candidates who begin from now on read it so.")


@door.post("/proposals/<interview_id>")
def proposals(interview_id: str) -> AnyResponse:
    interview = interviews.get_interview(db.session(), interview_id)
    on, purpose = request.form.get("do") == "on", request.form.get("purpose", "")
    try:
        settings.switch_proposals(db.session(), guards.actor(), interview, on, purpose, clock.now())
    except Invalid as refused:
        db.session.rollback()
        return _page(refused.status, refused, {"interview": interview_id, "purpose": purpose})
    db.session.commit()
    return pages.go(url_for("settings.index"), "Switched on, for candidates who agree to it." if on else "Switched off.")


@door.post("/proposals")
def stop() -> AnyResponse:
    resume = request.form.get("do") == "resume"
    settings.stop_proposals(db.session(), guards.actor(), _employer(), clock.now(), resume=resume)
    db.session.commit()
    return pages.go(url_for("settings.index"), "Resumed." if resume else "Stopped. No proposal is made from now on.")


def _employer() -> Employer:
    return settings.get_employer(db.session(), guards.member().employer_id)


def _page(status: int = 200, refused: Invalid | None = None, typed: dict[str, str] | None = None) -> Response:
    return pages.page(
        "settings/index.html",
        status,
        employer=_employer(),
        interviews=settings.interviews_in_use(db.session()),
        refused=refused,
        wrong=refused.fields if refused else {},
        typed=typed or {},
        installation=guards.settings(),
        may_change=guards.member().role in guards.MANAGERS,
    )
