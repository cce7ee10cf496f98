"""What stands in the frame's document: script, style sheet and the words of one language, all in one round on a slow line.

Nothing else may run or style anything there: the document's policy names the script and the style sheet by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json

from markupsafe import Markup

from security import policy
from widget import files


def parts(language: str) -> dict[str, object]:
    """What the template of the document takes."""
    return {
        "place": f"/widget/{files.version()}",
        "languages": files.languages(),
        "language": language,
        "style": Markup(_style()),  # noqa: S704 - our own file
        "script": Markup(_script()),  # noqa: S704 - our own file
        "words": _json(files.words(language).plain),
    }


def content_policy(ancestors: str) -> str:
    """The Content-Security-Policy of the document; `ancestors` says who may frame it."""
    return policy(ancestors, scripts=_named(_script()), styles=_named(_style()))


def _script() -> str:
    return files.script().plain.decode()


def _style() -> str:
    return files.read(files.STYLE).plain.decode()


def _json(plain: bytes) -> Markup:
    """JSON that cannot end the element it stands in."""
    return Markup(json.dumps(json.loads(plain), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))  # noqa: S704


def _named(text: str) -> str:
    """As a policy names an inline text: by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
