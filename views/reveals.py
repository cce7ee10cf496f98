"""What the machine proposed, shown after a reviewer's own scores: reading how to read it once, and answering it."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from adapters import clock
from domain import reveals, reviews
from domain.reveals import Said
from models import db
from views import guards, pages, review

door = Blueprint("reveals", __name__)
guards.members_only(door)


@door.post("/sessions/<session_id>/proposals")
def train(session_id: str) -> Response:
    """The reviewer has read how to read proposals; from now on they see them after scoring."""
    session = reviews.get_session(db.session(), session_id)
    reveals.train(db.session(), guards.actor(), guards.member(), clock.now())
    db.session.commit()
    return pages.go(url_for("review.show", session_id=session.id, _anchor="proposals"))


@door.post("/sessions/<session_id>/proposals/<proposal_id>")
def answer(session_id: str, proposal_id: str) -> Response:
    """Agree, keep mine, or change mine and why."""
    session, form = reviews.get_session(db.session(), session_id), request.form
    reply = form.get("reply", "")
    level = review.levels_of({"level-new": form.get("level", "")}).get("new") if reply == "change" else None
    said = Said(proposal_id, reply, level, form.get("reason", ""))

    def change() -> None:
        reveals.answer(db.session(), guards.actor(), session, guards.member(), said, clock.now())

    toast = {"change": "Score changed.", "keep": "Your score stays."}.get(reply, "Noted.")
    return review.after(session, change, "review/_scored.html", toast)
