"""Counts attempts at what must not be guessed. In Redis when it answers, in memory when it does not."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(
    key_func=get_remote_address, headers_enabled=True, in_memory_fallback_enabled=True, storage_options={"socket_connect_timeout": 1}
)
