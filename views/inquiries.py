"""What candidates ask of the contact person. For owners and admins alone: the people who score must not see it."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from domain import erasure, inquiries
from domain.mail import INQUIRY_WORDS
from models import db, truncate_log
from views import guards, pages

door = Blueprint("inquiries", __name__, url_prefix="/inquiries")
guards.members_only(door, *guards.MANAGERS)


@door.get("")
@guards.needs(*guards.MANAGERS)
def index() -> Response:
    found = inquiries.list_all(db.session())
    return pages.page("inquiries/index.html", inquiries=found, words=INQUIRY_WORDS, can_mail=bool(guards.settings().smtp_url))


@door.post("/<inquiry_id>/done")
@guards.needs(*guards.MANAGERS)
def done(inquiry_id: str) -> AnyResponse:
    inquiry = inquiries.finish(db.session(), guards.actor(), inquiry_id, clock.now())
    seen = "The candidate sees it on their receipt." if inquiry.session_id else "They have no receipt, so only your own e-mail tells them."
    db.session.commit()
    return pages.go(url_for("inquiries.index"), f"Marked as done. {seen}")


@door.post("/<inquiry_id>/erase")
@guards.needs(*guards.MANAGERS)
def erase(inquiry_id: str) -> AnyResponse:
    """For good: whoever asked without having started has no record that could be removed instead."""
    erasure.erase_stranger(db.session(), guards.actor(), inquiry_id, clock.now())
    db.session.commit()
    truncate_log(db.session())
    return pages.go(url_for("inquiries.index"), "Erased. Older backups still hold it.")
