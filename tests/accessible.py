"""What a page must be for everybody: it fits its width, and axe finds nothing serious. Looked at without loading it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / ".tools/node_modules/axe-core/axe.min.js"
Scheme = Literal["light", "dark"]
EVERY: tuple[tuple[int, Scheme], ...] = tuple((width, scheme) for width in (320, 768, 1280) for scheme in ("light", "dark"))
RUN = "async () => (await axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']})).violations"


def looks(page: Page, sizes: tuple[tuple[int, Scheme], ...] = EVERY) -> Iterator[tuple[int, str]]:
    """The open page at each width and scheme. Colours change at once, without their transitions."""
    for width, scheme in sizes:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        yield width, scheme


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands. Its content policy must be bypassed: axe is a script of ours."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(RUN)
    said = [f"{fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found if fault["impact"] in {"serious", "critical"}]
    return [*said, *sideways(page)]


def sideways(page: Page) -> list[str]:
    return ["it scrolls sideways"] if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1") else []
