"""The calibrated proposer: learns, knows how well, and says when an answer is unlike what it knows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from adapters.encoder import FakeEncoder
from bench.sets import constructed
from domain import agreement, calibration, oddness, packing, proposals, wording
from domain.calibration import Fitted
from domain.measures import Measure, Measured, Rubric
from domain.proposals import Asked, Floor, RubricVersion

TASK = constructed(140)[0]
OTHER = constructed(60)[1]
LEVELS = (1, 2, 3, 4, 5)


@cache
def measure() -> Measure:
    return Measure(Rubric(TASK.question, TASK.criterion, tuple(text for _, text in TASK.anchors)), FakeEncoder())


@cache
def answers() -> tuple[Measured, ...]:
    return tuple(measure()(text) for text in TASK.answers)


@cache
def fitted(n: int = 80, shuffled: bool = False) -> Fitted:
    scores = list(map(float, TASK.levels[:n]))
    if shuffled:
        random.Random(1).shuffle(scores)
    return calibration.fit(answers()[:n], scores, LEVELS)


def test_it_agrees_with_people_on_answers_it_has_not_seen() -> None:
    said = [calibration.propose(fitted(), answer).level for answer in answers()[80:]]
    assert agreement.kappa(said, TASK.levels[80:]) > 0.6


def test_before_many_scores_an_answer_near_the_highest_anchor_is_expected_above_one_near_the_lowest() -> None:
    anchors = ((1, "it failed badly"), (2, "it went neither way"), (3, "it worked splendidly"))
    read = Measure(proposals.rubric_of(Asked("How was it?", RubricVersion("Outcome", "The end counts.", anchors), "")), _by_outcome)
    poor, fair, good = (read(f"In the end the whole delivery {how} for all of us there.") for how in ("collapsed", "continued", "shone"))
    few = calibration.fit([fair, fair, fair], [2.0, 2.0, 2.0], (1, 2, 3))
    assert calibration.propose(few, good).value > calibration.propose(few, fair).value > calibration.propose(few, poor).value


def test_guesses_are_spread_towards_the_scores_within_reason() -> None:
    assert 1.03 < fitted().stretch < 1.5, "what agrees well is moved little"
    assert fitted(shuffled=True).stretch == 2.5, "where nothing can be learned, noise is not blown up without end"


def test_an_anchor_alone_and_an_empty_answer_are_read_without_fault() -> None:
    read = Measure(Rubric("How was it?", "Outcome", ("it worked splendidly",), 1), _by_outcome)
    assert all(np.isfinite(read(said).tilt).all() for said in ("It all shone in the end.", ""))


def _by_outcome(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Good to the right, bad to the left, in between upwards, and what is about something else out of the page."""
    ways = {
        "splendidly": (1, 1, 0),
        "shone": (1, 1, 0),
        "failed": (-1, 1, 0),
        "collapsed": (-1, 1, 0),
        "neither": (0, 1, 0),
        "continued": (0, 1, 0),
    }
    rows = [next((way for word, way in ways.items() if word in text), (0, 0, 1)) for text in texts]
    table = np.array(rows, np.float32).reshape(len(rows), 3)
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True), np.float32)


def test_its_estimate_of_its_own_agreement_is_honest() -> None:
    said = [calibration.propose(fitted(), answer).level for answer in answers()[80:]]
    assert abs(fitted().record.kappa - agreement.kappa(said, TASK.levels[80:])) < 0.2
    assert fitted().record.n == 80


def test_where_nothing_can_be_learned_it_says_so() -> None:
    assert fitted(80, shuffled=True).record.kappa < 0.3


def test_four_of_five_scores_lie_inside_the_interval() -> None:
    guesses = [calibration.propose(fitted(), answer) for answer in answers()[80:]]
    truth = (np.array(TASK.levels[80:]) - 1) / 4
    assert 0.65 <= np.mean([g.low - 1e-9 <= t <= g.high + 1e-9 for g, t in zip(guesses, truth, strict=True)]) <= 0.95


