"""Web origins: brought into one form, compared, and written into a frame-ancestors list."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from domain.errors import Invalid

PORTS = {"http": 80, "https": 443}


def normalise(text: str) -> str:
    """`https://Jobs.Example:443/x` becomes `https://jobs.example`. Raises Invalid for what is no web origin."""
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (UnicodeError, ValueError):
        host, port = "", None
    if parts_wrong(text, host):
        raise Invalid(f"“{text[:80]}” is not a web address like https://careers.example.com.")
    scheme = text.strip().split(":", 1)[0].lower()
    return f"{scheme}://{host}" + (f":{port}" if port and port != PORTS[scheme] else "")


def parts_wrong(text: str, host: str) -> bool:
    """True when the address has no host, no http(s) scheme, or carries characters a header must not hold."""
    scheme = text.strip().split(":", 1)[0].lower()
    return scheme not in PORTS or not host or any(c in host for c in " *;,'\"\\") or "@" in text


def is_allowed(origin: str | None, allowed: Sequence[str]) -> bool:
    """True when `origin` is one of `allowed` (both in the normal form)."""
    try:
        return origin is not None and normalise(origin) in allowed
    except Invalid:
        return False


def frame_ancestors(allowed: Sequence[str]) -> str:
    """The value of the CSP directive: nobody when the list is empty."""
    return " ".join(allowed) or "'none'"
