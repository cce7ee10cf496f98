"""Where an interview is shown: snippet, link, QR code, allowed addresses, revoking, and the look at the employer's page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters import page_check
from adapters.page_check import PageCheckError
from domain import embeds, page_checks
from domain.tokens import read_embed
from models import AuditEvent, Embed
from tests.factories import NOW, ORIGIN, World
from tests.views.conftest import Enter

OURS = "https://greenroom.test"


def verbs(db: Session) -> list[str]:
    return list(db.scalars(select(AuditEvent.verb)))


def test_the_snippet_is_ready_to_copy_and_always_the_same(alice: FlaskClient, app: Flask, world: World) -> None:
    page, again = (alice.get(f"/interviews/{world.interview.id}/embed").text for _ in range(2))
    token = page.split("greenroom-interview token=&#34;")[1].split("&#34;")[0]
    assert "&lt;script async src=&#34;http://greenroom.test/embed.js&#34;&gt;&lt;/script&gt;" in page
    assert f"http://greenroom.test/i#{token}" in page
    assert "<svg" in page
    assert token in again
    assert read_embed(app.extensions["tokens"], token, NOW)["embed"] == world.embed.id


def test_a_snippet_is_made_for_normalised_addresses(alice: FlaskClient, world: World, db: Session) -> None:
    data = {"origins": "https://Jobs.Acme.test:443/careers, http://localhost:9000", "label": "Jobs"}
    assert alice.post(f"/interviews/{world.interview.id}/embeds", data=data).status_code == 303
    embed = db.scalars(select(Embed).where(Embed.label == "Jobs")).one()
    assert embed.origins == ["https://jobs.acme.test", "http://localhost:9000"]
    assert verbs(db).count("embed:created") == 2


@pytest.mark.parametrize("addresses", ["", "careers", "ftp://x.test", "https://*.acme.test", "https://a;b.test", "javascript:alert(1)"])
def test_what_is_no_web_address_is_refused(alice: FlaskClient, world: World, db: Session, addresses: str) -> None:
    for path in (f"/interviews/{world.interview.id}/embeds", f"/embeds/{world.embed.id}/origins"):
        response = alice.post(path, data={"origins": addresses})
        assert response.status_code == 422
    db.expire_all()
    assert world.embed.origins == [ORIGIN]


def test_addresses_change_without_a_new_snippet(alice: FlaskClient, world: World, db: Session) -> None:
    assert alice.post(f"/embeds/{world.embed.id}/origins", data={"origins": "https://new.acme.test"}).status_code == 303
    db.expire_all()
    assert world.embed.origins == ["https://new.acme.test"]
    assert "embed:changed" in verbs(db)


def test_a_revoked_snippet_is_closed_for_good(alice: FlaskClient, world: World, db: Session) -> None:
    for _ in range(2):
        assert alice.post(f"/embeds/{world.embed.id}/revoke").status_code == 303
    assert verbs(db).count("embed:revoked") == 1
    assert "Revoked" in alice.get(f"/interviews/{world.interview.id}/embed").text
    assert alice.post(f"/embeds/{world.embed.id}/origins", data={"origins": "https://x.test"}).status_code == 422


def test_a_private_address_is_not_fetched(alice: FlaskClient, world: World) -> None:
    for address in (
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://0x7f000001/",
        "file:///etc/passwd",
    ):
        response = alice.post(f"/embeds/{world.embed.id}/check", data={"address": address})
        assert response.status_code == 422
        assert "private network" in response.text or "no web address" in response.text or "did not answer" in response.text


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not page_check.is_public(address)


def test_public_addresses_are(db: Session) -> None:
    assert page_check.is_public("93.184.216.34")
    assert page_check.is_public("2606:2800:220:1::1")


class _Careers(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        if self.path == "/circle":
            self.send_response(302)
            self.send_header("Location", "/circle")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Permissions-Policy", "camera=(), microphone=(self)")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def careers() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Careers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_real_page_is_fetched_and_every_block_named(alice: FlaskClient, app: Flask, world: World, careers: str) -> None:
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"check_private_pages": True})
    for headers in ({}, {"HX-Request": "true"}):
        page = alice.post(f"/embeds/{world.embed.id}/check", data={"address": careers}, headers=headers)
        app_text = page.text
        assert page.status_code == 200
        assert "is not among the allowed addresses" in app_text
        assert "script line of the snippet is not in the page" in app_text
        assert "blocks our script" in app_text
        assert "blocks our frame" in app_text
        assert "keeps the camera and microphone from us" in app_text
    app.extensions["settings"] = before


def test_a_page_that_goes_in_circles_is_given_up(careers: str) -> None:
    with pytest.raises(PageCheckError, match="circles"):
        page_check.fetch(f"{careers}/circle", allow_private=True)
    with pytest.raises(PageCheckError, match="did not answer"):
        page_check.fetch("http://127.0.0.1:1/", allow_private=True)


def examine(world: World, headers: dict[str, str], text: str = "", address: str = ORIGIN) -> list[bool]:
    token = f"{world.embed.id}~x"
    body = text or f'<script async src="{OURS}/embed.js"></script><greenroom-interview token="{token}"></greenroom-interview>'
    return [found.is_good for found in page_checks.examine(page_checks.Page(address, 200, headers, body), world.embed, OURS)]


@pytest.mark.parametrize(
    ("headers", "good"),
    [
        ({}, True),
        ({"content-security-policy": f"script-src 'self' {OURS}; frame-src {OURS}"}, True),
        ({"content-security-policy": "script-src https:; frame-src *"}, True),
        ({"content-security-policy": "script-src *.test; frame-src greenroom.test"}, True),
        ({"content-security-policy": "img-src 'none'"}, True),
        ({"content-security-policy": "script-src 'self'"}, False),
        ({"content-security-policy": f"script-src 'strict-dynamic' {OURS}"}, False),
        ({"content-security-policy": f"default-src {OURS}; frame-src 'none'"}, False),
        ({"content-security-policy": f"script-src {OURS}, script-src 'self'"}, False),
        ({"permissions-policy": "geolocation=()"}, True),
        ({"permissions-policy": "camera=*, microphone=*"}, True),
        ({"permissions-policy": f'camera=(self "{OURS}"), microphone=("{OURS}")'}, True),
        ({"permissions-policy": "camera=(self)"}, False),
        ({"permissions-policy": "microphone=()"}, False),
    ],
)
def test_what_a_page_allows_is_read_as_a_browser_reads_it(world: World, headers: dict[str, str], good: bool) -> None:
    assert all(examine(world, headers)) is good


def test_policies_in_the_page_and_foreign_snippets_are_seen(world: World) -> None:
    meta = '<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">'
    assert not all(examine(world, {}, meta))
    other = f'<script src="{OURS}/embed.js"></script><greenroom-interview token="other~x">'
    assert examine(world, {}, other)[2] is False
    assert examine(world, {}, address="http://careers.acme.test")[:2] == [False, False]


def test_only_managers_check_pages(enter: Enter, stranger: FlaskClient, world: World, rival: World) -> None:
    address = f"/embeds/{world.embed.id}/check"
    assert stranger.post(address).status_code == 302
    assert enter(world.reader).post(address).status_code == 403
    assert enter(rival.owner).post(address).status_code == 404


def test_previews_are_not_listed_among_snippets(world: World, db: Session) -> None:
    preview = embeds.create(db, world.actor, world.interview, OURS, "x", NOW)
    preview.version_id = world.version.id
    db.flush()
    assert list(embeds.of_interview(db, world.interview)) == [world.embed]


def test_the_live_preview_shows_the_published_version_as_a_test(alice: FlaskClient, world: World, db: Session) -> None:
    address = f"/interviews/{world.interview.id}/embeds/preview"
    pages = {alice.post(address).location for _ in range(2)}
    assert len(pages) == 1
    assert "<greenroom-interview token=" in alice.get(pages.pop()).text
    embed = db.scalars(select(Embed).where(Embed.is_test)).one()
    assert (embed.version_id, embed.origins) == (world.version.id, ["http://greenroom.test"])


def test_a_real_snippet_is_never_run_as_a_preview(alice: FlaskClient, world: World) -> None:
    assert "<greenroom-interview token=" not in alice.get(f"/embeds/{world.embed.id}/preview").text


def test_a_form_sent_twice_makes_one_snippet(alice: FlaskClient, world: World, db: Session) -> None:
    form = {"origins": "https://jobs.acme.test", "label": "Jobs"}
    first, second = (alice.post(f"/interviews/{world.interview.id}/embeds", data=form).location for _ in range(2))
    assert first == second
    db.rollback()
    assert db.scalar(select(func.count()).select_from(Embed)) == 2
