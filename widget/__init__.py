"""The candidate's door: the loader, the frame, and the routes they talk to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Flask, Response, request

from config import Settings
from domain import uploads as counted
from models import EVERY_EMPLOYER, db, serve
from widget import answers, candidates, embed, limits, transcripts, uploads
from widget.override import MethodOverride
from widget.receptions import Receptions


def init_app(app: Flask) -> None:
    """Registers the blueprints and what watches over uploads."""
    settings: Settings = app.extensions["settings"]
    limits.init_app(app, settings.redis)
    for blueprint in (embed.blueprint, candidates.entrance, candidates.blueprint, candidates.proof):
        app.register_blueprint(blueprint)
    for blueprint in (answers.blueprint, uploads.blueprint, transcripts.blueprint):
        app.register_blueprint(blueprint)
    app.extensions["receptions"] = Receptions(settings.idle_seconds, lambda ids: _writers(app, ids))
    app.wsgi_app = MethodOverride(app.wsgi_app, uploads.PATH)  # type: ignore[method-assign]
    app.after_request(_speak_tus)


def _writers(app: Flask, upload_ids: Sequence[str]) -> Mapping[str, str | None]:
    """Asked by the thread that watches bodies arrive, outside any request."""
    with app.app_context():
        serve(db.session(), EVERY_EMPLOYER)
        return counted.writers(db.session(), upload_ids)


def _speak_tus(response: Response) -> Response:
    """What the protocol wants on every answer, refusals included; HEAD in disguise must not announce a body it never sends."""
    if not request.path.startswith(uploads.PATH):
        return response
    if request.method != "OPTIONS":
        response.headers["Tus-Resumable"] = uploads.VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = uploads.VERSION
    if request.method == "HEAD" and response.status_code >= 400:
        response.set_data(b"")
    return response
