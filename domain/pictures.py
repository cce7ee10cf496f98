"""What a picture is and how large it unpacks, read from its head alone: nothing of a stranger's picture is ever decoded here."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8\xff"
# Start-of-frame markers; C4, C8 and CC in the same range mean something else.
FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


class Picture(NamedTuple):
    """Its media type and its size in points; 0 where the head does not say."""

    kind: str
    width: int
    height: int


def look(data: bytes) -> Picture | None:
    """A PNG, JPEG or WebP picture; None for anything else. Its name and what a browser calls it do not count."""
    if data.startswith(PNG):
        return Picture("image/png", *_pair(">II", data, 16))
    if data.startswith(JPEG):
        return Picture("image/jpeg", *_jpeg(data))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Picture("image/webp", *_webp(data))
    return None


def _pair(form: str, data: bytes, at: int) -> tuple[int, int]:
    """Two numbers at a place; zeros where the file ends before."""
    if len(data) < at + struct.calcsize(form):
        return 0, 0
    first, second = struct.unpack_from(form, data, at)
    return int(first), int(second)


def _jpeg(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in FRAMES:
            height, width = _pair(">HH", data, at + 5)
            return width, height
        # Fill bytes stand before a marker; every other segment says its own length.
        at += 1 if marker == 0xFF else 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return 0, 0


def _webp(data: bytes) -> tuple[int, int]:
    if data[12:16] == b"VP8X":
        head = data[24:30]
        return (int.from_bytes(head[:3], "little") + 1, int.from_bytes(head[3:], "little") + 1) if len(head) == 6 else (0, 0)
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = _pair("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF
