"""Where recorded bytes live: one code path through obstore for a local disk, S3 and memory.

An object is written once under a key made by the server and never changed. `put` returns only when the object
is durable; until then nothing can be read under its key, whatever kills the process.

Two measured facts shape this file. obstore 0.12 writes a local file beside its name and renames it, but never
calls fsync: so a local store puts into `STAGING`, syncs, renames, and syncs the folders itself. And obstore's
runtime does not survive a fork: a process forked after the first use would hang for ever, so here it gets an error.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store
from obstore.store import MemoryStore as ObjectMemory

__all__ = ["MediaStore", "MemoryStore", "NotStored", "StoreError", "StoreFull", "open_store"]

CHUNK = 256 * 1024
"""Bytes per piece when reading: large enough to be cheap, small enough for many readers at once."""
STAGING = ".staging"
"""First folder of a key that is still being written on a local disk; never listed."""
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._=-]*(/[A-Za-z0-9_][A-Za-z0-9._=-]*)*")
_FULL = ("No space left", "os error 28", "quota exceeded", "QuotaExceeded", "os error 122", "StorageFull")
_used_by: dict[str, int] = {}

Data = bytes | IO[bytes] | Iterable[bytes]


class StoreError(Exception):
    """The store could not do it; trying again later may help."""


class StoreFull(StoreError):
    """There is no room left: nothing was stored."""


class NotStored(StoreError):
    """Nothing is held under this key."""


class MediaStore:
    """Immutable objects under server-made keys such as `uploads/3f/0000000000`. Safe to share between threads."""

    def __init__(self, store: ObjectStore, root: Path | None = None) -> None:
        """`root` is the folder of a local disk; None for anything reached over the network or held in memory."""
        self._store = store
        self._root = root

    def put(self, key: str, data: Data) -> int:
        """Store `data` under `key`, durable on return; an object already there is replaced whole.

        Returns the number of bytes stored. Raises StoreFull, StoreError, ValueError for a key not of our making.
        """
        counted = _Counted(data)
        with _errors(_checked(key)):
            if self._root is None:
                obstore.put(self._store, key, cast(Any, counted.body))
            else:
                self._put_on_disk(self._root, key, counted)
        return counted.size

    def open(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to but not including `end`, in pieces; empty when the range lies past the end.

        Raises NotStored before the first piece is asked for.
        """
        size = self.size(key)
        stop = size if end is None else min(end, size)
        if start >= stop:
            return iter(())
        with _errors(key):
            got = obstore.get(self._store, key, options={"range": (start, stop)})
        return self._pieces(key, got)

    def size(self, key: str) -> int:
        """Size in bytes. Raises NotStored."""
        with _errors(_checked(key)):
            return obstore.head(self._store, key)["size"]

    def exists(self, key: str) -> bool:
        """Whether something is held under `key`."""
        try:
            self.size(key)
        except NotStored:
            return False
        return True

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Every key below the folder `prefix`, in no order; what is still being written is not among them."""
        with _errors(prefix):
            for page in obstore.list(self._store, prefix=prefix.strip("/") or None):
                for found in page:
                    if not found["path"].startswith(STAGING + "/"):
                        yield found["path"]

    def delete(self, key: str) -> None:
        """Remove the object, durable on return; removing what is not there is no error."""
        with suppress(NotStored), _errors(_checked(key)):
            obstore.delete(self._store, key)
            if self._root is not None:
                _sync((self._root / key).parent)

    def free_bytes(self) -> int | None:
        """Bytes free for new objects; None where nobody can know (object storage)."""
        return None if self._root is None else shutil.disk_usage(self._root).free

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A file with the object's bytes, to read only: the real one on a local disk, else a copy removed after."""
        if self._root is not None:
            self.size(key)
            yield self._root / key
            return
        with tempfile.TemporaryDirectory(prefix="greenroom-") as folder:
            copy = Path(folder) / "object"
            with copy.open("wb") as out:
                out.writelines(self.open(key))
            yield copy

    def clear_staging(self, older_than: float = 86400) -> int:
        """Remove what killed writers left behind, once it is `older_than` seconds old. Returns how many."""
        removed = 0
        for left in self._root.glob(f"{STAGING}/*") if self._root else ():
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < time.time() - older_than:
                    left.unlink()
                    removed += 1
        return removed

    def _put_on_disk(self, root: Path, key: str, data: _Counted) -> None:
        """Write aside, sync, rename, sync the folders: a crash shows the whole object or none."""
        staged = f"{STAGING}/{uuid.uuid4().hex}"
        try:
            obstore.put(self._store, staged, cast(Any, data.body))
            _sync(root / staged)
            fresh = [folder for folder in (root / key).parents if folder.is_relative_to(root) and not folder.exists()]
            obstore.rename(self._store, staged, key)
        except BaseException:
            (root / staged).unlink(missing_ok=True)
            raise
        # A new folder is itself an entry in its parent, so the parents of new folders are synced as well.
        for folder in {(root / key).parent, *(new.parent for new in fresh)}:
            _sync(folder)

    def _pieces(self, key: str, got: obstore.GetResult) -> Iterator[bytes]:
        with _errors(key):
            for piece in got.stream(min_chunk_size=CHUNK):
                yield bytes(piece)


