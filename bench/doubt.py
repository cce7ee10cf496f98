"""Does the doubt of the speech engine rise with its errors, so that the bound on doubtful words stops what was misheard?

    python -m bench.doubt

Synthetic voices speak marked answers (bench/texts/evidence.json) into rising noise; shown are the word error rate, the share of
words in passages the engine doubts, and how many answers that share keeps from being proposed on. Needs espeak-ng.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import wave
from pathlib import Path

import jiwer
import numpy as np

from adapters.speech import SpeechEngine
from bench.evidence import SPLITS, marked
from domain.proposals import MOST_UNSURE

NOISES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Strength of white noise beside that of the voice at its loudest."""
VOICES = ("en-us", "en-gb", "en-us+f3", "en-gb+m3")
ANSWERS = 12


def speak(text: str, voice: str, noise: float, path: Path) -> None:
    """A WAV of this text with noise in it."""
    subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(path), text], check=True)
    with wave.open(str(path)) as source:
        shape, frames = source.getparams(), np.frombuffer(source.readframes(source.getnframes()), np.int16).astype(float)
    loud = frames + np.random.default_rng(1).normal(0, noise * np.abs(frames).max(), len(frames))
    with wave.open(str(path), "wb") as target:
        target.setparams(shape)
        target.writeframes(np.clip(loud, -32768, 32767).astype(np.int16).tobytes())


def plain(text: str) -> str:
    """Lower case words only."""
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def measure(engine: SpeechEngine, text: str, voice: str, noise: float) -> tuple[float, float]:
    """Word error rate, and the share of heard words that stand in passages the engine doubts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        speak(text, voice, noise, path)
        heard = engine.transcribe([path])
    words = [segment.low_confidence for segment in heard.segments for _ in segment.words]
    return jiwer.wer(plain(text), plain(heard.text)), sum(words) / len(words) if words else 1.0


def main() -> None:
    texts = list(dict.fromkeys(row.text for split in SPLITS for row in marked(split)))[::5][:ANSWERS]
    print("| noise | word errors | doubtful words | answers kept from a proposal |\n|---|---|---|---|")
    with SpeechEngine() as engine:
        for noise in NOISES:
            found = np.array([measure(engine, text, VOICES[i % len(VOICES)], noise) for i, text in enumerate(texts)])
            wrong, unsure = found.mean(0)
            print(f"| {noise:.2f} | {wrong:.0%} | {unsure:.0%} | {np.mean(found[:, 1] > MOST_UNSURE):.0%} |", flush=True)


if __name__ == "__main__":
    main()
