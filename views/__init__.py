"""The employer's door: pages, fragments and addresses for people who work for the employer."""

from __future__ import annotations

from flask import Flask

from views import auth, inbox, pages


def init_app(app: Flask) -> None:
    """Registers the blueprints, in the order they are met."""
    pages.init_app(app)
    auth.init_app(app)
    app.register_blueprint(inbox.door)
