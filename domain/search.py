"""Finding candidate sessions by words in names, notes and transcripts; the same answers on SQLite and PostgreSQL."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import scorecards
from models import Member, Note, SearchEntry, Take, Transcript
from models.search import JOINED, fold

MOST_HITS: Final = 1000
MOST_WORDS: Final = 8
AROUND: Final = 60
_RUNS: Final = re.compile(f"{JOINED.pattern}+|[^{JOINED.pattern[1:]}+")


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


class Excerpt(NamedTuple):
    """A piece of what was said or noted, as it stands there: what was looked for, and the words around it."""

    before: str
    found: str
    after: str


def excerpts(db: Session, member: Member, session_ids: list[str], text: str) -> dict[str, Excerpt]:
    """The words around the first one found, by session; names are left out, they are on the row anyway."""
    words = words_of(text)
    if not words or not session_ids:
        return {}
    said = sa.func.coalesce(Note.text, Transcript.text, Take.text, "")
    sources = sa.select(SearchEntry.session_id, SearchEntry.text, said).where(SearchEntry.session_id.in_(session_ids))
    for kind in (Note, Transcript, Take):
        sources = sources.outerjoin(kind, kind.id == SearchEntry.source_id)
    found: dict[str, Excerpt] = {}
    for session_id, folded, original in db.execute(sources.where(SearchEntry.kind != "name", _readable(member))):
        place = _place(words[0], folded)
        if place and session_id not in found and all(_place(word, folded) for word in words):
            found[session_id] = _cut(original, _offset(folded, place.start()), len(words[0]))
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
    own = sa.exists().where(Note.id == SearchEntry.source_id, Note.member_id == member.id).correlate(SearchEntry)
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


def _offset(folded: str, at: int) -> int:
    """Where a place of the index's text lies in what was said: `apart` put a space before and after each joined sign."""
    return at - 2 * len(JOINED.findall(folded[:at])) - bool(JOINED.match(folded[at]))


def _cut(text: str, at: int, length: int) -> Excerpt:
    """Some words to either side; none is cut in two where there are spaces."""
    start, end = max(0, at - AROUND), at + length + AROUND
    before, after = text[start:at], text[at + length : end]
    if start:
        before = "…" + before[before.find(" ") + 1 :]
    if end < len(text):
        after = after[: after.rfind(" ")] + "…" if " " in after else after + "…"
    return Excerpt(before, text[at : at + length], after)
