"""The employer's logo: one small picture that candidates see above the interview."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from domain import audit, pictures
from domain.audit import Actor, Verb
from domain.errors import Invalid, NotFound, TokenRefused
from domain.media import AddressRefused, Rendition
from domain.tokens import Tokens
from models import Employer

MOST_BYTES: Final = 300 << 10
MOST_SIDE: Final = 3000
"""A small file may unpack to gigabytes in the browser of every candidate."""


def kind_of(data: bytes) -> str:
    """The media type of a picture we show. Raises Invalid for anything else, and for too large a file."""
    if len(data) > MOST_BYTES:
        raise Invalid("This picture is larger than 300 kB. Save it smaller; it is shown 48 points high.", {"logo": "too large"})
    picture = pictures.look(data)
    if picture is None or not (picture.width and picture.height):
        raise Invalid("This is no PNG, JPEG or WebP picture.", {"logo": "no picture"})
    if max(picture.width, picture.height) > MOST_SIDE:
        size = f"{picture.width:,} × {picture.height:,}"
        raise Invalid(f"This picture is {size} points; {MOST_SIDE:,} a side is the most. Save it smaller.", {"logo": "too large"})
    return picture.kind


def key_of(employer: Employer, data: bytes) -> str:
    """Where these bytes lie in the media store: another picture has another place."""
    return f"logos/{employer.id}/{hashlib.sha256(data).hexdigest()[:32]}"


def choose(db: Session, actor: Actor, employer: Employer, logo: dict[str, str] | None, now: datetime) -> None:
    """Shows this picture (`key`, `type`) from now on, or none."""
    if employer.settings.get("logo") == logo:
        return
    employer.settings = {**employer.settings, "logo": logo}
    audit.append(db, actor, Verb.EMPLOYER_CHANGED, ("employer", employer.id), {"changed": ["logo"]}, now=now)


def mint(tokens: Tokens, employer: Employer, now: datetime) -> str | None:
    """The token of the picture's address, or None where there is none."""
    return tokens.mint("logo", {"employer": employer.id}, now) if employer.settings.get("logo") else None


def get_rendition(db: Session, tokens: Tokens, token: str, now: datetime) -> Rendition:
    """The picture a token names. Raises AddressRefused, or NotFound when it was taken away."""
    try:
        claims = tokens.read("logo", token, now)
    except TokenRefused as refused:
        raise AddressRefused from refused
    employer = db.get(Employer, str(claims["employer"]))
    logo = employer.settings.get("logo") if employer else None
    if not logo:
        raise NotFound
    return Rendition([(logo["key"], None)], None, logo["type"], f"logo.{logo['type'].split('/')[1]}", False, logo["key"].rsplit("/", 1)[1])
