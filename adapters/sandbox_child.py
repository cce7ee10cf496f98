"""The inside of the sandbox: give up rights, then run the one module that was asked for.

What could be enforced is said in the first line of the child's log: a test reads it, and so does who looks for a
fence that an old kernel or a container takes away.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import platform
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

_libc = ctypes.CDLL(None, use_errno=True)

# Numbers of the system calls that are refused, by machine. Threads stay possible, new processes do not.
_REFUSED: dict[str, dict[str, int]] = {
    "x86_64": {
        "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "sendmsg": 46, "bind": 49, "listen": 50, "socketpair": 53, "fork": 57,
        "vfork": 58, "execve": 59, "kill": 62, "ptrace": 101, "setpgid": 109, "setsid": 112, "rt_sigqueueinfo": 129, "chroot": 161,
        "mount": 165, "tkill": 200, "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272, "rt_tgsigqueueinfo": 297,
        "perf_event_open": 298, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321, "execveat": 322,
        "userfaultfd": 323, "pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434,
    },
    "aarch64": {
        "mount": 40, "chroot": 51, "unshare": 97, "ptrace": 117, "kill": 129, "tkill": 130, "rt_sigqueueinfo": 138, "setpgid": 154,
        "setsid": 157, "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203, "sendto": 206,
        "sendmsg": 211, "add_key": 217, "request_key": 218, "keyctl": 219, "execve": 221, "rt_tgsigqueueinfo": 240, "perf_event_open":
        241, "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280, "execveat": 281, "userfaultfd": 282,
        "pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434,
    },
}  # fmt: skip
_ARCH = {"x86_64": (0xC000003E, 56, 234), "aarch64": (0xC00000B7, 220, 131)}
"""By machine: how the kernel names it to a filter, and the numbers of clone and tgkill."""
_CLONE3 = 435
_CLONE_THREAD = 0x10000
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026

_READABLE = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/proc/self", "/proc/cpuinfo",
             "/proc/meminfo", "/sys/devices/system/cpu", "/dev/null", "/dev/urandom")  # fmt: skip
_FILE_READ, _DIR_READ = 1 << 2, 1 << 3
_FILE_BITS = (1 << 1) | _FILE_READ | (1 << 14)
"""Landlock rights that make sense on a single file: write, read, truncate."""


def main() -> None:
    """Confine this process as `order.json` says, run the module, write `result.json`."""
    work = Path.cwd()
    order = json.loads((work / "order.json").read_text())
    limit_resources(order["limits"])
    held = {
        "network": cut_network(),
        "files": fence_files(order["reads"], order["writes"], order["devices"]),
        "calls": refuse_calls(),
    }
    print("confined:", json.dumps(held), file=sys.stderr, flush=True)
    if not held["calls"]:
        block_python_sockets()
    follow(order["parent"])
    answer = importlib.import_module(order["module"]).run(order["request"])
    if order["keeps_folder"]:
        (work / "result.json").write_text(json.dumps(answer))
    sys.stderr.flush()
    # Leave without running the exit handlers of native libraries, some of which hang on their own threads.
    os._exit(0)


def nurse(module: str) -> None:
    """The warm parent of `sandbox_nursery.py`: for each folder named on stdin, fork a child that works there.

    Says the child's number, then how it ended, and keeps the number taken until it hears a line in return. When stdin
    ends, so do we and the child.
    """
    importlib.import_module(module)
    gc.freeze()
    with open(0, "rb", buffering=0) as orders:
        while folder := orders.readline().decode().rstrip():
            child = os.fork()
            if child == 0:
                _grow_up(folder)
            with suppress(BrokenPipeError):
                os.write(1, f"{child}\n".encode())
                os.write(1, f"{_end_of(child)}\n".encode())
            orders.readline()
            os.waitpid(child, 0)


def _end_of(child: int) -> int:
    """Wait for a child, or kill it when nobody waits for us any more. Its exit code, or minus the signal that ended it."""
    handle = os.pidfd_open(child)
    ended, _, _ = select.select([0, handle], [], [])
    os.close(handle)
    if 0 in ended and handle not in ended:
        os.kill(child, signal.SIGKILL)
    how = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert how is not None
    return how.si_status if how.si_code == os.CLD_EXITED else -how.si_status


def _grow_up(folder: str) -> NoReturn:
    """A fork becomes what a child started cold is: own group, folder and log, nobody's pipes. Then it confines itself."""
    try:
        os.setsid()
        os.chdir(folder)
        null, log = os.open(os.devnull, os.O_RDWR), os.open("log", os.O_WRONLY | os.O_CREAT, 0o600)
        for handle, place in ((null, 0), (null, 1), (log, 2)):
            os.dup2(handle, place)
        os.closerange(3, 256)
        os.environ.update(HOME=folder, TMPDIR=folder)
        main()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(1)


