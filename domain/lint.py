"""Reads a design as a careful colleague would: refuses to judge what must not be judged, and warns of what puts candidates off.

A refusal names the word and an observable behaviour to ask for instead. A warning is quiet: it never stops anybody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from domain.designs import CriterionDesign, QuestionDesign, minutes_of
from domain.lint_words import EVERYDAY, EVERYDAY_SCRIPT, RULES, Rule

MOST_QUESTIONS: Final = 5
MOST_MINUTES: Final = 25
LEAST_THINKING: Final = 30
LEAST_ANSWER: Final = 60
TWO_ASKS: Final = "Two asks in one question: people answer the easier one. Ask one, put the rest under “What we mean”."
PRIVATE: Final = "This asks about private life. Such answers may not count, and asking can be unlawful."
NO_RETAKE: Final = "No second try: answers get rushed and people with bad luck drop out. One or two retakes work best."
NO_PREVIEW: Final = "Not shown beforehand: candidates react best when they can prepare, and women gain most from it."
VIDEO_ONLY: Final = "Video only: say in the welcome text why a face must be seen. Sound and text show the same evidence."
SHORT_THINKING: Final = f"Under {LEAST_THINKING} seconds to think measures speed of reading."
SHORT_ANSWER: Final = "Under a minute leaves little room for an example."


@dataclass(frozen=True)
class Finding:
    """`word` as it was written, `why` it is refused, `rewrite`: what to ask for instead."""

    word: str
    why: str
    rewrite: str

    @property
    def sentence(self) -> str:
        return f"“{self.word}” cannot be judged. {self.why} {self.rewrite}"


@dataclass(frozen=True)
class Warning:
    """`field` is the form field it stands beside (`questions-0-retakes`), or empty for the whole design."""

    field: str
    text: str


_COMPILED: Final[list[tuple[Rule, re.Pattern[str]]]] = [
    (rule, re.compile(r"(?<!\w)(?:" + "|".join(rule.words) + r")(?!\w)" + "".join(f"|{re.escape(part)}" for part in rule.script), re.I))
    for rule in RULES
]
_EVERYDAY: Final = re.compile(r"(?<!\w)(?:" + "|".join(EVERYDAY) + r")(?!\w)|" + "|".join(map(re.escape, EVERYDAY_SCRIPT)), re.I)
_HYPHENS: Final = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SPACED: Final = re.compile(r"(?<!\w)\w(?:[ .*_-]\w){4,}(?!\w)")
_LOOKALIKES: Final = str.maketrans("авеіјокмнрѕстухѵαεικνορτυχ", "abeijokmhpsctyxvaeiknoptux")
_QUOTED: Final = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|„[^“”]*[“”]|「[^」]*」")
_ALSO: Final = re.compile(
    r"\s(?:and|und|et|y|e)\s+(?:also\s+)?(?:"
    r"how|what|why|when|who|where|which|describe|explain|tell|wie|was|warum|wann|wer|wo|welche[nrs]?|beschreiben|"
    r"comment|que|quoi|quel(?:le)?s?|pourquoi|quand|qui|o[uù]|d[eé]crivez|"
    r"c[oó]mo|qu[eé]|por qu[eé]|cu[aá]ndo|qui[eé]n|d[oó]nde|cu[aá]l|describa)\b",
    re.I,
)
_MARKS: Final = re.compile(r"[?？]")
_PRIVATE: Final = re.compile(
    r"\b(?:how old|your age|date of birth|married|pregnan|plan to have children|where were you born|"
    r"your (?:husband|wife|partner|children|kids|religion|faith|health|nationality|disabilit)|"
    r"wie alt|verheiratet|schwanger|kinder haben|quel [aâ]ge|mari[eé]e|enceinte|qu[eé] edad|casad[oa]|embarazad)",
    re.I,
)


def find_refused(text: str) -> Finding | None:
    """The first word in `text` that names what must not be judged, or None; hidden signs and hyphens hide nothing."""
    for read in dict.fromkeys(_readings(text)):
        judged = _EVERYDAY.sub(" ", read)
        for rule, pattern in _COMPILED:
            match = pattern.search(judged)
            if match:
                return Finding(match.group().strip(" ,.;"), rule.why, rule.rewrite)
    return None


def _readings(text: str) -> Iterator[str]:
    """The text as a person would read it: plain, then with letters from other alphabets, hyphens or gaps inside words undone."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _HYPHENS.sub("-", "".join(sign for sign in plain if unicodedata.category(sign) != "Cf" or sign in "\u200c\u200d"))
    yield plain
    latin = re.sub(r"\w+", lambda word: _latin(word.group()), plain)
    yield latin
    yield re.sub(r"(?<=\w)[-_.*](?=\w)", "", latin)
    yield _SPACED.sub(lambda run: re.sub(r"[ .*_-]", "", run.group()), latin)


def _latin(word: str) -> str:
    """A word that mixes alphabets, with look-alikes replaced; a word in one alphabet stays."""
    lowered = word.lower().translate(_LOOKALIKES)
    return lowered if word.isascii() is False and any(sign.isascii() for sign in word) and lowered.isascii() else word


def refused_in(criterion: CriterionDesign) -> dict[str, Finding]:
    """What must not be judged in a criterion, by field: `name`, `description`, `anchor-<level>`."""
    texts = {"name": criterion.name, "description": criterion.description}
    texts |= {f"anchor-{anchor.level}": anchor.text for anchor in criterion.anchors}
    found = {field: find_refused(text) for field, text in texts.items()}
    return {field: finding for field, finding in found.items() if finding}


def asks_twice(prompt: str) -> bool:
    """True when a prompt holds more than one ask: two question marks, or “… and how …”."""
    asked = _QUOTED.sub(" ", prompt)
    return len(_MARKS.findall(asked)) > 1 or bool(_ALSO.search(asked))


def warnings(questions: Sequence[QuestionDesign | None]) -> list[Warning]:
    """Where questions leave what keeps candidates on board, one by one and as a whole. None stands for one that cannot be read yet."""
    found = [warning for number, question in enumerate(questions) if question for warning in _question(number, question)]
    asked, needed = len(questions), minutes_of([question for question in questions if question])
    if asked > MOST_QUESTIONS:
        found.append(
            Warning("", f"{asked} questions: with each one over {MOST_QUESTIONS} more people give up. Keep those you would decide by.")
        )
    if needed > MOST_MINUTES:
        found.append(
            Warning("", f"About {needed} minutes for the candidate: over {MOST_MINUTES} many give up. Shorten answers or drop a question.")
        )
    return found


def _question(number: int, question: QuestionDesign) -> list[Warning]:
    thinking = question.thinking_seconds
    checks = (
        ("prompt", asks_twice(question.prompt), TWO_ASKS),
        ("prompt", bool(_PRIVATE.search(question.prompt)), PRIVATE),
        ("retakes", question.retakes == 0 and question.kinds != ["text"], NO_RETAKE),
        ("preview", not question.preview, NO_PREVIEW),
        ("kinds", question.kinds == ["video"], VIDEO_ONLY),
        ("thinking_seconds", thinking is not None and thinking < LEAST_THINKING, SHORT_THINKING),
        ("answer_seconds", question.answer_seconds < LEAST_ANSWER, SHORT_ANSWER),
    )
    return [Warning(f"questions-{number}-{field}", text) for field, is_so, text in checks if is_so]
