"""What an employer pastes or sends: the snippet and the hosted link. The only place that knows their text."""

from __future__ import annotations


def snippet(public_url: str, token: str) -> str:
    """Two lines of HTML for the careers page. `token` is an embed token, which holds nothing that HTML would need escaped."""
    return f'<script async src="{public_url}/embed.js"></script>\n<greenroom-interview token="{token}"></greenroom-interview>'


def hosted_link(public_url: str, token: str) -> str:
    """The same interview as a page of our own; the token stands in the fragment, which reaches no log."""
    return f"{public_url}/i#{token}"
