"""The words of a take: versions, corrections beside the machine's words, and finding a moment in the text or a text at a moment.

A transcript's text is its words joined as they stand, so an offset into it names a word, and a word names a moment.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, captions
from domain.audit import Actor, Verb
from domain.errors import Conflict, Invalid
from models import Take, Transcript

LONGEST_TEXT: Final = 200_000
PAUSE: Final = 1.5
"""Seconds of silence that begin a new paragraph."""
LONG_PARAGRAPH: Final = 60
"""Words after which a paragraph ends with its sentence."""
_SENTENCE_END: Final = re.compile(r"[.!?。！？؟।…]['\")\]」』]*\s*$")


@dataclass(frozen=True)
class Word:
    """One word where it was said. Times are seconds; `offset` is where it begins in the transcript's text."""

    text: str
    start: float
    end: float
    offset: int
    is_low: bool

    @property
    def stop(self) -> int:
        return self.offset + len(self.text)


def find_newest(db: Session, take_id: str) -> Transcript | None:
    """The version to show: the one with the highest number."""
    return db.scalar(sa.select(Transcript).where(Transcript.take_id == take_id).order_by(Transcript.number.desc()).limit(1))


def versions(db: Session, take_id: str) -> list[Transcript]:
    """All versions, the machine's first."""
    return list(db.scalars(sa.select(Transcript).where(Transcript.take_id == take_id).order_by(Transcript.number)))


def store_machine(db: Session, take: Take, heard: dict[str, Any], now: datetime) -> Transcript:
    """Keeps what the engine heard as version 1. `heard` has language, engine, no_speech and segments; a second call keeps the first."""
    found = db.scalar(sa.select(Transcript).where(Transcript.take_id == take.id, Transcript.number == 1))
    if found is not None:
        return found
    made = Transcript(employer_id=take.employer_id, take_id=take.id, number=1, author="machine", created_at=now, **_tidy(heard))
    db.add(made)
    db.flush()
    about = {"engine": made.engine, "language": made.language, "no_speech": made.no_speech}
    audit.append(db, Actor(take.employer_id, "system"), Verb.TRANSCRIPT_MADE, ("take", take.id), about, now=now)
    return made


def correct(db: Session, actor: Actor, take: Take, text: str, number: int, now: datetime) -> Transcript:
    """A person's version beside the others; words that stayed keep their times, new ones share the gap they fill.

    `number` is the version that was corrected. Raises Conflict when a newer one exists, Invalid for too long a text.
    """
    base = find_newest(db, take.id)
    if base is None or base.number != number:
        raise Conflict("Somebody corrected this transcript since you opened it.")
    wanted = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(wanted) > LONGEST_TEXT:
        raise Invalid(f"A transcript may have at most {LONGEST_TEXT} characters.", {"text": "too long"})
    author = "candidate" if actor.kind == "candidate" else "reviewer"
    member_id = actor.id if actor.kind == "member" else None
    segments = realign(base, wanted)
    made = Transcript(
        employer_id=take.employer_id,
        take_id=take.id,
        number=number + 1,
        author=author,
        member_id=member_id,
        language=base.language,
        engine={},
        no_speech=not wanted,
        text=_join(segments),
        segments=segments,
        created_at=now,
    )
    db.add(made)
    db.flush()
    audit.append(db, actor, Verb.TRANSCRIPT_CORRECTED, ("take", take.id), {"number": made.number}, now=now)
    return made


def words(transcript: Transcript) -> list[Word]:
    """Every word in order, with its moment and its place in the text."""
    found: list[Word] = []
    at = 0
    for segment in transcript.segments:
        for word in segment["words"]:
            text = str(word["word"])
            bare = text.strip()
            offset = at + len(text) - len(text.lstrip())
            found.append(Word(bare, float(word["start"]), float(word["end"]), offset, bool(segment.get("low"))))
            at += len(text)
    return found


def written_words(text: str) -> list[Word]:
    """The words of a written answer, which have a place but no moment."""
    return [Word(found.group(), 0.0, 0.0, found.start(), False) for found in re.finditer(r"\S+", text)]


def paragraphs(transcript: Transcript) -> list[list[Word]]:
    """The words in paragraphs: a new one after a long pause, or with the sentence that makes it long."""
    found: list[list[Word]] = []
    for word in words(transcript):
        if not found or _begins_paragraph(found[-1], word):
            found.append([])
        found[-1].append(word)
    return found


