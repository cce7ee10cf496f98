"""The sentences of the notice in each language. A new language is one more file here with the same keys, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    found.name: import_module(f"{__name__}.{found.name}").WORDS for found in iter_modules(__path__)
}
