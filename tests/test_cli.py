"""Operating it: one command starts everything and stops it again; what is wrong is one line."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import cli
from adapters.storage import open_store
from config import Settings
from models import one_session
from operate import up as start
from tests import databases
from tests.e2e.conftest import free_port
from tests.factories import World
from tests.reviewing import create_submitted

ROOT = Path(__file__).parents[1]


@pytest.fixture
def data(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test's own, on the kind of database the tests run on."""
    with databases.own(database_url, tmp_path) as url:
        if database_url:
            monkeypatch.setenv("GREENROOM_DATABASE_URL", url)
        yield tmp_path / "data"


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def create_owner(data: Path, monkeypatch: pytest.MonkeyPatch, email: str = "o@acme.test", password: str = "a long enough one") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    return run("create-owner", "--data", data, "--employer", "Acme", "--email", email, "--password-stdin")


def test_an_owner_is_made_with_the_employer(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert create_owner(data, monkeypatch) == 0
    assert create_owner(data, monkeypatch, "second@acme.test") == 0
    assert "second@acme.test may sign in" in capsys.readouterr().out
    with one_session(Settings.from_environment(data=data).database) as db:
        assert db.execute(sa.text("SELECT count(*) FROM employer")).scalar() == 1
        assert {row.role for row in db.execute(sa.text("SELECT role FROM member"))} == {"owner"}
        assert "a long enough one" not in str(db.execute(sa.text("SELECT * FROM member")).all())


def test_a_taken_address_and_a_short_password_are_one_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create_owner(data, monkeypatch)
    capsys.readouterr()
    assert create_owner(data, monkeypatch) == 1
    assert create_owner(data, monkeypatch, "x@acme.test", "short") == 1
    said = capsys.readouterr().err.splitlines()
    assert said == ["greenroom: This address is already in use.", "greenroom: a password needs at least 12 characters."]


def test_erasing_somebody_who_is_still_answering_is_refused_before_anything_goes(
    db: Session, settings: Settings, world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, store = create_submitted(db, world), open_store(settings.store)
    session.state = "in_progress"
    db.commit()
    if settings.database_url:
        monkeypatch.setenv("GREENROOM_DATABASE_URL", settings.database_url)
    store.put("take/playback.mp4", b"an answer")
    assert run("erase", "--data", settings.data, "--session", session.id) == 1
    assert "still going on" in capsys.readouterr().err
    assert store.exists("take/playback.mp4")
    session.state = "submitted"
    db.commit()
    assert run("erase", "--data", settings.data, "--session", session.id) == 0
    assert not store.exists("take/playback.mp4")
    assert "Carla" not in str(db.execute(sa.text("SELECT * FROM candidate")).all())


def test_a_new_key_signs_and_older_ones_may_be_retired(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rotate-keys", "--data", data) == 0
    stored = json.loads((data / "keys.json").read_text())
    assert (len(stored["keys"]), stored["retired"]) == (2, [])
    assert run("rotate-keys", "--data", data, "--retire") == 0
    again = json.loads((data / "keys.json").read_text())
    assert (len(again["keys"]), again["retired"]) == (1, stored["keys"])
    assert stat.S_IMODE((data / "keys.json").stat().st_mode) == 0o600


def test_without_a_terminal_a_password_is_asked_for_in_one_line(data: Path) -> None:
    command = [sys.executable, str(ROOT / "cli.py"), "create-owner", "--data", str(data), "--employer", "Acme", "--email", "o@acme.test"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, start_new_session=True)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "greenroom: no terminal to ask for the password in: give it on standard input, with --password-stdin."
    ]


def test_the_address_named_is_where_it_last_ran(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    data.mkdir()
    (data / "address").write_text("http://localhost:8471")
    create_owner(data, monkeypatch)
    assert "at http://localhost:8471/login" in capsys.readouterr().out
    run("doctor", "--data", data)
    assert "public address http://localhost:8471" in capsys.readouterr().out
    monkeypatch.setenv("GREENROOM_PUBLIC_URL", "https://jobs.example.com")
    create_owner(data, monkeypatch, "p@acme.test")
    assert "at https://jobs.example.com/login" in capsys.readouterr().out, "what is configured goes first"


def test_a_changed_audit_event_is_found(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    create_owner(data, monkeypatch)
    assert run("verify-log", "--data", data) == 0
    with one_session(Settings.from_environment(data=data).database) as db:
        db.execute(sa.text("UPDATE audit_event SET verb = 'member:changed' WHERE number = 2"))
        db.commit()
    assert run("verify-log", "--data", data) == 1
    assert "broken at event 2" in capsys.readouterr().out


def test_doctor_says_what_is_missing_and_how_to_mend_it(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", "--data", data) == 1
    assert "run ./greenroom migrate" in capsys.readouterr().out
    assert run("migrate", "--data", data) == 0
    assert run("doctor", "--data", data) == 0
    assert "Ready." in capsys.readouterr().out
    (data / "keys.json").chmod(0o644)
    monkeypatch.setenv("GREENROOM_SPEECH_MODEL", "large-v9")
    monkeypatch.setenv("GREENROOM_PUBLIC_URL", "http://interviews.example.com")
    assert run("doctor", "--data", data) == 1
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if line.startswith("fail")] == [
        f"fail  other users may read {data / 'keys.json'}",
        next(line for line in said.splitlines() if "'large-v9'" in line),
        "fail  public address http://interviews.example.com is not HTTPS",
    ]


def test_a_file_in_the_place_of_the_data_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run("up", "--data", tmp_path / "file") == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_we_may_not_write_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.chmod(0o500)
    assert run("up", "--data", tmp_path / "data") == 1
    assert "may not write" in capsys.readouterr().err


def test_a_full_disk_is_one_line(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    usage = shutil.disk_usage(data.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1 << 20))
    assert run("up", "--data", data, "--port", free_port()) == 1
    assert re.fullmatch(r"greenroom: only 1 MB are free in .*: make room.*\n", capsys.readouterr().err)


def test_a_taken_port_is_one_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run("up", "--data", data, "--port", port) == 1
        assert run("up", "--data", data, "--port", port - 1) == 1
    said = capsys.readouterr().err.splitlines()
    assert said == [f"greenroom: port {port} is taken by another program: choose another with --port."] * 2


def test_an_unknown_queue_is_one_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("worker", "--data", data, "--queues", "media,music") == 1
    assert "there is no queue music" in capsys.readouterr().err


def test_a_bad_setting_is_one_line(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENROOM_WEB_THREADS", "many")
    with pytest.raises(SystemExit, match="GREENROOM_WEB_THREADS"):
        run("doctor", "--data", data)


def test_a_deep_data_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = Settings(data=tmp_path / ("x" * 60) / ("y" * 60))
    assert len(str(deep.redis_socket)) < 100
    assert deep.redis_socket == Settings(data=deep.data).redis_socket
    assert deep.redis_socket != Settings(data=tmp_path / ("x" * 60) / ("z" * 60)).redis_socket


@pytest.mark.parametrize(
    ("url", "served"), [("", [None, None]), ("http://127.0.0.1:9/v1", ["media,speech,mail,hooks", "media,speech,mail,hooks", "score"])]
)
def test_a_slow_language_model_holds_up_nobodys_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, served: list[str | None]
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    settings = Settings(data=tmp_path, language_model_url=url)
    plan = start.Plan(argparse.Namespace(), settings, tmp_path, "")
    commands = [part.command() for part in start._workers(plan)]
    assert [command[command.index("--queues") + 1] if "--queues" in command else None for command in commands] == served
