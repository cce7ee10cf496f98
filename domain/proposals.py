"""What the machine may be asked and what it may answer. It reads a question, a rubric and a transcript, and nothing else.

Every proposal ends as `proposed` with its evidence and its record, or as `withheld` with a reason a reviewer understands.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain import calibration, evidence, foreign, wording
from domain.agreement import Agreement
from domain.calibration import Fitted
from domain.evidence import Passage
from domain.measures import Encode, Measure, Rubric

TOP: Final = 10
FEWEST_WORDS: Final = 15
MOST_WORDS: Final = 6000
LONGEST_ANSWER: Final = 3000
"""Words of one answer: about twenty minutes of speech."""
MOST_FOREIGN: Final = 0.2
MOST_UNSURE: Final = 0.3
"""Share of words the speech engine was unsure of, above which people must listen themselves."""
WIDEST: Final = 6.5
"""Points of 10 an interval may span; a wider one says nothing."""


@dataclass(frozen=True)
class RubricVersion:
    """One criterion as it is worded. `anchors` are (level, text), lowest first; `id` changes with any word of it."""

    name: str
    description: str
    anchors: tuple[tuple[int, str], ...]

    @property
    def id(self) -> str:
        return hashlib.sha256(json.dumps([self.name, self.description, self.anchors], ensure_ascii=False).encode()).hexdigest()

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(level for level, _ in self.anchors)

    @property
    def points(self) -> tuple[str, ...]:
        """What the criterion means, in texts: its anchors and its description."""
        return tuple(text for text in (*(anchor for _, anchor in self.anchors), self.description, self.name) if text)

    def on_scale(self, level: float) -> float:
        """A level on 0-10."""
        return TOP * (level - self.levels[0]) / (self.levels[-1] - self.levels[0])


@dataclass(frozen=True)
class Asked:
    """All that a proposer is given. It has no other field, and no way to any other table."""

    question: str
    rubric: RubricVersion
    transcript: str

    def as_bytes(self) -> bytes:
        """The request: the same bytes for two candidates who said the same words."""
        rubric = {"name": self.rubric.name, "description": self.rubric.description, "anchors": self.rubric.anchors}
        held = {"question": self.question, "rubric": rubric, "transcript": self.transcript}
        return json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.as_bytes()).hexdigest()


@dataclass(frozen=True)
class Heard:
    """What is known about the words themselves: `unsure` is the share the speech engine doubted (0-1)."""

    words: int
    unsure: float
    language: str
    expected: str
    longest: int = 0
    """Words of the longest single answer."""


@dataclass(frozen=True)
class Floor:
    """The record a proposer must have before anything of it is shown. Employers see it."""

    n: int = 50
    kappa: float = 0.6
    low: float = 0.5

    def holds(self, record: Agreement) -> bool:
        """Whether this record reaches the floor."""
        return record.n >= self.n and record.kappa >= self.kappa and record.low >= self.low

    def sentence(self) -> str:
        """The floor in words."""
        return f"at least {self.n} scored answers, agreement of {self.kappa:.2f} and no less than {self.low:.2f} at the low end"


WITHHELD: Final[Mapping[str, str]] = {
    "empty": "There are no words to go by. Please listen to the answer.",
    "short": "The answer is too short to compare. Please listen to it.",
    "long": "The answer is far longer than what this was made for. Please listen to it.",
    "unsure_words": "The transcript is not reliable enough. Please listen to the answer.",
    "other_language": "The answer is not in the interview's language. Please listen to it.",
    "mixed_language": "Part of the answer is in another language than the interview's. Please listen to it.",
    "one_level": "This criterion has fewer than two levels, so there is nothing to propose.",
    "no_record": "Not enough answers were scored by people for this criterion as it is worded. It needs {floor}.",
    "weak_record": "On this criterion the machine has not agreed with your people well enough. It needs {floor}.",
    "instruction_like": "The answer contains words that speak to the scorer instead of answering. Please listen to it.",
    "unusual": "The answer is unlike those your people scored, so the machine cannot judge it.",
    "left_out": "Much of the answer repeats itself or reads back the question or the rubric.",
    "wide": "The machine is not sure enough: its range covers most of the scale.",
    "no_evidence": "No passage was found that bears on this criterion.",
    "invalid_evidence": "The language model named or quoted words that are not in the transcript, so its proposal was dropped.",
    "invalid_answer": "The language model's answer could not be used, so it was dropped.",
    "no_answer": "The language model gave no answer: it was not reached, took too long or refused. Nothing about the answer caused it.",
    "failed": "The machine could not look at this answer. Nothing about the answer caused it.",
}

NOTHING_MISSING: Final = (
    "Every criterion has more than one passage, so that nothing is plainly missing. Read them, and ask about what they leave open."
)
FEWEST_QUOTED: Final = 3
"""Words in quotation marks from which they are a quote and not a term."""
_QUOTED: Final = re.compile(r"[“”„«»\"]([^“”„«»\"]+)[“”„«»\"]")
UNREAD: Final = ("empty", "one_level", "long", "mixed_language")
"""Reasons for which nobody looks for evidence either."""


@dataclass(frozen=True)
class Outcome:
    """What became of one request. Values are on 0-10; `code` is a key of `WITHHELD`, empty when proposed."""

    proposer: str
    code: str = ""
    reason: str = ""
    level: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    silent: float | None = None
    reasoning: str = ""
    passages: tuple[Passage, ...] = ()
    flags: tuple[str, ...] = ()
    record: Agreement | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return "withheld" if self.code else "proposed"


def withheld(proposer: str, code: str, floor: Floor = Floor(), **kept: Any) -> Outcome:
    """An outcome without a level, with its reason in words."""
    return Outcome(proposer, code=code, reason=WITHHELD[code].format(floor=floor.sentence()), **kept)


def unfit(asked: Asked, heard: Heard) -> str:
    """Why no proposer should look at this at all; empty when one may."""
    checks = (
        ("one_level", len(asked.rubric.anchors) < 2),
        ("empty", heard.words == 0),
        ("other_language", heard.language.split("-")[0] != heard.expected.split("-")[0]),
        ("unsure_words", heard.unsure > MOST_UNSURE),
        ("short", heard.words < FEWEST_WORDS),
        ("long", heard.words > MOST_WORDS or heard.longest > LONGEST_ANSWER),
        ("mixed_language", foreign.share(asked.transcript, heard.expected) > MOST_FOREIGN),
    )
    return next((code for code, is_so in checks if is_so), "")


def passages(asked: Asked, encode: Encode | None) -> tuple[Passage, ...]:
    """The evidence for one criterion, whether or not anything is proposed."""
    return tuple(evidence.find(asked.transcript, asked.question, asked.rubric.points, encode))


def rubric_of(asked: Asked) -> Rubric:
    """What the calibrated proposer compares with."""
    return Rubric(asked.question, asked.rubric.name, asked.rubric.points, sum(bool(text) for _, text in asked.rubric.anchors))


def calibrated(asked: Asked, encode: Encode | None, fitted: Fitted | None, floor: Floor, found: tuple[Passage, ...]) -> Outcome:
    """The offline proposal, or why there is none. `fitted` None: too little was scored to learn from."""
    measured = Measure(rubric_of(asked), encode)(asked.transcript)
    flags = measured.cleaned.flags
    if fitted is None:
        return withheld("calibrated", "no_record", floor, passages=found, flags=flags)
    guess = calibration.propose(fitted, measured)
    kept: dict[str, Any] = {"silent": round(TOP * guess.value, 2), "passages": found, "flags": flags, "record": fitted.record}
    code = _unshowable(guess, flags, fitted.record, floor, found)
    if code:
        return withheld("calibrated", code, floor, **kept)
    limits = {"low": round(TOP * guess.low, 1), "high": round(TOP * guess.high, 1)}
    scale: dict[str, Any] = {"level": guess.level, "value": round(asked.rubric.on_scale(guess.level), 2), **limits}
    return Outcome("calibrated", reasoning=_grounds(asked, fitted, guess.level, found), **scale, **kept)


def _unshowable(guess: calibration.Guess, flags: Sequence[str], record: Agreement, floor: Floor, found: Sequence[Passage]) -> str:
    checks = (
        ("instruction_like", "instruction_like" in flags),
        ("no_record", record.n < floor.n),
        ("weak_record", not floor.holds(record)),
        ("left_out", bool(flags)),
        ("unusual", guess.oddness > 1),
        ("no_evidence", not found),
        ("wide", TOP * (guess.high - guess.low) > WIDEST),
    )
    return next((code for code, is_so in checks if is_so), "")


def _grounds(asked: Asked, fitted: Fitted, level: int, found: Sequence[Passage]) -> str:
    record, anchor = fitted.record, dict(asked.rubric.anchors)[level]
    quotes = " ".join(f"“{passage.of(asked.transcript)}”" for passage in found)
    return (
        f"Compared with {record.n} answers your people scored, this one is nearest to those at level {level} ({anchor.rstrip('.')}). "
        f"The passages that bear on it: {quotes} On those answers the machine agreed with people at {record.kappa:.2f} "
        f"({record.low:.2f} to {record.high:.2f}), {record.error:.1f} levels off on average."
    )


def accept(
    asked: Asked, said: Any, record: Agreement | None, floor: Floor, usage: Mapping[str, Any], *, encode: Encode | None = None
) -> Outcome:
    """Checks what a language model said: a level of the rubric, evidence by sentence number only, and no quote that nobody said.

    `encode` finds words that speak to the scorer by their meaning too. The model must earn its place: without a record that
    reaches the floor its value is kept silently and not shown.
    """
    numbered = wording.sentences(asked.transcript)
    level = said.get("level") if isinstance(said, dict) else None
    if (
        not isinstance(level, int)
        or isinstance(level, bool)
        or level not in asked.rubric.levels
        or not isinstance(said.get("reasoning"), str)
    ):
        return withheld("language_model", "invalid_answer", floor, usage=usage)
    found = _named(numbered, said.get("evidence"))
    if not found or _invents(asked, said["reasoning"]):
        return withheld("language_model", "invalid_evidence", floor, usage=usage)
    flags = Measure(rubric_of(asked), encode)(asked.transcript).cleaned.flags
    value = round(asked.rubric.on_scale(level), 2)
    kept: dict[str, Any] = {"silent": value, "passages": found, "flags": flags, "record": record, "usage": usage}
    code = _unearned(flags, record, floor)
    if code or record is None:
        return withheld("language_model", code, floor, **kept)
    span = TOP / (len(asked.rubric.levels) - 1) * 1.28 * max(record.error, 0.3)
    limits: dict[str, Any] = {"low": round(max(0.0, value - span), 1), "high": round(min(float(TOP), value + span), 1)}
    return Outcome("language_model", level=level, value=value, reasoning=_plain(said["reasoning"]), **limits, **kept)


def _unearned(flags: Sequence[str], record: Agreement | None, floor: Floor) -> str:
    if flags:
        return "instruction_like" if "instruction_like" in flags else "left_out"
    if record is None or record.n < floor.n:
        return "no_record"
    return "" if floor.holds(record) else "weak_record"


def _named(numbered: Sequence[wording.Sentence], named: Any) -> tuple[Passage, ...]:
    """Sentence numbers as quotes. One number that does not exist and none of them counts: the model was guessing."""
    if not isinstance(named, list) or not named or len(named) > 20:
        return ()
    by_number = {sentence.number: sentence for sentence in numbered}
    if any(not isinstance(number, int) or isinstance(number, bool) or number not in by_number for number in named):
        return ()
    chosen = [by_number[number] for number in dict.fromkeys(named)][: evidence.MOST + 2]
    return tuple(Passage(sentence.start, sentence.end, 1.0) for sentence in chosen)


def _invents(asked: Asked, reasoning: str) -> bool:
    """Whether the reasoning puts words in quotation marks that stand neither in the answer nor in what was asked."""
    known = " ".join(wording.tokens(" ".join([asked.transcript, asked.question, *asked.rubric.points])))
    quoted = [wording.tokens(words) for words in _QUOTED.findall(reasoning)]
    return any(len(words) >= FEWEST_QUOTED and f" {' '.join(words)} " not in f" {known} " for words in quoted)


def _plain(text: str) -> str:
    """A model's words as one harmless paragraph."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:1500]


def feedback(asked: Sequence[Asked], outcomes: Sequence[Outcome]) -> str:
    """Two paragraphs: what the evidence shows, and what a next interviewer should probe. Built from cited passages only."""
    pairs = list(zip(asked, outcomes, strict=True))
    shown = [f"On {a.rubric.name}: " + " ".join(f"“{p.of(a.transcript)}”" for p in o.passages) for a, o in pairs if o.passages]
    first = " ".join(shown) or "No passage was found that bears on a criterion."
    bare = [a for a, o in pairs if not o.passages]
    thin = [a for a, o in pairs if len(o.passages) == 1]
    probes = [f"Nothing was found on {a.rubric.name}: ask for a real example of “{_highest(a)}”." for a in bare]
    probes += [f"Only one passage was found on {a.rubric.name}: ask for more where it leaves something open." for a in thin]
    return f"{first}\n\n{' '.join(probes or [NOTHING_MISSING])}"


def _highest(asked: Asked) -> str:
    return asked.rubric.anchors[-1][1].rstrip(".") if asked.rubric.anchors else asked.rubric.name
