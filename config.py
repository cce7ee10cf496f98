"""What can be set. Read once from the environment, checked, typed; a bad value stops the start with one clear line.

Every setting is an environment variable `GREENROOM_<NAME>`; `docs/self-hosting.md` lists them all and a test holds that list.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

PREFIX = "GREENROOM_"
LONGEST_SOCKET = 100


class BadSetting(SystemExit):
    """The installation is set up wrongly; the text says which setting and how to mend it."""


class Settings(BaseModel):
    """Sizes are bytes, times are seconds unless the name says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(default=Path("data"), description="folder for database, media, keys and the private Redis")
    public_url: str = Field(default="http://localhost:8000", description="the address people reach this server under")
    database_url: str = Field(default="", description="SQLAlchemy address; empty means SQLite in the data folder")
    store_url: str = Field(default="", description="where media is kept: file:///… or s3://bucket/prefix; empty means the data folder")
    redis_url: str = Field(default="", description="redis://, rediss:// or unix://; empty means the private Redis in the data folder")
    keys: str = Field(default="", description="signing keys, oldest first, separated by commas; empty means keys.json in the data folder")
    retired_keys: str = Field(default="", description="keys no longer accepted, only to explain why a link stopped working")
    proxies: int = Field(default=0, ge=0, le=5, description="reverse proxies in front whose X-Forwarded-For and -Proto are believed")
    web_threads: int = Field(default=16, ge=2, le=256, description="requests one web process serves at a time")
    speech_model: str = Field(default="bundled", description="bundled, a faster-whisper model name, a local folder, or off")
    speech_threads: int = Field(default=1, ge=1, le=64, description="CPU threads of one speech engine")
    speech_device: str = Field(default="auto", pattern="^(auto|cpu|cuda)$", description="auto, cpu or cuda")
    speech_memory: int = Field(
        default=2 << 30,
        ge=1 << 28,
        description="most memory a speech engine may take while it works, in bytes; an engine that passes it is ended",
    )
    upload_bytes: int = Field(default=2 << 30, ge=1 << 20, description="largest recording, in bytes")
    uploads_per_session: int = Field(default=200, ge=1, description="most recordings one candidate session may start")
    upload_hours: int = Field(
        default=48, ge=1, description="hours after which an unfinished upload is removed, once begun not before its interview ends"
    )
    idle_seconds: int = Field(default=20, ge=1, description="seconds without a byte after which a PATCH is closed and what came is kept")
    free_bytes: int = Field(default=512 << 20, ge=0, description="free disk space under which no new recording is taken")
    smtp_url: str = Field(default="", description="smtp://user:password@host:port; empty means no mail is sent")
    mail_from: str = Field(default="", description="sender address of mail")
    oidc_issuer: str = Field(default="", description="address of the identity provider people may sign in with; empty means passwords only")
    oidc_client_id: str = Field(default="", description="what the identity provider knows this server as")
    oidc_client_secret: str = Field(default="", description="the secret that goes with it")
    oidc_name: str = Field(default="your organisation", description="what the sign-in button calls the identity provider")
    check_private_pages: bool = Field(default=False, description="let the page check fetch careers pages on private addresses")
    language_model_url: str = Field(default="", description="OpenAI-compatible address ending in /v1 for proposals; empty means none")
    language_model: str = Field(default="", description="name of the model at that address")
    language_model_key: str = Field(default="", description="key for that address")
    language_model_seconds: float = Field(default=60.0, ge=1, le=600, description="most seconds one question to it may take")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="how much is logged")

    @field_validator("public_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Self:
        """Settings from `GREENROOM_*` variables; `given` beats the environment. Raises BadSetting."""
        found = {k[len(PREFIX) :].lower(): v for k, v in environment.items() if k.startswith(PREFIX)}
        try:
            return cls.model_validate({**found, **{k: v for k, v in given.items() if v is not None}})
        except ValidationError as wrong:
            first = wrong.errors()[0]
            name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
            raise BadSetting(f"greenroom: {name}: {first['msg']}. See docs/self-hosting.md.") from None

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data / 'greenroom.db').resolve()}"

    @property
    def store(self) -> str:
        return self.store_url or f"file://{(self.data / 'media').resolve()}"

    @property
    def redis(self) -> str:
        return self.redis_url or f"unix://{self.redis_socket}"

    @property
    def redis_socket(self) -> Path:
        """Where the private Redis listens. A unix socket's path may have about 100 bytes: a deep data folder gets a short one elsewhere."""
        inside = (self.data / "redis" / "redis.sock").resolve()
        if len(os.fsencode(inside)) <= LONGEST_SOCKET:
            return inside
        mark = hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"greenroom-{os.getuid()}-{mark}" / "redis.sock"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    def signing_keys(self) -> tuple[list[str], list[str]]:
        """Keys in use, oldest first, and retired ones; makes the first key of a new installation."""
        if self.keys:
            return _listed(self.keys), _listed(self.retired_keys)
        path = self.data / "keys.json"
        if not path.exists():
            write_keys(path, [secrets.token_urlsafe(32)], [])
        stored = json.loads(path.read_text())
        return stored["keys"], stored["retired"]


def write_keys(path: Path, keys: list[str], retired: list[str]) -> None:
    """Writes the key file so that only this user may read it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"keys": keys, "retired": retired}, file)
    fresh.replace(path)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
