"""Words of an answer as the machine reads them: tokens, stems, sentences by offset, and their sparse vectors.

Everything here is a function of the text alone, in any script. Nothing knows who said it.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

SPARSE: Final = 1 << 16
"""Number of buckets words are hashed into."""
LONGEST_SENTENCE: Final = 60
"""Words after which an unpunctuated run is cut, so that a quote stays a quote."""
CUT: Final = 25
SLACK: Final = 8
"""Words by which a cut may move to meet a pause."""
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_END: Final = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？।؟۔]+[」』”)]*|\n+")
_PAUSE: Final = re.compile(r"[,;:–،](?=\s)|[—、，]")
_PART: Final = re.compile(r"[:;](?=\s|$)|[：；]")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|z\.b|d\.h|bzw|ca|sr|sra|approx|inc|ltd)|\b\w)$", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\b(?:no|nr)$", re.IGNORECASE)
"""Before a figure an abbreviation, before anything else a word."""
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_SUFFIXES: Final = ("ations", "ation", "ments", "ment", "ingly", "edly", "ings", "ing", "ied", "ies", "ed", "ers", "er", "es", "ly", "s")

FUNCTION_WORDS: Final = frozenset(
    """a about after again all also am an and any are as at be because been before being but by can could did do does doing done down
    each either even few for from get gets got had has have having he her here hers him his how i if im in into is it its itself
    just let like made make many may me might more most much must my no nor not now of off on once one only or other our ours out
    over own per really same shall she should so some such than that the their theirs them then there these they this those through
    to too two under until up upon us very was we well went were what when where which while who whom why will with would yes yet
    you your yours uh um er hmm okay ok know mean kind sort stuff thing things
    de la el los las un una y o que en es por para con del al se lo su mi me te le como más pero muy ya no si
    der die das und oder ist sind war ein eine einer nicht mit für auf von zu im den dem ich wir sie er es auch als wie dann
    le les des et ou est une du au aux je nous vous il elle ils on ne pas pour dans avec sur ce cette qui que
    है हैं का की के को में से और पर यह वह था थे थी मैं हम ने भी तो कि""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Sentence:
    """A sentence by its place in the transcript: `number` from 1, characters `start` to `end`."""

    number: int
    start: int
    end: int

    def of(self, transcript: str) -> str:
        """Its words, cut from the transcript: verbatim by construction."""
        return transcript[self.start : self.end]


_FILLER: Final = re.compile(
    r"\b(?:u+h+m*|u+m+|e+rm?|h+m+|mhm|äh+m?|euh|este)\b[,.…]*\s*"
    r"|\b(?:you know|i mean|sort of|kind of|like|well|okay|so),\s+|,\s+(?:you know|i mean|like)(?=[,.])",
    re.IGNORECASE,
)


def fluent(text: str) -> str:
    """The text without filler words: how smoothly somebody speaks must not count."""
    return " ".join(_FILLER.sub("", text).split())


def tokens(text: str) -> list[str]:
    """Words in lower case; scripts without spaces give pairs of signs."""
    found: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text).casefold()):
        word = match.group().replace("’", "'")
        if _WIDE.search(word):
            found += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
        else:
            found.append(word.removesuffix("'s"))
    return found


def stem(word: str) -> str:
    """A word without its ending, roughly: enough to meet `planned` with `planning`."""
    if not word.isascii() or len(word) < 4:
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            bare = word[: -len(suffix)]
            return bare[:-1] if len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "ls" else bare.removesuffix("e")
    return word.removesuffix("e") if len(word) > 4 else word


def stems(text: str) -> list[str]:
    """The stems of all words, in order."""
    return [stem(word) for word in tokens(text)]


def content(text: str) -> list[str]:
    """The stems that carry meaning: no articles, pronouns, fillers."""
    return [stem(word) for word in tokens(text) if word not in FUNCTION_WORDS]


def count_words(text: str) -> int:
    """How many words (pairs of signs where there are no spaces)."""
    return len(tokens(text))


