"""The second factor: six digits that change every 30 seconds (RFC 6238), and recovery codes for a lost phone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from typing import Final
from urllib.parse import quote

from sqlalchemy.orm import Session

from domain import audit
from domain.audit import Actor, Verb
from domain.errors import Invalid
from models import Member

STEP: Final = 30
DRIFT: Final = 1
CODES: Final = 8


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address(secret: str, member: Member) -> str:
    """What the QR code says to the app."""
    return f"otpauth://totp/Greenroom:{quote(member.email)}?secret={secret}&issuer=Greenroom"


def code_at(secret: str, counter: int, digits: int = 6) -> str:
    """The code of one time step."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1)
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def find_counter(secret: str, code: str, after: int, now: datetime) -> int | None:
    """The time step this code belongs to, one step early or late allowed; None when it is wrong or not newer than `after`."""
    here = int(now.timestamp()) // STEP
    typed = "".join(code.split())
    for counter in range(here - DRIFT, here + DRIFT + 1):
        if counter > after and hmac.compare_digest(code_at(secret, counter), typed.encode("ascii", "replace").decode()):
            return counter
    return None


def turn_on(db: Session, member: Member, secret: str, code: str, now: datetime) -> list[str]:
    """Switches the second factor on once a code proves that the app knows the secret. Returns recovery codes, shown once."""
    try:
        counter = find_counter(secret, code, 0, now)
    except (ValueError, TypeError):
        counter = None
    if counter is None:
        raise Invalid("That code is not right. Check that the phone's clock is, then type the newest code.", {"code": "not right"})
    codes = [secrets.token_hex(5) for _ in range(CODES)]
    member.totp_secret, member.totp_counter, member.recovery_hashes = secret, counter, [_hash(one) for one in codes]
    _note(db, member, True, now)
    return codes


def turn_off(db: Session, member: Member, now: datetime) -> None:
    """Switches the second factor off."""
    member.totp_secret, member.totp_counter, member.recovery_hashes = None, 0, []
    _note(db, member, False, now)


def is_right(member: Member, code: str, now: datetime) -> bool:
    """Takes a code once: the newest from the app, or one of the recovery codes, which is then spent."""
    if member.totp_secret is None:
        return False
    counter = find_counter(member.totp_secret, code, member.totp_counter, now)
    if counter is not None:
        member.totp_counter = counter
        return True
    hashed = _hash("".join(code.split()).lower())
    if hashed in member.recovery_hashes:
        member.recovery_hashes = [one for one in member.recovery_hashes if one != hashed]
        return True
    return False


def _hash(code: str) -> str:
    """Recovery codes are random enough that a plain hash keeps them."""
    return hashlib.sha256(code.encode()).hexdigest()


def _note(db: Session, member: Member, on: bool, now: datetime) -> None:
    actor = Actor(member.employer_id, "member", member.id)
    audit.append(db, actor, Verb.MEMBER_CHANGED, ("member", member.id), {"second_factor": on}, now=now)
