"""Times held as an answer: nobody else can have them, one tap books, and the rest are free again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.integration.test_requests import CHANGE, mine, second, send
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import Booking, Invitation, OutboxMessage
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    CaseEnded,
    CaseTaken,
    HoldExpired,
    InvalidInput,
    NotFound,
    SlotTaken,
    SlotWithdrawn,
    StaleVersion,
)
from webtidbok_app.domain.message import MessageKind
from webtidbok_app.domain.request import CaseStatus, OfferStatus
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import inbox, my_cases, offers, requests
from webtidbok_app.services.inbox import StaffCase
from webtidbok_app.timebook import publishing


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=4)


def journal_of(world: World) -> StandaloneJournal:
    return StandaloneJournal(world.clinic_id, world.database)


async def free(world: World, resident: Resident) -> set[UUID]:
    day = FIRST_START.date()
    slots = await journal_of(world).available_timeslots(resident, world.time_type, day, day)
    return {UUID(slot.id) for slot in slots}


async def offer(
    world: World, case: str, slots: list[UUID], *, hours: int = 24, text: str = "Passar det?"
) -> StaffCase:
    opened = await inbox.open_case(world.staff, case_id=case)
    await offers.offer_times(
        world.staff, case_id=case, version=opened.version, text=text, slot_ids=slots, hours=hours
    )
    return await inbox.open_case(world.staff, case_id=case)


async def bookings_of(world: World, resident: Resident) -> list[Booking]:
    async with world.database.read() as session:
        found = await session.scalars(
            select(Booking)
            .where(col(Booking.person_id) == resident.person_id)
            .order_by(col(Booking.starts_at))
        )
        return list(found)


async def test_offered_times__are_nobodys_to_choose__not_even_the_residents_own(world, clock):
    slots = await world.publish(4)
    case = await send(world)
    shown = await offer(world, case, slots[:3])
    assert await free(world, world.residents[1]) == await free(world, world.resident) == {slots[3]}
    with pytest.raises(SlotTaken):
        await journal_of(world).hold(world.residents[1], slots[0].hex)
    held = shown.case.offer
    assert held is not None
    assert held.stands_until == clock.now() + timedelta(hours=24)
    assert [time.starts_at for time in held.times] == [
        FIRST_START + timedelta(minutes=20 * n) for n in range(3)
    ]
    assert shown.case.status == CaseStatus.ANSWERED
    assert shown.assigned_to == world.staff.hsa_id
    assert (await mine(world, case)).case.offer == held


async def test_taken__books_one__and_lets_the_others_go(world):
    slots = await world.publish(3)
    case = await send(world)
    shown = await offer(world, case, slots)
    chosen = shown.case.offer.times[1].id
    where = {"clinic": world.clinic, "case": case}
    booked = await offers.take_time(world.resident, **where, time=chosen)
    assert booked == chosen == await offers.take_time(world.resident, **where, time=chosen), "twice is once"
    assert await free(world, world.residents[1]) == {slots[0], slots[2]}
    [booking] = await bookings_of(world, world.resident)
    assert (booking.slot_id, booking.status, booking.reason) == (slots[1], BookingStatus.BOOKED, "Ont i knät")
    assert booking.phone == "0701740605"
    after = (await mine(world, case)).case
    assert (after.status, after.offer.status, after.offer.booking_id) == (
        CaseStatus.CLOSED,
        OfferStatus.ACCEPTED,
        booked,
    )
    with pytest.raises(HoldExpired):
        await offers.take_time(world.resident, **where, time=shown.case.offer.times[0].id)
    [time] = await journal_of(world).schedule(world.resident)
    assert time.id == booked
    async with world.database.read() as session:
        kinds = sorted(await session.scalars(select(col(OutboxMessage.kind))))
    assert kinds == [MessageKind.BOOKED, MessageKind.OFFERED, MessageKind.REMINDER]


async def test_two_taps_at_once__on_two_times__book_one(world):
    slots = await world.publish(2)
    case = await send(world)
    shown = await offer(world, case, slots)
    where = {"clinic": world.clinic, "case": case}
    answers = await asyncio.gather(
        *(offers.take_time(world.resident, **where, time=time.id) for time in shown.case.offer.times),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["HoldExpired", "str"]
    assert [one.status for one in await bookings_of(world, world.resident)] == [BookingStatus.BOOKED]


async def test_run_out__the_times_are_anybodys__and_nothing_is_booked(world, clock):
    slots = await world.publish(2)
    case = await send(world)
    shown = await offer(world, case, slots, hours=4)
    clock.advance(timedelta(hours=4))
    assert await free(world, world.residents[1]) == set(slots)
    with pytest.raises(HoldExpired):
        await offers.take_time(
            world.resident, clinic=world.clinic, case=case, time=shown.case.offer.times[0].id
        )
    hold = await journal_of(world).hold(world.residents[1], slots[0].hex)
    await journal_of(world).make_booking(world.residents[1], hold.id, BookingDetails())
    assert not (await mine(world, case)).case.offer.stands(clock.now())


async def test_offer__never_outlives_its_first_time(world, clock):
    slots = await world.publish(1, start=clock.now() + timedelta(hours=10))
    shown = await offer(world, await send(world), slots, hours=72)
    assert shown.case.offer.stands_until == clock.now() + timedelta(hours=9), "an hour's notice"


async def test_declined__they_are_free__and_staff_have_it_to_read(world):
    slots = await world.publish(2)
    case = await send(world)
    await offer(world, case, slots)
    for _ in range(2):
        await offers.decline_offer(world.resident, clinic=world.clinic, case=case)
    assert await free(world, world.residents[1]) == set(slots)
    after = (await mine(world, case)).case
    assert (after.status, after.offer.status) == (CaseStatus.SENT, OfferStatus.DECLINED)


@pytest.mark.parametrize("how", ["withdraw", "take_back", "close", "answer_and_close"])
async def test_ended_otherwise__the_times_are_free(world, how):
    slots = await world.publish(2)
    case = await send(world)
    shown = await offer(world, case, slots)
    acts = {
        "withdraw": lambda: offers.withdraw_offer(world.staff, case_id=case),
        "take_back": lambda: my_cases.withdraw_case(world.resident, clinic=world.clinic, case=case),
        "close": lambda: inbox.close_case(world.staff, case_id=case, version=shown.version),
        "answer_and_close": lambda: inbox.answer_case(
            world.staff, case_id=case, version=shown.version, text="Vi ses inte", close=True
        ),
    }
    await acts[how]()
    assert await free(world, world.residents[1]) == set(slots)
    with pytest.raises(HoldExpired):
        await offers.take_time(
            world.resident, clinic=world.clinic, case=case, time=shown.case.offer.times[0].id
        )


async def test_new_offer__lets_the_older_go__and_can_have_its_times(world):
    slots = await world.publish(3)
    case = await send(world)
    await offer(world, case, slots[:2])
    shown = await offer(world, case, slots[1:], text="")
    assert await free(world, world.residents[1]) == {slots[0]}
    assert [time.starts_at for time in shown.case.offer.times] == [
        FIRST_START + timedelta(minutes=20 * n) for n in (1, 2)
    ]


async def test_offered_and_chosen_times__do_not_disturb_each_other(world):
    slots = await world.publish(3)
    case = await send(world)
    hold = await journal_of(world).hold(world.resident, slots[0].hex)
    await offer(world, case, slots[1:])
    assert await journal_of(world).current_hold(world.resident) == hold
    await journal_of(world).release_hold(world.resident, hold.id)
    again = await journal_of(world).hold(world.resident, slots[0].hex)
    await journal_of(world).make_booking(world.resident, again.id, BookingDetails())
    assert (await mine(world, case)).case.offer.status == OfferStatus.OPEN
    held = (await mine(world, case)).case.offer.times[0]
    with pytest.raises(HoldExpired):
        await journal_of(world).make_booking(world.resident, held.id, BookingDetails())
    await journal_of(world).release_hold(world.resident, held.id)
    assert await free(world, world.residents[1]) == set()


async def test_taken_time__while_staff_choose__offers_none(world):
    slots = await world.publish(2)
    case = await send(world)
    hold = await journal_of(world).hold(world.residents[1], slots[1].hex)
    await journal_of(world).make_booking(world.residents[1], hold.id, BookingDetails())
    with pytest.raises(SlotTaken):
        await offer(world, case, slots)
    assert await free(world, world.residents[1]) == {slots[0]}
    assert (await mine(world, case)).case.offer is None
    with pytest.raises(NotFound):
        await offer(world, case, [uuid4()])


async def test_time_that_is_too_near__cannot_be_offered(world, clock):
    slots = await world.publish(1, start=clock.now() + timedelta(minutes=30))
    with pytest.raises(SlotWithdrawn):
        await offer(world, await send(world), slots)


@pytest.mark.parametrize(
    ("count", "hours", "text", "problem"),
    [
        (0, 24, "", "offered"),
        (4, 24, "", "offered"),
        (1, 5, "", "hours"),
        (1, 24, "x" * 1001, "offer_text"),
    ],
)
async def test_offer_of_too_much_or_nothing__is_refused(world, count, hours, text, problem):
    slots = await world.publish(4)
    case = await send(world)
    with pytest.raises(InvalidInput) as error:
        await offer(world, case, slots[:count], hours=hours, text=text)
    assert set(error.value.problems) == {problem}
    assert await free(world, world.resident) == set(slots)


async def test_offer__in_a_case_that_another_has_or_that_is_ended__is_refused(world):
    slots = await world.publish(1)
    case = await send(world)
    seen = await inbox.open_case(world.staff, case_id=case)
    offering = {"case_id": case, "text": "", "slot_ids": slots, "hours": 24}
    await inbox.take_case(second(world), case_id=case, version=seen.version)
    with pytest.raises(CaseTaken):
        await offers.offer_times(world.staff, version=seen.version, **offering)
    with pytest.raises(StaleVersion):
        await offers.offer_times(second(world), version=seen.version, **offering)
    await my_cases.withdraw_case(world.resident, clinic=world.clinic, case=case)
    with pytest.raises(CaseEnded):
        await offers.offer_times(second(world), version=seen.version, **offering)
    assert await free(world, world.resident) == set(slots)


async def test_nobody_else__takes_declines_or_sees_an_offer(world, database):
    slots = await world.publish(1)
    case = await send(world)
    shown = await offer(world, case, slots)
    time = shown.case.offer.times[0].id
    other = world.residents[1]
    own = await send(world, other)
    for act in (
        offers.take_time(other, clinic=world.clinic, case=case, time=time),
        offers.take_time(other, clinic=world.clinic, case=own, time=time),
        offers.take_time(world.resident, clinic=world.clinic, case=case, time=uuid4().hex),
        offers.take_time(world.resident, clinic=world.clinic, case=case, time="x"),
        offers.decline_offer(other, clinic=world.clinic, case=case),
    ):
        with pytest.raises(NotFound):
            await act
    elsewhere = await build_world(database, slug="annan", residents=0)
    for staffs in (
        offers.withdraw_offer(elsewhere.staff, case_id=case),
        offers.find_offerable(elsewhere.staff, case_id=case, time_type="", first=None),
    ):
        with pytest.raises(NotFound):
            await staffs
    assert (await mine(world, case)).case.offer.status == OfferStatus.OPEN


async def _ask_to_change(world: World, booking: str) -> str:
    """Send the resident's request to have another time instead of the booked one."""
    asked: dict[str, Any] = {"clinic": world.clinic, "kind": CHANGE}
    words = {"reason": "", "can_come": "", "contact": "here", "phone": "", "wish": "rebook"}
    await requests.keep_request(world.resident, **asked, booking=booking, **words)
    form = await requests.open_request(world.resident, **asked)
    return (await requests.send_request(world.resident, **asked, draft_id=form.draft_id)).hex


