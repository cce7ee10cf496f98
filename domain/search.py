"""Finding candidate sessions by words in names, notes and transcripts; the same answers on SQLite and PostgreSQL."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import scorecards
from models import Member, Note, SearchEntry
from models.search import JOINED, fold

MOST_HITS: Final = 1000
MOST_WORDS: Final = 8
AROUND: Final = 60
_RUNS: Final = re.compile(f"{JOINED.pattern}+|[^{JOINED.pattern[1:]}+")
_SPACED: Final = re.compile(rf"\s*({JOINED.pattern})\s*")


def words_of(text: str) -> list[str]:
    """The words a search looks for, folded; at most `MOST_WORDS`, signs left out. A run of kana and Han signs is one word."""
    kept = "".join(sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in fold(text[:200]))
    return [word for run in kept.split() for word in _RUNS.findall(run)][:MOST_WORDS]


def sessions_with(db: Session, member: Member, text: str) -> list[str]:
    """Ids of sessions with one source that has words beginning with each of these; the newest sources first, at most `MOST_HITS`.

    Others' notes lead nowhere before the member's own scores are in.
    """
    words = words_of(text)
    if not words:
        return []
    hits = _sqlite(words, member.employer_id) if db.get_bind().dialect.name == "sqlite" else _postgresql(words)
    found = db.scalars(sa.select(SearchEntry.session_id).where(hits, _readable(member)).order_by(SearchEntry.id.desc()).limit(MOST_HITS))
    return list(dict.fromkeys(found))


def excerpts(db: Session, member: Member, session_ids: list[str], text: str) -> dict[str, str]:
    """A piece of the text around the first word found, by session; names are left out, they are on the row anyway."""
    words = words_of(text)
    if not words or not session_ids:
        return {}
    sources = sa.select(SearchEntry.session_id, SearchEntry.text).where(SearchEntry.session_id.in_(session_ids), SearchEntry.kind != "name")
    found: dict[str, str] = {}
    for session_id, source in db.execute(sources.where(_readable(member))):
        place = _place(words[0], source)
        if place and session_id not in found and all(_place(word, source) for word in words):
            found[session_id] = _cut(source, place.start())
    return found


def forget(db: Session, session_id: str) -> None:
    """Takes every word of a session out of the index, as when it is erased."""
    for entry in db.scalars(sa.select(SearchEntry).where(SearchEntry.session_id == session_id)):
        db.delete(entry)
    db.flush()


def compact(db: Session) -> None:
    """FTS5 only marks what was deleted; merging its pieces drops it for good. PostgreSQL does so by itself."""
    if db.get_bind().dialect.name == "sqlite":
        db.connection().exec_driver_sql("INSERT INTO search_fts(search_fts) VALUES ('optimize')")


def _readable(member: Member) -> sa.ColumnElement[bool]:
    """What this member may find: as `notes.visible`, everything but others' notes about somebody they have still to score."""
    if member.role == "read_only":
        return sa.true()
    own = sa.exists().where(Note.id == SearchEntry.source_id, Note.member_id == member.id)
    return sa.or_(SearchEntry.kind != "note", own, scorecards.open_to(member, SearchEntry.session_id))


def _sqlite(words: list[str], employer_id: str) -> sa.ColumnElement[bool]:
    query = " AND ".join([f'employer_id : "{employer_id}"', *(f'text : "{" ".join(_pieces(word))}"*' for word in words)])
    matches = sa.text("SELECT rowid FROM search_fts WHERE search_fts MATCH :query ORDER BY rowid DESC LIMIT :most")
    return SearchEntry.id.in_(matches.bindparams(query=query, most=MOST_HITS).columns(sa.column("rowid")))


def _postgresql(words: list[str]) -> sa.ColumnElement[bool]:
    query = " & ".join(f"({' <-> '.join(_pieces(word))}:*)" for word in words)
    return sa.func.to_tsvector(sa.literal_column("'simple'"), SearchEntry.text).op("@@")(
        sa.func.to_tsquery(sa.literal_column("'simple'"), query)
    )


def _pieces(word: str) -> list[str]:
    """A word as the index has it: a run of kana and Han is a phrase of single signs."""
    return list(word) if JOINED.match(word) else [word]


def _place(word: str, source: str) -> re.Match[str] | None:
    return re.search(r"(?<!\w)" + r"\s*".join(map(re.escape, _pieces(word))), source)


def _cut(text: str, place: int) -> str:
    start, end = max(0, place - AROUND), place + AROUND
    piece = _SPACED.sub(r"\1", text[start:end]).strip()
    return ("…" if start else "") + piece + ("…" if end < len(text) else "")
