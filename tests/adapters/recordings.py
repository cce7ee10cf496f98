"""Recordings made at test time: live WebM as a browser writes it, fragmented MP4, and the ways they go wrong."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

RATE = 48_000
Tone = Callable[[Any], Any]


class Pipe(io.RawIOBase):
    """A place to write that cannot go back, like a browser's recorder: no duration, no index."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, piece: Any) -> int:
        self.data += bytes(piece)
        return len(piece)


def tone(seconds: float, level: float = 0.25, pitch: float = 997.0) -> Any:
    """A sine as mono float samples."""
    return (np.sin(2 * np.pi * pitch * np.arange(int(seconds * RATE)) / RATE) * level).astype(np.float32)


def picture(at: float, size: tuple[int, int], black: bool = False) -> VideoFrame:
    """A frame that moves and differs in every corner; black when asked."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width]
    shade = np.zeros((height, width)) if black else 60 + 120 * ((columns + at * 80) % width) / width
    rgb = np.stack([shade, shade * (rows / height), np.full_like(shade, 0 if black else 90)], axis=-1)
    return VideoFrame.from_ndarray(rgb.astype(np.uint8), format="rgb24")


def record(
    seconds: float = 3.0,
    sound: Any | None = None,
    size: tuple[int, int] | None = (320, 240),
    kind: str = "webm",
    codecs: tuple[str, str] = ("libvpx-vp9", "libopus"),
    **extra: Any,
) -> bytes:
    """One recording. `sound`: mono float samples, None for no sound track. `extra`: black, rate, start, live, holes."""
    live = extra.get("live", True)
    target: Any = Pipe() if live else io.BytesIO()
    options = {"webm": {"live": "1"}, "mp4": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}}
    out = av.open(target, "w", format=kind, options=options.get(kind, {}) if live else {})
    out.metadata.update(extra.get("metadata", {}))
    video = _video_stream(out, codecs[0], size, extra.get("rate", 15)) if size else None
    audio = _audio_stream(out, codecs[1]) if sound is not None else None
    pieces = _pictures(seconds, size, extra) if size else []
    chunks = _chunks(sound, extra) if sound is not None else []
    for _at, what in sorted([*pieces, *chunks], key=lambda piece: piece[0]):
        stream: Any = video if isinstance(what, VideoFrame) else audio
        out.mux(stream.encode(what))
    for last in (video, audio):
        if last is not None:
            out.mux(last.encode(None))
    out.close()
    return bytes(target.data) if live else target.getvalue()


def _video_stream(out: Any, codec: str, size: tuple[int, int], rate: int) -> Any:
    options = {"libvpx": {"deadline": "realtime", "cpu-used": "8"}, "libx264": {"preset": "ultrafast", "bf": "0"}}
    options["libvpx-vp9"] = {"deadline": "realtime", "cpu-used": "8"}
    stream = out.add_stream(codec, rate=rate, options=options.get(codec, {}))
    stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuv420p"
    stream.codec_context.time_base = Fraction(1, 1000)
    stream.codec_context.gop_size = rate
    return stream


def _audio_stream(out: Any, codec: str) -> Any:
    stream = out.add_stream(codec, rate=RATE)
    stream.layout = "mono"
    return stream


def _pictures(seconds: float, size: tuple[int, int], extra: dict[str, Any]) -> list[tuple[float, VideoFrame]]:
    made = []
    rate, start = extra.get("rate", 15), extra.get("start", 0.0)
    for number in range(int(seconds * rate)):
        at = number / rate
        frame = picture(at, size, extra.get("black", False)).reformat(format="yuv420p")
        frame.pts, frame.time_base = round((start + at) * 1000), Fraction(1, 1000)
        made.append((at, frame))
    return made


def _chunks(sound: Any, extra: dict[str, Any]) -> list[tuple[float, AudioFrame]]:
    """Sound in 20 ms frames; `holes` is a list of (from, to) seconds left out, as a busy browser does."""
    made = []
    start = extra.get("start", 0.0)
    for first in range(0, len(sound) - 959, 960):
        at = first / RATE
        if any(a <= at < b for a, b in extra.get("holes", ())):
            continue
        frame = AudioFrame.from_ndarray(sound[first : first + 960].reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, first + round(start * RATE), Fraction(1, RATE)
        made.append((at, frame))
    return made


def speech(text: str, folder: Path, voice: str = "en-us", pace: int = 160) -> Any:
    """`text` spoken by espeak-ng, as mono float samples at 48 kHz."""
    wav = folder / "speech.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(pace), "-w", str(wav), text], check=True)
    with av.open(str(wav)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        pieces = [out.to_ndarray()[0] for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate(pieces).astype(np.float32)
