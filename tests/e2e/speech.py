"""Known words for the fake microphone, and how far what was understood is from them."""

from __future__ import annotations

import re
import subprocess
import wave
from pathlib import Path

SPOKEN = (
    "Last summer a customer called because her new table had arrived broken for the second time. "
    "I listened without interrupting, repeated the problem in my own words, and asked what would help most today. "
    "She needed the table before Friday, so I found another one in our second store, asked a driver to bring it, "
    "and called her again on Thursday evening to make sure that everything was all right."
)


def speak(path: Path, text: str = SPOKEN) -> Path:
    """Writes a 48 kHz mono WAV of `text`, as Chromium's fake microphone wants it, with half a second of silence behind."""
    raw = path.with_suffix(".raw.wav")
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "145", "-w", str(raw), text], check=True)
    with wave.open(str(raw)) as source:
        rate, frames = source.getframerate(), source.readframes(source.getnframes())
    samples = memoryview(frames).cast("h")
    count = len(samples) * 48000 // rate
    resampled = b"".join(samples[min(len(samples) - 1, i * rate // 48000)].to_bytes(2, "little", signed=True) for i in range(count))
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(48000)
        target.writeframes(resampled + bytes(48000))
    return path


def words(text: str) -> list[str]:
    """Lower case words without punctuation."""
    return re.findall(r"[a-z']+", text.lower())


def error_rate(heard: str, spoken: str = SPOKEN) -> float:
    """Word error rate of `heard` against the best matching stretch of `spoken` said over and over.

    The fake microphone loops and may be cut anywhere, so the stretch may start and end at any word.
    Edit distance by dynamic programming with free ends in the reference; the denominator is the stretch's length.
    """
    guess, reference = words(heard), words(spoken) * 4
    # Each cell: (edits, words of the reference used); the first row is free, so a stretch may start anywhere.
    row = [(0, 0)] * (len(reference) + 1)
    for word in guess:
        following = [(row[0][0] + 1, 0)]
        for j, expected in enumerate(reference, 1):
            swap = (row[j - 1][0] + (word != expected), row[j - 1][1] + 1)
            insert = (row[j][0] + 1, row[j][1])
            delete = (following[j - 1][0] + 1, following[j - 1][1] + 1)
            following.append(min(swap, insert, delete, key=lambda cell: (cell[0], -cell[1])))
        row = following
    edits, used = min(row, key=lambda cell: (cell[0], -cell[1]))
    return edits / max(used, 1)
