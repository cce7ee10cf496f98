"""The picture of a recording: a poster, and whether anything was seen at all. Runs only inside the sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

POSTER_WIDTH = 640
POSTER_AT = 1.0
"""Seconds into the recording where the poster is looked for first: earlier, many cameras still adjust."""
_LOOK_AT = 8
"""How many moments are looked at to call a recording black."""
_EARLY_FRAMES = 150
_BUDGET = 3.0
"""Seconds of decoding for the poster; a slow file gets the best frame found until then."""


def look(path: Path, poster: Path, duration: float, max_pixels: int) -> tuple[bool, bool]:
    """Write a JPEG `poster` of the seekable file at `path`. Returns (a picture was decoded, all of it was black)."""
    until = time.monotonic() + _BUDGET
    best: VideoFrame | None = None
    for frame in _candidates(path, duration, max_pixels, until):
        best = best or frame
        if not is_black(frame):
            _write_jpeg(frame, poster)
            return True, False
    if best is None:
        return False, False
    _write_jpeg(best, poster)
    return True, True


def _candidates(path: Path, duration: float, max_pixels: int, until: float) -> Iterator[VideoFrame]:
    """Frames worth a poster: from one second on, then key frames spread over the recording, then the very first."""
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = {"max_pixels": str(max_pixels)}
        stream.codec_context.thread_count = 1
        early = list(_early(container, stream, until))
        if early and early[-1].time is not None and early[-1].time >= min(POSTER_AT, duration / 2):
            yield early[-1]
        stream.codec_context.skip_frame = "NONKEY"
        for look_at in np.linspace(0, max(0.0, duration), _LOOK_AT, endpoint=False)[1:]:
            if time.monotonic() > until:
                break
            yield from _frame_near(container, stream, float(look_at))
        yield from early


def _early(container: Any, stream: Any, until: float) -> Iterator[VideoFrame]:
    """The first frame and the first one at POSTER_AT or later, holding no more than two of them."""
    newest: VideoFrame | None = None
    for count, frame in enumerate(_decoded(container, stream)):
        if count == 0:
            yield frame
        newest = frame
        late = frame.time is not None and frame.time >= POSTER_AT
        if late or count >= _EARLY_FRAMES or time.monotonic() > until:
            break
    if newest is not None:
        yield newest


def _frame_near(container: Any, stream: Any, at: float) -> Iterator[VideoFrame]:
    try:
        container.seek(int(at * 1_000_000))
    except av.error.FFmpegError:
        return
    for frame in _decoded(container, stream):
        yield frame
        return


def _decoded(container: Any, stream: Any) -> Iterator[VideoFrame]:
    """Frames in order; a damaged one costs only itself, a file that ends badly just ends."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            continue


def is_black(frame: VideoFrame) -> bool:
    """Whether nothing can be seen: almost every point is as dark as a covered lens."""
    small = frame.reformat(width=64, height=64, format="gray").to_ndarray()
    return float(np.percentile(small, 98)) < 32


def _write_jpeg(frame: VideoFrame, poster: Path) -> None:
    """Encode one frame, turned the way it is meant to be seen, at most POSTER_WIDTH wide."""
    width, height = _fitted(frame.width, frame.height)
    picture = frame.reformat(width=width, height=height, format="yuvj420p", dst_color_range="JPEG")
    turned = _turned(picture, frame.rotation)
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = turned.width, turned.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"flags": "+bitexact", "qmin": "3", "qmax": "6"}
    turned.pts = 0
    packets = [*encoder.encode(turned), *encoder.encode(None)]
    poster.write_bytes(b"".join(bytes(packet) for packet in packets))


def _turned(picture: VideoFrame, rotation: int) -> VideoFrame:
    """Phones record sideways and say so beside the picture; a JPEG has to be turned in truth."""
    if rotation % 360 == 0 or rotation % 90:
        return picture
    rgb = picture.to_ndarray(format="rgb24")
    upright: Any = np.ascontiguousarray(np.rot90(rgb, rotation // 90))
    return VideoFrame.from_ndarray(upright, format="rgb24").reformat(format="yuvj420p", dst_color_range="JPEG")


def _fitted(width: int, height: int) -> tuple[int, int]:
    """The size that fits POSTER_WIDTH both ways, even as the encoder wants it."""
    scale = min(1.0, POSTER_WIDTH / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
