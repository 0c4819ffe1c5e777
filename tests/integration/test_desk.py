"""Staff book for a resident: whom, at what time, beyond a time's places, and in exchange for another."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import AccessLog, Booking, MessageChoice, OutboxMessage, TimeType
from webtidbok_app.domain.actor import Resident, Role
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    InvalidInput,
    NoMoreExtras,
    NotAllowed,
    NotFound,
    SlotTaken,
    SlotWithdrawn,
)
from webtidbok_app.domain.message import Channel, MessageKind
from webtidbok_app.domain.reserve_number import ReserveNumber
from webtidbok_app.domain.visit import Bookable, BookingStatus
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import desk_booking, desk_check, desk_times, messages, notices, reception
from webtidbok_app.services.desk_booking import DeskBooking, Said
from webtidbok_app.services.desk_people import (
    SearchPurpose,
    find_person,
    find_without_number,
    register_person,
    register_without_number,
)
from webtidbok_app.services.notices import Scope

BORN = date(1991, 5, 4)
NEWCOMER = "19900930-2382"


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=5)


def journal_of(world: World) -> StandaloneJournal:
    return StandaloneJournal(world.clinic_id, world.database)


async def left(world: World, resident: Resident) -> dict[UUID, int]:
    day = FIRST_START.date()
    slots = await journal_of(world).available_timeslots(resident, world.time_type, day, day)
    return {UUID(slot.id): slot.places_left for slot in slots}


async def book(
    world: World,
    resident: Resident,
    slot: UUID,
    *,
    booking_id: UUID | None = None,
    extra: bool = False,
    said: Said | None = None,
) -> DeskBooking:
    return await desk_booking.book_for_resident(
        world.staff, person_id=resident.person_id, slot_id=slot, booking_id=booking_id or uuid4(),
        said=said or Said(), extra=extra,
    )  # fmt: skip


async def rows(world: World, table: Any, **values: object) -> list[Any]:
    async with world.database.read() as session:
        found = await session.scalars(
            select(table).where(*(col(getattr(table, name)) == value for name, value in values.items()))
        )
        return list(found.all())


async def cancel(world: World, booked: DeskBooking) -> None:
    await reception.cancel_for_resident(world.staff, booking_id=booked.booking_id, message="")


async def test_find__by_number__is_logged_with_its_purpose(world):
    resident = world.resident
    found = await find_person(world.staff, number=str(resident.number), purpose=SearchPurpose.BOOK)
    assert found
    assert (found.id, found.name, found.number) == (resident.person_id, resident.name, resident.number)
    assert await find_person(world.staff, number=NEWCOMER, purpose=SearchPurpose.CHANGE) is None
    logged = await rows(world, AccessLog)
    assert {(line.action, line.person_id) for line in logged} == {
        ("search_to_book", resident.person_id),
        ("search_to_change", None),
    }


@pytest.mark.parametrize(("number", "code"), [("", "number_missing"), ("19840312-9808", "number")])
async def test_find__what_is_no_number(world, number, code):
    with pytest.raises(InvalidInput) as refusal:
        await find_person(world.staff, number=number, purpose=SearchPurpose.BOOK)
    assert refusal.value.problems == {"number": code}


async def test_desk__is_for_staff_of_the_clinic(world):
    with pytest.raises(NotAllowed):
        await find_person(world.resident, number=NEWCOMER, purpose=SearchPurpose.BOOK)
    with pytest.raises(NotAllowed):
        await desk_times.list_times(None, first=FIRST_START.date())


async def test_register__by_number__once(world):
    registering = [
        register_person(world.staff, number=NEWCOMER, given_name="Nya", family_name="Namn") for _ in range(2)
    ]
    one, other = await asyncio.gather(*registering)
    assert one.id == other.id
    assert one.name == "Nya Namn"
    again = await register_person(world.staff, number=NEWCOMER, given_name="Fel", family_name="Namn")
    assert again.name == "Nya Namn"


async def test_register__names_are_asked_for(world):
    with pytest.raises(InvalidInput) as refusal:
        await register_person(world.staff, number=NEWCOMER, given_name=" ", family_name="x" * 81)
    assert refusal.value.problems == {"given_name": "given_name_missing", "family_name": "too_long"}


async def test_without_number__gets_a_reserve_number__and_is_found_again(world):
    facts = {"born": BORN, "given_name": "Ines", "family_name": "Okänd"}
    registering = [register_without_number(world.staff, **facts) for _ in range(2)]
    one, other = await asyncio.gather(*registering)
    assert one.id == other.id
    assert isinstance(one.number, ReserveNumber)
    by_number = await find_person(world.staff, number=str(one.number), purpose=SearchPurpose.BOOK)
    [by_birth] = await find_without_number(world.staff, born=BORN, name="okä in", purpose=SearchPurpose.BOOK)
    assert by_number == by_birth == one
    assert await find_without_number(world.staff, born=BORN, name="Karl", purpose=SearchPurpose.BOOK) == []
    twin = await register_without_number(world.staff, **facts, another=True)
    assert twin.id != one.id
    assert twin.number != one.number


async def test_without_number__is_known_at_the_clinic_alone(world):
    made = await register_without_number(world.staff, born=BORN, given_name="Ines", family_name="Okänd")
    other = await build_world(world.database, residents=0, slug="annan")
    assert await find_person(other.staff, number=str(made.number), purpose=SearchPurpose.BOOK) is None
    assert await find_without_number(other.staff, born=BORN, name="", purpose=SearchPurpose.BOOK) == []


async def test_without_number__is_booked_for_and_opened(world):
    [slot] = await world.publish()
    made = await register_without_number(world.staff, born=BORN, given_name="Ines", family_name="Okänd")
    booked = await desk_booking.book_for_resident(
        world.staff, person_id=made.id, slot_id=slot, booking_id=uuid4(), said=Said()
    )
    opened = await reception.open_booking(world.staff, booking_id=booked.booking_id)
    assert (opened.name, opened.personal_number) == ("Ines Okänd", str(made.number))


async def test_book__once_however_often_it_is_pressed__and_told(world):
    [slot] = await world.publish(places=3)
    said = Said(reason="Sår", phone="070-174 06 05", messages="sms")
    booking = uuid4()
    pressed = [book(world, world.resident, slot, booking_id=booking, said=said) for _ in range(3)]
    answers = await asyncio.gather(*pressed)
    assert {one.booking_id for one in answers} == {booking.hex}
    assert answers[0].told
    [row] = await rows(world, Booking)
    assert (row.status, row.reason, row.phone) == (BookingStatus.BOOKED, "Sår", "0701740605")
    [choice] = await rows(world, MessageChoice)
    assert (choice.channel, choice.address) == (Channel.SMS, "+46701740605")
    assert {one.kind for one in await rows(world, OutboxMessage)} == {
        MessageKind.BOOKED,
        MessageKind.REMINDER,
    }
    assert len(await rows(world, AccessLog, action="book_for_resident")) == 3
    [mine] = await journal_of(world).schedule(world.resident)
    assert mine.id == booking.hex


async def test_book__who_has_chosen_messages_keeps_their_choice(world):
    async with world.database.write() as session:
        session.add(
            MessageChoice(person_id=world.resident.person_id, channel=Channel.EMAIL, address="a@b.se")
        )
    [slot] = await world.publish()
    await book(world, world.resident, slot, said=Said(phone="0701740605", messages="sms"))
    [choice] = await rows(world, MessageChoice)
    assert (choice.channel, choice.address) == (Channel.EMAIL, "a@b.se")


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        (Said(reason="x" * 151), {"reason": "reason_too_long"}),
        (Said(phone="12", messages="sms"), {"phone": "mobile_needed"}),
        (Said(phone="12"), {"phone": "phone"}),
        (Said(email="a@", messages="email"), {"email": "email_needed"}),
        (Said(messages="pigeon"), {"messages": "messages"}),
    ],
)
async def test_book__what_is_typed_wrong(world, said, problems):
    [slot] = await world.publish()
    with pytest.raises(InvalidInput) as refusal:
        await book(world, world.resident, slot, said=said)
    assert refusal.value.problems == problems
    assert await rows(world, Booking) == []


async def test_book__rules_warn__and_staff_decide(world, clock):
    [slot] = await world.publish()
    async with world.database.write() as session:
        kind = await session.get_one(TimeType, (world.clinic_id, world.time_type_id))
        kind.min_age, kind.bookable = 120, Bookable.INVITATION
    clock.moment = FIRST_START - timedelta(minutes=5)
    check = await desk_check.weigh(world.staff, person_id=world.resident.person_id, slot_id=slot)
    assert check.warnings == ["notice", "too_young", "invited_only"]
    clock.moment = FIRST_START + timedelta(minutes=19)
    check = await desk_check.weigh(world.staff, person_id=world.resident.person_id, slot_id=slot)
    assert check.warnings == ["begun", "too_young", "invited_only"]
    assert not (await book(world, world.resident, slot)).told
    clock.moment = FIRST_START + timedelta(minutes=20)
    with pytest.raises(SlotWithdrawn):
        await book(world, world.residents[1], slot)


async def test_book__what_the_resident_holds_themselves_is_theirs(world):
    [slot] = await world.publish()
    held = await journal_of(world).hold(world.resident, slot.hex)
    with pytest.raises(SlotTaken):
        await book(world, world.residents[1], slot)
    await book(world, world.resident, slot)
    [row] = await rows(world, Booking)
    assert row.id.hex != held.id
    assert row.status == BookingStatus.BOOKED


async def test_extra__two_more_than_its_places__and_residents_see_none_left(world):
    [slot] = await world.publish()
    people = world.residents
    booked = [await book(world, people[0], slot)]
    with pytest.raises(SlotTaken):
        await book(world, people[1], slot)
    booked += [await book(world, one, slot, extra=True) for one in people[1:3]]
    with pytest.raises(NoMoreExtras) as refusal:
        await book(world, people[3], slot, extra=True)
    assert refusal.value.facts == {"most": 2}
    for done in booked[:-1]:
        assert await left(world, people[4]) == {}
        await cancel(world, done)
    assert await left(world, people[4]) == {}  # the one that is left is an extra, and takes the place
    with pytest.raises(SlotTaken):
        await journal_of(world).hold(people[4], slot.hex)
    await cancel(world, booked[-1])
    assert await left(world, people[4]) == {slot: 1}


async def test_extra__a_place_that_comes_back_is_had_by_one(world):
    """Three places and two extras: with three bookings gone there is one place, however many want it at once."""
    [slot] = await world.publish(places=3)
    people = world.residents
    booked = [await book(world, one, slot, extra=True) for one in people]
    for done in booked[:3]:
        await cancel(world, done)
    assert await left(world, people[0]) == {slot: 1}
    wanting = [journal_of(world).hold(one, slot.hex) for one in people[:3]]
    answers = await asyncio.gather(*wanting, return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["Hold", "SlotTaken", "SlotTaken"]


async def test_extra__at_the_same_moment_as_residents_choose(world):
    [slot] = await world.publish()
    people = world.residents
    wanting = [
        *(journal_of(world).hold(one, slot.hex) for one in people[:2]),
        *(book(world, one, slot, extra=True) for one in people[2:]),
    ]
    answers = await asyncio.gather(*wanting, return_exceptions=True)
    done = [one for one in answers if not isinstance(one, Exception)]
    assert len(done) <= 3
    assert sum(isinstance(one, DeskBooking) for one in done) >= 2
    assert await left(world, people[4]) == {}
    assert {row.place for row in await rows(world, Booking)} <= {1, 2, 3}


async def test_rebook__is_one_exchange__seen_and_told(world):
    first, second = await world.publish(2)
    said = Said(reason="Sår", phone="0701740605")
    old = await book(world, world.resident, first, said=said)
    new = uuid4()
    change = {"old_id": UUID(old.booking_id), "slot_id": second, "booking_id": new}
    answers = await asyncio.gather(
        *(desk_booking.rebook_for_resident(world.staff, **change) for _ in range(2))
    )
    assert {one.booking_id for one in answers} == {new.hex}
    mine = await journal_of(world).booking(world.resident, new.hex)
    assert mine.replaces
    assert (mine.replaces.id, mine.reason, mine.phone) == (old.booking_id, "Sår", "0701740605")
    before = await reception.open_booking(world.staff, booking_id=old.booking_id)
    assert (before.status, before.cancelled_by) == (BookingStatus.CANCELLED, world.staff.hsa_id)
    assert before.rebooked_to == FIRST_START + timedelta(minutes=20)
    kinds = [one.kind for one in await rows(world, OutboxMessage, booking_id=new)]
    assert MessageKind.REBOOKED in kinds
    assert await left(world, world.residents[1]) == {first: 1}


async def test_rebook__nothing_is_half_done(world):
    first, second = await world.publish(2)
    old = await book(world, world.resident, first)
    await book(world, world.residents[1], second)
    change = {"old_id": UUID(old.booking_id), "booking_id": uuid4()}
    with pytest.raises(SlotTaken):
        await desk_booking.rebook_for_resident(world.staff, slot_id=second, **change)
    with pytest.raises(SlotTaken):
        await desk_booking.rebook_for_resident(world.staff, slot_id=first, **change)
    [still] = await journal_of(world).schedule(world.resident)
    assert still.id == old.booking_id
    await cancel(world, old)
    with pytest.raises(AlreadyCancelled):
        await desk_booking.rebook_for_resident(world.staff, slot_id=second, extra=True, **change)
    with pytest.raises(AlreadyCancelled):
        await desk_booking.open_to_rebook(world.staff, booking_id=old.booking_id)


async def test_rebook__a_visit_that_has_begun_is_not_exchanged(world, clock):
    first, second = await world.publish(2)
    old = await book(world, world.resident, first)
    clock.advance(FIRST_START - clock.now())
    with pytest.raises(SlotWithdrawn):
        await desk_booking.rebook_for_resident(
            world.staff, old_id=UUID(old.booking_id), slot_id=second, booking_id=uuid4()
        )
    assert [one.status for one in await rows(world, Booking)] == [BookingStatus.BOOKED]


async def test_book__who_has_turned_messages_off_is_left_in_peace(world):
    [slot_id] = await world.publish(1)
    await messages.stop(world.resident)
    said = Said(phone="0701740605", messages="sms")
    made = await book(world, world.resident, slot_id, said=said)
    [choice] = await rows(world, MessageChoice)
    assert (made.told, choice.channel) == (False, None)


async def test_rebook__another_clinics_booking_is_not_to_be_found(world):
    first, second = await world.publish(2)
    old = await book(world, world.resident, first)
    other = await build_world(world.database, residents=0, slug="annan")
    with pytest.raises(NotFound):
        await desk_booking.rebook_for_resident(
            other.staff, old_id=UUID(old.booking_id), slot_id=second, booking_id=uuid4()
        )
    with pytest.raises(NotFound):
        await desk_booking.open_to_rebook(other.staff, booking_id=old.booking_id)


async def test_times__free_and_full__by_type_and_performer(world):
    first, second = await world.publish(2)
    await book(world, world.resident, first)
    found = await desk_times.list_times(world.staff, first=FIRST_START.date())
    assert ([one.id for one in found.free], [one.id for one in found.full]) == ([second], [first])
    assert found.time_types == [(world.time_type_id, "Besök")]
    narrowed = await desk_times.list_times(world.staff, first=FIRST_START.date(), performer=uuid4())
    assert (narrowed.free, narrowed.full) == ([], [])


async def test_times__today_for_who_stands_here(world, clock):
    clock.moment = datetime(2026, 12, 1, 8, 10, tzinfo=UTC)
    begun, coming = await world.publish(2)
    [tomorrow] = await world.publish(start=FIRST_START + timedelta(days=1))
    found = await desk_times.list_times(world.staff, first=FIRST_START.date(), only_first_day=True)
    assert [one.id for one in found.free] == [begun, coming]
    assert tomorrow not in {one.id for one in found.full}


async def test_weigh__a_stop_and_as_many_as_one_can_have_are_told(world):
    first, second = await world.publish(2)
    async with world.database.write() as session:
        kind = await session.get_one(TimeType, (world.clinic_id, world.time_type_id))
        kind.max_active = 1
    booked = await book(world, world.resident, first)
    asked = {"person_id": world.resident.person_id, "slot_id": second}
    check = await desk_check.weigh(world.staff, **asked)
    assert (check.warnings, check.facts["most"]) == (["too_many"], 1)
    assert (await desk_check.weigh(world.staff, **asked, but_not=UUID(booked.booking_id))).warnings == []
    await notices.stop_booking(replace(world.staff, role=Role.CLINIC_ADMIN), scope=Scope())
    assert (await desk_check.weigh(world.staff, **asked)).warnings == ["stopped", "too_many"]


async def test_weigh__who_has_a_time_then_is_told(world):
    [slot] = await world.publish(places=2)
    booked = await book(world, world.resident, slot)
    asked = {"person_id": world.resident.person_id, "slot_id": slot}
    assert (await desk_check.weigh(world.staff, **asked)).warnings == ["overlaps"]
    assert (await desk_check.weigh(world.staff, **asked, but_not=UUID(booked.booking_id))).warnings == []
