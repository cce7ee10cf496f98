"""The media store: durable, whole or not at all, the same on a disk, in memory and on S3."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.storage import STAGING, MediaStore, MemoryStore, NotStored, StoreError, StoreFull, open_store
from tests.adapters.s3 import FakeS3


@pytest.fixture
def s3() -> Iterator[FakeS3]:
    with FakeS3() as server:
        yield server


@pytest.fixture(params=["file", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, s3: FakeS3) -> MediaStore:
    urls = {"file": f"file://{tmp_path}/media", "memory": "memory:", "s3": s3.url("bucket/some/prefix")}
    return open_store(urls[request.param])


def test_what_was_put_is_read_back(store: MediaStore) -> None:
    assert store.put("uploads/a/0000", b"hello") == 5
    assert b"".join(store.open("uploads/a/0000")) == b"hello"
    assert store.size("uploads/a/0000") == 5


@pytest.mark.parametrize(("start", "end", "wanted"), [(0, 3, b"012"), (7, None, b"789"), (3, 99, b"3456789"), (10, None, b""), (4, 4, b"")])
def test_a_range_is_read_without_the_rest(store: MediaStore, start: int, end: int | None, wanted: bytes) -> None:
    store.put("a/b", b"0123456789")
    assert b"".join(store.open("a/b", start, end)) == wanted


def test_a_file_and_an_iterable_are_stored_whole(store: MediaStore) -> None:
    big = os.urandom(7_000_000)
    assert store.put("big", io.BytesIO(big)) == len(big)
    assert store.put("pieces", (big[at : at + 1000] for at in range(0, 5000, 1000))) == 5000
    assert b"".join(store.open("big")) == big
    assert b"".join(store.open("pieces")) == big[:5000]


def test_an_empty_object_is_an_object(store: MediaStore) -> None:
    store.put("empty", iter(()))
    assert store.exists("empty")
    assert b"".join(store.open("empty")) == b""


def test_putting_again_replaces_the_whole_object(store: MediaStore) -> None:
    store.put("a", b"long before")
    store.put("a", b"short")
    assert b"".join(store.open("a")) == b"short"


def test_a_missing_object_is_not_stored(store: MediaStore) -> None:
    assert not store.exists("nothing")
    for ask in (store.size, store.open):
        with pytest.raises(NotStored):
            ask("nothing")


def test_deleting_is_final_and_may_be_repeated(store: MediaStore) -> None:
    store.put("a/b", b"1")
    store.delete("a/b")
    store.delete("a/b")
    assert not store.exists("a/b")


def test_keys_are_listed_by_folder(store: MediaStore) -> None:
    for key in ("a/1", "a/2", "ab/3", "c"):
        store.put(key, b"x")
    assert sorted(store.keys("a")) == ["a/1", "a/2"]
    assert sorted(store.keys()) == ["a/1", "a/2", "ab/3", "c"]


def test_a_local_path_has_the_bytes_while_it_is_open(store: MediaStore) -> None:
    store.put("a/b", b"film")
    with store.local_path("a/b") as path:
        assert path.read_bytes() == b"film"
    with pytest.raises(NotStored), store.local_path("a/c"):
        pass


@pytest.mark.parametrize("key", ["../x", "/etc/x", "a//b", "a/../b", ".staging/x", "", "a b", "a/.h", "a/", "x" * 600, "a\nb", "a/b\n"])
def test_it_refuses_a_key_it_could_not_have_made(store: MediaStore, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        store.put(key, b"x")
    with pytest.raises(ValueError, match="not a key"):
        store.open(key)


def test_a_source_that_breaks_leaves_no_object(store: MediaStore, tmp_path: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"x" * 6_000_000
        raise ConnectionResetError("the candidate went away")

    with pytest.raises((StoreError, ConnectionResetError)):
        store.put("a/b", breaking())
    assert not store.exists("a/b")
    assert list((tmp_path / "media" / STAGING).glob("*")) == []


def test_bytes_and_folder_entries_are_synced_before_put_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(f"file://{tmp_path}/media")
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(str(Path(f"/proc/self/fd/{handle}").readlink())))
    store.put("new/folder/object", b"x" * 100)
    root = str(tmp_path / "media")
    assert STAGING in synced[0], "the bytes come first, before the object has its name"
    assert {root, f"{root}/new", f"{root}/new/folder"} <= set(synced[1:])


_KILLED = """
import sys; sys.path.insert(0, {root!r})
from adapters.storage import open_store
store = open_store("file://{folder}")
def slowly():
    while True:
        yield b"x" * 1_000_000
        print("more", flush=True)
store.put("a/b", slowly())
"""


def test_a_killed_writer_leaves_nothing_under_the_key(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[2])
    code = _KILLED.format(root=root, folder=tmp_path)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for _ in range(12):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    store = open_store(f"file://{tmp_path}")
    assert not store.exists("a/b")
    assert list(store.keys()) == []


def test_leftovers_of_killed_writers_are_cleared_when_old(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}")
    old, young = tmp_path / STAGING / "old", tmp_path / STAGING / "young"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (time.time() - 90000,) * 2)
    assert store.clear_staging() == 1
    assert young.exists()
    assert not old.exists()


def test_a_full_disk_says_so(tmp_path: Path) -> None:
    disk = tmp_path / "small"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)], capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        store = open_store(f"file://{disk}")
        store.put("a", b"x" * 100_000)
        with pytest.raises(StoreFull):
            store.put("b", b"x" * 3_000_000)
        assert list(store.keys()) == ["a"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_the_fake_runs_full_too() -> None:
    store = MemoryStore(capacity=10)
    store.put("a", b"1234567")
    assert store.free_bytes() == 3
    with pytest.raises(StoreFull):
        store.put("b", iter([b"12", b"34"]))


def test_free_space_is_known_on_a_disk_only(tmp_path: Path, s3: FakeS3) -> None:
    free = open_store(f"file://{tmp_path}").free_bytes()
    assert free is not None
    assert free > 0
    assert open_store(s3.url("bucket")).free_bytes() is None


def test_an_unreachable_store_is_an_error_of_ours() -> None:
    store = open_store("s3://bucket?endpoint=http://127.0.0.1:1&region=x&access_key_id=a&secret_access_key=b&skip_signature=true")
    with pytest.raises(StoreError):
        store.put("a", b"x")


@pytest.mark.parametrize("url", ["http://host/x", "file://host/x", "s3:///x", "/just/a/path", "file:relative"])
def test_it_refuses_a_url_that_names_no_store(url: str) -> None:
    with pytest.raises(ValueError, match="not a media store"):
        open_store(url)


_FORKED = """
import os, sys; sys.path.insert(0, {root!r})
from adapters.storage import StoreError, open_store
store = open_store("file://{folder}")
store.put("a", b"1")
if os.fork() == 0:
    try:
        store.size("a")
    except StoreError:
        os._exit(7)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_process_forked_after_first_use_gets_an_error_instead_of_hanging(tmp_path: Path) -> None:
    code = _FORKED.format(root=str(Path(__file__).parents[2]), folder=tmp_path)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout.strip() == "7"
