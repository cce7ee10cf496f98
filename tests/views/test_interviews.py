"""Designing an interview through the pages: start, type, be warned, be refused, preview, publish, edit on."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from domain import drafts, interviews
from domain.designs import InterviewDesign
from domain.errors import Conflict
from domain.notice_words import WORDS
from models import AuditEvent, Embed, Interview, serve
from tests.door import Door
from tests.factories import NOW, World, create_candidate_session, create_design
from tests.views.conftest import Enter, fresh
from tests.views.forms import form_of


def verbs(db: Session) -> list[str]:
    return list(db.scalars(select(AuditEvent.verb).order_by(AuditEvent.number)))


def test_the_list_shows_each_interview_with_its_candidates(alice: FlaskClient, world: World, db: Session) -> None:
    create_candidate_session(db, world, "submitted")
    create_candidate_session(db, world, "in_progress")
    test = create_candidate_session(db, world, "submitted")
    test.is_test = True
    db.commit()
    page = alice.get("/interviews").text
    assert "Support screen" in page
    assert "version 1" in page
    assert page.count('<td class="num">1</td>') == 2


def test_it_starts_from_the_library_ready_to_publish(alice: FlaskClient, world: World, db: Session) -> None:
    response = alice.post("/interviews", data={"starter": "support"})
    assert response.status_code == 303
    page = alice.get(response.location)
    assert "Ready to publish" in page.text
    assert "Finds the problem" in page.text


def test_a_newcomer_needs_five_clicks_and_one_field_to_hold_a_snippet(alice: FlaskClient, world: World) -> None:
    """New interview, start with this, publish, make the snippet, copy; the one field is where it will stand."""
    assert 'href="/interviews/new"' in alice.get("/interviews").text
    design = alice.post("/interviews", data={"starter": "support"}).location
    embed = alice.post(f"{design}/publish", data=form_of(alice, design)).location
    page = alice.get(alice.post(f"{embed}s", data={"origins": "https://careers.acme.test"}).location).text
    assert "&lt;greenroom-interview" in page
    assert "data-copy=" in page


def test_it_starts_blank_and_says_what_is_missing(alice: FlaskClient) -> None:
    page = alice.get(alice.post("/interviews", data={"starter": ""}).location).text
    assert "Before publishing" in page
    assert "Write the question" in page


def test_what_is_typed_is_saved_even_when_it_is_unfinished(alice: FlaskClient, world: World, db: Session) -> None:
    form = form_of(alice, f"/interviews/{world.interview.id}", title="", **{"questions-0-prompt": "", "criteria-0-weight": "many"})
    response = alice.post(f"/interviews/{world.interview.id}", data=form)
    assert response.status_code == 422
    assert "Give a number." in response.text
    draft = fresh(db, world).draft
    assert (draft["title"], draft["questions"][0]["prompt"], draft["criteria"][0]["weight"]) == ("", "", "many")


def test_an_unfinished_draft_saves_without_fuss(alice: FlaskClient, world: World) -> None:
    form = form_of(alice, f"/interviews/{world.interview.id}", **{"questions-0-prompt": ""})
    assert alice.post(f"/interviews/{world.interview.id}", data=form).status_code == 303


def test_a_word_that_must_not_be_judged_is_refused_with_a_rewrite(alice: FlaskClient, world: World) -> None:
    form = form_of(alice, f"/interviews/{world.interview.id}", **{"criteria-0-name": "Shows enthusiasm"})
    response = alice.post(f"/interviews/{world.interview.id}", data=form)
    assert response.status_code == 422
    assert "“enthusiasm” cannot be judged" in response.text
    assert "Gives a reason for wanting this work" in response.text
    assert 'value="Shows enthusiasm"' in response.text
    assert (
        alice.post(f"/interviews/{world.interview.id}/publish", data=form_of(alice, f"/interviews/{world.interview.id}")).status_code == 422
    )


def test_weights_that_sum_to_zero_are_refused_in_words(alice: FlaskClient, world: World) -> None:
    form = form_of(alice, f"/interviews/{world.interview.id}", **{"criteria-0-weight": "0", "criteria-1-weight": "0"})
    response = alice.post(f"/interviews/{world.interview.id}", data=form)
    assert response.status_code == 422
    assert "The weights add up to zero" in response.text


def test_weights_are_shown_as_shares_of_100(alice: FlaskClient, world: World) -> None:
    page = alice.get(f"/interviews/{world.interview.id}").text
    assert "= 67 of 100" in page
    assert "= 33 of 100" in page


def test_leaving_the_defaults_gets_a_quiet_warning_and_still_publishes(alice: FlaskClient, world: World) -> None:
    form = form_of(alice, f"/interviews/{world.interview.id}", **{"questions-0-retakes": "0", "questions-0-preview": None})
    alice.post(f"/interviews/{world.interview.id}", data=form)
    page = alice.get(f"/interviews/{world.interview.id}").text
    assert "No second try" in page
    assert "Not shown beforehand" in page
    form = form_of(alice, f"/interviews/{world.interview.id}")
    assert alice.post(f"/interviews/{world.interview.id}/publish", data=form).status_code == 303


def test_questions_are_added_moved_copied_and_removed_without_javascript(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/interviews/{world.interview.id}"
    alice.post(address, data=form_of(alice, address, do="add-question", **{"questions-0-prompt": "First, as typed"}))
    alice.post(address, data=form_of(alice, address, do="down-question-0"))
    response = alice.post(address, data=form_of(alice, address, do="remove-question-3"))
    assert response.location.endswith("#question-2")
    prompts = [question["prompt"] for question in fresh(db, world).draft["questions"]]
    assert prompts == ["How do you plan a busy week?", "First, as typed", "What would you ask a customer first?"]
    assert fresh(db, world).draft["criteria"][1]["questions"] == [1], "the criterion follows its question"


def test_the_same_buttons_answer_htmx_with_the_parts_only(alice: FlaskClient, world: World) -> None:
    address = f"/interviews/{world.interview.id}"
    response = alice.post(f"{address}/parts", data=form_of(alice, address, do="add-criterion"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "<html" not in response.text
    assert 'data-focus="criterion-2"' in response.text


def test_another_rubric_can_be_taken_from_the_library(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/interviews/{world.interview.id}"
    alice.post(address, data=form_of(alice, address, do="use-rubric", rubric="sales"))
    criteria = fresh(db, world).draft["criteria"]
    assert criteria[0]["name"] == "Learns the need first"
    assert all(position <= 3 for criterion in criteria for position in criterion["questions"])


def test_an_open_page_saves_again_and_again_and_leaves_one_event(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/interviews/{world.interview.id}"
    form = form_of(alice, address)
    for title in ("One", "Two", "Three"):
        response = alice.post(f"{address}/autosave", data={**form, "title": title}, headers={"HX-Request": "true"})
        assert response.status_code == 200
    assert fresh(db, world).title == "Three"
    assert verbs(db).count("interview:changed") == 1


def test_a_stale_form_is_refused_and_shows_all_that_was_typed(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/interviews/{world.interview.id}"
    mine = form_of(alice, address, title="Mine")
    alice.post(address, data=form_of(alice, address, title="Theirs"))
    for target in (address, f"{address}/publish", f"{address}/preview"):
        response = alice.post(target, data=mine)
        assert response.status_code == 409
        assert 'value="Mine"' in response.text
        assert "Save mine over theirs" in response.text
    assert fresh(db, world).title == "Theirs"
    assert alice.post(address, data={**mine, "do": "overwrite"}).status_code == 303
    assert fresh(db, world).title == "Mine"


def test_what_is_to_be_said_follows_the_typing(alice: FlaskClient, world: World) -> None:
    address = f"/interviews/{world.interview.id}"
    form = form_of(alice, address, **{"criteria-0-name": "Shows enthusiasm", "questions-0-retakes": "0"})
    said = alice.post(f"{address}/autosave", data=form, headers={"HX-Request": "true"}).text
    assert "“enthusiasm” cannot be judged" in said.split('"#said-criteria-0-name"')[1].split("</hx-partial>")[0]
    assert "No second try" in said.split('"#said-questions-0-retakes"')[1].split("</hx-partial>")[0]
    page = alice.get(address).text
    for name in (part.split('"')[0] for part in said.split('hx-target="#said-')[1:]):
        assert f'id="said-{name}"' in page, name


def test_a_stale_autosave_says_so_and_saves_nothing(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/interviews/{world.interview.id}"
    mine = form_of(alice, address, title="Mine")
    alice.post(address, data=form_of(alice, address, title="Theirs"))
    response = alice.post(f"{address}/autosave", data=mine, headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert "not saved" in response.text
    assert fresh(db, world).title == "Theirs"


def test_publishing_freezes_and_old_sessions_keep_their_version(alice: FlaskClient, world: World, db: Session) -> None:
    session = create_candidate_session(db, world)
    db.commit()
    address = f"/interviews/{world.interview.id}"
    response = alice.post(f"{address}/publish", data=form_of(alice, address, **{"questions-0-prompt": "A new first question?"}))
    assert response.location.endswith("/embed")
    newest = interviews.find_published(db, fresh(db, world).id)
    assert newest is not None
    assert (newest.number, newest.questions[0].prompt) == (2, "A new first question?")
    assert session.version.questions[0].prompt == "Tell us about a time you calmed an upset customer."
    assert "interview:published" in verbs(db)
    page = alice.get(f"{address}/versions").text
    assert "Version 2" in page
    assert "Tell us about a time you calmed" in alice.get(f"{address}/versions/1").text


def test_publishing_twice_by_a_double_press_makes_one_version(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/interviews/{world.interview.id}"
    form = form_of(alice, address, title="Support screen, spring")
    assert [alice.post(f"{address}/publish", data=form).status_code for _ in range(2)] == [303, 303]
    assert [version.number for version in interviews.versions(db, fresh(db, world))] == [2, 1]


def test_the_designer_shows_the_very_notice_candidates_read(alice: FlaskClient, world: World, door: Door) -> None:
    address = f"/interviews/{world.interview.id}"
    alice.post(f"{address}/publish", data=form_of(alice, address, media_days="45"))
    facts = door.open().json["notice"]["facts"]  # type: ignore[index]
    page = unescape(alice.get(address).text)
    assert any("45" in fact["answer"] for fact in facts)
    assert [fact["answer"] for fact in facts if fact["answer"] not in page] == []


def test_a_language_the_speech_model_cannot_hear_is_said_beside_it_and_in_the_notice(
    alice: FlaskClient, world: World, door: Door, settings: Settings
) -> None:
    address = f"/interviews/{world.interview.id}"
    assert "add-model" not in alice.get(address).text, "English is heard by every model"
    alice.post(f"{address}/publish", data=form_of(alice, address, language="de"))
    page = unescape(alice.get(address).text)
    assert "greenroom add-model" in page
    off = WORDS["de"]["transcript_off"]
    assert off in page
    assert WORDS["en"]["transcript_off"] in [fact["answer"] for fact in door.open().json["notice"]["facts"]]  # type: ignore[index]
    alice.application.extensions["settings"] = settings.model_copy(update={"speech_model": "base"})
    page = unescape(alice.get(address).text)
    assert ("add-model" in page, off in page) == (False, False)


def test_answers_in_any_language_are_chosen_shown_and_told_as_the_speech_model_allows(
    alice: FlaskClient, world: World, door: Door, settings: Settings
) -> None:
    address = f"/interviews/{world.interview.id}"
    alice.post(f"{address}/publish", data=form_of(alice, address, any_language="on"))
    page = unescape(alice.get(address).text)
    assert ('name="any_language" checked' in page, "greenroom add-model" in page) == (True, True)
    assert "in the language spoken" in alice.get(f"{address}/versions/2").text
    answers = [fact["answer"] for fact in door.open().json["notice"]["facts"]]  # type: ignore[index]
    assert WORDS["en"]["transcript_off"] in answers, "the bundled model would hear every language as English"
    alice.application.extensions["settings"] = settings.model_copy(update={"speech_model": "base"})
    assert "greenroom add-model" not in unescape(alice.get(address).text)
    assert WORDS["en"]["transcript_any"] in [fact["answer"] for fact in door.open().json["notice"]["facts"]]  # type: ignore[index]


def test_it_will_not_publish_without_a_contact(alice: FlaskClient, world: World, db: Session) -> None:
    world.employer.contact_email = ""
    db.commit()
    address = f"/interviews/{world.interview.id}"
    response = alice.post(f"{address}/publish", data=form_of(alice, address))
    assert response.status_code == 422
    assert "add a contact address" in response.text
    assert interviews.find_published(db, world.interview.id).number == 1  # type: ignore[union-attr]


def test_internal_applicants_need_informed_workers(alice: FlaskClient, world: World) -> None:
    address = f"/interviews/{world.interview.id}"
    response = alice.post(f"{address}/publish", data=form_of(alice, address, internal="on"))
    assert response.status_code == 422
    assert "representatives were informed" in response.text
    assert alice.post(f"{address}/publish", data=form_of(alice, address, workers_informed="on")).status_code == 303


def test_a_colour_on_which_white_is_unreadable_is_refused_with_a_near_one(alice: FlaskClient, world: World) -> None:
    form = form_of(alice, f"/interviews/{world.interview.id}", **{"look-accent": "#ffcc00"})
    response = alice.post(f"/interviews/{world.interview.id}", data=form)
    assert response.status_code == 422
    assert "is the nearest that works" in response.text


def test_the_preview_shows_the_draft_as_a_test_and_is_no_version(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/interviews/{world.interview.id}"
    response = alice.post(f"{address}/preview", data=form_of(alice, address, title="Draft title"))
    page = alice.get(response.location)
    assert "<greenroom-interview token=" in page.text
    embed = db.scalars(select(Embed).where(Embed.version_id.is_not(None))).one()
    shown = interviews.find_version_of(db, embed)
    assert shown is not None
    assert (embed.is_test, embed.origins, shown.number, shown.design["title"]) == (True, ["http://greenroom.test"], 0, "Draft title")
    assert interviews.find_published(db, world.interview.id).number == 1  # type: ignore[union-attr]
    assert "Version 0" not in alice.get(f"{address}/versions").text
    assert alice.get(f"{address}/versions/0").status_code == 404
    alice.post(f"{address}/preview", data=form_of(alice, address))
    assert len(db.scalars(select(Embed).where(Embed.version_id.is_not(None))).all()) == 1, "an unchanged draft is not frozen twice"


def test_a_further_stage_belongs_to_the_same_opening(alice: FlaskClient, world: World, db: Session) -> None:
    alice.post(f"/interviews/{world.interview.id}/stages")
    serve(db, world.employer.id)
    second = db.scalars(select(Interview).where(Interview.stage == 2)).one()
    assert second.opening_id == world.interview.opening_id
    assert interviews.find_next_stage(db, world.interview) is None, "a draft takes nobody"
    interviews.publish(db, world.actor, second, NOW)
    assert interviews.find_next_stage(db, world.interview) == second


def test_an_archived_interview_leaves_the_list_and_comes_back(alice: FlaskClient, world: World) -> None:
    alice.post(f"/interviews/{world.interview.id}/archive", data={"do": "archive"})
    assert "Support screen" not in alice.get("/interviews").text
    assert "Support screen" in alice.get("/interviews?archived=1").text
    alice.post(f"/interviews/{world.interview.id}/archive", data={"do": "restore"})
    assert "Support screen" in alice.get("/interviews").text


def test_a_copy_starts_unpublished(alice: FlaskClient, world: World) -> None:
    page = alice.get(alice.post(f"/interviews/{world.interview.id}/copy").location).text
    assert "Support screen (copy)" in page
    assert "not yet" in page


@pytest.mark.parametrize("missing", ["title", "revision"])
def test_a_form_without_its_heart_is_refused_and_changes_nothing(alice: FlaskClient, world: World, db: Session, missing: str) -> None:
    form = form_of(alice, f"/interviews/{world.interview.id}")
    del form[missing]
    assert alice.post(f"/interviews/{world.interview.id}", data=form).status_code == 422
    assert fresh(db, world).draft_revision == 1


@pytest.mark.parametrize("revision", ["", "-1", "99999999999999999999", "one"])
def test_a_garbled_revision_is_a_conflict(alice: FlaskClient, world: World, revision: str) -> None:
    form = form_of(alice, f"/interviews/{world.interview.id}")
    assert alice.post(f"/interviews/{world.interview.id}", data={**form, "revision": revision}).status_code == 409


@pytest.mark.parametrize("do", ["remove-question-99", "up-question-0", "remove-question-", "fly-question-1", "add-planet", "use-rubric"])
def test_a_button_that_does_not_exist_breaks_nothing(alice: FlaskClient, world: World, db: Session, do: str) -> None:
    address = f"/interviews/{world.interview.id}"
    response = alice.post(address, data=form_of(alice, address, do=do, rubric="nothing"))
    assert response.status_code in {303, 404}
    assert len(fresh(db, world).draft["questions"]) == 3


def test_two_megabytes_of_text_are_kept_and_said_to_be_too_long(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/interviews/{world.interview.id}"
    long = "Welcome to us. " * 140_000
    answer = alice.post(address, data=form_of(alice, address, welcome=long))
    assert answer.status_code == 422
    assert "At most 4000 characters" in answer.text
    assert fresh(db, world).draft["welcome"] == long.strip()
    assert alice.post(f"{address}/publish", data=form_of(alice, address)).status_code == 422


def test_hostile_text_is_shown_as_text(alice: FlaskClient, world: World) -> None:
    address = f"/interviews/{world.interview.id}"
    alice.post(address, data=form_of(alice, address, title='<img src=x onerror="x">"', **{"questions-0-prompt": "</textarea><script>\0"}))
    page = alice.get(address).text
    assert "<img src=x" not in page
    assert "</textarea><script>" not in page


def test_a_read_only_member_sees_the_design_and_cannot_type(enter: Enter, world: World) -> None:
    page = enter(world.reader).get(f"/interviews/{world.interview.id}").text
    assert '<fieldset class="design-main stack" disabled>' in page
    assert "Owners and admins may change interviews." in page
    assert "Ready to publish" not in page, "it is not theirs to publish"


def test_of_two_saves_at_once_one_is_told(world: World, db: Session) -> None:
    page = interviews.Page(1, "")
    draft = drafts.from_design(create_design(title="One"))
    interviews.save_draft(db, world.actor, world.interview, draft, page, NOW)
    with pytest.raises(Conflict):
        interviews.save_draft(db, world.actor, world.interview, draft, page, NOW + timedelta(seconds=1))
    assert InterviewDesign.model_validate(world.interview.draft | {"criteria": create_design().model_dump()["criteria"]}).title == "One"


def test_pressing_start_again_opens_the_untouched_draft_instead_of_another(alice: FlaskClient, world: World, db: Session) -> None:
    first = alice.post("/interviews", data={"starter": ""}).location
    assert alice.post("/interviews", data={"starter": ""}).location == first
    assert alice.post(first, data=form_of(alice, first, title="Mine now")).status_code in (303, 422)
    assert alice.post("/interviews", data={"starter": ""}).location != first


def test_the_designer_says_what_an_empty_level_means_and_leads_to_its_buttons(alice: FlaskClient, world: World) -> None:
    page = alice.get(f"/interviews/{world.interview.id}").text
    assert "left empty, it is not offered" in page
    assert '<a class="hit" href="#state">To saving and publishing</a>' in page, "on a phone the buttons lie far below"
