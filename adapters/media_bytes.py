"""The bytes of a recording before any decoder sees them: parts read as one file, what they really are, are they whole.

The declared type of an upload is never asked. Only four families of container are let through; everything that can
name other files (playlists, concat lists, DASH), still pictures and raw streams are not among them.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["PartsFile", "is_cut_short", "sniff"]

_IMAGE_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"jpeg", b"crx "}
_MP4_STARTS = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"pnot"}
_UNKNOWN = -1


class PartsFile(io.RawIOBase):
    """The byte parts of one upload, read as the one file they are. Reads only; nothing is copied."""

    def __init__(self, parts: Sequence[Path]) -> None:
        super().__init__()
        self._files = [part.open("rb", buffering=0) for part in parts]
        self._ends: list[int] = []
        for file in self._files:
            self._ends.append((self._ends[-1] if self._ends else 0) + file.seek(0, io.SEEK_END))
        self.size = self._ends[-1] if self._ends else 0
        self._at = 0

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
        for file in self._files:
            file.close()
        super().close()

    def _read_some(self, wanted: int) -> bytes:
        start = 0
        for file, end in zip(self._files, self._ends, strict=True):
            if self._at < end:
                file.seek(self._at - start)
                piece = file.read(min(wanted, end - self._at)) or b""
                self._at += len(piece)
                return piece
            start = end
        return b""


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
