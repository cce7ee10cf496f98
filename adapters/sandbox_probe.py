"""Tries, inside the sandbox, what hostile code would try, and says what worked. `greenroom doctor` asks for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


def run(request: dict[str, Any]) -> dict[str, Any]:
    """`request["file"]` is a file outside that must stay unreadable. Each answer is True when the fence did not hold."""
    return {"network": _worked(_connect), "files": _worked(lambda: Path(request["file"]).read_bytes()), "processes": _worked(_fork)}


def _worked(attempt: Callable[[], object]) -> bool:
    with suppress(OSError):
        attempt()
        return True
    return False


def _connect() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
