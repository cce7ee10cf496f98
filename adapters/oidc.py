"""Signing in through the employer's own identity provider (OpenID Connect, code flow with PKCE). The only file that knows authlib."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final, cast

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

TIMEOUT: Final = 10
ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
LEEWAY: Final = 60


class OidcError(Exception):
    """The provider did not vouch for anybody; the text is a sentence."""


@dataclass(frozen=True)
class Begun:
    """What the browser is sent to, and what must be remembered (signed) until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Provider:
    """`issuer` as the provider writes it; its settings are read from there and from nowhere else."""

    issuer: str
    client_id: str
    client_secret: str
    back: str

    def begin(self) -> Begun:
        """Raises OidcError when the provider does not answer."""
        nonce, verifier = generate_token(32), generate_token(64)
        with self._session() as session:
            address, state = session.create_authorization_url(
                self._settings()["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        return Begun(address, state, nonce, verifier)

    def finish(self, code: str, nonce: str, verifier: str) -> str:
        """The verified e-mail address behind `code`. Raises OidcError for anything that is not wholly in order."""
        settings = self._settings()
        try:
            with self._session() as session:
                token = session.fetch_token(settings["token_endpoint"], code=code, code_verifier=verifier, timeout=TIMEOUT)
            keys = KeySet.import_key_set(cast(Any, _get(settings["jwks_uri"])))
            claims = jwt.decode(str(token["id_token"]), keys, algorithms=ALGORITHMS).claims
            self._require_order(claims, nonce)
            return _address(claims if "email" in claims else _about(settings, str(token["access_token"]), claims["sub"]))
        except (AuthlibBaseError, JoseError, KeyError, ValueError, requests.RequestException) as error:
            raise OidcError(f"Your organisation's sign-in could not be completed ({type(error).__name__}).") from None

    def _require_order(self, claims: dict[str, Any], nonce: str) -> None:
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        now = time.time()
        in_order = (
            claims["iss"] == self.issuer
            and self.client_id in audience
            and claims.get("azp", self.client_id) == self.client_id
            and claims["nonce"] == nonce
            and float(claims["exp"]) > now - LEEWAY
            and float(claims["iat"]) < now + LEEWAY
        )
        if not in_order:
            raise OidcError("Your organisation's sign-in was not meant for this server.")

    def _session(self) -> OAuth2Session:
        return OAuth2Session(self.client_id, self.client_secret, scope="openid email", redirect_uri=self.back, code_challenge_method="S256")

    def _settings(self) -> dict[str, Any]:
        try:
            found = _get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        except (requests.RequestException, ValueError):
            raise OidcError("Your organisation's sign-in does not answer at the moment.") from None
        if found.get("issuer") != self.issuer:
            raise OidcError("Your organisation's sign-in gives another name than the one set up here.")
        return found


def _address(claims: dict[str, Any]) -> str:
    if claims.get("email_verified") is not True:
        raise OidcError("Your organisation's sign-in does not vouch for your e-mail address.")
    return str(claims["email"])


def _about(settings: dict[str, Any], access_token: str, subject: Any) -> dict[str, Any]:
    """What the provider tells of somebody whose ID token says no address; it must speak of the same person."""
    told = _get(settings["userinfo_endpoint"], {"Authorization": f"Bearer {access_token}"})
    if told.get("sub") != subject:
        raise OidcError("Your organisation's sign-in was not meant for this server.")
    return told


def _get(address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = requests.get(address, headers=headers, timeout=TIMEOUT)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found
