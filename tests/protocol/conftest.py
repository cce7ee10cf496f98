"""Real web servers for the protocol: gunicorn processes that can be killed, on the database and store of the test."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from adapters.storage import open_store
from app import create_app
from config import Settings
from models import EVERY_EMPLOYER, Part, Upload, serve
from models import db as database
from tests import factories
from tests.conftest import empty
from tests.door import BODY, Door, embed_token

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Server:
    """One web process, as `greenroom web` runs it."""

    settings: Settings
    port: int
    process: subprocess.Popen[bytes] | None = None
    public_url: str = ""
    app: str = "app:create_app()"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Server:
        given = {f"GREENROOM_{name.upper()}": str(value) for name, value in self.settings.model_dump().items()}
        options = [
            "-k",
            "gthread",
            "--threads",
            "8",
            "--keep-alive",
            "15",
            "--no-control-socket",
            "--log-level",
            "error",
            "-b",
            f"127.0.0.1:{self.port}",
        ]
        command = [sys.executable, "-m", "gunicorn", *options, self.app]
        environment = {**os.environ, **given, "GREENROOM_PUBLIC_URL": self.public_url or self.url}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        for _ in range(600):
            with contextlib.suppress(requests.ConnectionError):
                requests.options(f"{self.url}/c/uploads", timeout=60)
                return self
            time.sleep(0.05)
        raise AssertionError("the web server did not start")

    def kill(self) -> None:
        """At once and without a word, master and worker."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@dataclass
class Client:
    """One candidate at a real server. `door` made the session; it spoke to the application in the test's own process."""

    door: Door
    server: Server
    db: Session
    sockets: list[socket.socket] = field(default_factory=list)

    def headers(self, **more: str) -> dict[str, str]:
        given = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {self.door.token}"}
        return given | {name.replace("_", "-"): value for name, value in more.items()}

    def create(self, take: str = "take-1", length: int | None = None) -> str:
        """The path of a new upload."""
        location = self.door.create(take=take, length=length).headers["Location"]
        return str(location).removeprefix("http://greenroom.test")

    def head(self, path: str, server: Server | None = None) -> int:
        answer = requests.head((server or self.server).url + path, headers=self.headers(), timeout=10)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])

    def patch(self, path: str, data: bytes, offset: int, server: Server | None = None, **more: str) -> requests.Response:
        headers = self.headers(Upload_Offset=str(offset), Content_Type=BODY, **more)
        return requests.patch((server or self.server).url + path, data=data, headers=headers, timeout=60)

    def begin_patch(self, path: str, offset: int, length: int, server: Server | None = None, **more: str) -> socket.socket:
        """A PATCH whose head was sent and whose body is up to the caller."""
        given = self.headers(Host="greenroom.test", Upload_Offset=str(offset), Content_Type=BODY, Content_Length=str(length), **more)
        head = f"PATCH {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items()) + "\r\n"
        sock = socket.create_connection(("127.0.0.1", (server or self.server).port), timeout=30)
        self.sockets.append(sock)
        sock.sendall(head.encode())
        return sock

    def wait_until(self, path: str, *, offset: int = 0) -> None:
        """Until a request is busy with the upload and has counted up to `offset`."""
        asked = sa.select(Upload.id).where(Upload.id == path.rsplit("/", 1)[1], Upload.writer.is_not(None), Upload.offset >= offset)
        for _ in range(400):
            self.db.rollback()
            if self.db.scalar(asked) is not None:
                return
            time.sleep(0.05)
        raise AssertionError("no request took up the upload")

    def stored(self, path: str) -> bytes:
        """What the store really holds of an upload, part after part; asserts that the rows leave no gap."""
        self.db.rollback()
        upload_id = path.rsplit("/", 1)[1]
        store = open_store(self.server.settings.store)
        data = b""
        for part in self.db.scalars(sa.select(Part).where(Part.upload_id == upload_id).order_by(Part.offset)):
            assert part.offset == len(data)
            data += b"".join(store.open(part.key))
            assert len(data) == part.offset + part.size
        assert self.db.scalar(sa.select(Upload.offset).where(Upload.id == upload_id)) == len(data)
        return data


@dataclass
class House:
    """An installation that several tests share, because a web process takes seconds to start."""

    app: Flask
    settings: Settings
    embed: str
    servers: dict[str, Server]

    def serve(self, name: str, **changes: object) -> Server:
        """The running server of this name; started, or started again after it was killed."""
        server = self.servers.setdefault(name, Server(self.settings.model_copy(update=changes), free_port()))
        return server if server.process else server.start()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[House]:
    url = "http://greenroom.test"
    settings = Settings(
        data=tmp_path_factory.mktemp("house"), database_url=database_url, redis_url="redis://127.0.0.1:1/0", keys="k" * 40, public_url=url
    )
    app = create_app(settings, TESTING=True, SERVER_NAME="greenroom.test", RATELIMIT_STORAGE_URI="memory://")
    with app.app_context():
        empty(database.engine)
        serve(database.session(), EVERY_EMPLOYER)
        world = factories.create_world(database.session())
        database.session.commit()
        made = House(app, settings, embed_token(app, world.embed), {})
        yield made
        for server in made.servers.values():
            server.kill()
        database.session.remove()
        database.engine.dispose()


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    """A candidate who has started, and the server that lets silent clients go after three seconds."""
    door = Door(house.app, house.embed).start()
    made = Client(door, house.serve("first", idle_seconds=3), database.session())
    yield made
    for sock in made.sockets:
        sock.close()


@pytest.fixture
def other(house: House) -> Server:
    """A second web process on the same database and store."""
    return house.serve("second", idle_seconds=60)
