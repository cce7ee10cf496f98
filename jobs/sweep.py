"""What keeps the promises while messages get lost and people go away: nudges for waiting rows, deadlines, left-over bytes.

Every worker sweeps; doing it twice does no harm, because each step is a conditional change or a message too many.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from adapters.storage import StoreError
from domain import candidates, clips, erasure, invites, jobs, leftovers, uploads
from domain.audit import Actor
from jobs import calibrate, listen, propose, workroom
from jobs.bench import Bench

log = structlog.get_logger()

MOST_MESSAGES: Final = 64
"""Messages of a kind that need to stand in line; more would only be longer."""
DAY: Final = 86400.0


def nudge(bench: Bench) -> int:
    """Makes sure there is a message for every row that waits. Returns how many were missing."""
    with bench.sessions.open() as db:
        waiting = jobs.waiting(db, bench.now())
    return sum(bench.queues.top_up(kind, min(count, MOST_MESSAGES)) for kind, count in waiting.items())


def expire(bench: Bench) -> int:
    """Ends sessions and gives up uploads whose time is over. Returns how many objects went."""
    with bench.sessions.open() as db:
        candidates.expire(db, bench.now())
        db.commit()
        keys = uploads.expire(db, bench.now())
        db.commit()
    return _delete(bench, keys)


def remind(bench: Bench) -> int:
    """Puts reminders in line for candidates whose time is nearly over. Returns how many."""
    if not bench.settings.smtp_url:
        return 0
    with bench.sessions.open() as db:
        count = invites.remind_due(db, bench.now())
        db.commit()
    return count


def tidy(bench: Bench) -> int:
    """Removes objects no row names, and what killed writers left half-written. Returns how many objects went."""
    bench.store.clear_staging()
    workroom.clear_dead(bench.settings.data / "work")
    with bench.sessions.open() as db:
        keys = leftovers.orphans(db, bench.store.keys("uploads"), bench.now())
        keys += leftovers.media_orphans(db, bench.store.keys("media"), bench.now())
        keys += leftovers.clips(db, bench.store.keys("clips"), bench.now())
    return _delete(bench, keys) + _drop_unused_clips(bench)


def _drop_unused_clips(bench: Bench) -> int:
    gone = 0
    with bench.sessions.open() as db:
        for unused in clips.unused(db, bench.now()):
            if _delete(bench, unused.keys) == len(unused.keys):
                db.delete(unused.clip)
                db.commit()
                gone += len(unused.keys)
    return gone


def forget(bench: Bench) -> int:
    """Erases what the notice said would be kept no longer. Returns how many sessions; what fails now waits for the next round."""
    gone = 0
    with bench.sessions.open() as db:
        for session in erasure.due(db, bench.now()):
            keys = erasure.keys(db, session)
            if _delete(bench, keys) == len(keys):
                erasure.erase(db, Actor(session.employer_id, "system"), session, bench.now())
                db.commit()
                gone += 1
        strangers = erasure.forget_strangers(db, bench.now())
        db.commit()
        if gone or strangers:
            erasure.clean_up(db)
    return gone


def _delete(bench: Bench, keys: Iterable[str]) -> int:
    """What cannot be deleted now is found again as left over."""
    gone = 0
    for key in keys:
        try:
            bench.store.delete(key)
            gone += 1
        except StoreError as error:
            log.warning("delete_failed", error=type(error).__name__)
    return gone


def look(bench: Bench) -> int:
    """Puts sessions in line that the machine may look at. Returns how many."""
    return propose.line_up(bench)


def learn(bench: Bench) -> int:
    """Puts criteria in line whose human scores have grown. Returns how many."""
    return calibrate.line_up(bench)


def hear(bench: Bench) -> int:
    """Puts growing recordings in line to be heard early. Returns how many."""
    return listen.line_up(bench)


EVERY: Final[dict[Callable[[Bench], int], float]] = {
    nudge: 3.0,
    look: 5.0,
    hear: 5.0,
    expire: 30.0,
    learn: 300.0,
    remind: 600.0,
    forget: 3600.0,
    tidy: DAY,
}
"""Seconds between two rounds of each step."""


class Sweeper(threading.Thread):
    """Sweeps every few seconds until the worker stops. The daily round waits for the first hour, so that restarts do not repeat it."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(name="sweeper", daemon=True)
        self._bench = bench
        self._due = dict.fromkeys(EVERY, 0.0) | {tidy: time.monotonic() + 3600}

    def run(self) -> None:
        """One round, a pause, the next, whatever goes wrong in one of them."""
        while True:
            for step in [step for step, due in self._due.items() if time.monotonic() >= due]:
                self._try(step)
                self._due[step] = time.monotonic() + EVERY[step]
            if self._bench.stopping.wait(1.0):
                return

    def _try(self, step: Callable[[Bench], int]) -> None:
        try:
            step(self._bench)
        except Exception as error:  # a database or store that is away now is there in the next round
            log.warning("sweep_failed", step=step.__name__, error=type(error).__name__)
