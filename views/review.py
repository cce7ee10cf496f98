"""The review page of one candidate session: choose, watch and read, score, decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from flask import session as cookie
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from domain import addenda, decisions, inbox, media, notes, reliability, reveals, reviews, scorecards
from domain.errors import Conflict, Invalid, NotFound, Refused
from domain.notes import NoteDraft
from domain.reveals import Reveal
from domain.reviews import Reply
from domain.scorecards import Given, ScoresMissing
from models import CandidateSession, db
from views import guards, pages

PRELOAD: Final = "review.preload"

door = Blueprint("review", __name__)
guards.members_only(door)
open_door = Blueprint("opened", __name__)
guards.members_only(open_door, *guards.EVERYBODY)


@door.get("/sessions/<session_id>")
def show(session_id: str) -> Response:
    session = reviews.get_session(db.session(), session_id)
    if session.addendum_to_id is not None:
        return pages.go(_address(session.addendum_to_id, "asked"))
    return _whole(session)


@open_door.post("/sessions/<session_id>/answers/<question_id>/open")
def open_answer(session_id: str, question_id: str) -> Response:
    session = reviews.get_session(db.session(), session_id)
    reviews.open_answer(db.session(), guards.actor(), session, question_id, clock.now())
    db.session.commit()
    return Response(status=204) if pages.is_htmx() else pages.go(_address(session_id, f"answer-{question_id}"))


@door.get("/sessions/<session_id>/answers/<question_id>/<part>")
def answer(session_id: str, question_id: str, part: str) -> Response:
    """The player or the words of one answer; asks again by itself while they are being made."""
    _require(part, ("player", "words", "correct", "versions"))
    session = reviews.get_session(db.session(), session_id)
    return _part(session, reviews.get_reply(db.session(), session, guards.member(), question_id), part)


@door.post("/sessions/<session_id>/answers/<question_id>/words")
def correct(session_id: str, question_id: str) -> Response:
    """A reviewer's version of the words, beside the one it corrects; a refused one stays in the form."""
    session = reviews.get_session(db.session(), session_id)
    reply, text = reviews.get_reply(db.session(), session, guards.member(), question_id), request.form.get("text", "")
    try:
        reviews.correct_words(db.session(), guards.actor(), session, reply, text, request.form.get("number", 0, int), clock.now())
    except (Invalid, Conflict) as refused:
        if pages.is_htmx():
            raise
        db.session.rollback()
        return _part(session, reviews.get_reply(db.session(), session, guards.member(), question_id), "correct", refused, text)
    db.session.commit()
    guards.queues().nudge("propose")
    if not pages.is_htmx():
        return pages.go(_address(session_id, f"answer-{question_id}"), "Kept beside what the machine heard.")
    return answer(session_id, question_id, "words")


@door.get("/sessions/<session_id>/takes/<take_id>/<rendition>")
def play(session_id: str, take_id: str, rendition: str) -> AnyResponse:
    """Sends the browser to a fresh address that works for minutes, and only in this browser."""
    session = reviews.get_session(db.session(), session_id)
    _require(rendition, ("playback", "poster", "captions"))
    reviews.require_take(db.session(), session, take_id)
    token = media.mint(guards.tokens(), take_id, rendition, clock.now(), login=cookie["login"])
    return redirect(url_for("media.serve_media", token=token))


@door.post("/sessions/<session_id>/takes/<take_id>/retry")
def retry(session_id: str, take_id: str) -> Response:
    session = reviews.get_session(db.session(), session_id)
    question_id, kind = reviews.retry_work(db.session(), guards.actor(), session, take_id, clock.now())
    db.session.commit()
    guards.queues().nudge(kind)
    if not pages.is_htmx():
        return pages.go(_address(session_id), "It is being tried again.")
    return answer(session_id, question_id, "player" if kind == "prepare" else "words")


@door.get("/sessions/<session_id>/<part>")
def judgement(session_id: str, part: str) -> Response:
    _require(part, ("scorecard", "notes", "decision"))
    session = reviews.get_session(db.session(), session_id)
    return pages.fragment(f"review/_{part}.html", title=session.candidate.name, back=_address(session_id), **_judged(session), **_typed())


