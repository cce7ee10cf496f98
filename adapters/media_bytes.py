"""The bytes of a recording before any decoder sees them: parts read as one file, what they really are, are they whole.

The declared type of an upload is never asked. Only four families of container are let through; everything that can
name other files (playlists, concat lists, DASH), still pictures and raw streams are not among them.
"""

from __future__ import annotations

import io
import re
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

__all__ = ["PartsFile", "heads", "is_cut_short", "sniff"]

_IMAGE_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"jpeg", b"crx "}
_MP4_STARTS = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"pnot"}
_HEADS = {"matroska": re.compile(rb"\x1aE\xdf\xa3.{4,50}?(?:webm|matroska)", re.S), "mov": re.compile(rb"\0\0\0[\x10-\x40]ftyp")}
_LONGEST_HEAD, _PIECE = 64, 1 << 20
_MOST_CONTAINERS = 50
"""Nobody reloads the page more often in one answer."""


class PartsFile(io.RawIOBase):
    """The byte parts of one upload, read as the one file they are. Reads only; nothing is copied.

    One part is open at a time: a long answer comes in more parts than a process may have files.
    """

    def __init__(self, parts: Sequence[Path], start: int = 0, stop: int | None = None) -> None:
        """Only the bytes from `start` to `stop` where these are given: they are then the whole file."""
        super().__init__()
        self._parts = list(parts)
        self._ends = list(accumulate(part.stat().st_size for part in parts))
        whole = self._ends[-1] if self._ends else 0
        self._start = start
        self.size = (whole if stop is None else min(stop, whole)) - start
        self._at = 0
        self._open: tuple[int, io.FileIO] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        wanted = self.size - self._at if size < 0 else min(size, self.size - self._at)
        pieces: list[bytes] = []
        while wanted > 0:
            piece = self._read_some(wanted)
            if not piece:
                break
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        if self._open:
            self._open[1].close()
        super().close()

    def _read_some(self, wanted: int) -> bytes:
        at = self._start + self._at
        number = bisect_right(self._ends, at)
        file = self._part(number)
        file.seek(at - (self._ends[number - 1] if number else 0))
        piece = file.read(min(wanted, self._ends[number] - at)) or b""
        self._at += len(piece)
        return piece

    def _part(self, number: int) -> io.FileIO:
        if self._open and self._open[0] == number:
            return self._open[1]
        if self._open:
            self._open[1].close()
        self._open = number, io.FileIO(self._parts[number])
        return self._open[1]


def sniff(head: bytes) -> str | None:
    """The name of the one demuxer that may read a file beginning with `head` (64 bytes or more), or None."""
    if head[:4] == b"\x1aE\xdf\xa3":
        return "matroska" if b"webm" in head[:64] or b"matroska" in head[:64] else None
    if head[4:8] in _MP4_STARTS:
        return None if head[4:8] == b"ftyp" and head[8:12] in _IMAGE_BRANDS else "mov"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    return None


def is_cut_short(file: PartsFile, container: str) -> bool:
    """Whether the file promises more bytes than it has. A cut exactly between two elements cannot be seen."""
    try:
        checks = {"matroska": _matroska_cut, "mov": _mov_cut, "ogg": _ogg_cut, "wav": _wav_cut}
        return checks[container](file)
    except (struct.error, IndexError):
        return True
    finally:
        file.seek(0)


def heads(file: PartsFile, container: str) -> list[int]:
    """Where containers begin in the file: 0, and every place where a recorder started anew after a reload.

    Read as one file, all but the first would be lost. Looked for byte by byte: what was cut by the reload says nothing
    of its own length.
    """
    pattern = _HEADS.get(container)
    found = {0}
    at, tail = 0, b""
    file.seek(0)
    while pattern and (piece := file.read(_PIECE)):
        block = tail + piece
        found.update(at - len(tail) + match.start() for match in pattern.finditer(block))
        at, tail = at + len(piece), block[-_LONGEST_HEAD:]
    file.seek(0)
    return sorted(found)[:_MOST_CONTAINERS]


def _mov_cut(file: PartsFile) -> bool:
    at = 0
    while at < file.size:
        file.seek(at)
        head = file.read(16)
        size = struct.unpack(">I", head[:4])[0]
        if size == 1:
            size = struct.unpack(">Q", head[8:16])[0]
        if size == 0:
            return False
        if size < 8 or at + size > file.size:
            return True
        at += size
    return False


def _wav_cut(file: PartsFile) -> bool:
    at = 12
    while at + 8 <= file.size:
        file.seek(at)
        name, size = struct.unpack("<4sI", file.read(8))
        # A recorder that could not go back to fill in the length wrote nothing or all ones.
        if name == b"data":
            return size not in (0, 0xFFFFFFFF) and at + 8 + size > file.size
        at += 8 + size + size % 2
    return True


def _ogg_cut(file: PartsFile) -> bool:
    """A whole Ogg stream ends with a page that says it is the last."""
    file.seek(max(0, file.size - 65_536))
    tail = file.read()
    last = tail.rfind(b"OggS")
    if last < 0 or last + 27 > len(tail):
        return True
    lacing = tail[last + 27 : last + 27 + tail[last + 26]]
    return last + 27 + len(lacing) + sum(lacing) > len(tail) or not tail[last + 5] & 4


# Elements of Matroska whose size may be unknown and whose children we walk: Segment and Cluster.
_OPEN = {0x18538067, 0x1F43B675}


def _matroska_cut(file: PartsFile) -> bool:
    return any(end > file.size for end in _element_ends(file))


def _element_ends(file: PartsFile) -> Iterator[int]:
    """Where each element says it ends: top level, and inside Segment and Cluster. Jumps over the contents."""
    at = 0
    while at < file.size:
        file.seek(at)
        head = file.read(12)
        name_length = _vint_length(head[0], 4)
        size_length = _vint_length(head[name_length], 8)
        name = int.from_bytes(head[:name_length], "big")
        size = int.from_bytes(head[name_length : name_length + size_length], "big") & ((1 << 7 * size_length) - 1)
        if len(head) < name_length + size_length:
            yield file.size + 1
            return
        at += name_length + size_length
        if size == (1 << 7 * size_length) - 1:
            continue
        yield at + size
        if name not in _OPEN:
            at += size


def _vint_length(first: int, most: int) -> int:
    """How many bytes a Matroska number takes, told by its first byte. Raises IndexError for garbage."""
    length = 9 - first.bit_length()
    if length > most:
        raise IndexError("not a Matroska element")
    return length
