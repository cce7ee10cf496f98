"""A folder of its own for each worker's temporary files: copies of recordings must not outlive a worker that was killed.

A worker holds a lock on its folder for as long as it lives, however it ends; whoever can take the lock may clear the folder.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"
NEWBORN = 60.0
"""Seconds in which a worker that made its folder surely holds its lock."""


@contextmanager
def room(root: Path, worker: str) -> Iterator[Path]:
    """Makes the folder `root/worker`, lets every temporary file of this process go there, and removes it at the end."""
    clear_dead(root)
    folder = root / worker
    folder.mkdir(parents=True, mode=0o700)
    before = tempfile.tempdir
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tempfile.tempdir = str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before
            shutil.rmtree(folder, ignore_errors=True)


def clear_dead(root: Path) -> int:
    """Removes the folders of workers that are gone. Returns how many."""
    removed = 0
    for folder in root.glob("*/"):
        if _is_dead(folder):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def _is_dead(folder: Path) -> bool:
    """A folder without a lock was made a moment ago, or its worker was killed in that moment: age tells which."""
    try:
        with (folder / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        return _age(folder) > NEWBORN
    except OSError:
        return False


def _age(folder: Path) -> float:
    """Seconds since it last changed; none at all when another worker has just cleared it."""
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0
