"""Run one of our modules on bytes we do not trust, in a process that can do little and can always be killed.

The child (`sandbox_child.py`) gives up its rights before it imports the module. What holds where:

- everywhere: own process group, a minimal environment, its own empty folder as working folder, a wall clock that
  ends the whole group with SIGKILL, and resource limits (CPU seconds, memory, file size, open files; macOS does not
  enforce the memory limit);
- Linux: no network (an empty network namespace where the kernel lets us make one, as root or in a user namespace;
  a seccomp filter that refuses sockets in any case), no new program, no new process, no signal to another process;
- Linux 5.13 and later (Landlock): nothing can be read but Python itself, this code and the named files, and nothing
  written but its own folder and the named ones;
- elsewhere (macOS): Python's sockets are refused and the modules we run open files only through Python.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

__all__ = ["Child", "Limits", "SandboxCrash", "SandboxError", "SandboxTimeout", "run", "start"]

ROOT = Path(__file__).resolve().parent.parent
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from adapters.sandbox_child import main; main()"
_NURSE = "import sys; sys.path.insert(0, sys.argv[1]); from adapters.sandbox_child import nurse; nurse(sys.argv[2])"
_RESULT_MAX = 8 << 20
_LOG_TAIL = 600


class SandboxError(Exception):
    """The child gave no result."""


class SandboxTimeout(SandboxError):
    """The child used up its time, on the wall clock or on the processor, and was killed."""


class SandboxCrash(SandboxError):
    """The child died, was refused something or answered nonsense. The text ends with what it said last."""


@dataclass(frozen=True)
class Limits:
    """What a child may use: seconds on the wall clock and on the processor, bytes, number of open files.

    `memory` is address space, larger than what is resident. None lifts a limit: a GPU driver needs more address space
    than there is memory, a long-lived child more processor time than can be foretold.
    """

    wall: float = 60.0
    cpu: int | None = 60
    memory: int | None = 2 << 30
    file: int = 4 << 30
    files: int = 128


@dataclass(frozen=True)
class Confinement:
    """What a child may touch beside Python. `devices` opens /dev, /proc and /sys for a GPU.

    `keeps_folder`: it may write in its own folder; one that answers through its pipes needs only to read there.
    """

    reads: Sequence[Path] = ()
    writes: Sequence[Path] = ()
    devices: bool = False
    keeps_folder: bool = True


@dataclass
class Child:
    """A confined process. `folder` is its working folder; it goes when the child is killed."""

    process: subprocess.Popen[bytes]
    folder: tempfile.TemporaryDirectory[str]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """End the child and whatever shares its process group, now, and remove its folder. May be called twice."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        self.folder.cleanup()

    def last_words(self) -> str:
        """The end of what the child wrote to its error output, on one line."""
        return _last_words(self.log)


def run(
    module: str,
    request: dict[str, Any],
    limits: Limits = Limits(),
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
) -> dict[str, Any]:
    """Call `module.run(request)` in a confined child and return its answer, a JSON object.

    Raises SandboxTimeout when time ran out, SandboxCrash for every other way of giving no answer.
    """
    child = start(module, request, limits, Confinement(reads, writes))
    try:
        return answer(Path(child.folder.name), child.process.wait(limits.wall))
    except subprocess.TimeoutExpired as late:
        raise SandboxTimeout(f"{module} ran longer than {limits.wall:g} s") from late
    finally:
        child.kill()


def start(
    module: str,
    request: dict[str, Any],
    limits: Limits = Limits(),
    confinement: Confinement = Confinement(),
    pipes: bool = False,
) -> Child:
    """Start a confined child that calls `module.run(request)`. With `pipes`, its stdin and stdout are ours to use."""
    folder = furnish(module, request, limits, confinement, os.getpid())
    work = Path(folder.name)
    with (work / "log").open("wb") as log:
        process = _popen(work, log, pipes)
    return Child(process, folder, work / "log")


def furnish(
    module: str, request: dict[str, Any], limits: Limits, confinement: Confinement, parent: int
) -> tempfile.TemporaryDirectory[str]:
    """A child's own folder with its order in it. `parent`: the process with which the child ends."""
    folder = tempfile.TemporaryDirectory(prefix="greenroom-box-", ignore_cleanup_errors=True)
    work = Path(folder.name)
    order = {
        "module": module,
        "parent": parent,
        "request": request,
        "limits": asdict(limits),
        "reads": [str(Path(path).resolve()) for path in [work, *confinement.reads]],
        "writes": [str(Path(path).resolve()) for path in [*([work] * confinement.keeps_folder), *confinement.writes]],
        "devices": confinement.devices,
        "keeps_folder": confinement.keeps_folder,
    }
    (work / "order.json").write_text(json.dumps(order))
    return folder


def start_nurse(module: str) -> subprocess.Popen[bytes]:
    """Start the warm parent of `sandbox_nursery.py`; its pipes are how one talks to it."""
    root = Path("/")
    return subprocess.Popen(  # noqa: S603  our own interpreter, our own words
        [sys.executable, "-I", "-B", "-c", _NURSE, str(ROOT), module],
        cwd=root,
        env=environment(root),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
        close_fds=True,
    )


def _popen(work: Path, log: IO[bytes], pipes: bool) -> subprocess.Popen[bytes]:
    """No preexec_fn: it is unsafe in a process with threads, so the child confines itself before it does anything."""
    stream = subprocess.PIPE if pipes else subprocess.DEVNULL
    return subprocess.Popen(  # noqa: S603  our own interpreter, our own words
        [sys.executable, "-I", "-B", "-c", _BOOT, str(ROOT)],
        cwd=work,
        env=environment(work),
        stdin=stream,
        stdout=stream,
        stderr=log,
        start_new_session=True,
        close_fds=True,
    )


def environment(work: Path) -> dict[str, str]:
    """No proxy, no credential, no home: only what keeps libraries quiet, offline and on one thread."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES") if name in os.environ}
    return kept | {
        "HOME": str(work),
        "TMPDIR": str(work),
        "LANG": "C.UTF-8",
        "HF_HUB_OFFLINE": "1",
        # One pool of memory instead of one per thread: 40 MB less at the same speed in the speech engine. It keeps what is
        # freed for the next window: given back to the system and fetched anew, pages cost a fifth of the engine's time.
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_MMAP_THRESHOLD_": str(64 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def answer(folder: Path, code: int) -> dict[str, Any]:
    """Read what a child that ended with `code` left in its folder; hostile bytes were read there, so size and shape are checked."""
    if code == -signal.SIGXCPU:
        raise SandboxTimeout("the processor time was used up")
    if code != 0:
        raise SandboxCrash(f"ended with {code}: {_last_words(folder / 'log')}")
    try:
        with (folder / "result.json").open("rb") as result:
            said = json.loads(result.read(_RESULT_MAX))
    except (OSError, ValueError) as nonsense:
        raise SandboxCrash(f"gave no readable answer: {_last_words(folder / 'log')}") from nonsense
    if not isinstance(said, dict):
        raise SandboxCrash("gave an answer that is no object")
    return said


def _last_words(log: Path) -> str:
    with suppress(OSError):
        return " ".join(log.read_bytes()[-_LOG_TAIL:].decode("utf-8", "replace").split())
    return ""
