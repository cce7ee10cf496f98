"""Files made to hurt: fuzzed, cut, renamed, nested, bombs, playlists and polyglots. The same for the same seed."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Iterator

from tests.adapters.recordings import record, tone

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63000100000500010d0a2db40000000049454e44ae426082"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HLS = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n"
CONCAT = b"ffconcat version 1.0\nfile /etc/passwd\n"
DASH = b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>file:///etc/</BaseURL></MPD>'
SDP = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"


def box(name: bytes, *contents: bytes) -> bytes:
    """One box of an MP4."""
    body = b"".join(contents)
    return struct.pack(">I", 8 + len(body)) + name + body


def _far_reference() -> bytes:
    """An MP4 whose samples lie in another file, named by path and by URL."""
    alias = box(b"dref", b"\0\0\0\0\0\0\0\2", box(b"url ", b"\0\0\0\0file:///etc/passwd\0"), box(b"alis", b"\0\0\0\0/etc/passwd\0"))
    plain = record(1, tone(1), kind="mp4", codecs=("libx264", "aac"), live=False)
    at = plain.index(b"dref") - 4
    size = struct.unpack(">I", plain[at : at + 4])[0]
    return plain[:at] + alias[:size].ljust(size, b"\0") + plain[at + size :]


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"\0" * 5_000_000)
    return packed.getvalue()


def _nested(depth: int) -> bytes:
    """Boxes in boxes, deeper than any parser should follow."""
    inner = b""
    for _ in range(depth):
        inner = box(b"moov", inner)
    return box(b"ftyp", b"isom\0\0\0\0isom") + inner


def _huge_picture() -> bytes:
    """A live WebM that claims a picture of 65,535 by 65,535 points."""
    plain = bytearray(record(1, tone(1), size=(320, 240), codecs=("libvpx", "libopus")))
    for name in (b"\xb0\x82", b"\xba\x82"):
        at = plain.index(name)
        plain[at + 2 : at + 4] = b"\xff\xff"
    return bytes(plain)


def _far_timestamps() -> bytes:
    """A WebM whose second cluster begins three hundred years later."""
    plain = bytearray(record(2, tone(2)))
    at = plain.index(b"\xe7", plain.index(b"\x1f\x43\xb6\x75"))
    length = plain[at + 1] & 0x7F
    plain[at + 2 : at + 2 + length] = b"\xff" * length
    return bytes(plain)


def crafted() -> Iterator[tuple[str, bytes]]:
    """The named attacks."""
    webm, mp4 = record(2, tone(2)), record(2, tone(2), kind="mp4", codecs=("libx264", "aac"))
    yield from {"playlist": HLS, "concat list": CONCAT, "dash": DASH, "session description": SDP, "png": PNG, "svg": SVG}.items()
    yield from {"zip": _zip(), "one byte": b"\x1a", "zeros": b"\0" * 100_000, "text": b"hello\n" * 1000, "html": b"<html>" * 100}.items()
    yield "avif brand", box(b"ftyp", b"avif\0\0\0\0avif") + mp4
    yield "playlist in a webm's clothes", b"\x1aE\xdf\xa3\x84webm" + HLS
    yield "playlist in an mp4's clothes", box(b"ftyp", b"isom\0\0\0\0isom") + HLS
    yield "playlist in a wav's clothes", b"RIFF\xff\xff\xff\xffWAVE" + HLS
    yield "playlist before a webm", HLS + webm
    yield "png before a webm", PNG + webm
    yield "webm then mp4", webm + mp4
    yield "mp4 then zip", mp4 + _zip()
    yield "far reference", _far_reference()
    yield "nested boxes", _nested(5000)
    yield "huge picture", _huge_picture()
    yield "far timestamps", _far_timestamps()
    yield "endless box", box(b"ftyp", b"isom\0\0\0\0isom") + struct.pack(">I", 1) + b"moov" + b"\xff" * 64
    yield "million samples", _many_samples()
    yield "ogg of nothing", b"OggS" + b"\0" * 5000
    yield "wav of 9 GB", b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\x10\0data\xff\xff\xff\xff"


def _many_samples() -> bytes:
    """An MP4 that claims two thousand million samples in a table of a few bytes."""
    plain = bytearray(record(1, tone(1), kind="mp4", codecs=("libx264", "aac"), live=False))
    at = plain.index(b"stsz")
    plain[at + 8 : at + 16] = struct.pack(">II", 1, 2_000_000_000)
    return bytes(plain)


def fuzzed(count: int, seed: int = 11) -> Iterator[tuple[str, bytes]]:
    """`count` real recordings damaged by chance: bytes changed, pieces cut out, doubled, moved or cut off."""
    chance = random.Random(seed)
    whole = {
        "webm": record(2, tone(2)),
        "mp4": record(2, tone(2), kind="mp4", codecs=("libx264", "aac")),
        "plain mp4": record(2, tone(2), kind="mp4", codecs=("libx264", "aac"), live=False),
        "ogg": record(2, tone(2), size=None, kind="ogg"),
        "wav": record(2, tone(2), size=None, kind="wav", codecs=("", "pcm_s16le"), live=False),
    }
    for number in range(count):
        kind = chance.choice(list(whole))
        how = chance.choice([_change, _change, _change_head, _cut_out, _double, _cut_off, _swap])
        yield f"{number:03} {kind} {how.__name__.strip('_')}", how(bytearray(whole[kind]), chance)


def _change(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.choice([1, 10, 100, 1000])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _change_head(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.choice([1, 5, 20])):
        data[chance.randrange(min(len(data), 1500))] = chance.choice([0, 1, 127, 128, 255])
    return bytes(data)


def _cut_out(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice([1, 100, 5000])]
    return bytes(data)


def _double(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return bytes(data[:at] + data[max(0, at - 3000) :])


def _cut_off(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(1, len(data))])


def _swap(data: bytearray, chance: random.Random) -> bytes:
    a, b = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    return bytes(data[:a] + data[b:] + data[a:b])
