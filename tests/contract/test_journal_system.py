"""What every adapter to a clinic's timebook must do. One suite; each timebook is a parameter, ``kind``.

What only one of them can tell is None from the others (``cancel_until``), or not among their capabilities.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta

import pytest

from tests.conftest import TODAY
from tests.connected import ConnectedWorld, build_connected, sharing_clock
from tests.world import FIRST_START, World, build_world, provider_of
from webtidbok_app.db.tables import Clinic
from webtidbok_app.domain.clock import FixedClock, use
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    CannotBeMoved,
    HoldExpired,
    NotFound,
    SlotTaken,
    TooLateToChange,
)
from webtidbok_app.journal.port import BookedTime, BookingDetails, JournalSystem
from webtidbok_app.journal.rivta.clients import close_all
from webtidbok_app.journal.standalone import StandaloneJournal

DAY = date(2026, 12, 1)
SAID = BookingDetails(reason="Ont i knät", interpreter="finska", access_needs="Rullstol", phone="0701740605")


@pytest.fixture(params=["standalone", "rivta"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(autouse=True)
def clock(kind: str, request: pytest.FixtureRequest) -> Iterator[FixedClock]:
    if kind == "standalone":
        with use(FixedClock(TODAY)) as fixed:
            yield fixed
    else:
        with sharing_clock(request.getfixturevalue("reference"), TODAY) as shared:
            yield shared


@pytest.fixture
async def world(
    database, kind: str, clock: FixedClock, request: pytest.FixtureRequest
) -> AsyncIterator[World]:
    if kind == "standalone":
        yield await build_world(database)
    else:
        yield await build_connected(database, request.getfixturevalue("reference"))
        await close_all()


def timebook_of(world: World) -> JournalSystem:
    """Return the timebook of the world's clinic, whatever it is."""
    if isinstance(world, ConnectedWorld):
        return world.journal
    return StandaloneJournal(world.clinic_id, world.database)


@pytest.fixture
def journal(world: World) -> JournalSystem:
    return timebook_of(world)


async def _times(journal: JournalSystem, world: World, who: int = 0) -> list[str]:
    found = await journal.available_timeslots(world.residents[who], world.time_type, DAY, DAY)
    return [slot.id for slot in found]


async def test_time_types__give_the_clinics_rules(journal, world):
    [kind] = await journal.time_types(world.resident)
    assert (kind.id, kind.name.sv) == ("besok", "Besök")
    assert kind.name.en in {"", "Visit"}
    assert kind.length_minutes in {None, 20}


async def test_available_timeslots__are_in_order_of_time(journal, world):
    await world.publish(3)
    found = await journal.available_timeslots(world.resident, world.time_type, DAY, DAY)
    assert [slot.starts_at - FIRST_START for slot in found] == [timedelta(minutes=20 * n) for n in range(3)]


async def test_available_dates__count_the_times_of_each_day(journal, world):
    await world.publish(3)
    await world.publish(2, start=FIRST_START + timedelta(days=2))
    counts = await journal.available_dates(world.resident, world.time_type, DAY, date(2026, 12, 31))
    assert counts == {DAY: 3, date(2026, 12, 3): 2}


async def test_available_timeslots__leave_out_what_has_passed(journal, world, clock: FixedClock):
    await world.publish(3)
    clock.moment = FIRST_START + timedelta(minutes=40)
    assert await _times(journal, world) == []


async def test_available_timeslots__unknown_time_type(journal, world):
    with pytest.raises(NotFound):
        await journal.available_timeslots(world.resident, "finns-inte", DAY, DAY)


async def test_hold__keeps_the_time_from_others_but_not_from_oneself(journal, world):
    await world.publish(1)
    [slot] = await _times(journal, world)
    await journal.hold(world.residents[0], slot)
    assert await _times(journal, world, who=0) == [slot]
    assert await _times(journal, world, who=1) == []
    with pytest.raises(SlotTaken):
        await journal.hold(world.residents[1], slot)


async def test_hold__again_by_the_same_resident_is_the_same_hold(journal, world):
    await world.publish(1)
    [slot] = await _times(journal, world)
    first = await journal.hold(world.resident, slot)
    assert (await journal.hold(world.resident, slot)).id == first.id


