"""Tables to take away: CSV that no spreadsheet runs as a formula, or JSON. Who took one is written down first."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, request

from adapters import clock
from domain import audit
from domain.audit import Verb
from models import Interview, db
from views import guards

Rows = Sequence[Sequence[Any]]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def take_away(what: str, heads: Sequence[str], rows: Rows, interview: Interview | None = None) -> Response:
    """These rows in the form the button asked for, with an audit event that says what was taken: of one interview, or of the employer."""
    about = ("interview", interview.id) if interview else ("employer", guards.member().employer_id)
    audit.append(db.session(), guards.actor(), Verb.DATA_EXPORTED, about, {"what": what, "rows": len(rows)}, now=clock.now())
    db.session.commit()
    return download(f"{what} {interview.title}" if interview else what, heads, rows, request.form.get("as", "csv"))


def download(name: str, heads: Sequence[str], rows: Rows, form: str = "csv") -> Response:
    """A file of these rows; `form` is csv or json."""
    if form == "json":
        response = jsonify([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        response = Response(_csv([heads, *rows]), mimetype="text/csv")
    ending = "json" if form == "json" else "csv"
    response.headers["Content-Disposition"] = f"attachment; filename=\"export.{ending}\"; filename*=UTF-8''{quote(name, safe='')}.{ending}"
    return response


def _csv(rows: Rows) -> str:
    """UTF-8 with a byte order mark, without which Excel reads names wrongly."""
    out = io.StringIO()
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text
