"""Letters: put in line, written when they are sent, and their log. Plain text and HTML say the same.

A letter's text is never stored: it holds a link that opens something. What is stored is to whom, about what, and how it went.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import jobs, members, notices
from domain.designs import InterviewDesign, minutes, spoken_language
from domain.errors import NotFound
from domain.letter_words import WORDS
from domain.notice_words import WORDS as NOTICE_WORDS
from domain.snippets import hosted_link
from domain.tokens import Tokens
from models import CandidateSession, Employer, Inquiry, Invite, Mail, Member

ROOM: Final = 5000
"""Most values that one statement names."""
NOT_SET_UP: Final = "No mail server is set up (GREENROOM_SMTP_URL)."


INQUIRY_WORDS: Final = {
    "help": "another way to answer",
    "review": "a person to look again at the decision, or to explain it",
    "copy": "a copy of their data",
    "withdrawal": "to withdraw the application",
    "erasure": "to have their recordings and data deleted",
}
"""What each kind of inquiry asks for, after “asks:”."""


@dataclass(frozen=True)
class Letter:
    """What an adapter sends. `id` makes the Message-ID, so that a letter sent twice is known as one."""

    id: str
    email: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Sender:
    """What writing a letter takes besides the rows. `hears`: whether this installation transcribes the language of a code (None: any)."""

    tokens: Tokens
    public_url: str
    hears: Callable[[str | None], bool]


@dataclass(frozen=True)
class _Parts:
    subject: str
    lines: Sequence[str]
    button: str
    link: str
    after: Sequence[str]
    locale: str = "en"


def to_candidate(db: Session, session: CandidateSession, kind: str, now: datetime) -> Mail | None:
    """Puts a letter to the candidate in line; None when they left no address."""
    if not session.candidate.email:
        return None
    return _queue(
        db, Mail(employer_id=session.employer_id, kind=kind, email=session.candidate.email, session_id=session.id, created_at=now)
    )


def to_member(db: Session, member: Member, kind: str, now: datetime) -> Mail:
    """Puts a letter to a member in line (`member_invite`, `reset`)."""
    return _queue(db, Mail(employer_id=member.employer_id, kind=kind, email=member.email, member_id=member.id, created_at=now))


def to_contact(db: Session, inquiry: Inquiry, email: str) -> Mail:
    """Puts what a candidate asks in line for the employer's contact person."""
    return _queue(
        db, Mail(employer_id=inquiry.employer_id, kind="inquiry", email=email, inquiry_id=inquiry.id, created_at=inquiry.asked_at)
    )


def _queue(db: Session, mail: Mail) -> Mail:
    db.add(mail)
    db.flush()
    jobs.add(db, mail.employer_id, "mail", mail.id, mail.created_at)
    return mail


def get_mail(db: Session, mail_id: str) -> Mail:
    """Raises NotFound."""
    found = db.scalar(sa.select(Mail).where(Mail.id == mail_id))
    if found is None:
        raise NotFound
    return found


def log(db: Session, session_ids: Sequence[str]) -> dict[str, list[Mail]]:
    """Every letter to these sessions' candidates, newest first."""
    found: dict[str, list[Mail]] = {}
    for start in range(0, len(session_ids), ROOM):
        some = session_ids[start : start + ROOM]
        for mail in db.scalars(sa.select(Mail).where(Mail.session_id.in_(some)).order_by(Mail.id.desc())):
            found.setdefault(str(mail.session_id), []).append(mail)
    return found


def compose(db: Session, mail: Mail, sender: Sender, now: datetime) -> Letter | None:
    """Writes the letter as things stand now; None when it has lost its reason (revoked, ended, disabled)."""
    if mail.inquiry_id:
        parts: _Parts | None = _for_contact(db.get_one(Inquiry, mail.inquiry_id), sender)
    else:
        parts = _for_candidate(db, mail, sender, now) if mail.session_id else _for_member(db, mail, sender, now)
    if parts is None:
        return None
    return Letter(mail.id, mail.email, _one_line(parts.subject), _plain(parts), _html(parts))


