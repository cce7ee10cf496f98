"""A fresh database, store and application for each test; PostgreSQL instead of SQLite when TEST_DATABASE_URL names one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from config import Settings
from models import EVERY_EMPLOYER, Base, serve
from models import db as database
from tests import factories
from tests.door import Door, embed_token
from tests.factories import World


@pytest.fixture(scope="session")
def database_url() -> str:
    """Empty for SQLite; with several test processes each has a PostgreSQL database of its own."""
    url, worker = os.environ.get("TEST_DATABASE_URL", ""), os.environ.get("PYTEST_XDIST_WORKER", "")
    if not url or not worker:
        return url
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": worker}):
            connection.execute(sa.text(f"CREATE DATABASE {worker}"))
    engine.dispose()
    return sa.make_url(url).set(database=worker).render_as_string(hide_password=False)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data=tmp_path, database_url=database_url, redis_url="redis://127.0.0.1:1/0", keys="k" * 40, public_url="http://greenroom.test"
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, TESTING=True, SERVER_NAME="greenroom.test")
    with app.app_context():
        empty(database.engine)
        serve(database.session(), EVERY_EMPLOYER)
        yield app
        database.session.remove()
        database.engine.dispose()


@pytest.fixture
def db(app: Flask) -> Session:
    return database.session()


@pytest.fixture
def world(db: Session) -> World:
    made = factories.create_world(db)
    db.commit()
    return made


@pytest.fixture
def door(app: Flask, world: World) -> Door:
    """A candidate who stands at Acme's door and has not started."""
    return Door(app, embed_token(app, world.embed))


@pytest.fixture
def rival(db: Session) -> World:
    made = factories.create_rival(db)
    db.commit()
    return made


def empty(engine: sa.Engine) -> None:
    """SQLite starts from nothing; a shared PostgreSQL database is emptied, which is quicker than making it anew."""
    Base.metadata.create_all(engine)
    if engine.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        with engine.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {names} CASCADE"))
