"""What the sandbox tests run inside the sandbox: try everything that is forbidden and report what happened."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def run(request: dict[str, Any]) -> Any:
    """Do what `request["do"]` names."""
    doing: dict[str, Callable[[dict[str, Any]], Any]] = {
        "try": _try_everything,
        "spin": _spin,
        "sleep": lambda asked: time.sleep(60),
        "crash": lambda asked: signal.raise_signal(signal.SIGSEGV),
        "raise": lambda asked: 1 / 0,
        "parent": lambda asked: {"parent": os.getppid()},
        "remember": _remember,
        "list": lambda asked: [1],
        "grow": lambda asked: {"size": len(bytearray(asked["bytes"]))},
        "write": lambda asked: {"size": Path("big").write_bytes(b"x" * asked["bytes"])},
        "open": lambda asked: {"count": len([open("order.json") for _ in range(asked["files"])])},  # noqa: SIM115, PTH123
    }
    return doing[request["do"]](request)


_memory: list[str] = []


def _remember(asked: dict[str, Any]) -> dict[str, Any]:
    before = _memory[-1] if _memory else None
    _memory.append(asked["what"])
    return {"before": before}


def _spin(asked: dict[str, Any]) -> None:
    while True:
        pass


def _try_everything(asked: dict[str, Any]) -> dict[str, Any]:
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append("ran"))
    thread.start()
    thread.join()
    attempts: dict[str, Callable[[], object]] = {
        "socket": socket.socket,
        "unix socket": lambda: socket.socket(socket.AF_UNIX),
        "fork": os.fork,
        "program": lambda: subprocess.run(["/bin/true"]),
        "signal": lambda: os.kill(os.getppid(), 0),
        "leave the group": os.setsid,
        "stranger's file": lambda: Path(asked["stranger"]).read_text(),
        "stranger's folder": lambda: list(Path(asked["stranger_folder"]).iterdir()),
        "write what is to read": lambda: Path(asked["readable"]).write_text("x"),
        "parent's environment": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "outside": lambda: Path("/tmp/greenroom-escaped").write_text("x"),
        "granted read": lambda: Path(asked["readable"]).read_text(),
        "granted write": lambda: Path(asked["writable"], "made").write_text("x"),
        "own folder": lambda: Path("mine").write_text("x"),
    }
    return {name: _tried(what) for name, what in attempts.items()} | {"thread": seen, "environment": dict(os.environ), "path": sys.path[:1]}


def _tried(what: Callable[[], object]) -> str:
    try:
        what()
    except OSError as refused:
        return type(refused).__name__
    return "done"
