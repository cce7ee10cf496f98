"""Signed tokens: one salt per kind, opaque ids only, a list of keys with rotation.

Only this file knows itsdangerous. Signed does not mean valid: whoever reads a token also looks up
the row it names, which may have been revoked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from domain.errors import TokenExpired, TokenMissing, TokenRefused, TokenRetired, TokenWrongKind

Claims = dict[str, str | int | list[str]]

RECEIPT_LIFE: Final = timedelta(days=366)
LIVES: Final[dict[str, timedelta | None]] = {
    "embed": None,  # until its row is revoked
    "invite": None,  # as `arrivals` says: until its deadline, which may be moved, and as long after the end as a receipt
    "candidate": timedelta(hours=12),
    "resume": None,  # likewise
    "receipt": RECEIPT_LIFE,
    "media": timedelta(minutes=5),
    "clip": timedelta(hours=12),  # as long as a candidate may sit before a question; it shows nothing of any candidate
    "logo": timedelta(hours=12),
    "reset": timedelta(hours=1),
    "member_invite": timedelta(days=7),
    "guest": timedelta(days=30),
}
SHORTEST_KEY: Final = 32


class Tokens:
    """Mints and reads tokens. `keys` oldest first: the newest signs, all verify. `retired` keys only explain a refusal."""

    def __init__(self, keys: Sequence[str], retired: Sequence[str] = ()) -> None:
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise ValueError(f"signing keys must be at least {SHORTEST_KEY} characters; run `greenroom doctor`")
        self._keys, self._retired = list(keys), list(retired)

    def mint(self, kind: str, claims: Claims, now: datetime) -> str:
        """A token of this kind that says `claims`, issued at `now`."""
        return str(_serializer(self._keys, kind, now).dumps(claims))

    def read(self, kind: str, token: str | None, now: datetime) -> Claims:
        """The claims of a valid token of this kind.

        Raises TokenMissing, TokenWrongKind, TokenExpired, TokenRetired, or TokenRefused when it is altered.
        """
        if not token:
            raise TokenMissing
        found = _claims(self._keys, kind, token)
        if found is None:
            raise self._explain(kind, token)
        claims, issued = found
        life = LIVES[kind]
        if life is not None and now > issued + life:
            raise TokenExpired
        return claims

    def _explain(self, kind: str, token: str) -> TokenRefused:
        if any(_claims(self._keys, other, token) for other in LIVES if other != kind):
            return TokenWrongKind()
        if self._retired and _claims(self._retired, kind, token):
            return TokenRetired()
        return TokenRefused()


def mint_embed(tokens: Tokens, embed_id: str, interview_id: str, origins: list[str], now: datetime) -> str:
    """The public token of a snippet. Its id stands in front so that the loader can address the frame without decoding."""
    return embed_id + "~" + tokens.mint("embed", {"embed": embed_id, "interview": interview_id, "origins": origins}, now)


def read_embed(tokens: Tokens, token: str, now: datetime) -> Claims:
    """The claims of a snippet's token; the id in front must be the signed one."""
    front, _, signed = token.partition("~")
    claims = tokens.read("embed", signed, now)
    if claims["embed"] != front:
        raise TokenRefused
    return claims


def kind_of(tokens: Tokens, token: str | None, kinds: Sequence[str], now: datetime) -> tuple[str, Claims]:
    """Which of `kinds` this token is, and what it says. Raises as `Tokens.read` does."""
    if not token:
        raise TokenMissing
    if "~" in token:
        if "embed" not in kinds:
            raise TokenWrongKind
        return "embed", read_embed(tokens, token, now)
    refusal: TokenRefused = TokenRefused()
    for kind in kinds:
        try:
            return kind, tokens.read(kind, token, now)
        except TokenWrongKind as wrong:
            refusal = wrong if type(refusal) is TokenRefused else refusal
        except TokenRefused as other:
            refusal = other if type(other) is not TokenRefused else refusal
    raise refusal


def _serializer(keys: Sequence[str], kind: str, now: datetime | None = None) -> URLSafeTimedSerializer:
    class Signer(TimestampSigner):
        def get_timestamp(self) -> int:
            return int((now or datetime.now(UTC)).timestamp())

    return URLSafeTimedSerializer(
        list(keys), salt=f"greenroom.{kind}.v1", signer=Signer, signer_kwargs={"digest_method": "sha256", "key_derivation": "hmac"}
    )


def _claims(keys: Sequence[str], kind: str, token: str) -> tuple[Claims, datetime] | None:
    try:
        claims, issued = _serializer(keys, kind).loads(token, return_timestamp=True)
    except (BadData, ValueError):
        return None
    return (claims, issued) if isinstance(claims, dict) else None
