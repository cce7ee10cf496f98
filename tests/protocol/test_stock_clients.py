"""Clients that others wrote, unmodified, against the real server."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient

from tests.node import NODE
from tests.protocol.conftest import ROOT, Client

pytestmark = pytest.mark.slow
TOOLS = ROOT / ".tools" / "node_modules"
DATA = random.Random(1).randbytes(3_000_000)

needs_node = pytest.mark.skipif(
    not (TOOLS / "tus-js-client").is_dir(),
    reason="node or tus-js-client is missing: `make test` fetches it",
)


def begin(client: Client, tmp_path: Path, way: str, script: str = "stock.cjs", **more: Any) -> subprocess.Popen[str]:
    """Starts tus-js-client (or Uppy, by its script) on a file with our test data."""
    file = tmp_path / "take.webm"
    file.write_bytes(DATA)
    job = {
        "tools": str(TOOLS),
        "endpoint": client.server.url + "/c/uploads",
        "headers": {"Authorization": f"Bearer {client.door.token}"},
        "metadata": {"question": client.door.question(1), "kind": "video", "filetype": "video/webm", "filename": "Łódź 名前.webm"},
        "way": way,
        "file": str(file),
        "chunk": 170_000,  # no divisor of the whole: the client's stream source hangs on an end that falls on a chunk's
        **more,
    }
    command = [NODE, str(ROOT / "tests/protocol" / script)]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert started.stdin is not None
    started.stdin.write(json.dumps(job))
    started.stdin.close()
    return started


def finish(started: subprocess.Popen[str]) -> dict[str, Any]:
    with started:
        assert started.stdout is not None
        assert started.stderr is not None
        said = started.stdout.read()
        assert said, started.stderr.read()
        return dict(json.loads(said.splitlines()[-1]))


def path_of(client: Client, url: str) -> str:
    return url.removeprefix(client.server.url).removeprefix("http://greenroom.test")


@needs_node
@pytest.mark.parametrize("way", ["whole", "chunks", "override", "with-upload", "live"])
def test_tus_js_client_uploads(client: Client, tmp_path: Path, way: str) -> None:
    answer = finish(begin(client, tmp_path, way))
    assert "error" not in answer
    assert client.stored(path_of(client, answer["url"])) == DATA
    methods = {method for method, _ in answer["requests"]}
    assert ("PATCH" in methods) is (way != "override")


@needs_node
def test_uppy_uploads(client: Client, tmp_path: Path) -> None:
    answer = finish(begin(client, tmp_path, "chunks", "uppy.mjs"))
    assert "error" not in answer
    assert client.stored(path_of(client, answer["url"])) == DATA


@needs_node
def test_tus_js_client_terminates(client: Client, tmp_path: Path) -> None:
    answer = finish(begin(client, tmp_path, "whole", terminate=True))
    assert "error" not in answer
    assert answer["requests"][-1] == ["DELETE", 204]


@needs_node
def test_tus_js_client_is_told_that_parallel_pieces_are_not_offered(client: Client, tmp_path: Path) -> None:
    answer = finish(begin(client, tmp_path, "parallel"))
    assert "not offered" in answer["error"]


@needs_node
def test_tus_js_client_goes_on_after_the_server_was_killed(client: Client, tmp_path: Path) -> None:
    started = begin(client, tmp_path, "chunks", chunk=20_000)
    assert started.stderr is not None
    for line in started.stderr:
        if int(line) > 500_000:
            break
    client.server.kill()
    time.sleep(0.5)
    client.server.start()
    answer = finish(started)
    assert "error" not in answer
    assert "HEAD" in {method for method, _ in answer["requests"]}
    assert client.stored(path_of(client, answer["url"])) == DATA


@pytest.mark.parametrize("chunk", [300_000, None])
def test_tuspy_uploads_with_checksums(client: Client, chunk: int | None) -> None:
    mine = {"question": client.door.question(1), "kind": "video", "filetype": "video/webm", "filename": "Łódź.webm"}
    stock = TusClient(client.server.url + "/c/uploads", headers={"Authorization": f"Bearer {client.door.token}"})
    options = {"chunk_size": chunk} if chunk else {}
    uploader = stock.uploader(file_stream=io.BytesIO(DATA), metadata=mine, upload_checksum=True, **options)
    uploader.upload()
    assert client.stored(path_of(client, str(uploader.url))) == DATA


def test_tuspy_resumes_where_the_server_stands(client: Client) -> None:
    path = client.create()
    client.patch(path, DATA[:1_000_000], 0)
    stock = TusClient(client.server.url + "/c/uploads", headers={"Authorization": f"Bearer {client.door.token}"})
    uploader = stock.uploader(file_stream=io.BytesIO(DATA), url=client.server.url + path, chunk_size=700_000)
    assert uploader.offset == 1_000_000
    uploader.upload()
    assert client.stored(path) == DATA


def test_curl_style_expectation_of_100_continue_works(client: Client) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is missing")
    path = client.create()
    headers = client.headers(Upload_Offset="0", Content_Type="application/offset+octet-stream", Expect="100-continue")
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "PATCH", "--data-binary", "@-", client.server.url + path]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run(command, input=DATA, capture_output=True, check=True)
    assert done.stdout == b"204"
    assert client.stored(path) == DATA
