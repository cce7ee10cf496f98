"""How people and machine agree: for those who answer for it, with plots drawn here as SVG, each with its table."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response

from adapters.language_model import maker
from domain import proposal_trust, settings
from domain.proposal_trust import Trust
from domain.proposals import Floor
from jobs.propose import READ_BY
from models import db
from views import guards, pages, tables

door = Blueprint("proposals", __name__, url_prefix="/proposals")
guards.members_only(door, *guards.MANAGERS)

FLOOR: Final = Floor()
HEADS: Final = (
    "group",
    "name",
    "n",
    "kappa",
    "low",
    "high",
    "alpha",
    "error",
    "exact",
    "adjacent",
    "replies",
    "changed",
    "towards",
    "signs",
)


@door.get("")
@guards.needs(*guards.MANAGERS)
def index() -> Response:
    asked = guards.settings()
    made_by = maker(asked.language_model) if asked.language_model_url else None
    return pages.page(
        "proposals/index.html",
        employer=settings.get_employer(db.session(), guards.member().employer_id),
        floor=FLOOR,
        few=proposal_trust.FEW,
        standings=proposal_trust.standings(db.session(), FLOOR, READ_BY, made_by),
        maker=made_by,
        criteria=proposal_trust.by_criterion(db.session()),
        members=proposal_trust.by_member(db.session()),
        drift=proposal_trust.drift(db.session()),
    )


@door.post("/export")
def export() -> Response:
    rows = [_row("criterion", trust) for trust in proposal_trust.by_criterion(db.session())]
    rows += [_row("reviewer", trust) for trust in proposal_trust.by_member(db.session())]
    for at, seen in proposal_trust.drift(db.session()):
        rows.append(
            ["over time", at.isoformat(), seen.n, seen.kappa, seen.low, seen.high, None, seen.error, seen.exact, seen.adjacent, *[None] * 4]
        )
    return tables.take_away("people and machine", HEADS, rows)


def _row(group: str, trust: Trust) -> list[Any]:
    seen = trust.agreement
    replies = [trust.replies, trust.changed, trust.towards, " ".join(trust.signs)]
    if trust.is_few:
        return [group, trust.name, seen.n, *[None] * 7, *replies]
    return [group, trust.name, seen.n, seen.kappa, seen.low, seen.high, trust.alpha, seen.error, seen.exact, seen.adjacent, *replies]
