"""The list of candidate sessions that reviewers live in."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, request, url_for

from adapters import clock
from domain import inbox
from domain.inbox import Filter
from models import db
from views import guards, pages

door = Blueprint("inbox", __name__)
guards.members_only(door)


@door.get("/")
def index() -> Response:
    wanted, member = _wanted(), guards.member()
    return pages.page(
        "inbox/index.html",
        counts=inbox.counts(db.session(), member, wanted),
        next_id=inbox.find_next(db.session(), member),
        interviews=inbox.interviews(db.session()),
        views=inbox.VIEWS,
        orders=inbox.ORDERS,
        **_list(wanted),
    )


@door.get("/inbox/rows")
def rows() -> Response:
    return pages.fragment("inbox/_rows.html", title="Inbox", back=_link(_wanted()), **_list(_wanted()))


@door.post("/inbox/assign")
def assign() -> Response:
    """Gives the ticked sessions to somebody, or to nobody."""
    ticked, to = request.form.getlist("session"), request.form.get("to", "")
    count = inbox.assign(db.session(), guards.actor(), ticked[: inbox.PAGE], to or None, clock.now())
    db.session.commit()
    back = pages.local(request.form.get("back"), url_for("inbox.index"))
    return pages.go(back, f"{count} assigned." if count else "Tick somebody first.", "good" if count else "warn")


def _list(wanted: Filter) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "page": inbox.page(db.session(), guards.member(), wanted),
        "members": inbox.scorers(db.session()),
        "can_change": guards.member().role in guards.SCORERS,
        "link": lambda **changes: _link(wanted, **changes),
        "seed": secrets.randbelow(inbox.SHUFFLE),
        "now": clock.now(),
    }


def _wanted() -> Filter:
    """The filter of the address; anything unknown falls back to its default."""
    args = request.args
    return Filter(
        view=_known(args.get("view"), inbox.VIEWS),
        order=_known(args.get("order"), inbox.ORDERS),
        interview_id=args.get("interview", "")[:26],
        assignee=_known(args.get("assignee"), ("", "me", "nobody")),
        text=args.get("q", "")[:200].strip(),
        after=args.get("after", "")[:400],
        seed=args.get("seed", 0, int) % inbox.SHUFFLE,
    )


@door.app_template_filter("most")
def _most(count: int) -> str:
    return f"{count}" if count < inbox.MOST_COUNTED else f"{inbox.MOST_COUNTED - 1}+"


def _known(value: str | None, choices: tuple[str, ...]) -> str:
    return value if value in choices else choices[0]


def _link(wanted: Filter, **changes: Any) -> str:
    """The address of the list with some things changed; a changed filter begins on its first page."""
    values = {
        "view": wanted.view,
        "order": wanted.order,
        "interview": wanted.interview_id,
        "assignee": wanted.assignee,
        "q": wanted.text,
        "seed": wanted.seed,
        **changes,
    }
    return url_for("inbox.index", **{name: value for name, value in values.items() if value})