def follow(parent: int) -> None:
    """End soon after the process that started us, however it went: nobody else would end us at the time limit."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def limit_resources(limits: dict[str, Any]) -> None:
    """Set the limits the kernel keeps; one that this system does not know is left out."""
    wanted = [
        (resource.RLIMIT_CPU, limits["cpu"]),
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NOFILE, limits["files"]),
        (resource.RLIMIT_CORE, 0),
    ]
    for kind, most in wanted:
        if most is None:
            continue
        try:
            # The soft processor limit sends SIGXCPU; the hard one, two seconds later, kills.
            resource.setrlimit(kind, (int(most), int(most) + 2 if kind == resource.RLIMIT_CPU else int(most)))
        except (ValueError, OSError):
            continue


def cut_network() -> bool:
    """Move into an empty network namespace. A new user namespace comes with it: it also takes root's powers away."""
    if sys.platform != "linux":
        return False
    new_user, new_net = 0x10000000, 0x40000000
    return bool(_libc.unshare(new_user | new_net) == 0 or _libc.unshare(new_net) == 0)


def block_python_sockets() -> None:
    """The weakest fence, for systems with no other: Python code can make no socket."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise PermissionError("no network in here")

    socket.socket = refuse  # type: ignore[assignment, misc]


def fence_files(reads: list[str], writes: list[str], devices: bool) -> bool:
    """Landlock: only these files and folders exist for us. False where the kernel has no Landlock."""
    abi = _libc.syscall(444, None, 0, 1) if sys.platform == "linux" else -1
    if abi < 1:
        return False
    everything = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16)) - 1
    ruleset = _libc.syscall(444, ctypes.byref(ctypes.c_uint64(everything)), 8, 0)
    read_only = _FILE_READ | _DIR_READ
    python = [sys.prefix, sys.base_prefix, str(Path(__file__).parent)]
    for path in [*_READABLE, *python, *reads]:
        _let(ruleset, path, read_only)
    for path in [*writes, *(("/dev", "/proc", "/sys") if devices else ())]:
        _let(ruleset, path, everything & ~1)
    _libc.prctl(38, 1, 0, 0, 0)
    refused = _libc.syscall(446, ruleset, 0)
    os.close(ruleset)
    return not refused


def _let(ruleset: int, path: str, rights: int) -> None:
    """Add one path to a Landlock ruleset; a path that is not there needs no rule."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        allowed = rights if Path(path).is_dir() else rights & _FILE_BITS
        rule = struct.pack("=Qi", allowed, handle)
        _libc.syscall(445, ruleset, 1, rule, 0)
    finally:
        os.close(handle)


def refuse_calls() -> bool:
    """A seccomp filter: no socket, no new program or process, no signal to others. False where there is none."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCH:
        return False
    program = _filter(machine)

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]

    _libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, without which an ordinary user may set no filter
    filled = Program(len(program) // 8, program)
    return not _libc.prctl(22, 2, ctypes.byref(filled), 0, 0)


def _filter(machine: str) -> bytes:
    """The filter as the kernel's little machine code: test the call's number, then allow or refuse."""
    arch, clone, tgkill = _ARCH[machine]
    load, equal, at_least, bits, ret = 0x20, 0x15, 0x35, 0x45, 0x06
    number, architecture, first_argument = 0, 4, 16
    code = [
        (load, 0, 0, architecture), (equal, 1, 0, arch), (ret, 0, 0, _KILL),
        (load, 0, 0, number), (at_least, 0, 1, 0x40000000), (ret, 0, 0, _EPERM),
        (equal, 0, 1, _CLONE3), (ret, 0, 0, _ENOSYS),
        (equal, 0, 4, clone), (load, 0, 0, first_argument), (bits, 1, 0, _CLONE_THREAD), (ret, 0, 0, _EPERM),
        (ret, 0, 0, _ALLOW),
        (equal, 0, 4, tgkill), (load, 0, 0, first_argument), (equal, 1, 0, os.getpid()), (ret, 0, 0, _EPERM),
        (ret, 0, 0, _ALLOW),
    ]  # fmt: skip
    for refused in _REFUSED[machine].values():
        code += [(equal, 0, 1, refused), (ret, 0, 0, _EPERM)]
    code.append((ret, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in code)
