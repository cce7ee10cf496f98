"""What the inbox can find by a word: names, notes and transcripts, folded to plain letters.

Rows follow their sources by themselves: whoever writes or deletes a name, a note or a transcript through the ORM keeps
the index right without knowing it. SQLite searches with FTS5, PostgreSQL with a GIN index over the same text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from models.answer import Take
from models.base import Base, OfEmployer
from models.candidate import Candidate, CandidateSession
from models.review import Note
from models.transcript import Transcript

SQLITE: Final = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(text, employer_id, content='search_entry', content_rowid='id', "
    "tokenize=\"unicode61 categories 'L* N* M*'\")",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN "
    "INSERT INTO search_fts(rowid, text, employer_id) VALUES (new.id, new.text, new.employer_id); END",
    "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, text, employer_id) VALUES ('delete', old.id, old.text, old.employer_id); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, text, employer_id) VALUES ('delete', old.id, old.text, old.employer_id); "
    "INSERT INTO search_fts(rowid, text, employer_id) VALUES (new.id, new.text, new.employer_id); END",
)
# Kana and Han: no spaces between words, so each sign is a word to the index and a run of them is a phrase.
JOINED: Final = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
POSTGRESQL: Final = ("CREATE INDEX ix_search_entry_text ON search_entry USING gin (to_tsvector('simple', text))",)


class SearchEntry(OfEmployer, Base):
    """The words of one source of one candidate session. `kind` is name, note or transcript; `source_id` its row."""

    __tablename__ = "search_entry"
    __table_args__ = (sa.Index("ix_search_entry_source", "source_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)  # type: ignore[assignment]
    session_id: Mapped[str] = mapped_column(sa.ForeignKey("candidate_session.id"), index=True)
    source_id: Mapped[str] = mapped_column(sa.String(26))
    kind: Mapped[str] = mapped_column(sa.String(10))
    text: Mapped[str] = mapped_column(sa.Text)


def fold(text: str) -> str:
    """Lower case without accents, sign for sign, so that an offset into one is an offset into the other."""
    return "".join(_plain(sign) for sign in text)


def apart(text: str) -> str:
    """What the index keeps: folded, with a space around each sign of the scripts that write words together."""
    return JOINED.sub(r" \g<0> ", fold(text))


def _plain(sign: str) -> str:
    parts = unicodedata.normalize("NFKD", sign)
    return (parts[0] if all(map(unicodedata.combining, parts[1:])) else sign).lower()[0]


for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _statement in _statements:
        event.listen(SearchEntry.__table__, "after_create", sa.DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]

_ENTRIES: Final = cast(sa.Table, SearchEntry.__table__)


def _add(connection: sa.Connection, row: Any, session_id: str | None, kind: str, text: str) -> None:
    if session_id and text.strip():
        values = {"employer_id": row.employer_id, "session_id": session_id, "source_id": row.id, "kind": kind, "text": apart(text)}
        connection.execute(sa.insert(_ENTRIES).values(values))


@event.listens_for(CandidateSession, "after_insert")
def _session_added(_mapper: Mapper[Any], connection: sa.Connection, row: CandidateSession) -> None:
    if row.addendum_to_id is not None:
        return
    found = connection.execute(sa.select(Candidate.name, Candidate.email).where(Candidate.id == row.candidate_id)).one()
    _add(connection, row, row.id, "name", f"{found.name} {found.email}")


@event.listens_for(Candidate, "after_update")
def _candidate_changed(_mapper: Mapper[Any], connection: sa.Connection, row: Candidate) -> None:
    of_them = sa.select(CandidateSession.id).where(CandidateSession.candidate_id == row.id)
    named = sa.and_(_ENTRIES.c.kind == "name", _ENTRIES.c.session_id.in_(of_them))
    connection.execute(sa.update(_ENTRIES).where(named).values(text=apart(f"{row.name} {row.email}")))


@event.listens_for(Note, "after_update")
@event.listens_for(Note, "after_insert")
def _note_kept(_mapper: Mapper[Any], connection: sa.Connection, row: Note) -> None:
    """A note is replaced whenever its author changes it; what it said before is found no more."""
    connection.execute(sa.delete(_ENTRIES).where(_ENTRIES.c.source_id == row.id))
    _add(connection, row, row.session_id, "note", row.text)


@event.listens_for(Transcript, "after_insert")
def _transcript_added(_mapper: Mapper[Any], connection: sa.Connection, row: Transcript) -> None:
    """The newest version is what is found; the ones it corrects are read beside it, not searched."""
    session_id = connection.scalar(sa.select(Take.session_id).where(Take.id == row.take_id))
    older = sa.select(Transcript.id).where(Transcript.take_id == row.take_id, Transcript.id != row.id)
    connection.execute(sa.delete(_ENTRIES).where(_ENTRIES.c.source_id.in_(older)))
    _add(connection, row, _record_of(connection, session_id), "transcript", row.text)


@event.listens_for(Take, "after_update")
@event.listens_for(Take, "after_insert")
def _written_answer(_mapper: Mapper[Any], connection: sa.Connection, row: Take) -> None:
    """A written answer is read like a transcript; it is replaced as often as the candidate saves it."""
    if row.kind == "text":
        connection.execute(sa.delete(_ENTRIES).where(_ENTRIES.c.source_id == row.id))
        _add(connection, row, _record_of(connection, row.session_id), "transcript", row.text or "")


def _record_of(connection: sa.Connection, session_id: str | None) -> str | None:
    """What was answered in an addendum is found under the session it belongs to."""
    row = sa.select(sa.func.coalesce(CandidateSession.addendum_to_id, CandidateSession.id)).where(CandidateSession.id == session_id)
    return connection.scalar(row)


@event.listens_for(CandidateSession, "before_delete")
@event.listens_for(Note, "before_delete")
@event.listens_for(Transcript, "before_delete")
@event.listens_for(Take, "before_delete")
def _source_removed(_mapper: Mapper[Any], connection: sa.Connection, row: Any) -> None:
    connection.execute(sa.delete(_ENTRIES).where(_ENTRIES.c.source_id == row.id))
