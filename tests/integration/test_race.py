"""Many residents and one last place: real processes against a real database.

Every process has its own clock, so that a hold can run out in the middle of the race.
"""

import asyncio
import multiprocessing
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from tests.world import World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Booking
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import HoldExpired, SlotTaken
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal

RESIDENTS = 100
PROCESSES = 4
SAID = BookingDetails(phone="0701740605")


@dataclass(frozen=True)
class Errand:
    """What one process does: its residents all want the slot, at the moment ``now``."""

    url: str
    clinic_id: UUID
    slot_id: UUID
    residents: list[Resident]
    now: datetime


async def _hold_and_book(journal: StandaloneJournal, resident: Resident, slot_id: UUID) -> str:
    try:
        hold = await journal.hold(resident, slot_id.hex)
        await journal.make_booking(resident, hold.id, SAID)
    except (SlotTaken, HoldExpired) as refusal:
        return refusal.code
    return "booked"


async def _confirm(journal: StandaloneJournal, resident: Resident, hold_id: str) -> str:
    try:
        await journal.make_booking(resident, hold_id, SAID)
    except HoldExpired as refusal:
        return refusal.code
    return "booked"


async def _run(errand: Errand, start) -> list[str]:
    database = Database(errand.url)
    journal = StandaloneJournal(errand.clinic_id, database)
    with clock.use(clock.FixedClock(errand.now)):
        async with database.read() as session:  # connected before the start
            await session.scalar(select(1))
        await asyncio.to_thread(start.wait, 60)
        found = await asyncio.gather(
            *(_hold_and_book(journal, one, errand.slot_id) for one in errand.residents)
        )
    await database.dispose()
    return found


def _taker(errand: Errand, start, results) -> None:
    results.put(asyncio.run(_run(errand, start)))


async def _run_confirmer(errand: Errand, hold_id: str, start) -> list[str]:
    database = Database(errand.url)
    journal = StandaloneJournal(errand.clinic_id, database)
    with clock.use(clock.FixedClock(errand.now)):
        await asyncio.to_thread(start.wait, 60)
        found = [await _confirm(journal, errand.residents[0], hold_id)]
    await database.dispose()
    return found


def _confirmer(errand: Errand, hold_id: str, start, results) -> None:
    results.put(asyncio.run(_run_confirmer(errand, hold_id, start)))


def _race(processes: int, begin) -> Counter[str]:
    """Start the processes that ``begin`` makes at the same moment and count what they came to."""
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(processes), context.Queue()
    running = begin(context, start, results)
    for process in running:
        process.start()
    found = [outcome for _ in running for outcome in results.get(timeout=120)]
    for process in running:
        process.join(timeout=30)
    return Counter(found)


async def _live(world: World) -> list[tuple[str, int]]:
    async with world.database.read() as session:
        rows = await session.execute(
            select(col(Booking.status), func.count())
            .where(Booking.status != "cancelled")
            .group_by(Booking.status)
        )
        return [(status, count) for status, count in rows]


@pytest.mark.parametrize("places", [1, 7])
async def test_race__for_the_last_places(database, clock, places):
    world = await build_world(database, residents=RESIDENTS)
    [slot_id] = await world.publish(1, places=places)

    def begin(context, start, results):
        return [
            context.Process(
                target=_taker,
                args=(
                    Errand(
                        database.url, world.clinic_id, slot_id, world.residents[n::PROCESSES], clock.now()
                    ),
                    start,
                    results,
                ),
            )
            for n in range(PROCESSES)
        ]

    outcomes = await asyncio.to_thread(_race, PROCESSES, begin)
    assert outcomes == {"booked": places, "slot_taken": RESIDENTS - places}
    assert await _live(world) == [("booked", places)]


@pytest.mark.parametrize("round_", range(5))
async def test_race__confirming_a_hold_in_the_moment_it_expires(database, clock, round_):
    """The holder's process thinks that the hold has a moment left; the takers' that it has run out."""
    world = await build_world(database, residents=RESIDENTS)
    [slot_id] = await world.publish(1)
    holder, *takers = world.residents
    hold = await StandaloneJournal(world.clinic_id, database).hold(holder, slot_id.hex)
    before, after = hold.expires_at - timedelta(microseconds=1), hold.expires_at

    def begin(context, start, results):
        late = [
            context.Process(
                target=_taker,
                args=(Errand(database.url, world.clinic_id, slot_id, takers[n::3], after), start, results),
            )
            for n in range(3)
        ]
        mine = Errand(database.url, world.clinic_id, slot_id, [holder], before)
        return [context.Process(target=_confirmer, args=(mine, hold.id, start, results)), *late]

    outcomes = await asyncio.to_thread(_race, 4, begin)
    assert outcomes["booked"] == 1
    assert outcomes["slot_taken"] + outcomes["hold_expired"] == RESIDENTS - 1
    assert await _live(world) == [("booked", 1)]