async def test_change__is_an_exchange__both_or_neither(world):
    slots = await world.publish(2)
    hold = await journal_of(world).hold(world.resident, slots[0].hex)
    details = BookingDetails(interpreter="Finska", phone="0701740605")
    old = await journal_of(world).make_booking(world.resident, hold.id, details)
    sent = await _ask_to_change(world, old.id)
    shown = await offer(world, sent, [slots[1]])
    took = {"clinic": world.clinic, "case": sent, "time": shown.case.offer.times[0].id}
    booked = await offers.take_time(world.resident, **took)
    [new] = await journal_of(world).schedule(world.resident)
    assert (new.id, new.replaces, new.interpreter) == (booked, (world.clinic_id, old.id), "Finska")
    assert new.calendar_id == old.calendar_id
    assert await free(world, world.residents[1]) == {slots[0]}


async def test_take__what_the_resident_has_rebooked_since_is_exchanged(database, clock):
    world = await build_world(database)
    slots = await world.publish(3)
    resident, journal = world.resident, journal_of(world)
    first = await journal.make_booking(
        resident, (await journal.hold(resident, slots[0].hex)).id, BookingDetails()
    )
    sent = await _ask_to_change(world, first.id)
    held = await journal.hold(resident, slots[1].hex)
    second = await journal.rebook_booking(resident, first.id, held.id)
    shown = await offer(world, sent, [slots[2]])
    assert (await my_cases.get_my_case(resident, clinic=world.clinic, case=sent)).exchanges
    took = {"clinic": world.clinic, "case": sent, "time": shown.case.offer.times[0].id}
    booked = await offers.take_time(resident, **took)
    [new] = await journal.schedule(resident)
    assert (new.id, new.replaces) == (booked, (world.clinic_id, second.id))


