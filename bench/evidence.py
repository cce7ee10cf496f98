"""Measures the evidence finder.

    python -m bench.evidence                  what is reported
    python -m bench.evidence --tune           what was looked at while the finder was changed
    python -m bench.evidence --marked FILE    real spoken answers that bench.public put together
    python -m bench.evidence --time           time and memory alone, on a quiet machine

- On marked answers (bench/texts/evidence.json): does the first quote, or one of the three, hold a sentence that a careful reader
  would quote? Beside words alone, each sentence model alone, the longest sentences, and any three, all grown to quotes the same way.
- On answers put together from ready sentences (bench/texts/answers.json): the same for each point of a rubric.
- The time one criterion takes for a two-minute answer on one core, with the proposer, and the memory of it all.
"""

from __future__ import annotations

import itertools
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from adapters.encoder import Encoder
from bench.proposals import rubric_of
from bench.sets import compose, constructed
from domain import calibration, evidence, proposals, wording
from domain.evidence import Passage
from domain.measures import Encode, Measure
from domain.wording import Sentence

TEXTS = Path(__file__).parent / "texts"
HELD = json.loads((TEXTS / "answers.json").read_text())["questions"]
SPLITS = ("tune", "fresh", "report")
Score = Callable[["Marked"], np.ndarray]


@dataclass(frozen=True)
class Marked:
    """One answer and one criterion, with the sentences a careful reader would quote (from 0); `answer` numbers the answer."""

    answer: int
    question: str
    points: tuple[str, ...]
    sentences: tuple[str, ...]
    quoted: frozenset[int]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)

    @property
    def places(self) -> list[Sentence]:
        """The sentences as the marks count them, by offset."""
        ends = list(itertools.accumulate(len(sentence) + 1 for sentence in self.sentences))
        return [Sentence(n + 1, end - 1 - len(said), end - 1) for n, (end, said) in enumerate(zip(ends, self.sentences, strict=True))]

    def inside(self, passage: Passage) -> set[int]:
        """The sentences (from 0) that a quote holds: at least half of one, or one that it is at least half of."""
        found = set()
        for i, place in enumerate(self.places):
            shared = min(place.end, passage.end) - max(place.start, passage.start)
            if shared * 2 >= min(place.end - place.start, passage.end - passage.start):
                found.add(i)
        return found


def marked(split: str, file: Path = TEXTS / "evidence.json") -> list[Marked]:
    """The marked answers of one part, a row for each criterion."""
    rows: list[Marked] = []
    for question in json.loads(file.read_text())["questions"]:
        needs = [
            proposals.RubricVersion(c["name"], c["description"], tuple(enumerate(c["anchors"], 1))).points for c in question["criteria"]
        ]
        for answer in question["answers"] if question.get("split", split) == split else []:
            number = len({row.answer for row in rows})
            for points, quoted in zip(needs, answer["marks"], strict=True):
                said = tuple(answer["sentences"])
                rows.append(Marked(number, question["question"], points, said, frozenset(i - 1 for i in quoted)))
    return rows


Find = Callable[[Marked], list[Passage]]


def near(encode: Encode | None) -> Score:
    """How near each sentence is to the criterion, as the finder sees it."""
    return lambda row: evidence.likeness(row.sentences, [evidence.read_as_one(row.points)], encode)[:, 0]


def scores(encoder: Encoder) -> dict[str, Score]:
    """What the finder is held against: a number for each sentence."""

    def alone(encode: Encode) -> Score:
        return lambda row: np.asarray((encode(row.sentences) @ encode(row.points).T).max(1))

    chance = np.random.default_rng(1)
    return {
        "TF-IDF alone": lambda row: evidence.likeness(row.sentences, row.points, None).max(1),
        "USE alone": alone(encoder.speaks("de") or encoder.both),
        "MiniLM alone": alone(encoder.english),
        "longest": lambda row: np.array([len(wording.content(sentence)) for sentence in row.sentences], float),
        "any": lambda row: chance.random(len(row.sentences)),
    }


def finders(encoder: Encoder) -> dict[str, Find]:
    """The finder, and each number as a finder: the same quotes, grown the same way, about the sentences where it is highest."""

    def whole(encode: Encode | None) -> Find:
        return lambda row: evidence.find(row.text, row.question, row.points, encode)

    def by(score: Score) -> Find:
        return lambda row: evidence.quotes(row.text, row.places, score(row) + 1.5, None)

    found = {"finder": whole(encoder.both), "finder, words only": whole(None)}
    return found | {name: by(score) for name, score in scores(encoder).items()}


def hits(row: Marked, passages: list[Passage]) -> tuple[float, float, float]:
    """The first quote holds a marked sentence; one of the three does; the share of the answer's words that the three hold."""
    held = [bool(row.quoted & row.inside(passage)) for passage in passages]
    words = sum(len(passage.of(row.text).split()) for passage in passages)
    return float(held[:1] == [True]), float(any(held)), words / len(row.text.split())


def assign(raw: np.ndarray) -> np.ndarray:
    """The column each row stands out for. One that is near to everything (a hub) does not win by that alone."""
    return np.asarray(((raw - raw.mean(0)) / (raw.std(0) + 0.05)).argmax(1))


def right_criterion(rows: list[Marked], score: Score) -> float:
    """For each marked sentence: of all the question's criteria, does it stand out most for one it was marked for?"""
    right = []
    for number in sorted({row.answer for row in rows}):
        some = [row for row in rows if row.answer == number]
        best = assign(np.array([score(row) for row in some]).T)
        for i in range(len(some[0].sentences)):
            own = {k for k, row in enumerate(some) if i in row.quoted}
            right += [best[i] in own] if own else []
    return float(np.mean(right))


