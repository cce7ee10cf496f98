"""Who may import whom. An arrow that runs back up, or a package outside its fence, fails here."""

from __future__ import annotations

import pytest

from tests.house.source import ROOMS, ROOT, TOP, imports, python_files, room_of

MAY_ENTER = {
    "models": set(),
    "adapters": set(),
    "domain": {"models"},
    "jobs": {"domain", "adapters", "models", "config"},
    "views": {"jobs", "domain", "adapters", "models", "config", "security"},
    "widget": {"jobs", "domain", "adapters", "models", "config", "security"},
    "config": set(),
    "security": {"domain", "config"},
}
FENCES = {
    "flask": ("views/", "widget/", "app.py", "security.py", "cli.py", "operate/"),
    "sqlalchemy": ("models/", "domain/", "jobs/bench.py", "migrations/", "cli.py", "operate/"),
    "flask_sqlalchemy": ("models/base.py",),
    "rq": ("jobs/", "cli.py", "operate/"),
    "redis": ("jobs/", "adapters/redis_server.py", "cli.py", "operate/"),
    "itsdangerous": ("domain/tokens.py",),
    "htmx_flask": ("views/pages.py", "app.py"),
    "faster_whisper": ("adapters/speech",),
    "ctranslate2": ("adapters/speech",),
    "av": ("adapters/media", "adapters/speech"),
    "obstore": ("adapters/storage.py",),
    "authlib": ("adapters/oidc.py",),
    "smtplib": ("adapters/mail.py",),
    "argon2": ("adapters/passwords.py",),
    "rjsmin": ("adapters/minify.py",),
    "rcssmin": ("adapters/minify.py",),
    "typst": ("adapters/typesetter.py",),
    "subprocess": ("adapters/", "cli.py", "operate/"),
}
SCORER = tuple(
    f"domain/{name}" for name in ("proposals", "evidence", "calibration", "measures", "oddness", "robustness", "instructions", "wording")
)
FILES = [path.relative_to(ROOT).as_posix() for path in python_files()]


def ours(path: str) -> set[str]:
    """The rooms and top-level files of ours that this file imports."""
    return {name.split(".")[0] for name in imports(ROOT / path)} & {*ROOMS, *TOP}


@pytest.mark.parametrize("path", [file for file in FILES if room_of(ROOT / file) in MAY_ENTER])
def test_imports_run_downwards_only(path: str) -> None:
    room = room_of(ROOT / path)
    assert ours(path) <= MAY_ENTER[room] | {room}


@pytest.mark.parametrize("package", FENCES)
def test_a_package_stays_behind_its_fence(package: str) -> None:
    users = {file for file in FILES if package in {name.split(".")[0] for name in imports(ROOT / file)}}
    assert {file for file in users if not file.startswith(FENCES[package])} == set()


def test_the_two_doors_do_not_know_each_other() -> None:
    for path in FILES:
        room = room_of(ROOT / path)
        if room in {"views", "widget"}:
            assert not ours(path) & ({"views", "widget"} - {room}), path


@pytest.mark.parametrize("path", [file for file in FILES if file.startswith(SCORER)])
def test_the_scorer_sees_neither_media_nor_people(path: str) -> None:
    forbidden = {
        "domain.media",
        "domain.uploads",
        "domain.candidates",
        "models.media",
        "models.upload",
        "models.candidate",
        "models.Candidate",
    }
    assert not forbidden & set(imports(ROOT / path))
    assert not {name for name in imports(ROOT / path) if name.split(".")[0] == "models"}


def test_nothing_reads_faces_voices_or_feelings() -> None:
    wanted = (ROOT / "requirements.lock").read_text().lower()
    for package in ("deepface", "face-recognition", "fer==", "speechbrain", "pyannote", "resemblyzer", "opensmile", "mediapipe", "dlib"):
        assert package not in wanted
