"""What a worker works with: database, store, speech engine, settings. Made once in each worker process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from adapters import clock
from adapters.mail import Sends
from adapters.speech import Speech
from adapters.storage import MediaStore
from config import Settings
from jobs.queues import Queues
from models import Sessions


class Hears(Protocol):
    """A speech engine: the warm one, or its fake."""

    def start(self) -> dict[str, Any]: ...

    def transcribe(
        self, parts: Sequence[Path], *, language: str | None, hot_words: Sequence[str], timeout: float, start_at: float, partial: bool
    ) -> Speech: ...

    def close(self) -> None: ...


@dataclass
class Bench:
    """`worker` names this process in the rows it holds. `stopping` is set once it was asked to end."""

    settings: Settings
    sessions: Sessions
    store: MediaStore
    queues: Queues
    speech: Hears | None
    worker: str
    now: Callable[[], datetime] = clock.now
    mailer: Sends | None = None
    stopping: threading.Event = field(default_factory=threading.Event)


class Failed(Exception):
    """The work could not be done; the text is a sentence for people. `is_final` means that trying again would not help."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


_current: list[Bench] = []


def install(bench: Bench) -> None:
    """Makes this the bench of the process."""
    _current[:] = [bench]


def current() -> Bench:
    """The bench of this process. Raises IndexError outside a worker."""
    return _current[0]
