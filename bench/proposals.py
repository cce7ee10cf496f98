"""Measures the calibrated proposer: learning curves against baselines, coverage, what is shown against what is withheld.

python -m bench.proposals constructed
python -m bench.proposals vader --data FOLDER
python -m bench.proposals drugs --data FOLDER
python -m bench.proposals asap --data FOLDER
python -m bench.proposals constructed --shuffled        scores given to other answers: nothing predicts, so nothing may be shown
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from adapters.encoder import Encoder
from bench.sets import Task, load
from domain import calibration, proposals, wording
from domain.agreement import kappa
from domain.calibration import _whole
from domain.measures import Encode, Measure, Measured, Rubric, zero_shot
from domain.proposals import WIDEST, Asked, Floor, RubricVersion

SPREAD = 0.3
"""Of the values that stand for levels where nothing was learned, for every method alike: about that of levels given evenly."""
SIZES = (0, 5, 10, 20, 50, 100, 200)
HELD_BACK = 100


def rubric_of(task: Task) -> Rubric:
    return proposals.rubric_of(Asked(task.question, RubricVersion(task.criterion, task.description, tuple(task.anchors)), ""))


def measured(task: Task, encode: Encode) -> list[Measured]:
    measure = Measure(rubric_of(task), encode)
    return [measure(answer) for answer in task.answers]


def draws(task: Task, size: int, repeats: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows to learn from and rows to judge on, never the same."""
    found = []
    for repeat in range(repeats):
        order = np.random.default_rng(zlib.crc32(f"{task.key}{repeat}".encode())).permutation(len(task.answers))
        found.append((order[HELD_BACK : HELD_BACK + size], order[:HELD_BACK]))
    return found


def ridge(x: np.ndarray, y: np.ndarray, new: np.ndarray, penalty: float = 3.0) -> np.ndarray:
    """Plain regression on one or few columns, the baselines' way to learn."""
    mean, spread = x.mean(0), x.std(0) + 1e-6
    a, b = (x - mean) / spread, (new - mean) / spread
    return np.asarray(y.mean() + b @ np.linalg.solve(a.T @ a + penalty * np.eye(a.shape[1]), a.T @ (y - y.mean())))


def baselines(task: Task, encode: Encode) -> dict[str, np.ndarray]:
    """One number an answer: its length, its TF-IDF likeness to the rubric, its sentence-vector likeness to the rubric."""
    rubric = " ".join([task.criterion, task.description, *(text for _, text in task.anchors)])
    counts = [wording.terms(text) for text in task.answers]
    rarity = wording.rarity([*counts, wording.terms(rubric)])
    target = wording.weigh(wording.terms(rubric), rarity)
    vector = encode([rubric])[0]
    whole = encode([answer[:1000] for answer in task.answers]) @ vector
    return {
        "length": np.array([len(text.split()) for text in task.answers], float),
        "tfidf": np.array([wording.dot(wording.weigh(c, rarity), target) for c in counts]),
        "embedding": np.asarray(whole, float),
    }


def curve(task: Task, encode: Encode, repeats: int) -> list[dict[str, Any]]:
    """One row for each size and draw."""
    answers = measured(task, encode)
    y = np.array(task.levels, float)
    levels = sorted(set(task.levels))
    plain = baselines(task, encode)
    rows = []
    for size in SIZES:
        if size and HELD_BACK + size > len(answers):
            continue
        for train, test in draws(task, size, repeats if size else 1):
            row = {"task": task.key, "split": task.split, "n": size}
            if size == 0:
                for name, values in ({"ours": np.array([zero_shot(answer) for answer in answers])} | plain).items():
                    standard = 0.5 + SPREAD * (values[test] - values.mean()) / (values.std() + 1e-9)
                    row[name] = kappa(_whole(standard, levels), y[test])
            else:
                row |= learned(answers, y, levels, train, test)
                for name, values in plain.items():
                    guess = ridge(values[train, None], y[train], values[test, None])
                    row[name] = kappa(_whole((guess - levels[0]) / (levels[-1] - levels[0]), levels), y[test])
            rows.append(row)
    return rows


def learned(answers: list[Measured], y: np.ndarray, levels: list[int], train: np.ndarray, test: np.ndarray) -> dict[str, Any]:
    """Fit on some, propose for others."""
    fitted = calibration.fit([answers[i] for i in train], list(y[train]), levels)
    guesses = [calibration.propose(fitted, answers[i]) for i in test]
    span = levels[-1] - levels[0]
    truth = (y[test] - levels[0]) / span
    said = np.array([guess.level for guess in guesses], float)
    inside = np.mean([guess.low - 1e-9 <= t <= guess.high + 1e-9 for guess, t in zip(guesses, truth, strict=True)])
    shown = np.array([guess.oddness <= 1 and 10 * (guess.high - guess.low) <= WIDEST for guess in guesses])
    gap = np.abs(said - y[test]) / span
    return {
        "ours": kappa(said, y[test]),
        "coverage": float(inside),
        "width": float(np.mean([guess.high - guess.low for guess in guesses]) * 10),
        "estimate": fitted.record.kappa,
        "estimate_low": fitted.record.low,
        "odd": float(np.mean([guess.oddness > 1 for guess in guesses])),
        "said": said.tolist(),
        "truth": y[test].tolist(),
        "spread": [guess.spread for guess in guesses],
        "shown": shown.tolist(),
        "gap": gap.tolist(),
    }


