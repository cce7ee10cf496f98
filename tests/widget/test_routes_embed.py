"""The loader, the frame document and its files."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from domain import interviews
from models import Notice
from tests.door import embed_token
from tests.factories import NOW, ORIGIN, World
from widget import files


def policy(app: Flask, path: str) -> str:
    headers = app.test_client().get(path).headers
    return next(part.strip() for part in headers["Content-Security-Policy"].split(";") if "frame-ancestors" in part)


def test_the_frame_may_be_shown_by_the_origins_of_its_snippet_and_nobody_else(app: Flask, world: World) -> None:
    assert app.test_client().get(f"/frame/{world.embed.id}").status_code == 200
    assert policy(app, f"/frame/{world.embed.id}") == f"frame-ancestors {ORIGIN}"


def test_the_frame_of_a_revoked_snippet_may_be_shown_by_nobody(app: Flask, world: World, db: Session) -> None:
    interviews.revoke_embed(db, world.actor, world.embed, NOW + timedelta(days=1))
    db.commit()
    assert app.test_client().get(f"/frame/{world.embed.id}").status_code == 404
    assert policy(app, f"/frame/{world.embed.id}") == "frame-ancestors 'none'"


def test_an_unknown_frame_may_be_shown_by_nobody(app: Flask) -> None:
    assert app.test_client().get("/frame/nothing").status_code == 404
    assert policy(app, "/frame/nothing") == "frame-ancestors 'none'"


def test_the_hosted_page_may_be_framed_by_nobody(app: Flask) -> None:
    assert app.test_client().get("/i").status_code == 200
    assert policy(app, "/i") == "frame-ancestors 'none'"


def test_the_frame_works_in_pages_that_isolate_themselves(app: Flask, world: World) -> None:
    for path in (f"/frame/{world.embed.id}", "/embed.js", "/widget/now/words/de.json"):
        headers = app.test_client().get(path).headers
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin", path
        assert headers["Cross-Origin-Embedder-Policy"] == "require-corp", path


def test_the_frame_says_which_features_it_uses(app: Flask, world: World) -> None:
    features = app.test_client().get(f"/frame/{world.embed.id}").headers["Permissions-Policy"]
    assert {"camera=(self)", "microphone=(self)", "screen-wake-lock=(self)"} <= set(features.split(", "))


def test_the_frame_document_sets_no_cookie_and_its_policy_lets_one_script_and_one_style_sheet_in(app: Flask, world: World) -> None:
    for path in (f"/frame/{world.embed.id}", "/i"):
        answer = app.test_client().get(path)
        assert "Set-Cookie" not in answer.headers
        allowed = answer.headers["Content-Security-Policy"]
        for element, directive in (('script type="module"', "script-src"), ("style", "style-src")):
            [inline] = re.findall(rf"<{element}>(.*?)</{element.split()[0]}>", answer.text, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
            assert f"{directive} 'sha256-{digest}';" in allowed, "this text and nothing else"
        data = answer.text.count('<script type="application/json"')
        assert answer.text.count("<script") == data + 1
        assert "<!--" not in answer.text


def test_an_answer_that_is_read_only_writes_nothing(app: Flask, world: World, db: Session) -> None:
    """The notice comes along; it becomes a row when somebody opens the door or agrees to it."""
    page = app.test_client().get(f"/frame/{world.embed.id}?lang=ja").text
    told = came_along(page)["notice"]
    assert db.scalars(sa.select(Notice).where(Notice.locale == "ja")).all() == []
    asked = {"token": embed_token(app, world.embed), "host_origin": ORIGIN, "locale": "ja"}
    assert app.test_client().post("/c/open", json=asked).json["notice"] == told  # type: ignore[index]
    assert [one.sha256 for one in db.scalars(sa.select(Notice).where(Notice.locale == "ja"))] == [told["hash"]]


def came_along(page: str) -> Any:
    """What the document says the door would have answered."""
    return json.loads(page.split('id="opened"', 1)[1].split(">", 1)[1].split("</script>", 1)[0])


def test_the_document_brings_what_the_door_would_answer_somebody_new(app: Flask, world: World) -> None:
    client = app.test_client()
    asked = {"token": embed_token(app, world.embed), "host_origin": ORIGIN, "locale": "de"}
    answered = client.post("/c/open", json=asked).json
    assert came_along(client.get(f"/frame/{world.embed.id}?lang=de-AT").text) == answered
    assert answered["state"] == "new"


def test_what_comes_along_holds_no_question_that_is_kept_back(app: Flask, world: World, db: Session) -> None:
    world.version.questions[0].preview = False
    db.commit()
    assert world.version.questions[0].prompt not in app.test_client().get(f"/frame/{world.embed.id}").text


def test_nothing_comes_along_with_the_hosted_page_or_an_interview_that_is_not_open(app: Flask, world: World, db: Session) -> None:
    assert 'id="opened"' not in app.test_client().get("/i").text
    world.interview.archived_at = NOW
    db.commit()
    answer = app.test_client().get(f"/frame/{world.embed.id}")
    assert answer.status_code == 200
    assert 'id="opened"' not in answer.text


@pytest.mark.parametrize(("wish", "browser", "language"), [
    ("", "", "en"), ("", "ja", "ja"), ("hi", "ja", "hi"), ("pt", "fr-CH, de;q=0.8", "fr"), ("pt-BR", "pt", "en"), ("../x", "", "en"),
])  # fmt: skip
def test_the_words_that_will_be_needed_come_at_once(app: Flask, world: World, wish: str, browser: str, language: str) -> None:
    page = app.test_client().get(f"/frame/{world.embed.id}?lang={wish}", headers={"Accept-Language": browser}).text
    assert re.findall(r'id="words" lang="(\w+)"', page) == [language]
    assert files.words(language).plain.decode().split('"')[3] in page


def test_files_are_packed_for_browsers_that_can_unpack(app: Flask) -> None:
    client = app.test_client()
    plain, packed = client.get("/embed.js"), client.get("/embed.js", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(packed.data) < len(plain.data)
    assert packed.headers["Vary"] == "Accept-Encoding"


def test_a_file_that_has_not_changed_is_not_sent_again(app: Flask) -> None:
    client = app.test_client()
    tag = client.get("/embed.js").headers["ETag"]
    assert client.get("/embed.js", headers={"If-None-Match": tag}).status_code == 304


def test_a_file_of_this_version_may_be_kept_for_ever_and_any_other_is_asked_for_again(app: Flask, world: World) -> None:
    client = app.test_client()
    [place] = re.findall(r'data-place="(\S+)"', client.get("/i").text)
    assert "immutable" in client.get(f"{place}/words/de.json").headers["Cache-Control"]
    assert client.get("/widget/older/words/de.json").headers["Cache-Control"] == "no-cache"


def test_what_travels_is_minified_and_still_the_same_words(app: Flask) -> None:
    client = app.test_client()
    assert not client.get("/embed.js").text.startswith("// ")
    assert "// The step machine" not in client.get("/i").text
    assert "面接" in client.get("/widget/now/words/ja.json").text


def test_the_document_is_packed_too(app: Flask) -> None:
    assert app.test_client().get("/i", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


def test_nothing_outside_the_frame_is_served(app: Flask) -> None:
    client = app.test_client()
    for path in (
        "/widget/now/../guards.py",
        "/widget/now/../embed.js",
        "/widget/now/README.md",
        "/widget/main.js",
        "/widget/now/%2e%2e/guards.py",
        "/widget/now/../../config.py",
        "/widget/now/nothing.js",
        "/widget/",
        "/widget/now/steps",
        "/widget/now/capture.js",
        "/widget/now/steps/question.js",
        "/widget/now/words/../main.js",
        "/widget/now/words/../../../../config.json",
        "/widget/now/words/xx.json",
        "/widget/now/main.js",
        "/widget/now/frame.css",
    ):
        assert client.get(path).status_code == 404, path


def test_the_loader_cannot_be_posted_to(app: Flask) -> None:
    assert app.test_client().post("/embed.js").status_code == 405