@door.post("/sessions/<session_id>/scorecard")
def score(session_id: str) -> Response:
    """Saves the levels given so far; with `then=submit` hands the scorecard in."""
    session, now = reviews.get_session(db.session(), session_id), clock.now()
    submits = request.form.get("then") == "submit"

    def change() -> None:
        scorecards.save(db.session(), guards.actor(), session, levels_of(request.form), now)
        if submits:
            scorecards.submit(db.session(), guards.actor(), session, now)

    saved, scored = ("review/_saved.html", "Saved."), ("review/_scored.html", "Your scores are in.")
    return after(session, change, *(scored if submits else saved))


@door.post("/sessions/<session_id>/scorecard/<criterion_id>")
def change_score(session_id: str, criterion_id: str) -> Response:
    """Changes one score of a submitted scorecard, with a reason."""
    session = reviews.get_session(db.session(), session_id)
    level = levels_of({f"level-{criterion_id}": request.form.get("level", "")}).get(criterion_id, 0)
    reason = request.form.get("reason", "")

    def change() -> None:
        scorecards.give(db.session(), guards.actor(), session, criterion_id, level, reason, clock.now())

    return after(session, change, "review/_scored.html", "Score changed.")


@door.post("/sessions/<session_id>/notes")
def note(session_id: str) -> Response:
    session = reviews.get_session(db.session(), session_id)

    def change() -> None:
        notes.write(db.session(), guards.actor(), session, _draft(request.form), clock.now())

    return after(session, change, "review/_notes.html", "Note kept.", text=request.form.get("text", ""))


@door.post("/sessions/<session_id>/notes/<note_id>")
def change_note(session_id: str, note_id: str) -> Response:
    session = reviews.get_session(db.session(), session_id)

    def change() -> None:
        notes.change(db.session(), guards.actor(), session, note_id, _draft(request.form), clock.now())

    return after(session, change, "review/_notes.html", "Note changed.", changing=note_id, text=request.form.get("text", ""))


@door.post("/sessions/<session_id>/notes/<note_id>/remove")
def remove_note(session_id: str, note_id: str) -> Response:
    session = reviews.get_session(db.session(), session_id)
    notes.remove(db.session(), guards.actor(), session, note_id, clock.now())
    db.session.commit()
    return pages.said("Note removed.") if pages.is_htmx() else pages.go(_address(session_id, "notes"), "Note removed.")


@door.post("/sessions/<session_id>/decision")
def decide(session_id: str) -> Response:
    session, form = reviews.get_session(db.session(), session_id), request.form
    verdict, reason = form.get("verdict", ""), form.get("reason", "")

    def change() -> None:
        decisions.decide(db.session(), guards.actor(), session, verdict, reason, form.get("seen", ""), clock.now())

    return after(session, change, "review/_decision.html", "Decision recorded.", verdict=verdict, reason=reason)


@door.post("/sessions/<session_id>/decision/<decision_id>/undo")
def undo(session_id: str, decision_id: str) -> Response:
    session, reason = reviews.get_session(db.session(), session_id), request.form.get("reason", "")

    def change() -> None:
        decisions.undo(db.session(), guards.actor(), session, decision_id, reason, clock.now())

    return after(session, change, "review/_decision.html", "Decision taken back.", reason=reason)


@door.get("/review/preload.json")
def preload() -> Response:
    """Tells browsers that can to fetch the next candidate's page ahead; opening an answer is logged only when it is seen."""
    rules = '{"prefetch": [{"where": {"selector_matches": "a[data-next]"}, "eagerness": "immediate"}]}'
    return Response(rules, mimetype="application/speculationrules+json")


def after(session: CandidateSession, change: Callable[[], None], template: str, toast: str, **typed: Any) -> Response:
    """Makes a change and answers it: htmx gets the fragment, others the page; what was refused stays in the form."""
    try:
        change()
    except Refused as refused:
        if isinstance(refused, ScoresMissing):
            db.session.commit()  # the levels that were chosen are kept
        if pages.is_htmx() or isinstance(refused, NotFound):
            raise
        db.session.rollback()
        return _whole(session, refused.status, refused=refused, **typed)
    db.session.commit()
    if not pages.is_htmx():
        return pages.go(_address(session.id, "judge"), toast)
    return pages.page(template, **_judged(session), **_typed())


