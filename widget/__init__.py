"""The candidate's door: the loader, the frame, and the routes they talk to."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Registers the blueprints."""
