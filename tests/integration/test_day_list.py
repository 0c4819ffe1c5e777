"""The day list while it is open: true after each change, one reading for all who look at the same day."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.world import FIRST_START, World, build_world
from webtidbok_app.domain.errors import DatabaseBusy, NotAllowed
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live.bus import bus
from webtidbok_app.services import reception
from webtidbok_app.state.staff.day_view import take_in

DAY = day_of(FIRST_START)


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


async def _book(world: World, number: int = 0) -> str:
    journal = StandaloneJournal(world.clinic_id, world.database)
    [slot, *_] = await journal.available_timeslots(world.residents[number], world.time_type, DAY, DAY)
    hold = await journal.hold(world.residents[number], slot.id)
    said = BookingDetails(phone="0701740605")
    return (await journal.make_booking(world.residents[number], hold.id, said)).id


async def _after(following, *, rows: int, cancelled: int = 0):
    """Return the first list that is as it should be; the test fails by its time limit if none ever is."""
    async for found in following:
        if (len(found.rows), sum(row.cancelled for row in found.rows)) == (rows, cancelled):
            return found
    raise AssertionError


async def test_follow__a_booking_and_its_cancelling__come_as_they_happen(world):
    await world.publish(3)
    async with aclosing(reception.follow_day_list(world.staff, day=DAY)) as following:
        await _after(following, rows=0)
        booking_id = await _book(world)
        await _after(following, rows=1)
        await reception.cancel_for_resident(world.staff, booking_id=booking_id, message="")
        await _after(following, rows=1, cancelled=1)


async def test_follow__ten_who_look__make_one_reading_for_each_change(world, database):
    await world.publish(3)
    readings = 0

    def count(*call) -> None:
        nonlocal readings
        readings += "given_name" in call[2]  # whom the list is about

    followers = [reception.follow_day_list(world.staff, day=DAY) for _ in range(10)]
    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    try:
        await asyncio.gather(*(_after(one, rows=0) for one in followers))
        assert readings == 1
        await reception.get_day_list(world.staff, day=DAY)
        assert readings == 1
        version = bus.version(world.clinic_id)
        await _book(world)
        await asyncio.gather(*(_after(one, rows=1) for one in followers))
        assert readings <= 1 + bus.version(world.clinic_id) - version
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", count)
        for one in followers:
            await one.aclose()


async def test_follow__a_database_that_is_out_of_order__is_asked_again_at_the_next_change(world, monkeypatch):
    await world.publish(2)
    read, failures = reception.get_day_list, iter([DatabaseBusy()])

    async def fail_once(*args, **facts):
        if failure := next(failures, None):
            await world.publish(1, start=FIRST_START + timedelta(hours=4))
            raise failure
        return await read(*args, **facts)

    monkeypatch.setattr(reception, "get_day_list", fail_once)
    async with aclosing(reception.follow_day_list(world.staff, day=DAY)) as following:
        await _after(following, rows=0)


async def test_follow__is_for_the_clinics_own_staff(world, database):
    await world.publish(1)
    await _book(world)
    other = await build_world(database, slug="andra-kliniken", residents=0)
    async with aclosing(reception.follow_day_list(other.staff, day=DAY)) as following:
        await _after(following, rows=0)
    with pytest.raises(NotAllowed):
        await anext(reception.follow_day_list(world.resident, day=DAY))


async def test_take_in__what_is_shown_stays_in_its_place_and_new_ones_are_counted(world):
    await world.publish(3)
    booking_id = await _book(world)
    shown = await reception.get_day_list(world.staff, day=DAY)
    await reception.cancel_for_resident(world.staff, booking_id=booking_id, message="")
    await _book(world, 1)
    found = await reception.get_day_list(world.staff, day=DAY)
    merged, waiting = take_in(shown, found)
    assert ([row.booking_id for row in merged.rows], waiting) == ([booking_id], 1)
    assert merged.rows[0].cancelled
    assert take_in(found, found) == (found, 0)
