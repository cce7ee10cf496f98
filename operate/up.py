"""`greenroom up`: everything on this machine, watched over and stopped together.

Every process gets a group of its own, so that Ctrl-C reaches only this one, which then stops the others in order.
Should this one be killed, the others notice and end by themselves.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import requests

from adapters import clock, redis_server
from config import Settings
from domain import jobs
from jobs.queues import NAMES
from migrations import steps
from models import one_session
from operate import ROOT, Stop
from operate import demo as demonstration
from operate.run import ADDRESS, private_folder, settings_of
from operate.supervise import Part, Supervisor, hold

LEAST_ROOM: Final = 100 << 20
"""Free bytes without which not even the database can work."""
READY_SECONDS: Final = 90.0


@dataclass
class Plan:
    """What is started where. `careers_url` is empty without the demonstration."""

    asked: argparse.Namespace
    settings: Settings
    logs: Path
    careers_url: str

    @property
    def local_url(self) -> str:
        host = "127.0.0.1" if self.asked.host in {"0.0.0.0", "::"} else self.asked.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.asked.port}"


def up(asked: argparse.Namespace) -> int:
    """Starts everything, says what to open, watches until told to stop."""
    plan = _plan(asked)
    with hold(plan.settings.data / "up.lock") as crashed:
        _require_room(plan.settings)
        _require_ports(plan, patience=6.0 if crashed else 0.0)
        supervisor = Supervisor(say)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda _number, _frame: supervisor.stop_soon())
        try:
            return _run(plan, supervisor)
        finally:
            supervisor.stop_all()


def _plan(asked: argparse.Namespace) -> Plan:
    """The settings `up` adds: the public address follows the port unless one is configured."""
    configured = os.environ.get("GREENROOM_PUBLIC_URL")
    settings = settings_of(asked, public_url=configured or f"http://localhost:{asked.port}")
    settings = settings.model_copy(update={"data": settings.data.resolve()})
    careers = "" if asked.no_demo else f"http://127.0.0.1:{asked.port + 1}/"
    if asked.no_demo and asked.ready_file:
        raise Stop("--ready-file needs the demo employer: leave out --no-demo.")
    if asked.ready_file:
        asked.ready_file.unlink(missing_ok=True)
    return Plan(asked, settings, private_folder(settings.data / "logs"), careers)


def _require_room(settings: Settings) -> None:
    probe = settings.data / ".writable"
    probe.write_bytes(b"")
    probe.unlink()
    free = shutil.disk_usage(settings.data).free
    if free < LEAST_ROOM:
        raise Stop(f"only {free >> 20} MB are free in {settings.data}: make room, or choose another folder with --data.")
    if free < settings.free_bytes:
        say(f"careful: only {free >> 20} MB are free in {settings.data}; below {settings.free_bytes >> 20} MB no new recording is taken")


def _require_ports(plan: Plan, patience: float) -> None:
    """Processes of a run that was killed may need a moment to end: only then is a taken port worth waiting for."""
    until = time.monotonic() + patience
    for number, host in _ports(plan):
        while not _is_free(host, number):
            if time.monotonic() >= until:
                raise Stop(f"port {number} is taken by another program: choose another with --port.")
            time.sleep(0.2)


def _ports(plan: Plan) -> list[tuple[int, str]]:
    careers = [(plan.asked.port + 1, "127.0.0.1")] if plan.careers_url else []
    return [(plan.asked.port, plan.asked.host), *careers]


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Stop(f"port {port} is reserved for the system: choose one above 1023 with --port.") from None
        except OSError:
            return False
    return True


def _run(plan: Plan, supervisor: Supervisor) -> int:
    _start_redis(plan, supervisor)
    _migrate(plan.settings)
    plan.settings.signing_keys()
    demo = _provide_demo(plan)
    for part in _services(plan):
        supervisor.start(part)
    if not _wait_ready(plan, supervisor):
        return 0
    (plan.settings.data / ADDRESS).write_text(plan.settings.public_url)
    if demo is not None and plan.asked.ready_file:
        _write_whole(plan.asked.ready_file, demonstration.ready(plan.settings, demo, plan.careers_url, plan.local_url))
    _welcome(plan, demo)
    supervisor.watch()
    say("stopping…")
    return 0


def _start_redis(plan: Plan, supervisor: Supervisor) -> None:
    settings = plan.settings
    if settings.redis_url:
        if not redis_server.answers(settings.redis):
            raise Stop("the Redis of GREENROOM_REDIS_URL does not answer.")
        return
    try:
        redis_server.prepare_folders(settings.data / "redis", settings.redis_socket)
        redis_server.end(settings.redis)
        command = redis_server.command(settings.data / "redis", settings.redis_socket)
    except redis_server.RedisMissing as missing:
        raise Stop(f"{missing}.") from missing
    supervisor.start(Part("redis", lambda: command, plan.logs / "redis.log", is_last=True))
    if not redis_server.wait(settings.redis):
        raise Stop(f"the private Redis does not start; {plan.logs / 'redis.log'} says why.")


def _migrate(settings: Settings) -> None:
    here, newest = steps.current(settings.database), steps.newest()
    if here != newest:
        say("preparing the database…" if here is None else "bringing the database up to date…")
        steps.upgrade(settings.database)


def _provide_demo(plan: Plan) -> demonstration.Demo | None:
    if not plan.careers_url:
        return None
    if not (plan.settings.data / "demo.json").exists():
        say("making the demo employer…")
    demo = demonstration.provide(plan.settings, plan.careers_url.rstrip("/"))
    demonstration.write_page(plan.settings, demo, plan.careers_url.rstrip("/"))
    return demo


def _services(plan: Plan) -> list[Part]:
    asked = plan.asked
    web = _self("web", "--port", str(asked.port), "--host", asked.host)
    parts = [Part("web", lambda: web, plan.logs / "web.log", _environment(plan)), *_workers(plan)]
    if plan.careers_url:
        careers = _self("careers", "--port", str(asked.port + 1), "--data", str(plan.settings.data))
        parts.append(Part("careers page", lambda: careers, plan.logs / "careers.log", _environment(plan)))
    return parts


def _workers(plan: Plan) -> list[Part]:
    """Two where there are processors for two: then a long answer of one candidate does not hold up another's.

    With a language model a third waits for it alone, so that a slow one holds up nobody's recording.
    """
    names = ["worker", "second worker"][: max(1, os.cpu_count() or 1)]
    if not plan.settings.language_model_url:
        return [_worker(plan, name) for name in names]
    others = [name for name in NAMES if name != "score"]
    return [*(_worker(plan, name, others) for name in names), _worker(plan, "proposals worker", ["score"])]


def _worker(plan: Plan, name: str, names: Sequence[str] = ()) -> Part:
    worker = _Worker(plan, names)
    log = plan.logs / f"{name.replace(' ', '-')}.log"
    return Part(name, worker.command, log, _environment(plan), on_death=worker.free)


def _self(command: str, *options: str) -> list[str]:
    return [sys.executable, str(ROOT / "cli.py"), command, *options, "--parent", str(os.getpid())]


def _environment(plan: Plan) -> dict[str, str]:
    return {"GREENROOM_DATA": str(plan.settings.data), "GREENROOM_PUBLIC_URL": plan.settings.public_url}


class _Worker:
    """A worker's command with a name of its own for every start, so that what a dead one held can be freed at once."""

    def __init__(self, plan: Plan, names: Sequence[str]) -> None:
        self._settings, self._name = plan.settings, ""
        self._queues = ["--queues", ",".join(names)] if names else []

    def command(self) -> list[str]:
        self._name = f"up-{os.getpid()}-{secrets.token_hex(4)}"
        return _self("worker", "--name", self._name, *self._queues)

    def free(self) -> None:
        with one_session(self._settings.database) as db:
            jobs.free(db, self._name, clock.now(), counts=True)
            db.commit()


