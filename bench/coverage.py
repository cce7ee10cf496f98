"""Do the intervals hold what they promise? How often people's score lies within the 80 % interval of an answer not learned from.

    python -m bench.coverage constructed
    python -m bench.coverage vader --data FOLDER --draws 30 --sizes 10,20

Only intervals are measured here, without baselines, so that many draws are cheap. 95 % intervals resample tasks and draws.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from adapters.encoder import Encoder
from bench.proposals import draws, interval, measured
from bench.sets import Task, load
from domain import calibration
from domain.measures import Encode, Measured

SIZES = "10,20,50,100,200"


def held(task: Task, answers: list[Measured], size: int, repeats: int) -> list[tuple[float, float]]:
    """For each draw: the share of answers whose score lies within their interval, and how wide that is in points of 10."""
    levels = sorted(set(task.levels))
    truth = (np.array(task.levels, float) - levels[0]) / (levels[-1] - levels[0])
    found = []
    for train, test in draws(task, size, repeats):
        if len(train) < size:
            continue
        fitted = calibration.fit([answers[i] for i in train], [task.levels[i] for i in train], levels)
        guesses = [calibration.propose(fitted, answers[i]) for i in test]
        inside = [guess.low - 1e-9 <= truth[i] <= guess.high + 1e-9 for guess, i in zip(guesses, test, strict=True)]
        found.append((float(np.mean(inside)), float(np.mean([10 * (guess.high - guess.low) for guess in guesses]))))
    return found


def table(tasks: list[Task], encode: Encode, sizes: list[int], repeats: int) -> str:
    """Coverage and width by number of scored answers, as Markdown."""
    lines = ["| n | held at 80 % (95 %) | width of 10 | draws |", "|" + "---|" * 4]
    answers = {task.key: [replace(answer, less=None) for answer in measured(task, encode)] for task in tasks}
    for size in sizes:
        by_task = {task.key: held(task, answers[task.key], size, repeats) for task in tasks}
        inside = [share for found in by_task.values() for share, _ in found]
        if inside:
            low, high = interval(inside, [key for key, found in by_task.items() for _ in found])
            width = np.mean([wide for found in by_task.values() for _, wide in found])
            lines.append(f"| {size} | {np.mean(inside):.2f} ({low:.2f}–{high:.2f}) | {width:.1f} | {len(inside)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--draws", type=int, default=8, help="of each task and size")
    parser.add_argument("--sizes", default=SIZES)
    given = parser.parse_args()
    encode, sizes = Encoder().both, [int(size) for size in given.sizes.split(",")]
    for split in ("tune", "report"):
        tasks = [task for task in load(given.set, given.data) if task.split == split]
        if tasks:
            print(f"\n{given.set}, {split}\n\n{table(tasks, encode, sizes, given.draws)}")


if __name__ == "__main__":
    main()
