"""Sound on the picture's clock: decode, fill what is missing, measure.

A browser under load loses pieces of sound and leaves holes in the timestamps (0.07 to 1.7 s in 20 s were measured).
Decoding without filling them makes the sound shorter than the picture, and every word after a hole comes too early.
Runs only inside the sandbox.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph

RATE = 48_000
"""Samples per second for measuring; EBU R128 is defined at this rate."""
SLACK = 0.015
"""Seconds a timestamp may be off before it counts as a hole or an overlap: WebM rounds to a millisecond."""
RUN_UP = 0.5
"""Seconds a decoder is given to find its feet before the first sample that is wanted."""
_STEP = 0.01
_SILENCE = 0.7
"""Shortest silence worth drawing, in seconds."""

Samples = np.ndarray[Any, np.dtype[np.float32]]


def timeline(container: Any, stream: Any, rate: int, layout: str, most: float, start: float = 0.0) -> Iterator[Samples]:
    """The stream's samples from `start` seconds after the file's first moment on, float32 in -1..1, holes filled.

    Shape (channels, n). Ends quietly at `most` seconds or where the file can no longer be decoded. What lies well before
    `start` is passed over undecoded.
    """
    origin = float((container.start_time or 0) / 1_000_000)
    channels = {"mono": 1, "stereo": 2}[layout]
    resampler = AudioResampler(format="fltp", layout=layout, rate=rate)
    at = round(start * rate)
    for frame in _frames(container, stream, origin + start - RUN_UP):
        wanted = at if frame.time is None else round((float(frame.time) - origin) * rate)
        hole = wanted - at
        if hole > SLACK * rate:
            for gap in _zeros(channels, min(wanted, round(most * rate)) - at):
                at += gap.shape[1]
                yield gap
        skip = -hole if -hole > SLACK * rate else 0
        for piece in _resampled(resampler, frame):
            kept = piece[:, skip:]
            skip = max(0, skip - piece.shape[1])
            if at + kept.shape[1] > most * rate:
                return
            at += kept.shape[1]
            yield kept


def _frames(container: Any, stream: Any, start: float) -> Iterator[AudioFrame]:
    """Every frame that can be decoded of the packets from `start` on (the file's own seconds); a damaged packet costs only itself."""
    packets = container.demux(stream)
    beat = float(stream.time_base)  # a fraction compared with a number for each of fifty packets a second is slow
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        if packet.pts is not None and packet.pts * beat < start:
            continue
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            continue


def _resampled(resampler: AudioResampler, frame: AudioFrame) -> Iterator[Samples]:
    # The resampler refuses frames whose timestamps jump; the clock is kept here, so it needs none.
    frame.pts = None
    for out in resampler.resample(frame):
        yield cast(Samples, out.to_ndarray())


def _zeros(channels: int, count: int) -> Iterator[Samples]:
    """Silence in pieces of at most ten seconds, so that a hole of hours needs no hours of memory."""
    while count > 0:
        size = min(count, 10 * RATE)
        yield np.zeros((channels, size), dtype=np.float32)
        count -= size


class Meter:
    """Measures sound as it passes: level over time, silence, integrated loudness."""

    def __init__(self, channels: int) -> None:
        self._graph = Graph()
        source = self._graph.add_abuffer(sample_rate=RATE, format="fltp", layout={1: "mono", 2: "stereo"}[channels])
        meter = self._graph.add("ebur128", "metadata=1")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self._layout = {1: "mono", 2: "stereo"}[channels]
        self._waiting: list[Samples] = []
        self._held = 0
        self._pts = 0
        self._peaks: list[Samples] = []
        self._powers: list[Samples] = []
        self.loudness: float | None = None
        """Integrated loudness so far in LUFS (EBU R128), None while everything was below the gate."""

    def add(self, piece: Samples) -> None:
        """Take the next samples, shape (channels, n)."""
        self._waiting.append(piece)
        self._held += piece.shape[1]
        if self._held >= RATE:
            self._measure(whole_steps_only=True)

    def finish(self) -> None:
        """Measure what is left."""
        self._measure(whole_steps_only=False)

    @property
    def duration(self) -> float:
        """Seconds measured."""
        return float(sum(len(peak) for peak in self._peaks)) * _STEP

    def peaks(self, per_second: float, most: int) -> tuple[list[int], float]:
        """The waveform as at most `most` numbers 0..100, and how many of them stand for one second."""
        steps = self._joined(self._peaks)
        if not len(steps):
            return [], per_second
        group = max(1, round(1 / (per_second * _STEP)), math.ceil(len(steps) / most))
        padded = np.pad(steps, (0, -len(steps) % group)).reshape(-1, group).max(axis=1)
        return [int(value) for value in np.rint(np.clip(padded, 0, 1) * 100)], 1 / (group * _STEP)

    def loudest(self) -> float:
        """The level of the loudest tenth of a second in dB below full scale; -inf for digital silence."""
        powers = self._joined(self._powers)
        if not len(powers):
            return -math.inf
        group = np.pad(powers, (0, -len(powers) % 10)).reshape(-1, 10).mean(axis=1)
        top = float(group.max())
        return 10 * math.log10(top) if top > 0 else -math.inf

    def silences(self) -> list[tuple[float, float]]:
        """Stretches without sound, (start, end) in seconds, against the recording's own level."""
        powers = self._joined(self._powers)
        if not len(powers):
            return []
        levels = 10 * np.log10(np.maximum(powers, 1e-12))
        floor = float(np.clip(np.percentile(levels, 95) - 30, -60, -35))
        quiet = np.concatenate(([False], levels < floor, [False]))
        edges = np.flatnonzero(quiet[1:] != quiet[:-1]).reshape(-1, 2)
        return [(round(a * _STEP, 2), round(b * _STEP, 2)) for a, b in edges.tolist() if (b - a) * _STEP >= _SILENCE]

    def _joined(self, pieces: list[Samples]) -> Samples:
        return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)

    def _measure(self, whole_steps_only: bool) -> None:
        if not self._waiting:
            return
        block = np.concatenate(self._waiting, axis=1)
        step = int(RATE * _STEP)
        usable = block.shape[1] // step * step if whole_steps_only else block.shape[1]
        self._waiting = [block[:, usable:]]
        self._held = block.shape[1] - usable
        block = block[:, :usable]
        if not block.shape[1]:
            return
        self._weigh(block)
        padded = np.pad(block, ((0, 0), (0, -block.shape[1] % step))).reshape(block.shape[0], -1, step)
        self._peaks.append(np.abs(padded).max(axis=(0, 2)))
        self._powers.append(np.square(padded).mean(axis=(0, 2)))

    def _weigh(self, block: Samples) -> None:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=self._layout)
        frame.sample_rate = RATE
        frame.pts = self._pts
        self._pts += block.shape[1]
        self._graph.push(frame)
        while True:
            try:
                measured = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            said = float(measured.metadata.get("lavfi.r128.I", "-inf"))
            # The filter says -70 while nothing has passed its gate.
            self.loudness = said if said > -70 else None
