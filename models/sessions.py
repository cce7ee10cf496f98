"""Database sessions outside a request: for workers and the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.base import EVERY_EMPLOYER, serve

__all__ = ["Session", "Sessions", "one_session"]


class Sessions:
    """Opens sessions on one database; one object a process, shared by its threads."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url, pool_pre_ping=True)
        self._make = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def open(self, employer_id: str = EVERY_EMPLOYER) -> Iterator[Session]:
        """A session that speaks for one employer (or all), closed after; what was not committed is undone."""
        with self._make() as session:
            serve(session, employer_id)
            yield session

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


@contextmanager
def one_session(url: str) -> Iterator[Session]:
    """A single session that speaks for every employer, with its connections closed after: for a command that runs once."""
    sessions = Sessions(url)
    try:
        with sessions.open() as session:
            yield session
    finally:
        sessions.close()
