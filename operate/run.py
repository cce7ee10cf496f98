"""Commands that do one thing: a worker, owners, keys, migrations, the audit proof."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
import structlog

from adapters import clock, passwords
from adapters.storage import open_store
from config import Settings, write_keys
from domain import audit, employers, erasure
from domain.audit import Actor
from jobs.queues import NAMES
from migrations import steps
from models import CandidateSession, Employer, one_session
from operate import Stop, end_with

SHORTEST_PASSWORD: Final = 12
ADDRESS: Final = "address"
"""The file in the data folder in which `up` writes its public address."""


def settings_of(asked: argparse.Namespace, **given: Any) -> Settings:
    """The settings of the environment, with what the command line says on top; the data folder is made."""
    settings = Settings.from_environment(data=asked.data and asked.data.resolve(), **given)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings


def address_of(settings: Settings) -> str:
    """Where people open this installation: as configured, else where `up` last ran with its data."""
    written = settings.data / ADDRESS
    return settings.public_url if os.environ.get("GREENROOM_PUBLIC_URL") or not written.exists() else written.read_text()


def worker(asked: argparse.Namespace) -> int:
    """Works until told to stop."""
    settings = settings_of(asked)
    names = tuple(name for name in asked.queues.split(",") if name) or NAMES
    unknown = set(names) - set(NAMES)
    if unknown:
        raise Stop(f"there is no queue {', '.join(sorted(unknown))}; choose from {', '.join(NAMES)}.")
    begin(asked, settings)
    from jobs import worker as workers

    workers.work(workers.make_bench(settings, asked.name), names, memory=asked.memory << 20)
    return 0


def begin(asked: argparse.Namespace, settings: Settings) -> None:
    """What every service does first: write its log as JSON lines, and end when the process that started it does."""
    import logging

    level = logging.getLevelNamesMapping()[settings.log_level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
    )
    end_with(asked.parent)


def migrate(asked: argparse.Namespace) -> int:
    """Brings the database up to date."""
    settings = settings_of(asked)
    steps.upgrade(settings.database)
    print(f"greenroom: the database is at {steps.current(settings.database)}.")
    return 0


def create_owner(asked: argparse.Namespace) -> int:
    """Makes an owner; the employer is made with them when there is none of that name."""
    settings = settings_of(asked)
    password = _read_password(asked.password_stdin)
    steps.upgrade(settings.database)
    with one_session(settings.database) as db:
        member = employers.create_owner(
            db, asked.employer, asked.email, asked.name or asked.email.split("@")[0], passwords.hash_password(password), clock.now()
        )
        db.commit()
        print(f"greenroom: {member.email} may sign in at {address_of(settings)}/login as owner of {asked.employer}.")
    return 0


def _read_password(from_stdin: bool) -> str:
    if not from_stdin and not _has_terminal():
        raise Stop("no terminal to ask for the password in: give it on standard input, with --password-stdin.")
    password = sys.stdin.readline().rstrip("\n") if from_stdin else getpass.getpass("Password: ")
    if len(password) < SHORTEST_PASSWORD:
        raise Stop(f"a password needs at least {SHORTEST_PASSWORD} characters.")
    if not from_stdin and getpass.getpass("Again: ") != password:
        raise Stop("the two passwords differ.")
    return password


def _has_terminal() -> bool:
    """Whether a password can be asked for without showing it."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return sys.stdin.isatty()
    return True


def rotate_keys(asked: argparse.Namespace) -> int:
    """A new signing key; the older ones still verify unless they are retired."""
    settings = settings_of(asked)
    if settings.keys:
        raise Stop("the keys come from GREENROOM_KEYS: add a new one at its end (and move old ones to GREENROOM_RETIRED_KEYS).")
    keys, retired = settings.signing_keys()
    fresh = secrets.token_urlsafe(32)
    if asked.retire:
        write_keys(settings.data / "keys.json", [fresh], [*retired, *keys])
        print("greenroom: older keys are retired: paste your snippets anew; links sent earlier no longer work. Restart web and workers.")
    else:
        write_keys(settings.data / "keys.json", [*keys, fresh], retired)
        print("greenroom: new links are signed with a new key; older links still work. Restart web and workers.")
    return 0


def verify_log(asked: argparse.Namespace) -> int:
    """Walks every employer's audit chain. Exit code 1 when one is broken."""
    settings = settings_of(asked)
    broken = 0
    with one_session(settings.database) as db:
        for employer in db.scalars(sa.select(Employer).order_by(Employer.created_at)):
            number = audit.broken_at(db, employer.id)
            broken += number is not None
            print(f"{employer.name}: {'whole' if number is None else f'broken at event {number}'}")
    return 1 if broken else 0


def erase(asked: argparse.Namespace) -> int:
    """Removes what is held on one candidate session: recordings, words, name and address."""
    settings = settings_of(asked)
    store = open_store(settings.store)
    with one_session(settings.database) as db:
        session = db.get(CandidateSession, asked.session)
        if session is None:
            raise Stop("there is no such candidate session: its id stands in the address of its review page.")
        if session.addendum_to_id is not None:
            session = db.get_one(CandidateSession, session.addendum_to_id)
        erasure.require_ended(session)
        for key in erasure.keys(db, session):
            store.delete(key)
        erasure.erase(db, Actor(session.employer_id, "system"), session, clock.now(), person=True)
        db.commit()
        erasure.clean_up(db)
    print("greenroom: erased. Scores, decisions and their reasons stay, without a name. Older backups still hold the rest.")
    return 0


def private_folder(path: Path) -> Path:
    """A folder nobody else may look into."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
