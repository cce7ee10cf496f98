"""The words a machine heard, for the candidate to read and correct. Both versions stay, side by side."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from adapters import clock
from domain import receipts
from models import db
from widget import bodies, shapes
from widget.guards import candidate_session, candidates_only, newest_tab, queues

blueprint = Blueprint("transcripts", __name__, url_prefix="/c")
candidates_only(blueprint)


@blueprint.get("/transcripts")
def index() -> Response:
    """What was heard in each answer that counts, as far as it was turned into text."""
    found = receipts.list_words(db.session(), candidate_session())
    return jsonify(transcripts=[shapes.shown_words(words) for words in found])


@blueprint.put("/transcripts/<take_id>")
def correct(take_id: str) -> Response:
    """The candidate's own version."""
    body = bodies.read(bodies.Correction)
    words = receipts.correct_words(db.session(), newest_tab(), take_id, body.text, body.number, clock.now())
    db.session().commit()
    queues().nudge("propose")
    return jsonify(shapes.shown_words(words))
