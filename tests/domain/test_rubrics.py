"""What a rubric may not judge, in six languages, and what it may; and that our own library keeps to it."""

from __future__ import annotations

import pytest

from domain import drafts, lint
from domain.designs import CriterionDesign, QuestionDesign
from domain.library import STARTERS
from domain.library.shape import Starter


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Shows enthusiasm", "enthusiasm"),
        ("Speaks with confidence", "confidence"),
        ("A good culture fit", "culture fit"),
        ("Friendly tone of voice", "tone of voice"),
        ("Has a clear accent", "accent"),
        ("Keeps eye contact", "eye contact"),
        ("Pleasant personality", "personality"),
        ("Professional appearance", "appearance"),
        ("Right age for the team", "age"),
        ("Smiles at the customer", "Smiles"),
        ("Friendly face", "face"),
        ("Shows emotion", "emotion"),
        ("Native speaker of English", "Native speaker"),
        ("Muestra entusiasmo", "entusiasmo"),
        ("Tono de voz agradable", "Tono de voz"),
        ("Seguro de sí mismo", "Seguro de sí mismo"),
        ("Zeigt Begeisterung", "Begeisterung"),
        ("Selbstbewusstes Auftreten, selbstsicher", "Selbstbewusstes"),
        ("Guter Blickkontakt", "Blickkontakt"),
        ("Répond avec enthousiasme", "enthousiasme"),
        ("Bonne présentation", "Bonne présentation"),
        ("Fait preuve d'assurance", "d'assurance"),
        ("आत्मविश्वास से बोलता है", "आत्मविश्वास"),
        ("उत्साह दिखाता है", "उत्साह"),
        ("笑顔で話す", "笑顔"),
        ("熱意がある", "熱意"),
        ("自信を持って話す", "自信"),
    ],
)
def test_it_names_the_word_and_offers_something_observable(text: str, word: str) -> None:
    finding = lint.find_refused(text)
    assert finding is not None
    assert finding.word == word
    assert word in finding.sentence
    assert finding.rewrite


@pytest.mark.parametrize(
    "text",
    [
        "ENTHUSIASM", "en-thusi-asm", "e n t h u s i a s m",
        "enthusi\u00adasm", "enthus\u200biasm", "ｅｎｔｈｕｓｉａｓｍ", "\u0435nthusiasm",
        "self\u2011confidence", "selfconfidence", "Culture\u2010fit", "accents", "extraverts", "sounds sincere", "Seems genuinely honest",
        "begeisterte Antwort", "Akzente", "entusiastas", "acentos", "passionnées", "personnalités", "明るい", "雰囲気が良い", "आत्मविश्वासी",
    ],
)  # fmt: skip
def test_a_disguise_hides_nothing(text: str) -> None:
    assert lint.find_refused(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Keeps to the tone of the brand",
        "Adapts the tone of voice of a text to its readers",
        "Reports 95% confidence beside the estimate",
        "Explains product-market fit",
        "Says why eager loading helps here",
        "Checks the security posture of the system",
        "Handles accented characters",
        "Explains face value",
        "Cares for elderly people",
        "Sagt, ob die Summen stimmen",
        "Setzt Akzente im Text",
        "Gana la confianza del cliente",
        "表情認識の限界を説明する",
        "ブランドのトーンに合わせる",
        "Meets customers face to face",
        "Names the problems that customers face",
        "Gives a confidence interval with the estimate",
        "Finds the race condition",
        "Uses the voice of the customer in the plan",
        "Calms an anxious customer by naming the next step",
        "Says what the customer's mood was about",
        "Keeps data confidential",
        "Knows the age of the system",
        "Manages several pages",
        "Quality assurance",
        "Compares attractive offers",
        "With regard to safety",
        "Answers voice calls and e-mail",
        "Atiende cara a cara",
        "Assurance qualité",
    ],
)
def test_everyday_words_that_judge_nobody_pass(text: str) -> None:
    assert lint.find_refused(text) is None


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.key)
def test_our_own_library_keeps_to_every_rule(starter: Starter) -> None:
    found = drafts.check(drafts.from_starter(starter))
    assert found.is_ready
    assert found.warnings == []
    assert sum(found.shares) == 100
    assert 3 <= len(starter.questions) <= 5
    assert 3 <= len(starter.criteria) <= 5
    assert all(len(criterion.anchors) == 5 for criterion in starter.criteria)
    assert {position for criterion in starter.criteria for position in criterion.questions} == set(range(1, len(starter.questions) + 1))


def test_it_looks_into_every_part_of_a_criterion() -> None:
    anchors = [{"level": 1, "text": "Nothing"}, {"level": 4, "text": "Has charisma"}]
    criterion = CriterionDesign.model_validate({"name": "Looks smart", "description": "A good fit", "anchors": anchors})
    assert set(lint.refused_in(criterion)) == {"name", "description", "anchor-4"}


@pytest.mark.parametrize(
    ("prompt", "twice"),
    [
        ("What did you do? Why?", True),
        ("Tell us about a time you failed and what you learnt.", True),
        ("Was haben Sie getan und warum war es richtig?", True),
        ("¿Qué hizo y por qué?", True),
        ("Qu'avez-vous fait et comment ?", True),
        ("何をしましたか？なぜですか？", True),
        ("How do you plan a busy week?", False),
        ("A customer asks: “Why? Since when?” What do you say?", False),
        ("Tell us about time and money.", False),
    ],
)
def test_two_asks_are_seen(prompt: str, twice: bool) -> None:
    assert lint.asks_twice(prompt) is twice


def question(**changes: object) -> QuestionDesign:
    return QuestionDesign.model_validate({"prompt": "Tell us about a plan.", **changes})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"retakes": 0}, "retakes"),
        ({"preview": False}, "preview"),
        ({"kinds": ["video"]}, "kinds"),
        ({"thinking_seconds": 10}, "thinking_seconds"),
        ({"answer_seconds": 30}, "answer_seconds"),
        ({"prompt": "Are you married?"}, "prompt"),
        ({"prompt": "Wie alt sind Sie?"}, "prompt"),
    ],
)
def test_leaving_a_good_default_gets_advice_at_its_field(changes: dict[str, object], field: str) -> None:
    assert [warning.field for warning in lint.warnings([question(**changes)])] == [f"questions-0-{field}"]


def test_too_many_and_too_long_get_advice_as_a_whole() -> None:
    assert lint.warnings([question()] * 5) == []
    assert [warning.field for warning in lint.warnings([question()] * 6)] == ["", ""]
    assert "About 35 minutes" in lint.warnings([question(answer_seconds=300)] * 3)[0].text


def test_a_written_answer_needs_no_second_try() -> None:
    assert lint.warnings([question(kinds=["text"], retakes=0)]) == []
