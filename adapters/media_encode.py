"""A rendition for the few originals that browsers cannot play (HEVC from a phone, takes of different codecs).

H.264 and AAC in MP4, at most 1280 points on the long side. Runs only inside the sandbox.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame

from adapters.media_remux import Copied, Take, origin
from adapters.media_sound import timeline

LONG_SIDE = 1280
_RATE = 48_000
_CLOCK = Fraction(1, 90_000)
Piece = tuple[float, str, Any]
"""(seconds on the output's clock, "video" or "audio", a frame or samples)."""


def encode(takes: Sequence[Take], folder: Path, most: float, max_pixels: int) -> tuple[Path, Copied]:
    """Encode the takes one after another into one seekable MP4. Raises what av raises."""
    path = folder / "playback.mp4"
    done = Copied(broken=any(take.cut_short for take in takes))
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as out:
        writers = _writers(out, takes)
        for take in takes:
            _encode_take(take, writers, done, most, max_pixels)
        for writer in writers.values():
            writer.finish()
    return path, done


def _encode_take(take: Take, writers: dict[str, Any], done: Copied, most: float, max_pixels: int) -> None:
    begin = done.duration
    for at, kind, payload in _pieces(take, most, max_pixels):
        if begin + at > most:
            done.over_length = True
            return
        done.duration = max(done.duration, writers[kind].write(begin + at, payload))
        done.packets += 1


def _pieces(take: Take, most: float, max_pixels: int) -> Iterator[Piece]:
    """Picture and sound of a take by time. Sound is read first and whole: one file cannot be read in two places."""
    sound: list[Piece] = []
    if take.audio is not None:
        at = 0
        for samples in timeline(take.container, take.audio, _RATE, "stereo", most):
            sound.append((at / _RATE, "audio", (samples * 32767).clip(-32768, 32767).astype(np.int16)))
            at += samples.shape[1]
        take.container.seek(0)
    yield from heapq.merge(_pictures(take, max_pixels), sound, key=lambda piece: piece[0])


def _pictures(take: Take, max_pixels: int) -> Iterator[Piece]:
    if take.video is None:
        return
    take.video.codec_context.options = {"max_pixels": str(max_pixels)}
    start = origin(take.container)
    packets = take.container.demux(take.video)
    while True:
        try:
            frames = next(packets).decode()
        except av.error.EOFError:
            return
        except (StopIteration, av.error.FFmpegError):
            return
        for frame in frames:
            if frame.time is not None:
                yield max(0.0, frame.time - start), "video", frame


class _Pictures:
    """Scales and encodes frames."""

    def __init__(self, out: Any, source: Any) -> None:
        scale = min(1.0, LONG_SIDE / max(source.width, source.height))
        self._out = out
        self._stream = out.add_stream("libx264", rate=30, options={"preset": "veryfast", "crf": "24"})
        self._stream.width = max(2, int(source.width * scale / 2) * 2)
        self._stream.height = max(2, int(source.height * scale / 2) * 2)
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = _CLOCK
        self._stream.codec_context.gop_size = 60
        self._stream.codec_context.thread_count = 1
        self._last = -1

    def write(self, at: float, frame: Any) -> float:
        """Encode one frame shown at `at`. Returns the time it lasts to, a thirtieth of a second on."""
        picture = frame.reformat(width=self._stream.width, height=self._stream.height, format="yuv420p")
        picture.pict_type = 0
        picture.time_base = _CLOCK
        picture.pts = self._last = max(self._last + 1, round(at / _CLOCK))
        self._out.mux(self._stream.encode(picture))
        return at + 1 / 30

    def finish(self) -> None:
        self._out.mux(self._stream.encode(None))


class _Sound:
    """Encodes samples, with silence where a take before had less sound than picture."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._stream = out.add_stream("aac", rate=_RATE, options={"b": "96k"})
        self._stream.layout = "stereo"
        self._at = 0

    def write(self, at: float, samples: Any) -> float:
        """Encode samples heard from `at`. Returns the time they last to."""
        missing = round(at * _RATE) - self._at
        if missing > 0:
            self._encode(np.zeros((2, missing), dtype=np.int16))
        self._encode(samples)
        return self._at / _RATE

    def finish(self) -> None:
        self._out.mux(self._stream.encode(None))

    def _encode(self, samples: Any) -> None:
        packed = np.ascontiguousarray(samples.T.reshape(1, -1))
        frame = AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
        frame.sample_rate = _RATE
        frame.pts = self._at
        frame.time_base = Fraction(1, _RATE)
        self._at += samples.shape[1]
        self._out.mux(self._stream.encode(frame))


def _writers(out: Any, takes: Sequence[Take]) -> dict[str, Any]:
    writers: dict[str, Any] = {}
    picture = next((take.video for take in takes if take.video), None)
    if picture is not None:
        writers["video"] = _Pictures(out, picture)
    if any(take.audio for take in takes):
        writers["audio"] = _Sound(out)
    return writers
