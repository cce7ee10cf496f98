"""What happens to a recording inside the sandbox: open, copy or encode, look, listen. Started by `media.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from adapters import media_encode, media_picture
from adapters.media_remux import Copied, Refused, Take, container_for, copy, open_takes, pick, voice
from adapters.media_sound import RATE, Meter, timeline

NO_SOUND = -60.0
"""Loudest tenth of a second, in dB, at or below which nothing was recorded: an unplugged or muted microphone."""
QUIET = -36.0
"""Integrated loudness in LUFS below which a listener reaches for the volume (speech is usually near -23)."""
PEAKS_PER_SECOND = 10.0
PEAKS = 2000


@dataclass
class _Made:
    path: Path
    kind: str
    copied: Copied
    reencoded: bool


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Prepare one recording; the answer has the fields of `media.Prepared`, files as names inside `out`."""
    av.logging.set_level(av.logging.PANIC)
    limits, folder = request["limits"], Path(request["out"])
    try:
        with open_takes(request["takes"]) as takes:
            return _prepare(takes, folder, limits)
    except Refused as refused:
        return {"refused": str(refused)}
    except (av.error.FFmpegError, ValueError, OverflowError) as broken:
        return _unreadable(f"{type(broken).__name__}: {broken}")


def _prepare(takes: Sequence[Take], folder: Path, limits: dict[str, Any]) -> dict[str, Any]:
    if not takes:
        return _unreadable("there is no picture and no sound in it")
    large = [t for t in takes if t.video and t.video.width * t.video.height > limits["max_pixels"]]
    if large:
        return _unreadable(f"the picture is too large: {large[0].video.width}x{large[0].video.height}")
    made = _make(takes, folder, limits)
    if not made.copied.packets:
        made.path.unlink(missing_ok=True)
        return _unreadable("nothing in it could be read")
    answer = _facts(takes, made) | _listen(made.path, limits)
    answer |= _see(made.path, folder, answer["duration"], limits)
    if answer["has_video"] and answer["has_sound"]:
        answer["voice"] = voice(made.path, folder, made.kind)
    if not answer["has_video"] and not answer["has_sound"]:
        made.path.unlink(missing_ok=True)
        return _unreadable("nothing in it could be decoded")
    answer["playback_type"] = _media_type(made.kind, answer["has_video"])
    return answer


def _make(takes: Sequence[Take], folder: Path, limits: dict[str, Any]) -> _Made:
    """The playback file: a copy where a browser can play one, else a rendition."""
    kind = container_for(takes)
    if kind is not None:
        path, copied = copy(takes, folder, kind, limits["max_seconds"])
        return _Made(path, kind, copied, reencoded=False)
    path, copied = media_encode.encode(takes, folder, limits["max_seconds"], limits["max_pixels"])
    return _Made(path, "mp4", copied, reencoded=True)


def _facts(takes: Sequence[Take], made: _Made) -> dict[str, Any]:
    video = next((take.video for take in takes if take.video), None)
    codecs = [name for kind in ("video", "audio") if (name := next((c for t in takes if (c := t.codec(kind))), ""))]
    return {
        "playback": made.path.name,
        "container": made.kind,
        "codecs": codecs,
        "duration": round(made.copied.duration, 3),
        "width": video.width if video else 0,
        "height": video.height if video else 0,
        "truncated": made.copied.broken,
        "over_length": made.copied.over_length,
        "reencoded": made.reencoded,
    }


def _listen(path: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """Loudness, waveform and silences of the playback file; a recording without a sound track has no sound."""
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        _, audio = pick(container)
        meter = _measured(container, audio, limits["max_seconds"]) if audio is not None else None
    if meter is None or not meter.duration:
        return {"has_sound": False, "no_sound": True}
    peaks, per_second = meter.peaks(PEAKS_PER_SECOND, PEAKS)
    mute = meter.loudest() <= NO_SOUND
    return {
        "has_sound": True,
        "peaks": peaks,
        "peaks_per_second": per_second,
        "loudness": None if meter.loudness is None else round(meter.loudness, 1),
        "silences": meter.silences(),
        "no_sound": mute,
        "quiet": not mute and (meter.loudness is None or meter.loudness < QUIET),
    }


def _measured(container: Any, audio: Any, most: float) -> Meter:
    layout = "mono" if audio.channels == 1 else "stereo"
    meter = Meter(1 if layout == "mono" else 2)
    for piece in timeline(container, audio, RATE, layout, most):
        meter.add(piece)
    meter.finish()
    return meter


def _see(path: Path, folder: Path, duration: float, limits: dict[str, Any]) -> dict[str, Any]:
    """Poster and darkness of the playback file."""
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        has_stream = pick(container)[0] is not None
    if not has_stream:
        return {"has_video": False}
    poster = folder / "poster.jpg"
    seen, black = media_picture.look(path, poster, duration, limits["max_pixels"])
    return {"has_video": seen, "black_picture": black, "poster": poster.name if seen else None}


def _media_type(kind: str, has_video: bool) -> str:
    return f"{'video' if has_video and kind != 'wav' else 'audio'}/{kind}"


def _unreadable(reason: str) -> dict[str, Any]:
    return {"unreadable": True, "reason": reason}
