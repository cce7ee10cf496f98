"""How the tests are shared among processes: each goes to whoever is free, but those that share one installation stay together.

The plugin's own way of grouping marks what pytest 9.2 no longer reads.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Groups are handed out first, since they take longest.
TOGETHER = {
    "tests/e2e/test_main_job.py": "submitted",
    "tests/e2e/test_screens.py": "submitted",
    "tests/e2e/test_firefox.py": "engines",
    "tests/e2e/test_mp4.py": "engines",
    "tests/e2e/test_webkit.py": "engines",
    "tests/test_up.py": "up",
}


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """Scopes are groups of files; everything else is a scope of its own."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(nodeid.split("::")[0], nodeid)
