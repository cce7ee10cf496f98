"""`greenroom up`, as somebody at a terminal or a script has it: it starts everything, mends what dies, and leaves nothing behind."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from tusclient.client import TusClient

from tests import databases
from tests.e2e.conftest import free_port

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


class Installation:
    """A data folder, and the `greenroom up` that runs on it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.data, self.log, self.url = folder / "data", folder / "up.log", url
        self.process: subprocess.Popen[str] | None = None
        self.ready: dict[str, Any] = {}

    def run(self, *options: str) -> subprocess.Popen[str]:
        environment = {**os.environ, **({"GREENROOM_DATABASE_URL": self.url} if self.url else {})}
        command = [str(ROOT / "greenroom"), "up", "--data", str(self.data), "--port", str(free_port()), *options]
        with self.log.open("a") as out:
            return subprocess.Popen(command, stdout=out, stderr=out, text=True, cwd=self.data.parent, env=environment)

    def up(self) -> subprocess.Popen[str]:
        """Running and ready: started, unless it is."""
        if self.process is None or self.process.poll() is not None:
            file = self.data.parent / "ready.json"
            self.process = self.run("--ready-file", str(file))
            until = time.monotonic() + 90
            while not file.exists() and self.process.poll() is None and time.monotonic() < until:
                time.sleep(0.1)
            assert file.exists(), self.log.read_text()
            self.ready = json.loads(file.read_text())
            file.unlink()
        return self.process

    def children(self, what: str = "") -> list[int]:
        """Process ids of everything it started, directly or not, whose command holds `what`."""
        pid = self.up().pid
        listed = subprocess.run(["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
        marks = (f"--parent {pid} ", f"{self.ready['data']}/redis")
        return [int(line.split()[0]) for line in listed if any(mark in line + " " for mark in marks) and what in line]

    def stop(self) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def gone(pids: list[int], seconds: float = 15.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2] for pid in pids):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("up")
    with databases.own(database_url, folder) as url:
        made = Installation(folder, url if database_url else "")
        yield made
        made.stop()


@pytest.fixture
def installation(started: Installation) -> Installation:
    """It runs, whatever the test before did to it."""
    started.up()
    return started


def test_one_command_starts_everything_and_says_what_to_open(installation: Installation) -> None:
    ready = installation.ready
    careers = urllib.request.urlopen(ready["careers_url"]).read().decode()
    snippet = f'></script>\n<greenroom-interview token="{ready["embed_token"]}"></greenroom-interview>'
    assert snippet in careers
    assert ready["careers_url"].startswith("http://127.0.0.1:")
    assert ready["inbox_url"].startswith("http://localhost:")
    assert requests.get(ready["inbox_url"], timeout=10).status_code == 200
    said = installation.log.read_text()
    assert ready["owner"]["email"] in said
    assert ready["owner"]["password"] in said
    assert ready["embed_token"] not in said
    assert f"{(installation.data / 'address').read_text()}/" == ready["inbox_url"], "other commands name the same address"


def test_the_ready_file_lets_a_tus_client_upload(installation: Installation) -> None:
    tus = installation.ready["tus"]
    client = TusClient(tus["url"], headers=tus["headers"])
    uploader = client.uploader(file_stream=io.BytesIO(b"x" * 5000), metadata=tus["metadata"], chunk_size=2000)
    uploader.upload()
    assert uploader.offset == 5000


def test_a_second_instance_on_the_same_data_is_refused(installation: Installation) -> None:
    assert installation.run().wait(timeout=30) == 1
    assert "another greenroom is running" in installation.log.read_text()


def test_a_part_that_dies_is_started_again(installation: Installation) -> None:
    workers = installation.children("cli.py worker")
    os.kill(workers[0], signal.SIGKILL)
    until = time.monotonic() + 15
    while time.monotonic() < until and not set(installation.children("cli.py worker")) - set(workers):
        time.sleep(0.1)
    assert set(installation.children("cli.py worker")) - set(workers)
    assert "worker was killed by signal 9; starting it again" in installation.log.read_text()


def test_a_signal_stops_everything_and_a_second_start_keeps_the_data(installation: Installation) -> None:
    first, left = installation.ready, installation.children()
    assert len(left) >= 4
    assert installation.stop() == 0
    assert gone(left, 1)
    installation.up()
    assert installation.ready["owner"] == first["owner"]
    assert installation.ready["interview_id"] == first["interview_id"]
    assert installation.ready["embed_token"] != first["embed_token"], "another port is another origin"


def test_nothing_outlives_a_supervisor_that_was_killed(installation: Installation) -> None:
    first, left, supervisor = installation.ready, installation.children(), installation.up()
    assert len(left) >= 4
    supervisor.kill()
    supervisor.wait()
    assert gone(left, 20)
    installation.up()
    assert installation.ready["owner"] == first["owner"]
