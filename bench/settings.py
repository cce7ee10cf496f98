"""The speech engine's settings compared, and where its processor time goes.

    python -m bench.settings [--count 10] [--folder /tmp/clips] [VARIANT ...]

Each variant is a line of changes to the settings in `adapters/speech_child.py`, for instance `BEAM=1` or
`LONGEST=14,SILENCE_AFTER=50`; none means a list of them. Every variant runs in a process of its own under the engine's own
environment, one thread, over the same answers as `bench.speech`. Seconds are processor time, so two may run side by side.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from adapters.speech_models import BUNDLED, find_model
from bench.speech import ROOT, allocator, compared, made

VARIANTS = (
    "", "BEAM=1", "BEAM=2", "BEAM=3", "LONGEST=20", "LONGEST=14", "SILENCE_AFTER=3000", "SILENCE_AFTER=0", "BATCH={'cpu':2}",
    "malloc=False", "malloc=False,SILENCE_AFTER=3000", "compute='float32'",
)  # fmt: skip
PHASES = ("decode", "find speech", "features", "encode", "write words", "time words", "once more")


def main() -> None:
    """Run every variant and print a line each."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--count", type=int, default=10)
    asked.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "greenroom-bench-speech")
    asked.add_argument("--run", action="store_true")
    asked.add_argument("variants", nargs="*")
    given = asked.parse_args()
    truths = made(given.folder, given.count)
    if given.run:
        print(_line(given.variants[0], given.folder, truths))
        return
    print(f"{'settings':26}{'CPU s':>7}{'x CPU':>7}{'WER %':>7}{'start ms':>9}{'peak MB':>8}  CPU s of each phase")
    for variant in given.variants or VARIANTS:
        command = [sys.executable, "-m", "bench.settings", "--run", "--folder", str(given.folder), "--count", str(given.count), variant]
        environment = dict(os.environ) | ({} if "malloc=False" in variant else allocator())
        subprocess.run(command, check=True, env=environment, cwd=ROOT)


def _line(variant: str, folder: Path, truths: list[dict[str, Any]]) -> str:
    changes = dict(one.split("=", 1) for one in variant.split(",") if one)
    engine, spent = _engine({name: json.loads(value.replace("'", '"').replace("False", "false")) for name, value in changes.items()})
    began = time.process_time()
    heard = {number: _heard(engine, folder / f"{number:03}.media") for number in range(len(truths))}
    cpu = time.process_time() - began
    wrong, starts = compared(truths, heard)
    spent["write words"] -= spent["encode"]
    seconds = sum(truth["seconds"] for truth in truths)
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    phases = ", ".join(f"{name} {spent[name]:.1f}" for name in PHASES)
    figures = f"{cpu:7.1f}{seconds / cpu:7.1f}{wrong:7.2f}{1000 * float(np.median(starts)):9.0f}{peak:8.0f}"
    return f"{variant or 'as it is':26}{figures}  {phases}"


def _engine(changes: dict[str, Any]) -> tuple[Any, Counter[str]]:
    """The engine with these settings changed, and the time each of its phases takes from now on."""
    from faster_whisper import WhisperModel
    from faster_whisper.feature_extractor import FeatureExtractor

    from adapters import speech_child as child

    changes.pop("malloc", None)
    compute = changes.pop("compute", "int8")
    for name, value in changes.items():
        setattr(child, name, value)
    spent: Counter[str] = Counter()
    places: list[tuple[Any, str, str]] = [
        (child, "_sound", "decode"), (child, "speech_spans", "find speech"), (FeatureExtractor, "__call__", "features"),
        (WhisperModel, "encode", "encode"), (child.Pipeline, "generate_segment_batched", "write words"),
        (WhisperModel, "add_word_timestamps", "time words"), (child.Engine, "_carefully", "once more"),
    ]  # fmt: skip
    for place, name, phase in places:
        setattr(place, name, _timed(getattr(place, name), phase, spent))
    model = find_model(BUNDLED)
    request = {"device": "cpu", "compute_type": compute, "english": True, "name": model.name, "folder": str(model.folder), "threads": 1}
    return child.Engine(request), spent


def _timed(work: Callable[..., Any], phase: str, spent: Counter[str]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return work(*given, **named)
        finally:
            spent[phase] += time.process_time() - began  # type: ignore[assignment]

    return timed


def _heard(engine: Any, path: Path) -> dict[str, Any]:
    said = engine.transcribe({"files": [str(path)], "start_at": 0, "partial": False, "language": "en", "hot_words": ""})
    words = [(word[2], word[0]) for segment in said["segments"] for word in segment["words"]]
    return {"text": " ".join(segment["text"] for segment in said["segments"]), "words": words}


if __name__ == "__main__":
    main()