def test_few_honest_answers_are_called_unusual_and_nonsense_is() -> None:
    odd = np.mean([calibration.propose(fitted(), answer).oddness > 1 for answer in answers()[80:]])
    assert odd <= 0.12
    stranger = measure()("Bananas photosynthesise quarterly turbines. Quantum lobsters legislate velvet. " * 1 + "Mitochondria yodel.")
    assert calibration.propose(fitted(), stranger).oddness > 1


def test_nothing_is_shown_before_the_unusual_can_be_told() -> None:
    assert Floor().n >= oddness.ENOUGH_TO_JUDGE


def test_another_questions_good_answer_behind_a_weak_one_is_not_let_carry_it() -> None:
    weak, good = _answer_at(1), max(zip(OTHER.levels, OTHER.answers, strict=True))[1]
    guess = calibration.propose(fitted(), measure()(f"{weak} {good}"))
    assert guess.value > calibration.propose(fitted(), measure()(weak)).value + 0.3
    assert guess.why_odd == "carried"
    assert guess.oddness > 1


STRANGE = "Quarks orbit velvet. Seven zeppelins hummed sonatas beneath quilted lagoons."


def _valued(monkeypatch: pytest.MonkeyPatch, worth: dict[str, float]) -> None:
    """Answers are worth what these words in them are, the dearest of them; nothing else is unusual about any."""

    def predicted(_: Fitted, row: calibration.Row) -> tuple[float, float]:
        held = [value for word, value in worth.items() if wording.terms(word).keys() & row.words.keys()]
        return max(held, default=0.0), 0.1

    monkeypatch.setattr(calibration, "_predict", predicted)
    monkeypatch.setattr(calibration, "_value", lambda _, mean: mean)
    monkeypatch.setattr(oddness, "oddness", lambda *_: (0.0, ""))


def test_where_every_sentence_is_strange_none_may_carry_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = measure()(STRANGE)
    assert len(oddness.strangers(fitted().odd, strange)) == len(strange.vectors) == 2
    _valued(monkeypatch, {"velvet": 0.3, "zeppelins": 0.8})
    assert calibration.propose(fitted(), strange).why_odd == "carried"
    _valued(monkeypatch, {"velvet": 0.75, "zeppelins": 0.8})
    assert calibration.propose(fitted(), strange).oddness < 1


def test_one_strange_sentence_is_judged_and_many_are_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    many = "Quarks orbit velvet. Zeppelins hummed sonatas. Lagoons quilted yodels. Lobsters legislate prisms. "
    many += "Turnips salute marzipan. Owls telegraph molasses. Gargoyles knit trombones."
    _valued(monkeypatch, dict.fromkeys(("velvet", "sonatas", "yodels", "prisms", "marzipan", "molasses", "trombones"), 0.5))
    assert calibration.propose(fitted(), measure()("Quarks orbit velvet.")).oddness == 0
    assert len(measure()(many).vectors) > calibration.FEW_STRANGE
    assert calibration.propose(fitted(), measure()(many)).oddness > 1


def test_the_rubrics_own_words_are_measured_but_may_not_carry_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oddness, "oddness", lambda *_: (0.0, ""))
    monkeypatch.setattr(oddness, "strangers", lambda *_: frozenset())  # no other sign of it
    weak, read_out = _answer_at(1), " ".join(f"{text}." for _, text in TASK.anchors)
    poor, dressed = measure()(weak), measure()(f"{weak} {read_out}")
    assert len(dressed.read) == len(TASK.anchors)
    assert dressed.rubric[0] > poor.rubric[0] + 0.1, "people who answer well use the rubric's words too"
    assert dressed.less is not None
    assert np.array_equal(dressed.less(dressed.read).vectors, poor.vectors)
    guess = calibration.propose(fitted(), dressed)
    assert guess.value > calibration.propose(fitted(), poor).value + calibration.MOST_CARRIED
    assert guess.why_odd == "carried"