async def test_change__of_an_invited_time__what_staff_offer_is_not_bound_to_its_days(world):
    slots = await world.publish(2)
    day = day_of(FIRST_START)
    async with world.database.write() as session:
        session.add(
            Invitation(
                clinic_id=world.clinic_id, id=uuid4(), person_id=world.resident.person_id,
                time_type_id=world.time_type_id, first_day=day, last_day=day, invited_by="SE1",
                invited_at=FIRST_START - timedelta(days=9),
            )
        )  # fmt: skip
    [later] = await world.publish(start=FIRST_START + timedelta(days=5))
    hold = await journal_of(world).hold(world.resident, slots[0].hex)
    old = await journal_of(world).make_booking(world.resident, hold.id, BookingDetails())
    sent = await _ask_to_change(world, old.id)
    shown = await offer(world, sent, [later])
    took = {"clinic": world.clinic, "case": sent, "time": shown.case.offer.times[0].id}
    booked = await offers.take_time(world.resident, **took)
    [new] = await journal_of(world).schedule(world.resident)
    assert (new.id, new.invited, new.invited_within) == (booked, True, None)


async def test_offer__for_a_booking_that_is_cancelled__promises_no_exchange(database, clock):
    world = await build_world(database)
    slots = await world.publish(2)
    resident, journal = world.resident, journal_of(world)
    held = await journal.hold(resident, slots[0].hex)
    old = await journal.make_booking(resident, held.id, BookingDetails())
    sent = await _ask_to_change(world, old.id)
    await offer(world, sent, [slots[1]])
    where = {"clinic": world.clinic, "case": sent}
    assert (await my_cases.get_my_case(resident, **where)).exchanges
    await journal.cancel_booking(resident, old.id, "")
    assert not (await my_cases.get_my_case(resident, **where)).exchanges