def _for_candidate(db: Session, mail: Mail, sender: Sender, now: datetime) -> _Parts | None:
    session = db.get_one(CandidateSession, mail.session_id)
    invite = db.scalar(sa.select(Invite).where(Invite.session_id == session.id, Invite.revoked_at.is_(None)).order_by(Invite.id.desc()))
    if invite is None or session.state not in ("invited", "in_progress"):
        return None
    locale = session.locale if session.locale in WORDS else "en"
    words, employer = WORDS[locale], db.get_one(Employer, session.employer_id)
    design = InterviewDesign.model_validate(session.version.design)
    filling = {
        "name": session.candidate.name,
        "employer": employer.name,
        "opening": design.opening,
        "minutes": minutes(design),
        "deadline": f"{invite.expires_at:%Y-%m-%d %H:%M} UTC",
        "contact": notices.contact(employer, design)[1],
        "question": design.questions[0].prompt,
    }
    said = {key: text.format(**filling) for key, text in words.items()}
    link = hosted_link(sender.public_url, sender.tokens.mint("invite", {"invite": invite.id}, now))
    after = [said["until"], *_disclosure(db, session, sender, locale), said["another"], said["personal"]]
    return _Parts(said[f"{mail.kind}_subject"], [said["hello"], said[mail.kind]], said["button"], link, after, locale)


def _disclosure(db: Session, session: CandidateSession, sender: Sender, locale: str) -> list[str]:
    """The two answers every candidate is owed before they begin, from what runs now."""
    words, running = NOTICE_WORDS[locale], notices.circumstances(db, session.version, sender.hears(spoken_language(session.version.design)))
    automated = words["automated_on" if running.proposals else "automated_off"]
    return [f"{words['person_q']} {words['person_a']}", f"{words['automated_q']} {automated}"]


def _for_member(db: Session, mail: Mail, sender: Sender, now: datetime) -> _Parts | None:
    member = db.get_one(Member, mail.member_id)
    if member.disabled_at is not None:
        return None
    employer = db.get_one(Employer, member.employer_id).name
    link = f"{sender.public_url}/password#{members.mint(sender.tokens, member, mail.kind, now)}"
    hello = f"Hello {member.name},"
    if mail.kind == "member_invite":
        asked = f"{employer} has made an account for you in Greenroom, where its recorded interviews are reviewed."
        after = ["The link holds for 7 days and works once. If you did not expect this, leave it unused."]
        return _Parts(f"Your account with {employer}", [hello, asked], "Choose a password", link, after)
    asked = "Somebody, probably you, asked for a new password for Greenroom."
    after = ["The link holds for one hour and works once. If it was not you, leave it unused: your password stays as it is."]
    return _Parts("A new password", [hello, asked], "Choose a new password", link, after)


def _for_contact(inquiry: Inquiry, sender: Sender) -> _Parts:
    """In English, as everything the employer's own people read."""
    opening = inquiry.version.design["opening"]
    asked = [f"{inquiry.name or 'Somebody'} asks: {INQUIRY_WORDS[inquiry.kind]}.", f"Interview: {opening}."]
    after = [f"Answer to: {inquiry.email}"] if inquiry.email else []
    after.append("The people who score do not see this. Please leave it out of the evaluation.")
    lines = [*asked, *([inquiry.message] if inquiry.message else [])]
    return _Parts(f"A candidate asks: {opening}", lines, "See all requests", f"{sender.public_url}/inquiries", after)


def _plain(parts: _Parts) -> str:
    return "\n\n".join([*parts.lines, f"{parts.button}:\n{parts.link}", *parts.after]) + "\n"


def _html(parts: _Parts) -> str:
    """Simple enough for every mail program: no picture, no script, nothing that is fetched."""
    before = "".join(f"<p>{escape(line)}</p>" for line in parts.lines)
    after = "".join(f"<p>{escape(line)}</p>" for line in parts.after)
    style = "display:inline-block;padding:10px 18px;border-radius:7px;background:#0c6350;color:#ffffff;text-decoration:none"
    return (
        f'<!doctype html><html lang="{parts.locale}"><head><meta charset="utf-8"><title>{escape(parts.subject)}</title></head>'
        f'<body style="font:16px/1.5 sans-serif;max-width:36em;margin:0 auto;padding:16px">{before}'
        f'<p><a href="{escape(parts.link)}" style="{style}">{escape(parts.button)}</a></p>{after}</body></html>'
    )


def _one_line(text: str) -> str:
    """A subject cannot hold a line end: that would be a header of somebody's choosing."""
    return " ".join(text.split())[:200]
