"""Sets a document as a tagged PDF (PDF/UA-1) with Typst. Its fonts come with us, so every installation makes the same file.

Values reach the document as data, never as markup: nothing a candidate or reviewer wrote is ever run.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

import typst

FONTS: Final = ("fontpkg_noto_sans", "fontpkg_noto_sans_devanagari", "cvttf_NotoSansCJK_Regular")

UNPRINTABLE: Final = frozenset({"Cc", "Cn", "Co", "Cs"})


class TypesetError(Exception):
    """The document could not be set."""


def typeset(template: Path, values: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of a Typst template, which finds `values` as JSON in `sys.inputs.data`. Raises TypesetError."""
    inputs = {"data": json.dumps(_printable(values))}
    try:
        return _compile(template, inputs, at, "ua-1")
    except TypesetError as error:
        if "could not be displayed" not in str(error):
            raise
        # A sign no font has, such as an emoji: the document is as tagged as before, but may no longer call itself PDF/UA.
        return _compile(template, inputs, at, None)


def _compile(template: Path, inputs: dict[str, str], at: datetime, standard: Literal["ua-1"] | None) -> bytes:
    try:
        made = typst.compile(
            template, font_paths=_fonts(), sys_inputs=inputs, pdf_standards=standard, timestamp=int(at.timestamp()), root=template.parent
        )
    except typst.TypstError as error:
        raise TypesetError(error.message) from error
    if not isinstance(made, bytes):
        raise TypesetError("no document came back")
    return made


def _printable(value: Any) -> Any:
    """The same without characters a tagged PDF may not hold: control characters, byte order marks, what is no character at all."""
    if isinstance(value, str):
        return "".join(c for c in value if c in "\n\t" or (unicodedata.category(c) not in UNPRINTABLE and c != "\ufeff"))
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    return [_printable(one) for one in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Our own fonts first; what the machine has besides fills in for scripts they do not cover."""
    places = [Path(spec.origin).parent for name in FONTS if (spec := find_spec(name)) and spec.origin]
    return typst.Fonts(include_system_fonts=True, font_paths=[str(place) for place in places])
