"""A warm parent for sandboxed children: Python and one of our modules are loaded once, and every file gets a fork of its own.

The parent (`sandbox_child.nurse`) has the same poor environment as a child, one thread, and never opens what a stranger
sent. A child gives up its rights after the fork exactly as one that was started cold, before it sees its file; it meets
no other file and its memory goes with it. What forks share is where code lies in memory, so the parent is renewed now
and then. Only on Linux; elsewhere, and when anything is odd about the parent, children are started cold.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from adapters import sandbox
from adapters.sandbox import Confinement, Limits, SandboxTimeout

MOST_CHILDREN: Final = 100
"""Children after which the parent is renewed."""
_PATIENCE: Final = 60.0
"""Seconds for the parent to start, or to say that a killed child is gone."""
_USUAL: Final = Limits()
_CAN_FORK: Final = sys.platform == "linux" and hasattr(os, "pidfd_open")


class _Gone(Exception):
    """The parent does not do what it should."""


class Nursery:
    """Runs one module in sandboxed children. One at a time; a second caller meanwhile gets a child that is started cold."""

    def __init__(self, module: str) -> None:
        """Starts nothing: the parent comes with the first child."""
        self._module = module
        self._parent: subprocess.Popen[bytes] | None = None
        self._owner, self._children = 0, 0
        self._lock = threading.Lock()

    def run(
        self, request: dict[str, Any], limits: Limits = _USUAL, reads: Sequence[Path] = (), writes: Sequence[Path] = ()
    ) -> dict[str, Any]:
        """As `sandbox.run`, for this nursery's module."""
        if _CAN_FORK and self._lock.acquire(blocking=False):
            try:
                return self._run(request, limits, Confinement(reads, writes))
            except (_Gone, OSError, ValueError):
                self._end_parent()
            finally:
                self._lock.release()
        return sandbox.run(self._module, request, limits, reads, writes)

    def close(self) -> None:
        """End the parent. A later run starts a new one."""
        with self._lock:
            self._end_parent()

    def _run(self, request: dict[str, Any], limits: Limits, confinement: Confinement) -> dict[str, Any]:
        parent = self._require_parent()
        with sandbox.furnish(self._module, request, limits, confinement, parent.pid) as folder:
            self._children += 1
            _say(parent, folder)
            child = int(_heard(parent, _PATIENCE))
            try:
                code = int(_heard(parent, limits.wall))
            except TimeoutError as late:
                # The parent keeps the child's number taken until it hears from us: nobody else can be hit.
                os.kill(child, signal.SIGKILL)
                _heard(parent, _PATIENCE)
                raise SandboxTimeout(f"{self._module} ran longer than {limits.wall:g} s") from late
            finally:
                _say(parent, "seen")
            return sandbox.answer(Path(folder), code)

    def _require_parent(self) -> subprocess.Popen[bytes]:
        # A parent inherited through a fork belongs to the process that started it.
        if self._owner != os.getpid():
            self._parent = None
        if self._parent is not None and (self._children >= MOST_CHILDREN or self._parent.poll() is not None):
            self._end_parent()
        if self._parent is None:
            self._parent, self._owner, self._children = sandbox.start_nurse(self._module), os.getpid(), 0
            atexit.register(self.close)
        return self._parent

    def _end_parent(self) -> None:
        """Closing its pipe is enough: it ends, and so does a child it may have."""
        parent, self._parent = self._parent, None
        if parent is None or self._owner != os.getpid():
            return
        for pipe in (parent.stdin, parent.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        try:
            parent.wait(5)
        except subprocess.TimeoutExpired:
            parent.kill()
            parent.wait()
        atexit.unregister(self.close)


def _say(parent: subprocess.Popen[bytes], line: str) -> None:
    assert parent.stdin is not None
    os.write(parent.stdin.fileno(), f"{line}\n".encode())


def _heard(parent: subprocess.Popen[bytes], seconds: float) -> bytes:
    """The parent's next line, within so many seconds. Raises TimeoutError, _Gone."""
    assert parent.stdout is not None
    pipe, until = parent.stdout.fileno(), time.monotonic() + seconds
    line = b""
    while not line.endswith(b"\n"):
        if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
            raise TimeoutError
        sign = os.read(pipe, 1)
        if not sign:
            raise _Gone
        line += sign
    return line
