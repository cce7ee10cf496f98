"""A draft while it is written: unfinished and half wrong is allowed, losing what was typed is not.

A draft has the shape of an `InterviewDesign` as JSON, but a number may still be the text somebody typed. Every criterion
carries all five levels; those without a text are left out when the draft becomes a design. Fields are named as the form
names them: `title`, `questions-0-prompt`, `criteria-1-anchor-3`.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from domain import lint, looks
from domain.designs import CriterionDesign, InterviewDesign, QuestionDesign, minutes_of, shares
from domain.library.shape import Starter
from domain.lint import Warning

Draft = dict[str, Any]
LEVELS: Final = (1, 2, 3, 4, 5)
UNFINISHED: Final = {"string_too_short", "missing", "too_short"}
WORDS: Final = {
    "int_parsing": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "float_parsing": "Give a number.",
    "greater_than_equal": "At least {ge}.",
    "less_than_equal": "At most {le}.",
    "string_too_long": "At most {max_length} characters.",
    "too_long": "At most {max_length}.",
}
ZERO: Final = "The weights add up to zero, so nothing could be scored. Give at least one criterion a weight."

NOT_SCORED: Final = "No criterion is scored in this question: tick it under “Scored in”, or leave it out."


@dataclass
class Checked:
    """What stands between a draft and publishing. `missing` is not written yet; `wrong` cannot stay; `warnings` are advice."""

    design: InterviewDesign | None = None
    missing: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    warnings: list[Warning] = field(default_factory=list)
    shares: list[int] = field(default_factory=list)
    minutes: int | None = None

    @property
    def is_ready(self) -> bool:
        return self.design is not None and not self.wrong and not self.missing


def blank() -> Draft:
    """A draft with one empty question and one empty criterion; everything else at its default."""
    draft = InterviewDesign.model_construct(title="", opening="", questions=[], criteria=[]).model_dump()
    return {**draft, "questions": [_question()], "criteria": [_criterion()]}


def from_design(design: InterviewDesign) -> Draft:
    """The draft that edits this design."""
    draft = design.model_dump()
    return {**draft, "criteria": [_with_levels(criterion) for criterion in draft["criteria"]]}


def from_starter(starter: Starter) -> Draft:
    """The draft of a starting interview."""
    return from_design(
        InterviewDesign(
            title=starter.title,
            opening=starter.opening,
            welcome=starter.welcome,
            questions=list(starter.questions),
            criteria=list(starter.criteria),
        )
    )


def with_criteria(draft: Draft, criteria: Sequence[CriterionDesign]) -> Draft:
    """The draft with this rubric instead of its own; criteria for questions that do not exist apply to all."""
    count = len(draft["questions"])
    taken = [_with_levels(criterion.model_dump()) for criterion in criteria]
    for criterion in taken:
        criterion["questions"] = [position for position in criterion["questions"] if position <= count]
    return {**draft, "criteria": taken}


def change(draft: Draft, command: str) -> Draft:
    """The draft after a button: `add-question`, `copy-question-1`, `remove-criterion-0`, `up-question-2`, `down-criterion-0`.

    What is no such command, or names no such part, changes nothing.
    """
    verb, _, rest = command.partition("-")
    noun, _, number = rest.partition("-")
    key = {"question": "questions", "criterion": "criteria"}.get(noun)
    if key is None:
        return draft
    draft = deepcopy(draft)
    parts, size = draft[key], len(draft[key])
    order: list[int | None] = list(range(size))
    at = int(number) if number.isdecimal() and int(number) < size else None
    if verb == "add" and size < (20 if noun == "question" else 12):
        order.append(None)
    elif at is not None:
        order = _reordered(order, verb, at)
    fresh = _question if noun == "question" else _criterion
    changed = {**draft, key: [fresh() if old is None else deepcopy(parts[old]) for old in order]}
    return _follow(changed, order) if noun == "question" else changed


def _reordered(order: list[int | None], verb: str, at: int) -> list[int | None]:
    if verb == "remove":
        return order[:at] + order[at + 1 :]
    if verb == "copy":
        return [*order[: at + 1], at, *order[at + 1 :]]
    other = {"up": at - 1, "down": at + 1}.get(verb, at)
    if 0 <= other < len(order):
        order[at], order[other] = order[other], order[at]
    return order


def _follow(draft: Draft, order: list[int | None]) -> Draft:
    """Criteria name questions by position: they follow where their questions went."""
    for criterion in draft["criteria"]:
        wanted = {position - 1 for position in criterion["questions"]}
        criterion["questions"] = [new for new, old in enumerate(order, 1) if old in wanted]
    return draft


def check(draft: Draft) -> Checked:
    """Reads a draft as publishing would, and says field by field what is missing, wrong, or unwise."""
    found = Checked()
    _advise(draft["questions"], found)
    _advise_scoring(draft, found)
    _weigh(draft["criteria"], found)
    _refuse_words(draft, found)
    try:
        found.design = InterviewDesign.model_validate(_finished(draft))
    except ValidationError as error:
        for problem in error.errors():
            _file(problem, found)
    else:
        if not looks.is_readable(found.design.look.accent):
            better = looks.readable(found.design.look.accent)
            found.wrong["look-accent"] = f"White text on this colour is hard to read. {better} is the nearest that works."
        if found.design.internal and not found.design.workers_informed:
            found.missing["workers_informed"] = "Confirm that workers and their representatives were informed."
    return found


def _advise(questions: list[dict[str, Any]], found: Checked) -> None:
    """Advice on the questions that can be read, so that it comes while the rest is unwritten."""
    readable: list[QuestionDesign | None] = []
    for question in questions:
        try:
            readable.append(QuestionDesign.model_validate(question))
        except ValidationError:
            readable.append(None)
    found.warnings = lint.warnings(readable)
    found.minutes = minutes_of([question for question in readable if question]) if any(readable) else None


def _advise_scoring(draft: Draft, found: Checked) -> None:
    """A question that no criterion looks at is answered for nothing."""
    ticked = [set(criterion["questions"]) for criterion in draft["criteria"]]
    if not ticked or not all(ticked):
        return
    for number in range(len(draft["questions"])):
        if not any(number + 1 in positions for positions in ticked):
            found.warnings.append(Warning(f"questions-{number}-prompt", NOT_SCORED))


def _weigh(criteria: list[dict[str, Any]], found: Checked) -> None:
    try:
        found.shares = shares([max(0.0, float(criterion["weight"])) for criterion in criteria])
    except ZeroDivisionError:
        if criteria:
            found.wrong["weights"] = ZERO
    except (ValueError, OverflowError):
        pass  # a weight that is no number is marked where it stands


def _refuse_words(draft: Draft, found: Checked) -> None:
    for number, criterion in enumerate(draft["criteria"]):
        texts = {"name": criterion["name"], "description": criterion["description"]}
        texts |= {f"anchor-{anchor['level']}": anchor["text"] for anchor in criterion["anchors"]}
        for name, text in texts.items():
            finding = lint.find_refused(text)
            if finding:
                found.wrong[f"criteria-{number}-{name}"] = finding.sentence


def _finished(draft: Draft) -> Draft:
    """The draft without empty levels, so that pydantic judges only what was written."""
    criteria = [{**c, "anchors": [a for a in c["anchors"] if a["text"].strip()]} for c in draft["criteria"]]
    return {**draft, "criteria": criteria}


def _file(problem: Any, found: Checked) -> None:
    loc, kind = problem["loc"], problem["type"]
    name = _field(loc)
    if kind in UNFINISHED:
        found.missing.setdefault(name, MISSING.get(str(loc[-1]) if loc else "", "Fill this in."))
    elif not (kind == "value_error" and "weights" in found.wrong):
        text = WORDS[kind].format(**problem.get("ctx", {})) if kind in WORDS else problem["msg"].removeprefix("Value error, ") + "."
        found.wrong.setdefault(name, text)


MISSING: Final = {
    "title": "Give the interview a title.",
    "opening": "Name the opening.",
    "prompt": "Write the question.",
    "kinds": "Allow at least one way to answer.",
    "name": "Name what you look for.",
    "anchors": "Describe at least two levels.",
    "questions": "Add a question.",
    "criteria": "Add a criterion.",
}


def _field(loc: tuple[int | str, ...]) -> str:
    """`("questions", 0, "prompt")` becomes `questions-0-prompt`; a level's own trouble stands with its criterion."""
    parts = [str(part) for part in loc]
    return "-".join(parts[:3]) if len(parts) > 3 else "-".join(parts) or "criteria"


def fields(draft: Draft) -> list[str]:
    """Every field of the form beside which something may be said."""
    question = ("prompt", "meaning", "answer_seconds", "thinking_seconds", "retakes", "kinds", "preview")
    criterion = ("name", "description", "weight", "anchors", *(f"anchor-{level}" for level in LEVELS))
    return [
        *("title", "opening", "language", "welcome", "days_open", "promise_days", "media_days"),
        *("contact_name", "contact_email", "look-accent", "any_language", "workers_informed", "questions", "criteria", "weights"),
        *(f"questions-{n}-{name}" for n in range(len(draft["questions"])) for name in question),
        *(f"criteria-{n}-{name}" for n in range(len(draft["criteria"])) for name in criterion),
    ]


def _question() -> Draft:
    return QuestionDesign.model_construct(prompt="").model_dump()


def _criterion() -> Draft:
    return _with_levels({"name": "", "description": "", "weight": 1, "anchors": [], "questions": []})


def _with_levels(criterion: Draft) -> Draft:
    texts = {anchor["level"]: anchor["text"] for anchor in criterion["anchors"]}
    return {**criterion, "anchors": [{"level": level, "text": texts.get(level, "")} for level in LEVELS]}
