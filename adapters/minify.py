"""Scripts and style sheets without comments and spare white space. Names stay as they are, so what a browser reports can be read."""

from __future__ import annotations

from rcssmin import cssmin
from rjsmin import jsmin


def minify(text: str, suffix: str) -> str:
    """`text` as it travels; `suffix` is `.js`, `.css` or `.json`."""
    if suffix == ".json":
        return text
    return str(jsmin(text) if suffix == ".js" else cssmin(text))
