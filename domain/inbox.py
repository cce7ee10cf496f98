"""The reviewers' list: which candidate sessions wait for what, in which order, page by page.

Pages go on from the last row shown (keyset), so page 2,000 costs what page 1 does. No order and no filter
knows a proposal.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain import addenda, audit, jobs, members, scorecards, search, tags
from domain.audit import Actor, Verb
from domain.scorecards import OVERSEERS
from domain.search import Excerpt
from models import Candidate, CandidateSession, Interview, Member, Scorecard, Tag

PAGE: Final = 50
SAMPLE: Final = 20
MOST_COUNTED: Final = 1000
MOST_TAGGED: Final = 100
COMMON: Final = 2000
AT_ONCE: Final = 150
"""Found sessions looked at together: without a filter the first so many fill a page."""
SHUFFLE: Final = 1 << 30
VIEWS: Final = ("to_score", "to_decide", "decided", "open", "ended")
ORDERS: Final = ("due", "unscored", "newest", "sample")
_DESK: Final = {"to_score": "waiting", "to_decide": "waiting", "decided": "decided", "open": "open", "ended": "ended"}


# By what each order sorts, and how a cursor's text becomes a value again.
_DUE: Final = ((CandidateSession.due_at, datetime.fromisoformat), (CandidateSession.id, str))
KEYS: Final[dict[str, tuple[tuple[Any, Any], ...]]] = {
    "due": _DUE,
    "unscored": ((CandidateSession.scorecard_count, int), *_DUE),
    "newest": ((CandidateSession.arrived_at, datetime.fromisoformat), (CandidateSession.id, str)),
}


@dataclass(frozen=True)
class Filter:
    """What the list shows. `text` searches all views at once; `seed` is the place a random sample starts from."""

    view: str = "to_score"
    order: str = "due"
    interview_id: str = ""
    assignee: str = ""  # "" anybody, "me", "nobody"
    tag: str = ""
    tag_is_common: bool = False  # set by this module: how the tag is best looked for
    text: str = ""
    after: str = ""
    seed: int = 0


@dataclass(frozen=True)
class Row:
    """One line of the list. `is_scored`: the looking member's own scorecard is in; before that a reviewer gets no `verdict`.

    `asked`: the state of what was asked back. `work`: recordings are still `at_work`, or work on one has `failed`.
    """

    id: str
    name: str
    interview: str
    state: str
    desk: str
    verdict: str
    due_at: datetime
    arrived_at: datetime
    scorecards: int
    assignee: str | None
    is_scored: bool = False
    excerpt: Excerpt | None = None
    tags: Sequence[str] = ()
    asked: str = ""
    work: str = ""


@dataclass(frozen=True)
class Page:
    """`after` continues the list, "" at its end."""

    rows: Sequence[Row]
    after: str


def page(db: Session, member: Member, wanted: Filter) -> Page:
    """One page of the list for this member. Ids come first, from an index alone; what is shown of them is read after."""
    wanted = _planned(db, member, wanted)
    if wanted.text.strip():
        found = search.sessions_with(db, member, wanted.text)
        return Page(_rows(db, member, _in_reach(db, member, wanted, found), wanted.text), "")
    if wanted.order == "sample":
        return Page(_rows(db, member, _sample(db, member, wanted)), "")
    ids = list(db.scalars(_after(_listed(member, wanted), wanted).order_by(*_order(wanted)).limit(PAGE + 1)))
    rows = _rows(db, member, ids[:PAGE])
    return Page(rows, _cursor(rows[-1], wanted.order) if len(ids) > PAGE and rows else "")


def counts(db: Session, member: Member, wanted: Filter) -> dict[str, int]:
    """How many sessions each view holds, under the same interview and assignee; `most_counted` stands for that many or more."""
    found: dict[str, int] = {}
    wanted = _planned(db, member, wanted)
    for view in VIEWS:
        some = _listed(member, replace(wanted, view=view, order="due")).limit(most_counted(wanted)).subquery()
        found[view] = db.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    return found


def most_counted(wanted: Filter) -> int:
    """Where counting ends. Under a tag each row counted is a look into another table, so it ends sooner."""
    return MOST_TAGGED if wanted.tag else MOST_COUNTED


def find_next(db: Session, member: Member, session: CandidateSession | None = None) -> str | None:
    """The id of the next session this member has not scored: theirs first, then nobody's of the interview of `session`, then
    nobody's, and those of others last.

    Within each the oldest promise comes first; `session` itself is passed over.
    """
    here = [Filter(assignee="nobody", interview_id=session.interview_id)] if session else []
    filters = [Filter(assignee="me"), *here, Filter(assignee="nobody"), Filter()]
    for wanted in filters:
        others = _listed(member, wanted).where(CandidateSession.id != (session.id if session else ""))
        found = db.scalar(others.order_by(*_order(wanted)).limit(1))
        if found is not None:
            return found
    return None


def everything(db: Session, member: Member, wanted: Filter, most: int) -> list[Row]:
    """All pages of a filter, at most so many rows: to be taken away."""
    rows: list[Row] = []
    wanted = replace(wanted, after="")
    while len(rows) < most:
        found = page(db, member, wanted)
        rows += found.rows
        if not found.after:
            break
        wanted = replace(wanted, after=found.after)
    return rows[:most]


def interviews(db: Session) -> list[tuple[str, str]]:
    """Id and title of every interview that is not archived, by title."""
    found = sa.select(Interview.id, Interview.title).where(Interview.archived_at.is_(None)).order_by(Interview.title, Interview.id)
    return [(row.id, row.title) for row in db.execute(found)]


def scorers(db: Session) -> list[tuple[str, str]]:
    """Id and name of every member who may score, by name."""
    found = sa.select(Member.id, Member.name).where(Member.disabled_at.is_(None), Member.role != "read_only").order_by(Member.name)
    return [(row.id, row.name) for row in db.execute(found)]


def assign(db: Session, actor: Actor, session_ids: Sequence[str], member_id: str | None, now: datetime) -> int:
    """Gives sessions to a member, or to nobody (None). Returns how many changed hands. Raises NotFound for an unknown member."""
    found = list(db.scalars(sa.select(CandidateSession).where(CandidateSession.id.in_(session_ids))))
    if member_id is not None:
        members.require_scores(db, members.get_member(db, member_id), {session.interview_id for session in found})
    changed = [session for session in found if session.assignee_id != member_id]
    for session in changed:
        session.assignee_id = member_id
        audit.append(db, actor, Verb.SESSION_ASSIGNED, ("session", session.id), {"member": member_id or ""}, now=now)
    db.flush()
    return len(changed)


def beside(db: Session, member: Member, session: CandidateSession, most: int = 12) -> list[Row]:
    """The sessions of the same interview that wait, around this one: a few before it, the rest after it."""
    listed = _listed(member, Filter(view="waiting", interview_id=session.interview_id))
    place = sa.tuple_(CandidateSession.due_at, CandidateSession.id)
    here = sa.tuple_(sa.literal(session.due_at, CandidateSession.due_at.type), sa.literal(session.id))
    newest_first: list[Any] = [CandidateSession.due_at.desc(), CandidateSession.id.desc()]
    before = list(db.scalars(listed.where(place < here).order_by(*newest_first).limit(3)))
    after = db.scalars(listed.where(place > here).order_by(*_order(Filter())).limit(most))
    return _rows(db, member, [*reversed(before), *after])


def _listed(member: Member, wanted: Filter) -> sa.Select[str]:
    """Ids of the sessions in a view. The employer is named although the fence adds it: the planner then sees the whole index."""
    ids = sa.select(CandidateSession.id).where(
        CandidateSession.employer_id == member.employer_id,
        CandidateSession.is_test.is_(False),
        CandidateSession.desk == _DESK.get(wanted.view, "waiting"),
        *_narrowed(member, wanted),
    )
    if wanted.view == "to_decide":
        # coalesce keeps the planner from picking the index of this column over the one that gives the order
        return ids.where(sa.func.coalesce(CandidateSession.scorecard_count, 0) > 0)
    if wanted.view == "to_score":
        own = sa.select(Scorecard.id).where(Scorecard.session_id == CandidateSession.id, Scorecard.member_id == member.id)
        if not member.sees_all:
            ids = ids.where(~scorecards.looked_at(member, CandidateSession.id))
        return ids.where(~own.where(Scorecard.submitted_at.is_not(None)).exists())
    return ids


def _planned(db: Session, member: Member, wanted: Filter) -> Filter:
    """A rare tag leads to its few sessions; a common one is checked along the order, where a page is soon full."""
    if not wanted.tag:
        return wanted
    some = sa.select(Tag.session_id).where(Tag.employer_id == member.employer_id, Tag.name == wanted.tag).limit(COMMON)
    count = db.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0
    return replace(wanted, tag_is_common=count >= COMMON)


def _narrowed(member: Member, wanted: Filter) -> list[sa.ColumnElement[bool]]:
    rules: list[sa.ColumnElement[bool]] = []
    if wanted.interview_id:
        rules.append(CandidateSession.interview_id == wanted.interview_id)
    if wanted.tag:
        tagged = sa.select(Tag.session_id).where(Tag.employer_id == member.employer_id, Tag.name == wanted.tag)
        one = tagged.where(Tag.session_id == CandidateSession.id).exists()
        rules.append(one if wanted.tag_is_common else CandidateSession.id.in_(tagged))
    if wanted.assignee:
        rules.append(CandidateSession.assignee_id == member.id if wanted.assignee == "me" else CandidateSession.assignee_id.is_(None))
    return rules


def _in_reach(db: Session, member: Member, wanted: Filter, ids: list[str]) -> list[str]:
    """Those of the found sessions that are no tests and fit the filter, in the order found, one page of them."""
    reached: list[str] = []
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        fitting = sa.select(CandidateSession.id).where(CandidateSession.id.in_(some), CandidateSession.is_test.is_(False))
        kept = set(db.scalars(fitting.where(*_narrowed(member, wanted))))
        reached += [found for found in some if found in kept]
        if len(reached) >= PAGE:
            break
    return reached[:PAGE]


def _order(wanted: Filter) -> list[Any]:
    columns = [column for column, _ in KEYS.get(wanted.order, KEYS["due"])]
    return [column.desc() for column in columns] if wanted.order == "newest" else columns


def _after(ids: sa.Select[str], wanted: Filter) -> sa.Select[str]:
    """Only what comes after the last row shown; a cursor that was tampered with starts from the top."""
    keys = KEYS.get(wanted.order, KEYS["due"])
    try:
        values = json.loads(base64.urlsafe_b64decode(wanted.after)) if wanted.after else []
        last = [sa.literal(read(value), column.type) for (column, read), value in zip(keys, values, strict=True)]
    except (ValueError, TypeError):
        return ids
    place = sa.tuple_(*[column for column, _ in keys])
    return ids.where(place < sa.tuple_(*last) if wanted.order == "newest" else place > sa.tuple_(*last))


def _cursor(row: Row, order: str) -> str:
    due, arrived = row.due_at.isoformat(), row.arrived_at.isoformat()
    values = {"newest": [arrived, row.id], "unscored": [row.scorecards, due, row.id]}.get(order, [due, row.id])
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _sample(db: Session, member: Member, wanted: Filter) -> list[str]:
    start = wanted.seed % SHUFFLE
    ids = _listed(member, wanted).order_by(CandidateSession.shuffle, CandidateSession.id)
    first = list(db.scalars(ids.where(CandidateSession.shuffle >= start).limit(SAMPLE)))
    return [*first, *db.scalars(ids.where(CandidateSession.shuffle < start).limit(SAMPLE - len(first)))]


def _rows(db: Session, member: Member, ids: Sequence[str], text: str = "") -> list[Row]:
    """What the list shows of these sessions, in this order."""
    if not ids:
        return []
    shown = _shown().where(CandidateSession.id.in_(ids))
    own = sa.select(Scorecard.session_id).where(Scorecard.session_id.in_(ids), Scorecard.member_id == member.id)
    scored = set(db.scalars(own.where(Scorecard.submitted_at.is_not(None))))
    looked = sa.select(CandidateSession.id).where(CandidateSession.id.in_(ids), scorecards.looked_at(member, CandidateSession.id))
    may_read = scored if member.sees_all else scored | set(db.scalars(looked))
    pieces = search.excerpts(db, member, list(ids), text) if text else {}
    marked, asked, work = tags.of_sessions(db, ids), addenda.states(db, ids), jobs.unfinished(db, ids)

    def line(row: Any) -> Row:
        known: dict[str, Any] = {"excerpt": pieces.get(row.id), "tags": marked.get(row.id, ())}
        known |= {"asked": asked.get(row.id, ""), "work": work.get(row.id, "")}
        if member.role not in OVERSEERS and row.id not in may_read:
            known["verdict"] = ""
        return Row(**{**row._mapping, **known}, is_scored=row.id in scored)

    found = {row.id: line(row) for row in db.execute(shown)}
    return [found[session_id] for session_id in ids if session_id in found]


def _shown() -> sa.Select[Any]:
    row = CandidateSession
    columns: tuple[Any, ...] = (
        row.id,
        Candidate.name,
        Interview.title.label("interview"),
        row.state,
        row.desk,
        row.verdict,
        row.due_at,
        row.arrived_at,
        row.scorecard_count.label("scorecards"),
        Member.name.label("assignee"),
    )
    joined = sa.select(*columns).join(Candidate, Candidate.id == row.candidate_id).join(Interview, Interview.id == row.interview_id)
    return joined.outerjoin(Member, Member.id == row.assignee_id)
