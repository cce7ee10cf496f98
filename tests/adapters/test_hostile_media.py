"""Files made to hurt end as a marked answer, and touch nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.media import MediaLimits, MediaRefused, MediaTimeout, _prepared, prepare
from tests.adapters.hostile import crafted, fuzzed

CRAFTED = dict(crafted())
OUTPUTS = {"playback.webm", "playback.mp4", "playback.wav", "voice.webm", "voice.mp4", "voice.wav", "poster.jpg"}
LIMITS = MediaLimits(wall=20, cpu=15)


def outcome(data: bytes, folder: Path) -> str:
    """`refused`, `timeout`, `unreadable` or `played`; anything else is a failure of ours."""
    (folder / "file").write_bytes(data)
    out = folder / "out"
    out.mkdir()
    try:
        done = prepare([[folder / "file"]], out, LIMITS)
    except MediaRefused:
        return "refused"
    except MediaTimeout:
        return "timeout"
    if done.unreadable:
        assert done.reason
        return "unreadable"
    assert done.playback is not None
    assert done.duration <= LIMITS.max_seconds
    return "played"


@pytest.mark.parametrize("name", CRAFTED)
def test_an_attack_ends_as_a_marked_answer(name: str, tmp_path: Path) -> None:
    before = sorted(os.listdir(tmp_path.parent))  # noqa: PTH208
    assert outcome(CRAFTED[name], tmp_path) in {"refused", "unreadable", "played"}
    assert sorted(os.listdir(tmp_path.parent)) == before  # noqa: PTH208
    assert {path.name for path in (tmp_path / "out").iterdir()} <= OUTPUTS


@pytest.mark.parametrize("name", ["playlist", "concat list", "dash", "session description", "png", "svg", "zip", "html", "avif brand"])
def test_what_is_no_recording_is_refused_unopened(name: str, tmp_path: Path) -> None:
    assert outcome(CRAFTED[name], tmp_path) == "refused"


@pytest.mark.parametrize("name", ["playlist in a webm's clothes", "playlist in an mp4's clothes", "playlist in a wav's clothes"])
def test_a_playlist_in_disguise_plays_nothing(name: str, tmp_path: Path) -> None:
    assert outcome(CRAFTED[name], tmp_path) != "played"


def test_no_playback_file_holds_what_a_reference_points_to(tmp_path: Path) -> None:
    outcome(CRAFTED["far reference"], tmp_path)
    assert all(b"root:" not in path.read_bytes() for path in (tmp_path / "out").iterdir())


def test_a_picture_of_four_thousand_million_points_is_not_decoded(tmp_path: Path) -> None:
    assert outcome(CRAFTED["huge picture"], tmp_path) == "unreadable"


def test_a_link_in_place_of_an_output_is_not_followed(tmp_path: Path) -> None:
    """The folder is ours; still, a child that was taken over may leave or name what is not its work."""
    (tmp_path / "secret").write_bytes(b"keys")
    out = tmp_path / "out"
    out.mkdir()
    (out / "playback.webm").symlink_to(tmp_path / "secret")
    for name in ("playback.webm", "../secret", str(tmp_path / "secret")):
        assert _prepared({"playback": name}, out).unreadable, name


def test_damaged_recordings_always_end_marked(tmp_path: Path) -> None:
    seen = set()
    for number, (_, data) in enumerate(fuzzed(16)):
        folder = tmp_path / str(number)
        folder.mkdir()
        seen.add(outcome(data, folder))
    assert seen <= {"refused", "unreadable", "played"}
    assert "played" in seen, "damage that leaves something to play must not lose it"
