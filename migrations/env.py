"""What Alembic runs for each command: our models, the address given by the caller."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from migrations.steps import is_of_models
from models import Base


def run() -> None:
    engine = sa.create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        # SQLite cannot alter a column: Alembic then copies the table, which must not trip over foreign keys.
        batch = engine.dialect.name == "sqlite"
        if batch:
            connection.execute(sa.text("PRAGMA foreign_keys=OFF"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=batch,
            compare_type=True,
            include_name=is_of_models,
            render_item=_render,
        )
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                # Two processes that start at once must not migrate at once.
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7264991)"))
            context.run_migrations()
    engine.dispose()


def _render(kind: str, item: object, autogen: object) -> str | bool:
    """Our own time type is a plain column in a migration, which must not change when our code does."""
    if kind == "type" and type(item).__name__ == "UTCDateTime":
        return "sa.DateTime(timezone=True)"
    return False


run()
