"""The loader and the frame's files as they travel: minified, packed, tagged, and known by a version that changes with any of them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from adapters.minify import minify

ROOM: Final = Path(__file__).parent
FRAME: Final = ROOM / "frame"
LOADER: Final = ROOM / "embed.js"
TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@dataclass(frozen=True)
class Served:
    """One file: its bytes plain and packed, its media type, a tag that changes with its bytes."""

    plain: bytes
    packed: bytes
    kind: str
    tag: str


def find(name: str) -> Served | None:
    """The frame's file of that name; None for anything that is not the frame's, or not for browsers."""
    path = FRAME / name
    if path.suffix not in TYPES or not path.resolve().is_relative_to(FRAME) or not path.is_file():
        return None
    return read(path)


def read(path: Path) -> Served:
    """A script or style sheet as it travels; read again when it changes."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _read(path: Path, _changed: int) -> Served:
    plain = minify(path.read_text(), path.suffix).encode()
    return Served(plain, pack(plain), TYPES[path.suffix], hashlib.sha256(plain).hexdigest()[:16])


def languages() -> list[str]:
    """The languages the frame speaks: one file of words each."""
    return sorted(path.stem for path in (FRAME / "words").glob("*.js"))


def pack(plain: bytes) -> bytes:
    """gzip, the same bytes each time."""
    return gzip.compress(plain, 9, mtime=0)


def version() -> str:
    """Changes with any file of the frame; stands in every address, so that browsers may keep a file for ever."""
    return _version(tuple((str(path), path.stat().st_mtime_ns) for path in sorted(FRAME.rglob("*")) if path.suffix in TYPES))


@lru_cache(maxsize=4)
def _version(files: tuple[tuple[str, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _ in files:
        digest.update(read(Path(path)).plain)
    return digest.hexdigest()[:12]
