"""The employer's side in a real browser: a server for one test, pages signed in as anybody, and no word from the content policy."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from adapters import clock
from domain import logins
from models import Member


@dataclass
class Place:
    """Where the server is, and every address it was asked for, with whether a browser only fetched it ahead."""

    origin: str
    asked: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)


@contextmanager
def served(app: Flask) -> Iterator[Place]:
    """The application on a free port, as its own public address."""
    place = Place("")

    def noted(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        place.asked.append(str(environ["RAW_URI"]))
        if "prefetch" in str(environ.get("HTTP_SEC_PURPOSE", "")):
            place.ahead.append(str(environ["RAW_URI"]))
        return app.wsgi_app(environ, start)

    app.config["SERVER_NAME"] = None
    server = make_server("127.0.0.1", 0, noted, threaded=True)
    place.origin = f"http://127.0.0.1:{server.server_port}"
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"public_url": place.origin})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield place
    server.shutdown()


@dataclass
class Visits:
    """Opens pages as members; `blocked` holds what the content policy or a script complained about."""

    app: Flask
    db: Session
    place: Place
    browser: Browser
    blocked: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, member: Member | None, path: str, **options: Any) -> Page:
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        self.contexts.append(context)
        if member:
            context.add_cookies([{"name": "greenroom", "value": self._cookie(member), "url": self.place.origin}])
        page = context.new_page()
        page.on("console", lambda message: self.blocked.append(message.text) if "Content Security Policy" in message.text else None)
        page.on("pageerror", lambda error: self.blocked.append(str(error)))
        page.goto(self.place.origin + path)
        return page

    def _cookie(self, member: Member) -> str:
        login = logins.sign_in(self.db, member, "Chromium", clock.now())
        self.db.commit()
        return str(self.app.session_interface.get_signing_serializer(self.app).dumps({"login": login.id}))  # type: ignore[attr-defined]
