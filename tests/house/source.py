"""Reads the repository's own source for the tests that hold its structure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("adapters", "domain", "jobs", "models", "operate", "views", "widget")
TOP = tuple(sorted(path.stem for path in ROOT.glob("*.py")))


def python_files(*rooms: str) -> list[Path]:
    """The Python files of these rooms; of the whole product (no tests, migrations, benchmarks) without any."""
    if rooms:
        return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))
    return sorted(ROOT.glob("*.py")) + python_files(*ROOMS)


def room_of(path: Path) -> str:
    """`views` for views/inbox.py; `app` for app.py."""
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports(path: Path) -> Iterator[str]:
    """Every module this file imports, dotted, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
