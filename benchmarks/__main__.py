"""What our code costs on top of the bare database: ratios within one run, written to ``benchmarks/results/``.

    make bench

Two questions, on SQLite and on PostgreSQL:

* a week's free times of one clinic, asked through the journal port, against the same SQL sent by the bare driver;
* bookings (hold and confirm, two transactions) with 1 and 16 at once, through the journal port, against plain
  SQLAlchemy Core running the same statements, and against the bare driver.

The variants take turns within each round, so that a machine that is slow for a while is slow for all of them.
Only ratios are kept; the seconds of a noisy machine are worth nothing.
"""

import argparse
import asyncio
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, event, insert, select, text, update

from tests.databases import PostgresDatabases, postgres_server
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.db.migrate import upgrade
from webtidbok_app.db.tables import LIVE, Booking, Performer, Slot, TimeType
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.timebook.bookings import HOLD

RESULTS = Path(__file__).parent / "results"
SAID = BookingDetails(reason="Blodtryck", phone="0701740605", email="")
Variant = Callable[[], Awaitable[None]]
Statement = tuple[str, Any]
B, S, T, P = (table.__table__ for table in (Booking, Slot, TimeType, Performer))


async def measure(variants: dict[str, Variant], rounds: int) -> dict[str, list[float]]:
    """Return each variant's seconds by round, the variants taking turns; the first round warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        for name, run in variants.items():
            began = time.perf_counter()
            await run()
            if number:
                seconds[name].append(time.perf_counter() - began)
    return seconds


def ratios(seconds: dict[str, list[float]], ours: str, other: str) -> dict[str, float]:
    """Return ours/other, round by round: median, least and most."""
    found = [one / two for one, two in zip(seconds[ours], seconds[other], strict=True)]
    return {
        "median": round(statistics.median(found), 2),
        "min": round(min(found), 2),
        "max": round(max(found), 2),
    }


class Recorder:
    """Writes down the statements that an engine sends, with their parameters."""

    def __init__(self, database: Database) -> None:
        self.statements: list[Statement] = []
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._write_down)
        self._database = database

    def _write_down(
        self, _c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool
    ) -> None:
        self.statements.append((statement, parameters))

    def stop(self) -> list[Statement]:
        """Return what was sent so far, and listen no more."""
        event.remove(self._database.engine.sync_engine, "before_cursor_execute", self._write_down)
        return self.statements


async def send_raw(database: Database, statements: list[Statement], begin: str) -> None:
    """Send the statements by the bare driver, in one transaction, fetching what they answer."""
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        if begin:
            await driver.execute(begin)
        for statement, parameters in statements:
            cursor = await driver.execute(statement, parameters)
            if cursor.description:
                await cursor.fetchall()
        await driver.commit()


def swap(statements: list[Statement], names: dict[Any, Any]) -> list[Statement]:
    """Return the statements with other identities among their parameters."""

    def other(value: Any) -> Any:
        return names.get(value.hex if isinstance(value, UUID) else value, value)

    return [
        (statement, {key: other(value) for key, value in given.items()})
        if isinstance(given, dict)
        else (statement, tuple(other(value) for value in given))
        for statement, given in statements
    ]


async def bench_free_times(database: Database, rounds: int) -> dict[str, Any]:
    """A week of one clinic: five days of 40 times with three places, a third of them booked."""
    world = await build_world(database, slug="veckan", residents=60)
    day = date(2026, 12, 1)
    for n in range(5):
        ids = await world.publish(40, places=3, start=FIRST_START - timedelta(hours=2) + timedelta(days=n))
        await _book_thirds(world, ids)
    journal = StandaloneJournal(world.clinic_id, database)

    async def ask() -> None:
        found = await journal.available_timeslots(
            world.resident, world.time_type, day, day + timedelta(days=6)
        )
        assert len(found) == 200

    recorder = Recorder(database)
    await ask()
    statements = recorder.stop()

    async def through_the_port() -> None:
        for _ in range(20):
            await ask()

    async def raw() -> None:
        for _ in range(20):
            await send_raw(database, statements[-1:], "")

    seconds = await measure({"port": through_the_port, "raw": raw}, rounds)
    return {"port / raw driver": ratios(seconds, "port", "raw")}


async def _book_thirds(world: World, slot_ids: list[UUID]) -> None:
    async with world.database.write() as session:
        session.add_all(
            Booking(
                clinic_id=world.clinic_id, id=new_id(), slot_id=slot_id, place=1, status=BookingStatus.BOOKED,
                person_id=world.residents[n % len(world.residents)].person_id,
            )
            for n, slot_id in enumerate(slot_ids)
        )  # fmt: skip


async def bench_bookings(database: Database, at_once: int, rounds: int, each: int) -> dict[str, Any]:
    """``each`` bookings a round and variant, ``at_once`` residents at a time, every booking a time of its own."""
    world = await build_world(database, slug=f"bokning{at_once}", residents=at_once, first=60 + at_once)
    journal = StandaloneJournal(world.clinic_id, database)
    slots = iter(await world.publish((rounds + 1) * each * 3 + 1, start=FIRST_START))

    async def by_port(resident: Resident, slot_id: UUID) -> None:
        hold = await journal.hold(resident, slot_id.hex)
        await journal.make_booking(resident, hold.id, SAID)

    async def by_core(resident: Resident, slot_id: UUID) -> None:
        await core_booking(database, world, resident, slot_id, new_id())

    sample, sample_slot, resident = new_id(), next(slots), world.resident
    recorder = Recorder(database)
    await core_booking(database, world, resident, sample_slot, sample)
    template = [one for one in recorder.stop() if not one[0].startswith("BEGIN")]
    cut = next(n for n, (statement, _) in enumerate(template) if statement.startswith("UPDATE"))
    sqlite = database.url.startswith("sqlite")

    async def by_driver(who: Resident, slot_id: UUID) -> None:
        made = new_id()
        pairs = ((sample, made), (sample_slot, slot_id), (resident.person_id, who.person_id))
        mine = swap(template, {old.hex: new.hex if sqlite else new for old, new in pairs})
        begin = "BEGIN IMMEDIATE" if sqlite else ""
        await send_raw(database, mine[:cut], begin)
        await send_raw(database, mine[cut:], begin)

    def rush(book: Callable[[Resident, UUID], Awaitable[None]]) -> Variant:
        async def one_after_the_other(who: Resident, ids: list[UUID]) -> None:
            for slot_id in ids:
                await book(who, slot_id)

        async def run() -> None:
            ids = [next(slots) for _ in range(each)]
            await asyncio.gather(
                *(one_after_the_other(world.residents[n], ids[n::at_once]) for n in range(at_once))
            )

        return run

    variants = {"port": rush(by_port), "core": rush(by_core), "raw": rush(by_driver)}
    seconds = await measure(variants, rounds)
    return {
        "port / SQLAlchemy Core": ratios(seconds, "port", "core"),
        "port / raw driver": ratios(seconds, "port", "raw"),
        "SQLAlchemy Core / raw driver": ratios(seconds, "core", "raw"),
    }


async def core_booking(
    database: Database, world: World, resident: Resident, slot_id: UUID, booking_id: UUID
) -> None:
    """Hold and confirm with the port's statements, in plain SQLAlchemy Core."""
    now, clinic, me = clock.now(), world.clinic_id, resident.person_id
    engine = database.engine.execution_options(immediate=True)
    mine = (B.c.clinic_id == clinic) & (B.c.person_id == me)
    async with engine.begin() as connection:
        slot = (
            await connection.execute(
                select(S, T.c.notice_minutes)
                .join(T, (T.c.clinic_id == S.c.clinic_id) & (T.c.id == S.c.time_type_id))
                .where(S.c.clinic_id == clinic, S.c.id == slot_id)
                .with_for_update(read=True, of=S)
            )
        ).one()
        running = select(B).where(mine, text("booking.status = 'held'"), B.c.expires_at > now)
        (await connection.execute(running)).one_or_none()
        here = (B.c.slot_id == slot_id) & (B.c.expires_at <= now)
        await connection.execute(
            delete(B).where(B.c.clinic_id == clinic, B.c.status == "held", here | (B.c.person_id == me))
        )
        taken = select(B.c.place).where(
            B.c.clinic_id == clinic, B.c.slot_id == slot.id, text(f"booking.{LIVE}")
        )
        (await connection.execute(taken)).all()
        held = Booking(
            clinic_id=clinic, id=booking_id, slot_id=slot_id, place=1, person_id=me, status=BookingStatus.HELD,
            held_at=now, expires_at=now + HOLD,
        )  # fmt: skip
        await connection.execute(insert(B).values(**held.model_dump()))
        shown = select(S, P.c.name).join(P, (P.c.clinic_id == S.c.clinic_id) & (P.c.id == S.c.performer_id))
        (await connection.execute(shown.where(S.c.clinic_id == clinic, S.c.id == slot_id))).one()
    async with engine.begin() as connection:
        await connection.execute(
            update(B)
            .where(mine, B.c.id == booking_id, B.c.status == "held", B.c.expires_at > now)
            .values(status="booked", booked_at=now, expires_at=None, **vars(SAID))
        )
        (await connection.execute(select(B).where(B.c.clinic_id == clinic, B.c.id == booking_id))).one()
        whole = (
            select(B, S, T, P.c.name)
            .join(S, (S.c.clinic_id == B.c.clinic_id) & (S.c.id == B.c.slot_id))
            .join(T, (T.c.clinic_id == S.c.clinic_id) & (T.c.id == S.c.time_type_id))
            .join(P, (P.c.clinic_id == S.c.clinic_id) & (P.c.id == S.c.performer_id))
        )
        (await connection.execute(whole.where(mine, B.c.id == booking_id))).one()


