"""Takes and answers: closing a recording against its hash, watching it, choosing what counts."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, jsonify

from adapters import clock
from adapters.storage import NotStored, StoreError
from domain import answers, media
from domain.answers import Closing, Held
from domain.errors import Gone, NotFound, Refused, Unavailable
from models import db
from widget import bodies, shapes
from widget.guards import candidate_session, candidates_only, newest_tab, queues, store

blueprint = Blueprint("answers", __name__, url_prefix="/c")
candidates_only(blueprint)


@blueprint.post("/takes/<take_id>/close")
def close(take_id: str) -> Response:
    """The browser says what it recorded; the server reads back what it holds and compares."""
    body, session, now = bodies.read(bodies.Close), candidate_session(), clock.now()
    closing = Closing(body.bytes, body.sha256, body.seconds, body.reason)
    take = answers.get_take(db.session(), session, take_id)
    keys = answers.parts_to_close(db.session(), session, take, closing, now)
    if keys is not None:
        db.session().commit()  # no database connection is held while a long recording is read back
        is_waiting = answers.close(db.session(), session, take, closing, _read_back(keys), now)
        db.session().commit()
        if is_waiting:
            queues().nudge("prepare")
    return jsonify(shapes.shown_take(take, session, now))


def _read_back(keys: list[str]) -> Held:
    """Size and SHA-256 of the parts joined. A part the store has lost ends the reading: what is left is damaged."""
    digest, size = hashlib.sha256(), 0
    try:
        for key in keys:
            for piece in store().open(key):
                digest.update(piece)
                size += len(piece)
    except NotStored:
        return Held(size, digest.hexdigest())
    except StoreError as away:
        raise Unavailable from away
    return Held(size, digest.hexdigest())


@blueprint.get("/takes/<take_id>/media")
def address(take_id: str) -> Response:
    """A fresh address for watching a take."""
    take = answers.get_take(db.session(), candidate_session(), take_id)
    made = media.find_media(db.session(), take.id)
    if take.state == "damaged" or (made is not None and made.playback_key is None):
        raise Gone("Nothing can be seen or heard in this recording.", "Record the answer again, or answer another way.")
    if made is None or take.state != "verified":
        raise NotFound("This recording cannot be watched yet.", "Try again in a moment.")
    return jsonify(url=shapes.media_url(take.id, clock.now()))


@blueprint.put("/answers/<question_id>")
def save(question_id: str) -> Response:
    """What counts as the reply: a recording, or a text."""
    body, session, now = bodies.read(bodies.AnswerGiven), newest_tab(), clock.now()
    if (body.take_id is None) == (body.text is None):
        raise Refused("An answer is either a recording or a text.")
    if body.take_id is not None:
        answer = answers.choose_take(db.session(), session, question_id, body.take_id, now)
    else:
        answer = answers.write_text(db.session(), session, question_id, body.text or "", now)
    db.session().commit()
    return jsonify(shapes.shown_answer(answer))