def _begins_paragraph(before: list[Word], word: Word) -> bool:
    last = before[-1]
    return word.start - last.end >= PAUSE or (len(before) >= LONG_PARAGRAPH and bool(_SENTENCE_END.search(last.text)))


def moment_of(transcript: Transcript, offset: int, end: int) -> tuple[float, float] | None:
    """When the text from `offset` to `end` was said, in seconds; None where no word lies there."""
    said = [word for word in words(transcript) if word.offset < end and word.stop > offset]
    return (said[0].start, said[-1].end) if said else None


def offset_at(transcript: Transcript, seconds: float) -> int:
    """Where in the text the speaker is at this moment: the word being said, or the last one before it."""
    at = 0
    for word in words(transcript):
        if word.start > seconds:
            break
        at = word.offset
    return at


def webvtt(transcript: Transcript) -> str:
    """The transcript as captions."""
    return captions.webvtt(words(transcript), transcript.language)


def webvtt_of(heard: dict[str, Any]) -> str:
    """What the engine heard (as for `store_machine`) as captions, without keeping it as anybody's transcript."""
    return webvtt(Transcript(**_tidy(heard)))


def realign(base: Transcript, text: str) -> list[dict[str, Any]]:
    """Segments for a corrected text: one per line of thought of the old ones, with times taken from the words that stayed."""
    old, pieces = [part for word in words(base) for part in _signs_of(word)], _pieces(text)
    times = _times(old, [piece.strip().casefold() for piece in pieces])
    timed = [{"start": a, "end": b, "word": piece, "p": 1.0} for piece, (a, b) in zip(pieces, times, strict=True)]
    return [_segment(group) for group in _sentences(timed)]


def _pieces(text: str) -> list[str]:
    """The text cut before every word (or before every sign, in scripts without spaces); joined again it is the text."""
    spaced = re.findall(r"\s*\S+", text)
    return [piece for part in spaced for piece in (captions.signs(part) if captions.is_wide(part) else [part])]


def _signs_of(word: Word) -> list[Word]:
    """A word of a script without spaces as its signs, which is how corrected text is compared; others stay whole."""
    signs = captions.signs(word.text) if captions.is_wide(word.text) else [word.text]
    times = _spread(word.start, word.end, len(signs)) if len(signs) > 1 else [(word.start, word.end)]
    return [Word(sign, start, end, word.offset, word.is_low) for sign, (start, end) in zip(signs, times, strict=True)]


def _times(old: Sequence[Word], new: Sequence[str]) -> list[tuple[float, float]]:
    matcher = difflib.SequenceMatcher(None, [word.text.casefold() for word in old], new, autojunk=False)
    times: list[tuple[float, float]] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            times += [(word.start, word.end) for word in old[i:j]]
        else:
            times += _spread(*_gap(old, i, j), m - k)
    return times


def _gap(old: Sequence[Word], i: int, j: int) -> tuple[float, float]:
    """The time that new words share: that of the words they replace, or the pause between their neighbours."""
    if i < j:
        return old[i].start, old[j - 1].end
    before = old[i - 1].end if i else 0.0
    return before, old[i].start if i < len(old) else before


def _spread(start: float, end: float, count: int) -> list[tuple[float, float]]:
    step = max(0.0, end - start) / count if count else 0.0
    return [(round(start + n * step, 3), round(start + (n + 1) * step, 3)) for n in range(count)]


def _sentences(timed: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for word in timed:
        group.append(word)
        if _SENTENCE_END.search(word["word"]):
            yield group
            group = []
    if group:
        yield group


def _segment(group: list[dict[str, Any]]) -> dict[str, Any]:
    text = "".join(word["word"] for word in group)
    return {"start": group[0]["start"], "end": group[-1]["end"], "text": text, "low": False, "words": group}


def _tidy(heard: dict[str, Any]) -> dict[str, Any]:
    """The engine's answer as columns. Text and words must agree, so the segments' texts are their words joined."""
    segments = [{**segment, "words": list(segment["words"])} for segment in heard["segments"] if segment["words"]]
    if segments:
        first = segments[0]["words"][0]
        segments[0]["words"][0] = {**first, "word": first["word"].lstrip()}
    for segment in segments:
        segment["text"] = "".join(word["word"] for word in segment["words"])
    kept = {"language": heard["language"], "engine": heard["engine"], "no_speech": heard["no_speech"]}
    return {**kept, "segments": segments, "text": _join(segments)}


def _join(segments: list[dict[str, Any]]) -> str:
    return "".join(segment["text"] for segment in segments)