async def test_hold__of_another_time_lets_the_first_go(journal, world):
    await world.publish(2)
    one, two = await _times(journal, world)
    await journal.hold(world.resident, one)
    await journal.hold(world.resident, two)
    assert await _times(journal, world, who=1) == [one]


async def test_hold__that_fails_leaves_the_earlier_hold(journal, world):
    await world.publish(2)
    one, two = await _times(journal, world)
    mine = await journal.hold(world.residents[0], one)
    await journal.hold(world.residents[1], two)
    with pytest.raises(SlotTaken):
        await journal.hold(world.residents[0], two)
    current = await journal.current_hold(world.residents[0])
    assert current is not None
    assert current.id == mine.id


async def test_hold__of_something_that_is_no_time(journal, world):
    for forged in ("", "x", "0" * 32, "'; DROP TABLE slot"):
        with pytest.raises(NotFound):
            await journal.hold(world.resident, forged)


async def test_hold__runs_out_and_the_time_is_free_again(journal, world, clock: FixedClock):
    await world.publish(1)
    [slot] = await _times(journal, world)
    hold = await journal.hold(world.residents[0], slot)
    clock.moment = hold.expires_at
    assert await _times(journal, world, who=1) == [slot]
    assert await journal.current_hold(world.residents[0]) is None
    taken = await journal.hold(world.residents[1], slot)
    with pytest.raises(HoldExpired):
        await journal.make_booking(world.residents[0], hold.id, SAID)
    booked = await journal.make_booking(world.residents[1], taken.id, SAID)
    assert booked.starts_at == FIRST_START


async def test_extend_hold__at_most_thirty_minutes(journal, world, clock: FixedClock):
    await world.publish(1)
    [slot] = await _times(journal, world)
    began = clock.now()
    hold = await journal.hold(world.resident, slot)
    for _ in range(4):
        clock.advance(timedelta(minutes=7))
        hold = await journal.extend_hold(world.resident, hold.id)
    assert hold.expires_at == began + timedelta(minutes=30)
    clock.advance(timedelta(minutes=2))
    with pytest.raises(HoldExpired):
        await journal.extend_hold(world.resident, hold.id)


async def test_release_hold__frees_the_time_at_once(journal, world):
    await world.publish(1)
    [slot] = await _times(journal, world)
    hold = await journal.hold(world.residents[0], slot)
    await journal.release_hold(world.residents[1], hold.id)
    assert await _times(journal, world, who=1) == []
    await journal.release_hold(world.residents[0], hold.id)
    await journal.release_hold(world.residents[0], hold.id)
    assert await _times(journal, world, who=1) == [slot]


async def test_make_booking__keeps_what_was_said_and_shows_in_the_schedule(journal, world):
    await world.publish(1)
    [slot] = await _times(journal, world)
    hold = await journal.hold(world.resident, slot)
    booked = await journal.make_booking(world.resident, hold.id, SAID)
    assert (booked.reason, booked.interpreter, booked.access_needs) == ("Ont i knät", "finska", "Rullstol")
    assert await journal.schedule(world.resident) == [booked]
    assert await journal.booking(world.resident, booked.id) == booked
    assert await _times(journal, world, who=1) == []


async def test_make_booking__twice_books_once(journal, world):
    await world.publish(1)
    [slot] = await _times(journal, world)
    hold = await journal.hold(world.resident, slot)
    first = await journal.make_booking(world.resident, hold.id, SAID)
    assert await journal.make_booking(world.resident, hold.id, SAID) == first
    assert len(await journal.schedule(world.resident)) == 1


async def test_make_booking__with_anothers_hold(journal, world):
    await world.publish(1)
    [slot] = await _times(journal, world)
    hold = await journal.hold(world.residents[0], slot)
    for forged in (hold.id, "x", "0" * 32):
        with pytest.raises(HoldExpired):
            await journal.make_booking(world.residents[1], forged, SAID)


async def test_booking__of_another_is_not_found(journal, world):
    await world.publish(1)
    [slot] = await _times(journal, world)
    hold = await journal.hold(world.residents[0], slot)
    booked = await journal.make_booking(world.residents[0], hold.id, SAID)
    with pytest.raises(NotFound):
        await journal.booking(world.residents[1], booked.id)
    with pytest.raises(NotFound):
        await journal.cancel_booking(world.residents[1], booked.id, "")


