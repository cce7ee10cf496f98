"""The list of candidate sessions that reviewers live in."""

from __future__ import annotations

import secrets
from typing import Any, Final

from flask import Blueprint, Response, request, url_for

from adapters import clock
from domain import inbox, invites, saved_filters, tags
from domain.errors import Invalid
from domain.inbox import Filter
from models import db
from views import guards, pages, tables

door = Blueprint("inbox", __name__)
guards.members_only(door)
own = Blueprint("saved_filters", __name__)
guards.members_only(own, *guards.EVERYBODY)

MOST_EXPORTED: Final = 20_000
HEADS: Final = ("name", "interview", "state", "view", "decision", "due", "arrived", "scorecards", "assignee", "tags", "asked back")
NO_TICK: Final = "Tick somebody first."


@door.get("/")
def index() -> Response:
    wanted, member = _wanted(), guards.member()
    return pages.page(
        "inbox/index.html",
        counts=inbox.counts(db.session(), member, wanted),
        next_id=inbox.find_next(db.session(), member),
        interviews=inbox.interviews(db.session()),
        saved=[(one, _address(one.settings)) for one in saved_filters.of_member(db.session(), member)],
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
    count = inbox.assign(db.session(), guards.actor(), _ticked(), request.form.get("to", "") or None, clock.now())
    return _done(f"{count} assigned." if count else "Nobody changed hands." if _ticked() else NO_TICK, count)


@door.post("/inbox/tag")
def tag() -> Response:
    """Puts a tag on the ticked sessions, or takes it off."""
    name, off = request.form.get("tag", ""), request.form.get("then") == "off"
    try:
        count = tags.put(db.session(), guards.actor(), _ticked(), name, clock.now(), off=off)
    except Invalid as wrong:
        return _done(wrong.text, 0)
    return _done(f"“{name.strip()}” {'off' if off else 'on'} {count}." if _ticked() else NO_TICK, count)


@door.post("/inbox/remind")
def remind() -> Response:
    """Writes to the ticked candidates who have not finished; nobody twice within a day."""
    count, asked = invites.remind_ticked(db.session(), guards.actor(), _ticked(), clock.now()), len(_ticked())
    rest = f" {asked - count} left out: no address or invitation, ended, or reminded within a day." if count < asked else ""
    answer = _done(f"{count} reminded.{rest}" if asked else NO_TICK, count)
    guards.queues().nudge("mail")
    return answer


@door.post("/inbox/export")
def export() -> Response:
    """The whole list under this filter, as CSV or JSON; who took it is written down."""
    found = inbox.everything(db.session(), guards.member(), _wanted(), MOST_EXPORTED)
    lines = [
        [
            row.name, row.interview, row.state, row.desk, row.verdict, row.due_at.isoformat(), row.arrived_at.isoformat(),
            row.scorecards, row.assignee, ", ".join(row.tags), row.asked,
        ]
        for row in found
    ]  # fmt: skip
    return tables.take_away("inbox", HEADS, lines)


@own.post("/inbox/filters")
def save_filter() -> Response:
    """Keeps the filter of the address under a name."""
    settings = _settings(_wanted())
    try:
        saved_filters.save(db.session(), guards.member(), request.form.get("name", ""), settings, clock.now())
    except Invalid as wrong:
        return pages.go(_address(settings), wrong.text, "warn")
    db.session.commit()
    return pages.go(_address(settings), "Saved.")


@own.post("/inbox/filters/<filter_id>/remove")
def remove_filter(filter_id: str) -> Response:
    saved_filters.remove(db.session(), guards.member(), filter_id)
    db.session.commit()
    return pages.go(pages.local(request.form.get("back"), url_for("inbox.index")), "Removed.")


def _ticked() -> list[str]:
    return request.form.getlist("session")[: inbox.PAGE]


def _done(said: str, count: int) -> Response:
    db.session.commit()
    return pages.go(pages.local(request.form.get("back"), url_for("inbox.index")), said, "good" if count else "warn")


def _list(wanted: Filter) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "page": inbox.page(db.session(), guards.member(), wanted),
        "members": inbox.scorers(db.session()),
        "known_tags": tags.known(db.session(), guards.member().employer_id),
        "can_change": guards.member().role in guards.SCORERS,
        "link": lambda **changes: _link(wanted, **changes),
        "export_link": _address(_settings(wanted), "inbox.export"),
        "save_link": _address(_settings(wanted), "saved_filters.save_filter"),
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
        tag=args.get("tag", "")[: tags.LONGEST].strip(),
        text=args.get("q", "")[:200].strip(),
        after=args.get("after", "")[:400],
        seed=args.get("seed", 0, int) % inbox.SHUFFLE,
    )


@door.app_template_filter("most")
def _most(count: int, wanted: Filter) -> str:
    most = inbox.most_counted(wanted)
    return f"{count}" if count < most else f"{most - 1}+"


def _known(value: str | None, choices: tuple[str, ...]) -> str:
    return value if value in choices else choices[0]


def _settings(wanted: Filter) -> dict[str, str]:
    """A filter as the names and values of its address."""
    names = {"view": wanted.view, "order": wanted.order, "interview": wanted.interview_id}
    return names | {"assignee": wanted.assignee, "tag": wanted.tag, "q": wanted.text}


def _link(wanted: Filter, **changes: Any) -> str:
    """The address of the list with some things changed; a changed filter begins on its first page."""
    return _address({**_settings(wanted), "seed": wanted.seed, **changes})


def _address(values: dict[str, Any], endpoint: str = "inbox.index") -> str:
    return url_for(endpoint, **{name: value for name, value in values.items() if value})
