"""The documents keep up with the code: settings, audit verbs and commands are all written down."""

from __future__ import annotations

import re

import pytest

from config import PREFIX, Settings
from domain.audit import Verb
from jobs.queues import LIMIT_SECONDS, NAMES, QUEUE_OF
from tests.house.source import ROOT


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in (ROOT / "docs/self-hosting.md").read_text()


@pytest.mark.parametrize("verb", list(Verb))
def test_every_audit_event_is_documented_and_used(verb: Verb) -> None:
    assert f"`{verb}`" in (ROOT / "docs/architecture.md").read_text()


def test_every_queue_has_a_limit_and_work() -> None:
    assert set(QUEUE_OF.values()) == set(NAMES) == set(LIMIT_SECONDS)


def test_every_make_command_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text())) <= targets


def test_no_registry_or_machine_is_named() -> None:
    hosts = ("pypi" + ".org", "registry.npmjs" + ".org", "pythonhosted" + ".org", "deb.debian" + ".org")
    for path in [*ROOT.glob("*.*"), *(ROOT / "docs").glob("*"), *(ROOT / "tests").rglob("*.py"), ROOT / "tests/package.json"]:
        text = path.read_text(errors="ignore") if path.is_file() else ""
        assert not [host for host in hosts if host in text], path
