"""Which interviews a member sees who does not see them all, and the inner fence that follows from it.

Where a member has seats only, rows of any other interview look as unknown as another employer's. The fence reads the
seats with each statement, so a change holds from the next click on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column

from models.answer import Take
from models.base import SEATS, Base, OfEmployer
from models.candidate import CandidateSession
from models.interview import Interview, InterviewVersion


class Seat(OfEmployer, Base):
    """This member sees this interview. `looks_only`: and changes nothing there, whatever they may elsewhere."""

    __tablename__ = "seat"
    __table_args__ = (sa.UniqueConstraint("member_id", "interview_id"),)

    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"), index=True)
    interview_id: Mapped[str] = mapped_column(sa.ForeignKey("interview.id"))
    looks_only: Mapped[bool] = mapped_column(default=False)


class Onlooker(OfEmployer, Base):
    """What others had scored at this interview by `until` this member could see without scoring first: they only looked then, or
    answered for decisions as owner or admin and opened the scores side by side."""

    __tablename__ = "onlooker"
    __table_args__ = (sa.UniqueConstraint("member_id", "interview_id"),)

    member_id: Mapped[str] = mapped_column(sa.ForeignKey("member.id"))
    interview_id: Mapped[str] = mapped_column(sa.ForeignKey("interview.id"))
    until: Mapped[datetime]


def limit(session: orm.Session, member_id: str, *, to_change: bool = False) -> None:
    """From now on this session sees only the interviews the member has a seat at, and what belongs to them.

    `to_change`: what they may only look at is out of reach too, so that nothing of it can be changed.
    """
    seat = Seat.__table__.c
    seats = sa.select(seat.interview_id).where(seat.member_id == member_id)
    if to_change:
        seats = seats.where(seat.looks_only.is_(False))
    session.info[SEATS] = [orm.with_loader_criteria(cls, rule, include_aliases=True) for cls, rule in _rules(seats)]


@contextmanager
def beyond_seats(session: orm.Session) -> Iterator[None]:
    """For what follows by itself from a member's act, such as the next stage: the product sees the employer's whole house."""
    held = session.info.pop(SEATS, None)
    try:
        yield
    finally:
        if held is not None:
            session.info[SEATS] = held


def _rules(seats: sa.Select[Any]) -> Iterator[tuple[type[Any], sa.ColumnElement[bool]]]:
    """For every table that belongs to an interview, however far away: which of its rows do."""
    session, version, take = (cls.__table__.c for cls in (CandidateSession, InterviewVersion, Take))
    sessions = sa.select(session.id).where(session.interview_id.in_(seats))
    within = {
        "interview_id": seats,
        "version_id": sa.select(version.id).where(version.interview_id.in_(seats)),
        "session_id": sessions,
        "take_id": sa.select(take.id).where(take.session_id.in_(sessions)),
    }
    yield Interview, Interview.id.in_(seats)
    for cls in OfEmployer.__subclasses__():
        name = next((name for name in within if cls is not Seat and hasattr(cls, name)), None)
        if name is not None:
            yield cls, getattr(cls, name).in_(within[name])
