"""Speech, measured: how fast, how right, how large, against the whisper-ctranslate2 command line with the same model.

    python -m bench.speech [--count 40] [--workers 2] [--folder /tmp/clips] [--lanes pipeline,bare,command-line]

Makes `count` answers of 20 to 180 s as a browser records them (synthetic voices whose every word is known), then runs
lanes over the same files: the whole pipeline (database, store, Redis, worker processes), the adapters alone (prepare in
the sandbox, then a warm engine in its child), bare faster-whisper with the same model and beam held in memory (and once
more as `bare-tuned`, given our allocator's settings), the whisper-ctranslate2 command line once per file with its own
defaults one file after the other, and the same with as many commands at once as there are workers, one thread each. Then
clips in which nobody speaks. CPU seconds are the fair column on a busy machine. Needs espeak-ng.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jiwer
import numpy as np

from adapters import sandbox
from adapters.media import prepare
from adapters.speech import SpeechEngine
from adapters.speech_models import BUNDLED, find_model
from bench.clips import answers, wordless
from bench.house import House, open_house
from domain.transcripts import words
from tests.adapters.recordings import record

LANES = ("pipeline", "adapters", "bare", "bare-tuned", "command-line", "command-lines")
ROOT = Path(__file__).resolve().parents[1]
_HOW: list[dict[str, Any]] = [
    {"size": None},
    {"size": (160, 120), "rate": 5},
    {"size": (160, 120), "rate": 5, "kind": "mp4", "codecs": ("libx264", "aac")},
]


def main() -> None:
    """Run every lane and print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--count", type=int, default=40)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "greenroom-bench-speech")
    asked.add_argument("--lanes", default=",".join(LANES))
    asked.add_argument("--lane", choices=LANES)
    asked.add_argument("--share", type=int, default=0)
    given = asked.parse_args()
    if given.lane:
        _work(given.lane, given.folder, given.count, given.share, given.workers)
        return
    truths = made(given.folder, given.count)
    seconds = sum(truth["seconds"] for truth in truths)
    print(f"{given.count} answers, {seconds:.0f} s of sound, {given.workers} worker processes, load {os.getloadavg()[0]:.1f}")
    print(f"{'lane':14}{'wall s':>8}{'CPU s':>8}{'x wall':>8}{'x CPU':>8}{'WER %':>8}{'start ms':>10}{'p90 ms':>8}{'peak MB':>9}")
    for lane in given.lanes.split(","):
        print(_row(lane, given.folder, truths, seconds, given.workers), flush=True)
    _nobody()


