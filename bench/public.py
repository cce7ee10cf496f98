"""Puts together real spoken answers that were marked by hand, for `python -m bench.evidence --marked OUT`.

    python -m bench.public FOLDER OUT

The words are other people's and lie in public repositories, not here: `bench/texts/public.json` names where each answer is (repository,
file, commit, speaker), its first and last words, how many words each sentence has, a hash of them all, and the marks. FOLDER holds
those repositories, as owner/name, at any commit that has the file. What is not there, or reads otherwise, is left out and named.
Our questions and criteria were written before any transcript was read; two readers marked each set without seeing each other's marks.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import sys
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

REFERENCES = Path(__file__).parent / "texts" / "public.json"
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_MARKUP = re.compile(r"<[^>]+>|\\?\[[\d:.]+\\?\]|\*\*[^*\n]{1,60}:\*\*")


def plain(text: str) -> str:
    """A transcript without markup, time stamps and names of speakers."""
    return " ".join(html.unescape(_MARKUP.sub(" ", _LINK.sub(r"\1", text))).split())


def words_of(text: str) -> list[str]:
    """The words as they count, in lower case."""
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


def digest(words: list[str]) -> str:
    """A hash of these words."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def sentences(transcript: str, reference: dict[str, Any]) -> list[str] | None:
    """The answer's sentences out of a whole transcript; None where it does not stand there word for word."""
    text, total = plain(transcript), sum(reference["words"])
    known, starts = words_of(text), [match.start() for match in _WORD.finditer(text)] + [len(text)]
    first = words_of(reference["starts"])
    for at in range(len(known) - total + 1):
        if known[at : at + len(first)] == first and digest(known[at : at + total]) == reference["sha256"]:
            ends = [0, *accumulate(reference["words"])]
            return [text[starts[at + a] : starts[at + b]].strip() for a, b in pairwise(ends)]
    return None


def together(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """All answers that are at hand, as `bench.evidence` reads them, and the names of those that are not."""
    missing: list[str] = []
    questions = []
    for question in json.loads(REFERENCES.read_text())["questions"]:
        answers = []
        for reference in question["answers"]:
            place = folder / reference["source"]["repo"] / reference["source"]["path"]
            said = sentences(place.read_text(errors="replace"), reference) if place.exists() else None
            if said is None:
                missing.append(f"{reference['source']['repo']}/{reference['source']['path']}")
            else:
                answers.append({"sentences": said, "marks": reference["marks"]})
        questions.append({"question": question["question"], "criteria": question["criteria"], "answers": answers})
    return {"questions": questions}, missing


def readers() -> str:
    """How the two readers' marks compare, over all criteria of all answers."""
    questions = json.loads(REFERENCES.read_text())["questions"]
    pairs = [(set(a), set(b)) for q in questions for one in q["answers"] for a, b in zip(one["marks"], one["second"], strict=True)]
    both, one_only = [a & b for a, b in pairs if a and b], sum(bool(a) != bool(b) for a, b in pairs)
    return f"both marked {len(both)} criteria of {len(pairs)}, a sentence in common on {sum(map(bool, both))}; one alone marked {one_only}"


def main() -> None:
    folder, out = map(Path, sys.argv[1:3])
    found, missing = together(folder)
    out.write_text(json.dumps(found))
    print(f"{sum(len(question['answers']) for question in found['questions'])} answers written to {out}; not found: {missing or 'none'}")
    print(readers())


if __name__ == "__main__":
    main()
