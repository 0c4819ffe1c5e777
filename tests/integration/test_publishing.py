"""Publishing and withdrawing against real databases, through the staff's use cases."""

import asyncio
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from tests.world import World, build_world
from webtidbok_app.db.engine import set_database
from webtidbok_app.db.tables import AccessLog, Booking, Slot
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.errors import AlreadyCancelled, NotAllowed, NotFound, Overlaps, ScheduleChanged
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import publication, reception, schedule
from webtidbok_app.timebook.pattern import Pattern

DAY = date(2026, 12, 1)


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


@pytest.fixture(autouse=True)
def _use_the_database(database):
    set_database(database)
    yield
    set_database(None)


def _pattern(world: World, **changes) -> Pattern:
    facts = {
        "time_type_id": world.time_type_id,
        "performer_id": world.performer_id,
        "visit_form": VisitForm.ON_SITE,
        "first_day": DAY,
        "last_day": DAY,
        "weekdays": frozenset(range(7)),
        "from_time": time(9),
        "to_time": time(10),
        "length_minutes": 20,
        "places": 1,
    }
    return Pattern(**(facts | changes))


async def _book(world: World) -> str:
    journal = StandaloneJournal(world.clinic_id, world.database)
    [slot, *_] = await journal.available_timeslots(world.resident, world.time_type, DAY, DAY)
    hold = await journal.hold(world.resident, slot.id)
    said = BookingDetails(reason="Hosta", phone="0701740605")
    return (await journal.make_booking(world.resident, hold.id, said)).id


async def test_publish__shows_in_the_week(world):
    published = await publication.publish(world.staff, pattern=_pattern(world))
    week = await schedule.get_week(world.staff, monday=date(2026, 11, 30))
    assert published.count == 3
    assert [slot.time_type for slot in week.slots] == ["Besök"] * 3


async def test_publish__overlap_is_refused_with_the_clashes(world):
    await publication.publish(world.staff, pattern=_pattern(world))
    with pytest.raises(Overlaps) as refusal:
        await publication.publish(
            world.staff, pattern=_pattern(world, from_time=time(9, 50), to_time=time(10, 30))
        )
    [clash] = refusal.value.facts["clashes"]
    assert clash.time_type == "Besök"


async def test_publish__overlap_is_left_out_when_asked(world):
    await publication.publish(world.staff, pattern=_pattern(world))
    wider = _pattern(world, from_time=time(8, 40), to_time=time(10, 20), leave_out_clashes=True)
    assert (await publication.publish(world.staff, pattern=wider)).count == 2


async def test_publish__at_the_same_moment_publishes_once(world):
    attempts = [publication.publish(world.staff, pattern=_pattern(world)) for _ in range(6)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(outcome, Overlaps) for outcome in outcomes) == 5
    async with world.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Slot)) == 3


async def test_publish__a_colleague_changed_those_days_since_the_check__says_who_and_publishes_nothing(
    world, clock
):
    pattern = _pattern(world)
    checked = await publication.preview_publication(world.staff, pattern=pattern)
    clock.advance(timedelta(minutes=3))
    colleague = replace(world.staff, hsa_id="SE2321000016-T002", name="Anna Berg")
    await publication.publish(colleague, pattern=_pattern(world, from_time=time(13), to_time=time(14)))
    with pytest.raises(ScheduleChanged) as refusal:
        await publication.publish(world.staff, pattern=pattern, seen=checked.seen)
    assert refusal.value.facts == {"changed_by": "Anna Berg", "changed_at": clock.now()}
    again = await publication.preview_publication(world.staff, pattern=pattern)
    assert (await publication.publish(world.staff, pattern=pattern, seen=again.seen)).count == 3


async def test_publish__a_change_of_other_days_does_not_stand_in_the_way(world):
    pattern = _pattern(world)
    checked = await publication.preview_publication(world.staff, pattern=pattern)
    next_day = DAY + timedelta(days=1)
    await publication.publish(world.staff, pattern=_pattern(world, first_day=next_day, last_day=next_day))
    assert (await publication.publish(world.staff, pattern=pattern, seen=checked.seen)).count == 3


