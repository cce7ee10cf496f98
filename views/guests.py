"""A guest's side: a link is exchanged for a cookie, then the packet is shown for as long as the link lives. No account."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock
from domain import employers, guests, media, packets, reviews
from models import EVERY_EMPLOYER, GuestLink, db, serve
from views import guards, pages
from views.limits import limiter
from views.packets import pdf

door = Blueprint("guests", __name__)
guards.anyone(door)


@door.get("/guest")
def arrive() -> Response:
    """Reads the token from the fragment, which no server sees, and sends it back in a form."""
    return pages.page("guests/arrive.html")


@door.post("/guest")
@limiter.limit("60/minute")
def enter() -> AnyResponse:
    serve(db.session(), EVERY_EMPLOYER)
    token = request.form.get("token", "").strip().rpartition("#")[2]
    link = guests.enter(db.session(), guards.tokens(), token, clock.now())
    db.session.commit()
    session["guest"] = link.id
    return redirect(url_for("guests.show"), 303)


@door.get("/guest/packet")
def show() -> AnyResponse:
    link = _link()
    if link is None:
        return redirect(url_for("guests.arrive"))
    packet = packets.for_guest(db.session(), reviews.get_session(db.session(), link.session_id))
    employer = employers.get_employer(db.session(), link.employer_id)
    return pages.page("guests/show.html", link=link, packet=packet, employer=employer, file=_file)


@door.post("/guest/packet")
@limiter.limit("10/minute")
def export() -> AnyResponse:
    link = _link()
    if link is None:
        return redirect(url_for("guests.arrive"))
    return pdf(packets.for_guest(db.session(), reviews.get_session(db.session(), link.session_id)))


@door.get("/guest/takes/<take_id>/<rendition>")
def play(take_id: str, rendition: str) -> AnyResponse:
    """A fresh address that works for minutes, in this guest's browser alone."""
    link = _link()
    if link is None:
        return redirect(url_for("guests.arrive"))
    guests.require_take(db.session(), link, take_id)
    wanted = rendition if rendition in ("playback", "poster", "captions") else "playback"
    token = media.mint(guards.tokens(), take_id, wanted, clock.now(), guest=link.id)
    return redirect(url_for("media.serve_media", token=token))


def _link() -> GuestLink | None:
    """The link this browser came with, while it lives; from here on only its employer's rows are read."""
    link_id = session.get("guest")
    if not link_id:
        return None
    serve(db.session(), EVERY_EMPLOYER)
    link = guests.get_alive(db.session(), link_id, clock.now())
    serve(db.session(), link.employer_id)
    return link


def _file(_owner: object, take: object, rendition: str) -> str:
    return url_for("guests.play", take_id=getattr(take, "id", ""), rendition=rendition)
