"""The web server of some hours from now: the same application, with its one clock put forward."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

import app
from adapters import clock


def create_app(hours: float) -> Flask:
    present = clock.now
    clock.now = lambda: present() + timedelta(hours=hours)
    return app.create_app()
