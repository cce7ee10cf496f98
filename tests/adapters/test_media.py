"""Preparing a recording: seekable, in step, stripped, and honest about what is wrong with it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from adapters.media import MediaLimits, MediaRefused, MediaTimeout, Prepared, fake_prepare, prepare
from tests.adapters.recordings import RATE, record, tone

Preparer = Callable[..., Prepared]
H264: dict[str, Any] = {"kind": "mp4", "codecs": ("libx264", "aac")}


@pytest.fixture
def make(tmp_path: Path) -> Preparer:
    """Store each take as two byte parts, as uploads are, and prepare them."""

    def prepared(*takes: bytes, limits: MediaLimits | None = None) -> Prepared:
        parts = []
        for number, take in enumerate(takes):
            pair = [tmp_path / f"{number}-a", tmp_path / f"{number}-b"]
            pair[0].write_bytes(take[: len(take) // 3])
            pair[1].write_bytes(take[len(take) // 3 :])
            parts.append(pair)
        out = tmp_path / "out"
        out.mkdir()
        return prepare(parts, out, limits or MediaLimits())

    return prepared


def probe(done: Prepared) -> dict[str, Any]:
    """What a player learns from the playback file before it plays."""
    assert done.playback is not None
    with av.open(str(done.playback)) as container:
        return {
            "duration": (container.duration or 0) / 1e6,
            "tags": dict(container.metadata) | {k: v for s in container.streams for k, v in s.metadata.items()},
            "streams": [s.type for s in container.streams],
            "video": [float(f.time or 0) for f in container.decode(video=0)] if container.streams.video else [],
        }


def heard(done: Prepared) -> Any:
    """Loudness of the sound in each tenth of a second, placed by its own timestamps."""
    levels = np.zeros(int(done.duration * 10) + 5)
    with av.open(str(done.playback)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in container.decode(audio=0):
            at = float(frame.time or 0)
            for out in resampler.resample(frame):
                levels[int(at * 10 + 0.05)] = max(levels[int(at * 10 + 0.05)], float(np.abs(out.to_ndarray()).max()))
    return levels


def is_seekable(path: Path) -> bool:
    """Whether the index stands where a browser finds it at once: before the pictures and sounds."""
    data = path.read_bytes()
    if path.suffix == ".mp4":
        return 0 < data.find(b"moov") < data.find(b"mdat")
    return 0 < data.find(b"\x1c\x53\xbb\x6b") < data.find(b"\x1f\x43\xb6\x75")


@pytest.mark.parametrize("kind", [{}, H264])
def test_the_voice_can_be_heard_without_the_picture(make: Preparer, kind: dict[str, Any]) -> None:
    done = make(record(3, tone(3), **kind))
    assert done.voice is not None
    assert is_seekable(done.voice)
    with av.open(str(done.voice)) as container:
        assert [stream.type for stream in container.streams] == ["audio"]
        assert (container.duration or 0) / 1e6 == pytest.approx(done.duration, abs=0.2)
    assert done.playback is not None
    assert done.voice.stat().st_size < done.playback.stat().st_size


def test_what_has_no_picture_needs_no_voice_of_its_own(make: Preparer) -> None:
    assert make(record(2, tone(2), size=None)).voice is None


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_a_browsers_webm_gets_a_duration_and_an_index_without_re_encoding(make: Preparer, codec: str) -> None:
    done = make(record(3, tone(3), codecs=(codec, "libopus")))
    assert done.playback_type == "video/webm"
    assert is_seekable(done.playback or Path())
    assert probe(done)["duration"] == pytest.approx(3, abs=0.1)
    assert not done.reencoded
    assert (done.width, done.height, done.has_video, done.has_sound) == (320, 240, True, True)


def test_a_fragmented_mp4_gets_its_index_in_front(make: Preparer) -> None:
    done = make(record(3, tone(3), **H264))
    assert (done.playback_type, done.reencoded, done.codecs) == ("video/mp4", False, ("h264", "aac"))
    assert is_seekable(done.playback or Path())
    assert b"moof" not in (done.playback or Path()).read_bytes()


def test_a_player_can_jump_into_the_middle(make: Preparer) -> None:
    done = make(record(6, tone(6)))
    with av.open(str(done.playback)) as container:
        container.seek(4_000_000)
        assert 3.0 <= float(next(container.decode(video=0)).time or 0) <= 4.1


def test_the_same_pictures_come_out_that_went_in(make: Preparer, tmp_path: Path) -> None:
    take = record(2, tone(2))
    (tmp_path / "original.webm").write_bytes(take)
    done = make(take)
    with av.open(str(tmp_path / "original.webm")) as before, av.open(str(done.playback)) as after:
        assert [bytes(p) for p in before.demux(video=0) if p.size] == [bytes(p) for p in after.demux(video=0) if p.size]


@pytest.mark.parametrize("kind", [{}, H264])
def test_takes_split_by_a_reload_become_one_answer(make: Preparer, kind: dict[str, Any]) -> None:
    done = make(record(2, tone(2), **kind), record(3, tone(3), **kind))
    assert done.duration == pytest.approx(5, abs=0.15)
    shown = probe(done)["video"]
    assert len(shown) == 75
    assert shown == sorted(shown)
    assert (heard(done)[2:48] > 0.1).all()


@pytest.mark.parametrize("kind", [{}, H264])
def test_an_upload_that_went_on_after_a_reload_is_joined_as_containers(make: Preparer, kind: dict[str, Any]) -> None:
    """The bytes of two containers one after the other play wrong: all but the first would be lost."""
    done = make(record(2, tone(2), **kind) + record(3, tone(3, pitch=880), **kind))
    assert done.duration == pytest.approx(5, abs=0.15)
    assert not done.reencoded
    assert not done.truncated
    assert heard(done)[45] > 0.05


def test_a_container_cut_by_the_reload_keeps_what_it_has(make: Preparer) -> None:
    first = record(4, tone(4))
    done = make(first[: len(first) // 2] + record(2, tone(2)))
    assert done.truncated
    assert 3 < done.duration < 5


def test_an_answer_in_a_thousand_parts_is_one_answer(tmp_path: Path) -> None:
    """A part a second, and more parts than a process may have files open."""
    data = record(3, tone(3))
    parts = [tmp_path / f"{number:04}" for number in range(1000)]
    for number, part in enumerate(parts):
        part.write_bytes(data[len(data) * number // 1000 : len(data) * (number + 1) // 1000])
    (tmp_path / "out").mkdir()
    assert prepare([parts], tmp_path / "out").duration == pytest.approx(3, abs=0.15)


def test_takes_of_different_codecs_are_joined_by_a_rendition(make: Preparer) -> None:
    done = make(record(2, tone(2)), record(2, tone(2), **H264))
    assert (done.reencoded, done.playback_type) == (True, "video/mp4")
    assert done.duration == pytest.approx(4, abs=0.2)
    assert len(probe(done)["video"]) == 60


def test_a_take_without_sound_does_not_move_the_sound_of_the_next(make: Preparer) -> None:
    done = make(record(2, None), record(2, tone(2)))
    levels = heard(done)
    assert levels[:18].max() < 0.02
    assert levels[22:38].min() > 0.1


def test_a_codec_browsers_do_not_play_is_rendered(make: Preparer) -> None:
    done = make(record(2, tone(2), kind="mp4", codecs=("mpeg4", "aac"), live=False))
    assert done.reencoded
    assert done.codecs == ("mpeg4", "aac")
    assert done.loudness == pytest.approx(-15, abs=1)
    with av.open(str(done.playback)) as container:
        assert {s.codec_context.name for s in container.streams} == {"h264", "aac"}


@pytest.mark.parametrize("kind", [{}, H264])
def test_a_file_cut_in_half_plays_to_the_cut(make: Preparer, kind: dict[str, Any]) -> None:
    whole = record(4, tone(4), **kind)
    done = make(whole[: len(whole) // 2])
    assert done.truncated
    assert done.duration == pytest.approx(2, abs=0.6)
    assert is_seekable(done.playback or Path())


def test_a_whole_file_is_not_called_truncated(make: Preparer) -> None:
    assert not make(record(2, tone(2))).truncated


@pytest.mark.parametrize("size", [{"kind": "ogg"}, {"kind": "wav", "codecs": ("", "pcm_s16le"), "live": False}])
def test_a_cut_is_seen_in_every_container(make: Preparer, size: dict[str, Any]) -> None:
    whole = record(3, tone(3), size=None, **size)
    assert make(whole[: len(whole) * 2 // 3]).truncated


def test_holes_in_the_sound_stay_where_they_were(make: Preparer) -> None:
    done = make(record(5, tone(5), holes=[(1, 2), (3, 3.3)]))
    levels = heard(done)
    assert levels[12:19].max() < 0.02
    assert levels[22:28].min() > 0.1
    assert levels[35:48].min() > 0.1
    assert done.silences[0] == pytest.approx((1.0, 2.0), abs=0.05)


def test_a_clock_that_starts_late_starts_at_zero(make: Preparer) -> None:
    done = make(record(2, tone(2), start=500.0))
    assert done.duration == pytest.approx(2, abs=0.1)
    assert probe(done)["video"][0] < 0.05


def test_titles_places_and_dates_are_gone(make: Preparer) -> None:
    secret = {"title": "SECRET-TITLE", "location": "+48.1234+011.5678/", "creation_time": "2026-11-20T10:00:00Z", "comment": "SECRET"}
    done = make(record(2, tone(2), live=False, metadata=secret, **H264))
    data = (done.playback or Path()).read_bytes()
    for trace in (b"SECRET", b"48.1234", b"2026"):
        assert trace not in data
    assert not {"title", "location", "creation_time", "comment"} & {tag.lower() for tag in probe(done)["tags"]}


def test_the_poster_shows_the_picture_and_is_small(make: Preparer) -> None:
    done = make(record(3, tone(3), size=(960, 540)))
    with av.open(str(done.poster)) as container:
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == (640, 360)
        assert frame.to_ndarray(format="gray").mean() > 40
    assert not done.black_picture


def test_the_poster_skips_a_black_beginning(make: Preparer) -> None:
    done = make(record(2, tone(2), black=True), record(4, tone(4)))
    with av.open(str(done.poster)) as container:
        assert next(container.decode(video=0)).to_ndarray(format="gray").mean() > 40
    assert not done.black_picture


def test_a_covered_lens_is_marked(make: Preparer) -> None:
    assert make(record(2, tone(2), black=True)).black_picture


def test_loudness_is_that_of_the_standard(make: Preparer) -> None:
    """EBU Tech 3341: a 997 Hz sine at -20 dBFS in one channel measures -23 LUFS."""
    done = make(record(6, tone(6, level=0.1), size=None, kind="wav", codecs=("", "pcm_s16le"), live=False))
    assert done.loudness == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(("level", "flags"), [(0.2, (False, False)), (0.005, (False, True)), (0.0, (True, False))])
def test_a_dead_and_a_faint_microphone_are_marked(make: Preparer, level: float, flags: tuple[bool, bool]) -> None:
    done = make(record(3, tone(3, level)))
    assert (done.no_sound, done.quiet) == flags


def test_no_sound_track_is_no_sound(make: Preparer) -> None:
    done = make(record(2, None))
    assert done.no_sound
    assert not done.has_sound


def test_the_waveform_follows_the_sound(make: Preparer) -> None:
    done = make(record(4, np.concatenate([tone(2, 0.8), tone(2, 0.1)])))
    assert len(done.peaks) == pytest.approx(40, abs=2)
    assert done.peaks_per_second == 10
    assert min(done.peaks[2:18]) > 60
    assert max(done.peaks[23:38]) < 20


def test_a_long_waveform_has_at_most_two_thousand_points(make: Preparer) -> None:
    done = make(record(1, tone(250, 0.3), size=None))
    assert 1000 < len(done.peaks) <= 2000
    assert len(done.peaks) / done.peaks_per_second == pytest.approx(250, abs=1)


def test_pauses_are_mapped(make: Preparer) -> None:
    done = make(record(6, np.concatenate([tone(2), tone(1.5, 0), tone(2.5)])))
    assert [pause == pytest.approx((2, 3.5), abs=0.1) for pause in done.silences] == [True]


def test_a_recording_over_the_limit_is_cut_and_marked(make: Preparer) -> None:
    done = make(record(4, tone(4)), limits=MediaLimits(max_seconds=2.0))
    assert done.over_length
    assert done.duration == pytest.approx(2, abs=0.1)


def test_a_picture_over_the_limit_is_unreadable(make: Preparer) -> None:
    done = make(record(1, tone(1), size=(640, 480)), limits=MediaLimits(max_pixels=320 * 240))
    assert done.unreadable
    assert "640x480" in done.reason


def test_too_many_bytes_and_none_at_all_are_refused(make: Preparer, tmp_path: Path) -> None:
    with pytest.raises(MediaRefused, match="more than"):
        make(record(1, tone(1)), limits=MediaLimits(max_bytes=100))
    (tmp_path / "empty").touch()
    with pytest.raises(MediaRefused, match="empty"):
        prepare([[tmp_path / "empty"]], tmp_path)


def test_slow_work_ends_at_its_limit(make: Preparer) -> None:
    with pytest.raises(MediaTimeout):
        make(record(30, tone(30), rate=2), limits=MediaLimits(wall=0.05))


def test_three_minutes_are_seekable_within_a_second(make: Preparer) -> None:
    """The copy is made and looked at; at this size decoding the sound is most of it."""
    take = record(180, tone(180), rate=2)
    began = time.monotonic()
    done = make(take)
    assert done.duration == pytest.approx(180, abs=0.5)
    assert time.monotonic() - began < 4


def test_a_web_node_imports_no_decoder() -> None:
    heavy = "('av', 'numpy', 'ctranslate2', 'faster_whisper')"
    code = f"import sys, adapters.media, adapters.speech; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_fake_keeps_the_bytes_and_claims_what_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "b").write_bytes(b"two")
    done = fake_prepare([[tmp_path / "a", tmp_path / "b"]], tmp_path, no_sound=True)
    assert (done.playback or Path()).read_bytes() == b"onetwo"
    assert done.no_sound
