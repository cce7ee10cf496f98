"""Takes in, one seekable file out, without re-encoding. Runs only inside the sandbox.

A browser's recording has no duration and no index, and a reload splits an answer into several whole containers.
Here their packets are written one after another into a new file, each take shifted to begin where the last ended.
Nothing but picture and sound is carried over: no title, place, date, attachment or data track.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from adapters.media_bytes import PartsFile, heads, is_cut_short, sniff

__all__ = ["Copied", "Refused", "Take", "container_for", "copy", "open_takes", "origin", "pick"]

_WEBM = {"vp8", "vp9", "av1"}, {"opus", "vorbis"}
_MP4 = {"h264", "av1", "vp9"}, {"aac", "opus", "mp3"}
_WAV = {"pcm_s16le", "pcm_u8"}
_SUFFIX = {"webm": "webm", "mp4": "mp4", "wav": "wav"}
_OPTIONS = {
    "webm": {"cues_to_front": "1", "fflags": "+bitexact"},
    "mp4": {"movflags": "+faststart", "fflags": "+bitexact"},
    "wav": {"fflags": "+bitexact"},
}
_BAD_PACKETS = 200
"""Packets in a row that the output may refuse before the copy is given up."""


class Refused(Exception):
    """Not a recording of a kind we accept."""


@dataclass
class Take:
    """One container opened for reading, with the picture and the sound chosen from it (at most one of each)."""

    container: Any
    kind: str
    cut_short: bool
    video: Any = None
    audio: Any = None

    @property
    def streams(self) -> list[Any]:
        return [stream for stream in (self.video, self.audio) if stream is not None]

    def codec(self, kind: str) -> str:
        """Name of the codec of the picture (`video`) or the sound (`audio`), empty where there is none."""
        stream = getattr(self, kind)
        return "" if stream is None else str(stream.codec_context.codec.canonical_name)


@dataclass
class Copied:
    """What became of the packets: seconds written, whether the source broke off, whether the length limit cut it."""

    duration: float = 0.0
    broken: bool = False
    over_length: bool = False
    packets: int = 0


@dataclass
class _Track:
    """One output stream and how far it has been written. Times in ticks of `base`, the clock of the current take."""

    out: Any
    base: Fraction
    last: int | None = None
    step: int = 1
    shift: int = 0
    second: float = 0.0
    """One tick in seconds; kept as a number, because reckoning in fractions for every packet is what takes the time."""

    def begin(self, base: Fraction, shift: float) -> None:
        """Begin a take whose packets count in `base` and are to be moved by `shift` seconds."""
        if self.last is not None:
            self.last = round(self.last * self.base / base)
        self.base, self.step, self.shift, self.second = base, 1, round(shift / base), float(base)


@contextmanager
def open_takes(takes: Sequence[Sequence[Path]]) -> Iterator[list[Take]]:
    """Open every container that has anything to play. Raises Refused when a file is not a recording we accept."""
    with ExitStack() as stack:
        opened = [take for parts in takes for take in _open_all(stack, [Path(part) for part in parts])]
        yield [take for take in opened if take is not None]


def _open_all(stack: ExitStack, parts: Sequence[Path]) -> list[Take | None]:
    """The containers of one upload: usually one, more where a recorder went on after a reload."""
    with PartsFile(parts) as whole:
        kind = sniff(whole.read(4096))
        if kind is None:
            raise Refused("not a WebM, MP4, Ogg or WAV recording")
        begins = heads(whole, kind)
    return [_open(stack, PartsFile(parts, start, stop), kind) for start, stop in zip(begins, [*begins[1:], None], strict=True)]


def _open(stack: ExitStack, file: PartsFile, kind: str) -> Take | None:
    """None for a file of the right kind that cannot be read at all."""
    stack.callback(file.close)
    cut = is_cut_short(file, kind)
    try:
        container = av.open(
            file, format=kind, options={"protocol_whitelist": "", "format_whitelist": _demuxer(kind)},
            metadata_errors="replace", buffer_size=1 << 18,
        )  # fmt: skip
    except (av.error.FFmpegError, ValueError, OSError):
        return None
    stack.callback(container.close)
    take = Take(container, kind, cut)
    take.video, take.audio = pick(container)
    return take if take.streams else None


def _demuxer(kind: str) -> str:
    """The full name of the demuxer, as its white list wants it."""
    names = {"matroska": "matroska,webm", "mov": "mov,mp4,m4a,3gp,3g2,mj2"}
    return names.get(kind, kind)


def pick(container: Any) -> tuple[Any, Any]:
    """The picture and the sound of a container; a still picture such as cover art is no picture."""
    still = av.stream.Disposition.attached_pic
    videos = [s for s in container.streams.video if _is_known(s) and not s.disposition & still]
    audios = [s for s in container.streams.audio if _is_known(s)]
    return (videos or [None])[0], (audios or [None])[0]


def _is_known(stream: Any) -> bool:
    """A stream whose codec this build has no decoder for, or that never said its size or rate, cannot be played."""
    context = stream.codec_context
    if context is None:
        return False
    return bool(context.width and context.height) if stream.type == "video" else bool(context.sample_rate)


def origin(container: Any) -> float:
    """The moment that becomes zero, in the file's own seconds: its earliest packet.

    A few milliseconds below zero are the encoder's run-in, which players drop; they do not move the clock.
    """
    start = (container.start_time or 0) / 1_000_000
    return 0.0 if -0.1 < start < 0 else float(start)


def container_for(takes: Sequence[Take]) -> str | None:
    """The container that browsers play these codecs in without re-encoding, or None."""
    first = takes[0]
    if not all(_is_alike(first, take) for take in takes):
        return None
    video, audio = first.codec("video"), first.codec("audio")
    fits = {
        "webm": video in {*_WEBM[0], ""} and audio in {*_WEBM[1], ""},
        "mp4": video in {*_MP4[0], ""} and audio in {*_MP4[1], ""} and _is_common_h264(first),
        "wav": not video and audio in _WAV,
    }
    order = ["webm", "mp4", "wav"] if first.kind in ("matroska", "ogg") else ["mp4", "webm", "wav"]
    return next((name for name in order if fits[name]), None)


def _is_alike(one: Take, other: Take) -> bool:
    """Whether packets of both can stand in one stream: same codecs, and the same set-up where a codec needs one."""
    for kind in ("video", "audio"):
        a, b = getattr(one, kind), getattr(other, kind)
        if a is None or b is None:
            continue
        if one.codec(kind) != other.codec(kind):
            return False
        needs_same_setup = one.codec(kind) in ("h264", "aac", "vorbis", "av1")
        if needs_same_setup and a.codec_context.extradata != b.codec_context.extradata:
            return False
        if kind == "audio" and (a.sample_rate, a.channels) != (b.sample_rate, b.channels):
            return False
    return True


def _is_common_h264(take: Take) -> bool:
    """Browsers play eight bits at half colour; cameras that record more need a rendition."""
    return take.codec("video") != "h264" or take.video.codec_context.pix_fmt in ("yuv420p", "yuvj420p")


def copy(takes: Sequence[Take], folder: Path, kind: str, most: float) -> tuple[Path, Copied]:
    """Write the takes as one seekable file of `kind`, at most `most` seconds long. Raises what av raises."""
    path = folder / f"playback.{_SUFFIX[kind]}"
    done = Copied(broken=any(take.cut_short for take in takes))
    with av.open(str(path), "w", format=kind, options=_OPTIONS[kind]) as out:
        tracks = _tracks(out, takes)
        for take in takes:
            _copy_take(take, out, tracks, done, most)
    return path, done


def voice(playback: Path, folder: Path, kind: str) -> str | None:
    """Write the sound of a seekable file alone. Returns the new file's name; None when this sound cannot stand alone."""
    path = folder / f"voice.{_SUFFIX[kind]}"
    try:
        with (
            av.open(str(playback), options={"protocol_whitelist": "file"}) as source,
            av.open(str(path), "w", format=kind, options=_OPTIONS[kind]) as out,
        ):
            sound = source.streams.audio[0]
            stream = out.add_stream_from_template(sound, opaque=True)
            for packet in source.demux(sound):
                if packet.dts is not None:
                    packet.stream = stream
                    out.mux(packet)
    except (av.error.FFmpegError, ValueError):
        path.unlink(missing_ok=True)
        return None
    return path.name


