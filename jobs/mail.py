"""Sends one letter. Run twice, the same Message-ID lets mail servers see that it is one."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from adapters.mail import MailError, Sends, SmtpMailer
from adapters.speech_models import can_hear
from domain import mail
from domain.jobs import MOST_ATTEMPTS
from domain.mail import NOT_SET_UP, Letter, Sender
from domain.tokens import Tokens
from jobs.bench import Bench, Failed
from jobs.steps import Write
from models import Job, Session

NO_REASON = "Not sent: there was no reason for it any more."


def send(bench: Bench, job: Job) -> Write:
    """Writes the letter, hands it to the mail server and notes how it went. Raises Failed when it is worth another try."""
    if not bench.settings.smtp_url:
        return _outcome(job, NOT_SET_UP)
    letter = _compose(bench, job)
    if letter is None:
        return _outcome(job, NO_REASON)
    try:
        mailer(bench).send(letter.email, letter.subject, letter.text, letter.html, letter.id)
    except MailError as error:
        if error.is_final or job.attempts >= MOST_ATTEMPTS:
            return _outcome(job, error.reason)
        raise Failed(error.reason) from None
    return _outcome(job, "")


def mailer(bench: Bench) -> Sends:
    """The way out: tests put a recording one on the bench."""
    settings = bench.settings
    return bench.mailer or SmtpMailer(settings.smtp_url, settings.mail_from or "greenroom@localhost")


def _compose(bench: Bench, job: Job) -> Letter | None:
    settings = bench.settings
    sender = Sender(Tokens(*settings.signing_keys()), settings.public_url, partial(can_hear, settings.speech_model))
    with bench.sessions.open(job.employer_id) as db:
        return mail.compose(db, mail.get_mail(db, job.subject_id), sender, bench.now())


def _outcome(job: Job, problem: str) -> Write:
    def write(db: Session, now: datetime) -> list[str]:
        row = mail.get_mail(db, job.subject_id)
        row.sent_at, row.problem = (None, problem) if problem else (now, "")
        return []

    return write
