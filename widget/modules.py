"""The frame's modules as one script: one round on a slow line instead of a chain of discoveries.

Modules are joined in the order they would run, without their imports and the word `export`. That is the same program as long as
modules import plain names from each other and no two share a top-level name; `tests/widget/test_weight.py` holds that.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

IMPORT: Final = re.compile(r"^import \{[^}]*\} from '(\.[^']+)';\n", re.MULTILINE)
EXPORT: Final = re.compile(r"^export (?=(?:async |const |let |function |class ))", re.MULTILINE)


def in_order(entry: Path, known: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    """Every module that `entry` needs, in the order they run: what a module imports runs before it."""
    order = (*known, entry)
    for name in IMPORT.findall(entry.read_text()):
        needed = (entry.parent / name).resolve()
        if needed not in order:
            order = in_order(needed, order)
    # Standing in the list means "seen" on the way down; on the way up it takes its place behind what it needs.
    return (*(one for one in order if one != entry), entry)


def join(order: tuple[Path, ...]) -> str:
    """The modules as one, a blank line between them."""
    return "\n".join(EXPORT.sub("", IMPORT.sub("", path.read_text())) for path in order)
