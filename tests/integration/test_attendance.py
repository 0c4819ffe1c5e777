"""Marking who has come: the rules at their borders, two who mark at once, and who may."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import AccessLog
from webtidbok_app.domain.errors import AlreadyCancelled, NotAllowed, NotFound, StaleVersion, TooEarly
from webtidbok_app.domain.swedish_time import day_of, start_of_day
from webtidbok_app.domain.visit import Attendance
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import reception
from webtidbok_app.services.attendance import Mark, mark_attendance

DAY = day_of(FIRST_START)
ARRIVED, NO_SHOW = Attendance.ARRIVED, Attendance.NO_SHOW


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


@pytest.fixture
async def booking_id(world) -> str:
    await world.publish(2)
    journal = StandaloneJournal(world.clinic_id, world.database)
    [slot, *_] = await journal.available_timeslots(world.resident, world.time_type, DAY, DAY)
    hold = await journal.hold(world.resident, slot.id)
    return (await journal.make_booking(world.resident, hold.id, BookingDetails(phone="0701740605"))).id


async def _mark(world: World, booking_id: str, wanted, seen=None) -> Mark:
    return await mark_attendance(world.staff, booking_id=booking_id, attendance=wanted, seen=seen)


async def test_mark__arrived__stands_in_the_list_with_when_and_who_and_is_logged(world, booking_id, clock):
    clock.moment = FIRST_START - timedelta(minutes=7)
    assert await _mark(world, booking_id, ARRIVED) == Mark(ARRIVED, clock.moment, world.staff.name)
    [row] = (await reception.get_day_list(world.staff, day=DAY)).rows
    assert (row.attendance, row.attendance_at) == (ARRIVED, clock.moment)
    opened = await reception.open_booking(world.staff, booking_id=booking_id)
    assert (opened.attendance, opened.attendance_by) == (ARRIVED, world.staff.name)
    assert await _mark(world, booking_id, None, seen=ARRIVED) == Mark()
    async with world.database.read() as session:
        logged = (await session.scalars(select(AccessLog).order_by(AccessLog.at))).all()
    about = {(line.action, line.booking_id, line.person_id) for line in logged}
    person_id = world.resident.person_id
    assert {("mark_arrived", booking_id, person_id), ("unmark", booking_id, person_id)} <= about


@pytest.mark.parametrize(
    ("wanted", "earliest"), [(ARRIVED, start_of_day(DAY)), (NO_SHOW, FIRST_START)], ids=["arrived", "no show"]
)
async def test_mark__too_early__is_refused_to_the_second(world, booking_id, clock, wanted, earliest):
    clock.moment = earliest - timedelta(seconds=1)
    with pytest.raises(TooEarly) as refused:
        await _mark(world, booking_id, wanted)
    assert refused.value.facts == {"earliest": earliest}
    clock.moment = earliest
    assert (await _mark(world, booking_id, wanted)).attendance == wanted


async def test_mark__the_same_by_two__keeps_the_first(world, booking_id, clock):
    clock.moment = FIRST_START
    first = await _mark(world, booking_id, ARRIVED)
    clock.advance(timedelta(minutes=1))
    assert await _mark(world, booking_id, ARRIVED) == first


async def test_mark__otherwise_than_a_colleague__is_refused_and_theirs_stands(world, booking_id, clock):
    clock.moment = FIRST_START
    await _mark(world, booking_id, ARRIVED)
    with pytest.raises(StaleVersion):
        await _mark(world, booking_id, NO_SHOW)
    [row] = (await reception.get_day_list(world.staff, day=DAY)).rows
    assert row.attendance == ARRIVED
    assert (await _mark(world, booking_id, NO_SHOW, seen=ARRIVED)).attendance == NO_SHOW


async def test_mark__a_cancelled_booking__is_refused(world, booking_id, clock):
    clock.moment = FIRST_START
    await reception.cancel_for_resident(world.staff, booking_id=booking_id, message="")
    with pytest.raises(AlreadyCancelled):
        await _mark(world, booking_id, NO_SHOW)


async def test_mark__is_for_the_clinics_own_staff(world, booking_id, database, clock):
    clock.moment = FIRST_START
    other = await build_world(database, slug="andra-kliniken", residents=0)
    for forged in (booking_id, "x", "0" * 32):
        with pytest.raises(NotFound):
            await _mark(other, forged, ARRIVED)
    with pytest.raises(NotAllowed):
        await mark_attendance(world.resident, booking_id=booking_id, attendance=ARRIVED, seen=None)


async def test_note_printing__is_logged_and_for_staff(world):
    assert await reception.note_printing(world.staff) == world.staff
    async with world.database.read() as session:
        [line] = await session.scalars(select(AccessLog).where(AccessLog.action == "print_day_list"))
    assert (line.actor_id, line.clinic_id) == (world.staff.hsa_id, world.clinic_id)
    with pytest.raises(NotAllowed):
        await reception.note_printing(world.resident)
