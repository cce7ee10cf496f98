"""What others wrote and we ship is exactly what they published, with its licence beside it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
SHA384 = {"htmx-4.0.1.min.js": "Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"}
LICENCES = {"htmx-LICENSE.txt": "Zero-Clause BSD"}


def test_every_vendored_file_has_the_hash_of_its_release() -> None:
    found = {path.name: base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode() for path in VENDOR.glob("*.js")}
    assert found == SHA384


def test_every_licence_is_shipped() -> None:
    for name, words in LICENCES.items():
        assert words in (VENDOR / name).read_text()
