"""Greenroom, put together: settings, database, store, tokens, the two doors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, jsonify, render_template, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

import security
import views
import widget
from adapters.storage import open_store
from config import Settings
from domain.errors import Conflict, NotFound, Refused, TooLarge, TooMany
from domain.tokens import Tokens
from jobs import queues
from models import DataError, db
from views import guards, pages

log = structlog.get_logger()


def create_app(settings: Settings | None = None, **options: Any) -> Flask:
    """The application. `options` override Flask's own configuration (tests use them)."""
    settings = settings or Settings.from_environment()
    settings.data.mkdir(parents=True, exist_ok=True)
    app = Flask("greenroom", root_path=str(Path(__file__).parent), static_folder=None)
    _configure(app, settings, options)
    db.init_app(app)
    app.extensions["settings"] = settings
    app.extensions["tokens"] = Tokens(*settings.signing_keys())
    app.extensions["store"] = open_store(settings.store)
    app.extensions["queues"] = queues.Queues(settings.redis)
    security.init_app(app)
    views.init_app(app)
    widget.init_app(app)
    _answer_errors(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings, options: dict[str, Any]) -> None:
    keys, _ = settings.signing_keys()
    app.jinja_env.undefined = StrictUndefined
    app.config.update(
        SECRET_KEY=keys[-1],
        SECRET_KEY_FALLBACKS=keys[:-1],
        HTTPS=settings.is_https,
        SQLALCHEMY_DATABASE_URI=settings.database,
        SESSION_COOKIE_NAME="__Host-greenroom" if settings.is_https else "greenroom",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_FORM_MEMORY_SIZE=4 << 20,
        # Files of a form are written to disk while it is read. A clip raises this for itself; recordings are no forms.
        MAX_CONTENT_LENGTH=16 << 20,
    )
    app.config.update(options)


def _answer_errors(app: Flask) -> None:
    """Every error becomes a sentence: JSON for the frame and for scripts, a page for people. Never a stack trace."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        db.session.rollback()
        return _answer(error, error.status)

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> Response:
        guards.recognise()
        kind = {404: NotFound, 413: TooLarge, 409: Conflict, 429: TooMany}.get(error.code or 500, Refused)
        response = _answer(kind(), error.code or 500)
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers[name] = value
        return response

    @app.errorhandler(DataError)
    def unstorable(_: DataError) -> Response:
        db.session.rollback()
        return _answer(
            Refused("What was sent holds characters that cannot be stored. Nothing was changed.", "Type it anew and send it again."), 400
        )

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        db.session.rollback()
        log.error("request_failed", rule=str(request.url_rule), error=type(error).__name__, exc_info=app.debug)
        if app.testing:
            raise error
        return _answer(Refused("Something went wrong on our side. Nothing you saved is lost.", "Try again in a moment."), 500)


def _answer(error: Refused, status: int) -> Response:
    if request.path.startswith(("/c/", "/api/")) or request.accept_mimetypes.best == "application/json":
        body = jsonify(error={"code": error.code, "message": error.text, "action": error.remedy, **error.details})
        body.status_code = status
        return body
    if pages.is_htmx():
        return pages.refusal(error, status)
    return Response(render_template("error.html", error=error, status=status), status, mimetype="text/html")
