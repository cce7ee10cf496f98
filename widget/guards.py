"""The candidate's door: which token a request must carry, and for which session it then speaks."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, g, request

from adapters import clock
from adapters.storage import MediaStore
from config import Settings
from domain import candidates
from domain.audit import Actor
from domain.errors import TokenMissing
from domain.tokens import Tokens, kind_of
from domain.uploads import Limits
from jobs.queues import Queues
from models import EVERY_EMPLOYER, CandidateSession, db, serve
from widget.receptions import Receptions


def candidates_only(blueprint: Blueprint, kinds: tuple[str, ...] = ("candidate",)) -> None:
    """Guards every route of a blueprint: a valid token of one of `kinds` for a session that has not recalled its tokens."""

    @blueprint.before_request
    def guard() -> None:
        if request.method == "OPTIONS":
            return
        now = clock.now()
        kind, claims = kind_of(tokens(), bearer(), kinds, now)
        serve(db.session(), EVERY_EMPLOYER)
        find = candidates.get_by_receipt if kind == "receipt" else candidates.get_by_claims
        g.session = find(db.session(), claims)
        candidates.require_recent(g.session, now)
        g.tab = int(str(claims.get("tab", -1)))
        serve(db.session(), g.session.employer_id)

    blueprint.guard = "candidates"  # type: ignore[attr-defined]


def anyone(blueprint: Blueprint) -> None:
    """Marks a blueprint as open on purpose; its routes check the token in the body themselves."""
    blueprint.guard = "anyone"  # type: ignore[attr-defined]


def bearer() -> str:
    """The token of the Authorization header. Raises TokenMissing."""
    header = request.authorization
    if header is None or header.type != "bearer" or not header.token:
        raise TokenMissing
    return header.token


def candidate_session() -> CandidateSession:
    """The session the request speaks for. Only inside a guarded route."""
    return cast(CandidateSession, g.session)


def newest_tab() -> CandidateSession:
    """The session, when this is the tab that may change it. Raises OtherTab."""
    candidates.require_newest_tab(candidate_session(), g.tab)
    return candidate_session()


def is_newest_tab() -> bool:
    """Whether no other tab has opened the session since."""
    return bool(candidate_session().tab == g.tab)


def actor() -> Actor:
    """The candidate, named by their session, for the audit chain."""
    return Actor(candidate_session().employer_id, "candidate", candidate_session().id)


def tokens() -> Tokens:
    """The installation's token maker."""
    return cast(Tokens, current_app.extensions["tokens"])


def settings() -> Settings:
    """The installation's settings."""
    return cast(Settings, current_app.extensions["settings"])


def limits() -> Limits:
    """What a session may upload here."""
    return Limits(settings().upload_bytes, settings().uploads_per_session, settings().upload_hours)


def store() -> MediaStore:
    """Where recordings are kept."""
    return cast(MediaStore, current_app.extensions["store"])


def queues() -> Queues:
    """The way to tell workers that something waits."""
    return cast(Queues, current_app.extensions["queues"])


def receptions() -> Receptions:
    """The bodies that are arriving in this process."""
    return cast(Receptions, current_app.extensions["receptions"])
