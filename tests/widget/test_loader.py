"""The loader on other people's pages: several, twice, removed, under strict headers, refused, and talked to by strangers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.widget.candidate import Candidate, on_its_own_page
from tests.widget.fake_server import EMBED, FakeGreenroom

FRAME = "greenroom-interview iframe"
TELL = """document.addEventListener('greenroom:%s', (event) => {
  (window.told ||= []).push(event.type + ' ' + JSON.stringify(event.detail));
});"""


def tag(room: FakeGreenroom) -> str:
    return f'<script async src="{room.origin}/embed.js"></script>'


def element(rest: str = "") -> str:
    return f'<greenroom-interview token="{EMBED}" {rest}></greenroom-interview>'


def test_it_asks_for_exactly_what_recording_needs_and_for_our_origin_only(page: Page, room: FakeGreenroom) -> None:
    page.goto(room.careers_url)
    frame = page.locator(FRAME)
    wanted = ("camera", "microphone", "autoplay", "fullscreen", "screen-wake-lock")
    expect(frame).to_have_attribute("allow", "; ".join(f"{feature} {room.origin}" for feature in wanted))
    expect(frame).to_have_attribute("title", "Interview")
    assert "signed" not in (frame.get_attribute("src") or "")
    assert page.evaluate("document.cookie + Object.keys(localStorage).length") == "0"


def test_two_script_tags_and_two_widgets_are_fine(page: Page, room: FakeGreenroom) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    room.host_body = f"<h1>Two</h1>{tag(room)}{element()}{tag(room)}{element()}"
    page.goto(room.careers_url)
    expect(page.locator(FRAME)).to_have_count(2)
    for index in (0, 1):
        expect(page.frame_locator(FRAME).nth(index).get_by_role("heading", name="Customer support lead")).to_be_visible()
    assert not errors


def test_it_survives_removal_and_return_by_a_single_page_app(page: Page, room: FakeGreenroom) -> None:
    page.goto(room.careers_url)
    expect(page.frame_locator(FRAME).get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("window.kept = document.querySelector('greenroom-interview'); kept.remove()")
    expect(page.locator(FRAME)).to_have_count(0)
    page.evaluate("document.body.prepend(kept)")
    expect(page.frame_locator(FRAME).get_by_role("heading", name="Customer support lead")).to_be_visible()


def test_it_leaves_no_global_behind(page: Page, room: FakeGreenroom) -> None:
    room.host_body = "<h1>Plain</h1>"
    page.goto(room.careers_url)
    before = page.evaluate("Object.getOwnPropertyNames(window)")
    page.add_script_tag(url=f"{room.origin}/embed.js")
    assert sorted(page.evaluate("Object.getOwnPropertyNames(window)")) == sorted(before)
    assert page.evaluate("window.onmessage") is None


@pytest.mark.parametrize("markup", [
    f'<greenroom-interview data-token="{EMBED}"></greenroom-interview>',
    f'<div data-greenroom-token="{EMBED}"></div>',
])  # fmt: skip
def test_editors_that_strip_markup_can_use_data_attributes(page: Page, room: FakeGreenroom, markup: str) -> None:
    room.host_body = tag(room) + markup
    page.goto(room.careers_url)
    expect(page.frame_locator(FRAME).get_by_role("heading", name="Customer support lead")).to_be_visible()


def test_an_editor_that_drops_the_element_can_keep_the_token_in_the_script_tag(page: Page, room: FakeGreenroom) -> None:
    room.host_body = f'<script async src="{room.origin}/embed.js" data-token="{EMBED}" data-locale="de"></script>'
    page.goto(room.careers_url)
    expect(page.frame_locator(FRAME).locator("html")).to_have_attribute("lang", "de")


def test_a_token_that_was_stripped_is_said_and_one_that_comes_late_is_taken(page: Page, room: FakeGreenroom) -> None:
    page.add_init_script(TELL % "error")
    room.host_body = f"{tag(room)}<greenroom-interview></greenroom-interview>"
    page.goto(room.careers_url)
    expect(page.get_by_role("alert")).to_contain_text("has lost its key")
    assert page.evaluate("window.told") == ['greenroom:error {"code":"no_token"}']
    page.locator("greenroom-interview").evaluate("(node, token) => node.setAttribute('token', token)", EMBED)
    expect(page.frame_locator(FRAME).get_by_role("heading", name="Customer support lead")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_key_that_comes_a_moment_later_and_an_element_that_goes_are_no_lost_key(page: Page, room: FakeGreenroom) -> None:
    """Both within the three seconds after which a missing key is said."""
    page.add_init_script(TELL % "error")
    room.host_body = (
        f'{tag(room)}<greenroom-interview id="late"></greenroom-interview><greenroom-interview id="gone"></greenroom-interview>'
    )
    page.clock.install()
    page.goto(room.careers_url)
    page.locator("#late").evaluate("(node, token) => node.setAttribute('token', token)", EMBED)
    page.locator("#gone").evaluate("node => { window.kept = node; node.remove(); }")
    expect(page.frame_locator(FRAME).get_by_role("heading", name="Customer support lead")).to_be_visible()
    page.clock.fast_forward(4000)
    page.wait_for_timeout(200)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert page.evaluate("window.told") is None
    assert page.evaluate("window.kept.textContent") == ""


def test_it_loads_late_by_a_tag_manager(page: Page, room: FakeGreenroom) -> None:
    room.host_body = f"<h1>Late</h1>{element()}"
    page.goto(room.careers_url)
    page.evaluate("src => { const s = document.createElement('script'); s.async = true; s.src = src; document.head.append(s); }",
                  f"{room.origin}/embed.js")  # fmt: skip
    expect(page.frame_locator(FRAME).get_by_role("heading", name="Customer support lead")).to_be_visible()


def test_the_frame_is_made_only_when_it_comes_near(page: Page, room: FakeGreenroom) -> None:
    room.host_body = f'{tag(room)}<div id="tall">…</div>{element()}'
    room.host_headers = {}
    page.add_init_script("addEventListener('DOMContentLoaded', () => { document.getElementById('tall').style.height = '5000px'; })")
    page.goto(room.careers_url)
    page.wait_for_timeout(500)
    expect(page.locator(FRAME)).to_have_count(0)
    page.locator("greenroom-interview").scroll_into_view_if_needed()
    expect(page.locator(FRAME)).to_have_count(1)


def test_strangers_messages_are_ignored(page: Page, room: FakeGreenroom) -> None:
    page.add_init_script(TELL % "submitted")
    page.goto(room.careers_url)
    expect(page.frame_locator(FRAME).get_by_role("heading", level=1)).to_be_visible()
    height = page.locator(FRAME).evaluate("node => node.style.height")
    page.evaluate("window.postMessage({greenroom: 1, type: 'resize', height: 9000}, '*')")
    page.evaluate("window.postMessage({greenroom: 1, type: 'event', name: 'submitted', detail: {}}, '*')")
    stranger = "document.querySelector('greenroom-interview iframe').contentWindow.postMessage(%s, '*')"
    page.evaluate(stranger % "{greenroom: 1, type: 'init', token: 'evil'}")
    page.wait_for_timeout(400)
    assert page.locator(FRAME).evaluate("node => node.style.height") == height
    assert page.evaluate("window.told") is None
    expect(page.frame_locator(FRAME).get_by_role("heading", name="Customer support lead")).to_be_visible()


def test_it_works_under_a_strict_policy_of_the_host(page: Page, room: FakeGreenroom) -> None:
    room.host_headers = {"Content-Security-Policy": f"default-src 'none'; script-src {room.origin}; frame-src {room.origin}"}
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    page.goto(room.careers_url)
    expect(page.frame_locator(FRAME).get_by_role("heading", name="Customer support lead")).to_be_visible()
    assert not [text for text in broken if "favicon" not in text]


def test_it_works_with_a_nonce_strict_dynamic_and_trusted_types(page: Page, room: FakeGreenroom) -> None:
    room.host_headers = {
        "Content-Security-Policy": "default-src 'none'; script-src 'nonce-n1' 'strict-dynamic'; object-src 'none'; base-uri 'none'; "
        f"frame-src {room.origin}; require-trusted-types-for 'script'"
    }
    room.host_body = f'<script nonce="n1" async src="{room.origin}/embed.js"></script>{element()}'
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    page.goto(room.careers_url)
    expect(page.frame_locator(FRAME).get_by_role("heading", name="Customer support lead")).to_be_visible()
    assert not [text for text in broken if "favicon" not in text]


def test_a_page_on_plain_http_says_so_at_once_and_offers_the_secure_page(launch: Callable[..., Browser], room: FakeGreenroom) -> None:
    browser = launch("--host-resolver-rules=MAP employer.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1")
    candidate = Candidate(browser.new_page(), room.careers_url.replace("127.0.0.1", "employer.test"))
    room.faults["ancestors"] = candidate.careers_url.rsplit("/jobs", 1)[0]
    candidate.arrive()
    candidate.agree()
    candidate.sees("Browsers allow recording only on secure pages", 2000)
    expect(candidate.frame.get_by_role("link", name="Open in a new tab")).to_have_attribute("href", re.compile(f"^{room.origin}/i#"))
    browser.close()


def test_in_a_column_of_320_pixels_nothing_is_wider_than_the_column(candidate: Candidate, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    candidate.begin()
    frame = next(one for one in page.frames if "/frame/" in one.url)
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    candidate.record(2)
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_host_whose_policy_refuses_frames_gets_a_plain_text_and_a_link(page: Page, room: FakeGreenroom) -> None:
    room.host_headers = {"Content-Security-Policy": f"default-src 'self'; script-src {room.origin}"}
    page.goto(room.careers_url)
    expect(page.get_by_text("The security settings of this page block the interview.")).to_be_visible()
    link = page.get_by_role("link", name="Open the interview in a new tab")
    with page.expect_popup() as opened:
        link.click()
    expect(opened.value.get_by_role("heading", name="Customer support lead")).to_be_visible()


def test_a_frame_that_may_not_be_shown_here_is_said_after_eight_seconds(page: Page, room: FakeGreenroom) -> None:
    room.faults["ancestors"] = "https://elsewhere.example"
    page.add_init_script(TELL % "error")
    page.goto(room.careers_url)
    expect(page.get_by_text("may not be shown inside this page")).to_be_visible(timeout=12_000)
    assert page.evaluate("window.told") == ['greenroom:error {"code":"frame_refused"}']


def test_a_server_that_is_away_is_said_too(page: Page, room: FakeGreenroom, context: BrowserContext) -> None:
    context.route(f"{room.origin}/frame/**", lambda route: route.abort())
    context.route(f"{room.origin}/embed.js?probe", lambda route: route.abort())
    page.goto(room.careers_url)
    expect(page.get_by_text("The interview could not be loaded")).to_be_visible(timeout=12_000)


def test_the_page_hears_what_happens_without_names_or_tokens(candidate: Candidate, page: Page) -> None:
    for name in ("ready", "started", "answer-saved", "submitted"):
        page.add_init_script(TELL % name)
    candidate.begin()
    candidate.finish_in_writing(1, 2, 3)
    candidate.submit()
    assert page.evaluate("window.told") == [
        "greenroom:ready {}", "greenroom:started {}", 'greenroom:answer-saved {"question":1}', 'greenroom:answer-saved {"question":2}',
        'greenroom:answer-saved {"question":3}', "greenroom:submitted {}",
    ]  # fmt: skip


def test_a_page_that_forbids_the_camera_gets_a_text_and_the_session_goes_on_in_a_new_tab(candidate: Candidate, room: FakeGreenroom) -> None:
    room.host_headers = {"Permissions-Policy": "camera=(), microphone=()"}
    candidate.arrive()
    candidate.sees("This page does not let you record", 2000)
    candidate.agree()
    candidate.sees("This page does not let you record", 2000)
    with candidate.page.expect_popup() as opened:
        candidate.frame.get_by_role("link", name="Open in a new tab").click()
    tab = opened.value
    expect(tab.get_by_role("heading", name="Welcome back")).to_be_visible()
    candidate.sees("Go on in the new tab")
    assert len(room.sessions) == 1
    hosted = on_its_own_page(tab, tab.url)
    hosted.answer_question(1)
    hosted.record(2)
    hosted.sees("Safe with us")


@pytest.mark.parametrize(("background", "scheme"), [("#fff", "light"), ("#111", "dark")])
def test_the_frame_follows_the_page_around_it_and_not_the_system(page: Page, room: FakeGreenroom, background: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    room.host_body = f'<h1>Careers</h1><div id="box">{tag(room)}{element()}</div>'
    paint = (
        "addEventListener('DOMContentLoaded', () => { const box = document.getElementById('box'); if (box) box.style.background = '%s'; })"
    )
    page.add_init_script(paint % background)
    page.goto(room.careers_url)
    frame = page.frame_locator(FRAME)
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    ground = frame.locator("body").evaluate("node => getComputedStyle(node).backgroundColor")
    assert ground == {"light": "rgb(251, 251, 249)", "dark": "rgb(21, 25, 24)"}[scheme]


def test_the_height_follows_the_frame_without_a_scrollbar(candidate: Candidate, page: Page) -> None:
    page.set_viewport_size({"width": 761, "height": 700})
    candidate.arrive()
    page.wait_for_timeout(600)
    frame = next(one for one in page.frames if "/frame/" in one.url)
    assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")
    before = page.locator(FRAME).evaluate("node => node.clientHeight")
    page.wait_for_timeout(800)
    assert page.locator(FRAME).evaluate("node => node.clientHeight") == before


@pytest.mark.parametrize("embedding", ["require-corp", "credentialless"])
def test_an_employer_page_with_cross_origin_isolation_works(page: Page, room: FakeGreenroom, embedding: str) -> None:
    room.host_headers = {"Cross-Origin-Embedder-Policy": embedding, "Cross-Origin-Opener-Policy": "same-origin"}
    page.goto(room.careers_url)
    expect(page.frame_locator(FRAME).get_by_role("heading", name="Customer support lead")).to_be_visible()


def test_a_sandboxed_page_that_keeps_its_origin_works(candidate: Candidate, room: FakeGreenroom) -> None:
    room.host_headers = {"Content-Security-Policy": "sandbox allow-scripts allow-same-origin allow-forms allow-popups"}
    candidate.begin()
    candidate.record(1)
    candidate.sees("Safe with us")


def test_a_sandboxed_page_without_an_origin_of_its_own_says_so_and_offers_the_hosted_page(page: Page, room: FakeGreenroom) -> None:
    """It is nobody's page: no snippet can name it."""
    room.host_headers = {"Content-Security-Policy": "sandbox allow-scripts allow-popups"}
    page.clock.install()
    page.goto(room.careers_url)
    expect(page.locator(FRAME)).to_have_count(1)
    page.clock.fast_forward(8500)
    expect(page.get_by_text("may not be shown inside this page")).to_be_visible()
    expect(page.get_by_role("link", name="Open the interview in a new tab")).to_have_attribute("href", re.compile(f"^{room.origin}/i#"))
