"""The loader and the frame's files as they travel: minified, packed, tagged, and known by a version that changes with any of them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from adapters.minify import minify
from widget import modules

ROOM: Final = Path(__file__).parent
FRAME: Final = ROOM / "frame"
LOADER: Final = ROOM / "embed.js"
MAIN: Final = FRAME / "main.js"
STYLE: Final = FRAME / "frame.css"
TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json"}

Stamps = tuple[tuple[Path, int], ...]  # files, and when each last changed


@dataclass(frozen=True)
class Served:
    """One file: its bytes plain and packed, its media type, a tag that changes with its bytes."""

    plain: bytes
    packed: bytes
    kind: str
    tag: str


def find(name: str) -> Served | None:
    """A language's words, `words/<language>.json`; None for anything else."""
    folder, _, file = name.partition("/")
    language = file.removesuffix(".json")
    return words(language) if folder == "words" and file.endswith(".json") and language in languages() else None


def words(language: str) -> Served:
    """The words of a language the frame speaks."""
    return read(FRAME / "words" / f"{language}.json")


def script() -> Served:
    """Every module of the frame as one script."""
    return _script(_stamps(sorted(FRAME.rglob("*.js"))))


@lru_cache(maxsize=4)
def _script(_changed: Stamps) -> Served:
    return _served(modules.join(modules.in_order(MAIN)), ".js")


def read(path: Path) -> Served:
    """The loader, the style sheet or words as they travel; read again when they change."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _read(path: Path, _changed: int) -> Served:
    return _served(path.read_text(), path.suffix)


def _served(text: str, suffix: str) -> Served:
    plain = minify(text, suffix).encode()
    return Served(plain, pack(plain), TYPES[suffix], hashlib.sha256(plain).hexdigest()[:16])


def languages() -> list[str]:
    """The languages the frame speaks: one file of words each."""
    return sorted(path.stem for path in (FRAME / "words").glob("*.json"))


def pack(plain: bytes) -> bytes:
    """gzip, the same bytes each time."""
    return gzip.compress(plain, 9, mtime=0)


def version() -> str:
    """Changes with any file of the frame; stands in every address, so that browsers may keep a file for ever."""
    return _version(_stamps(path for path in sorted(FRAME.rglob("*")) if path.suffix in TYPES))


def _stamps(paths: Iterable[Path]) -> Stamps:
    return tuple((path, path.stat().st_mtime_ns) for path in paths)


@lru_cache(maxsize=4)
def _version(stamps: Stamps) -> str:
    digest = hashlib.sha256()
    for path, _ in stamps:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
