"""The benches read the sets that others bring as those lay them out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import proposals, public, sets

HEAD = "Id\tEssaySet\tScore1\tScore2\tEssayText\n"
LINES = [
    '1\t1\t2\t2\t"You would need to know how much vinegar was used, and what kind of container held it.',
    "2\t1\t0\t1\tthey shud of rinsed it",
    '3\t1\t1\t1\tIt doesn\'t say what they were \\"rinsed\\" with; also the mass of each sample.',
    "4\t2\t3\t3\tPlastic type B stretched the farthest of all the plastics in both trials.",
    "5\t2\t1\t0\tB is best. \u2019cause it stretches",
    "broken line",
]


@pytest.mark.parametrize("name", ["train.tsv", "train_rel_2.tsv"])
def test_short_answers_with_two_raters_are_read_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((HEAD + "\n".join(LINES)).encode() + b"\n6\t2\t2\t2\tit\x92s stretchy\n")
    rubrics = {"1": {"question": "What else would you need to know?", "criterion": "Method", "points": ["none", "one", "two"]}}
    (tmp_path / "rubrics.json").write_text(json.dumps(rubrics))
    first, second = sets.load("asap", tmp_path)
    assert (first.key, first.question, len(first.answers), len(second.answers)) == ("asap1", rubrics["1"]["question"], 3, 3)
    assert sorted(zip(first.levels, first.second, strict=True)) == [(0, 1), (1, 1), (2, 2)]
    assert any(answer.startswith('"You would need') for answer in first.answers)
    assert sorted(second.levels) == [1, 2, 3]
    assert "asap1 0." in proposals.people([first, second])


def test_a_folder_without_the_set_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"train\.tsv"):
        sets.load("asap", tmp_path)


SAID = "**Host:** And then?\n\n**Guest:** \\[00:01:02.03\\] Well, we [lost it](https://example.org). I\u2019d say I did.\n\nOf course.\n"


def test_a_marked_answer_is_found_word_for_word_in_a_public_transcript() -> None:
    words = public.words_of("Well, we lost it. I'd say I did.")
    reference = {"starts": "Well we lost", "words": [4, 4], "sha256": public.digest(words)}
    assert public.sentences(SAID, reference) == ["Well, we lost it.", "I\u2019d say I did."]
    assert public.sentences(SAID.replace("lost", "kept"), reference) is None
