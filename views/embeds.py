"""Where an interview is shown: snippets with their allowed addresses, hosted link with QR code, live preview, page check."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from adapters import clock, page_check
from domain import embeds, interviews, page_checks
from domain.errors import Invalid
from domain.snippets import hosted_link, snippet
from models import Embed, Interview, db
from views import guards, pages
from views.limits import limiter

door = Blueprint("embeds", __name__)
guards.members_only(door, *guards.MANAGERS)


@door.get("/interviews/<interview_id>/embed")
def index(interview_id: str) -> Response:
    return _page(interviews.get_interview(db.session(), interview_id))


@door.post("/interviews/<interview_id>/embeds")
def create(interview_id: str) -> AnyResponse:
    interview = interviews.get_interview(db.session(), interview_id)
    addresses, label = request.form.get("origins", ""), request.form.get("label", "").strip()
    try:
        embed = embeds.create(db.session(), guards.actor(), interview, addresses, label, clock.now())
    except Invalid as refused:
        db.session.rollback()
        return _page(interview, refused.status, refused=refused, typed={"origins": addresses, "label": label})
    db.session.commit()
    return pages.go(url_for("embeds.index", interview_id=interview.id, _anchor=f"embed-{embed.id}"), "Here is your snippet.")


@door.post("/embeds/<embed_id>/origins")
def change_origins(embed_id: str) -> AnyResponse:
    embed = embeds.get_embed(db.session(), embed_id)
    addresses = request.form.get("origins", "")
    try:
        embeds.change_origins(db.session(), guards.actor(), embed, addresses, clock.now())
    except Invalid as refused:
        db.session.rollback()
        return _page(embed.interview, refused.status, refused=refused, typed={embed.id: addresses})
    db.session.commit()
    return pages.go(
        url_for("embeds.index", interview_id=embed.interview_id, _anchor=f"embed-{embed.id}"), "Changed. What you pasted keeps working."
    )


@door.post("/embeds/<embed_id>/revoke")
def revoke(embed_id: str) -> AnyResponse:
    embed = embeds.get_embed(db.session(), embed_id)
    embeds.revoke(db.session(), guards.actor(), embed, clock.now())
    db.session.commit()
    return pages.go(url_for("embeds.index", interview_id=embed.interview_id), "Revoked. The snippet and its link are refused from now on.")


@door.post("/interviews/<interview_id>/embeds/preview")
def make_preview(interview_id: str) -> AnyResponse:
    """What the pasted snippet shows, on a page of ours, marked as a test."""
    interview = interviews.get_interview(db.session(), interview_id)
    embed = embeds.live_preview(db.session(), guards.actor(), interview, guards.settings().public_url, clock.now())
    db.session.commit()
    return pages.go(url_for("embeds.preview", embed_id=embed.id))


@door.get("/embeds/<embed_id>/preview")
def preview(embed_id: str) -> Response:
    embed = embeds.get_embed(db.session(), embed_id)
    code = _code(embed) if embed.is_test and embed.revoked_at is None else ""
    return pages.page("interviews/preview.html", interview=embed.interview, code=code, live=True)


@door.post("/embeds/<embed_id>/check")
@limiter.limit("20/minute")
def check(embed_id: str) -> AnyResponse:
    """Looks at the employer's page from here; the answer is a fragment, or the page with it."""
    embed = embeds.get_embed(db.session(), embed_id)
    address = request.form.get("address", "").strip()[:2000]
    address = address if "://" in address else f"https://{address}"
    values: dict[str, Any] = {"checked_id": embed.id, "checked_address": address, "findings": [], "trouble": ""}
    try:
        page = page_check.fetch(address, allow_private=guards.settings().check_private_pages)
        seen = page_checks.Page(page.address, page.status, page.headers, page.text)
        values["findings"] = page_checks.examine(seen, embed, guards.settings().public_url)
    except (page_check.PageCheckError, Invalid) as refused:
        values["trouble"] = str(refused)
    status = Invalid.status if values["trouble"] else 200
    if not pages.is_htmx():
        return _page(embed.interview, status, **values)
    back = url_for("embeds.index", interview_id=embed.interview_id)
    return pages.fragment("embeds/_check.html", status, title="Check", back=back, embed=embed, **values)


def _page(interview: Interview, status: int = 200, **said: Any) -> Response:
    values: dict[str, Any] = {"refused": None, "typed": {}, "checked_id": "", "checked_address": "", "findings": [], "trouble": "", **said}
    found = embeds.of_interview(db.session(), interview)
    return pages.page(
        "embeds/index.html",
        status,
        interview=interview,
        published=interviews.find_published(db.session(), interview.id),
        embeds=found,
        codes={embed.id: _code(embed) for embed in found},
        links={embed.id: _link(embed) for embed in found},
        pictures={embed.id: _picture(_link(embed)) for embed in found if embed.revoked_at is None},
        started=embeds.count_started(db.session(), interview),
        may_change=guards.member().role in guards.MANAGERS,
        **values,
    )


def _code(embed: Embed) -> str:
    return snippet(guards.settings().public_url, embeds.token_of(guards.tokens(), embed))


def _link(embed: Embed) -> str:
    return hosted_link(guards.settings().public_url, embeds.token_of(guards.tokens(), embed))


def _picture(link: str) -> str:
    """The QR code of a link as SVG, drawn here: no service learns the link."""
    return str(segno.make(link, error="m").svg_inline(scale=3, border=2, dark="#000", light="#fff", omitsize=True))
