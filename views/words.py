"""An answer's words as HTML: one small element a word, so that each can be followed, chosen and quoted by its number.

A long answer has thousands: they are put together here, and their moments stand once on the paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from domain import transcripts
from domain.transcripts import Word
from models import Transcript


@dataclass(frozen=True)
class Paragraph:
    """`times` are the starts of its words in seconds, with spaces between; `has_low`: the engine was unsure of some."""

    start: float
    times: str
    html: Markup
    has_low: bool


def spoken(transcript: Transcript) -> list[Paragraph]:
    """A transcript in paragraphs."""
    return [_paragraph(words) for words in transcripts.paragraphs(transcript)]


def written(text: str) -> Markup:
    """A written answer with its spaces and line breaks as they were typed."""
    pieces, at = list[str](), 0
    for word in transcripts.written_words(text):
        pieces += [str(escape(text[at : word.offset])), _element(word)]
        at = word.stop
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped


def _paragraph(words: Sequence[Word]) -> Paragraph:
    times = " ".join(f"{word.start:.2f}".rstrip("0").rstrip(".") for word in words)
    return Paragraph(words[0].start, times, Markup("".join(_stretches(words))), any(word.is_low for word in words))  # noqa: S704


def _stretches(words: Sequence[Word]) -> Iterator[str]:
    """Words the engine was unsure of are marked a stretch at a time."""
    stop = words[0].offset
    for is_low, group in groupby(words, key=lambda word: word.is_low):
        yield '<u class="low" title="The transcript is unsure here: listen.">' if is_low else ""
        for word in group:
            yield (" " if word.offset > stop else "") + _element(word)
            stop = word.stop
        yield "</u>" if is_low else ""


def _element(word: Word) -> str:
    return f"<i>{escape(word.text)}</i>"
