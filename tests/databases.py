"""An empty database of a test's own, beside the one that the other tests share."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

_number = itertools.count()


@contextmanager
def own(database_url: str, folder: Path) -> Iterator[str]:
    """The address of an empty database: a file in `folder`, or a fresh one on the PostgreSQL server of `database_url`."""
    if not database_url:
        yield f"sqlite:///{folder / 'own.db'}"
        return
    engine = sa.create_engine(database_url, isolation_level="AUTOCOMMIT")
    name = f"own_{os.getpid()}_{next(_number)}"
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield sa.make_url(database_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        engine.dispose()
