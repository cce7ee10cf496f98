"""For load balancers: is the process alive, and can it do its work?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from models import db, is_reachable
from views import guards

door = Blueprint("health", __name__)
guards.anyone(door)


@door.get("/health/live")
def live() -> Response:
    return jsonify(status="ok")


@door.get("/health/ready")
def ready() -> Response:
    """Ready when the database answers; without Redis work waits but nothing is lost, so that does not count."""
    reachable = is_reachable(db.session())
    response = jsonify(status="ok" if reachable else "database away")
    response.status_code = 200 if reachable else 503
    return response
