"""The quick search: one person's bookings at this clinic and no other, logged whatever it finds."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import AccessLog, Person
from webtidbok_app.domain.errors import NotAllowed, NotFound
from webtidbok_app.domain.ids import with_check_digit
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import reception
from webtidbok_app.services.find_bookings import LOOKS_BACK, find_bookings, find_case

DAY = day_of(FIRST_START)
NOBODY = with_check_digit("19800101982")


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


async def _book(world: World) -> str:
    journal = StandaloneJournal(world.clinic_id, world.database)
    last = DAY + timedelta(days=30)
    [slot, *_] = await journal.available_timeslots(world.resident, world.time_type, DAY, last)
    hold = await journal.hold(world.resident, slot.id)
    return (await journal.make_booking(world.resident, hold.id, BookingDetails(phone="0701740605"))).id


async def _logged(world: World) -> list[AccessLog]:
    async with world.database.read() as session:
        found = await session.scalars(select(AccessLog).where(AccessLog.action == "search_person"))
        return list(found)


async def test_find__coming_first_then_the_past_year__cancelled_ones_too(world, clock):
    await world.publish(1)
    await world.publish(2, start=FIRST_START + timedelta(days=7))
    first, second, third = [await _book(world) for _ in range(3)]
    await reception.cancel_for_resident(world.staff, booking_id=third, message="")
    clock.moment = FIRST_START + timedelta(days=1)
    found = await find_bookings(world.staff, number=world.resident.number)
    assert [row.booking_id for row in found.coming] == [second, third]
    assert [row.booking_id for row in found.past] == [first]
    assert [row.cancelled for row in found.coming] == [False, True]
    assert (found.name, found.protected) == (world.resident.name, False)
    [line] = await _logged(world)
    assert (line.actor_id, line.person_id, line.clinic_id) == (
        world.staff.hsa_id, world.resident.person_id, world.clinic_id,
    )  # fmt: skip


async def test_find__looks_a_year_back_and_no_further(world, clock):
    await world.publish(1)
    await _book(world)
    clock.moment = FIRST_START + LOOKS_BACK
    assert (await find_bookings(world.staff, number=world.resident.number)).past
    clock.moment = FIRST_START + LOOKS_BACK + timedelta(days=1)
    with pytest.raises(NotFound):
        await find_bookings(world.staff, number=world.resident.number)


async def test_find__a_hold_is_no_booking(world):
    await world.publish(1)
    journal = StandaloneJournal(world.clinic_id, world.database)
    [slot] = await journal.available_timeslots(world.resident, world.time_type, DAY, DAY)
    await journal.hold(world.resident, slot.id)
    with pytest.raises(NotFound):
        await find_bookings(world.staff, number=world.resident.number)


async def test_find__other_clinics_bookings__are_as_unknown_as_a_stranger_but_the_search_is_logged(
    world, database
):
    await world.publish(1)
    await _book(world)
    other = await build_world(database, slug="andra-kliniken", residents=0)
    for number in (world.resident.number, NOBODY):
        with pytest.raises(NotFound):
            await find_bookings(other.staff, number=number)
    lines = await _logged(world)
    assert {line.person_id for line in lines} == {world.resident.person_id, None}
    assert {line.clinic_id for line in lines} == {other.clinic_id}


async def test_find__a_protected_identity__is_not_named(world):
    await world.publish(1)
    await _book(world)
    async with world.database.write() as session:
        (await session.get_one(Person, world.resident.person_id)).protected = True
    found = await find_bookings(world.staff, number=world.resident.number)
    assert (found.name, found.protected) == (reception.PROTECTED, True)
    assert [row.masked_name for row in found.coming] == [reception.PROTECTED]


async def test_find__is_for_staff_of_a_clinic(world):
    with pytest.raises(NotAllowed):
        await find_bookings(world.resident, number=world.resident.number)
    with pytest.raises(NotAllowed):
        await find_case(world.resident, number="2026-0001")


async def test_find_case__there_is_none__is_not_found(world):
    with pytest.raises(NotFound):
        await find_case(world.staff, number="2026-0001")
