"""Fetches an employer's careers page once, when a person presses the button: the only call to the outside this product makes by itself.

The name is resolved once, every address is checked, and the connection goes to the checked address: a name that
answers differently the second time gains nothing. Redirects are followed by hand, each checked again.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

TIMEOUT: Final = 10.0
LARGEST: Final = 3_000_000
MOST_REDIRECTS: Final = 4
AGENT: Final = "Greenroom page check"


class PageCheckError(Exception):
    """The page could not be read; the text is a sentence."""


@dataclass(frozen=True)
class Fetched:
    """A page as it came: its final address, status, headers in lower case (repeated ones joined with a comma) and text."""

    address: str
    status: int
    headers: dict[str, str]
    text: str


def fetch(address: str, *, allow_private: bool = False) -> Fetched:
    """The page at `address`. Raises PageCheckError for what cannot or must not be fetched."""
    for _ in range(MOST_REDIRECTS + 1):
        found, onward = _fetch_once(address, allow_private)
        if onward is None:
            return found
        address = onward
    raise PageCheckError("The page sends visitors in circles (too many redirects).")


def _fetch_once(address: str, allow_private: bool) -> tuple[Fetched, str | None]:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PageCheckError("That is no web address. It starts with https://.")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection = _connect(parts.scheme, parts.hostname, port, allow_private)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"User-Agent": AGENT, "Accept": "text/html", "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        headers: dict[str, str] = {}
        for name, value in answer.getheaders():
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        body = answer.read(LARGEST)
        connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise PageCheckError(f"The page did not answer ({type(error).__name__}). Is the address right?") from None
    if answer.status in (301, 302, 303, 307, 308) and "location" in headers:
        return Fetched(address, answer.status, headers, ""), urljoin(address, headers["location"])
    return Fetched(address, answer.status, headers, body.decode("utf-8", "replace")), None


def _connect(scheme: str, host: str, port: int, allow_private: bool) -> http.client.HTTPConnection:
    """A connection to an address that was checked, under the name that was asked for."""
    place = _resolve(host, port, allow_private)
    raw = socket.create_connection(place, timeout=TIMEOUT)
    if scheme == "https":
        try:
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        except OSError:
            raw.close()
            raise
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    connection.sock = raw
    return connection


def _resolve(host: str, port: int, allow_private: bool) -> tuple[str, int]:
    """The first address of a host; refused when any of its addresses is not public."""
    found = [str(place[4][0]) for place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not allow_private and not all(is_public(address) for address in found):
        raise PageCheckError("That address is inside a private network. To check such pages, set GREENROOM_CHECK_PRIVATE_PAGES.")
    return found[0], port


def is_public(address: str) -> bool:
    """True when an address belongs to the open internet, looked at through every wrapping an IPv6 address can have."""
    place = ipaddress.ip_address(address.split("%")[0])
    if isinstance(place, ipaddress.IPv6Address):
        inner = place.ipv4_mapped or place.sixtofour or (place.teredo[1] if place.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if place in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(place) & 0xFFFFFFFF)))
    return place.is_global and not place.is_multicast
