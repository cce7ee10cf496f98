"""Captions that people can read: two short lines, in every script, safe for any player."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest

from domain import captions
from domain.transcripts import Word

LATIN = "When a customer is upset I let them finish, then I say back what I heard, and only then do I look for the cause."


def said(text: str, step: float = 0.3, spaced: bool = True) -> list[Word]:
    """Words of a text, one each `step` seconds; signs where a script has no spaces."""
    pieces = [(m.start(), m.group()) for m in re.finditer(r"\S+" if spaced else r"\S", text)]
    return [Word(piece, n * step, n * step + step * 0.9, offset, False) for n, (offset, piece) in enumerate(pieces)]


def cues(vtt: str) -> list[list[str]]:
    return [block.split("\n") for block in vtt.strip().split("\n\n")[1:]]


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line if not unicodedata.combining(sign))


def test_lines_are_short_and_at_most_two() -> None:
    found = cues(captions.webvtt(said(LATIN), "en"))
    assert len(found) > 1
    assert all(len(cue) <= 3 for cue in found)
    assert all(columns(line) <= captions.LINE for cue in found for line in cue[1:])
    assert " ".join(line for cue in found for line in cue[1:]) == LATIN


def test_a_cue_ends_at_a_pause_and_after_seven_seconds() -> None:
    words = said("one two three four")
    later = [Word(w.text, w.start + (5 if n > 1 else 0), w.end + (5 if n > 1 else 0), w.offset, False) for n, w in enumerate(words)]
    assert [cue[1] for cue in cues(captions.webvtt(later))] == ["one two", "three four"]
    slow = cues(captions.webvtt(said("a b c d e f g h i j", step=1.0)))
    assert [cue[1] for cue in slow] == ["a b c d e f g", "h i j"]


def test_cues_do_not_overlap_and_stand_long_enough() -> None:
    words = [Word("Yes.", 0.0, 0.1, 0, False), Word("No.", 2.0, 2.1, 5, False), Word("So.", 2.2, 9.9, 9, False)]
    times = [cue[0] for cue in cues(captions.webvtt(words))]
    assert times[0] == "00:00:00.000 --> 00:00:00.500"
    ends = [line.split(" --> ") for line in times]
    assert all(before[1] <= after[0] for before, after in pairwise(ends))


def test_hours_are_written_out() -> None:
    assert "01:01:01.500 --> 01:01:02.000" in captions.webvtt([Word("Late.", 3661.5, 3661.9, 0, False)])


def test_japanese_breaks_between_signs_but_never_before_a_comma() -> None:
    text = "お客様が怒っているときは、まず最後まで話を聞いて、それから私が理解したことを言い直します。それから原因を探します。"
    lines = captions.lines(text)
    assert "".join(lines) == text
    assert all(columns(line) <= captions.LINE for line in lines)
    assert not any(line[0] in captions.NOT_FIRST for line in lines)
    found = cues(captions.webvtt(said(text, 0.1, spaced=False), "ja"))
    assert "".join(line for cue in found for line in cue[1:]) == text


def test_a_comma_just_past_the_edge_takes_its_sign_along() -> None:
    assert captions.lines("あ" * 21 + "、" + "い" * 5) == ["あ" * 20, "あ、" + "い" * 5]


def test_a_bracket_stays_with_what_it_opens() -> None:
    assert captions.lines("あ" * 20 + "「" + "い" * 5 + "」") == ["あ" * 20, "「" + "い" * 5 + "」"]


@pytest.mark.parametrize("language", ["ar", "he", "fa", "ur", "ar-EG"])
def test_a_right_to_left_line_is_marked_so_that_its_full_stop_stands_left(language: str) -> None:
    line = cues(captions.webvtt(said("שלום וברוך הבא."), language))[0][1]
    assert line.startswith(captions.MARK)
    assert line.endswith("." + captions.MARK)


def test_a_left_to_right_line_is_not_marked() -> None:
    assert captions.MARK not in captions.webvtt(said("Hello there."), "en")


@pytest.mark.parametrize("word", ["<script>alert(1)</script>", "-->", "&lt;", "a<b>c", "<v", "&"])
def test_what_was_said_cannot_become_markup(word: str) -> None:
    body = captions.webvtt([Word(word, 0, 1, 0, False)]).split("\n", 3)[3]
    assert "<" not in body
    assert ">" not in body
    assert not re.search(r"&(?!amp;|lt;|gt;)", body)


def test_combining_marks_take_no_room_and_stay_with_their_letter() -> None:
    text = "e\u0301" * 40
    assert captions.lines(text) == [text]
    words = ("e\u0301e " * 14).strip()
    assert captions.lines(words) == [words]
    assert captions.signs("か\u3099き") == ["か\u3099", "き"]


def test_nothing_said_is_an_empty_file() -> None:
    assert captions.webvtt([]) == "WEBVTT\n"