def interval(values: list[float], groups: list[str], seed: int = 3) -> tuple[float, float]:
    """95 % interval of the mean over tasks, resampling tasks and then draws within them."""
    chance = np.random.default_rng(seed)
    by: dict[str, list[float]] = {}
    for value, group in zip(values, groups, strict=True):
        by.setdefault(group, []).append(value)
    held = list(by.values())
    means = [np.mean([np.mean(chance.choice(held[i], len(held[i]))) for i in chance.integers(0, len(held), len(held))]) for _ in range(500)]
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def table(rows: list[dict[str, Any]]) -> str:
    """Kappa by size and method, with intervals, as Markdown."""
    names = ("ours", "length", "tfidf", "embedding")
    lines = [
        "| n | " + " | ".join(names) + " | ours less the best of them | coverage | width of 10 | odd |",
        "|" + "---|" * (len(names) + 5),
    ]
    for size in SIZES:
        some = [row for row in rows if row["n"] == size]
        if not some:
            continue
        cells = []
        for name in names:
            low, high = interval([row[name] for row in some], [row["task"] for row in some])
            cells.append(f"{_by_task(some, name):.2f} ({low:.2f}–{high:.2f})")
        best = max(names[1:], key=lambda name: _by_task(some, name))
        ahead = [row["ours"] - row[best] for row in some]
        low, high = interval(ahead, [row["task"] for row in some])
        cells.append(f"{np.mean(ahead):+.2f} ({low:+.2f} to {high:+.2f})")
        rest = [f"{_by_task(some, name):.2f}" if name in some[0] else "–" for name in ("coverage", "width", "odd")]
        lines.append(f"| {size} | " + " | ".join(cells + rest) + " |")
    return "\n".join(lines)


def _shown_kappa(row: dict[str, Any]) -> float:
    pairs = [(s, t) for s, t, ok in zip(row["said"], row["truth"], row["shown"], strict=True) if ok]
    return kappa([s for s, _ in pairs], [t for _, t in pairs])


def gate(rows: list[dict[str, Any]]) -> str:
    """What would be shown under the floor, against what would be withheld: agreement and mean error on the scale 0-1."""
    floor, lines = (
        Floor(),
        ["| n | draws that pass the floor | kappa of what is shown | error shown | error withheld | answers shown |", "|" + "---|" * 6],
    )
    for size in SIZES[1:]:
        some = [row for row in rows if row["n"] == size]
        passed = [r for r in some if size >= floor.n and r["estimate"] >= floor.kappa and r["estimate_low"] >= floor.low]
        shown = [(g, s, t) for r in passed for g, s, t, ok in zip(r["gap"], r["said"], r["truth"], r["shown"], strict=True) if ok]
        kept = {id(r) for r in passed}
        held = [g for r in some for g, ok in zip(r["gap"], r["shown"], strict=True) if not (ok and id(r) in kept)]
        if some:
            agreed = np.mean([_shown_kappa(row) for row in passed]) if passed else float("nan")
            total = sum(len(r["gap"]) for r in some)
            errors = [f"{np.mean(x):.3f}" if x else "–" for x in ([g for g, _, _ in shown], held)]
            lines.append(f"| {size} | {len(passed)}/{len(some)} | {agreed:.2f} | {errors[0]} | {errors[1]} | {len(shown) / total:.0%} |")
    return "\n".join(lines)


def people(tasks: list[Task]) -> str:
    """How well two people agree, where two scored: the ceiling."""
    found = [f"{task.key} {kappa(task.levels, task.second):.2f}" for task in tasks if task.second]
    return f"people with each other: {', '.join(found)}" if found else ""


def _by_task(rows: list[dict[str, Any]], name: str) -> float:
    tasks = sorted({row["task"] for row in rows})
    return float(np.mean([np.mean([row[name] for row in rows if row["task"] == task]) for task in tasks]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--split", default="")
    parser.add_argument("--shuffled", action="store_true")
    given = parser.parse_args()
    encode = Encoder().both
    tasks = [task for task in load(given.set, given.data) if given.split in ("", task.split)]
    for task in tasks if given.shuffled else []:
        random.Random(task.key).shuffle(task.levels)
    print(people(tasks))
    rows = [row for task in tasks for row in curve(task, encode, given.repeats)]
    for split in ("tune", "report"):
        some = [row for row in rows if row["split"] == split]
        if some:
            print(f"\n{given.set}, {split}\n\n{table(some)}\n\n{gate(some)}")
    if given.out:
        given.out.write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
