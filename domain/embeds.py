"""Embeds: where an interview may be shown, by which snippet, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import audit, origins
from domain.audit import Actor, Verb
from domain.errors import Invalid, NotFound
from domain.interviews import create_embed, find_published, revoke_embed
from domain.tokens import Tokens, mint_embed
from models import CandidateSession, Embed, Interview

MOST_ORIGINS = 20


def of_interview(db: Session, interview: Interview) -> Sequence[Embed]:
    """Every snippet of an interview except previews, newest first, revoked ones last."""
    wanted = sa.select(Embed).where(Embed.interview_id == interview.id, Embed.version_id.is_(None))
    return db.scalars(wanted.order_by(Embed.revoked_at.is_not(None), Embed.id.desc())).all()


def find_preview(db: Session, interview: Interview) -> Embed | None:
    """The newest preview of an interview's draft, or None."""
    wanted = sa.select(Embed).where(Embed.interview_id == interview.id, Embed.version_id.is_not(None), Embed.revoked_at.is_(None))
    return db.scalar(wanted.order_by(Embed.id.desc()).limit(1))


def live_preview(db: Session, actor: Actor, interview: Interview, origin: str, now: datetime) -> Embed:
    """A test embed on our own `origin` that shows what the snippet shows. Raises Invalid before the first publication."""
    version = find_published(db, interview.id)
    if version is None:
        raise Invalid("Publish the interview first; then you can see what the snippet will show.")
    standing = sa.select(Embed).where(Embed.version_id == version.id, Embed.is_test.is_(True), Embed.revoked_at.is_(None))
    embed = db.scalar(standing.limit(1)) or create_embed(db, actor, interview, [origin], now, is_test=True, label="Preview")
    embed.version_id = version.id
    db.flush()
    return embed


def get_embed(db: Session, embed_id: str) -> Embed:
    """Raises NotFound, also for another employer's."""
    found = db.scalar(sa.select(Embed).where(Embed.id == embed_id))
    if found is None:
        raise NotFound
    return found


def count_started(db: Session, interview: Interview) -> dict[str, int]:
    """How many candidates started through each embed of an interview."""
    counts = sa.select(CandidateSession.embed_id, sa.func.count()).group_by(CandidateSession.embed_id)
    here = counts.where(CandidateSession.interview_id == interview.id, CandidateSession.is_test.is_(False))
    rows = db.execute(here.where(CandidateSession.embed_id.is_not(None))).all()
    return {str(embed_id): count for embed_id, count in rows}


def create(db: Session, actor: Actor, interview: Interview, addresses: str, label: str, now: datetime) -> Embed:
    """A snippet for the web addresses in `addresses`, one a line or with commas; asked twice, it is the same one. Raises Invalid."""
    wanted, label = read_origins(addresses), label[:120]
    same = [embed for embed in of_interview(db, interview) if not embed.revoked_at and (embed.origins, embed.label) == (wanted, label)]
    return same[0] if same and not same[0].is_test else create_embed(db, actor, interview, wanted, now, label=label)


def change_origins(db: Session, actor: Actor, embed: Embed, addresses: str, now: datetime) -> None:
    """Other web addresses for a snippet that is pasted already; its text stays the same. Raises Invalid."""
    if embed.revoked_at is not None:
        raise Invalid("This snippet was revoked. Make a new one.")
    embed.origins = read_origins(addresses)
    audit.append(db, actor, Verb.EMBED_CHANGED, ("embed", embed.id), {"origins": embed.origins}, now=now)


def read_origins(addresses: str) -> list[str]:
    """The origins of the web addresses in a text, each once. Raises Invalid for none, too many, or what is no web address."""
    found = [origins.normalise(part) for part in addresses.replace(",", " ").split()]
    if not found:
        raise Invalid("Name at least one web address.", {"origins": "like https://careers.example.com"})
    if len(found) > MOST_ORIGINS:
        raise Invalid(f"At most {MOST_ORIGINS} addresses in one snippet.", {"origins": f"at most {MOST_ORIGINS}"})
    return list(dict.fromkeys(found))


def token_of(tokens: Tokens, embed: Embed) -> str:
    """The token of a snippet, the same text each time: it is dated by the embed itself."""
    return mint_embed(tokens, embed.id, embed.interview_id, embed.origins, embed.created_at)


def revoke(db: Session, actor: Actor, embed: Embed, now: datetime) -> None:
    """From now on the snippet and its hosted link are refused; revoking twice changes nothing."""
    if embed.revoked_at is None:
        revoke_embed(db, actor, embed, now)
