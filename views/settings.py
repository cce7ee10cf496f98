"""Settings of the employer: name and contact as candidates read them, and the switches for proposals."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from flask import Blueprint, Response, current_app, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from adapters.storage import MediaStore, StoreError
from domain import interviews, logos, settings
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


@door.post("/logo")
def logo() -> AnyResponse:
    """Another logo from a file, or none."""
    employer, file = _employer(), request.files.get("logo")
    chosen = None
    try:
        if request.form.get("do") != "remove":
            chosen = _store_logo(employer, file.stream.read(logos.MOST_BYTES + 1) if file else b"")
    except Invalid as refused:
        return _page(refused.status, refused)
    before = employer.settings.get("logo")
    logos.choose(db.session(), guards.actor(), employer, chosen, clock.now())
    db.session.commit()
    if before and before != chosen:
        with suppress(StoreError):  # a small picture left behind harms nobody
            _store().delete(before["key"])
    return pages.go(url_for("settings.index"), "Candidates see it from now on." if chosen else "Taken away.")


def _store_logo(employer: Employer, data: bytes) -> dict[str, str]:
    kind, key = logos.kind_of(data), logos.key_of(employer, data)
    _store().put(key, data)
    return {"key": key, "type": kind}


def _store() -> MediaStore:
    return cast(MediaStore, current_app.extensions["store"])


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
        logo=logos.mint(guards.tokens(), _employer(), clock.now()),
        refused=refused,
        wrong=refused.fields if refused else {},
        typed=typed or {},
        installation=guards.settings(),
        may_change=guards.member().role in guards.MANAGERS,
    )
