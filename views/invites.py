"""Inviting candidates: one, or many from a CSV file."""

from __future__ import annotations

from flask import Blueprint, Response

from domain import interviews
from models import db
from views import guards, pages

door = Blueprint("invites", __name__)
guards.members_only(door, *guards.MANAGERS)


@door.get("/interviews/<interview_id>/invites")
def index(interview_id: str) -> Response:
    interview = interviews.get_interview(db.session(), interview_id)
    return pages.page("invites/index.html", interview=interview)
