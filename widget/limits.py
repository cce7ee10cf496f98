"""How often one address or one session may knock. Counted in Redis; while that is away, in this process."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, in_memory_fallback_enabled=True, swallow_errors=True, headers_enabled=True)


def init_app(app: Flask, redis_url: str) -> None:
    """`redis_url` as in the settings: redis://, rediss:// or unix://."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", redis_url.replace("unix://", "redis+unix://", 1))
    app.config.setdefault("RATELIMIT_STORAGE_OPTIONS", {"socket_connect_timeout": 1, "socket_timeout": 1})
    app.config.setdefault("RATELIMIT_KEY_PREFIX", "greenroom")
    limiter.init_app(app)
