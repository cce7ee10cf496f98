"""Many candidates at once: a table of names and addresses, read as people export it, planned row by row before anybody is invited."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import invites, mail
from domain.audit import Actor
from domain.errors import Invalid
from domain.invites import Invited
from models import Candidate, CandidateSession, Interview, Invite

LARGEST: Final = 1_000_000
MOST_ROWS: Final = 2000
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
STANDING: Final = ("invited", "in_progress", "submitted")
EMAIL: Final = {
    "email",
    "e-mail",
    "mail",
    "e-mail-adresse",
    "email address",
    "correo",
    "correo electrónico",
    "courriel",
    "adresse e-mail",
    "ईमेल",
    "メール",
    "メールアドレス",
}
NAME: Final = {"name", "full name", "candidate", "nombre", "nom", "vollständiger name", "नाम", "氏名", "名前"}
FIRST: Final = {"first name", "firstname", "given name", "vorname", "prénom", "prenom"}
LAST: Final = {"last name", "lastname", "surname", "family name", "nachname", "nom de famille", "apellido", "apellidos"}


@dataclass(frozen=True)
class Row:
    """One line of the table; `number` counts as a spreadsheet does."""

    number: int
    name: str
    email: str


@dataclass(frozen=True)
class Planned:
    """What will happen to a row: `invite`, `already`, `double` or `wrong` with the reason."""

    row: Row
    outcome: str
    reason: str = ""


def read(content: bytes) -> list[Row]:
    """Rows of a CSV file: UTF-8, UTF-16 or Latin-1; commas, semicolons or tabs; with or without a header. Raises Invalid."""
    if len(content) > LARGEST:
        raise Invalid(f"The file is larger than {LARGEST // 1_000_000} MB.", {"file": "too large"})
    text = _decode(content)
    try:
        lines = [
            line for line in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)) if any(cell.strip() for cell in line)
        ]
    except csv.Error:
        lines = []
    if not lines or "\0" in text:
        raise Invalid("There is no table in this. Send a CSV file with a name and an e-mail address in each row.", {"file": "no table"})
    has_header = not any("@" in cell for cell in lines[0])
    rows = list(_rows(lines, _columns(lines, has_header), has_header))
    if len(rows) > MOST_ROWS:
        raise Invalid(f"At most {MOST_ROWS} candidates at once; this has {len(rows)}.", {"file": "too many rows"})
    return rows


def plan(db: Session, interview: Interview, rows: Sequence[Row]) -> list[Planned]:
    """What inviting these rows would do. Nothing is changed."""
    wanted = {row.email.lower() for row in rows}
    met = sa.select(sa.func.lower(Candidate.email)).join(CandidateSession, CandidateSession.candidate_id == Candidate.id)
    here = met.where(
        CandidateSession.interview_id == interview.id, CandidateSession.state.in_(STANDING), CandidateSession.is_test.is_(False)
    )
    already = {email for email in db.scalars(here) if email in wanted}
    seen: set[str] = set()
    planned = []
    for row in rows:
        planned.append(_judge(row, already, seen))
        seen.add(row.email.lower())
    return planned


def carry_out(
    db: Session, actor: Actor, interview: Interview, planned: Sequence[Planned], days: int | None, now: datetime, *, by_mail: bool
) -> list[Invite]:
    """Invites the rows that may be invited; the others are left alone."""
    made = []
    for one in planned:
        if one.outcome == "invite":
            invite = invites.create(db, actor, interview, Invited(one.row.name, one.row.email, days=days, locale=_language(interview)), now)
            made.append(invite)
            if by_mail:
                mail.to_candidate(db, db.get_one(CandidateSession, invite.session_id), "invite", now)
    return made


def write(rows: Iterable[Row]) -> str:
    """The rows as CSV again, for the form that confirms the plan."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "email"])
    writer.writerows([row.name, row.email] for row in rows)
    return out.getvalue()


def _judge(row: Row, already: set[str], seen: set[str]) -> Planned:
    local, at, domain = row.email.partition("@")
    if row.name.startswith(FORMULA) or row.email.startswith(FORMULA):
        return Planned(row, "wrong", "This looks like a spreadsheet formula, not like a person.")
    if not row.name or len(row.name) > 200:
        return Planned(row, "wrong", "A name of 1 to 200 characters is missing.")
    if not (local and at and "." in domain.strip(".")) or "@" in domain or any(c.isspace() for c in row.email) or len(row.email) > 320:
        return Planned(row, "wrong", "This is not an e-mail address.")
    if row.email.lower() in already:
        return Planned(row, "already", "Invited or answered before.")
    if row.email.lower() in seen:
        return Planned(row, "double", "The same address stands further up.")
    return Planned(row, "invite")


def _language(interview: Interview) -> str:
    return str(interview.draft.get("language", "en"))


def _decode(content: bytes) -> str:
    """Excel writes UTF-16 or the Windows code page as gladly as UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max((",", ";", "\t"), key=first.count)


def _columns(lines: list[list[str]], has_header: bool) -> tuple[list[int], int]:
    """Which columns make the name, and which one is the address. Raises Invalid."""
    if not has_header:
        email = next(i for i, cell in enumerate(lines[0]) if "@" in cell)
        return [i for i in range(len(lines[0])) if i != email][:1], email
    header = [cell.strip().lower() for cell in lines[0]]
    found = {
        role: [i for i, cell in enumerate(header) if cell in words]
        for role, words in (("e", EMAIL), ("n", NAME), ("f", FIRST), ("l", LAST))
    }
    name = found["f"][:1] + found["l"][:1] if found["f"] and found["l"] else found["n"][:1] or found["f"][:1]
    if not found["e"] or not name:
        raise Invalid("The first row must name the columns: “name” and “email”.", {"file": f"found: {', '.join(header)[:120]}"})
    return name, found["e"][0]


def _rows(lines: list[list[str]], columns: tuple[list[int], int], has_header: bool) -> Iterable[Row]:
    names, email = columns
    for number, line in enumerate(lines, 1):
        if number == 1 and has_header:
            continue
        cells = [cell.strip() for cell in line] + [""] * (max([*names, email]) + 1 - len(line))
        yield Row(number, " ".join(cells[i] for i in names if cells[i]).strip(), cells[email])
