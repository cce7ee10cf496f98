"""The shape of an interview's design: what the designer edits, a draft stores and a version freezes.

Defaults follow the evidence: preview on, no limit on thinking, two retakes, two-minute answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["video", "audio", "text"]
ClipId = Annotated[str, Field(max_length=26)] | None
HARD_CAP_FACTOR = 2
LANGUAGES = ("en", "es", "hi", "ja", "de", "fr")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class QuestionDesign(Part):
    """Times are seconds; `thinking_seconds` None means no limit. An answer is cut only at twice its limit."""

    prompt: Annotated[str, Field(min_length=1, max_length=2000)]
    meaning: Annotated[str, Field(max_length=2000)] = ""
    kinds: Annotated[list[Kind], Field(min_length=1, max_length=3)] = ["video", "audio", "text"]
    thinking_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None
    answer_seconds: Annotated[int, Field(ge=15, le=1800)] = 120
    retakes: Annotated[int, Field(ge=0, le=20)] = 2
    preview: bool = True
    characters: Annotated[int, Field(ge=100, le=20000)] = 5000
    clip_id: ClipId = None

    @property
    def hard_seconds(self) -> int:
        return self.answer_seconds * HARD_CAP_FACTOR


class Anchor(Part):
    """The observable behaviour that earns a level."""

    level: Annotated[int, Field(ge=1, le=5)]
    text: Annotated[str, Field(min_length=1, max_length=1000)]


class CriterionDesign(Part):
    """`weight` is any non-negative number; it is frozen as a whole share of 100. `questions` are positions from 1; empty means all."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    description: Annotated[str, Field(max_length=2000)] = ""
    weight: Annotated[float, Field(ge=0, le=1000)] = 1
    anchors: Annotated[list[Anchor], Field(min_length=2, max_length=5)]
    questions: list[int] = []

    @model_validator(mode="after")
    def _levels_rise(self) -> CriterionDesign:
        levels = [anchor.level for anchor in self.anchors]
        if levels != sorted(set(levels)):
            raise ValueError("levels must rise, each once")
        return self


class Look(Part):
    """The employer's accent colour; contrast is checked where it is chosen."""

    accent: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")] = "#14665a"


class InterviewDesign(Part):
    """The whole of it. `internal`: people who work for the employer already may apply; then workers must have been informed.

    `any_language`: each answer is written down in the language it is spoken in, not in the interview's.
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    opening: Annotated[str, Field(min_length=1, max_length=200)]
    welcome: Annotated[str, Field(max_length=4000)] = ""
    welcome_clip_id: ClipId = None
    language: Literal["en", "es", "hi", "ja", "de", "fr"] = "en"
    days_open: Annotated[int, Field(ge=1, le=365)] = 14
    promise_days: Annotated[int, Field(ge=1, le=90)] = 10
    media_days: Annotated[int, Field(ge=1, le=3650)] = 90
    contact_name: Annotated[str, Field(max_length=200)] = ""
    contact_email: Annotated[str, Field(max_length=320)] = ""
    questions: Annotated[list[QuestionDesign], Field(min_length=1, max_length=20)]
    criteria: Annotated[list[CriterionDesign], Field(min_length=1, max_length=12)]
    transcribe: bool = True
    any_language: bool = False
    internal: bool = False
    workers_informed: bool = False
    look: Look = Look()

    @model_validator(mode="after")
    def _criteria_name_real_questions(self) -> InterviewDesign:
        for criterion in self.criteria:
            if any(not 1 <= position <= len(self.questions) for position in criterion.questions):
                raise ValueError(f"criterion “{criterion.name}” names a question that does not exist")
        if sum(criterion.weight for criterion in self.criteria) <= 0:
            raise ValueError("at least one criterion must have weight")
        return self


def spoken_language(design: Mapping[str, Any]) -> str | None:
    """The language that answers to this (frozen) design are heard in; None: whichever each is spoken in."""
    return None if design.get("any_language") else str(design["language"])


def shares(weights: list[float]) -> list[int]:
    """Whole shares that sum to 100, in proportion to `weights` (largest remainder)."""
    total = sum(weights)
    exact = [100 * weight / total for weight in weights]
    whole = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in by_remainder[: 100 - sum(whole)]:
        whole[i] += 1
    return whole


def minutes(design: InterviewDesign) -> int:
    """Whole minutes a candidate needs for the whole interview."""
    return minutes_of(design.questions)


def minutes_of(questions: Sequence[QuestionDesign]) -> int:
    """Whole minutes these questions need: twice the answer limits (thinking, watching) and five to set up."""
    return 5 + round(sum(2 * question.answer_seconds for question in questions) / 60)
