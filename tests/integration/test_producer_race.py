"""The same request over the service contracts from several processes at once: booked once, answered the same."""

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.processes import processes
from tests.producer import END, SECRET, Consumer, book, consumer_at, exchange
from tests.world import World, build_world
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import Booking
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.settings import get_settings

PROCESSES, AT_ONCE = 2, 6
Asked = tuple[str, Resident, str, datetime, str]
"""The database, the patient, the unit, the moment, and which booking is to be exchanged: none to book."""


def ask_at_once(asked: Asked) -> list[tuple[str, str | None]]:
    """Ask the same several times at once, in a process of its own, and return what is answered."""
    url, patient, address, now, old = asked
    os.environ["WEBTIDBOK_PRODUCER__SECRET"] = SECRET
    get_settings.cache_clear()

    async def ask() -> list[tuple[str, str | None]]:
        database = Database(url)
        set_database(database)
        clock.set_clock(clock.FixedClock(now))
        consumer = Consumer(None, patient, address)
        try:
            if old:
                moved = await asyncio.gather(*(exchange(consumer, old, END) for _ in range(AT_ONCE)))
                return [(one.result_code, None) for one in moved]
            made = await asyncio.gather(*(book(consumer) for _ in range(AT_ONCE)))
            return [(one.result_code, one.booking_id) for one in made]
        finally:
            await database.dispose()

    return asyncio.run(ask())


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


async def test_booking_and_exchange__asked_for_at_once__are_done_once(world, clock, database_url):
    consumer = await consumer_at(world)
    await world.publish(2, places=5)
    asked = (database_url, world.resident, consumer.address, clock.now(), "")
    with ProcessPoolExecutor(PROCESSES, mp_context=processes()) as pool:
        loop = asyncio.get_running_loop()

        async def everybody(asked: Asked) -> list[tuple[str, str | None]]:
            work = (loop.run_in_executor(pool, ask_at_once, asked) for _ in range(PROCESSES))
            return [answer for answers in await asyncio.gather(*work) for answer in answers]

        made = await everybody(asked)
        [(code, booking_id)] = set(made)
        assert (code, len(made)) == ("OK", PROCESSES * AT_ONCE)
        moved = await everybody((*asked[:4], str(booking_id)))
        assert set(moved) == {("OK", None)}
    async with world.database.read() as session:
        rows = (await session.scalars(select(Booking).order_by(col(Booking.starts_at)))).all()
    assert [(row.status, row.id.hex == booking_id) for row in rows] == [
        (BookingStatus.CANCELLED, True),
        (BookingStatus.BOOKED, False),
    ]