async def test_offerable__are_the_first_free_times_of_what_was_asked_for(world, clock):
    slots = await world.publish(14)
    case = await send(world)
    found = await offers.find_offerable(world.staff, case_id=case, time_type="", first=None)
    assert (found.chosen, [UUID(slot.id) for slot in found.slots]) == (world.time_type, slots[:12])
    later = (FIRST_START + timedelta(days=1)).date()
    found = await offers.find_offerable(world.staff, case_id=case, time_type="finns-inte", first=later)
    assert (found.chosen, found.slots) == (world.time_type, [])


async def test_timebook_that_cannot_hold__offers_nothing(world, monkeypatch):
    slots = await world.publish(1)
    case = await send(world)
    monkeypatch.setattr(
        StandaloneJournal, "capabilities", replace(StandaloneJournal.capabilities, offer=False)
    )
    assert not (await inbox.open_case(world.staff, case_id=case)).can_offer
    with pytest.raises(CapabilityMissing):
        await offer(world, case, slots)
    with pytest.raises(CapabilityMissing):
        await offers.find_offerable(world.staff, case_id=case, time_type="", first=None)


async def test_withdrawing_times_from_the_schedule__leaves_the_offered_alone(world):
    slots = await world.publish(2)
    case = await send(world)
    await offer(world, case, slots[:1])
    async with world.database.write() as session:
        withdrawn, kept = await publishing.take_away_free(
            session, clinic_id=world.clinic_id, slot_ids=slots, now=FIRST_START - timedelta(days=8, hours=2)
        )
    assert (withdrawn, kept) == ([slots[1]], [slots[0]])
