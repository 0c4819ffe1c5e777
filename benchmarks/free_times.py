"""A week's free times among ten thousand, a hundred thousand and a million published ones.

The first viewer after a change, and the next one, ask through the journal port; against them stands the same SQL
sent by the bare driver on a connection of its own that begins no transaction, its rows fetched and thrown away.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from statistics import mean
from typing import Any

import aiosqlite
import psycopg
from sqlalchemy.engine import make_url

from benchmarks.fill import A_WEEK, MONDAY, Timebooks, libpq
from benchmarks.measure import Ratio, ratio, take_turns
from tests.world import World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.domain.swedish_time import span_of_days, start_of_day
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.timebook.availability import OFFERED_SLOTS

ASKED = MONDAY.date() + timedelta(weeks=2)
QUESTIONS = 20
"""In each round and by each variant."""


Send = Callable[[str, Any], Awaitable[Sequence[Any]]]


@dataclass(frozen=True)
class FreeTimes:
    """What a week's free times cost among so many ``slots``."""

    slots: int
    first_viewer: Ratio
    next_viewer: Ratio
    buffers: float | None
    """Pages of 8 kB that the question touches, the mean of several clinics; PostgreSQL only."""
    plan: list[str]


async def bench_free_times(database: Database, sizes: Sequence[int], rounds: int) -> list[FreeTimes]:
    """Return the figures for each size, the database growing from one to the next."""
    books = await Timebooks.build(await build_world(database, residents=60), most=max(sizes))
    found = []
    for slots in sizes:
        books.grow(slots)
        found.append(await _measure(database, books, rounds))
    return found


async def _measure(database: Database, books: Timebooks, rounds: int) -> FreeTimes:
    week = Week(books.sample[0], database)
    sql, parameters = week.question()
    async with bare(database.url) as send:

        async def same_sql() -> None:
            assert len(await send(sql, parameters)) == A_WEEK

        async def first_viewer() -> None:
            week.change()
            await week.ask()

        variants = {"first": first_viewer, "next": week.ask, "same SQL": same_sql}
        seconds = await take_turns(variants, rounds, each=QUESTIONS)
    return FreeTimes(
        books.slots,
        ratio(seconds, "first", "same SQL"),
        ratio(seconds, "next", "same SQL"),
        _buffers(database, books) if database.url.startswith("postgresql") else None,
        [] if database.url.startswith("postgresql") else _plan(database.url, sql, parameters),
    )


class Week:
    """A resident who asks a clinic for the free times of a week."""

    def __init__(self, world: World, database: Database) -> None:
        self.world = world
        self.journal = StandaloneJournal(world.clinic_id, database)

    async def ask(self) -> None:
        found = await self.journal.available_timeslots(
            self.world.resident, self.world.time_type, ASKED, ASKED + timedelta(days=6)
        )
        assert len(found) == A_WEEK

    def question(self) -> tuple[str, dict[str, object]]:
        """Return what the port asks the database, as the driver takes it."""
        since, until = span_of_days(ASKED, ASKED + timedelta(days=6))
        ids = {"clinic_id": self.world.clinic_id, "time_type_id": self.world.time_type_id}
        return self.world.database.driver_terms(OFFERED_SLOTS, {**ids, "since": since, "until": until})

    def change(self) -> None:
        """Let the worker believe that the clinic's timebook has changed."""
        bus.publish(topics.of_times(self.world.clinic_id, [start_of_day(ASKED)]))


@asynccontextmanager
async def bare(url: str) -> AsyncIterator[Send]:
    """Connect by the bare driver, and give the function that sends a statement and returns its rows."""
    if url.startswith("sqlite"):
        async with aiosqlite.connect(str(make_url(url).database), isolation_level=None) as file:
            yield _sender(file)
        return
    connection = await psycopg.AsyncConnection.connect(libpq(url), autocommit=True, options="-c timezone=utc")
    async with connection:
        yield _sender(connection)


def _sender(connection: Any) -> Send:
    async def send(text: str, parameters: Any) -> Sequence[Any]:
        cursor = await connection.execute(text, parameters)
        rows: Sequence[Any] = await cursor.fetchall()
        return rows

    return send


def _buffers(database: Database, books: Timebooks) -> float:
    with psycopg.connect(libpq(database.url), autocommit=True) as connection:
        return round(mean(_pages(connection, *Week(one, database).question()) for one in books.sample), 1)


def _pages(connection: psycopg.Connection[Any], sql: str, parameters: Any) -> int:
    for _ in range(2):  # the first time the connection learns what tables there are
        [[[found]]] = connection.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters
        ).fetchall()
    plan = found["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _plan(url: str, sql: str, parameters: Any) -> list[str]:
    with closing(sqlite3.connect(str(make_url(url).database))) as file:
        return [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
