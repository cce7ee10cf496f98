"""A fresh database, store and application for each test; PostgreSQL instead of SQLite when TEST_DATABASE_URL names one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Playwright, sync_playwright
from sqlalchemy.orm import Session

from app import create_app
from config import Settings
from models import EVERY_EMPLOYER, Base, serve
from models import db as database
from tests import factories, sharing
from tests.door import Door, embed_token
from tests.factories import World
from views.limits import limiter as views_limiter
from widget.limits import limiter as widget_limiter

LIMITERS = (views_limiter, widget_limiter)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> sharing.Sharing | None:
    return sharing.Sharing(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow ones first, so that none is left over at the end; on PostgreSQL only those that touch a database."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if os.environ.get("TEST_DATABASE_URL"):
        without = [item for item in items if "database_url" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in set(without)]


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


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that one test after another finds empty."""
    return tmp_path_factory.mktemp("house")


@pytest.fixture
def settings(data_folder: Path, database_url: str) -> Settings:
    return Settings(
        data=data_folder, database_url=database_url, redis_url="redis://127.0.0.1:1/0", keys="k" * 40, public_url="http://greenroom.test"
    )


@sa.event.listens_for(sa.engine.Engine, "connect")
def _hurry(connection: Any, _record: Any) -> None:
    """No power cut is waited for here: thousands of small databases need not reach the disk."""
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One driver for every browser test: a second one in the same process refuses to start."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row: copying it is much quicker than making it."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


_built: dict[Settings, Flask] = {}


def build(settings: Settings) -> Flask:
    """One application for all tests with the same settings: its templates, routes and statements are compiled once."""
    if settings not in _built:
        _built[settings] = create_app(settings, TESTING=True, SERVER_NAME="greenroom.test", RATELIMIT_STORAGE_URI="memory://")
    return _built[settings]


@pytest.fixture
def app(settings: Settings, blank: Path) -> Iterator[Flask]:
    app = build(settings)
    _clear(settings.data)
    if not settings.database_url:
        shutil.copyfile(blank, settings.data / "greenroom.db")
    kept = dict(app.config), dict(app.extensions), dict(app.view_functions)
    with app.app_context():
        empty(database.engine)
        for limiter in LIMITERS:
            limiter.reset()
        serve(database.session(), EVERY_EMPLOYER)
        yield app
        database.session.remove()
        database.engine.dispose()
    for now, before in zip((app.config, app.extensions, app.view_functions), kept, strict=True):
        now.clear()
        now.update(before)


def _clear(folder: Path) -> None:
    """Folders may stay, except the rooms of workers: a worker of the next test that bears the same name could not make its own."""
    shutil.rmtree(folder / "work", ignore_errors=True)
    for path in folder.rglob("*"):
        if not path.is_dir():
            path.unlink()


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


_made: set[str] = set()


def empty(engine: sa.Engine) -> None:
    """SQLite starts from a blank copy; a shared PostgreSQL database is emptied row by row, quicker than TRUNCATE or making it anew."""
    if engine.dialect.name != "postgresql":
        if not sa.inspect(engine).has_table("employer"):
            Base.metadata.create_all(engine)
        return
    if str(engine.url) not in _made:
        Base.metadata.create_all(engine)
        _made.add(str(engine.url))
    with engine.begin() as connection:
        # Without the triggers of foreign keys the order of the tables does not matter.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(";".join(f'DELETE FROM "{table.name}"' for table in Base.metadata.sorted_tables))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured on the way, such as the word error rate, one line each."""
    reports = [report for several in terminalreporter.stats.values() for report in several]
    measured = {pair for report in reports for pair in getattr(report, "user_properties", ())}
    for name, value in sorted(measured):
        terminalreporter.write_line(f"measured: {name}: {value}")
