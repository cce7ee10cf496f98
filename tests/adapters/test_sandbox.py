"""The sandbox: what a child can still do is little, and it always ends."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from adapters import sandbox
from adapters.sandbox import Limits, SandboxCrash, SandboxTimeout

HERE = [Path(__file__).parents[1]]
ROOMY = Limits()
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the fences are Linux's")


def ask(request: dict[str, Any], limits: Limits = ROOMY, **more: Any) -> dict[str, Any]:
    return sandbox.run("tests.adapters.inside", request, limits, reads=[*HERE, *more.pop("reads", [])], **more)


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    stranger, readable, writable = tmp_path / "other" / "stranger", tmp_path / "readable", tmp_path / "writable"
    for folder in (stranger.parent, writable):
        folder.mkdir()
    stranger.write_text("another candidate")
    readable.write_text("this candidate")
    request = {"do": "try", "stranger": str(stranger), "stranger_folder": str(stranger.parent), "readable": str(readable)}
    return ask(request | {"writable": str(writable)}, reads=[readable], writes=[writable])


@on_linux
@pytest.mark.parametrize("what", ["socket", "unix socket", "fork", "program", "signal", "leave the group"])
def test_a_child_makes_no_connection_process_or_signal(tried: dict[str, Any], what: str) -> None:
    assert tried[what] == "PermissionError"


@on_linux
@pytest.mark.parametrize("what", ["stranger's file", "stranger's folder", "write what is to read", "parent's environment", "outside"])
def test_a_child_touches_no_file_but_those_it_was_given(tried: dict[str, Any], what: str) -> None:
    assert tried[what] == "PermissionError"


def test_a_child_can_do_what_it_was_started_for(tried: dict[str, Any]) -> None:
    assert [tried[what] for what in ("granted read", "granted write", "own folder")] == ["done"] * 3
    assert tried["thread"] == ["ran"]


def test_a_child_knows_no_secret_and_no_proxy(tried: dict[str, Any]) -> None:
    assert not {"HTTPS_PROXY", "AWS_SECRET_ACCESS_KEY", "PATH"} & set(tried["environment"])


def test_a_child_that_waits_for_ever_is_killed_on_time() -> None:
    began = time.monotonic()
    with pytest.raises(SandboxTimeout):
        ask({"do": "sleep"}, Limits(wall=1))
    assert time.monotonic() - began < 3


def test_a_child_that_calculates_for_ever_is_killed_by_its_processor_time() -> None:
    with pytest.raises(SandboxTimeout, match="processor"):
        ask({"do": "spin"}, Limits(wall=20, cpu=1))


@pytest.mark.parametrize(("what", "said"), [("raise", "ended with 1"), ("crash", "ended with -11"), ("list", "no object")])
def test_a_child_that_gives_no_answer_is_a_crash(what: str, said: str) -> None:
    with pytest.raises(SandboxCrash, match=said):
        ask({"do": what})


def test_a_crash_says_what_the_child_said_last() -> None:
    with pytest.raises(SandboxCrash, match="ZeroDivisionError"):
        ask({"do": "raise"})


@on_linux
def test_memory_files_and_output_are_limited() -> None:
    with pytest.raises(SandboxCrash, match="MemoryError"):
        ask({"do": "grow", "bytes": 1 << 30}, Limits(memory=512 << 20))
    with pytest.raises(SandboxCrash):
        ask({"do": "write", "bytes": 2 << 20}, Limits(file=1 << 20))
    with pytest.raises(SandboxCrash, match="Too many open files"):
        ask({"do": "open", "files": 100}, Limits(files=64))
    assert ask({"do": "grow", "bytes": 1 << 20}) == {"size": 1 << 20}


def test_a_childs_folder_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ask({"do": "write", "bytes": 10})
    with pytest.raises(SandboxTimeout):
        ask({"do": "sleep"}, Limits(wall=0.5))
    assert list(tmp_path.iterdir()) == []


def test_no_process_is_left_behind() -> None:
    child = sandbox.start("tests.adapters.inside", {"do": "sleep"}, confinement=sandbox.Confinement(reads=HERE))
    child.kill()
    child.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


@on_linux
def test_every_fence_holds_on_this_machine() -> None:
    child = sandbox.start("tests.adapters.inside", {"do": "sleep"}, confinement=sandbox.Confinement(reads=HERE))
    try:
        for _ in range(100):
            if "confined" in child.last_words():
                break
            time.sleep(0.05)
        assert '"network": true, "files": true, "calls": true' in child.last_words()
    finally:
        child.kill()
