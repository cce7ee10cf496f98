"""Letters: what they say, in which language, when they are not sent, and that a real mail server takes them."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.mail import MailError, RecordingMailer, SmtpMailer
from config import Settings
from domain import invites, mail
from domain.invites import Invited
from domain.letter_words import WORDS
from domain.mail import NOT_SET_UP, Letter, Sender
from domain.notice_words import WORDS as NOTICE_WORDS
from domain.tokens import Tokens
from jobs.bench import Bench
from jobs.queues import Queues
from jobs.run import run_next
from models import CandidateSession, Invite, Job, Mail, Sessions
from tests.factories import NOW, World

SENDER = Sender(Tokens(["k" * 40]), "https://greenroom.test", lambda _language: True)


@pytest.fixture
def invite(db: Session, world: World) -> Invite:
    return invites.create(db, world.actor, world.interview, Invited("Carla <b>", "carla@home.test"), NOW)


def letter(db: Session, invite: Invite, kind: str = "invite") -> Letter | None:
    row = mail.to_candidate(db, db.get_one(CandidateSession, invite.session_id), kind, NOW)
    assert row is not None
    return mail.compose(db, row, SENDER, NOW)


@pytest.mark.parametrize("locale", sorted(WORDS))
@pytest.mark.parametrize("kind", ["invite", "next_stage", "reminder", "extended"])
def test_every_letter_says_the_same_in_both_parts_and_answers_the_two_questions(
    db: Session, invite: Invite, locale: str, kind: str
) -> None:
    session = db.get_one(CandidateSession, invite.session_id)
    session.locale = locale
    found = letter(db, invite, kind)
    assert found is not None
    claims = SENDER.tokens.read("invite", found.text.split("/i#")[1].split()[0], NOW)
    assert claims["invite"] == invite.id
    assert "/i#" in found.html
    assert "{" not in found.text + found.subject
    assert "Carla <b>" in found.text
    assert "Carla &lt;b&gt;" in found.html
    assert "<b>" not in found.html
    assert NOTICE_WORDS[locale]["person_a"] in found.text
    assert NOTICE_WORDS[locale]["automated_off"] in found.text


def test_the_letter_follows_the_running_configuration(db: Session, world: World, invite: Invite) -> None:
    world.interview.proposals_on = True
    found = letter(db, invite)
    assert found is not None
    assert "software also proposes ratings" in found.text


def test_every_language_has_every_sentence() -> None:
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["en"])}
    assert len(WORDS) == 6


def test_a_subject_cannot_smuggle_a_header(db: Session, world: World, invite: Invite) -> None:
    world.employer.name = "Acme\r\nBcc: everybody@home.test"
    found = letter(db, invite)
    assert found is not None
    assert "\n" not in found.subject
    assert "\r" not in found.subject


def test_a_withdrawn_invitation_is_not_mailed(db: Session, world: World, invite: Invite) -> None:
    row = mail.to_candidate(db, db.get_one(CandidateSession, invite.session_id), "reminder", NOW)
    invites.revoke(db, world.actor, invite, NOW)
    assert row is not None
    assert mail.compose(db, row, SENDER, NOW) is None


def test_nobody_without_an_address_gets_a_letter(db: Session, world: World) -> None:
    made = invites.create(db, world.actor, world.interview, Invited("Nobody"), NOW)
    assert mail.to_candidate(db, db.get_one(CandidateSession, made.session_id), "invite", NOW) is None


def test_reminders_go_out_once_when_time_is_nearly_over(db: Session, world: World, invite: Invite) -> None:
    assert invites.remind_due(db, NOW) == 0
    nearly = invite.expires_at - timedelta(hours=40)
    assert invites.remind_due(db, nearly) == 1
    assert invites.remind_due(db, nearly + timedelta(hours=30)) == 0
    assert invites.remind_due(db, invite.expires_at + timedelta(hours=1)) == 0


class _Kept:
    """What a mail server that keeps everything received."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.messages: list[Any] = []
        self._answer = answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        await asyncio.sleep(0)
        self.messages.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return self._answer


@contextmanager
def server(kept: _Kept) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_real_server_receives_plain_and_html_parts() -> None:
    kept = _Kept()
    with server(kept) as url:
        SmtpMailer(url, "Acme <jobs@acme.test>").send("carla@home.test", "Jürgen, grüße", "plain 日本", "<p>html</p>", "m1")
    [message] = kept.messages
    assert message["Subject"] == "Jürgen, grüße"
    assert message["Message-ID"] == "<m1@acme.test>"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().strip() == "plain 日本"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_refused_letter_says_so_and_whether_to_try_again() -> None:
    with server(_Kept("550 no such user")) as url, pytest.raises(MailError) as refused:
        SmtpMailer(url, "jobs@acme.test").send("x@home.test", "s", "t", "h", "m")
    assert refused.value.is_final
    with pytest.raises(MailError) as away:
        SmtpMailer("smtp://127.0.0.1:1", "jobs@acme.test").send("x@home.test", "s", "t", "h", "m")
    assert not away.value.is_final


@pytest.fixture
def bench(app: Flask, settings: Settings, tmp_path: Path) -> Iterator[Bench]:
    sessions = Sessions(settings.database)
    with_mail = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    yield Bench(
        with_mail, sessions, app.extensions["store"], Queues(settings.redis), None, "w1", lambda: NOW, RecordingMailer(), threading.Event()
    )
    sessions.close()


def test_the_worker_sends_and_notes_it(bench: Bench, db: Session, invite: Invite) -> None:
    mail.to_candidate(db, db.get_one(CandidateSession, invite.session_id), "invite", NOW)
    db.commit()
    assert run_next(bench, "mail")
    assert isinstance(bench.mailer, RecordingMailer)
    assert [sent["to"] for sent in bench.mailer.sent] == ["carla@home.test"]
    db.expire_all()
    assert db.scalars(select(Mail)).one().sent_at == NOW


def test_a_letter_that_failed_is_tried_again_and_then_explained(bench: Bench, db: Session, invite: Invite) -> None:
    bench.mailer = RecordingMailer(refuse=MailError("The mail server could not be reached."))
    mail.to_candidate(db, db.get_one(CandidateSession, invite.session_id), "invite", NOW)
    db.commit()
    run_next(bench, "mail")
    db.expire_all()
    assert db.scalars(select(Job)).one().state == "waiting"
    bench.mailer = RecordingMailer(refuse=MailError("The address was refused (code 550).", is_final=True))
    db.scalars(select(Job)).one().not_before = NOW
    db.commit()
    run_next(bench, "mail")
    db.expire_all()
    assert db.scalars(select(Mail)).one().problem == "The address was refused (code 550)."


def test_without_a_mail_server_the_log_says_so(bench: Bench, db: Session, invite: Invite, settings: Settings) -> None:
    bench.settings = settings
    mail.to_candidate(db, db.get_one(CandidateSession, invite.session_id), "invite", NOW)
    db.commit()
    run_next(bench, "mail")
    db.expire_all()
    assert db.scalars(select(Mail)).one().problem == NOT_SET_UP