async def bench(url: str, rounds: int, each: int) -> dict[str, Any]:
    """Return all figures of one database."""
    upgrade(url)
    database = Database(url, pool_size=16)
    with clock.use(clock.FixedClock(FIRST_START - timedelta(days=8))):
        figures = {
            "free times of a week": await bench_free_times(database, rounds),
            "bookings, 1 at once": await bench_bookings(database, 1, rounds, each),
            "bookings, 16 at once": await bench_bookings(database, 16, rounds, each),
        }
    await database.dispose()
    return figures


def as_markdown(figures: dict[str, Any], rounds: int, each: int) -> str:
    """Return the figures as a page."""
    lines = [
        "# What the port costs on top of the bare database",
        "",
        f"Ratios of times within one run: {rounds} rounds of {each} bookings (free times: 20 questions a round).",
        "1.00 is as fast as the other; lower is better.",
        "",
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}.",
        "",
        "| database | measured | ratio | median | min | max |",
        "|---|---|---|---|---|---|",
    ]
    for database, measured in figures.items():
        for name, found in measured.items():
            for pair, r in found.items():
                lines.append(
                    f"| {database} | {name} | {pair} | {r['median']:.2f} | {r['min']:.2f} | {r['max']:.2f} |"
                )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run everything and write the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--bookings", type=int, default=64, help="bookings a round and variant")
    given = arguments.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite …", flush=True)
        figures["SQLite"] = asyncio.run(
            bench(f"sqlite+aiosqlite:///{folder}/bench.db", given.rounds, given.bookings)
        )
    with postgres_server() as server:
        print("PostgreSQL …", flush=True)
        url = PostgresDatabases(server).create()
        figures["PostgreSQL"] = asyncio.run(bench(url, given.rounds, given.bookings))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "port.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    page = as_markdown(figures, given.rounds, given.bookings)
    (RESULTS / "port.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
