"""What all tests share: a clock that stands still, and an empty database on SQLite and on PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import cache

# Before anything reads the settings: the demo's secrets, and no way into a developer's own data.
os.environ["WEBTIDBOK_DEMO"] = "true"
os.environ["WEBTIDBOK_DATABASE_URL"] = "sqlite+aiosqlite:////nowhere/tests-take-the-fixture.db"

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import PostgresDatabases, SqliteDatabases, postgres_server
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.domain.clock import FixedClock, use

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

reopened = cache(Database)
"""Whoever opens a database at the same address again need not compile every statement again."""
TODAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""A Monday, 8.00 in Sweden."""


@pytest.fixture(autouse=True)
def clock() -> Iterator[FixedClock]:
    """Stop the clock at 8.00 on Monday 23 November 2026. ``clock.advance`` moves it."""
    fixed = FixedClock(TODAY)
    with use(fixed):
        yield fixed


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """Makes SQLite files."""
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    """Makes databases on PostgreSQL."""
    with postgres_server() as url:
        databases = PostgresDatabases(url)
        yield databases
        databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of an empty database with all tables, once on each kind."""
    kind = {"sqlite": "sqlite_databases", "postgresql": "postgres_databases"}[request.param]
    databases: SqliteDatabases | PostgresDatabases = request.getfixturevalue(kind)
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Open that database, and make it the one that the program uses."""
    opened = reopened(database_url)
    set_database(opened)
    yield opened
    set_database(None)
    await opened.dispose()
