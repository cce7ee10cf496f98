"""Everything `make test` runs, in order: lint and types, all tests on SQLite, then those without a browser and the main job on PostgreSQL.

Real browsers, servers and killed processes depend on the machine's pace, so what fails there is tried once more, alone,
and counts when it fails again. `--quick` leaves out browsers and PostgreSQL. Other arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
FAST = ["-n", "2", "-m", "not browser and not slow"]
REAL = ["-n", "3", "--dist", "loadgroup", "-m", "browser or slow"]
# Real browsers and processes meet PostgreSQL where they touch rows: the rest of them would only do the same again.
ON_POSTGRES = ["tests/e2e/test_main_job.py", "tests/jobs/test_worker.py", "tests/protocol/test_streams.py"]
ALONE = ["-n", "0", "--last-failed", "--last-failed-no-failures=none"]


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    extra = [argument for argument in arguments if argument != "--quick"]
    failed = [name for name, command in _checks() if _run(name, command)]
    failed += _tests("SQLite", extra, quick, {})
    if not quick:
        with postgres.running() as url:
            failed += _tests("PostgreSQL", extra, False, {"TEST_DATABASE_URL": url}, ON_POSTGRES)
    print("\nAll parts passed." if not failed else f"\nFailed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def _checks() -> list[tuple[str, list[str]]]:
    return [
        ("lint", [str(BIN / "ruff"), "check", "."]),
        ("format", [str(BIN / "ruff"), "format", "--check", "-q", "."]),
        ("types", [str(BIN / "mypy"), "."]),
    ]


def _tests(database: str, extra: list[str], quick: bool, environment: dict[str, str], real: Sequence[str] = ()) -> list[str]:
    parts = [("unit", FAST)] if quick else [("unit", FAST), ("real parts", [*REAL, *real])]
    runs = [(f"{name} on {database}", [sys.executable, "-m", "pytest", *options, *extra]) for name, options in parts]
    return [name for name, command in runs if _run(name, command, environment) and _fails_again(name, command, environment)]


def _fails_again(name: str, command: list[str], environment: dict[str, str]) -> bool:
    if not name.startswith("real parts"):
        return True
    return bool(_run(f"{name}, those that failed once more", [*command, *ALONE], environment))


def _run(name: str, command: list[str], environment: dict[str, str] | None = None) -> int:
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env={**_surroundings(), **(environment or {})}, check=False).returncode
    print(f"== {name}: {'ok' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return code


def _surroundings() -> dict[str, str]:
    """This process's environment, but compiled Python may be kept: tests start hundreds of processes, and each would compile anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
