"""X-HTTP-Method-Override for networks and clients that cannot send PATCH or DELETE.

WSGI, not a Flask hook: the method must be changed before routing looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

METHOD: Final = re.compile("[A-Z]{1,16}")


class MethodOverride:
    """Takes the method from the header, for addresses under `prefix` only: nothing else can be reached in disguise."""

    def __init__(self, app: WSGIApplication, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wanted = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").upper()
        if METHOD.fullmatch(wanted) and environ.get("PATH_INFO", "").startswith(self._prefix):
            environ["REQUEST_METHOD"] = wanted
        return self._app(environ, start_response)
