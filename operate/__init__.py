"""How Greenroom is operated: one file a command, imported only when it is asked for, so that help and errors come at once."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Stop(Exception):
    """The command cannot go on; the text is the one line that says why and what to do."""


def end_with(parent: int | None) -> None:
    """From now on this process is asked to stop once `parent` is gone, however it went."""

    def watch() -> None:
        never = threading.Event()
        while os.getppid() == parent:
            never.wait(1.0)
        os.kill(os.getpid(), signal.SIGTERM)

    if parent is not None:
        threading.Thread(target=watch, daemon=True, name="parent").start()