def _part(session: CandidateSession, reply: Reply, part: str, refused: Refused | None = None, text: str | None = None) -> Response:
    """A fragment of one answer. `versions` are read only where they are shown."""
    shown = reviews.versions(db.session(), reply) if part == "versions" else []
    typed = text if text is not None else reply.transcript.text if reply.transcript else ""
    which = "follow-up" if session.addendum_to_id else f"question {reply.question.position}"
    title, back = f"{session.candidate.name}, {which}", _address(session.id, f"answer-{reply.question.id}")
    status, can_change = refused.status if refused else 200, guards.may_score(session.interview_id)
    values: dict[str, Any] = {
        "session": session,
        "reply": reply,
        "versions": shown,
        "typed": typed,
        "refused": refused,
        "can_change": can_change,
    }
    return pages.fragment(f"review/_{part}.html", status, title=title, back=back, **values)


def _whole(session: CandidateSession, status: int = 200, **typed: Any) -> Response:
    member = guards.member()
    response = pages.page(
        "review/show.html",
        status,
        replies=reviews.replies(db.session(), session, member),
        asked=addenda.with_replies(db.session(), session, member),
        beside=inbox.beside(db.session(), member, session),
        **_judged(session),
        **_typed(**typed),
    )
    response.headers["Speculation-Rules"] = f'"{url_for(PRELOAD)}"'
    return response


def _typed(**typed: Any) -> dict[str, Any]:
    """What a refused form held, so that nothing typed is lost without JavaScript."""
    return {"refused": None, "changing": "", "text": "", "reason": "", "verdict": "", **typed}


def _judged(session: CandidateSession) -> dict[str, Any]:
    """What the right-hand side shows: own scores, others' and the machine's once they may be seen, notes, decisions, where to go next."""
    member, given, reveal = guards.member(), *_revealed(session)
    rubric = reviews.criteria(db.session(), session.version_id)
    events = decisions.history(db.session(), session.id)
    cards = scorecards.visible(db.session(), session, member)
    return {
        "session": session,
        "rubric": rubric,
        "given": given,
        "reveal": reveal,
        "cards": cards,
        "agreement": reliability.of_cards(rubric, cards),
        "distances": reliability.distances(rubric, given, cards) if given and given.is_submitted else [],
        "spread": {criterion.id: reliability.spread(cards, criterion.id) for criterion in rubric},
        "notes": notes.visible(db.session(), session, member),
        "events": events,
        "standing": decisions.standing(events),
        "sees_outcome": scorecards.may_see_outcome(db.session(), session, member),
        "can_change": guards.may_score(session.interview_id),
        "next_id": inbox.find_next(db.session(), member, session),
    }


def _revealed(session: CandidateSession) -> tuple[Given | None, Reveal | None]:
    """Own scores and, once they are in, the proposals; a first look at those is written down at once."""
    given = scorecards.find(db.session(), session.id, guards.member().id)
    reveal = reveals.look(db.session(), guards.actor(), session, guards.member(), given, clock.now())
    if reveal and reveal.is_first:
        db.session.commit()
    return given, reveal


def _require(part: str, known: Sequence[str]) -> None:
    if part not in known:
        raise NotFound


def levels_of(form: Mapping[str, str]) -> dict[str, int]:
    """The chosen level of each criterion in a form of `level-<criterion id>` fields. Raises Invalid for what is no level."""
    chosen = {name.removeprefix("level-"): value for name, value in form.items() if name.startswith("level-") and value}
    if not all(value.isascii() and value.isdigit() and len(value) < 3 for value in chosen.values()):
        raise Invalid("That is not a level.", {"level": "choose one of the levels shown"})
    return {criterion_id: int(value) for criterion_id, value in chosen.items()}


def _draft(form: Mapping[str, str]) -> NoteDraft:
    try:
        return NoteDraft.model_validate({name: value for name, value in form.items() if value.strip()})
    except ValidationError as wrong:
        raise Invalid("That moment is not a time in the answer.", {str(wrong.errors()[0]["loc"][0]): "not understood"}) from None


def _address(session_id: str, place: str = "") -> str:
    return url_for("review.show", session_id=session_id, _anchor=place or None)
