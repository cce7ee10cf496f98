"""Measures the evidence finder on the hand-made answers: is the sentence that says it among the first three, and its point right?

    python -m bench.evidence

Also the time one criterion takes for a two-minute answer on one core, with the proposer, and the memory of it all.
"""

from __future__ import annotations

import json
import random
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from adapters.encoder import Encoder
from bench.proposals import rubric_of
from bench.sets import compose, constructed
from domain import calibration, evidence, proposals
from domain.measures import Measure

HELD = json.loads((Path(__file__).parent / "texts" / "answers.json").read_text())["questions"]


def top(entry: dict[str, Any], encode: object, repeats: int = 40) -> list[tuple[bool, bool, float]]:
    """For each point of each answer: the sentence that says it is first; it is among the first three; and
    the share of a criterion's three passages that say a point of it (chance is about one half)."""
    found = []
    chance = random.Random(5)
    for _ in range(repeats):
        answer = compose(entry, list(range(len(entry["points"]))), chance)
        everything = [words for point in entry["points"] for words in point["says"]]
        points = [point["text"] for point in entry["points"]]
        needs = [*points, entry["description"], entry["criterion"]]
        whole = evidence.find(answer, entry["question"], needs, encode, 3)  # type: ignore[arg-type]
        criterion = sum(passage.of(answer) in everything for passage in whole) / 3
        for point in entry["points"]:
            passages = evidence.find(answer, entry["question"], [point["text"]], encode, 3)  # type: ignore[arg-type]
            hits = [passage.of(answer) in point["says"] for passage in passages]
            found.append((hits[:1] == [True], any(hits), criterion))
    return found


def right_point(entry: dict[str, Any], encode: object) -> list[bool]:
    """For each sentence that says a point: it is given to that point, chance being one in five."""
    said = [(words, i) for i, point in enumerate(entry["points"]) for words in point["says"]]
    raw = evidence.likeness([words for words, _ in said], [point["text"] for point in entry["points"]], encode)  # type: ignore[arg-type]
    return [bool(best == i) for best, (_, i) in zip(evidence.assign(raw), said, strict=True)]


def seconds() -> tuple[float, float]:
    """Median and worst processor time for one criterion on 300 fresh words, evidence and proposal, models warm."""
    task = constructed(180)[0]
    encode = Encoder().both
    measure = Measure(rubric_of(task), encode)
    fitted = calibration.fit([measure(text) for text in task.answers[:100]], list(map(float, task.levels[:100])), [1, 2, 3, 4, 5])
    rubric = proposals.RubricVersion(task.criterion, task.description, tuple(task.anchors))
    took = []
    for i in range(15):
        fresh = " ".join(
            f"{line.strip()} {i} {n}." for n, line in enumerate(" ".join(task.answers[120 + 4 * i % 50 :][:5]).split(".")[:26])
        )
        started = time.process_time()
        asked = proposals.Asked(task.question, rubric, fresh)
        proposals.calibrated(asked, encode, fitted, proposals.Floor(), proposals.passages(asked, encode))
        took.append(time.process_time() - started)
    return float(np.median(took)), max(took)


def main() -> None:
    encode = Encoder().both
    print(
        "| questions | with | first | first three | a criterion's three that bear on it | right point of five |\n|---|---|---|---|---|---|"
    )
    for split in ("tune", "report"):
        for name, using in (("words", None), ("words and meaning", encode)):
            some = [entry for entry in HELD if entry["split"] == split]
            hits = np.array([hit for entry in some for hit in top(entry, using)])
            points = [hit for entry in some for hit in right_point(entry, using)]
            first, three, whole = hits.mean(0)
            print(f"| {split} | {name} | {first:.2f} | {three:.2f} | {whole:.2f} | {np.mean(points):.2f} |")
    median, worst = seconds()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\none criterion, 300 words: {median * 1000:.0f} ms (worst {worst * 1000:.0f}); {memory} MB in all")


if __name__ == "__main__":
    main()