def made(folder: Path, count: int) -> list[dict[str, Any]]:
    """The answers as files with their truth beside them; made once and kept in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    truths: list[dict[str, Any]] = []
    for number, clip in enumerate(answers(count)):
        truth = {"seconds": clip.seconds, "text": clip.text, "words": clip.words, "name": clip.name}
        truths.append(json.loads(json.dumps(truth)))
        path = folder / f"{number:03}.media"
        if not path.exists():
            how = _HOW[number % len(_HOW)]
            path.write_bytes(record(clip.seconds, clip.sound, **how))
    return truths


def _row(lane: str, folder: Path, truths: list[dict[str, Any]], seconds: float, workers: int) -> str:
    """Run one lane in `workers` processes and say what came of it."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    base = [sys.executable, "-m", "bench.speech", "--folder", str(folder), "--count", str(len(truths)), "--workers", str(workers)]
    processes = 1 if lane in ("pipeline", "command-line") else workers
    environment = os.environ | (allocator() if lane == "bare-tuned" else {})
    running = [
        subprocess.Popen([*base, "--lane", lane, "--share", str(n)], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        for n in range(processes)
    ]
    with ThreadPoolExecutor(processes) as readers:  # all at once: a process whose pipe is full would stand still
        said = list(readers.map(lambda worker: worker.communicate()[0], running))
    lines = [json.loads(line) for one in said for line in one.splitlines()]
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall, cpu = wall - sum(line.get("setup", 0) for line in lines), cpu - sum(line.get("setup_cpu", 0) for line in lines)
    heard = {line["number"]: line for line in lines if "number" in line}
    wrong, starts = compared(truths, heard)
    peak = max((line["peak"] for line in lines if "peak" in line), default=0)
    times = f"{statistics.median(starts) * 1000:10.0f}{np.percentile(starts, 90) * 1000:8.0f}" if starts else " " * 18
    return f"{lane:14}{wall:8.1f}{cpu:8.1f}{seconds / wall:8.1f}{seconds / cpu:8.1f}{wrong:8.2f}{times}{peak:9.0f}"


def allocator() -> dict[str, str]:
    """How a sandboxed child manages memory and threads, for a process outside."""
    return {name: value for name, value in sandbox.environment(ROOT).items() if name.startswith(("MALLOC", "OMP", "OPENBLAS"))}


def compared(truths: list[dict[str, Any]], heard: dict[int, dict[str, Any]]) -> tuple[float, list[float]]:
    """Word error rate in per cent over all answers, and how far each rightly heard word's start is off, in seconds."""
    texts = [" ".join(_plain(truth["text"])) for truth in truths]
    wrong = jiwer.wer(texts, [" ".join(_plain(heard[n]["text"])) for n in range(len(truths))])
    starts: list[float] = []
    for number, truth in enumerate(truths):
        known = [(word, start) for text, start, _ in truth["words"] for word in _plain(text)]
        found = [(word, start) for text, start in heard[number]["words"] for word in _plain(text)]
        if not found:
            continue
        matched = jiwer.process_words(" ".join(w for w, _ in known), " ".join(w for w, _ in found))
        for part in matched.alignments[0]:
            if part.type == "equal":
                for at in range(part.ref_end_idx - part.ref_start_idx):
                    starts.append(abs(known[part.ref_start_idx + at][1] - found[part.hyp_start_idx + at][1]))
    return 100 * float(wrong), starts


def _plain(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("-", " ")).split()


def _work(lane: str, folder: Path, count: int, share: int, workers: int) -> None:
    """One process of one lane: every `workers`-th file, or all of them."""
    mine = range(share, count, workers)
    if lane == "pipeline":
        _pipeline(folder, range(count), workers)
    elif lane == "command-line":
        _command_line(folder, range(count), [])
    elif lane == "command-lines":
        _command_line(folder, mine, ["--threads", "1"])
    else:
        {"adapters": _adapters, "bare": _bare, "bare-tuned": _bare}[lane](folder, mine)


def _pipeline(folder: Path, mine: range, workers: int) -> None:
    """Every answer through the real thing. Making an installation does not count; starting workers and storing the bytes do."""
    began = time.monotonic()
    with open_house() as house:
        print(json.dumps({"setup": time.monotonic() - began, "setup_cpu": time.process_time()}))
        for _ in range(workers):
            house.start_worker()
        session = house.session()
        takes = [house.answer((folder / f"{number:03}.media").read_bytes(), session) for number in mine]
        assert house.wait(takes, 3600)
        for number, take in zip(mine, takes, strict=True):
            heard = house.heard(take)
            _say(number, heard.text, [(word.text, word.start) for word in words(heard)])
        print(json.dumps({"peak": max(_peak(pid) for pid in _engines(house))}))


def _engines(house: House) -> list[int]:
    """The speech children of the workers."""
    found = []
    for worker in house.workers:
        children = Path(f"/proc/{worker.pid}/task").glob("*/children")
        found += [int(pid) for path in children for pid in path.read_text().split()]
    return found


def _peak(pid: int) -> float:
    """The most memory a process ever held, in MB."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def _say(number: int, text: str, words: list[tuple[str, float]]) -> None:
    print(json.dumps({"number": number, "text": text, "words": words}), flush=True)


def _adapters(folder: Path, mine: range) -> None:
    with SpeechEngine() as engine, tempfile.TemporaryDirectory() as out:
        for number in mine:
            done = prepare([[folder / f"{number:03}.media"]], Path(out))
            assert done.playback is not None
            heard = engine.transcribe([done.playback])
            _say(number, heard.text, [(word.text, word.start) for word in heard.words])
        print(json.dumps({"peak": _peak(engine.pid or 0)}))


def _bare(folder: Path, mine: range) -> None:
    """The engine's own batched pipeline with its own decoding and voice detector, held in one process."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    from adapters.speech_child import BEAM

    model = WhisperModel(str(find_model(BUNDLED).folder), device="cpu", compute_type="int8", cpu_threads=1)
    pipeline = BatchedInferencePipeline(model)
    for number in mine:
        path = str(folder / f"{number:03}.media")
        segments, _ = pipeline.transcribe(path, language="en", beam_size=BEAM, batch_size=2, word_timestamps=True)
        found = list(segments)
        words = [(word.word, float(word.start)) for segment in found for word in segment.words]
        _say(number, " ".join(segment.text for segment in found), words)
    print(json.dumps({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def _command_line(folder: Path, mine: range, options: list[str]) -> None:
    program = str(Path(sys.executable).with_name("whisper-ctranslate2"))
    model = str(find_model(BUNDLED).folder)
    with tempfile.TemporaryDirectory() as out:
        for number in mine:
            command = [program, str(folder / f"{number:03}.media"), "--model_directory", model, "--device", "cpu", "--compute_type", "int8"]
            command += [*options, "--language", "en", "--output_format", "json", "--output_dir", out, "--verbose", "False"]
            subprocess.run(command, check=True, capture_output=True)
            said = json.loads((Path(out) / f"{number:03}.json").read_text())
            _say(number, " ".join(segment["text"] for segment in said["segments"]), [])
    print(json.dumps({"peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}))


def _nobody() -> None:
    """Clips without a voice: how many words were invented, by us and by the plain engine."""
    print("\nnobody speaks (20 s each): words invented")
    with SpeechEngine() as engine, tempfile.TemporaryDirectory() as folder:
        for name, sound in wordless(20).items():
            path = Path(folder) / "clip"
            path.write_bytes(record(20, sound, size=None))
            heard = engine.transcribe([path])
            print(f"  {name:20}{len(heard.words):3} {heard.text[:60]}")


if __name__ == "__main__":
    main()
