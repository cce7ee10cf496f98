"""Answers for measuring: espeak-ng speech whose every word and its time are known, and clips nobody speaks in.

Synthetic voices are easier than people in some ways and odder in others: they show differences between settings and
faults in the machinery, not how well real candidates are understood.
"""

from __future__ import annotations

import ctypes
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

RATE = 48_000
VOICES = ("en-us", "en-gb", "en-us+f3", "en-gb-x-rp", "en-us+m3", "en-gb-scotland", "en-us+f4", "en-gb+m7")
SENTENCES = (
    "In my last position I led a small team that moved our payment service to a new database.",
    "We wrote the plan together, tested it every week, and told our customers early what would change.",
    "When the first attempt failed, I stopped the work and asked everybody what they had seen.",
    "Two days later we tried again, and this time nobody noticed the change at all.",
    "The hardest part was to explain to the sales department why we needed three more weeks.",
    "I think a good colleague is somebody who says what is wrong before it becomes expensive.",
    "One customer called every morning, and I learned a great deal from listening to her.",
    "My manager gave me the freedom to choose the tools, and I chose the boring ones on purpose.",
    "At university I worked in the library in the evening and in a bakery on Saturday.",
    "I would like to learn more about how your hospital plans the work of the night shift.",
    "The machine stopped twice a day, so I wrote down the time, the weather and the material.",
    "After a month the numbers were clear, and the supplier replaced a small valve.",
    "I am proud of that because it was simple and it saved the company a lot of money.",
    "If two people in my team disagree, I first talk to each of them alone.",
    "Then I ask them to describe the problem from the point of view of the other person.",
    "Usually the quarrel is about something quite different from what it seems to be about.",
    "In the kitchen we had eleven minutes for each order and no room for mistakes.",
    "I prepare the evening before, and I keep a list of everything that could run out.",
    "Last winter the heating failed, and we moved forty guests to another house in one hour.",
    "I speak some Spanish, and I used it every day with the drivers at the loading dock.",
    "What I want to improve is how I give feedback, because I tend to wait too long.",
    "The project began with nine people in Berlin and ended with three of us in Manchester.",
    "We measured how long each patient waited, and we put the result on the wall for everyone.",
    "I made a mistake with an invoice, told the customer at once, and corrected it the same day.",
    "For me the best part of teaching is the moment when a quiet student explains it to the others.",
    "We had a budget of four thousand pounds, and we spent a little less than half of it.",
    "I read the manual, called the factory, and found that the part had been changed in March.",
    "When somebody new joins, I sit next to them for the first week and answer every question.",
    "The report was forty pages long, and nobody read it, so I wrote one page instead.",
    "I left that company because I wanted to build things that people use every day.",
)
_speak: Any = None


@dataclass(frozen=True)
class Clip:
    """One answer: mono float samples at 48 kHz, its text, and each word with its (start, end) in seconds."""

    name: str
    sound: Any
    text: str
    words: tuple[tuple[str, float, float], ...]

    @property
    def seconds(self) -> float:
        return len(self.sound) / RATE


