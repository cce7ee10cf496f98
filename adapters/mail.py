"""Mail over SMTP, as one thing that can be swapped: the real sender, and one that only remembers."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT = 20.0
LOCAL = {"localhost", "127.0.0.1", "::1"}


class MailError(Exception):
    """The letter did not go out; the text is a sentence. `is_final`: the address or the letter was refused for good."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


class Sends(Protocol):
    """Whatever takes letters."""

    def send(self, to: str, subject: str, text: str, html: str, message_id: str) -> None:
        """Raises MailError."""


@dataclass(frozen=True)
class SmtpMailer:
    """`url` is smtp://user:password@host:port (STARTTLS where offered) or smtps://…; `sender` the address letters come from."""

    url: str
    sender: str

    def send(self, to: str, subject: str, text: str, html: str, message_id: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"], message["Message-ID"] = formatdate(), f"<{message_id}@{self.sender.rpartition('@')[2].strip('> ') or 'greenroom'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            code = next((answer[0] for answer in refused.recipients.values()), 550)
            raise MailError(f"The address was refused (code {code}).", is_final=code >= 500) from None
        except smtplib.SMTPAuthenticationError:
            raise MailError("The mail server refused our user name or password.") from None
        except smtplib.SMTPResponseException as answer:
            raise MailError(f"The mail server refused the letter (code {answer.smtp_code}).", is_final=answer.smtp_code >= 550) from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"The mail server could not be reached ({type(error).__name__}).") from None

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, context = parts.hostname or "localhost", ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif parts.username and host not in LOCAL:
                server.close()
                raise MailError("The mail server offers no encryption, so our password was not sent.")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


@dataclass
class RecordingMailer:
    """Remembers letters instead of sending them; `refuse` makes it fail."""

    sent: list[dict[str, str]] = field(default_factory=list)
    refuse: MailError | None = None

    def send(self, to: str, subject: str, text: str, html: str, message_id: str) -> None:
        if self.refuse:
            raise self.refuse
        self.sent.append({"to": to, "subject": subject, "text": text, "html": html, "id": message_id})
