"""A worker process for tests: the real one, with an engine that is fake or slow. Arguments: settings as JSON, name, manner."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.speech import FakeSpeech, Speech, SpeechTimeout
from config import Settings
from jobs import worker


class SlowSpeech(FakeSpeech):
    """Takes its time, as a long answer would."""

    def transcribe(self, parts: Sequence[Path], **asked: Any) -> Speech:
        time.sleep(1.5)
        return super().transcribe(parts, **asked)


class EndlessSpeech(FakeSpeech):
    """Takes longer than a worker that was told to stop may take."""

    def transcribe(self, parts: Sequence[Path], **asked: Any) -> Speech:
        time.sleep(600)
        return super().transcribe(parts, **asked)


class StuckSpeech(FakeSpeech):
    """Native code that never comes back, in a child that is killed at its limit."""

    def transcribe(self, parts: Sequence[Path], **asked: Any) -> Speech:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        try:
            child.wait(1.0)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise SpeechTimeout("killed")


ENGINES = {"fake": FakeSpeech, "slow": SlowSpeech, "endless": EndlessSpeech, "stuck": StuckSpeech}


def main() -> None:
    settings = Settings.model_validate_json(sys.argv[1])
    bench = worker.make_bench(settings, sys.argv[2])
    bench.speech = ENGINES[sys.argv[3]]("I listened first")
    if sys.argv[3] == "endless":
        worker.GRACE = 0.5  # type: ignore[misc]
    worker.work(bench)


if __name__ == "__main__":
    main()
