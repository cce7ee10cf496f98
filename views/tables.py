"""Tables to take away: CSV that no spreadsheet runs as a formula, or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, jsonify

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def download(name: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], form: str = "csv") -> Response:
    """A file of these rows; `form` is csv or json."""
    if form == "json":
        response = jsonify([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        response = Response(_csv([heads, *rows]), mimetype="text/csv")
    ending = "json" if form == "json" else "csv"
    response.headers["Content-Disposition"] = f"attachment; filename=\"export.{ending}\"; filename*=UTF-8''{quote(name, safe='')}.{ending}"
    return response


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    """UTF-8 with a byte order mark, without which Excel reads names wrongly."""
    out = io.StringIO()
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text
