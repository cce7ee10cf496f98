"""The PDF of a document holds what people wrote, whatever characters they wrote it with."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.typesetter import typeset
from tests.factories import NOW

TEMPLATE = '#set document(title: "T")\n#let data = json(bytes(sys.inputs.data))\n= Title\n#data.text'


@pytest.mark.parametrize(
    "text", ["\0", "\ufeff", "\ufffe", "\uffff", "\x01\x1b", "\ue000", "\U000f0000", "a\tb\nc", "עברית", "日本語", "हिन्दी", "🙂"]
)
def test_no_character_stops_a_document(tmp_path: Path, text: str) -> None:
    (tmp_path / "page.typ").write_text(TEMPLATE)
    assert typeset(tmp_path / "page.typ", {"text": f"before {text} after"}, NOW).startswith(b"%PDF")
