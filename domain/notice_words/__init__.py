"""The sentences of the notice in each language. A new language is one more file with the same keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.notice_words import de, en, es, fr, hi, ja

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": en.WORDS,
    "es": es.WORDS,
    "hi": hi.WORDS,
    "ja": ja.WORDS,
    "de": de.WORDS,
    "fr": fr.WORDS,
}