class MemoryStore(MediaStore):
    """The fake: the same code over a dictionary, gone with the process. `capacity` in bytes makes it run full."""

    def __init__(self, capacity: int | None = None) -> None:
        super().__init__(ObjectMemory())
        self._capacity = capacity

    def put(self, key: str, data: Data) -> int:
        body = data if isinstance(data, bytes) else b"".join(_Counted(data).body)
        free = self.free_bytes()
        if free is not None and len(body) > free:
            raise StoreFull(f"{key}: no room for {len(body)} bytes")
        return super().put(key, body)

    def free_bytes(self) -> int | None:
        if self._capacity is None:
            return None
        return self._capacity - sum(self.size(key) for key in self.keys())


def open_store(url: str) -> MediaStore:
    """The store a URL names.

    `file:///srv/greenroom/media` (made if missing), `memory:`, or
    `s3://bucket/prefix?endpoint=https://host&region=x`; further options are obstore's S3 names, credentials come
    from them or from AWS_* in the environment. Raises ValueError for any other URL.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        root = Path(unquote(parts.path))
        (root / STAGING).mkdir(parents=True, exist_ok=True)
        return MediaStore(LocalStore(root), root)
    if parts.scheme == "s3" and parts.netloc:
        return MediaStore(_s3(parts.netloc, unquote(parts.path), dict(parse_qsl(parts.query))))
    raise ValueError(f"not a media store: {parts.scheme}:… (expected file:///folder or s3://bucket/prefix)")


def _s3(bucket: str, path: str, options: dict[str, str]) -> S3Store:
    """Plain http is allowed only where the endpoint says so itself: a MinIO on the same machine."""
    plain = options.get("endpoint", "").startswith("http://")
    client: Any = {"timeout": "60s", "connect_timeout": "5s", "allow_http": plain}
    # A candidate's browser tries again by itself; a request that hangs for minutes helps nobody.
    patience: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
    prefix = path.strip("/") or None
    return S3Store(bucket, prefix=prefix, config=cast(Any, options), client_options=client, retry_config=patience)


class _Counted:
    """Data on its way in: bytes stay whole, a stream is cut into pieces; both are counted as they pass."""

    def __init__(self, data: Data) -> None:
        self.size = len(data) if isinstance(data, bytes) else 0
        self.body: Any = data if isinstance(data, bytes) else self._count(data)

    def _count(self, data: IO[bytes] | Iterable[bytes]) -> Iterator[bytes]:
        read = getattr(data, "read", None)
        pieces: Iterable[bytes] = iter(lambda: read(CHUNK), b"") if read else data
        for piece in pieces:
            self.size += len(piece)
            yield piece


def _checked(key: str) -> str:
    """The key itself, if it is one we could have made: no `..`, no hidden name, no leading or doubled slash."""
    if len(key) > 512 or not _KEY.fullmatch(key):
        raise ValueError(f"not a key of ours: {key[:80]!r}")
    return key


@contextmanager
def _errors(key: str) -> Iterator[None]:
    """Turn what obstore and the system raise into our own errors."""
    _refuse_after_fork()
    try:
        yield
    except FileNotFoundError as missing:
        raise NotStored(key) from missing
    except (BaseError, OSError) as failed:
        kind = StoreFull if any(sign in str(failed) for sign in _FULL) else StoreError
        raise kind(f"{key}: {failed}") from failed


def _refuse_after_fork() -> None:
    """Remember the first process that used obstore, and raise in one forked from it: there every call hangs."""
    if _used_by.setdefault("pid", os.getpid()) != os.getpid():
        raise StoreError("a store was used before this process was forked; use it only after the fork")


def _sync(path: Path) -> None:
    """Force a file's bytes, or a folder's entries, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
