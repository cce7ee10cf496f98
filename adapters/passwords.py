"""Passwords: hashed with Argon2id, checked without telling by the time taken whether somebody exists."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The text to store instead of the password."""
    return _hasher.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """True when `password` is the one behind `stored`. Takes as long when there is none."""
    try:
        return _hasher.verify(stored or _nobodys(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return hash_password("nobody has this password")
