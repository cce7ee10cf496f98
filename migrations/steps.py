"""Brings a database up to date, says how far it is, and makes new steps."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from models import Base

FOLDER = Path(__file__).parent


def config(url: str) -> Config:
    """Alembic's configuration for one database; there is no ini file."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    """Takes every step this database has not taken yet."""
    command.upgrade(config(url), "head")


def downgrade(url: str, to: str = "base") -> None:
    """Goes back to an earlier step; `base` leaves no table of ours."""
    command.downgrade(config(url), to)


def current(url: str) -> str | None:
    """The step this database is at, None when it has taken none. Raises SQLAlchemyError when it cannot be reached."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def differences(url: str) -> list[object]:
    """What the models have and this database lacks, or the other way round; nothing when they agree."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            options = {"compare_type": True, "include_name": is_of_models}
            return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))
    finally:
        engine.dispose()


def is_of_models(name: str | None, kind: str, parents: object) -> bool:
    """Whether Alembic compares this: the full-text tables and their index are made in plain SQL, outside the models' tables."""
    return not (name or "").startswith(("search_fts", "ix_search_entry_text"))


def newest() -> str | None:
    """The step the present models need."""
    return ScriptDirectory.from_config(config("")).get_current_head()