def spread(rows: list[Marked], found: np.ndarray) -> tuple[float, float]:
    """95 % interval of a mean, resampling whole answers."""
    chance, by = (
        np.random.default_rng(2),
        {row.answer: [f for r, f in zip(rows, found, strict=True) if r.answer == row.answer] for row in rows},
    )
    held = list(by.values())
    means = [np.mean(np.concatenate([held[i] for i in chance.integers(0, len(held), len(held))])) for _ in range(1000)]
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def marked_table(rows: list[Marked], encoder: Encoder) -> str:
    """All methods on one part, as Markdown."""
    telling = [row for row in rows if row.quoted]
    nearness = {"finder": near(encoder.both), "finder, words only": near(None)} | scores(encoder)
    lines = [f"| {len(telling)} criteria | first | one of three (95 %) | words quoted | right criterion of 3 or 4 |", "|" + "---|" * 5]
    for name, find in finders(encoder).items():
        found = np.array([hits(row, find(row)) for row in telling])
        low, high = spread(telling, found[:, 1])
        first, three, words = found.mean(0)
        lines.append(
            f"| {name} | {first:.2f} | {three:.2f} ({low:.2f}–{high:.2f}) | {words:.0%} | {right_criterion(rows, nearness[name]):.2f} |"
        )
    return "\n".join([*lines, "", none_found(rows, encoder)])


def none_found(rows: list[Marked], encoder: Encoder) -> str:
    """How often nothing is found: where something bears on the criterion, where nothing does, and for another question's criterion."""

    def share(some: list[Marked]) -> str:
        silent = [not evidence.find(row.text, row.question, row.points, encoder.both) for row in some]
        return f"{sum(silent)} of {len(silent)}"

    turned = [row for row in rows if row.quoted]
    strange = [replace(row, question=turned[i - 7].question, points=turned[i - 7].points) for i, row in enumerate(turned)]
    strange = [new for new, old in zip(strange, turned, strict=True) if new.question != old.question]
    missed, right, odd = share(turned), share([row for row in rows if not row.quoted]), share(strange)
    return f"nothing found: {missed} criteria with marks, {right} without, {odd} pairs of an answer and another question's criterion"


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
        criterion = sum(any(words in passage.of(answer) for words in everything) for passage in whole) / 3
        for point in entry["points"]:
            passages = evidence.find(answer, entry["question"], [point["text"]], encode, 3)  # type: ignore[arg-type]
            hits = [any(words in passage.of(answer) for words in point["says"]) for passage in passages]
            found.append((hits[:1] == [True], any(hits), criterion))
    return found


def right_point(entry: dict[str, Any], encode: object) -> list[bool]:
    """For each sentence that says a point: it is given to that point, chance being one in five."""
    said = [(words, i) for i, point in enumerate(entry["points"]) for words in point["says"]]
    raw = evidence.likeness([words for words, _ in said], [point["text"] for point in entry["points"]], encode)  # type: ignore[arg-type]
    return [bool(best == i) for best, (_, i) in zip(assign(raw), said, strict=True)]


def two_minutes() -> list[str]:
    """Answers of 300 words that nobody has read before: marked answers, end to end."""
    said = [row.text for split in SPLITS for row in marked(split)]
    words = " ".join(dict.fromkeys(said)).split()
    return [" ".join(words[at : at + 300]) for at in range(0, len(words) - 300, 300)]


def seconds() -> list[float]:
    """Processor seconds, evidence and proposal, models warm: for one criterion, median and worst; for a further one on the same words."""
    encode, warm = Encoder().both, []
    for task in constructed(100)[:2]:
        measure = Measure(rubric_of(task), encode)
        fitted = calibration.fit([measure(text) for text in task.answers], list(map(float, task.levels)), [1, 2, 3, 4, 5])
        warm.append((task.question, proposals.RubricVersion(task.criterion, task.description, tuple(task.anchors)), fitted))
    took = []
    for text in two_minutes():
        row = []
        for question, rubric, fitted in warm:
            started = time.process_time()
            asked = proposals.Asked(question, rubric, text)
            proposals.calibrated(asked, encode, fitted, proposals.Floor(), proposals.passages(asked, encode))
            row.append(time.process_time() - started)
        took.append(row)
    first, further = np.array(took[2:]).T
    return [float(np.median(first)), float(first.max()), float(np.median(further))]


def constructed_table(encode: Encode) -> str:
    """The finder on answers put together from ready sentences, as Markdown."""
    lines = ["| questions | with | first | first three | a criterion's three that bear on it | right point of five |", "|" + "---|" * 6]
    for split in ("tune", "report"):
        for name, using in (("words", None), ("words and meaning", encode)):
            some = [entry for entry in HELD if entry["split"] == split]
            found = np.array([hit for entry in some for hit in top(entry, using)])
            points = [hit for entry in some for hit in right_point(entry, using)]
            first, three, whole = found.mean(0)
            lines.append(f"| {split} | {name} | {first:.2f} | {three:.2f} | {whole:.2f} | {np.mean(points):.2f} |")
    return "\n".join(lines)


def main() -> None:
    if "--time" in sys.argv:
        median, worst, further = seconds()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"one criterion, 300 words: {median * 1000:.0f} ms (worst {worst * 1000:.0f}), a further one {further * 1000:.0f}; {memory} MB"
        )
        return
    encoder = Encoder()
    if "--marked" in sys.argv:
        print(marked_table(marked("", Path(sys.argv[sys.argv.index("--marked") + 1])), encoder))
        return
    for split in SPLITS[:2] if "--tune" in sys.argv else SPLITS[2:]:
        print(f"{split}\n\n{marked_table(marked(split), encoder)}\n")
    print(constructed_table(encoder.both))


if __name__ == "__main__":
    main()
