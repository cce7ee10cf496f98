"""Child processes: started, watched, started again when they die, stopped together."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from operate import ROOT, Stop

GRACE: Final = 14.0
"""Seconds the services get to end; a worker gives its work back within ten."""
GRACE_LAST: Final = 5.0
CALM: Final = 60.0
"""Seconds a process must live for its earlier deaths to be forgotten."""
HOPELESS: Final = 3
"""Deaths in a row, before anything answered, after which starting again makes no sense."""
LARGEST_LOG: Final = 10 << 20


@dataclass
class Part:
    """One process. `command` is asked anew at every start; `is_last` is stopped after all others."""

    name: str
    command: Callable[[], list[str]]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    on_death: Callable[[], None] | None = None
    is_last: bool = False
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    born: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        """Starts it in a group of its own, its output going to the log."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        parent = os.getpid()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - commands are our own
                self.command(),
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: _end_with(parent),
            )
        self.born = time.monotonic()

    def signal(self, number: int) -> None:
        """Sends a signal to the process, SIGKILL to its whole group."""
        if self.process is None or self.process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)

    def last_words(self) -> str:
        """The last line of its log."""
        with suppress(OSError):
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
            return lines[-1][:300] if lines else "it said nothing"
        return "its log cannot be read"


def _end_with(parent: int) -> None:
    """Runs in the child before its program: the kernel ends it when the supervisor dies (Linux; elsewhere `--parent` does)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


class Supervisor:
    """Keeps its parts alive until it is told to stop."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._parts: list[Part] = []
        self.is_stopping = False

    def start(self, part: Part) -> None:
        """Starts a part and looks after it from now on."""
        self._parts.append(part)
        part.start()

    def stop_soon(self) -> None:
        """Called by signals: the loop ends at its next turn."""
        self.is_stopping = True

    def watch(self) -> None:
        """Returns when told to stop."""
        while not self.is_stopping:
            self.look()
            time.sleep(0.2)

    def look(self) -> None:
        """One turn: notices deaths, starts again what is due."""
        for part in self._parts:
            if part.process is not None and part.process.poll() is not None:
                self._bury(part)
            if part.process is None and not self.is_stopping and time.monotonic() >= part.due:
                part.start()

    def hopeless(self) -> Part | None:
        """A part that keeps dying, if there is one."""
        return next((part for part in self._parts if part.deaths >= HOPELESS), None)

    def _bury(self, part: Part) -> None:
        """Remembers the death and when to start again: soon, and later each time."""
        code = part.process.returncode if part.process else 0
        part.process = None
        if self.is_stopping:
            return
        part.deaths = 1 if time.monotonic() - part.born > CALM else part.deaths + 1
        pause = min(30.0, 0.25 * 2 ** (part.deaths - 1))
        part.due = time.monotonic() + pause
        how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
        self._say(f"the {part.name} {how}; starting it again in {pause:g} s ({part.log})")
        if part.on_death is not None:
            try:
                part.on_death()
            except Exception as error:  # the lease frees the rows a minute later
                self._say(f"could not tidy up after the {part.name} ({type(error).__name__})")

    def stop_all(self) -> None:
        """Asks every part to end, then makes it; what others need goes last."""
        self.is_stopping = True
        _end([part for part in self._parts if not part.is_last], GRACE)
        _end([part for part in self._parts if part.is_last], GRACE_LAST)


def _end(parts: list[Part], grace: float) -> None:
    for part in parts:
        part.signal(signal.SIGTERM)
    until = time.monotonic() + grace
    while time.monotonic() < until and any(part.process is not None and part.process.poll() is None for part in parts):
        time.sleep(0.05)
    for part in parts:
        part.signal(signal.SIGKILL)
        if part.process is not None:
            part.process.wait()


@contextmanager
def hold(lock: Path) -> Iterator[bool]:
    """Keeps the data folder to one `up`. Yields whether the last one was killed. Raises Stop when another is running."""
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Stop(f"another greenroom is running with {lock.parent}: stop it first, or choose another folder with --data.") from None
        file.seek(0)
        crashed = bool(file.read())
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield crashed
        file.truncate(0)