async def test_publish__for_another_clinics_performer(world, database):
    other = await build_world(database, slug="andra-kliniken", residents=0)
    with pytest.raises(NotFound):
        await publication.publish(other.staff, pattern=_pattern(world))


@pytest.mark.parametrize("role", [Role.REGION_ADMIN])
async def test_schedule__is_for_the_clinics_own_staff(world, role):
    outsider = Staff("SE2321000016-X", "Någon Annan", role, None)
    for actor in (None, world.resident, outsider):
        with pytest.raises(NotAllowed):
            await schedule.get_week(actor, monday=DAY)
        with pytest.raises(NotAllowed):
            await reception.get_day_list(actor, day=DAY)


async def test_withdraw__keeps_what_is_booked_and_says_which(world):
    await publication.publish(world.staff, pattern=_pattern(world))
    await _book(world)
    week = await schedule.get_week(world.staff, monday=date(2026, 11, 30))
    result = await schedule.withdraw(world.staff, slot_ids=[slot.id for slot in week.slots], seen=week.seen)
    assert result.withdrawn == 2
    assert [slot.initials for slot in result.kept] == [["A. A."]]
    left = await schedule.get_week(world.staff, monday=date(2026, 11, 30))
    assert [slot.id for slot in left.slots] == [slot.id for slot in result.kept]


async def test_withdraw__another_clinics_times_are_not_touched(world, database):
    await publication.publish(world.staff, pattern=_pattern(world))
    other = await build_world(database, slug="andra-kliniken", residents=0)
    week = await schedule.get_week(world.staff, monday=date(2026, 11, 30))
    stolen = await schedule.withdraw(other.staff, slot_ids=[slot.id for slot in week.slots], seen=week.seen)
    assert stolen.withdrawn == 0


async def test_day_list__masks_names_and_opening_is_logged(world):
    await publication.publish(world.staff, pattern=_pattern(world))
    booking_id = await _book(world)
    [row] = (await reception.get_day_list(world.staff, day=DAY)).rows
    assert (row.booking_id, row.masked_name) == (booking_id, "A. A.")
    opened = await reception.open_booking(world.staff, booking_id=booking_id)
    assert (opened.name, opened.reason) == ("Alva Almgren", "Hosta")
    async with world.database.read() as session:
        [line] = await session.scalars(select(AccessLog).where(AccessLog.action == "open_booking"))
    assert (line.actor_id, line.person_id, line.booking_id) == (
        world.staff.hsa_id, world.resident.person_id, booking_id,
    )  # fmt: skip


async def test_open_booking__of_another_clinic_is_not_found(world, database):
    await publication.publish(world.staff, pattern=_pattern(world))
    booking_id = await _book(world)
    other = await build_world(database, slug="andra-kliniken", residents=0)
    for forged in (booking_id, "x", "0" * 32):
        with pytest.raises(NotFound):
            await reception.open_booking(other.staff, booking_id=forged)
        with pytest.raises(NotFound):
            await reception.cancel_for_resident(other.staff, booking_id=forged, message="")


async def test_cancel_for_resident__frees_the_time_and_keeps_the_message(world):
    await publication.publish(world.staff, pattern=_pattern(world))
    booking_id = await _book(world)
    cancelled = await reception.cancel_for_resident(
        world.staff, booking_id=booking_id, message="Läkaren är sjuk"
    )
    assert (cancelled.cancelled_by, cancelled.cancel_message) == (world.staff.hsa_id, "Läkaren är sjuk")
    with pytest.raises(AlreadyCancelled):
        await reception.cancel_for_resident(world.staff, booking_id=booking_id, message="")
    async with world.database.read() as session:
        [booking] = await session.scalars(select(Booking))
    assert booking.status == "cancelled"
