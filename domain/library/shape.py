"""The shape of a starting interview, and short ways to write one."""

from __future__ import annotations

from dataclasses import dataclass

from domain.designs import Anchor, CriterionDesign, QuestionDesign


@dataclass(frozen=True)
class Starter:
    """`key` is what a form sends; `summary` says in one line what the screen looks for."""

    key: str
    name: str
    summary: str
    title: str
    opening: str
    welcome: str
    questions: tuple[QuestionDesign, ...]
    criteria: tuple[CriterionDesign, ...]


def ask(prompt: str, meaning: str, seconds: int = 120) -> QuestionDesign:
    """A question with the evidence-based defaults."""
    return QuestionDesign(prompt=prompt, meaning=meaning, answer_seconds=seconds)


def look_for(name: str, description: str, weight: int, questions: list[int], levels: tuple[str, str, str, str, str]) -> CriterionDesign:
    """A criterion with all five levels anchored, lowest first."""
    anchors = [Anchor(level=number, text=text) for number, text in enumerate(levels, 1)]
    return CriterionDesign(name=name, description=description, weight=weight, anchors=anchors, questions=questions)


WELCOME = (
    "Thank you for your interest. This is a short recorded interview: you see every question before you start, take the time "
    "you need to think, and may record an answer again. You can answer by video, sound or in writing; all three count the same."
)
