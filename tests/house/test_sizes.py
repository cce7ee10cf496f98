"""Budgets of size. What grows past them is two things and wants a second file."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

from tests.house.source import ROOT, functions, length, python_files
from widget import files

KB = 1000
LOADER_BYTES, FRAME_BYTES = 4 * KB, 45 * KB


def served(*paths: Path) -> int:
    """Bytes that travel: minified and packed, as the server sends them."""
    return sum(len(files.read(path).packed) for path in paths)


def test_no_python_file_is_over_400_lines() -> None:
    assert [path.name for path in python_files() if len(path.read_text().splitlines()) > 400] == []


def test_functions_stay_small() -> None:
    sizes = sorted(length(node) for path in python_files() for node in functions(path))
    assert statistics.median(sizes) <= 10
    assert sizes[int(len(sizes) * 0.95)] <= 40
    assert sizes[-1] <= 60


def test_no_template_is_over_120_lines() -> None:
    assert [path.name for path in (ROOT / "templates").rglob("*.html") if len(path.read_text().splitlines()) > 120] == []


def test_no_script_is_over_300_lines() -> None:
    scripts = [*(ROOT / "widget").rglob("*.js"), *(ROOT / "static").glob("*.js")]
    assert [path.name for path in scripts if len(path.read_text().splitlines()) > 300] == []


def test_the_loader_is_at_most_4_kb() -> None:
    assert served(ROOT / "widget/embed.js") <= LOADER_BYTES


def test_the_frame_is_at_most_45_kb() -> None:
    words = max(served(path) for path in (files.FRAME / "words").glob("*.json"))
    assert len(files.script().packed) + served(files.STYLE) + words <= FRAME_BYTES


@pytest.mark.parametrize("path", python_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), f"{path} opens without saying what it is for"
