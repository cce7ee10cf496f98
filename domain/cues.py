"""Captions somebody wrote: WebVTT or SubRip read into cues, a typed text spread over a clip, and cues written as plain WebVTT.

Only times and words are kept. Styles, positions and markup of a foreign file never reach a candidate's browser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain import captions
from domain.errors import Invalid

MOST_CUES: Final = 500
LONGEST_TEXT: Final = 500
SLACK: Final = 2.0
"""Seconds by which captions may outlast their clip: programs round differently."""
_TIME: Final = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_TIMES: Final = re.compile(rf"^\s*{_TIME}\s+-->\s+{_TIME}(?:\s.*)?$")
_TAG: Final = re.compile(r"</?[a-zA-Z0-9.:/][^<>]*>")
_ENTITIES: Final = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": "", "&amp;": "&"}
_SENTENCE: Final = re.compile(r"[^.!?。！？।\n]+[.!?。！？।]*")


@dataclass(frozen=True)
class Cue:
    """Words that stand from `start` to `end`, in seconds."""

    start: float
    end: float
    text: str


def parse(text: str) -> list[Cue]:
    """The cues of a WebVTT or SubRip file. Raises Invalid when it holds none, or times that go backwards."""
    found: list[Cue] = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").lstrip("\ufeff")):
        lines = block.strip().split("\n")
        at = next((i for i, line in enumerate(lines[:2]) if _TIMES.match(line)), None)
        if at is None:
            continue
        start, end = _seconds(lines[at])
        if words := _plain("\n".join(lines[at + 1 :])):
            found.append(Cue(start, end, words))
    if not found:
        raise Invalid("No captions were found in it. A WebVTT file has lines like “00:00:01.000 --> 00:00:04.000”.")
    if any(cue.end <= cue.start for cue in found) or found != sorted(found, key=lambda cue: cue.start):
        raise Invalid("The times in these captions go backwards.")
    return found


def require_fitting(cues: Sequence[Cue], seconds: float) -> None:
    """Raises Invalid for captions of another, longer recording, for too many, and for none at all."""
    if len(cues) > MOST_CUES:
        raise Invalid(f"There are {len(cues):,} captions in this; a clip has room for {MOST_CUES}. Join some of them.")
    if not any(cue.text.strip() for cue in cues):
        raise Invalid("There is nothing in these captions yet. Where nobody speaks, write what is heard: “(music)”.")
    if cues[-1].end > seconds + SLACK:
        raise Invalid(f"These captions go on after the clip ends ({seconds:.0f} seconds): they belong to another one.")


def spread(text: str, seconds: float) -> list[Cue]:
    """A typed text as cues, sentence after sentence, each standing for its share of the clip by length."""
    pieces = [" ".join(piece.split()) for piece in _SENTENCE.findall(text.replace("\0", ""))]
    pieces = [piece for piece in pieces if piece][:MOST_CUES]
    whole = sum(map(len, pieces))
    found, at = [], 0.0
    for piece in pieces:
        until = min(seconds, at + seconds * len(piece) / whole)
        found.append(Cue(round(at, 3), round(until, 3), piece[:LONGEST_TEXT]))
        at = until
    return found


def reworded(cues: Sequence[Cue], texts: Sequence[str]) -> list[Cue]:
    """The same moments with other words; a cue without words goes."""
    return [Cue(cue.start, cue.end, _plain(text)) for cue, text in zip(cues, texts, strict=False) if text.strip()]


def write(cues: Sequence[Cue]) -> str:
    """A WebVTT file."""
    blocks = (f"{captions.clock(cue.start)} --> {captions.clock(cue.end)}\n{captions.escaped(cue.text)}" for cue in cues)
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _seconds(line: str) -> tuple[float, float]:
    match = _TIMES.match(line)
    parts = [int(part or 0) for part in match.groups()] if match else [0] * 8
    start, end = (hours * 3600 + minutes * 60 + whole + thousandths / 1000 for hours, minutes, whole, thousandths in (parts[:4], parts[4:]))
    return start, end


def _plain(text: str) -> str:
    """Words without markup, on non-empty lines; an arrow would end the cue."""
    bare = _TAG.sub("", text.replace("\r\n", "\n").replace("\0", ""))
    for name, sign in _ENTITIES.items():
        bare = bare.replace(name, sign)
    kept = "\n".join(" ".join(line.split()) for line in bare.split("\n") if line.strip())
    return kept.replace("-->", "→")[:LONGEST_TEXT]
