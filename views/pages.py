"""How the employer's door answers: a page, a fragment, a form with its mistakes marked, a short word (toast), a redirect.

The only file that knows htmx_flask. A fragment has its own URL; opened without htmx it comes as a page of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, flash, g, render_template, request, url_for
from htmx_flask import Htmx, make_response

from config import Settings
from domain import packets
from domain.errors import Refused
from models import Criterion
from views import words


class NavItem(NamedTuple):
    """One entry of the top bar: the endpoint it opens, its label, the blueprints under which it is the current one, and for whom
    (empty: for everybody)."""

    endpoint: str
    label: str
    blueprints: tuple[str, ...]
    roles: tuple[str, ...] = ()


# In the order shown. An entry whose endpoint is not registered is left out.
NAV: Final = (
    NavItem("inbox.index", "Inbox", ("inbox", "review", "questions", "packets", "addenda")),
    NavItem("shortlist.index", "Shortlists", ("shortlist",)),
    NavItem("interviews.index", "Interviews", ("interviews", "clips", "rubrics", "embeds", "invites")),
    NavItem("figures.index", "Figures", ("figures",)),
    NavItem("members.index", "Members", ("members",)),
    NavItem("inquiries.index", "Requests", ("inquiries",), ("owner", "admin")),
    NavItem("settings.index", "Settings", ("settings",)),
)


def page(template: str, /, status: int = 200, **values: Any) -> Response:
    """A whole page."""
    return Response(render_template(template, **values), status, mimetype="text/html")


def fragment(template: str, /, status: int = 200, *, title: str, back: str, toast: str = "", kind: str = "good", **values: Any) -> Response:
    """A fragment for htmx; for everybody else the same fragment as a page with `title` and a way `back`."""
    if not is_htmx():
        return page("fragment.html", status, template=template, title=title, back=back, **values)
    if toast:
        return page("_with_toast.html", status, template=template, message=toast, kind=kind, **values)
    return page(template, status, **values)


def go(address: str, toast: str = "", kind: str = "good") -> Response:
    """Sends the browser to another page; the toast waits for it there."""
    if toast:
        flash(toast, kind)
    if is_htmx():
        return cast(Response, make_response("", redirect=address))
    return Response(status=303, headers={"Location": address})


def refusal(error: Refused, status: int) -> Response:
    """A refused htmx request: a toast, and the form stays as the person left it."""
    return said(f"{error.text} {error.remedy}", status, "bad")


def said(message: str, status: int = 200, kind: str = "good") -> Response:
    """A word to htmx and nothing else."""
    return page("_with_toast.html", status, template=None, message=message, kind=kind)


def is_htmx() -> bool:
    """True when htmx asked, so that a fragment is enough."""
    return bool(getattr(request, "htmx", False))


def local(address: str | None, default: str) -> str:
    """`address` when it is a path of our own (never another website), else `default`."""
    parts = urlsplit(address or "")
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/") and "\\" not in (address or "")
    return address or default if ours and not (address or "").startswith("//") else default


# The first sign found decides: Edge calls itself Chrome too, and Chrome Safari.
BROWSERS: Final = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


FLAGS: Final = {
    "no_sound": "no sound",
    "quiet": "very quiet",
    "black_picture": "black picture",
    "truncated": "interrupted by a fault",
    "over_length": "cut at the limit",
    "over_suggested": "longer than suggested",
    "over_time": "longer than allowed",
    "unreadable": "cannot be read",
}


@dataclass(frozen=True)
class Link:
    """What the top bar shows."""

    label: str
    url: str
    current: bool


def nav() -> list[Link]:
    """The top bar's entries for this request."""
    role = g.member.role if "member" in g else ""
    known = [item for item in NAV if item.endpoint in current_app.view_functions and (not item.roles or role in item.roles)]
    return [Link(item.label, url_for(item.endpoint), request.blueprint in item.blueprints) for item in known]


def initials(name: str) -> str:
    """`Ada Lovelace` becomes `AL`."""
    words = name.split()
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


def clock_text(seconds: float | None) -> str:
    """Seconds as `1:05` or `1:02:03`."""
    whole = max(0, int(seconds or 0))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def day(moment: datetime | None) -> str:
    """`2 Nov 2026`, or a dash."""
    return f"{moment.day} {moment:%b %Y}" if moment else "–"


def away(at: datetime, now: datetime) -> str:
    """How far off a date is: `2 days late`, `late`, `today`, `in 3 days`."""
    days = (at.date() - now.date()).days
    if days == 0:
        return "late" if at < now else "today"
    return f"{abs(days)} {'day' if abs(days) == 1 else 'days'} late" if days < 0 else "tomorrow" if days == 1 else f"in {days} days"


def moment(at: datetime | None) -> str:
    """`2 Nov 2026, 09:00 UTC`, or a dash."""
    return f"{day(at)}, {at:%H:%M} UTC" if at else "–"


def ten(overall: float | None) -> str:
    """An overall of 0-10 to one place, or a dash."""
    return "–" if overall is None else f"{overall:.1f}"


def percent(share: float | None) -> str:
    """`0.5` as `50 %`."""
    return "–" if share is None else f"{share:.0%}".replace("%", " %")


def columns(peaks: list[int], most: int = 240) -> list[int]:
    """A waveform as wide as a page shows it: the loudest of each stretch, so that a long answer costs no more than a short one."""
    step = max(1, -(-len(peaks) // most))
    return [max(peaks[at : at + step]) for at in range(0, len(peaks), step)]


def peaks_path(peaks: list[int]) -> str:
    """A waveform as the path of an SVG 100 high, one column a peak, mirrored around its middle."""
    return "".join(f"M{x}.5 {50 - (height := max(1, peak // 2))}v{2 * height}" for x, peak in enumerate(peaks))


def flag_text(flag: str) -> str:
    """What was noticed about a recording, in words."""
    return FLAGS.get(flag, flag.replace("_", " "))


def offered(rubric: Sequence[Criterion]) -> list[int]:
    """The levels that can be given on at least one of these criteria, the lowest first."""
    return sorted({anchor["level"] for criterion in rubric for anchor in criterion.anchors})


def browser(device: str) -> str:
    """`Firefox on Linux` for what a browser says of itself."""
    name = next((name for sign, name in BROWSERS if sign in device), "A browser")
    system = next((name for sign, name in SYSTEMS if sign in device), "")
    return f"{name} on {system}" if system else name


def _oidc_name(app: Flask) -> str:
    """What the sign-in button calls the identity provider; empty without one."""
    settings: Settings = app.extensions["settings"]
    return settings.oidc_name if settings.oidc_issuer else ""


def init_app(app: Flask) -> None:
    """Installs htmx_flask and what templates of the employer's side may use."""
    Htmx(app)
    app.jinja_env.filters.update(initials=initials, clock=clock_text, day=day, away=away, moment=moment, browser=browser)
    app.jinja_env.filters.update(ten=ten, percent=percent)
    app.jinja_env.filters.update(
        peaks_path=peaks_path, columns=columns, flag_text=flag_text, offered=offered, spoken=words.spoken, written=words.written
    )
    app.jinja_env.filters.update(words_of=packets.words_of)
    app.jinja_env.globals.update(nav=nav)
    app.context_processor(lambda: {"me": g.get("member"), "oidc_name": _oidc_name(app)})
