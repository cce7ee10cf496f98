"""`greenroom doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from adapters import redis_server, sandbox
from adapters.speech import MINUTE_BYTES, SpeechError, SpeechModelTooLarge
from adapters.speech_models import BUNDLED, ModelChanged, ModelMissing, find_pin
from adapters.storage import open_store
from config import Settings
from domain.tokens import SHORTEST_KEY
from migrations import steps
from operate import models
from operate.run import address_of, settings_of

OK, WARN, FAIL = "ok", "warn", "fail"
MORE_ROOM: Final = "allow more memory with GREENROOM_SPEECH_MEMORY, or choose a smaller GREENROOM_SPEECH_MODEL"
LOCAL: Final = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `remedy` says what to do when it is not ok."""

    state: str
    what: str
    remedy: str = ""


def doctor(asked: argparse.Namespace) -> int:
    """Prints a line for each thing looked at. Exit code 1 when something does not work."""
    settings = settings_of(asked)
    settings = settings.model_copy(update={"public_url": address_of(settings)})
    failed = False
    for finding in examine(settings):
        failed |= finding.state == FAIL
        print(f"{finding.state:4}  {finding.what}" + (f"\n      → {finding.remedy}" if finding.remedy else ""), flush=True)
    print("\nSomething does not work yet." if failed else "\nReady.")
    return 1 if failed else 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, the most basic first."""
    checks: list[Callable[[Settings], Finding]] = [_python, _folder, _room, _database, _keys, _key_file, _redis, _store]
    for check in [*checks, _speech, _sandbox, _address, _mail]:
        yield check(settings)


def _python(_settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs us with an older one wants to know
        return Finding(FAIL, f"Python {version}", "run ./install.sh, which finds Python 3.11 or newer")
    return Finding(OK, f"Python {version}")


def _folder(settings: Settings) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        return Finding(FAIL, f"data folder {settings.data}: {error.strerror}", "make it writable for this user, or set GREENROOM_DATA")
    if settings.data.stat().st_mode & 0o007:
        return Finding(WARN, f"data folder {settings.data} may be entered by every user", f"chmod o-rwx {settings.data}")
    return Finding(OK, f"data folder {settings.data.resolve()}")


def _room(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data).free
    what = f"{free >> 20} MB free"
    if free < settings.free_bytes:
        return Finding(FAIL, what, f"make room: below {settings.free_bytes >> 20} MB no new recording is taken")
    return Finding(OK if free > 5 * settings.free_bytes else WARN, what, "" if free > 5 * settings.free_bytes else "make room soon")


def _database(settings: Settings) -> Finding:
    name = "SQLite" if settings.database.startswith("sqlite") else "PostgreSQL"
    try:
        here, newest = steps.current(settings.database), steps.newest()
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", error)).splitlines()[0]
        return Finding(FAIL, f"database ({name}): {said}", "check GREENROOM_DATABASE_URL, and that the server runs and lets this user in")
    if here != newest:
        return Finding(FAIL, f"database ({name}) is at {here or 'nothing'}, this version needs {newest}", "run ./greenroom migrate")
    return Finding(OK, f"database ({name}), up to date")


def _keys(settings: Settings) -> Finding:
    try:
        keys, retired = settings.signing_keys()
    except (OSError, ValueError, KeyError) as error:
        return Finding(FAIL, f"signing keys cannot be read ({type(error).__name__})", "restore keys.json from the backup")
    if any(len(key) < SHORTEST_KEY for key in keys):
        return Finding(FAIL, "a signing key is too short", f"use at least {SHORTEST_KEY} random characters, or run ./greenroom rotate-keys")
    return Finding(OK, f"{len(keys)} signing key{'s' * (len(keys) > 1)}, {len(retired)} retired")


def _key_file(settings: Settings) -> Finding:
    if settings.keys:
        return Finding(OK, "keys come from the environment")
    path = settings.data / "keys.json"
    if path.stat().st_mode & 0o077:
        return Finding(FAIL, f"other users may read {path}", f"chmod 600 {path}, then ./greenroom rotate-keys")
    return Finding(OK, "nobody else may read the key file")


def _redis(settings: Settings) -> Finding:
    if redis_server.answers(settings.redis):
        return Finding(OK, "Redis answers")
    if settings.redis_url:
        return Finding(FAIL, "Redis does not answer", "check GREENROOM_REDIS_URL")
    try:
        return Finding(OK, f"Redis is started by ./greenroom up ({redis_server.find_program()})")
    except redis_server.RedisMissing as missing:
        return Finding(FAIL, "no Redis", str(missing))


def _store(settings: Settings) -> Finding:
    key = f"doctor/{os.getpid()}"
    try:
        store = open_store(settings.store)
        store.put(key, b"greenroom")
        whole = b"".join(store.open(key, 0, 5)) == b"green"
        store.delete(key)
    except Exception as error:  # whatever a bucket answers, it is a finding
        return Finding(FAIL, f"media store: {str(error)[:160]}", "check GREENROOM_STORE_URL and its credentials")
    return Finding(OK if whole else FAIL, "media store writes, reads ranges and deletes")


def _speech(settings: Settings) -> Finding:
    """Finds the model, compares it with its pin, and loads it as a worker would."""
    name = settings.speech_model
    if name == "off":
        return Finding(OK, "transcription is switched off")
    try:
        running = models.load(settings)
    except ModelChanged as changed:
        return Finding(FAIL, str(changed), f"./greenroom add-model {name} installs it anew; a changed model is never loaded")
    except ModelMissing as missing:
        return Finding(FAIL, str(missing), f"./greenroom add-model {name}, or set GREENROOM_SPEECH_MODEL")
    except SpeechModelTooLarge:
        return Finding(FAIL, f"speech model {name} takes all of GREENROOM_SPEECH_MEMORY", MORE_ROOM)
    except SpeechError as broken:
        what = f"speech model {name} does not load (device {settings.speech_device}): {str(broken)[:160]}"
        return Finding(FAIL, what, "set GREENROOM_SPEECH_DEVICE=cpu, or mend the GPU's driver; look whether there is memory enough")
    if int(str(running["room"])) < MINUTE_BYTES:
        what = f"speech model {name} leaves too little of GREENROOM_SPEECH_MEMORY for a minute of sound"
        return Finding(FAIL, what, MORE_ROOM)
    languages = "English only" if running["english_only"] else "many languages"
    what = f"speech model {name}: {languages}, {running['compute_type']} on {running['device']}, {str(running['model_hash'])[:12]}"
    if name != BUNDLED and find_pin(settings.data / "models", name) is None:
        return Finding(WARN, f"{what}, not pinned", f"./greenroom add-model {name} pins it: then a changed byte is noticed")
    return Finding(OK, what)


def _sandbox(settings: Settings) -> Finding:
    """Tries what a hostile recording would."""
    secret = settings.data / "keys.json"
    try:
        broken = sandbox.run("adapters.sandbox_probe", {"file": str(secret if secret.exists() else Path("/etc/passwd"))})
    except sandbox.SandboxError as error:
        return Finding(
            FAIL, f"the sandbox does not start: {str(error)[:160]}", "recordings cannot be prepared; report this with the line above"
        )
    holes = [name for name, worked in broken.items() if worked]
    if holes:
        return Finding(WARN, f"hostile recordings could reach: {', '.join(holes)}", "use Linux 5.13 or newer with Landlock and seccomp")
    return Finding(OK, "recordings are decoded without network, foreign files or new processes")


def _address(settings: Settings) -> Finding:
    host = urlsplit(settings.public_url).hostname or ""
    if settings.is_https or host in LOCAL or host.endswith(".localhost"):
        return Finding(OK, f"public address {settings.public_url}")
    return Finding(FAIL, f"public address {settings.public_url} is not HTTPS", "browsers give camera and microphone to HTTPS pages only")


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        return Finding(WARN, "no mail is sent", "set GREENROOM_SMTP_URL and GREENROOM_MAIL_FROM, or hand out links yourself")
    if not settings.mail_from:
        return Finding(FAIL, "mail has no sender", "set GREENROOM_MAIL_FROM")
    return Finding(OK, "mail is configured")