def _tracks(out: Any, takes: Sequence[Take]) -> dict[str, _Track]:
    """One output stream per kind of stream that any take has, made after the first that has it."""
    tracks: dict[str, _Track] = {}
    for kind in ("video", "audio"):
        source = next((s for take in takes if (s := getattr(take, kind)) is not None), None)
        if source is not None:
            stream = out.add_stream_from_template(source, opaque=True)
            stream.metadata.clear()
            tracks[kind] = _Track(stream, source.time_base)
    return tracks


def _copy_take(take: Take, out: Any, tracks: dict[str, _Track], done: Copied, most: float) -> None:
    shift = done.duration - origin(take.container)
    for stream in take.streams:
        tracks[stream.type].begin(stream.time_base, shift)
    waits_for_key = take.video is not None
    refused = 0
    for packet in _packets(take, done):
        kind = packet.stream.type
        if kind == "video" and waits_for_key:
            # Without the frame it builds on, a picture decodes to smears.
            if not packet.is_keyframe:
                continue
            waits_for_key = False
        end = _place(packet, tracks[kind])
        if end > most:
            done.over_length = True
            continue
        packet.stream = tracks[kind].out
        try:
            out.mux(packet)
        except (av.error.FFmpegError, ValueError):
            refused += 1
            if refused > _BAD_PACKETS:
                raise
            continue
        refused = 0
        done.packets += 1
        done.duration = max(done.duration, end)


def _packets(take: Take, done: Copied) -> Iterator[Any]:
    """The take's packets in file order; stops, and says so, where the file can no longer be read."""
    packets = take.container.demux(*take.streams)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.FFmpegError, OSError):
            done.broken = True
            return
        if packet.is_corrupt:
            done.broken = True
        elif packet.size and (packet.dts is not None or packet.pts is not None):
            yield packet


def _place(packet: Any, track: _Track) -> float:
    """Move a packet onto the output's clock, forwards only. Returns where it ends, in seconds.

    A hole stays a hole (the other stream ran on meanwhile); a step back is pulled up to where the stream already is.
    """
    given, shown = packet.dts, packet.pts
    dts = (shown if given is None else given) + track.shift
    pts = dts if shown is None else shown + track.shift
    if track.last is not None:
        pulled = max(0, track.last + 1 - dts)
        dts, pts = dts + pulled, pts + pulled
        track.step = track.step if pulled else max(1, dts - track.last)
    packet.dts, packet.pts = dts, max(pts, dts)
    track.last = dts
    length = packet.duration or min(track.step, 1 / track.second)
    return float((max(pts, dts) + length) * track.second)
