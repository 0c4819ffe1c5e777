"""Many residents and the last places: real processes against a real database, and one that is killed at it.

Every process has its own clock, so that a hold can run out in the middle of the race.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from tests.processes import processes
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import LIVE, Booking, Person, Slot
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.demo.people import FAMILY, GIVEN, make_test_number
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import AlreadyCancelled, HoldExpired, SlotTaken
from webtidbok_app.journal.port import BookingDetails, Hold
from webtidbok_app.journal.standalone import StandaloneJournal

RESIDENTS = 200
PROCESSES = 4
AT_ONCE = 10
"""Residents of one process who are at it at the same moment: as many as it has connections."""
SAID = BookingDetails(phone="0701740605")
LONG = 60
"""Seconds that a process waits for another before the test fails."""


@dataclass(frozen=True)
class Errand:
    """What one process does at the moment ``now``: its residents all want a place of any of the slots.

    Its first ``thinking`` residents have chosen before the start, and book when they are told to.
    """

    url: str
    clinic_id: UUID
    slot_ids: list[UUID]
    residents: list[Resident]
    now: datetime
    thinking: int = 0


@dataclass(frozen=True)
class Report:
    """What a resident has come to, as the process tells it at once: held, booked, or the code of a refusal."""

    person_id: UUID
    outcome: str
    slot_id: UUID | None = None
    hold_id: str = ""


async def _choose(journal: StandaloneJournal, resident: Resident, slot_ids: list[UUID]) -> Hold:
    """Hold the first of the times that is to be had."""
    for slot_id in slot_ids:
        try:
            return await journal.hold(resident, slot_id.hex)
        except SlotTaken:
            continue
    raise SlotTaken


async def _confirm(journal: StandaloneJournal, resident: Resident, hold: Hold) -> Report:
    try:
        await journal.make_booking(resident, hold.id, SAID)
    except HoldExpired as refusal:
        return Report(resident.person_id, refusal.code)
    return Report(resident.person_id, "booked", UUID(hold.timeslot.id), hold.id)


async def _hold_and_book(journal: StandaloneJournal, resident: Resident, slot_ids: list[UUID]) -> Report:
    try:
        hold = await _choose(journal, resident, slot_ids)
    except SlotTaken as refusal:
        return Report(resident.person_id, refusal.code)
    return await _confirm(journal, resident, hold)


async def _run_takers(errand: Errand, start: Any, parent: Connection) -> None:
    database = Database(errand.url)
    journal = StandaloneJournal(errand.clinic_id, database)
    connections = asyncio.Semaphore(AT_ONCE)
    thinking, at_once = errand.residents[: errand.thinking], errand.residents[errand.thinking :]

    async def take_turn(resident: Resident) -> None:
        async with connections:
            parent.send(await _hold_and_book(journal, resident, errand.slot_ids))

    with clock.use(clock.FixedClock(errand.now)):
        async with database.read() as session:  # connected before the start
            await session.scalar(select(1))
        chosen = [(one, await _choose(journal, one, errand.slot_ids)) for one in thinking]
        for one, hold in chosen:
            parent.send(Report(one.person_id, "held", UUID(hold.timeslot.id), hold.id))
        await asyncio.to_thread(start.wait, LONG)
        await asyncio.gather(*map(take_turn, at_once))
        if chosen:
            await asyncio.to_thread(parent.recv)
        for one, hold in chosen:
            parent.send(await _confirm(journal, one, hold))
    await database.dispose()


def _takers(errand: Errand, start: Any, parent: Connection) -> None:
    asyncio.run(_run_takers(errand, start, parent))


async def _run_confirmer(errand: Errand, hold: Hold, start: Any, parent: Connection) -> None:
    database = Database(errand.url)
    journal = StandaloneJournal(errand.clinic_id, database)
    with clock.use(clock.FixedClock(errand.now)):
        await asyncio.to_thread(start.wait, LONG)
        parent.send(await _confirm(journal, errand.residents[0], hold))
    await database.dispose()


def _confirmer(errand: Errand, hold: Hold, start: Any, parent: Connection) -> None:
    asyncio.run(_run_confirmer(errand, hold, start, parent))


async def _run_exchange(
    errand: Errand, booking_id: str, hold: Hold | None, start: Any, parent: Connection
) -> None:
    """Exchange the booking for the hold or, without one, cancel it."""
    database = Database(errand.url)
    journal, [resident] = StandaloneJournal(errand.clinic_id, database), errand.residents
    with clock.use(clock.FixedClock(errand.now)):
        await asyncio.to_thread(start.wait, LONG)
        try:
            if hold is None:
                await journal.cancel_booking(resident, booking_id, "")
            else:
                await journal.rebook_booking(resident, booking_id, hold.id)
            parent.send(Report(resident.person_id, "cancelled" if hold is None else "rebooked"))
        except AlreadyCancelled as refusal:
            parent.send(Report(resident.person_id, refusal.code))
    await database.dispose()


def _exchange(errand: Errand, booking_id: str, hold: Hold | None, start: Any, parent: Connection) -> None:
    asyncio.run(_run_exchange(errand, booking_id, hold, start, parent))


Work = Callable[[Any, Connection], None]


class Race:
    """Processes that start at the same moment. Each reports through a pipe of its own, whoever else dies."""

    def __init__(self, works: list[Work]) -> None:
        context = processes()
        self.start = context.Barrier(len(works))  # which must outlive the processes' beginning
        self.runners: dict[Connection, BaseProcess] = {}
        for work in works:
            mine, theirs = context.Pipe()
            process = context.Process(target=work, args=(self.start, theirs))
            process.start()
            theirs.close()
            self.runners[mine] = process

    def reports(self) -> Iterator[tuple[Connection, Report]]:
        """Yield what is reported, and by whom, until every process has ended."""
        listening = list(self.runners)
        while listening:
            ready = wait(listening, timeout=LONG)
            assert ready, "the processes have got stuck"
            for pipe in [one for one in listening if one in ready]:
                try:
                    yield pipe, pipe.recv()
                except (EOFError, OSError):
                    listening.remove(pipe)

    def finish(self) -> list[int | None]:
        """Return how the processes ended."""
        for pipe, process in self.runners.items():
            process.join(timeout=LONG)
            pipe.close()
        return [process.exitcode for process in self.runners.values()]


def _outcomes(works: list[Work]) -> Counter[str]:
    race = Race(works)
    found = Counter(report.outcome for _, report in race.reports())
    assert race.finish() == [0] * len(works)
    return found


def _race_with_a_killed_worker(works: list[Work]) -> list[tuple[int, Report]]:
    """Return all reports, by the number of the process; number 0 is killed when it reports from within the race."""
    race = Race(works)
    [victim, *survivors] = race.runners
    numbers = {pipe: number for number, pipe in enumerate(race.runners)}
    reports: list[tuple[int, Report]] = []
    killed = False
    for pipe, report in race.reports():
        reports.append((numbers[pipe], report))
        if pipe is victim and report.outcome != "held" and not killed:
            os.kill(race.runners[victim].pid, signal.SIGKILL)
            killed = True
            for survivor in survivors:
                survivor.send("book")
    assert race.finish() == [-signal.SIGKILL, *[0] * len(survivors)]
    return reports


async def _open(database: Database, residents: int) -> tuple[World, list[Resident]]:
    """Make a clinic, and so many residents, each with a test number of his own."""
    world = await build_world(database, residents=0)
    inhabitants = [
        Resident(
            person_id=new_id(),
            number=make_test_number(1940 + n // 28, 1 + n % 12, 1 + n % 28, serial=n % 2),
            given_name=GIVEN[n % len(GIVEN)],
            family_name=FAMILY[n % len(FAMILY)],
        )
        for n in range(residents)
    ]
    async with database.write() as session:
        session.add_all(
            Person(
                id=one.person_id, number_hash=lookup_hash(one.number.digits), number=one.number.digits,
                given_name=one.given_name, family_name=one.family_name,
            )
            for one in inhabitants
        )  # fmt: skip
    return world, inhabitants


async def _live(database: Database) -> list[Booking]:
    """Return who has a place, having made sure that nobody shares one and that every place exists."""
    async with database.read() as session:
        rows = await session.execute(
            select(Booking, col(Slot.places))
            .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
            .where(text(f"booking.{LIVE}"))
        )
        found = rows.all()
    assert all(1 <= booking.place <= places for booking, places in found)
    assert len({(booking.slot_id, booking.place) for booking, _ in found}) == len(found)
    return [booking for booking, _ in found]


@pytest.mark.parametrize("places", [1, 7])
async def test_race__for_the_last_places(database, clock, places) -> None:
    world, residents = await _open(database, RESIDENTS)
    slot_ids = await world.publish(1, places=places)
    works = [
        partial(_takers, Errand(database.url, world.clinic_id, slot_ids, share, clock.now()))
        for share in _shares(residents, PROCESSES)
    ]
    assert await asyncio.to_thread(_outcomes, works) == {"booked": places, "slot_taken": RESIDENTS - places}
    assert [booking.status for booking in await _live(database)] == ["booked"] * places


@pytest.mark.parametrize("round_", range(5))
async def test_race__confirming_a_hold_in_the_moment_it_expires(database, clock, round_) -> None:
    """The holder's process thinks that the hold has a moment left; the takers' that it has run out."""
    world, [holder, *takers] = await _open(database, 1 + 3 * 33)
    slot_ids = await world.publish(1)
    hold = await StandaloneJournal(world.clinic_id, database).hold(holder, slot_ids[0].hex)
    before, after = hold.expires_at - timedelta(microseconds=1), hold.expires_at
    mine = Errand(database.url, world.clinic_id, slot_ids, [holder], before)
    late = [Errand(database.url, world.clinic_id, slot_ids, share, after) for share in _shares(takers, 3)]
    works = [partial(_confirmer, mine, hold), *(partial(_takers, errand) for errand in late)]
    outcomes = await asyncio.to_thread(_outcomes, works)
    assert outcomes["booked"] == 1
    assert outcomes["slot_taken"] + outcomes["hold_expired"] == len(takers)
    assert [booking.status for booking in await _live(database)] == ["booked"]


@pytest.mark.parametrize("round_", range(3))
async def test_race__rebooking_and_cancelling_the_same_booking(database, clock, round_) -> None:
    """Two pages exchange it at once, pressed twice the one; a third cancels. One of them is first."""
    world, [holder] = await _open(database, 1)
    first, second = await world.publish(2)
    journal = StandaloneJournal(world.clinic_id, database)
    booked = await journal.make_booking(holder, (await journal.hold(holder, first.hex)).id, SAID)
    hold = await journal.hold(holder, second.hex)
    mine = Errand(database.url, world.clinic_id, [first, second], [holder], clock.now())
    works = [partial(_exchange, mine, booked.id, what) for what in (hold, hold, None)]
    outcomes = await asyncio.to_thread(_outcomes, works)
    standing = [one.slot_id for one in await _live(database) if one.status == "booked"]
    if outcomes["cancelled"]:
        assert outcomes == {"cancelled": 1, "already_cancelled": 2}
        assert standing == []
    else:
        assert outcomes == {"rebooked": 2, "already_cancelled": 1}
        assert standing == [second]


async def test_race__a_worker_is_killed_in_the_middle(database, clock) -> None:
    """What it had booked stands, what it held runs out, and nobody else notices."""
    world, residents = await _open(database, RESIDENTS)
    slot_ids = await world.publish(3, places=8)
    places = 3 * 8
    shares = _shares(residents, PROCESSES)
    works = [
        partial(_takers, Errand(database.url, world.clinic_id, slot_ids, share, clock.now(), thinking=2))
        for share in shares
    ]
    reports = await asyncio.to_thread(_race_with_a_killed_worker, works)
    dead = {one.person_id for one in shares[0]}
    reported = {(one.hold_id, one.person_id, one.slot_id) for _, one in reports if one.outcome == "booked"}
    refused = {one.person_id for _, one in reports if one.outcome == "slot_taken"}

    live = await _live(database)
    booked = {(one.id.hex, one.person_id, one.slot_id) for one in live if one.status == "booked"}
    held = {one.person_id for one in live if one.status == "held"}
    assert len(live) == places
    assert booked >= reported
    assert {one for one in booked - reported if one[1] not in dead} == set()
    assert dead >= held >= {one.person_id for one in shares[0][:2]}
    assert len([one for number, one in reports if number == 0]) < len(dead)

    clock.moment = max(one.expires_at for one in live if one.expires_at)
    await _take_what_has_run_out(world, [one for one in residents if one.person_id in refused], len(held))
    live = await _live(database)
    assert [one.status for one in live] == ["booked"] * places
    assert {(one.id.hex, one.person_id, one.slot_id) for one in live} > booked


async def _take_what_has_run_out(world: World, residents: list[Resident], places: int) -> None:
    """Book that many places, and find that there are no more."""
    journal = StandaloneJournal(world.clinic_id, world.database)
    day = swedish_time.day_of(FIRST_START)
    free = await journal.available_timeslots(residents[0], world.time_type, day, day)
    assert sum(slot.places_left for slot in free) == places
    slot_ids = [UUID(slot.id) for slot in free]
    for resident in residents[:places]:
        hold = await _choose(journal, resident, slot_ids)
        assert (await _confirm(journal, resident, hold)).outcome == "booked"
    with pytest.raises(SlotTaken):
        await _choose(journal, residents[places], slot_ids)
    assert await journal.available_timeslots(residents[places], world.time_type, day, day) == []


def _shares(residents: list[Resident], count: int) -> list[list[Resident]]:
    return [residents[number::count] for number in range(count)]
