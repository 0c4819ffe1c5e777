"""The database: one asynchronous engine, and the two ways into it.

``read()`` gives a session that sees one consistent moment and writes nothing. ``write()`` gives a session
whose transaction commits when the block ends and rolls back when it raises. On SQLite a write begins with
BEGIN IMMEDIATE, so that writers queue instead of failing half-way (https://sqlite.org/lang_transaction.html).
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from sqlalchemy import TextClause, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from webtidbok_app.db.after_commit import committed
from webtidbok_app.domain.errors import DatabaseBusy
from webtidbok_app.settings import get_settings

SQLITE_BUSY_SECONDS = 10
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "foreign_keys=ON",
    "synchronous=NORMAL",
    f"busy_timeout={SQLITE_BUSY_SECONDS * 1000}",
)


T = TypeVar("T")
DEADLOCK_TRIES = 5
_OF_DRIVERS = (sqlite3.OperationalError, psycopg.OperationalError)
RETRIED_SQLSTATES = ("40001", "40P01")  # serialization failure, deadlock detected


class _ConnectionLost(DatabaseBusy):
    """The connection had been closed by the other end."""


class Database:
    """A database that the application reads from and writes to."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = url
        self.engine = (
            _sqlite_engine(url, pool_size) if url.startswith("sqlite") else _postgres_engine(url, pool_size)
        )
        self._write_engine = self.engine.execution_options(immediate=True)
        self._questions = (
            _sqlite_engine(url, 2 * pool_size, max_overflow=0, pool_reset_on_return=None)
            if url.startswith("sqlite")
            else _postgres_questions(url, 2 * pool_size)
        )
        self._compiled: dict[TextClause, str] = {}

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reading. Raises DatabaseBusy when the database cannot be reached."""
        async with _translating_errors(), AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    async def ask(self, question: TextClause, **values: UUID | datetime) -> list[Any]:
        """Return the rows that one question in SQL gives, as the driver gives them.

        The quick way, for what is read most: a connection of its own pool and its driver do the rest, in no
        transaction and unseen by SQLAlchemy's events. Identities come as hex; from SQLite instants come as text
        in UTC without their zone. Raises DatabaseBusy.
        """
        sql, parameters = self.driver_terms(question, values)
        try:
            return await self._send(sql, parameters)
        except _ConnectionLost:  # as it lay in the pool, and with it those that lie there
            await self._questions.dispose()
            return await self._send(sql, parameters)

    async def _send(self, sql: str, parameters: dict[str, object]) -> list[Any]:
        async with _translating_errors():
            connection = await self._questions.raw_connection()
            driver: Any = connection.driver_connection
            try:
                if self.engine.dialect.name == "sqlite":
                    return list(await driver.execute_fetchall(sql, parameters))
                return await _rows_of_postgres(driver, sql, parameters)
            finally:
                if getattr(driver, "closed", False):
                    connection.invalidate()
                connection.close()

    def driver_terms(
        self, question: TextClause, values: Mapping[str, UUID | datetime]
    ) -> tuple[str, dict[str, object]]:
        """Return the question and its values as the database's driver takes them."""
        if self.engine.dialect.name == "sqlite":
            return question.text, {name: _as_sqlite_keeps(value) for name, value in values.items()}
        if question not in self._compiled:
            self._compiled[question] = str(question.compile(dialect=self.engine.dialect))
        return self._compiled[question], dict(values)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction. Commits at the end; rolls back on any error. Raises DatabaseBusy when locked out."""
        async with (
            _translating_errors(),
            AsyncSession(self._write_engine, expire_on_commit=False) as session,
        ):
            async with session.begin():
                yield session
            committed(session)

    async def transact(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Run ``work`` in a transaction, again from the beginning when the database broke a deadlock with it."""
        for _ in range(DEADLOCK_TRIES - 1):
            try:
                async with self.write() as session:
                    return await work(session)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in RETRIED_SQLSTATES:
                    raise
        async with self.write() as session:
            return await work(session)

    async def dispose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        await self._questions.dispose()


@asynccontextmanager
async def _translating_errors() -> AsyncIterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, *_OF_DRIVERS) as error:
        if getattr(getattr(error, "orig", None), "sqlstate", None) in RETRIED_SQLSTATES:
            raise
        raise DatabaseBusy from error


async def _rows_of_postgres(driver: Any, sql: str, parameters: dict[str, object]) -> list[Any]:
    try:
        return list(await (await driver.execute(sql, parameters)).fetchall())
    except psycopg.OperationalError as error:
        if driver.closed:
            raise _ConnectionLost from error
        raise
    except BaseException:  # as when nobody waits any more: the next one is not to get this one's answer
        await driver.close()
        raise


def _as_sqlite_keeps(value: UUID | datetime) -> str:
    if isinstance(value, UUID):
        return value.hex
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _postgres_engine(url: str, pool_size: int, **options: Any) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        hide_parameters=True,
        connect_args={"options": "-c timezone=utc -c statement_timeout=15000"},
        **{"max_overflow": pool_size, "pool_pre_ping": True, **options},
    )


def _postgres_questions(url: str, pool_size: int) -> AsyncEngine:
    """Return an engine whose connections stand in no transaction, and of which nothing is asked between questions.

    It has none but those that it keeps: one more would be closed when given back, which ``ask`` does not wait for.
    """
    engine = _postgres_engine(
        url,
        pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.driver_connection.adapters.register_loader("uuid", _HexLoader)

    return engine


class _HexLoader(Loader):
    """Reads an identity as SQLite keeps it, without making an object that is not needed."""

    def load(self, data: Buffer) -> str:
        return bytes(data).replace(b"-", b"").decode()


def _sqlite_engine(url: str, pool_size: int, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        url, pool_size=pool_size, hide_parameters=True, **{"max_overflow": pool_size, **options}
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy begins transactions itself, below
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


_database: Database | None = None


def get_database() -> Database:
    """Return the database of this process; opened at first use, after the server has forked its workers."""
    global _database
    if _database is None:
        settings = get_settings()
        _database = Database(settings.database_url, pool_size=settings.database_pool_size)
    return _database


def set_database(database: Database | None) -> None:
    """Put another database in place for the whole process, as tests do; None goes back to the settings'."""
    global _database
    _database = database
