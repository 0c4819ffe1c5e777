"""The staff's schedule against real databases: read once for all who look, and withdrawn by who saw it last."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import ScheduleChange
from webtidbok_app.domain.errors import NotAllowed, ScheduleChanged
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live.bus import bus
from webtidbok_app.services import schedule
from webtidbok_app.services.schedule import LastChange, Week

MONDAY = date(2026, 11, 30)
ONE_READING = 6
"""Questions: the clinic, its newest change, its performers, its deviating times, the times and who has them."""
SOON = 5


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


@contextmanager
def counted(world: World):
    """Give the questions that the database is asked."""
    asked: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engine = world.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def _questions(asked: list[str]) -> int:
    return sum(statement.startswith("SELECT") for statement in asked)


async def _next(following: AsyncIterator[Week]) -> Week:
    return await asyncio.wait_for(anext(following), SOON)


async def _hold(world: World):
    journal = StandaloneJournal(world.clinic_id, world.database)
    [slot, *_] = await journal.available_timeslots(
        world.resident, world.time_type, MONDAY, MONDAY + timedelta(6)
    )
    return journal, await journal.hold(world.resident, slot.id)


async def test_follow__many_who_look__ask_the_database_once_for_each_change(world):
    await world.publish(3)
    lookers = [schedule.follow_week(world.staff, monday=MONDAY) for _ in range(20)]
    with counted(world) as asked:
        weeks = await asyncio.gather(*map(_next, lookers))
        assert _questions(asked) == ONE_READING
        assert all(week is weeks[0] for week in weeks)
        await _hold(world)
        asked.clear()
        weeks = await asyncio.gather(*map(_next, lookers))
        assert _questions(asked) == ONE_READING
    assert [slot.held for slot in weeks[0].slots] == [1, 0, 0]


async def test_follow__a_change_in_another_week__gives_the_very_same_week(world):
    await world.publish(1)
    looker = schedule.follow_week(world.staff, monday=MONDAY)
    before = await _next(looker)
    bus.publish([world.clinic_id])
    assert await _next(looker) is before


async def test_follow__free_held_booked_and_free_again(world, clock):
    await world.publish(1)
    looker = schedule.follow_week(world.staff, monday=MONDAY)
    states = []

    async def look() -> None:
        [slot] = (await _next(looker)).slots
        states.append((slot.held, slot.booked, slot.initials))

    await look()
    journal, hold = await _hold(world)
    await look()
    said = BookingDetails(reason="", phone="0701740605")
    booking = await journal.make_booking(world.resident, hold.id, said)
    await look()
    await journal.cancel_booking(world.resident, booking.id, "")
    await look()
    assert states == [(0, 0, []), (1, 0, []), (0, 1, ["A. A."]), (0, 0, [])]


async def test_week__a_hold_that_has_run_out__is_free(world, clock):
    await world.publish(1)
    await _hold(world)
    [held] = (await schedule.get_week(world.staff, monday=MONDAY)).slots
    assert held.held == 1
    clock.advance(held.held_until - clock.now())
    bus.publish([world.clinic_id])  # as the timer does that was set when the week was read
    [free] = (await schedule.get_week(world.staff, monday=MONDAY)).slots
    assert (free.held, free.is_free(clock.now())) == (0, True)


async def test_follow_and_weigh__are_for_the_clinics_own_staff(world, database):
    [slot_id] = await world.publish(1)
    other = await build_world(database, slug="andra-kliniken", residents=0)
    assert (await schedule.weigh_withdrawal(other.staff, slot_ids=[slot_id])).slots == []
    assert (await schedule.get_week(other.staff, monday=MONDAY)).slots == []
    for actor in (None, world.resident):
        with pytest.raises(NotAllowed):
            await _next(schedule.follow_week(actor, monday=MONDAY))
        with pytest.raises(NotAllowed):
            await schedule.weigh_withdrawal(actor, slot_ids=[slot_id])
        with pytest.raises(NotAllowed):
            await schedule.withdraw(actor, slot_ids=[slot_id], seen=0)


async def test_weigh__tells_each_time_as_it_is_now(world, clock):
    ids = await world.publish(3)
    await _hold(world)
    seen = (await schedule.get_week(world.staff, monday=MONDAY)).seen
    await schedule.withdraw(world.staff, slot_ids=ids[2:], seen=seen)
    impact = await schedule.weigh_withdrawal(world.staff, slot_ids=ids)
    assert [(slot.held, slot.withdrawn, slot.is_free(clock.now())) for slot in impact.slots] == [
        (1, False, False), (0, False, True), (0, True, False),
    ]  # fmt: skip
    assert impact.seen == seen + 1


async def test_withdraw__is_written_down_and_seen_as_the_last_change(world, clock):
    ids = await world.publish(3)
    clock.advance(timedelta(hours=1))
    week = await schedule.get_week(world.staff, monday=MONDAY)
    assert (await schedule.withdraw(world.staff, slot_ids=ids[:2], seen=week.seen)).withdrawn == 2
    async with world.database.read() as session:
        *_, change = await session.scalars(select(ScheduleChange).order_by(ScheduleChange.number))
    assert (change.kind, change.slots, change.first_start) == ("withdraw", 2, FIRST_START)
    after = await schedule.get_week(world.staff, monday=MONDAY)
    assert after.last_change == LastChange("Rita Test", clock.now())
    assert [slot.id for slot in after.slots] == ids[2:]


async def test_withdraw__of_nothing_that_is_free__is_no_change(world):
    ids = await world.publish(1)
    await _hold(world)
    week = await schedule.get_week(world.staff, monday=MONDAY)
    assert (await schedule.withdraw(world.staff, slot_ids=ids, seen=week.seen)).withdrawn == 0
    assert (await schedule.get_week(world.staff, monday=MONDAY)).seen == week.seen


async def test_withdraw__after_a_colleague__is_refused_with_who_and_when(world, clock):
    ids = await world.publish(3)
    seen = (await schedule.get_week(world.staff, monday=MONDAY)).seen
    colleague = replace(world.staff, hsa_id="SE2321000016-T002", name="Anna Berg")
    await schedule.withdraw(colleague, slot_ids=ids[1:2], seen=seen)
    with pytest.raises(ScheduleChanged) as refusal:
        await schedule.withdraw(world.staff, slot_ids=ids, seen=seen)
    assert refusal.value.facts == {"changed_by": "Anna Berg", "changed_at": clock.now()}
    left = await schedule.get_week(world.staff, monday=MONDAY)
    assert [slot.id for slot in left.slots] == [ids[0], ids[2]]
    assert (await schedule.withdraw(world.staff, slot_ids=ids, seen=left.seen)).withdrawn == 2


async def test_withdraw__a_change_elsewhere_or_a_booking__stands_in_nobodys_way(world):
    ids = await world.publish(2)
    seen = (await schedule.get_week(world.staff, monday=MONDAY)).seen
    await world.publish(1, start=FIRST_START + timedelta(days=7))
    await _hold(world)
    result = await schedule.withdraw(world.staff, slot_ids=ids, seen=seen)
    assert (result.withdrawn, [slot.held for slot in result.kept]) == (1, [1])


async def test_withdraw__two_at_the_same_moment__one_does_it_and_the_other_hears_of_it(world):
    ids = await world.publish(4)
    seen = (await schedule.get_week(world.staff, monday=MONDAY)).seen
    both = [schedule.withdraw(world.staff, slot_ids=ids, seen=seen) for _ in range(2)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ScheduleChanged", "Withdrawn"]
