"""What must not pay: instructions to the scorer, saying it again, reading the question or the rubric back, keywords, padding.

`clean` keeps the sentences that may count; `signs` measures how unlike an honest answer the whole is. What is unusual is judged
against this employer's own scored answers (`domain/calibration.py`); what is plainly not an answer is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from domain.instructions import is_instruction_like
from domain.wording import FUNCTION_WORDS, Sentence, content, runs, sentences, stems, tokens

SAME: Final = 0.8
"""Share of meaning words two sentences share from which one repeats the other."""
VERBATIM: Final = 6
"""Words in a row that are read off the rubric."""
READ_BACK: Final = 0.7
MUCH: Final = 0.2
"""Share of an answer's words, left out for one reason, from which a reviewer is told."""
WINDOW: Final = 12


@dataclass(frozen=True)
class Cleaned:
    """`kept` may count; `dropped` says why the others do not, or may not carry a value (`measures.READ`); `flags` are for the reviewer;
    `share` is what was left out (0-1).
    """

    kept: tuple[Sentence, ...]
    dropped: tuple[tuple[Sentence, str], ...]
    flags: tuple[str, ...]
    share: float

    def text(self, transcript: str) -> str:
        """What may count, as one text."""
        return " ".join(sentence.of(transcript) for sentence in self.kept)


def clean(transcript: str, question: str, points: Sequence[str]) -> Cleaned:
    """Leaves out what does not answer. `points` are the rubric's texts."""
    asked, rubric = _Source(question), [_Source(point) for point in points]
    kept: list[Sentence] = []
    dropped: list[tuple[Sentence, str]] = []
    before: list[Counter[str]] = []
    said: set[tuple[str, ...]] = set()
    for sentence in sentences(transcript):
        words = sentence.of(transcript)
        reason = _reason(words, asked, rubric, before, said)
        if reason:
            dropped.append((sentence, reason))
        else:
            kept.append(sentence)
        before.append(Counter(content(words)))
        said.add(tuple(stems(words)))
    dropped += _across(transcript, kept)
    gone = {sentence for sentence, _ in dropped}
    kept = [sentence for sentence in kept if sentence not in gone]
    return Cleaned(tuple(kept), tuple(dropped), *summed(transcript, dropped))


def without(transcript: str, cleaned: Cleaned, more: Mapping[Sentence, str]) -> Cleaned:
    """`cleaned` less sentences that were found, in meaning, to speak to the scorer, surely or perhaps."""
    if not more:
        return cleaned
    kept = tuple(sentence for sentence in cleaned.kept if sentence not in more)
    dropped = (*((sentence, reason) for sentence, reason in cleaned.dropped if sentence not in more), *more.items())
    return Cleaned(kept, dropped, *summed(transcript, dropped))


def _across(transcript: str, kept: Sequence[Sentence]) -> list[tuple[Sentence, str]]:
    """Instructions that a full stop cut in two."""
    found: list[tuple[Sentence, str]] = []
    for first, second in pairwise(kept):
        if len(tokens(transcript[first.start : second.end])) < 30 and is_instruction_like(transcript[first.start : second.end]):
            found += [(first, "instruction_like"), (second, "instruction_like")]
    return found


def summed(transcript: str, dropped: Sequence[tuple[Sentence, str]]) -> tuple[tuple[str, ...], float]:
    """The flags for what was left out, and the share of all words that it is (0-1)."""
    total = max(1, len(tokens(transcript)))
    words: Counter[str] = Counter()
    for sentence, reason in dropped:
        words[reason] += len(tokens(sentence.of(transcript)))
    flags = [reason for reason, count in words.items() if reason in ("instruction_like", "rubric_words") or count / total >= MUCH]
    if not dropped and not transcript.strip():
        return (), 0.0
    return tuple(sorted(flags)), min(1.0, sum(words.values()) / total)