def answers(count: int, shortest: float = 20, longest: float = 180, seed: int = 4) -> Iterator[Clip]:
    """`count` spoken answers of different length, voice, pace and background noise; the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        voice = VOICES[number % len(VOICES)]
        wanted = shortest + (longest - shortest) * (number % 10) / 9 * chance.uniform(0.7, 1.0)
        yield answer(f"{number:02}-{voice}", voice, wanted, chance)


def answer(name: str, voice: str, seconds: float, chance: random.Random) -> Clip:
    """One spoken answer of at least `seconds`."""
    pace = chance.randint(145, 175)
    pieces: list[Any] = [np.zeros(int(chance.uniform(0.3, 1.5) * RATE), dtype=np.float32)]
    texts: list[str] = []
    words: list[tuple[str, float, float]] = []
    while sum(map(len, pieces)) < seconds * RATE:
        for sentence in chance.sample(SENTENCES, 3):
            at = sum(map(len, pieces)) / RATE
            sound, times = spoken(sentence, voice, pace)
            pieces += [sound, np.zeros(int(chance.choice([0.25, 0.5, 0.8, 2.5]) * RATE), dtype=np.float32)]
            texts.append(sentence)
            words += [(word, at + start, at + end) for word, start, end in times]
    sound = np.concatenate(pieces)
    hiss = np.random.default_rng(chance.randint(0, 10**9)).normal(0, chance.choice([0.0005, 0.002, 0.006]), len(sound))
    return Clip(name, (sound + hiss).astype(np.float32), " ".join(texts), tuple(words))


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("unique", ctypes.c_uint), ("text_position", ctypes.c_int), ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("id", ctypes.c_char * 8),
    ]  # fmt: skip


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def spoken(text: str, voice: str, pace: int) -> tuple[Any, list[tuple[str, float, float]]]:
    """`text` spoken, with the (start, end) of each word as the synthesizer itself reports it."""
    library, rate = _espeak()
    sound: list[Any] = []
    marks: list[tuple[int, int, int]] = []
    ends: list[int] = []

    def heard(samples: Any, count: int, events: Any) -> int:
        if samples and count:
            sound.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
        at = 0
        while events and events[at].type:
            event = events[at]
            if event.type == 1:
                marks.append((event.text_position - 1, event.length, event.sample))
            elif event.type == 5:
                ends.append(event.sample)
            at += 1
        return 0

    callback = _Callback(heard)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(voice.encode())
    library.espeak_SetParameter(1, pace, 0)
    raw = text.encode()
    library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, 1, None, None)
    library.espeak_Synchronize()
    joined = np.concatenate(sound).astype(np.float32) / 32768
    starts = [sample for _, _, sample in marks] + [ends[-1] if ends else len(joined)]
    words = [(text[p : p + n], starts[i] / rate, starts[i + 1] / rate) for i, (p, n, _) in enumerate(marks)]
    return _resampled(joined, rate), words


def _resampled(sound: Any, rate: int) -> Any:
    count = int(len(sound) * RATE / rate)
    return np.interp(np.arange(count) * rate / RATE, np.arange(len(sound)), sound).astype(np.float32)


def _espeak() -> tuple[Any, int]:
    global _speak
    if _speak is None:
        library = ctypes.CDLL("libespeak-ng.so.1")
        _speak = library, int(library.espeak_Initialize(1, 0, None, 0))
    return _speak  # type: ignore[no-any-return]


def wordless(seconds: float = 20, seed: int = 7) -> dict[str, Any]:
    """Clips in which nobody speaks, by name: silence, noises, breathing, typing, tones, hold music."""
    noise = np.random.default_rng(seed)
    count = int(seconds * RATE)
    at = np.arange(count) / RATE
    white = noise.normal(0, 1, count)
    pink = np.cumsum(white - white.mean())
    pink = (pink - np.convolve(pink, np.ones(2400) / 2400, "same")) / 20
    breath = np.convolve(white, np.ones(24) / 24, "same") * np.clip(np.sin(2 * np.pi * 0.28 * at), 0, None) ** 2
    clips = {
        "digital silence": np.zeros(count),
        "room hiss": white * 0.002,
        "loud white noise": white * 0.2,
        "rumble": pink * 0.2,
        "mains hum": 0.1 * (np.sin(2 * np.pi * 50 * at) + 0.5 * np.sin(2 * np.pi * 150 * at)),
        "breathing": breath * 0.5,
        "typing": _typing(noise, count),
        "fan": np.convolve(white, np.ones(60) / 60, "same") * (0.5 + 0.1 * np.sin(2 * np.pi * 9 * at)),
        "dial tone": 0.2 * (np.sin(2 * np.pi * 350 * at) + np.sin(2 * np.pi * 440 * at)),
        "ringing": 0.2 * np.sin(2 * np.pi * 425 * at) * (at % 5 < 1),
        "hold music": _music(at, ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)), 0.5),
        "organ": _music(at, ((0, 7, 12), (5, 12, 17)), 4.0),
        "whistling": 0.2 * np.sin(2 * np.pi * np.cumsum(900 + 300 * np.sin(2 * np.pi * 0.7 * at)) / RATE),
        "drums": _drums(noise, at),
        "music and noise": _music(at, ((0, 3, 7), (8, 12, 15)), 0.25) * 0.5 + white * 0.02,
    }
    return {name: np.clip(sound, -1, 1).astype(np.float32) for name, sound in clips.items()}


def _typing(noise: Any, count: int) -> Any:
    sound = noise.normal(0, 0.0008, count)
    click = noise.normal(0, 1, 960) * np.exp(-np.arange(960) / 120)
    for start in np.cumsum(noise.uniform(0.09, 0.3, 200)) * RATE:
        if start + 960 < count:
            sound[int(start) : int(start) + 960] += click * noise.uniform(0.05, 0.3)
    return sound


def _music(at: Any, chords: tuple[tuple[int, ...], ...], beat: float) -> Any:
    """Broken chords on something like a piano, over a bass."""
    sound = np.zeros(len(at))
    for number in range(int(at[-1] / beat) + 1):
        chord = chords[number // 4 % len(chords)]
        notes = (chord[number % len(chord)] + 12, chord[0] - 12)
        since = at - number * beat
        for note in notes:
            pitch = 220 * 2 ** (note / 12)
            ring = np.where(since >= 0, np.exp(-np.clip(since, 0, None) * 2.5 / beat), 0)
            sound += ring * (np.sin(2 * np.pi * pitch * at) + 0.4 * np.sin(4 * np.pi * pitch * at)) * 0.12
    return sound


def _drums(noise: Any, at: Any) -> Any:
    sound = np.zeros(len(at))
    for number in range(int(at[-1] * 2)):
        since = at - number * 0.5
        body = np.where((since >= 0) & (since < 0.3), np.exp(-np.clip(since, 0, None) * 18), 0)
        sound += body * (np.sin(2 * np.pi * 70 * since) if number % 2 == 0 else noise.normal(0, 0.5, len(at))) * 0.5
    return sound
