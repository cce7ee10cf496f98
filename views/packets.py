"""The hand-off packet: a page, a PDF, plain JSON, and links for guests."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request, url_for

from adapters import clock
from adapters.typesetter import typeset
from domain import audit, guests, packets, reviews
from domain.audit import Verb
from domain.errors import Refused
from domain.media import safe_name
from domain.packets import Packet
from models import CandidateSession, db
from views import guards, pages, tables
from views.media import disposition

door = Blueprint("packets", __name__)
guards.members_only(door)

TEMPLATE: Final = Path(__file__).parent.parent / "templates/packets/packet.typ"


@door.get("/sessions/<session_id>/packet")
def show(session_id: str) -> Response:
    return _page(reviews.get_session(db.session(), session_id))


@door.post("/sessions/<session_id>/packet")
def export(session_id: str) -> Response:
    """The packet to take away, as this member sees it; who took it is written down."""
    session, form = reviews.get_session(db.session(), session_id), request.form.get("as", "")
    form, write = (form, FORMS[form]) if form in FORMS else ("pdf", pdf)
    packet = packets.for_member(db.session(), session, guards.member())
    audit.append(db.session(), guards.actor(), Verb.DATA_EXPORTED, ("session", session.id), {"what": "packet", "as": form}, now=clock.now())
    answer = write(packet)
    db.session.commit()
    return answer


@door.post("/sessions/<session_id>/guests")
def invite(session_id: str) -> Response:
    session, now = reviews.get_session(db.session(), session_id), clock.now()
    try:
        guests.invite(db.session(), guards.member(), session, request.form.get("name", ""), request.form.get("days", 0, int), now)
    except Refused as refused:
        db.session.rollback()
        return _page(session, refused.status, refused=refused, typed=request.form.to_dict())
    db.session.commit()
    return pages.go(url_for("packets.show", session_id=session.id, _anchor="guests"), "Link made. Copy it from the list.")


@door.post("/guests/<link_id>/revoke")
def revoke(link_id: str) -> Response:
    link = guests.get_link(db.session(), link_id)
    guests.revoke(db.session(), guards.actor(), link, clock.now())
    db.session.commit()
    return pages.go(url_for("packets.show", session_id=link.session_id, _anchor="guests"), "The link no longer opens anything.")


def pdf(packet: Packet) -> Response:
    """The packet as a tagged PDF."""
    now = clock.now()
    response = Response(typeset(TEMPLATE, packets.plain(packet, now), now), mimetype="application/pdf")
    return _named(response, packet, "pdf")


def plain(packet: Packet) -> Response:
    """The packet as JSON."""
    return _named(jsonify(packets.plain(packet, clock.now())), packet, "json")


def sheet(packet: Packet) -> Response:
    """The packet as CSV."""
    return tables.download(f"Hand-off {packet.session.candidate.name}", packets.TABLE, packets.table(packet))


FORMS: Final = {"pdf": pdf, "json": plain, "csv": sheet}


def _named(response: Response, packet: Packet, ending: str) -> Response:
    response.headers["Content-Disposition"] = disposition(f"{safe_name(f'Hand-off {packet.session.candidate.name}')}.{ending}", True)
    return response


def _page(session: CandidateSession, status: int = 200, **typed: Any) -> Response:
    member, now = guards.member(), clock.now()
    may_invite = guests.may_invite(db.session(), session, member)
    made = guests.of_session(db.session(), session, member) if may_invite else []
    address = f"{guards.settings().public_url}/guest#"
    values = {
        "packet": packets.for_member(db.session(), session, member),
        "may_invite": may_invite,
        "links": [
            (link, guests.is_alive(link, now), address + guests.mint(guards.tokens(), link, now) if may_open else "")
            for link, may_open in made
        ],
        "file": lambda owner, take, rendition: url_for("review.play", session_id=owner.id, take_id=take.id, rendition=rendition),
        "refused": None,
        "typed": {},
        **typed,
    }
    return pages.page("packets/show.html", status, session=session, now=now, **values)
