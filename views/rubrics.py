"""The rubric library: ready rubrics, the employer's own, and JSON in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from domain import drafts, interviews, rubrics
from domain.drafts import Draft
from domain.errors import Conflict, Invalid
from domain.library import STARTERS
from models import Rubric, db
from views import design_form, guards, pages

door = Blueprint("rubrics", __name__, url_prefix="/rubrics")
guards.members_only(door, *guards.MANAGERS)


@door.get("")
def index() -> Response:
    return pages.page("rubrics/index.html", kept=rubrics.kept(db.session()), starters=STARTERS, may_change=_may_change(), refused=None)


@door.get("/new")
def new() -> Response:
    """An editor that starts from an interview's rubric, from another rubric, or blank."""
    interview_id, key = request.args.get("interview", ""), request.args.get("from", "")
    if interview_id:
        draft = rubrics.draft_of_interview(interviews.get_interview(db.session(), interview_id))
    elif key:
        draft = rubrics.draft_of(rubrics.name_of(db.session(), key), rubrics.criteria_of(db.session(), key))
    else:
        draft = {"name": "", "criteria": drafts.blank()["criteria"]}
    return _editor(None, draft)


@door.post("")
def create() -> AnyResponse:
    return _save(None)


@door.get("/<rubric_id>")
def edit(rubric_id: str) -> Response:
    rubric = rubrics.get_rubric(db.session(), rubric_id)
    return _editor(rubric, rubrics.draft_of(rubric.name, rubrics.criteria_of(db.session(), rubric.id)))


@door.post("/<rubric_id>")
def save(rubric_id: str) -> AnyResponse:
    return _save(rubrics.get_rubric(db.session(), rubric_id))


@door.post("/<rubric_id>/archive")
def archive(rubric_id: str) -> AnyResponse:
    rubrics.archive(db.session(), guards.actor(), rubrics.get_rubric(db.session(), rubric_id), clock.now())
    db.session.commit()
    return pages.go(url_for("rubrics.index"), "Removed from the library. Interviews that took it keep their copy.")


@door.get("/export/<key>")
def export(key: str) -> Response:
    """A rubric as a JSON file; `key` is a starter's or a kept rubric's."""
    name = rubrics.name_of(db.session(), key)
    response = Response(rubrics.export(name, rubrics.criteria_of(db.session(), key)), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="rubric-{key}.json"'
    return response


@door.post("/import")
def take_in() -> AnyResponse:
    """A file that is a rubric opens in the editor, unsaved, so that what is in it is read before it is kept."""
    file = request.files.get("file")
    try:
        draft = rubrics.read(file.stream.read(rubrics.LARGEST + 1) if file else b"")
    except Invalid as refused:
        values: dict[str, Any] = {"kept": rubrics.kept(db.session()), "starters": STARTERS, "may_change": _may_change()}
        return pages.page("rubrics/index.html", refused.status, refused=refused, **values)
    return _editor(None, draft)


def _save(rubric: Rubric | None) -> AnyResponse:
    """Keeps the rubric, or shows it again after a button that adds, copies, moves or removes a criterion."""
    if "name" not in request.form:
        raise Invalid("The form arrived incomplete.", {"name": "missing"})
    draft = {"name": request.form["name"].replace("\0", "").strip(), "criteria": design_form.read_criteria(request.form)}
    command = request.form.get("do", "")
    if command not in ("", "save"):
        changed = drafts.change({**drafts.blank(), "criteria": draft["criteria"]}, command)
        return _editor(rubric, {**draft, "criteria": changed["criteria"]}, revision=_revision())
    try:
        if rubric is None:
            rubrics.create(db.session(), guards.actor(), draft, clock.now())
        else:
            rubrics.save(db.session(), guards.actor(), rubric, draft, _revision(), clock.now())
    except (Invalid, Conflict) as refused:
        db.session.rollback()
        return _editor(rubric, draft, refused.status, refused=refused, revision=rubric.revision if rubric else 0)
    db.session.commit()
    return pages.go(url_for("rubrics.index"), "Kept in the library.")


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _may_change() -> bool:
    return guards.member().role in guards.MANAGERS


def _editor(rubric: Rubric | None, draft: Draft, status: int = 200, **said: Any) -> Response:
    checked = rubrics.check(draft)
    refused = said.get("refused")
    fields = refused.fields if isinstance(refused, Invalid) else {}
    values = {
        "rubric": rubric,
        "draft": draft,
        "checked": checked,
        "wrong": {**checked.wrong, **fields},
        "beside": {},
        "refused": refused,
        "revision": said.get("revision", rubric.revision if rubric else 0),
        "may_change": _may_change(),
        "focus": "",
    }
    return pages.page("rubrics/edit.html", status, **values)
