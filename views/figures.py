"""Figures of an interview: plots drawn here as SVG, each with its table."""

from __future__ import annotations

from flask import Blueprint, Response

from adapters import clock
from domain import figures, inbox, interviews
from domain.errors import NotFound
from domain.figures import Figures
from models import Interview, db
from views import guards, pages, tables

door = Blueprint("figures", __name__)
guards.members_only(door)


@door.get("/figures")
def index() -> Response:
    return pages.page("figures/index.html", interviews=inbox.interviews(db.session()))


@door.get("/figures/<interview_id>")
def show(interview_id: str) -> Response:
    interview, found = _counted(interview_id)
    too_few = any(found.funnel[0].devices[kind] < figures.FEW for kind in found.devices)
    return pages.page("figures/show.html", interview=interview, figures=found, too_few=too_few)


@door.post("/figures/<interview_id>/export")
def export(interview_id: str) -> Response:
    interview, found = _counted(interview_id)
    rows: list[list[str | float | int | None]] = [["candidates", "counted", found.sessions]]
    rows += [["funnel", stage.label, stage.count] for stage in found.funnel]
    rows += [["funnel, share of those who began", stage.label, stage.share] for stage in found.funnel]
    rows += [["funnel, lost here", stage.label, stage.lost] for stage in found.funnel]
    rows += [[f"funnel, {kind}", stage.label, stage.devices.get(kind, 0)] for kind in found.devices for stage in found.funnel]
    rows += [["waiting", wait.label, wait.count] for wait in found.waits]
    rows += [["waiting, share", wait.label, wait.share] for wait in found.waits]
    rows += [
        ["waiting", "not scored yet", found.unscored],
        ["waiting", "median days to the first scores", found.wait_days],
        ["promises", "given", found.promised],
        ["promises", "kept or not yet due", found.kept],
    ]
    rows += [["agreement", name, getattr(found.agreement, name)] for name in ("alpha", "exact", "adjacent", "pairs")]
    return tables.take_away("figures", ["group", "what", "value"], rows, interview)


def _counted(interview_id: str) -> tuple[Interview, Figures]:
    interview = interviews.get_interview(db.session(), interview_id)
    version = interviews.find_published(db.session(), interview.id)
    if version is None:
        raise NotFound("This interview was never published.", "Publish it first.")
    return interview, figures.of_interview(db.session(), interview, version.id, clock.now())
