"""The sandbox: what a child can still do is little, and it always ends."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters import sandbox, sandbox_nursery
from adapters.sandbox import Limits, SandboxCrash, SandboxTimeout
from adapters.sandbox_nursery import Nursery

HERE = [Path(__file__).parents[1]]
ROOMY = Limits()
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the fences are Linux's")


Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery("tests.adapters.inside")
    yield made
    made.close()


@pytest.fixture(params=["cold", "forked"])
def ask(request: pytest.FixtureRequest, nursery: Nursery) -> Ask:
    """Every fence must hold for a child that was started cold and for one that a warm parent forked."""
    run = partial(sandbox.run, "tests.adapters.inside") if request.param == "cold" else nursery.run

    def asked(what: dict[str, Any], limits: Limits = ROOMY, **more: Any) -> dict[str, Any]:
        return run(what, limits, reads=[*HERE, *more.pop("reads", [])], **more)

    return asked


@pytest.fixture
def tried(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
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


def test_a_child_that_waits_for_ever_is_killed_on_time(ask: Ask) -> None:
    began = time.monotonic()
    with pytest.raises(SandboxTimeout):
        ask({"do": "sleep"}, Limits(wall=1))
    assert time.monotonic() - began < 3


def test_a_child_that_calculates_for_ever_is_killed_by_its_processor_time(ask: Ask) -> None:
    with pytest.raises(SandboxTimeout, match="processor"):
        ask({"do": "spin"}, Limits(wall=20, cpu=1))


@pytest.mark.parametrize(("what", "said"), [("raise", "ended with 1"), ("crash", "ended with -11"), ("list", "no object")])
def test_a_child_that_gives_no_answer_is_a_crash(ask: Ask, what: str, said: str) -> None:
    with pytest.raises(SandboxCrash, match=said):
        ask({"do": what})


def test_a_crash_says_what_the_child_said_last(ask: Ask) -> None:
    with pytest.raises(SandboxCrash, match="ZeroDivisionError"):
        ask({"do": "raise"})


@on_linux
def test_memory_files_and_output_are_limited(ask: Ask) -> None:
    with pytest.raises(SandboxCrash, match="MemoryError"):
        ask({"do": "grow", "bytes": 1 << 30}, Limits(memory=512 << 20))
    with pytest.raises(SandboxCrash):
        ask({"do": "write", "bytes": 2 << 20}, Limits(file=1 << 20))
    with pytest.raises(SandboxCrash, match="Too many open files"):
        ask({"do": "open", "files": 100}, Limits(files=64))
    assert ask({"do": "grow", "bytes": 1 << 20}) == {"size": 1 << 20}


def test_a_childs_folder_goes_with_it(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


@on_linux
def test_a_warm_parent_is_forked_and_renewed(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what `ppid` says: the same for two files, another once it has had its number of children."""
    parents = [nursery.run({"do": "parent"}, reads=HERE)["parent"] for _ in range(2)]
    assert parents[0] == parents[1] != os.getpid()
    monkeypatch.setattr(sandbox_nursery, "MOST_CHILDREN", 1)
    assert nursery.run({"do": "parent"}, reads=HERE)["parent"] != parents[0]


@on_linux
def test_what_one_file_left_in_memory_the_next_does_not_meet(nursery: Nursery) -> None:
    assert nursery.run({"do": "remember", "what": "a stranger's words"}, reads=HERE) == {"before": None}
    assert nursery.run({"do": "remember", "what": "another's"}, reads=HERE) == {"before": None}


@on_linux
def test_a_child_ends_with_its_warm_parent(tmp_path: Path) -> None:
    parent = sandbox.start_nurse("tests.adapters.inside")
    assert parent.stdin is not None
    assert parent.stdout is not None
    with sandbox.furnish("tests.adapters.inside", {"do": "sleep"}, ROOMY, sandbox.Confinement(HERE), parent.pid) as folder:
        parent.stdin.write(f"{folder}\n".encode())
        child = int(parent.stdout.readline())
        parent.stdin.close()
        parent.stdout.close()
        assert parent.wait(5) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@on_linux
def test_a_warm_parent_that_was_killed_costs_no_file(nursery: Nursery) -> None:
    parent = nursery.run({"do": "parent"}, reads=HERE)["parent"]
    os.kill(parent, signal.SIGKILL)
    time.sleep(0.1)
    assert nursery.run({"do": "grow", "bytes": 1}, reads=HERE) == {"size": 1}
