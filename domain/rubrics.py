"""Rubrics: the starting library, those an employer keeps, their check, and their JSON.

The same checks as in an interview hold: at least two described levels, a weight somewhere, nothing judged that must not be.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from domain import audit, drafts
from domain.audit import Actor, Verb
from domain.designs import CriterionDesign, shares
from domain.drafts import Checked, Draft
from domain.errors import Conflict, Invalid, NotFound
from domain.library import STARTERS, find_starter
from models import Interview, Rubric

FORMAT: Final = "greenroom rubric"
LARGEST: Final = 200_000
_NUMBERS: Final = 20


@dataclass(frozen=True)
class Choice:
    """One rubric a designer may take; `key` is a starter's key or a kept rubric's id."""

    key: str
    name: str
    is_starter: bool


def choices(db: Session) -> list[Choice]:
    """The employer's own rubrics first, then the starting ones."""
    own = [Choice(rubric.id, rubric.name, False) for rubric in kept(db)]
    return own + [Choice(starter.key, starter.name, True) for starter in STARTERS]


def kept(db: Session) -> Sequence[Rubric]:
    """The employer's own rubrics by name."""
    return db.scalars(sa.select(Rubric).where(Rubric.archived_at.is_(None)).order_by(Rubric.name, Rubric.id)).all()


def get_rubric(db: Session, rubric_id: str) -> Rubric:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Rubric).where(Rubric.id == rubric_id, Rubric.archived_at.is_(None)))
    if found is None:
        raise NotFound
    return found


def criteria_of(db: Session, key: str) -> list[CriterionDesign]:
    """The criteria behind a choice's key. Raises NotFound."""
    starter = find_starter(key)
    if starter is not None:
        return list(starter.criteria)
    return [CriterionDesign.model_validate(criterion) for criterion in get_rubric(db, key).criteria]


def name_of(db: Session, key: str) -> str:
    """The name behind a choice's key. Raises NotFound."""
    starter = find_starter(key)
    return starter.name if starter else get_rubric(db, key).name


def draft_of(name: str, criteria: Sequence[CriterionDesign]) -> Draft:
    """What the rubric editor edits: the shape of an interview's draft, with a name and criteria only."""
    return {"name": name, "criteria": drafts.with_criteria(_around([]), criteria)["criteria"]}


def draft_of_interview(interview: Interview) -> Draft:
    """An interview's rubric, to be kept. Criteria apply to all questions: a library knows none."""
    criteria = [{**criterion, "questions": []} for criterion in deepcopy(interview.draft["criteria"])]
    return {"name": interview.title[:120], "criteria": criteria}


def check(draft: Draft) -> Checked:
    """As `drafts.check`, for a rubric on its own."""
    found = drafts.check(_around(draft["criteria"]))
    if not draft["name"].strip():
        found.missing["name"] = "Give the rubric a name."
    elif len(draft["name"]) > 120:
        found.wrong["name"] = "At most 120 characters."
    found.warnings = []
    return found


def require_sound(draft: Draft) -> list[dict[str, Any]]:
    """The criteria as they are stored. Raises Invalid naming every field that is missing or wrong."""
    found = check(draft)
    fields = {**found.missing, **found.wrong}
    if found.design is None or fields:
        raise Invalid("This rubric cannot be kept yet.", fields)
    return [criterion.model_dump() for criterion in found.design.criteria]


def create(db: Session, actor: Actor, draft: Draft, now: datetime) -> Rubric:
    """Keeps a rubric. Raises Invalid."""
    criteria = require_sound(draft)
    rubric = Rubric(employer_id=actor.employer_id, name=draft["name"].strip(), criteria=criteria, created_at=now, changed_at=now)
    db.add(rubric)
    db.flush()
    audit.append(db, actor, Verb.RUBRIC_SAVED, ("rubric", rubric.id), {"revision": 1}, now=now)
    return rubric


def save(db: Session, actor: Actor, rubric: Rubric, draft: Draft, revision: int, now: datetime) -> None:
    """Changes a kept rubric; interviews that copied it stay as they are. Raises Conflict when it changed since `revision`, Invalid."""
    if rubric.revision != revision:
        raise Conflict("Somebody else saved this rubric since you opened it.")
    rubric.criteria, rubric.name = require_sound(draft), draft["name"].strip()
    rubric.revision, rubric.changed_at = revision + 1, now
    audit.append(db, actor, Verb.RUBRIC_SAVED, ("rubric", rubric.id), {"revision": rubric.revision}, now=now)


def archive(db: Session, actor: Actor, rubric: Rubric, now: datetime) -> None:
    """Takes a rubric out of the library."""
    rubric.archived_at = now
    audit.append(db, actor, Verb.RUBRIC_SAVED, ("rubric", rubric.id), {"archived": True}, now=now)


def export(name: str, criteria: Sequence[CriterionDesign]) -> str:
    """The rubric as JSON that `read` takes back; `share` says what each weight comes to of 100."""
    parts = shares([criterion.weight for criterion in criteria])
    rows = [{**criterion.model_dump(), "share": share} for criterion, share in zip(criteria, parts, strict=True)]
    return json.dumps({"format": FORMAT, "version": 1, "name": name, "criteria": rows}, ensure_ascii=False, indent=2) + "\n"


def read(text: bytes) -> Draft:
    """A draft from exported JSON, still to be checked. Raises Invalid for what is no rubric."""
    if len(text) > LARGEST:
        raise Invalid(f"A rubric file has at most {LARGEST // 1000} kB.", {"file": "too large"})
    try:
        found = json.loads(text.decode("utf-8-sig"))
        rows = [{key: value for key, value in row.items() if key != "share"} for row in found["criteria"]]
        criteria = [CriterionDesign.model_validate(row) for row in rows]
        return draft_of(str(found.get("name", ""))[:120], criteria)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("That is not a rubric file.", {"file": _what_is_wrong(error)}) from None


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{' › '.join(str(part) for part in first['loc']) or 'criterion'}: {first['msg'].removeprefix('Value error, ')}"
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}: {error.msg}"
    return "it needs a list “criteria”, each with name, weight and anchors, as the export has it"


def _around(criteria: list[dict[str, Any]]) -> Draft:
    """An otherwise complete interview around criteria, so that one check serves both."""
    questions = [{**drafts.blank()["questions"][0], "prompt": "?"}] * _NUMBERS
    return {**drafts.blank(), "title": "?", "opening": "?", "questions": questions, "criteria": criteria}
