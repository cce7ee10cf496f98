"""Question by question: words first, voice and face only when asked for, no name in the page or in any address."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from domain import blind, media, reviews, scorecards
from domain.errors import Refused
from domain.scorecards import ScoresMissing
from models import Question, db
from views import guards, pages
from views.review import PRELOAD, levels_of

door = Blueprint("questions", __name__)
guards.members_only(door)


@door.get("/questions/<question_id>")
def show(question_id: str) -> Response:
    return _shown(blind.get_question(db.session(), question_id), request.args.get("at", ""))


@door.post("/questions/<question_id>/answers/<handle>")
def score(question_id: str, handle: str) -> Response:
    """Saves the levels for this answer; hands the scorecard in when the form says that it is complete with them."""
    question = blind.get_question(db.session(), question_id)
    turn = blind.get_turn(db.session(), guards.member(), question, handle)
    scorecards.save(db.session(), guards.actor(), turn.session, levels_of(request.form), clock.now())
    if request.form.get("then") == "submit":
        try:
            scorecards.submit(db.session(), guards.actor(), turn.session, clock.now())
        except ScoresMissing as missing:
            db.session.commit()
            return _shown(question, handle, missing)
    db.session.commit()
    return pages.go(_address(question_id, turn.after or handle))


@door.post("/questions/<question_id>/answers/<handle>/open")
def open_answer(question_id: str, handle: str) -> Response:
    """The words were on the screen: this reviewer has read them."""
    question = blind.get_question(db.session(), question_id)
    turn = blind.get_turn(db.session(), guards.member(), question, handle)
    reviews.open_answer(db.session(), guards.actor(), turn.session, question_id, clock.now(), "words")
    db.session.commit()
    return Response(status=204) if pages.is_htmx() else pages.go(_address(question_id, handle))


@door.post("/questions/<question_id>/answers/<handle>/reveal")
def reveal(question_id: str, handle: str) -> Response:
    """One step: the voice, then the face."""
    question = blind.get_question(db.session(), question_id)
    turn = blind.get_turn(db.session(), guards.member(), question, handle)
    blind.reveal(db.session(), guards.actor(), turn, clock.now())
    db.session.commit()
    return pages.go(_address(question_id, handle))


@door.get("/questions/<question_id>/answers/<handle>/<rendition>")
def play(question_id: str, handle: str, rendition: str) -> AnyResponse:
    """Sends the browser to a fresh address of the voice or the face, once that step was taken."""
    question = blind.get_question(db.session(), question_id)
    turn = blind.get_turn(db.session(), guards.member(), question, handle)
    take_id = blind.take_of(turn, rendition)
    token = media.mint(guards.tokens(), take_id, rendition, clock.now(), login=cookie["login"])
    return redirect(url_for("media.serve_media", token=token))


def _shown(question: Question, at: str, refused: Refused | None = None) -> Response:
    turn = blind.find_turn(db.session(), guards.member(), question, at)
    response = pages.page(
        "questions/show.html",
        refused.status if refused else 200,
        question=question,
        siblings=reviews.questions(db.session(), question.version_id),
        turn=turn,
        refused=refused,
        can_change=turn is not None and guards.may_score(turn.session.interview_id),
        given=turn.given if turn else None,
    )
    response.headers["Speculation-Rules"] = f'"{url_for(PRELOAD)}"'
    return response


def _address(question_id: str, handle: str) -> str:
    return url_for("questions.show", question_id=question_id, at=handle)