async def test_cancel_booking__frees_the_time_at_once(journal, world):
    await world.publish(1)
    [slot] = await _times(journal, world)
    hold = await journal.hold(world.residents[0], slot)
    booked = await journal.make_booking(world.residents[0], hold.id, SAID)
    cancelled = await journal.cancel_booking(world.residents[0], booked.id, "Frisk igen")
    assert cancelled.cancelled_at is not None
    assert await journal.schedule(world.residents[0]) == []
    again = await journal.hold(world.residents[1], slot)
    assert (await journal.make_booking(world.residents[1], again.id, SAID)).starts_at == FIRST_START
    with pytest.raises(AlreadyCancelled):
        await journal.cancel_booking(world.residents[0], booked.id, "")


async def test_cancel_booking__after_the_deadline(journal, world, clock: FixedClock):
    await world.publish(1)
    [slot] = await _times(journal, world)
    hold = await journal.hold(world.resident, slot)
    booked = await journal.make_booking(world.resident, hold.id, SAID)
    deadline = FIRST_START - timedelta(hours=24)
    assert booked.cancel_until in {None, deadline}
    clock.moment = deadline + timedelta(seconds=1)
    with pytest.raises(TooLateToChange) as refusal:
        await journal.cancel_booking(world.resident, booked.id, "")
    assert refusal.value.facts["deadline"] == booked.cancel_until
    assert len(await journal.schedule(world.resident)) == 1


async def test_places__as_many_as_published(journal, world):
    await world.publish(1, places=2)
    [slot] = await _times(journal, world)
    for who in (0, 1):
        hold = await journal.hold(world.residents[who], slot)
        await journal.make_booking(world.residents[who], hold.id, SAID)
    with pytest.raises(SlotTaken):
        await journal.hold(world.residents[2], slot)


async def _booked(journal: JournalSystem, world: World, slot: str, who: int = 0) -> BookedTime:
    hold = await journal.hold(world.residents[who], slot)
    return await journal.make_booking(world.residents[who], hold.id, SAID)


async def test_rebook__exchanges_one_time_for_another_with_what_was_said(journal, world):
    await world.publish(2)
    one, two = await _times(journal, world)
    old = await _booked(journal, world, one)
    hold = await journal.hold(world.resident, two)
    assert await _times(journal, world, who=1) == []
    new = await journal.rebook_booking(world.resident, old.id, hold.id)
    assert [time.id for time in await journal.schedule(world.resident)] == [new.id]
    assert (new.starts_at - old.starts_at, new.replaces) == (timedelta(minutes=20), (world.clinic_id, old.id))
    assert (new.reason, new.interpreter, new.access_needs, new.phone) == (
        SAID.reason, SAID.interpreter, SAID.access_needs, SAID.phone,
    )  # fmt: skip
    assert await _times(journal, world, who=1) == [one]
    gone = await journal.booking(world.resident, old.id)
    assert gone.cancelled_at is not None
    assert gone.replaced_by == (world.clinic_id, new.id)
    assert (new.calendar_id, new.calendar_sequence) == (old.calendar_id, old.calendar_sequence + 1)


async def test_rebook__again_is_the_same_exchange(journal, world):
    await world.publish(3)
    one, two, three = await _times(journal, world)
    old = await _booked(journal, world, one)
    hold = await journal.hold(world.resident, two)
    new = await journal.rebook_booking(world.resident, old.id, hold.id)
    assert (await journal.rebook_booking(world.resident, old.id, hold.id)).id == new.id
    other = await journal.hold(world.resident, three)
    with pytest.raises(AlreadyCancelled):
        await journal.rebook_booking(world.resident, old.id, other.id)


async def test_rebook__with_a_hold_that_has_run_out_keeps_the_old_time(journal, world, clock: FixedClock):
    await world.publish(2)
    one, two = await _times(journal, world)
    old = await _booked(journal, world, one)
    hold = await journal.hold(world.resident, two)
    clock.moment = hold.expires_at
    for useless in (hold.id, old.id, "x", "0" * 32):
        with pytest.raises(HoldExpired):
            await journal.rebook_booking(world.resident, old.id, useless)
    assert [time.id for time in await journal.schedule(world.resident)] == [old.id]


