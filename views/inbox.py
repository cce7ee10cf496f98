"""The list of candidate sessions that reviewers live in."""

from __future__ import annotations

from flask import Blueprint, Response

from views import guards, pages

door = Blueprint("inbox", __name__)
guards.members_only(door)


@door.get("/")
def index() -> Response:
    return pages.page("inbox/index.html")