class _Source:
    """A text an answer may be reading off: the question or a point of the rubric."""

    def __init__(self, text: str) -> None:
        self.stems = stems(text)
        self.content = set(content(text))
        self.threes = runs(self.stems, 3)
        self.long = runs(self.stems, VERBATIM)


def _reason(words: str, asked: _Source, rubric: Sequence[_Source], before: Sequence[Counter[str]], said: set[tuple[str, ...]]) -> str:
    if is_instruction_like(words):
        return "instruction_like"
    meaning, stemmed = Counter(content(words)), stems(words)
    if any(_same(meaning, other) for other in before) if meaning.total() >= 3 else tuple(stemmed) in said and len(stemmed) >= 3:
        return "repetition"
    if _reads(stemmed, meaning, asked):
        return "read_back"
    if any(runs(stemmed, VERBATIM) & point.long for point in rubric) or any(_is_copy(stemmed, point) for point in rubric):
        return "rubric_words"
    return ""


def _is_copy(stemmed: Sequence[str], point: _Source) -> bool:
    """A short point of the rubric said whole and hardly anything else."""
    return len(point.stems) >= 3 and len(stemmed) <= len(point.stems) + 3 and _covers(stemmed, point.stems)


def _covers(stemmed: Sequence[str], wanted: Sequence[str]) -> bool:
    return any(list(stemmed[i : i + len(wanted)]) == list(wanted) for i in range(len(stemmed) - len(wanted) + 1))


def _same(a: Counter[str], b: Counter[str]) -> bool:
    shared = (a & b).total()
    return shared >= SAME * a.total() and (shared >= SAME * b.total() or a.total() >= 4)


def _reads(stemmed: Sequence[str], meaning: Counter[str], source: _Source) -> bool:
    threes = runs(stemmed, 3)
    if len(threes) >= 3 and len(threes & source.threes) >= READ_BACK * len(threes):
        return True
    return len(meaning) >= 3 and len(set(meaning) & source.content) >= 0.9 * len(meaning)


@dataclass(frozen=True)
class Signs:
    """How an answer is made, each 0-1: what is compared with the employer's own answers."""

    repeated: float
    rubric_runs: float
    rubric_density: float
    listed: float
    question_runs: float
    dropped: float

    def row(self) -> list[float]:
        return [self.repeated, self.rubric_runs, self.rubric_density, self.listed, self.question_runs, self.dropped]


def signs(transcript: str, question: str, points: Sequence[str], share: float) -> Signs:
    """Measured on the whole answer, before anything is left out. `share` is what cleaning left out."""
    words = tokens(transcript)
    stemmed = stems(transcript)
    keys = {word for point in points for word in content(point)} - set(content(question))
    rubric = set().union(*(runs(stems(point), 3) for point in points)) if points else set()
    return Signs(
        repeated=_repeated(stemmed),
        rubric_runs=_covered(stemmed, rubric),
        rubric_density=_densest([stem in keys for stem in stemmed]),
        listed=_densest([word not in FUNCTION_WORDS for word in words]),
        question_runs=_covered(stemmed, runs(stems(question), 3)),
        dropped=share,
    )


def _repeated(stemmed: Sequence[str]) -> float:
    fours = Counter(tuple(stemmed[i : i + 4]) for i in range(len(stemmed) - 3))
    return sum(count - 1 for count in fours.values()) / max(1, fours.total())


def _covered(stemmed: Sequence[str], known: set[tuple[str, ...]]) -> float:
    hit = [False] * len(stemmed)
    for i in range(len(stemmed) - 2):
        if tuple(stemmed[i : i + 3]) in known:
            hit[i : i + 3] = [True] * 3
    return sum(hit) / max(1, len(hit))


def _densest(marked: Sequence[bool]) -> float:
    """The share of marked words where they stand closest together."""
    if len(marked) <= WINDOW:
        return sum(marked) / max(1, len(marked))
    return max(sum(marked[i : i + WINDOW]) for i in range(len(marked) - WINDOW + 1)) / WINDOW
