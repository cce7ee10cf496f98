"""A recording made fit to watch: one seekable file, a poster, the shape of its sound, and what is wrong with it.

The bytes come from strangers. Everything that opens them runs in the sandbox (`media_child.py`, PyAV, no ffmpeg
program); this side imports nothing heavy, so a web node can import it.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from adapters import sandbox
from adapters.sandbox_nursery import Nursery

__all__ = ["MediaLimits", "MediaRefused", "MediaTimeout", "Prepared", "fake_prepare", "prepare"]

_NURSERY = Nursery("adapters.media_child")
PLAYBACK_TYPES = {"webm": "video/webm", "mp4": "video/mp4", "wav": "audio/wav"}


class MediaRefused(Exception):
    """Not a recording of a kind or size we accept; the text says which rule, in words a reviewer can read."""


class MediaTimeout(Exception):
    """Preparing took longer than allowed; a hostile file, or a machine under too much load."""


@dataclass(frozen=True)
class MediaLimits:
    """What one recording may cost. Seconds, bytes, points of a picture."""

    max_seconds: float = 3 * 3600.0
    max_pixels: int = 4096 * 2304
    max_bytes: int = 4 << 30
    wall: float = 300.0
    cpu: int = 240
    memory: int = 2 << 30


@dataclass(frozen=True)
class Prepared:
    """What became of a recording. Times in seconds from its first moment.

    `unreadable` means there is nothing to play and `reason` says why; every other flag leaves a `playback` file.
    `voice`: the sound of a video alone, to be heard without seeing.
    `reencoded`: browsers cannot play the original, so the playback file is a rendition. `truncated`: the
    recording breaks off, also where a later part goes on. `over_length`: the playback
    file ends at the limit, the original has more. `peaks`: loudness of the waveform 0..100, `peaks_per_second` of
    them for each second. `loudness`: integrated, in LUFS (EBU R128), None for silence. `silences`: (start, end).
    """

    playback: Path | None = None
    playback_type: str = ""
    voice: Path | None = None
    poster: Path | None = None
    container: str = ""
    codecs: tuple[str, ...] = ()
    duration: float = 0.0
    width: int = 0
    height: int = 0
    has_video: bool = False
    has_sound: bool = False
    peaks: tuple[int, ...] = ()
    peaks_per_second: float = 10.0
    loudness: float | None = None
    silences: tuple[tuple[float, float], ...] = ()
    no_sound: bool = False
    quiet: bool = False
    black_picture: bool = False
    truncated: bool = False
    over_length: bool = False
    unreadable: bool = False
    reencoded: bool = False
    reason: str = ""


def prepare(takes: Sequence[Sequence[Path]], out_dir: Path, limits: MediaLimits = MediaLimits()) -> Prepared:
    """Make the files a reviewer needs in `out_dir` and say what the recording is.

    `takes` has one entry per recorded container, in order; each entry is the list of that container's byte parts,
    in order. Usually one container in a few parts; after a reload there are two containers, which are joined.

    A damaged file comes back as `Prepared(unreadable=True, reason=…)`. Raises MediaRefused for what is no recording,
    MediaTimeout when the time limit was reached; nothing else because of what the bytes say.
    """
    whole = [[Path(part) for part in parts] for parts in takes]
    _check_size(whole, limits)
    request: dict[str, Any] = {
        "takes": [[str(part.resolve()) for part in parts] for parts in whole],
        "out": str(out_dir.resolve()),
        "limits": asdict(limits),
    }
    box = sandbox.Limits(wall=limits.wall, cpu=limits.cpu, memory=limits.memory, file=limits.max_bytes)
    every_part = [part for parts in whole for part in parts]
    try:
        answer = _NURSERY.run(request, box, reads=every_part, writes=[out_dir])
    except sandbox.SandboxTimeout as late:
        raise MediaTimeout(str(late)) from late
    except sandbox.SandboxCrash as crash:
        return Prepared(unreadable=True, reason=f"the decoder gave up ({crash})")
    if "refused" in answer:
        raise MediaRefused(str(answer["refused"]))
    return _prepared(answer, out_dir)


def _check_size(takes: Sequence[Sequence[Path]], limits: MediaLimits) -> None:
    size = sum(part.stat().st_size for parts in takes for part in parts)
    if not size:
        raise MediaRefused("the recording is empty")
    if size > limits.max_bytes:
        raise MediaRefused(f"the recording has {size} bytes, more than {limits.max_bytes}")


def _prepared(answer: dict[str, Any], out_dir: Path) -> Prepared:
    """The child's answer as a value. It read hostile bytes: names, types and files are checked here once more."""
    known = {field.name for field in fields(Prepared)}
    try:
        values = {name: value for name, value in answer.items() if name in known}
        values["codecs"] = tuple(str(codec) for codec in values.get("codecs", ()))
        values["peaks"] = tuple(int(peak) for peak in values.get("peaks", ()))
        values["silences"] = tuple((float(a), float(b)) for a, b in values.get("silences", ()))
        for name in ("playback", "voice", "poster"):
            values[name] = _own_file(out_dir, values.get(name))
        return Prepared(**values)
    except (TypeError, ValueError) as nonsense:
        return Prepared(unreadable=True, reason=f"the decoder answered nonsense ({nonsense})")


def _own_file(out_dir: Path, name: object) -> Path | None:
    """A file the child made, straight inside `out_dir` and no link to anywhere else."""
    if not name:
        return None
    path = out_dir / Path(str(name)).name
    if path.is_symlink() or not path.is_file():
        raise ValueError(f"no file {path.name}")
    return path


def fake_prepare(takes: Sequence[Sequence[Path]], out_dir: Path, _limits: MediaLimits = MediaLimits(), **changes: Any) -> Prepared:
    """The fake: copies the bytes as they are and claims a short, healthy WebM; `changes` replace what it claims."""
    playback, poster = out_dir / "playback.webm", out_dir / "poster.jpg"
    with playback.open("wb") as out:
        for part in (part for parts in takes for part in parts):
            with Path(part).open("rb") as piece:
                shutil.copyfileobj(piece, out)
    poster.write_bytes(b"\xff\xd8\xff\xd9")
    claimed = Prepared(
        playback=playback, playback_type="video/webm", poster=poster, container="webm", codecs=("vp9", "opus"),
        duration=10.0, width=640, height=480, has_video=True, has_sound=True, peaks=(50,) * 100, loudness=-20.0,
    )  # fmt: skip
    return replace(claimed, **changes)
