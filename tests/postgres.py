"""A PostgreSQL server of the tests' own: a throw-away cluster in a temporary folder, on a unix socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"


@contextmanager
def running() -> Iterator[str]:
    """Yields the SQLAlchemy address of an empty database; stops the server and removes its folder afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="greenroom-pg-"))
    try:
        _own(folder)
        _as_user([_program("initdb"), "-D", str(folder / "data"), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"])
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        control = [_program("pg_ctl"), "-D", str(folder / "data"), "-w"]
        _as_user([*control, "-o", options, "-l", str(folder / "log"), "start"])
        try:
            yield f"postgresql+psycopg://{USER}@/postgres?host={folder}"
        finally:
            _as_user([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str:
    """Debian keeps the server's programs out of PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        raise SystemExit("PostgreSQL is missing: apt-get install postgresql")
    return found


def _own(folder: Path) -> None:
    if os.getuid() == 0:
        shutil.chown(folder, USER)


def _as_user(command: list[str]) -> None:
    """PostgreSQL refuses to run as root, which is who runs the tests on a build machine."""
    user = USER if os.getuid() == 0 else None
    home = pwd.getpwnam(USER).pw_dir if user else None
    done = subprocess.run(command, user=user, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr or done.stdout}")
