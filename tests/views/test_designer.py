"""The designer in a real browser: what is said follows the typing, folded settings say what they hold, nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.factories import World
from tests.views.browsing import Visits

pytestmark = pytest.mark.browser


@pytest.fixture
def page(world: World, visit: Visits) -> Page:
    """Acme's interview in the designer, as Alice."""
    return visit(world.owner, f"/interviews/{world.interview.id}")


def test_what_is_said_follows_the_typing_and_leaves_the_cursor_alone(page: Page) -> None:
    name = page.locator("#criteria-0-name")
    name.fill("Shows enthusiasm")
    said = page.locator("#said-criteria-0-name")
    expect(said).to_contain_text("“enthusiasm” cannot be judged")
    expect(name).to_be_focused()
    name.fill("Names a next step")
    expect(said).to_be_empty()
    expect(page.locator("#state [role=status]")).to_contain_text("Saved")


def test_on_a_phone_what_kept_it_from_being_published_is_seen_at_once(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.locator("#questions-0-prompt").fill("")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_text("This cannot be published yet.")).to_be_in_viewport()


def test_folded_settings_say_what_they_hold_and_open_where_something_is_to_be_said(page: Page) -> None:
    box = page.locator("details.settings").first
    box.locator("summary").click()
    page.locator("#questions-0-retakes").select_option("0")
    expect(box.locator("summary")).to_contain_text("further tries: none")
    expect(page.locator("#said-questions-0-retakes")).to_contain_text("No second try")
    page.get_by_role("button", name="Add a question").click()
    expect(page.locator("textarea.prompt")).to_have_count(4)
    expect(page.locator("#questions-3-prompt")).to_be_focused()
    expect(page.locator("details.settings").first).to_have_attribute("open", "")
    page.get_by_label("Remove question 4…").click()
    expect(page.locator("textarea.prompt")).to_have_count(4)
    page.get_by_role("button", name="Remove question 4, with what it says").click()
    expect(page.locator("textarea.prompt")).to_have_count(3)


def test_the_colour_chosen_is_that_of_the_candidates_buttons(page: Page) -> None:
    page.locator("#look-accent").fill("#7a1f5c")
    page.get_by_role("button", name="See it as a candidate").click()
    start = page.frame_locator("iframe").get_by_role("button", name="Start")
    expect(start).to_have_css("background-color", "rgb(122, 31, 92)")
    expect(start).to_have_css("color", "rgb(255, 255, 255)")


def test_a_draft_that_could_not_be_saved_says_so_and_is_saved_when_the_line_is_back(page: Page) -> None:
    status, title = page.locator("#state [role=status]"), page.locator("#title")
    page.context.set_offline(True)
    title.fill("Written on a train")
    expect(status).to_contain_text("Not saved yet")
    expect(page.locator("#toasts [data-toast]")).to_have_text(["Not saved yet. It is tried again by itself.×"])
    page.locator("#state").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("What you typed is still here")
    expect(title).to_have_value("Written on a train")
    page.context.set_offline(False)
    expect(status).to_contain_text("Saved")
    page.route("**/autosave", lambda route: route.fulfill(status=502))
    title.fill("Written behind a proxy")
    expect(status).to_contain_text("Not saved yet")
    page.unroute("**/autosave")
    status.evaluate("() => dispatchEvent(new Event('online'))")
    expect(status).to_contain_text("Saved")
    page.locator("#state").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").last).to_contain_text("Saved.")
    expect(title).to_have_value("Written behind a proxy")


def test_moving_a_question_leaves_the_focus_on_its_arrow(page: Page) -> None:
    second = page.locator("#questions-1-prompt").input_value()
    page.get_by_role("button", name="Move question 2 up").press("Enter")
    expect(page.locator("#questions-0-prompt")).to_have_value(second)
    expect(page.get_by_role("button", name="Move question 1 down")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#questions-1-prompt")).to_have_value(second)
    expect(page.get_by_role("button", name="Move question 2 down")).to_be_focused()


def test_nothing_is_typed_into_a_question_that_is_being_moved_and_a_failed_move_leaves_it_as_it_was(page: Page) -> None:
    prompt, button = page.locator("#questions-0-prompt"), page.get_by_role("button", name="Move question 1 down")
    waiting: list[Route] = []
    page.route("**/parts", lambda route: waiting.append(route))
    with page.expect_request("**/parts"):
        button.press("Enter")
    expect(page.locator("#parts")).to_have_attribute("inert", "")
    waiting.pop().abort()
    expect(page.locator("#parts")).not_to_have_attribute("inert", "")
    expect(button).to_be_focused()
    prompt.fill("Typed after the line had failed")
    expect(prompt).to_have_value("Typed after the line had failed")


def test_a_move_that_waits_for_the_draft_to_be_saved_loses_no_word(page: Page) -> None:
    saving: list[Route] = []
    page.route("**/autosave", lambda route: saving.append(route))
    with page.expect_request("**/autosave"):
        page.locator("#questions-0-prompt").fill("Typed before the move")
    page.get_by_role("button", name="Move question 1 down").press("Enter")
    expect(page.locator("#parts")).to_have_attribute("inert", "")
    saving.pop().continue_()
    expect(page.locator("#questions-1-prompt")).to_have_value("Typed before the move")
    expect(page.locator("#parts")).not_to_have_attribute("inert", "")
    expect(page.get_by_role("button", name="Move question 2 down")).to_be_focused()
    page.locator("#questions-1-prompt").fill("Typed after it")
    expect(page.locator("#questions-1-prompt")).to_have_value("Typed after it")
