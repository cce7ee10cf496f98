"""Reads a fetched careers page as a browser would, and says what keeps the interview from working there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from domain import origins
from domain.errors import Invalid
from models import Embed


@dataclass(frozen=True)
class Found:
    """One thing looked at: in order or not, what it is, and what to do when it is not."""

    is_good: bool
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Page:
    """What was fetched; header names in lower case."""

    address: str
    status: int
    headers: Mapping[str, str]
    text: str


def examine(page: Page, embed: Embed, public_url: str) -> list[Found]:
    """Everything that could block the widget, in the order somebody would mend it."""
    if page.status != 200:
        return [Found(False, f"The page answers with status {page.status}.", "Give the address of a page that anybody can open.")]
    ours, seen = origins.normalise(public_url), _Reader(page.text)
    policies = [*page.headers.get("content-security-policy", "").split(","), *seen.policies]
    return [
        _origin(page, embed),
        _secure(page),
        _snippet(seen, embed, ours),
        _script(policies, ours),
        _frame(policies, ours),
        _permissions(page.headers.get("permissions-policy", ""), ours),
    ]


def _origin(page: Page, embed: Embed) -> Found:
    here = origins.normalise(page.address)
    if origins.is_allowed(here, embed.origins):
        return Found(True, f"{here} is allowed.")
    return Found(False, f"{here} is not among the allowed addresses.", f"Add {here} above. Mind www and redirects.")


def _secure(page: Page) -> Found:
    parts = urlsplit(page.address)
    if parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1"):
        return Found(True, "The page is served securely.")
    return Found(
        False, "The page is served over http, where browsers give no camera.", "Serve it over https; until then the hosted link works."
    )


def _snippet(seen: _Reader, embed: Embed, ours: str) -> Found:
    if not any(script.startswith(f"{ours}/embed.js") for script in seen.scripts):
        return Found(
            False,
            "The script line of the snippet is not in the page.",
            "Paste both lines. A page built by script may add them later; then ignore this.",
        )
    if not seen.tokens:
        return Found(
            False, "The line <greenroom-interview …> is not in the page.", "Paste both lines; some editors drop tags they do not know."
        )
    if not any(token.startswith(f"{embed.id}~") for token in seen.tokens):
        return Found(False, "The page holds another snippet than this one.", "Paste this snippet, or look at the other one here.")
    return Found(True, "The snippet is in the page.")


def _script(policies: list[str], ours: str) -> Found:
    for policy in policies:
        sources = _sources(policy, ("script-src-elem", "script-src", "default-src"))
        if sources is not None and not _allows(sources, ours):
            return Found(False, "The page's Content-Security-Policy blocks our script.", f"Add {ours} to script-src.")
    return Found(True, "Our script may run.")


def _frame(policies: list[str], ours: str) -> Found:
    for policy in policies:
        sources = _sources(policy, ("frame-src", "child-src", "default-src"))
        if sources is not None and not _allows(sources, ours):
            return Found(False, "The page's Content-Security-Policy blocks our frame.", f"Add {ours} to frame-src.")
    return Found(True, "Our frame may be shown.")


def _permissions(header: str, ours: str) -> Found:
    blocked = [feature for feature in ("camera", "microphone") if not _may_delegate(header, feature, ours)]
    if not blocked:
        return Found(True, "Camera and microphone may be used.")
    wanted = ", ".join(f'{feature}=(self "{ours}")' for feature in blocked)
    remedy = f"Set {wanted} in that header. Until then candidates are offered the hosted page."
    return Found(False, f"The page's Permissions-Policy keeps the {' and '.join(blocked)} from us.", remedy)


def _may_delegate(header: str, feature: str, ours: str) -> bool:
    """Without a rule a page may hand the feature on; with one, we must be in it."""
    rule = re.search(rf"(?:^|,)\s*{feature}\s*=\s*(\*|\([^)]*\)|\"[^\"]*\"|self)", header, re.I)
    if rule is None:
        return True
    allowed = re.findall(r'"([^"]+)"|(\*)', rule.group(1))
    return any(star or _is_same(address, ours) for address, star in allowed)


def _sources(policy: str, names: tuple[str, ...]) -> list[str] | None:
    """The source list of the first of these directives that a policy has; None when it has none of them."""
    directives: dict[str, list[str]] = {}
    for part in policy.split(";"):
        name, *sources = part.split() or [""]
        directives.setdefault(name.lower(), sources)
    return next((directives[name] for name in names if name in directives), None)


def _allows(sources: list[str], ours: str) -> bool:
    """`'strict-dynamic'` ignores addresses; nonces cannot be seen from here, so a policy of nonces only counts as blocking."""
    if "'strict-dynamic'" in sources:
        return False
    scheme, _, host = ours.partition("://")
    return any(source in ("*", f"{scheme}:", ours) or _matches(source.lower().rstrip("/"), scheme, host) for source in sources)


def _matches(source: str, scheme: str, host: str) -> bool:
    wanted_scheme, mark, wanted = source.partition("://")
    if not mark:
        wanted_scheme, wanted = scheme, source
    if wanted_scheme not in (scheme, "http"):
        return False
    wanted = wanted.split("/")[0]
    return wanted == host or (wanted.startswith("*.") and host.endswith(wanted[1:]))


def _is_same(address: str, ours: str) -> bool:
    try:
        return origins.normalise(address) == ours
    except Invalid:
        return False


class _Reader(HTMLParser):
    """Scripts, tokens of snippets, and policies in meta tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.tokens: list[str] = []
        self.policies: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "script":
            self.scripts.append(found.get("src", ""))
        elif tag == "greenroom-interview":
            self.tokens.append(found.get("token", ""))
        elif tag == "meta" and found.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(found.get("content", ""))
