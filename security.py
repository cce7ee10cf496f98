"""Headers on every answer, and the check that a changing request comes from our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

from domain.errors import CrossSite, NotFound, Unstorable

FORM = "application/x-www-form-urlencoded"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PAGE_POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-src 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def policy(ancestors: str = "'none'", *, scripts: str = "'self'", styles: str = "'self'") -> str:
    """The Content-Security-Policy of a page; `ancestors` says who may frame it."""
    return f"{PAGE_POLICY}; script-src {scripts}; style-src {styles}; frame-ancestors {ancestors}"


def refuse_cross_site() -> None:
    """Refuses a changing request that a foreign page made the browser send.

    A bearer token is proof enough, since no browser adds one by itself. Otherwise the browser's own word
    counts (Sec-Fetch-Site, then Origin); a client that sends neither may pass only without a cookie.
    """
    if request.method in SAFE or (request.authorization is not None and request.authorization.type == "bearer"):
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        allowed = site in {"same-origin", "none"}
    elif origin is not None:
        allowed = urlsplit(origin).netloc == request.host
    else:
        allowed = not request.cookies
    if not allowed:
        raise CrossSite


def refuse_unstorable() -> None:
    """No id and no text holds a zero character; PostgreSQL cannot even look for one."""
    if "\0" in request.path:
        raise NotFound
    if request.mimetype == FORM and any("\0" in value for values in request.form.listvalues() for value in values):
        raise Unstorable


def add_headers(response: Response) -> Response:
    """Puts the strict defaults on every answer; a route that needs another value has set it already."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy(g.get("frame_ancestors", "'none'")))
    if current_app.config["HTTPS"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def init_app(app: Flask) -> None:
    """Installs all of it on the application."""
    app.before_request(refuse_cross_site)
    app.before_request(refuse_unstorable)
    app.after_request(add_headers)
