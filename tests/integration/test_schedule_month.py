"""The month of the schedule, counted by the database."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from tests.databases import listening
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import Performer, Slot
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.errors import NotAllowed
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import schedule
from webtidbok_app.services.schedule_month import Tally, follow_month, get_month

DECEMBER, FIRST = date(2026, 12, 1), FIRST_START.date()
SOON = 5


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, slug="manadskliniken")


async def _tallies(world: World, first: date = DECEMBER) -> dict[date, Tally]:
    month = await get_month(world.staff, first=first)
    return {day: tally for (day, _), tally in month.tallies.items()}


async def test_month__counts_free_booked_and_held_by_day(world):
    await world.publish(4)
    await world.publish(2, places=3, start=FIRST_START + timedelta(days=2))
    journal = StandaloneJournal(world.clinic_id, world.database)
    slots = await journal.available_timeslots(world.resident, world.time_type, FIRST, FIRST + timedelta(5))
    held = await journal.hold(world.resident, slots[0].id)
    await journal.make_booking(world.resident, held.id, BookingDetails())
    await journal.hold(world.residents[1], slots[-1].id)
    assert await _tallies(world) == {
        FIRST: Tally(times=4, free=3, booked=1),
        FIRST + timedelta(days=2): Tally(times=2, free=2, held=1),
    }


async def test_month__a_hold_that_has_run_out__is_free_again(world):
    await world.publish(1)
    journal = StandaloneJournal(world.clinic_id, world.database)
    [slot] = await journal.available_timeslots(world.resident, world.time_type, FIRST, FIRST)
    await journal.hold(world.resident, slot.id)
    assert (await _tallies(world))[FIRST] == Tally(1, 0, 0, 1)
    with clock.use(clock.FixedClock(clock.now() + timedelta(hours=1))):
        await world.publish(1, start=FIRST_START + timedelta(hours=3))
        assert (await _tallies(world))[FIRST] == Tally(2, 2)


async def test_month__a_day_is_one_in_sweden_and_nothing_outside_counts(world):
    for start in (
        datetime(2026, 11, 30, 22, 50, tzinfo=UTC),  # 23.50 the day before
        datetime(2026, 11, 30, 23, 0, tzinfo=UTC),  # midnight
        datetime(2026, 12, 1, 22, 59, tzinfo=UTC),
        datetime(2026, 12, 31, 22, 59, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 0, tzinfo=UTC),
    ):
        await world.publish(1, start=start)
    assert await _tallies(world) == {DECEMBER: Tally(2, 2), date(2026, 12, 31): Tally(1, 1)}
    assert (await _tallies(world, date(2026, 11, 1))) == {date(2026, 11, 30): Tally(1, 1)}


async def test_month__march_and_october_have_days_of_other_lengths(world):
    for start in (datetime(2027, 3, 28, 21, 30, tzinfo=UTC), datetime(2027, 3, 28, 22, 0, tzinfo=UTC)):
        await world.publish(1, start=start)
    assert await _tallies(world, date(2027, 3, 1)) == {
        date(2027, 3, 28): Tally(1, 1),
        date(2027, 3, 29): Tally(1, 1),
    }


async def test_month__withdrawn_times_and_other_clinics_do_not_count__those_who_have_left_do(world, database):
    gone, *_ = await world.publish(3)
    other = await build_world(database, first=10, slug="grannkliniken")
    await other.publish(5)
    async with database.write() as session:
        await session.execute(update(Slot).where(col(Slot.id) == gone).values(withdrawn_at=clock.now()))
        left = update(Performer).where(col(Performer.id) == world.performer_id)
        await session.execute(left.values(active=False))
    assert await _tallies(world) == {FIRST: Tally(2, 2)}


async def test_month__is_what_the_weeks_of_it_hold(world):
    await world.publish(9)
    [monday, now] = [date(2026, 11, 30), clock.now()]
    week = await schedule.get_week(world.staff, monday=monday)
    assert (await _tallies(world))[FIRST] == sum((Tally.of(one, now) for one in week.slots), Tally())


async def test_follow__counts_again_when_somebody_chooses_a_time(world):
    await world.publish(2)
    following = follow_month(world.staff, first=DECEMBER)
    before = await asyncio.wait_for(anext(following), SOON)
    journal = StandaloneJournal(world.clinic_id, world.database)
    [slot, _] = await journal.available_timeslots(world.resident, world.time_type, FIRST, FIRST)
    await journal.hold(world.resident, slot.id)
    after = await asyncio.wait_for(anext(following), SOON)
    assert [list(one.tallies.values()) for one in (before, after)] == [[Tally(2, 2)], [Tally(2, 1, 0, 1)]]


async def test_month__somebody_without_a_clinic__is_told_no(world):
    with pytest.raises(NotAllowed):
        await get_month(Staff("SE2321000016-T009", "Rut Test", Role.REGION_ADMIN, None), first=DECEMBER)


@pytest.mark.parametrize(("read", "when"), [(get_month, "first"), (schedule.get_week, "monday")])
async def test_reading__goes_by_performer_and_start__not_through_all_that_was_ever_published(
    database, read, when
):
    world = await build_world(database, slug="planen")
    sent: list[tuple[str, object]] = []
    engine = database.engine.sync_engine

    def note(_connection: object, _cursor: object, asked: str, given: object, *_: object) -> None:
        sent.append((asked, given))

    with listening(engine, "before_cursor_execute", note):
        await read(world.staff, **{when: FIRST})
    [(asked, given)] = [one for one in sent if "FROM slot" in one[0]]
    lite = engine.dialect.name == "sqlite"
    async with database.engine.connect() as connection:
        if not lite:  # which takes a table of few rows as it is
            await connection.exec_driver_sql("SET enable_seqscan = off")
        rows = await connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if lite else ''}{asked}", given)
        plan = "\n".join(str(row[-1]) for row in rows)
    assert "uq_slot_performer_start" in plan, plan
