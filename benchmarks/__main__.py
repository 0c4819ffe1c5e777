"""What our code costs on top of the bare database and the bare framework: ratios, in ``benchmarks/results/``.

    make bench
    make bench ARGS="--only journeys --rounds 15"

Every figure compares two ways of doing the same that take turns within one run; the seconds of a noisy machine are
worth nothing. benchmarks/results/README.md tells what is compared with what, and what made the difference.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

os.environ["WEBTIDBOK_DEMO"] = "true"  # before anything reads the settings: the demo's secrets will do

import psycopg

from benchmarks.bookings import Bookings, bench_bookings
from benchmarks.fill import libpq
from benchmarks.free_times import FreeTimes, bench_free_times
from benchmarks.grid import bench_grid
from benchmarks.journals import bench_journals
from benchmarks.journeys import bench_journeys
from benchmarks.report import Figures, sqlite_name, write
from benchmarks.schedule import bench_schedule
from scripts import dev
from tests.databases import PostgresDatabases, SqliteDatabases, postgres_server
from tests.world import FIRST_START
from webtidbok_app.db.engine import Database
from webtidbok_app.domain import clock

PARTS = ("free-times", "bookings", "journeys", "schedule", "grid", "journals")
AT_ONCE = (1, 16)
NewDatabase = Callable[[], str]


def bench(name: str, new_database: NewDatabase, folder: Path, given: argparse.Namespace) -> Figures:
    """Return the figures of one kind of database."""
    print(f"{name} …", flush=True)
    figures = Figures(name)
    with clock.use(clock.FixedClock(FIRST_START - timedelta(days=8))):
        if "free-times" in given.only:
            free = asyncio.run(_free_times(new_database(), given.sizes, given.rounds))
            figures = replace(figures, free_times=free)
        if "bookings" in given.only:
            figures = replace(figures, bookings=asyncio.run(_bookings(new_database(), 3 * given.rounds)))
        if "schedule" in given.only:
            figures = replace(figures, schedule=asyncio.run(bench_schedule(new_database, given.rounds)))
    if "grid" in given.only:
        dev.build_frontend()
        figures = replace(figures, grid=asyncio.run(bench_grid(new_database, folder, given.rounds)))
    if "journals" in given.only:
        figures = replace(figures, journals=asyncio.run(bench_journals(new_database, folder, given.rounds)))
    if "journeys" in given.only:
        figures = replace(figures, journeys=asyncio.run(bench_journeys(new_database, folder, given.rounds)))
    return figures


async def _free_times(url: str, sizes: Sequence[int], rounds: int) -> list[FreeTimes]:
    database = Database(url)
    found = await bench_free_times(database, sizes, rounds)
    await database.dispose()
    return found


async def _bookings(url: str, rounds: int) -> list[Bookings]:
    database = Database(url, pool_size=max(AT_ONCE))
    found = [await bench_bookings(database, at_once, rounds) for at_once in AT_ONCE]
    await database.dispose()
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure, and write benchmarks/results/.")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    return parser.parse_args()


def main() -> None:
    """Run what was asked for and write the results."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as name, postgres_server() as server:
        folder = Path(name)
        found = [bench(sqlite_name(), SqliteDatabases(folder).create, folder, given)]
        with psycopg.connect(libpq(server)) as connection:
            version = f"PostgreSQL {connection.info.server_version // 10000}"
        found.append(bench(version, PostgresDatabases(server).create, folder, given))
    print(write(found, given.rounds))


if __name__ == "__main__":
    main()