def sentences(transcript: str) -> list[Sentence]:
    """The transcript cut into sentences by offset; together they hold every word of it, in order."""
    spans: list[tuple[int, int]] = []
    at = 0
    for match in _END.finditer(transcript):
        if match.group()[:1] == "." and _goes_on(transcript[at : match.start()], transcript[match.end() : match.end() + 3]):
            continue
        spans.append((at, match.end()))
        at = match.end()
    spans.append((at, len(transcript)))
    pieces = [piece for span in spans for piece in _cut(transcript, *span)]
    trimmed = [_trim(transcript, start, end) for start, end in pieces]
    kept = [(start, end) for start, end in trimmed if _WORD.search(transcript, start, end)]
    return [Sentence(number, start, end) for number, (start, end) in enumerate(kept, 1)]


def clauses(text: str) -> list[str]:
    """What a rubric's text asks for, one thing at a time: its lines and sentences, cut again at colons and semicolons.

    A single word says nothing by itself and is left out, unless it is all there is.
    """
    pieces = [piece.strip(" -•*\t") for sentence in sentences(text) for piece in _PART.split(sentence.of(text))]
    return [piece for piece in pieces if len(tokens(piece)) > 1] or [text]


def _goes_on(before: str, after: str) -> bool:
    """Whether a full stop between these only ends an abbreviation."""
    if _NUMBER.search(before):
        return after.strip()[:1].isdigit()
    if before.lower().endswith("etc"):
        return not after.strip()[:1].isupper()
    return bool(_ABBREVIATION.search(before))


def _cut(transcript: str, start: int, end: int) -> list[tuple[int, int]]:
    """A run without full stops in pieces of about `CUT` words, at a pause where there is one, else between words."""
    words = list(_WORD.finditer(transcript, start, end))
    if len(words) <= LONGEST_SENTENCE:
        return [(start, end)]
    breaks = [2, *(_break(transcript[a.end() : b.start()]) for a, b in pairwise(words))]
    marks, at = [start], 0
    while len(words) - at > CUT + CUT // 2:
        at = min(range(at + CUT - SLACK, at + CUT + SLACK + 1), key=lambda i: (breaks[i], abs(i - at - CUT)))
        marks.append(words[at].start())
    return list(pairwise([*marks, end]))


def _break(between: str) -> int:
    """How well the text may be cut between two words: 0 at a pause, 1 at a space, 2 inside `1,000` or `10:30`."""
    return 0 if _PAUSE.search(between) else 1 if any(sign.isspace() for sign in between) else 2


def _trim(transcript: str, start: int, end: int) -> tuple[int, int]:
    while start < end and transcript[start].isspace():
        start += 1
    while end > start and transcript[end - 1].isspace():
        end -= 1
    return start, end


def _bucket(term: str) -> int:
    return zlib.crc32(term.encode()) % SPARSE


def terms(text: str) -> Counter[int]:
    """Counts of stems, pairs of stems and runs of four letters, as buckets."""
    stemmed = stems(text)
    kept = [word for word in stemmed if word not in FUNCTION_WORDS]
    found = Counter(_bucket("w:" + word) for word in kept)
    found.update(_bucket(f"p:{a} {b}") for a, b in pairwise(kept))
    for word in kept:
        padded = f"#{word}#"
        found.update(_bucket("c:" + padded[i : i + 4]) for i in range(len(padded) - 3))
    return found


Vector = Mapping[int, float]


def weigh(counts: Mapping[int, int], rarity: Mapping[int, float], default: float = 1.0) -> dict[int, float]:
    """A unit vector: dampened counts times how rare each term is among the texts at hand."""
    raw = {term: (1 + math.log(count)) * rarity.get(term, default) for term, count in counts.items()}
    length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
    return {term: value / length for term, value in raw.items()}


def rarity(texts: Iterable[Mapping[int, int]]) -> dict[int, float]:
    """Smoothed inverse document frequency of each term over these texts."""
    held = list(texts)
    seen = Counter(term for counts in held for term in counts)
    return {term: 1 + math.log((1 + len(held)) / (1 + count)) for term, count in seen.items()}


def dot(a: Vector, b: Vector) -> float:
    """Inner product of two sparse vectors."""
    small, large = (a, b) if len(a) < len(b) else (b, a)
    return sum(value * large[term] for term, value in small.items() if term in large)


def runs(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    """All runs of `length` words."""
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}
