"""A database that a test has used is handed on only if nothing in it tells of that."""

import pytest
from sqlalchemy import text

from tests.databases import PostgresDatabases, connected
from tests.world import build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import metadata


def _rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    with connected(url) as connection:
        return {name: connection.execute(f"TABLE {name}").fetchall() for name in metadata.tables}


async def test_used__is_handed_on_with_the_rows_of_the_migrations_and_no_others(
    postgres_databases: PostgresDatabases,
) -> None:
    url = postgres_databases.create()
    migrated = _rows(url)
    database = Database(url)
    await (await build_world(database)).publish()
    async with database.write() as session:
        await session.execute(text("UPDATE service SET notice_sv = 'Allt är stängt'"))
    await database.dispose()
    assert _rows(url).keys() == migrated.keys()
    assert _rows(url) != migrated
    assert postgres_databases.empty(url)
    assert _rows(url) == migrated
    postgres_databases.drop(url)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE booking ADD COLUMN more text",
        "ALTER TABLE booking RENAME COLUMN reason TO why",
        "ALTER TABLE booking ALTER COLUMN phone TYPE varchar(9)",
        "ALTER TABLE booking DROP CONSTRAINT ck_booking_status",
        "DROP INDEX uq_booking_live_place",
        "DROP TRIGGER access_log_no_update ON access_log",
        "ALTER TABLE access_log DISABLE TRIGGER access_log_no_delete",
        "DROP TABLE draft",
    ],
)
def test_changed__is_not_handed_on(postgres_databases: PostgresDatabases, change: str) -> None:
    url = postgres_databases.create()
    with connected(url) as connection:
        connection.execute(change)
    assert not postgres_databases.empty(url)
    postgres_databases.drop(url)


def test_connected_to__is_not_handed_on(postgres_databases: PostgresDatabases) -> None:
    url = postgres_databases.create()
    with connected(url):
        assert not postgres_databases.empty(url)
    postgres_databases.drop(url)
