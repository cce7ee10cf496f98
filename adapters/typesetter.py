"""Sets a document as a tagged PDF (PDF/UA-1) with Typst. Its fonts come with us, so every installation makes the same file.

Values reach the document as data, never as markup: nothing a candidate or reviewer wrote is ever run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import typst

FONTS: Final = ("fontpkg_noto_sans", "fontpkg_noto_sans_devanagari", "cvttf_NotoSansCJK_Regular")


class TypesetError(Exception):
    """The document could not be set."""


def typeset(template: Path, values: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of a Typst template, which finds `values` as JSON in `sys.inputs.data`. Raises TypesetError."""
    inputs = {"data": json.dumps(values)}
    try:
        made = typst.compile(
            template, font_paths=_fonts(), sys_inputs=inputs, pdf_standards="ua-1", timestamp=int(at.timestamp()), root=template.parent
        )
    except typst.TypstError as error:
        raise TypesetError(error.message) from error
    if not isinstance(made, bytes):
        raise TypesetError("no document came back")
    return made


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Our own fonts first; what the machine has besides fills in for scripts they do not cover."""
    places = [Path(spec.origin).parent for name in FONTS if (spec := find_spec(name)) and spec.origin]
    return typst.Fonts(include_system_fonts=True, font_paths=[str(place) for place in places])