async def test_rebook__is_for_the_owner_and_what_stands(journal, world, clock: FixedClock):
    await world.publish(2)
    one, two = await _times(journal, world)
    old = await _booked(journal, world, one)
    hold = await journal.hold(world.residents[1], two)
    with pytest.raises(NotFound):
        await journal.rebook_booking(world.residents[1], old.id, hold.id)
    await journal.release_hold(world.residents[1], hold.id)
    mine = await journal.hold(world.resident, two)
    await journal.cancel_booking(world.resident, old.id, "")
    with pytest.raises(AlreadyCancelled):
        await journal.rebook_booking(world.resident, old.id, mine.id)
    assert await journal.schedule(world.resident) == []


async def test_rebook__too_late(journal, world, clock: FixedClock):
    await world.publish(2)
    one, two = await _times(journal, world)
    old = await _booked(journal, world, one)
    clock.moment = FIRST_START - timedelta(hours=24) + timedelta(seconds=1)
    hold = await journal.hold(world.resident, two)
    with pytest.raises(TooLateToChange):
        await journal.rebook_booking(world.resident, old.id, hold.id)
    assert [time.id for time in await journal.schedule(world.resident)] == [old.id]


async def _next_day(journal: JournalSystem, world: World) -> list[str]:
    day = DAY + timedelta(days=1)
    return [slot.id for slot in await journal.available_timeslots(world.resident, world.time_type, day, day)]


async def _beside(world: World) -> World:
    """Return another clinic with the same timebook and owner, which bookings can be moved to."""
    facts = {"slug": "grannen", "residents": 0, "provider": await provider_of(world)}
    if isinstance(world, ConnectedWorld):
        return await build_connected(world.database, world.reference, **facts)
    other = await build_world(world.database, **facts)
    async with world.database.write() as session:
        (await session.get_one(Clinic, world.clinic_id)).rebook_elsewhere = True
    return other


async def test_rebook__to_another_unit_is_the_same_exchange(journal, world):
    other = await _beside(world)
    assert journal.capabilities.other_units
    await world.publish(1)
    [slot] = await _times(journal, world)
    old = await _booked(journal, world, slot)
    [unit] = await journal.other_units(world.resident, old.id)
    assert unit == (other.clinic_id, other.time_type)
    there = timebook_of(other)
    await other.publish(1, start=FIRST_START + timedelta(days=1))
    [wanted] = await _next_day(there, world)
    hold = await there.hold(world.resident, wanted)
    new = await there.rebook_booking(world.resident, old.id, hold.id, from_clinic=world.clinic_id)
    again = await there.rebook_booking(world.resident, old.id, hold.id, from_clinic=world.clinic_id)
    assert (again.id, new.replaces, new.reason) == (new.id, (world.clinic_id, old.id), SAID.reason)
    assert await journal.schedule(world.resident) == []
    assert [time.id for time in await there.schedule(world.resident)] == [new.id]
    gone = await journal.booking(world.resident, old.id)
    assert (gone.cancelled_at is None, gone.replaced_by) == (False, (other.clinic_id, new.id))
    assert await _times(journal, world, who=1) == [slot]


async def test_rebook__to_a_unit_that_it_cannot_be_moved_to(journal, world):
    other = await _beside(world)
    await other.publish(1)
    there = timebook_of(other)
    [slot] = await _times(there, world)
    old = await _booked(there, world, slot)
    await world.publish(1, start=FIRST_START + timedelta(days=1))
    if isinstance(world, ConnectedWorld):
        world.change(care_provider="SE2321000016-ANNAN")
    assert await there.other_units(world.resident, old.id) == []
    [wanted] = await _next_day(journal, world)
    hold = await journal.hold(world.resident, wanted)
    with pytest.raises(CannotBeMoved):
        await journal.rebook_booking(world.resident, old.id, hold.id, from_clinic=other.clinic_id)
    with pytest.raises(NotFound):
        await there.other_units(world.residents[1], old.id)
    assert [time.id for time in await there.schedule(world.resident)] == [old.id]
    assert await journal.schedule(world.resident) == []