def _wait_ready(plan: Plan, supervisor: Supervisor) -> bool:
    """True once every address answers; False when told to stop meanwhile. Raises Stop when a part cannot start."""
    until = time.monotonic() + READY_SECONDS
    addresses = [f"{plan.local_url}/embed.js", *([plan.careers_url] if plan.careers_url else [])]
    checks: dict[str, Callable[[], bool]] = {url: partial(_answers, url) for url in addresses}
    checks["the worker"] = partial(redis_server.has_worker, plan.settings.redis)
    while checks:
        if supervisor.is_stopping:
            return False
        supervisor.look()
        hopeless = supervisor.hopeless()
        if hopeless is not None:
            raise Stop(f"the {hopeless.name} does not start: {hopeless.last_words()} (more in {hopeless.log})")
        if time.monotonic() > until:
            raise Stop(f"no good answer from {' and '.join(checks)} within {READY_SECONDS:.0f} s; look into {plan.logs}.")
        checks = {name: check for name, check in checks.items() if not check()}
        time.sleep(0.15 if checks else 0)
    return True


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5, allow_redirects=False).status_code < 500
    except requests.RequestException:
        return False


def _write_whole(path: Path, value: dict[str, Any]) -> None:
    """Whole or not at all: whoever waits for the file may read it the moment it is there. It holds a password and a token."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(value, file, indent=2)
    fresh.replace(path)


def _welcome(plan: Plan, demo: demonstration.Demo | None) -> None:
    lines = ["", "Greenroom is running. Ctrl-C stops everything; your data stays.", ""]
    if demo is not None:
        lines += [f"  Careers page, as a candidate   {plan.careers_url}"]
    lines += [f"  Inbox, as the employer         {plan.settings.public_url}/"]
    if demo is not None:
        lines += [f"      e-mail                     {demo.email}", f"      password                   {demo.password}"]
    else:
        lines += ["      first owner                ./greenroom create-owner --employer … --email …"]
    speech = {"bundled": "bundled model, English only", "off": "switched off"}.get(plan.settings.speech_model, plan.settings.speech_model)
    lines += [f"  Transcription                  {speech}", f"  Data and logs                  {plan.settings.data}", ""]
    print("\n".join(lines), flush=True)


def say(line: str) -> None:
    """One line of progress."""
    print(f"greenroom: {line}", flush=True)
