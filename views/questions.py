"""Question by question: words first, voice and face only when asked for."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from adapters import clock
from domain import blind, reviews, scorecards
from models import db
from views import guards, pages
from views.review import levels_of

door = Blueprint("questions", __name__)
guards.members_only(door)


@door.get("/questions/<question_id>")
def show(question_id: str) -> Response:
    question = blind.get_question(db.session(), question_id)
    turn = blind.find_turn(db.session(), guards.member(), question, request.args.get("at", 1, int))
    stage = request.args.get("reveal", "words")
    return pages.page(
        "questions/show.html",
        question=question,
        siblings=reviews.questions(db.session(), question.version_id),
        turn=turn,
        stage=stage if stage in blind.STAGES else "words",
        can_change=guards.member().role in guards.SCORERS,
        given=turn.given if turn else None,
    )


@door.post("/questions/<question_id>/answers/<session_id>")
def score(question_id: str, session_id: str) -> Response:
    """Saves the levels for this answer; hands the scorecard in when the form says that it is complete with them."""
    question, session = blind.get_question(db.session(), question_id), reviews.get_session(db.session(), session_id)
    submits, at = request.form.get("then") == "submit", request.form.get("at", 1, int)
    scorecards.save(db.session(), guards.actor(), session, levels_of(request.form), clock.now())
    if submits:
        scorecards.submit(db.session(), guards.actor(), session, clock.now())
    db.session.commit()
    return pages.go(url_for("questions.show", question_id=question.id, at=at if submits else at + 1))
