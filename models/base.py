"""What every table shares: ids, UTC times, names of constraints, and the tenant fence.

The fence: every ORM statement that touches a table of an employer is filtered by the employer the
session was opened for. A session that has not said for whom it speaks may not read such a table at all.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Any, Final, cast

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, orm
from sqlalchemy.exc import DataError as DataError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql import visitors

NAMING: Final = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA: Final = sa.MetaData(naming_convention=NAMING)
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
EVERY_EMPLOYER: Final = "*"
SEATS: Final = "seats"
"""Where a session keeps the rules of the inner fence (`models/seat.py`), if its member does not see every interview."""


class TenantUnset(RuntimeError):
    """A query for an employer's rows in a session that has not said which employer it serves."""


def new_id() -> str:
    """A 26-letter id: 48 bits of time (so that indexes stay local), 80 random bits (so that it cannot be guessed)."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


class UTCDateTime(sa.TypeDecorator[datetime]):
    """A time that is UTC going in and coming out, also on SQLite, which forgets time zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was about to be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = METADATA
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UTCDateTime(),
        dict[str, Any]: sa.JSON(),
        list[Any]: sa.JSON(),
        list[str]: sa.JSON(),
        list[int]: sa.JSON(),
        list[dict[str, Any]]: sa.JSON(),
    }


class WithId:
    """A row with an opaque id of our own making."""

    id: Mapped[str] = mapped_column(sa.String(26), primary_key=True, default=new_id)


class OfEmployer(WithId):
    """A row that belongs to one employer; the tenant fence acts on every subclass."""

    employer_id: Mapped[str] = mapped_column(sa.ForeignKey("employer.id"), index=True)


# Our own Base, not `db.Model`: plain SQLAlchemy 2 that can leave the extension one day.
db = SQLAlchemy(metadata=METADATA)


def serve(session: orm.Session, employer_id: str) -> None:
    """Says for which employer (or `EVERY_EMPLOYER`) this session reads from now on."""
    session.info["employer_id"] = employer_id
    session.info.pop(SEATS, None)


def is_reachable(session: orm.Session) -> bool:
    """Whether the database answers."""
    try:
        session.connection().exec_driver_sql("SELECT 1")
    except sa.exc.SQLAlchemyError:
        session.rollback()
        return False
    return True


def truncate_log(session: orm.Session) -> None:
    """Empties SQLite's write-ahead log into its file, as far as readers allow: old pages in it hold what was erased since."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        session.rollback()


def _touches_tenant(statement: sa.Executable) -> bool:
    """Mappers are not enough: `select(count()).select_from(Opening)` names none, so the tables are looked for."""
    elements = visitors.iterate(cast(visitors.ExternallyTraversible, statement))
    return any(isinstance(element, sa.Table) and "employer_id" in element.c for element in elements)


@event.listens_for(orm.Session, "do_orm_execute")
def _fence(state: orm.ORMExecuteState) -> None:
    employer_id = state.session.info.get("employer_id")
    if employer_id == EVERY_EMPLOYER:
        return
    if employer_id is None:
        if _touches_tenant(state.statement):
            raise TenantUnset(f"no employer set for: {str(state.statement)[:120]}")
        return
    state.statement = state.statement.options(
        orm.with_loader_criteria(OfEmployer, lambda cls: cls.employer_id == employer_id, include_aliases=True),
        *state.session.info.get(SEATS, ()),
    )


@event.listens_for(sa.engine.Engine, "connect")
def _tune_sqlite(connection: Any, _record: Any) -> None:
    """WAL lets readers and one writer work at once; the busy time-out makes writers queue instead of failing; what is deleted
    is overwritten, since people were promised that it goes."""
    if type(connection).__module__.startswith("sqlite3"):
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
