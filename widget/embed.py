"""The loader, the frame and its files: what browsers fetch before any token is spoken of."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, g, render_template, request

from adapters import clock
from domain import arrivals, origins
from domain.errors import NotFound
from domain.notices import pick_locale
from models import EVERY_EMPLOYER, Embed, db, serve
from widget import document, files, notices, shapes
from widget.guards import anyone

FEATURES: Final = (
    "camera=(self), microphone=(self), autoplay=(self), fullscreen=(self), screen-wake-lock=(self), geolocation=(), payment=()"
)
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
FIVE_MINUTES: Final = "public, max-age=300"

blueprint = Blueprint("embed", __name__)
anyone(blueprint)


@blueprint.get("/embed.js")
def loader() -> Response:
    """The loader. Kept for minutes only, so that a mended one reaches every page soon."""
    answer = _answer(files.read(files.LOADER), FIVE_MINUTES)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@blueprint.get("/frame/<embed_id>")
def frame(embed_id: str) -> Response:
    """The frame, for the origins its snippet names and nobody else."""
    serve(db.session(), EVERY_EMPLOYER)
    embed = arrivals.find_embed(db.session(), embed_id)
    if embed is None:
        raise NotFound("This interview does not exist, or its snippet was withdrawn.", "Ask the employer for a new link.")
    g.frame_ancestors = origins.frame_ancestors(embed.origins)
    language = _language(request.args.get("lang", ""))
    return _page(language, _opened(embed, language))


@blueprint.get("/i")
def hosted() -> Response:
    """The same document as a page of its own; the token stays in the fragment, which no server sees."""
    return _page(_language(""))


@blueprint.get("/widget/<version>/<path:name>")
def file(version: str, name: str) -> Response:
    """Words of a language that did not come with the document; for ever, since the address names the version."""
    found = files.find(name)
    if found is None:
        raise NotFound("There is no such file.", "Check the address.")
    # A page from before an update still gets what it asks for, but only for now.
    return _answer(found, FOREVER if version == files.version() else ASK_AGAIN)


def _language(wish: str) -> str:
    """The language the frame will choose, as far as one can tell from here: the page's, then the browser's."""
    known = files.languages()
    wishes = [wish, *request.accept_languages.values()]
    return next((one for one in (pick_locale(wish, "") for wish in wishes) if one in known), "en")


def _opened(embed: Embed, language: str) -> shapes.Json | None:
    """What `POST /c/open` would answer somebody new, so that it need not be asked for; None where the interview is not open."""
    now = clock.now()
    try:
        arrival = arrivals.arrive(db.session(), "embed", {"embed": embed.id}, None, now)
    except NotFound:
        return None
    serve(db.session(), arrival.employer_id)
    return shapes.opened(arrival, notices.standing(arrival.version, language), now)


def _page(language: str, opened: shapes.Json | None = None) -> Response:
    page = render_template("widget/frame.html", **document.parts(language), opened=opened).encode()
    answer = _packed(Response(content_type="text/html; charset=utf-8"), page, files.pack(page))
    answer.headers["Permissions-Policy"] = FEATURES
    answer.headers["Content-Security-Policy"] = document.content_policy(g.get("frame_ancestors", "'none'"))
    return answer


def _answer(found: files.Served, caching: str) -> Response:
    answer = _packed(Response(content_type=found.kind), found.plain, found.packed)
    answer.headers["Cache-Control"] = caching
    answer.set_etag(found.tag + ("-gz" if "Content-Encoding" in answer.headers else ""))
    answer.make_conditional(request)
    return answer


def _packed(answer: Response, plain: bytes, packed: bytes) -> Response:
    """Packed where the browser can unpack it, and allowed inside a host page that isolates itself (COEP)."""
    is_packed = request.accept_encodings.quality("gzip") > 0
    answer.set_data(packed if is_packed else plain)
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    return answer
