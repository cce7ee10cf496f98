"""The migrations make exactly the database that the models describe, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrations import regenerate, steps
from models import Base
from tests import databases


@pytest.fixture
def url(tmp_path: Path, database_url: str) -> Iterator[str]:
    """An empty database of this test's own."""
    with databases.own(database_url, tmp_path) as address:
        yield address


def objects(url: str) -> set[tuple[str, str]]:
    """Everything SQLite says it holds: tables, indexes, triggers, each with its text."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'")
        )
        found = {(row.type, row.name) for row in rows}
    engine.dispose()
    return found


def test_a_migrated_database_is_what_the_models_say(url: str) -> None:
    steps.upgrade(url)
    assert steps.current(url) == steps.newest()
    assert steps.differences(url) == [], "run `make migration`"


def test_a_difference_would_be_seen(url: str) -> None:
    steps.upgrade(url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE job DROP COLUMN error"))
    engine.dispose()
    assert steps.differences(url) != []


def test_triggers_and_full_text_tables_are_made_too(tmp_path: Path) -> None:
    migrated, made = (f"sqlite:///{tmp_path / name}.db" for name in ("migrated", "made"))
    steps.upgrade(migrated)
    engine = sa.create_engine(made)
    Base.metadata.create_all(engine)
    engine.dispose()
    assert objects(migrated) == objects(made)


@pytest.mark.parametrize("dialect", regenerate.DIALECTS)
def test_plain_sql_of_the_models_is_in_the_migration(dialect: str) -> None:
    script = next((steps.FOLDER / "versions").glob("0001_*.py")).read_text()
    assert [line for line in regenerate.extra_statements(dialect) if repr(line) not in script] == [], "run `make migration`"


def test_every_step_can_be_taken_back_and_again(url: str) -> None:
    steps.upgrade(url)
    steps.downgrade(url)
    assert steps.current(url) is None
    engine = sa.create_engine(url)
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    steps.upgrade(url)
    assert steps.differences(url) == []


def test_taking_them_twice_changes_nothing(url: str) -> None:
    steps.upgrade(url)
    steps.upgrade(url)
    assert steps.current(url) == steps.newest()
