"""Designing an interview: start from the library, write, preview as a candidate, publish; versions and stages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from adapters.speech_models import can_hear
from domain import clips, drafts, embeds, interviews, notices, rubrics
from domain.designs import LANGUAGES, InterviewDesign, spoken_language
from domain.drafts import Draft
from domain.errors import Conflict, Invalid
from domain.interviews import Page
from domain.library import STARTERS, find_starter
from domain.snippets import snippet
from models import Interview, db, new_id
from models.candidate import STATES
from views import design_form, guards, pages, tables

door = Blueprint("interviews", __name__, url_prefix="/interviews")
guards.members_only(door, *guards.MANAGERS)

ENGLISH_ONLY = (
    "The speech model on this server knows English only: with this choice answers are kept and played, but not written down. "
    "Whoever runs the server can add one that knows it: greenroom add-model base."
)
LANGUAGE_NAMES = {"en": "English", "es": "Español", "hi": "हिन्दी", "ja": "日本語", "de": "Deutsch", "fr": "Français"}


@door.get("")
def index() -> Response:
    rows = interviews.overview(db.session(), archived="archived" in request.args)
    return pages.page("interviews/index.html", rows=rows, archived="archived" in request.args)


@door.post("/export")
def export() -> Response:
    """The list of interviews in use, with how many candidates stand where, as CSV or JSON."""
    heads = ["opening", "stage", "interview", "version", *STATES]
    found = [(row.interview, row.version, row.counts) for row in interviews.overview(db.session())]
    rows = [[one.opening.title, one.stage, one.title, version, *(n.get(state, 0) for state in STATES)] for one, version, n in found]
    return tables.take_away("interviews", heads, rows)


@door.get("/new")
def new() -> Response:
    return pages.page("interviews/new.html", starters=STARTERS, minutes=_minutes())


@door.post("")
def create() -> AnyResponse:
    starter = find_starter(request.form.get("starter", ""))
    draft = drafts.from_starter(starter) if starter else drafts.blank()
    untouched = interviews.find_untouched(db.session(), draft)
    interview = untouched or interviews.create_draft(db.session(), guards.actor(), draft, clock.now())
    db.session.commit()
    return pages.go(url_for("interviews.design", interview_id=interview.id))


@door.get("/<interview_id>")
def design(interview_id: str) -> Response:
    interview = interviews.get_interview(db.session(), interview_id)
    return _designer(interview, interview.draft)


@door.post("/<interview_id>")
def save(interview_id: str) -> AnyResponse:
    """Saves, and does what the pressed button says: add, copy, move or remove a part, or take another rubric."""
    interview = interviews.get_interview(db.session(), interview_id)
    command = request.form.get("do", "")
    draft = _changed(_typed(interview), command)
    page = Page(interview.draft_revision, _page().editor) if command == "overwrite" else _page()
    try:
        interviews.save_draft(db.session(), guards.actor(), interview, draft, page, clock.now())
    except Conflict as conflict:
        return _stale(interview, draft, conflict)
    db.session.commit()
    if command.startswith("clip-"):
        return pages.go(url_for("clips.show", interview_id=interview.id, slot=command.removeprefix("clip-")))
    if command not in ("", "save", "overwrite"):
        return pages.go(url_for("interviews.design", interview_id=interview.id, _anchor=_anchor(command, draft)))
    if drafts.check(draft).wrong:
        return _designer(interview, draft, Invalid.status)
    return pages.go(url_for("interviews.design", interview_id=interview.id), "Saved.")


@door.post("/<interview_id>/autosave")
def autosave(interview_id: str) -> Response:
    """The draft as it is being typed; answers with what stands between it and publishing."""
    interview = interviews.get_interview(db.session(), interview_id)
    draft, page = _typed(interview), _page()
    back = url_for("interviews.design", interview_id=interview_id)
    try:
        interviews.save_draft(db.session(), guards.actor(), interview, draft, page, clock.now())
    except Conflict:
        db.session.rollback()
        values = _values(interview, draft, page, saved="", conflict=True)
        return pages.fragment("interviews/_state.html", Conflict.status, title=interview.title, back=back, **values)
    db.session.commit()
    values = _values(interview, draft, Page(interview.draft_revision, page.editor), saved=f"{clock.now():%H:%M} UTC")
    return pages.fragment("interviews/_autosaved.html", title=interview.title, back=back, **values)


@door.post("/<interview_id>/parts")
def parts(interview_id: str) -> Response:
    """Questions and rubric after a button, without reloading the page."""
    interview = interviews.get_interview(db.session(), interview_id)
    command = request.form.get("do", "")
    draft, page = _changed(_typed(interview), command), _page()
    interviews.save_draft(db.session(), guards.actor(), interview, draft, page, clock.now())
    db.session.commit()
    page = Page(interview.draft_revision, page.editor)
    values = _values(interview, draft, page, saved=f"{clock.now():%H:%M} UTC", focus=_anchor(command, draft))
    back = url_for("interviews.design", interview_id=interview_id)
    return pages.fragment("interviews/_changed.html", title=interview.title, back=back, **values)


@door.post("/<interview_id>/publish")
def publish(interview_id: str) -> AnyResponse:
    interview = interviews.get_interview(db.session(), interview_id)
    draft = _typed(interview)
    try:
        interviews.save_draft(db.session(), guards.actor(), interview, draft, _page(), clock.now())
    except Conflict as conflict:
        return _stale(interview, draft, conflict)
    db.session.commit()
    try:
        version = interviews.publish(db.session(), guards.actor(), interview, clock.now())
    except Invalid as refused:
        return _designer(interview, draft, refused.status, refused=refused)
    db.session.commit()
    return pages.go(url_for("embeds.index", interview_id=interview.id), f"Version {version.number} is published.")


@door.post("/<interview_id>/preview")
def make_preview(interview_id: str) -> AnyResponse:
    interview = interviews.get_interview(db.session(), interview_id)
    draft = _typed(interview)
    try:
        interviews.save_draft(db.session(), guards.actor(), interview, draft, _page(), clock.now())
        db.session.commit()
        interviews.preview(db.session(), guards.actor(), interview, guards.settings().public_url, clock.now())
    except Conflict as conflict:
        return _stale(interview, draft, conflict)
    except Invalid as refused:
        return _designer(interview, draft, refused.status, refused=refused)
    db.session.commit()
    return pages.go(url_for("interviews.preview", interview_id=interview.id))


@door.get("/<interview_id>/preview")
def preview(interview_id: str) -> Response:
    interview = interviews.get_interview(db.session(), interview_id)
    embed = embeds.find_preview(db.session(), interview)
    token = embeds.token_of(guards.tokens(), embed) if embed else ""
    code = snippet(guards.settings().public_url, token) if embed else ""
    return pages.page("interviews/preview.html", interview=interview, code=code, live=False)


@door.get("/<interview_id>/versions")
def versions(interview_id: str) -> Response:
    interview = interviews.get_interview(db.session(), interview_id)
    return pages.page("interviews/versions.html", interview=interview, versions=interviews.versions_with_counts(db.session(), interview))


@door.get("/<interview_id>/versions/<int:number>")
def version(interview_id: str, number: int) -> Response:
    interview = interviews.get_interview(db.session(), interview_id)
    found = interviews.get_version(db.session(), interview, number)
    design, now = InterviewDesign.model_validate(found.design), clock.now()
    shown = clips.of_draft(db.session(), found.design).values()
    address = {clip.id: {name: clips.mint(guards.tokens(), clip.id, name, now) for name in ("playback", "captions")} for clip in shown}
    return pages.page("interviews/version.html", interview=interview, version=found, design=design, clips=address)


@door.post("/<interview_id>/stages")
def create_stage(interview_id: str) -> AnyResponse:
    before = interviews.get_interview(db.session(), interview_id)
    interview = interviews.create_stage(db.session(), guards.actor(), before, clock.now())
    db.session.commit()
    toast = "A further stage. Once it is published, whoever is advanced is invited to it."
    return pages.go(url_for("interviews.design", interview_id=interview.id), toast)


@door.post("/<interview_id>/copy")
def copy(interview_id: str) -> AnyResponse:
    before = interviews.get_interview(db.session(), interview_id)
    draft = {**before.draft, "title": f"{before.title} (copy)"}
    interview = interviews.create_draft(db.session(), guards.actor(), draft, clock.now())
    db.session.commit()
    return pages.go(url_for("interviews.design", interview_id=interview.id), "Copied.")


@door.post("/<interview_id>/archive")
def archive(interview_id: str) -> AnyResponse:
    interview = interviews.get_interview(db.session(), interview_id)
    back = request.form.get("do") == "restore"
    interviews.archive(db.session(), guards.actor(), interview, clock.now(), back=back)
    db.session.commit()
    return pages.go(url_for("interviews.index"), "Back on the list." if back else "Archived. Whoever has started may finish.")


def _page() -> Page:
    revision = request.form.get("revision", "")
    return Page(int(revision) if revision.isdecimal() and len(revision) < 10 else 0, request.form.get("editor", "")[:26])


def _typed(interview: Interview) -> Draft:
    """The form as a draft. A form without its heart is no form of ours: refused rather than saved as emptiness."""
    if "title" not in request.form or "revision" not in request.form:
        raise Invalid("The form arrived incomplete.", {"title": "missing"})
    return {**interview.draft, **design_form.read(request.form)}


def _changed(draft: Draft, command: str) -> Draft:
    if command == "use-rubric":
        return drafts.with_criteria(draft, rubrics.criteria_of(db.session(), request.form.get("rubric", "")))
    return drafts.change(draft, command)


def _anchor(command: str, draft: Draft) -> str:
    """The part the page should stand at after a button."""
    verb, noun, number = [*command.split("-"), "", ""][:3]
    key = {"question": "questions", "criterion": "criteria"}.get(noun)
    if key is None:
        return "rubric"
    at = int(number) if number.isdecimal() else len(draft[key]) - 1
    at += {"up": -1, "down": 1, "copy": 1, "remove": -1}.get(verb, 0)
    return f"{noun}-{min(max(0, at), max(0, len(draft[key]) - 1))}"


def _stale(interview: Interview, draft: Draft, conflict: Conflict) -> Response:
    """The page as typed and still on its old revision: only “save mine” replaces what somebody else wrote."""
    db.session.rollback()
    return _designer(interview, draft, conflict.status, page=_page(), conflict=True)


def _designer(interview: Interview, draft: Draft, status: int = 200, page: Page | None = None, **said: Any) -> Response:
    page = page or Page(interview.draft_revision, new_id())
    values = _values(interview, draft, page, **said)
    design = values["checked"].design
    told = notices.of_draft(db.session(), interview, design, _can_hear(draft)) if design else []
    return pages.page("interviews/design.html", status, told=told, **values)


def _values(
    interview: Interview,
    draft: Draft,
    page: Page,
    *,
    saved: str = "",
    conflict: bool = False,
    refused: Invalid | None = None,
    focus: str = "",
) -> dict[str, Any]:
    checked = interviews.check(db.session(), draft)
    beside: dict[str, list[str]] = {}
    for warning in checked.warnings:
        beside.setdefault(warning.field, []).append(warning.text)
    if draft.get("transcribe") and guards.settings().speech_model != "off" and not _can_hear(draft):
        beside.setdefault("any_language" if draft.get("any_language") else "language", []).append(ENGLISH_ONLY)
    return {
        "interview": interview,
        "draft": draft,
        "page": page,
        "checked": checked,
        "clips": {slot: (clip, clips.problem(clip)) for slot, clip in clips.of_draft(db.session(), draft).items()},
        "wrong": {**checked.wrong, **(refused.fields if refused else {})},
        "beside": beside,
        "refused": refused,
        "conflict": conflict,
        "saved": saved,
        "said_fields": drafts.fields(draft),
        "focus": focus,
        "published": interviews.find_published(db.session(), interview.id),
        "languages": [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        "rubric_choices": rubrics.choices(db.session()),
        "may_change": guards.member().role in guards.MANAGERS,
    }


def _can_hear(draft: Draft) -> bool:
    """Whether the speech model of this server knows what answers to this draft are spoken in."""
    return can_hear(guards.settings().speech_model, spoken_language(draft))


def _minutes() -> dict[str, int | None]:
    return {starter.key: drafts.check(drafts.from_starter(starter)).minutes for starter in STARTERS}
