"""Fills in the forms of a page as a browser without JavaScript would: every field as it stands, then what the person changes."""

from __future__ import annotations

from html.parser import HTMLParser

from flask.testing import FlaskClient

Fields = dict[str, list[str]]


class _Reader(HTMLParser):
    """Collects the successful controls of the first form whose action ends as asked."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: Fields = {}
        self._action, self._inside, self._area, self._select = action, False, "", ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._inside = found.get("action", "").endswith(self._action)
        if not self._inside or ("disabled" in found):
            return
        name = found.get("name", "")
        if tag == "input" and name and (found.get("type") not in {"checkbox", "radio", "file"} or "checked" in found):
            self.fields.setdefault(name, []).append(found.get("value", "on"))
        elif tag == "textarea":
            self._area = name
            self.fields[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or self._select not in self.fields):
            self.fields[self._select] = [found.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._inside = False


def form_of(client: FlaskClient, address: str, action: str | None = None, /, **changes: str | None) -> Fields:
    """The fields of the form at `address` that posts to `action` (to the address itself), with changes; None leaves a field out."""
    reader = _Reader(action or address)
    reader.feed(client.get(address).text)
    for name, value in changes.items():
        if value is None:
            reader.fields.pop(name, None)
        else:
            reader.fields[name] = [value]
    return reader.fields
