"""Starting points an employer may take as they are: questions that ask for evidence, and rubrics that say what earns each level.

Every question asks one thing about something the candidate did or would do; every anchor names what can be read in a transcript.
"""

from __future__ import annotations

from domain.library import engineering, graduate, operations, sales, support
from domain.library.shape import Starter

STARTERS: tuple[Starter, ...] = (support.STARTER, sales.STARTER, graduate.STARTER, operations.STARTER, engineering.STARTER)


def find_starter(key: str) -> Starter | None:
    """The starting interview with this key, or None."""
    return next((starter for starter in STARTERS if starter.key == key), None)
