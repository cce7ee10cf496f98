"""The notice says what runs: nothing typed by hand, in every language, and a changed fact is a new notice."""

from __future__ import annotations

import json
import string
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import interviews, notices
from domain.designs import LANGUAGES
from domain.notice_words import WORDS
from domain.notices import Circumstances
from models import EVERY_EMPLOYER, Notice, serve
from tests import factories
from tests.factories import NOW, World
from tests.house.source import ROOT


def answers(db: Session, world: World, locale: str = "en", speech: bool = True) -> dict[str, str]:
    notice = notices.current(db, world.version, locale, speech, NOW)
    return {fact["question"]: fact["answer"] for fact in notice.facts}


def test_it_always_says_that_a_person_reviews_and_whether_scores_are_automated(db: Session, world: World) -> None:
    told = answers(db, world)
    assert told["Does a person review my answers?"].startswith("Yes, always.")
    assert told["Is any score automated?"].endswith("No AI rates your answers.")


def test_turning_proposals_on_changes_the_notice_and_asks_for_agreement(db: Session, world: World) -> None:
    before = notices.current(db, world.version, "en", True, NOW)
    world.interview.proposals_on = True
    after = notices.current(db, world.version, "en", True, NOW)
    assert (before.asks_ai, after.asks_ai) == (False, True)
    assert (before.number, after.number) == (1, 2)
    assert before.sha256 != after.sha256
    assert "proposes ratings" in answers(db, world)["Is any score automated?"]


def test_the_stop_switch_changes_it_back(db: Session, world: World) -> None:
    before = notices.current(db, world.version, "en", True, NOW)
    world.interview.proposals_on, world.employer.proposals_stopped_at = True, NOW
    db.flush()
    assert notices.current(db, world.version, "en", True, NOW).id == before.id


def test_it_says_whether_speech_is_turned_into_text(db: Session, world: World) -> None:
    question = "Is what I say turned into text?"
    assert answers(db, world)[question].startswith("Yes")
    assert answers(db, world, speech=False)[question].startswith("No")
    interview = interviews.create(db, world.actor, factories.create_design(transcribe=False), NOW)
    world.version = interviews.publish(db, world.actor, interview, NOW)
    assert answers(db, world)[question].startswith("No")


def test_retention_contact_and_kinds_are_those_of_the_interview(db: Session, world: World) -> None:
    design = factories.create_design(
        media_days=33,
        contact_name="Otto",
        contact_email="otto@acme.test",
        questions=[{"prompt": "Only in writing", "kinds": ["text"]}],
        criteria=[{"name": "Clarity", "anchors": [{"level": 1, "text": "no"}, {"level": 5, "text": "yes"}]}],
    )
    interview = interviews.create(db, world.actor, design, NOW)
    world.version = interviews.publish(db, world.actor, interview, NOW)
    told = answers(db, world)
    assert "33 days" in told["How long is it kept?"]
    assert "Otto, otto@acme.test" in told["Who is responsible for my data?"]
    assert "picture" not in told["What is recorded?"]
    assert "your text" in told["What is recorded?"]


def test_the_same_facts_are_the_same_notice(db: Session, world: World) -> None:
    first = notices.current(db, world.version, "en", True, NOW)
    again = notices.current(db, world.version, "en", True, NOW + timedelta(days=9))
    assert first.id == again.id
    assert db.scalar(sa.select(sa.func.count()).select_from(Notice)) == 1


def test_the_hash_covers_every_word_that_is_shown(db: Session, world: World) -> None:
    notice = notices.current(db, world.version, "en", True, NOW)
    assert notices.digest("en", notice.facts) == notice.sha256
    changed = [{**fact, "answer": fact["answer"] + " "} if number == 3 else fact for number, fact in enumerate(notice.facts)]
    assert notices.digest("en", changed) != notice.sha256


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("running", [Circumstances(False, False), Circumstances(True, True)])
def test_every_language_says_the_same_things(db: Session, world: World, locale: str, running: Circumstances) -> None:
    facts = notices.write_facts(world.employer, world.version, running, locale)
    english = notices.write_facts(world.employer, world.version, running, "en")
    assert len(facts) == len(english)
    for fact, original in zip(facts, english, strict=True):
        assert fact["question"]
        assert "{" not in fact["answer"]
        assert ("jobs@acme.test" in fact["answer"]) is ("jobs@acme.test" in original["answer"])
        assert ("90" in fact["answer"]) is ("90" in original["answer"])


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_language_lacks_a_sentence_or_a_filling(locale: str) -> None:
    def fillings(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert WORDS[locale].keys() == WORDS["en"].keys()
    for key, text in WORDS["en"].items():
        assert fillings(WORDS[locale][key]) == fillings(text), key
        if locale != "en" and key != "joint":
            assert WORDS[locale][key] != text, f"{key} is not translated"


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_notice_names_the_link_as_the_screen_does(locale: str) -> None:
    words = json.loads((ROOT / "widget/frame/words" / f"{locale}.json").read_text())
    assert words["help_link"] in WORDS[locale]["another_a"]


@pytest.mark.parametrize(
    ("wanted", "locale"), [("de-AT", "de"), ("pt_BR", "en"), ("JA", "ja"), ("", "en"), ("<script>", "en"), ("hi-Latn-IN", "hi")]
)
def test_a_language_we_do_not_speak_becomes_the_interviews_own(wanted: str, locale: str) -> None:
    assert notices.pick_locale(wanted, "en") == locale


def test_a_notice_belongs_to_one_employer(db: Session, world: World, rival: World) -> None:
    notice = notices.current(db, world.version, "en", True, NOW)
    db.commit()
    serve(db, rival.employer.id)
    assert db.scalar(sa.select(Notice).where(Notice.id == notice.id)) is None
    serve(db, EVERY_EMPLOYER)