def test_an_answer_that_only_reads_the_rubric_out_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oddness, "oddness", lambda *_: (0.0, ""))  # no other sign of it
    assert calibration.propose(fitted(), measure()(f"{TASK.anchors[0][1]}.")).oddness > 1


def test_a_rubrics_text_is_read_one_clause_at_a_time() -> None:
    text = "Names two of these:\n- asks what happened\n- offers a remedy; follows it up (at 10:30)."
    assert wording.clauses(text) == ["Names two of these", "asks what happened", "offers a remedy", "follows it up (at 10:30)."]
    assert wording.clauses("Clarity") == ["Clarity"]


def test_what_the_same_people_said_to_other_questions_is_kept_with_what_was_learned() -> None:
    lines = FakeEncoder()(OTHER.answers[:4])
    packed = packing.pack(answers()[:20], list(map(float, TASK.levels[:20])), LEVELS, lines)
    assert np.allclose(packing.unpack(packed).odd.elsewhere, lines, atol=1e-3)


def test_a_sentence_near_to_the_scored_answers_but_nearer_to_other_questions_is_strange() -> None:
    here, there = np.eye(3, dtype=np.float32)[:1], np.array([[0.8, 0.6, 0]], np.float32)
    odd = replace(fitted().odd, sentences=here, elsewhere=there, strange=0.5)
    assert oddness.strangers(odd, replace(answers()[0], vectors=there)) == {0}
    assert oddness.strangers(replace(odd, elsewhere=there[:0]), replace(answers()[0], vectors=there)) == frozenset()


def _answer_at(level: int) -> str:
    """An answer nobody learned from that people put at this level."""
    return next(text for text, given in list(zip(TASK.answers, TASK.levels, strict=True))[80:] if given == level)


def test_what_is_stored_proposes_the_same() -> None:
    packed = packing.pack(answers()[:40], list(map(float, TASK.levels[:40])), LEVELS)
    first, second = packing.unpack(packed), packing.unpack(packed)
    for answer in answers()[80:90]:
        assert calibration.propose(first, answer) == calibration.propose(second, answer)
    assert abs(calibration.propose(first, answers()[85]).value - calibration.propose(fitted(40), answers()[85]).value) < 0.05
    assert b"customer" not in packed


@pytest.mark.parametrize("scores", [[3.0] * 12, [1.0, 5.0] * 6, [2.0], [1.0, 2.0]])
def test_odd_sets_of_scores_do_no_harm(scores: list[float]) -> None:
    made = calibration.fit(answers()[: len(scores)], scores, LEVELS)
    guess = calibration.propose(made, answers()[100])
    assert guess.level in LEVELS
    assert 0 <= guess.low <= guess.value <= guess.high <= 1


def test_an_empty_answer_can_be_measured() -> None:
    assert calibration.propose(fitted(), measure()("")).level in LEVELS


def test_levels_need_not_be_one_apart() -> None:
    scores = [1.0 if level < 3 else 5.0 for level in TASK.levels[:40]]
    made = calibration.fit(answers()[:40], scores, (1, 5))
    assert {calibration.propose(made, answer).level for answer in answers()[80:]} <= {1, 5}


def test_saying_it_three_times_changes_nothing() -> None:
    for text in TASK.answers[80:90]:
        once, thrice = measure()(text), measure()(" ".join([text] * 3))
        assert calibration.propose(fitted(), thrice).value == pytest.approx(calibration.propose(fitted(), once).value, abs=1e-9)


def test_kappa_is_what_the_books_say() -> None:
    assert agreement.kappa([1, 2, 3], [1, 2, 3]) == pytest.approx(1)
    assert agreement.kappa([1, 1, 3, 3], [3, 3, 1, 1]) == pytest.approx(-1)
    assert agreement.kappa([2, 2, 2], [1, 2, 3]) == 0
    assert agreement.measure([], []).n == 0
