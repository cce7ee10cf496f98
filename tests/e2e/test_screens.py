"""Every page of the employer side at three widths, light and dark: it fits, axe finds nothing serious, and here is a picture to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests import accessible
from tests.e2e.conftest import SHOTS, Greenroom, Submitted, sign_in

pytestmark = pytest.mark.browser
# Addresses reached by links from these pages are visited too, one of each kind.
STARTS = ("/", "/interviews", "/members", "/settings", "/account", "/figures")
SKIP = re.compile(r"logout|\.csv|\.json|\.pdf|\.svg|download|export|/media/|mailto:|qr")


@pytest.fixture(scope="module")
def signed_in(greenroom: Greenroom, browser: Browser) -> Iterator[Page]:
    page = browser.new_context().new_page()
    sign_in(page, greenroom)
    yield page
    page.context.close()


def kind_of(address: str) -> str:
    """`/sessions/01abc…/x` and `/sessions/01def…/x` are the same kind of page."""
    return re.sub(r"[0-9a-z]{26}", "ID", address.split("?")[0].split("#")[0])


def every_kind_of_page(page: Page, origin: str) -> list[str]:
    """One address of each kind of page that can be reached by following links."""
    found: dict[str, str] = {}
    waiting = list(STARTS)
    while waiting:
        address = waiting.pop(0)
        if kind_of(address) in found or SKIP.search(address):
            continue
        answer = page.goto(origin + address)
        if answer is None or answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
            assert answer, address
            assert answer.status < 500, address
            assert address not in STARTS, f"{address} answered {answer.status}"
            continue
        found[kind_of(address)] = address
        links = page.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.getAttribute('href'))")
        waiting += [link for link in links if kind_of(link) not in found]
    return list(found.values())


def test_every_page_fits_reads_and_is_accessible(greenroom: Greenroom, signed_in: Page, submitted: Submitted) -> None:
    if not accessible.AXE.exists():
        pytest.skip("axe-core is missing: ./install.sh test fetches it")
    SHOTS.mkdir(exist_ok=True)
    faults: list[str] = []
    addresses = every_kind_of_page(signed_in, greenroom.origin)
    assert any(kind_of(address) == "/sessions/ID" for address in addresses), f"nothing of {submitted.name} is among {addresses}"
    for address in addresses:
        name = re.sub(r"[^a-z]+", "-", kind_of(address).lower()).strip("-") or "inbox"
        signed_in.goto(greenroom.origin + address)
        for width, scheme in accessible.looks(signed_in):
            signed_in.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
            found = accessible.faults(signed_in) if width != 768 or scheme == "light" else accessible.sideways(signed_in)
            faults += [f"{address} {width} {scheme}: {fault}" for fault in found]
    assert faults == []
