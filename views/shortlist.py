"""The ranked shortlist of an interview, and candidates side by side."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request

from domain import interviews, shortlist
from domain.errors import Invalid, NotFound
from domain.shortlist import Shortlist
from models import Interview, db
from views import guards, pages, tables

door = Blueprint("shortlist", __name__)
guards.members_only(door)


@door.get("/shortlist")
def index() -> Response:
    return pages.page("shortlist/index.html", interviews=shortlist.interviews(db.session()))


@door.get("/shortlist/<interview_id>")
def show(interview_id: str) -> Response:
    return _show(interview_id)


@door.get("/shortlist/<interview_id>/compare")
def compare(interview_id: str) -> Response:
    interview, ticked = interviews.get_interview(db.session(), interview_id), request.args.getlist("s")
    try:
        sides = shortlist.compare(db.session(), guards.member(), interview, ticked)
    except Invalid as refused:
        return _show(interview_id, refused.status, refused=refused, ticked=ticked)
    names = list(dict.fromkeys(name for side in sides for name in [*side.means, *side.evidence]))
    answer = pages.page("shortlist/compare.html", interview=interview, sides=sides, names=names)
    db.session.commit()
    return answer


@door.post("/shortlist/<interview_id>/compare")
def export_comparison(interview_id: str) -> Response:
    """The comparison as CSV or JSON, as this member sees it; who exported what is written down."""
    interview = interviews.get_interview(db.session(), interview_id)
    sides = shortlist.compare(db.session(), guards.member(), interview, request.form.getlist("s"))
    names = list(dict.fromkeys(name for side in sides for name in [*side.means, *side.evidence]))
    heads = ["name", "overall", "scorecards", "decision", *names, *(f"{name}, evidence" for name in names)]
    rows = [
        [
            side.session.candidate.name,
            side.session.overall if side.cards else None,
            len(side.cards),
            side.session.verdict if side.is_shown else None,
            *(side.means.get(name) for name in names),
            *("\n".join(note.quote or note.text for note in side.evidence.get(name, [])) for name in names),
        ]
        for side in sides
    ]
    return tables.take_away("comparison", heads, rows, interview)


@door.post("/shortlist/<interview_id>/export")
def export(interview_id: str) -> Response:
    """The shortlist as CSV or JSON, as this member sees it; who exported what is written down."""
    interview, found = _ranked(interview_id)
    names = [criterion.name for criterion in found.rubric]
    heads = ["rank", "is tied", "name", "overall", "scorecards", "decision", *(f"{c.name}, {c.weight} %" for c in found.rubric)]
    rows = [
        [entry.rank, entry.is_tied, entry.name, entry.overall, entry.cards, entry.verdict, *(entry.means.get(name) for name in names)]
        for entry in found.entries
    ]
    return tables.take_away("shortlist", heads, rows, interview)


def _show(interview_id: str, status: int = 200, refused: Invalid | None = None, ticked: Sequence[str] = ()) -> Response:
    interview, found = _ranked(interview_id)
    answer = pages.page("shortlist/show.html", status, interview=interview, shortlist=found, refused=refused, ticked=ticked)
    db.session.commit()
    return answer


def _ranked(interview_id: str) -> tuple[Interview, Shortlist]:
    interview = interviews.get_interview(db.session(), interview_id)
    version = interviews.find_published(db.session(), interview.id)
    if version is None:
        raise NotFound("This interview was never published.", "Publish it first.")
    return interview, shortlist.ranked(db.session(), guards.member(), interview, version.id)
