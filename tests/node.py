"""The Node.js that tests run JavaScript with: the one inside the browser driver, since a machine's own may be too old or missing."""

from __future__ import annotations

from pathlib import Path

from playwright._impl._driver import compute_driver_executable

NODE = str(Path(compute_driver_executable()[0]))
