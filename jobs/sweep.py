"""What keeps the promises while messages get lost and people go away: nudges for waiting rows, deadlines, left-over bytes.

Every worker sweeps; doing it twice does no harm, because each step is a conditional change or a message too many.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from domain import jobs
from jobs.bench import Bench

log = structlog.get_logger()

NUDGE_EVERY: Final = 3.0
MOST_MESSAGES: Final = 64
"""Messages of a kind that need to stand in line; more would only be longer."""


def nudge(bench: Bench) -> int:
    """Makes sure there is a message for every row that waits. Returns how many were missing."""
    with bench.sessions.open() as db:
        waiting = jobs.waiting(db, bench.now())
    return sum(bench.queues.top_up(kind, min(count, MOST_MESSAGES)) for kind, count in waiting.items())


class Sweeper(threading.Thread):
    """Sweeps every few seconds until the worker stops."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(name="sweeper", daemon=True)
        self._bench = bench
        self._due: dict[Callable[[Bench], object], tuple[float, float]] = {nudge: (NUDGE_EVERY, 0.0)}

    def run(self) -> None:
        """One round, a pause, the next, whatever goes wrong in one of them."""
        while True:
            for step, (every, last) in list(self._due.items()):
                if time.monotonic() - last >= every:
                    self._try(step)
                    self._due[step] = every, time.monotonic()
            if self._bench.stopping.wait(1.0):
                return

    def _try(self, step: Callable[[Bench], object]) -> None:
        try:
            step(self._bench)
        except Exception as error:  # a database or store that is away now is there in the next round
            log.warning("sweep_failed", step=step.__name__, error=type(error).__name__)
