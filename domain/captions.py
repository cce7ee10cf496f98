"""Captions: words with times cut into cues and lines people can read, in every script, as WebVTT."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, Protocol

LINE: Final = 42
"""Most columns of a line; a Chinese or Japanese sign takes two."""
LINES: Final = 2
LONGEST: Final = 7.0
"""Seconds a cue stands at most."""
GAP: Final = 0.8
"""Seconds of silence after which a new cue begins."""
SHORTEST: Final = 0.5
RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "sd", "ug", "dv"})
MARK: Final = "\u200f"
NOT_FIRST: Final = frozenset("、。，．：；？！）」』】〕》〉…ー々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}%’”")
SENTENCE_ENDS: Final = frozenset(".!?。！？؟।…")
NOT_LAST: Final = frozenset("（「『【〔《〈([{‘“")


class Timed(Protocol):
    """A word with its moment, in seconds."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def offset(self) -> int: ...
    @property
    def stop(self) -> int: ...


def webvtt(words: Sequence[Timed], language: str = "") -> str:
    """A WebVTT file of these words. Text is escaped; a right-to-left line is marked so that its full stop stands left."""
    marked = language.split("-")[0].lower() in RIGHT_TO_LEFT
    cues = [_cue(group, following, marked) for group, following in _with_next(list(_groups(words)))]
    return "\n\n".join(["WEBVTT", *cues]) + "\n"


def is_wide(text: str) -> bool:
    """True for a script written without spaces whose signs take two columns."""
    return any(unicodedata.east_asian_width(sign) in "WF" for sign in text)


def signs(text: str) -> list[str]:
    """Single signs, each with the marks that belong to it; runs of narrow letters stay together."""
    found: list[str] = []
    for sign in text:
        joins = bool(found) and (unicodedata.combining(sign) != 0 or not (is_wide(sign) or is_wide(found[-1]) or found[-1].isspace()))
        if joins or (found and found[-1].isspace()):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def lines(text: str) -> list[str]:
    """The text cut into lines of at most `LINE` columns: between words, or between signs where there are no spaces."""
    found: list[str] = []
    line = ""
    for piece in _breakable(text):
        if line and _columns(line + piece.rstrip()) > LINE:
            found.append(line.strip())
            line = ""
        line += piece
    return [*found, line.strip()] if line.strip() else found


def _breakable(text: str) -> Iterator[str]:
    """The smallest pieces that may stand on a line of their own."""
    piece = ""
    for sign, after in zip(text, [*text[1:], ""], strict=True):
        piece += sign
        wide = bool(after) and (is_wide(sign) or is_wide(after))
        may_break = sign.isspace() or (wide and after not in NOT_FIRST and sign not in NOT_LAST)
        if may_break and not after.isspace():
            yield piece
            piece = ""
    if piece:
        yield piece


def _columns(text: str) -> int:
    return sum(0 if unicodedata.combining(sign) else 2 if is_wide(sign) else 1 for sign in text)


def _groups(words: Sequence[Timed]) -> Iterator[list[Timed]]:
    group: list[Timed] = []
    for word in words:
        if group and _is_full(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _is_full(group: list[Timed], word: Timed) -> bool:
    too_long = word.end - group[0].start > LONGEST or word.start - group[-1].end > GAP
    return too_long or _is_sentence(group) or len(lines(_text([*group, word]))) > LINES


def _is_sentence(group: list[Timed]) -> bool:
    """A sentence that fills half a line or more gets a cue of its own: it is read better than the tail of one and the head of the next."""
    return group[-1].text[-1:] in SENTENCE_ENDS and 2 * _columns(_text(group)) >= LINE


def _text(group: Sequence[Timed]) -> str:
    """The words with the spaces that stood between them (none in scripts without)."""
    joined = group[0].text
    for before, word in pairwise(group):
        joined += (" " if word.offset > before.stop else "") + word.text
    return joined


def _with_next(groups: list[list[Timed]]) -> Iterator[tuple[list[Timed], float | None]]:
    for i, group in enumerate(groups):
        yield group, groups[i + 1][0].start if i + 1 < len(groups) else None


def _cue(group: list[Timed], following: float | None, marked: bool) -> str:
    start = group[0].start
    end = max(group[-1].end, start + SHORTEST)
    end = end if following is None else max(start + 0.001, min(end, following))
    text = "\n".join(f"{MARK}{line}{MARK}" if marked else line for line in map(escaped, lines(_text(group))))
    return f"{clock(start)} --> {clock(end)}\n{text}"


def escaped(text: Any) -> str:
    """Text as a cue may hold it."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clock(seconds: float) -> str:
    """Seconds as WebVTT writes a moment."""
    thousandths = round(max(0.0, seconds) * 1000)
    return f"{thousandths // 3_600_000:02}:{thousandths // 60_000 % 60:02}:{thousandths // 1000 % 60:02}.{thousandths % 1000:03}"
