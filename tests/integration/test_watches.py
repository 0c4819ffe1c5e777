"""Watching for a time: who is first in line is offered what becomes free, alone, and then the next."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from tests.integration.test_messages import book, choose, only, rows, set_clinic
from tests.integration.test_offers import offer as offer_in_case
from tests.integration.test_requests import send
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import (
    AccessLog,
    CaseType,
    Invitation,
    MessageChoice,
    Performer,
    ScheduleChange,
    Slot,
    TimeType,
)
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.actor import Resident, Role
from webtidbok_app.domain.clock import now
from webtidbok_app.domain.errors import (
    AgeOutside,
    BookingStopped,
    CapabilityMissing,
    HoldExpired,
    InvalidInput,
    MessagesNeeded,
    NotAllowed,
    NotFound,
    TermsNotAccepted,
)
from webtidbok_app.domain.message import MessageKind, MessageStatus
from webtidbok_app.domain.visit import CaseTypeKind, ScheduleChangeKind, VisitForm
from webtidbok_app.domain.watch import GRACE, WatchOfferStatus, WatchStatus
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.notify.channels import inbox
from webtidbok_app.notify.worker import send_due
from webtidbok_app.services import my_watches, notices, offers, reception, watches
from webtidbok_app.services.booking import release_time
from webtidbok_app.services.my_watches import MyWatch
from webtidbok_app.services.notices import Scope
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.timebook.keeper import keep_line, keeping_line
from webtidbok_app.timebook.pattern import NewSlot
from webtidbok_app.timebook.publishing import publish_slots, withdraw_slots

HALF_AN_HOUR = timedelta(minutes=30)
DAY = FIRST_START.date()


@pytest.fixture
async def world(database) -> World:
    return await build_world(database, residents=9)


def journal_of(world: World) -> StandaloneJournal:
    return StandaloneJournal(world.clinic_id, world.database)


async def watch(
    world: World,
    resident: Resident,
    *,
    performer: str = "",
    first: date | None = date(2026, 11, 23),
    last: date | None = date(2026, 12, 31),
    part: str = "",
) -> str:
    """Accept the terms, have messages, and wait in line."""
    await accept_terms(resident, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    await choose(world, resident)
    return await watches.start_watch(
        resident, clinic=world.clinic, time_type=world.time_type, performer=performer, first_day=first,
        last_day=last, part=part,
    )  # fmt: skip


async def see(world: World, resident: Resident, one: str) -> MyWatch:
    return await my_watches.get_watch(resident, clinic=world.clinic, watch=one)


async def offered(world: World, resident: Resident, one: str) -> datetime | None:
    """Return when the time starts that is offered now."""
    offer = (await see(world, resident, one)).offer
    return offer.starts_at if offer and offer.status == WatchOfferStatus.OPEN else None


async def free(world: World, resident: Resident) -> list[UUID]:
    slots = await journal_of(world).available_timeslots(resident, world.time_type, DAY, DAY)
    return [UUID(slot.id) for slot in slots]


async def cancel(world: World, resident: Resident, booking: str) -> None:
    await journal_of(world).cancel_booking(resident, booking, "")


async def take(world: World, resident: Resident, one: str) -> str:
    offer = (await see(world, resident, one)).offer
    assert offer
    return await my_watches.take_watched_time(resident, clinic=world.clinic, watch=one, offer=offer.id)


async def decline(world: World, resident: Resident, one: str) -> None:
    offer = (await see(world, resident, one)).offer
    assert offer
    await my_watches.decline_watched_time(resident, clinic=world.clinic, watch=one, offer=offer.id)


async def booked_out(world: World, count: int = 1) -> list[str]:
    """Publish times that the last of the residents has booked, and return the bookings."""
    slots = await world.publish(count)
    return [(await book(world, world.residents[-1], slot)).id for slot in slots]


async def test_cancelled__is_held_for_the_first_in_line__and_shows_as_taken_to_all(world, clock):
    [booking] = await booked_out(world)
    first = await watch(world, world.residents[0])
    clock.advance(timedelta(seconds=1))
    second = await watch(world, world.residents[1])
    await cancel(world, world.residents[-1], booking)
    offer = (await see(world, world.residents[0], first)).offer
    assert offer is not None
    assert (offer.starts_at, offer.stands_until) == (FIRST_START, clock.now() + HALF_AN_HOUR)
    assert await offered(world, world.residents[1], second) is None
    for resident in world.residents[:3]:
        assert await free(world, resident) == [], "nobody can choose it from the list"
    message = await only(world, MessageKind.RESERVED)
    assert (message.person_id, message.due_at) == (world.residents[0].person_id, clock.now())


async def test_taken__is_held_like_any_other_choice__and_booking_it_ends_the_watch(world, clock):
    [booking] = await booked_out(world)
    me, journal = world.resident, journal_of(world)
    mine = await watch(world, me)
    await cancel(world, world.residents[-1], booking)
    assert await take(world, me, mine) == world.time_type == await take(world, me, mine), "twice is once"
    hold = await journal.current_hold(me)
    assert hold is not None
    assert hold.expires_at == clock.now() + HALF_AN_HOUR, (
        "as promised, though others are held for ten minutes"
    )
    clock.advance(timedelta(minutes=1))
    assert (await journal.extend_hold(me, hold.id)).expires_at == hold.expires_at
    shown = await see(world, me, mine)
    assert (shown.status, shown.offer.held_until) == (WatchStatus.WAITING, hold.expires_at)
    booked = await journal.make_booking(me, hold.id, BookingDetails(reason="Hosta"))
    assert booked.starts_at == FIRST_START
    assert (await see(world, me, mine)).status == WatchStatus.BOOKED
    assert await my_watches.list_watches(me) == []
    await keep_line(world.database)
    assert [row.kind for row in await rows(world) if row.person_id == me.person_id] == [
        MessageKind.RESERVED,
        MessageKind.BOOKED,
        MessageKind.REMINDER,
    ]


@pytest.mark.parametrize(("early", "exchanged"), [(3, 0), (0, 1)], ids=["other days", "also its day"])
async def test_offered__is_exchanged_only_for_what_may_be_moved_to_its_day(world, early, exchanged):
    [booking] = await booked_out(world)
    me, later = world.resident, DAY + timedelta(days=3)
    [mine] = await world.publish(start=FIRST_START + timedelta(days=3))
    async with world.database.write() as session:
        session.add(
            Invitation(
                clinic_id=world.clinic_id, id=uuid4(), person_id=me.person_id, time_type_id=world.time_type_id,
                first_day=DAY + timedelta(days=early), last_day=later, invited_by="SE1",
                invited_at=FIRST_START - timedelta(days=9),
            )
        )  # fmt: skip
    invited = await book(world, me, mine)
    assert invited.invited_within == (DAY + timedelta(days=early), later)
    waiting = await watch(world, me)
    await cancel(world, world.residents[-1], booking)
    assert await offered(world, me, waiting) == FIRST_START
    assert len((await see(world, me, waiting)).exchangeable) == exchanged


async def test_not_answered__goes_to_the_next__and_after_the_last_it_is_free_for_all(world, clock):
    [booking] = await booked_out(world)
    first = await watch(world, world.residents[0])
    clock.advance(timedelta(seconds=1))
    second = await watch(world, world.residents[1])
    assert (await see(world, world.residents[1], second)).ahead == 1
    await cancel(world, world.residents[-1], booking)
    clock.advance(HALF_AN_HOUR - timedelta(seconds=1))
    await keep_line(world.database)
    assert await offered(world, world.residents[0], first) == FIRST_START
    clock.advance(timedelta(seconds=1))
    assert await free(world, world.residents[3]) == [], "kept until it is passed on"
    await keep_line(world.database)
    assert (await see(world, world.residents[0], first)).offer.status == WatchOfferStatus.RUN_OUT
    assert await offered(world, world.residents[1], second) == FIRST_START
    with pytest.raises(HoldExpired):
        await take(world, world.residents[0], first)
    clock.advance(HALF_AN_HOUR)
    await keep_line(world.database)
    assert len(await free(world, world.residents[3])) == 1
    assert (await see(world, world.residents[0], first)).status == WatchStatus.WAITING


async def test_nobody_keeps_the_line__an_offer_that_has_run_out_is_anybodys(world, clock):
    [booking] = await booked_out(world)
    mine = await watch(world, world.resident)
    await cancel(world, world.residents[-1], booking)
    clock.advance(HALF_AN_HOUR + GRACE)
    [slot] = await free(world, world.residents[1])
    await book(world, world.residents[1], slot)
    with pytest.raises(HoldExpired):
        await take(world, world.resident, mine)
    await keep_line(world.database)
    assert (await see(world, world.resident, mine)).offer.status == WatchOfferStatus.RUN_OUT


async def test_a_minute_late__and_nobody_else_has_it__is_in_time(world, clock):
    [booking] = await booked_out(world)
    mine = await watch(world, world.resident)
    await cancel(world, world.residents[-1], booking)
    clock.advance(HALF_AN_HOUR + timedelta(minutes=1))
    await take(world, world.resident, mine)
    hold = await journal_of(world).current_hold(world.resident)
    assert hold is not None
    assert hold.expires_at == clock.now() + timedelta(minutes=10)


async def test_declined__goes_to_the_next_at_once__and_never_back(world):
    [booking] = await booked_out(world)
    first, second = [await watch(world, one) for one in world.residents[:2]]
    await cancel(world, world.residents[-1], booking)
    has, waits = (0, 1) if await offered(world, world.residents[0], first) else (1, 0)
    watched = (first, second)
    await decline(world, world.residents[has], watched[has])
    await decline(world, world.residents[has], watched[has])
    assert await offered(world, world.residents[waits], watched[waits]) == FIRST_START
    await decline(world, world.residents[waits], watched[waits])
    await keep_line(world.database)
    assert len(await free(world, world.residents[3])) == 1


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        ({"part": "morning"}, True),
        ({"part": "afternoon"}, False),
        ({"first": DAY, "last": DAY}, True),
        ({"first": DAY + timedelta(days=1)}, False),
        ({"last": DAY - timedelta(days=1)}, False),
    ],
)
async def test_only_what_is_wished_for__is_offered(world, wish, fits):
    [booking] = await booked_out(world)
    mine = await watch(world, world.resident, **wish)
    await cancel(world, world.residents[-1], booking)
    assert (await offered(world, world.resident, mine) is not None) == fits
    assert len(await free(world, world.residents[1])) == (0 if fits else 1)


async def test_performer__another_is_not_offered(world):
    [booking] = await booked_out(world)
    later = FIRST_START + timedelta(hours=5)
    async with world.database.write() as session:
        [change] = await session.scalars(select(col(Slot.change_id)))
        other = Performer(clinic_id=world.clinic_id, name="Olle Test")
        session.add(other)
        await session.flush()
        theirs = Slot(
            clinic_id=world.clinic_id, time_type_id=world.time_type_id, performer_id=other.id,
            change_id=change, starts_at=later, ends_at=later + timedelta(minutes=20),
        )  # fmt: skip
        session.add(theirs)
    await accept_terms(world.resident, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    form = await watches.open_watch(world.resident, clinic=world.clinic, time_type=world.time_type)
    assert form.performers == [(other.id.hex, "Olle Test"), (world.performer_id.hex, "Vera Test")]
    mine = await watch(world, world.resident, performer=other.id.hex)
    await cancel(world, world.residents[-1], booking)
    assert await offered(world, world.resident, mine) is None
    await keep_line(world.database)
    assert await offered(world, world.resident, mine) == later


async def test_not_offered__to_whom_nobody_can_tell__or_who_gave_it_back(world):
    [booking] = await booked_out(world)
    unreached, protected, giver = world.residents[0], world.residents[7], world.residents[-1]
    watched = {one.person_id: await watch(world, one) for one in (unreached, giver)}
    async with world.database.write() as session:
        await session.execute(
            update(MessageChoice)
            .where(col(MessageChoice.person_id) == unreached.person_id)
            .values(channel=None)
        )
    with pytest.raises(MessagesNeeded):
        await watch(world, protected)
    await cancel(world, giver, booking)
    assert (await see(world, unreached, watched[unreached.person_id])).reached is False
    for one in (unreached, giver):
        assert await offered(world, one, watched[one.person_id]) is None
    await keep_line(world.database)
    assert len(await free(world, giver)) == 1


async def test_as_many_a_day_as_the_clinic_lets__and_more_the_next_day(world, clock):
    bookings = await booked_out(world, 3)
    await set_clinic(world, watch_a_day=2)
    mine = await watch(world, world.resident)
    for booking in bookings:
        await cancel(world, world.residents[-1], booking)
    assert await offered(world, world.resident, mine) == FIRST_START
    assert len(await free(world, world.residents[1])) == 2, "one at a time: the others are free for all"
    await decline(world, world.resident, mine)
    await keep_line(world.database)
    assert await offered(world, world.resident, mine) == FIRST_START + timedelta(minutes=20)
    await decline(world, world.resident, mine)
    await keep_line(world.database)
    assert await offered(world, world.resident, mine) is None
    clock.advance(timedelta(days=1))
    await keep_line(world.database)
    assert await offered(world, world.resident, mine) == FIRST_START + timedelta(minutes=40)


STOPS = {
    "booking": Scope(),
    "booking of the time type": Scope(time_type="besok"),
    "booking everywhere": Scope(whole_service=True),
}


@pytest.mark.parametrize("off", ["watch", "case type", "time type", *STOPS])
async def test_turned_off__offers_nothing__and_on_again_the_place_is_kept(world, off):
    [booking] = await booked_out(world)
    mine = await watch(world, world.resident)
    await _turn(world, off, on=False)
    await cancel(world, world.residents[-1], booking)
    assert await offered(world, world.resident, mine) is None
    assert (await see(world, world.resident, mine)).paused
    await _turn(world, off, on=True)
    await keep_line(world.database)
    assert await offered(world, world.resident, mine) == FIRST_START


@pytest.mark.parametrize("off", STOPS)
async def test_stopped__what_is_offered_already__cannot_be_taken(world, off):
    [booking] = await booked_out(world)
    mine = await watch(world, world.resident)
    await cancel(world, world.residents[-1], booking)
    await _turn(world, off, on=False)
    with pytest.raises(BookingStopped):
        await take(world, world.resident, mine)
    await _turn(world, off, on=True)
    assert await take(world, world.resident, mine) == world.time_type


async def _turn(world: World, what: str, *, on: bool) -> None:
    if what == "watch":
        await set_clinic(world, watch=on)
        return
    if what in STOPS:
        region = STOPS[what].whole_service
        staff = replace(
            world.staff,
            role=Role.REGION_ADMIN if region else Role.CLINIC_ADMIN,
            clinic_id=None if region else world.clinic_id,
            region_id=new_id() if region else None,
        )
        act = notices.start_booking if on else notices.stop_booking
        await act(staff, scope=STOPS[what])
        return
    async with world.database.write() as session:
        if what == "case type":
            (await session.get_one(CaseType, (world.clinic_id, CaseTypeKind.BOOK_DIRECT))).active = on
        else:
            (await session.get_one(TimeType, (world.clinic_id, world.time_type_id))).active = on


async def test_by_night__it_is_held_until_the_morning__when_the_message_goes(world, clock):
    [booking] = await booked_out(world)
    mine = await watch(world, world.resident)
    clock.advance(timedelta(hours=15))
    await cancel(world, world.residents[-1], booking)
    morning = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    offer = (await see(world, world.resident, mine)).offer
    assert offer is not None
    assert offer.stands_until == morning + HALF_AN_HOUR
    assert (await only(world, MessageKind.RESERVED)).due_at == morning
    await keep_line(world.database)
    await take(world, world.resident, mine)


async def test_too_near__is_free_for_all_at_once(world, clock):
    near = clock.now() + timedelta(hours=1, minutes=59)
    [slot] = await world.publish(1, start=near)
    booking = await book(world, world.residents[-1], slot)
    mine = await watch(world, world.resident)
    await reception.cancel_for_resident(world.staff, booking_id=booking.id, message="")
    await keep_line(world.database)
    assert await offered(world, world.resident, mine) is None
    await set_clinic(world, watch_notice_hours=1)
    await keep_line(world.database)
    assert await offered(world, world.resident, mine) == near


async def test_published__goes_to_each_who_waits__one_time_each(world, clock):
    watched = []
    for resident in world.residents[:3]:
        watched.append(await watch(world, resident))
        clock.advance(timedelta(seconds=1))
    await world.publish(2)
    await keep_line(world.database)
    starts = [
        await offered(world, resident, one) for resident, one in zip(world.residents, watched, strict=False)
    ]
    assert starts == [FIRST_START, FIRST_START + timedelta(minutes=20), None]
    assert await free(world, world.residents[3]) == []


async def test_the_line_is_kept__as_long_as_the_server_runs(world):
    mine = await watch(world, world.resident)
    async with keeping_line(world.database), asyncio.timeout(20):
        following = my_watches.follow_watch(world.resident, clinic=world.clinic, watch=mine)
        async for now in following:
            if now.offer:
                break
            if not await free(world, world.residents[1]):
                await publication_of_one(world)
    assert await offered(world, world.resident, mine) is not None


async def publication_of_one(world: World) -> None:
    """Publish a time as staff do."""
    planned = NewSlot(
        FIRST_START, FIRST_START + timedelta(minutes=20), world.performer_id, world.time_type_id,
        VisitForm.ON_SITE, 1,
    )  # fmt: skip
    async with world.database.write() as session:
        await publish_slots(
            session,
            clinic_id=world.clinic_id,
            kind=ScheduleChangeKind.PUBLISH,
            planned=[planned],
            leave_out_clashes=True,
            changed_by="test",
            changed_by_name="Test",
            now=now(),
        )


async def test_rebooked_away__the_old_time_goes_to_the_first_in_line(world):
    old, new = await world.publish(2)
    booking = await book(world, world.residents[-1], old)
    mine = await watch(world, world.resident, last=DAY)
    journal = journal_of(world)
    hold = await journal.hold(world.residents[-1], new.hex)
    await journal.rebook_booking(world.residents[-1], booking.id, hold.id)
    assert await offered(world, world.resident, mine) == FIRST_START


async def test_booked_otherwise__ends_the_watch__and_its_offer_goes_to_the_next(world):
    bookings = await booked_out(world)
    first = await watch(world, world.residents[0])
    await cancel(world, world.residents[-1], bookings[0])
    second = await watch(world, world.residents[1])
    [other] = await world.publish(1, start=FIRST_START + timedelta(hours=3))
    await book(world, world.residents[0], other)
    assert (await see(world, world.residents[0], first)).status == WatchStatus.BOOKED
    assert await offered(world, world.residents[1], second) == FIRST_START
    with pytest.raises(HoldExpired):
        await take(world, world.residents[0], first)


async def test_booked_what_does_not_fit__the_watch_goes_on(world):
    mine = await watch(world, world.resident, last=DAY)
    [other] = await world.publish(1, start=FIRST_START + timedelta(days=1))
    await book(world, world.resident, other)
    assert (await see(world, world.resident, mine)).status == WatchStatus.WAITING


async def test_stopped__twice__and_the_offer_goes_to_the_next(world):
    [booking] = await booked_out(world)
    first = await watch(world, world.residents[0])
    await cancel(world, world.residents[-1], booking)
    second = await watch(world, world.residents[1])
    for _ in range(2):
        await my_watches.stop_watch(world.residents[0], clinic=world.clinic, watch=first)
    assert (await see(world, world.residents[0], first)).status == WatchStatus.STOPPED
    assert await offered(world, world.residents[1], second) == FIRST_START
    again = await watch(world, world.residents[0])
    assert again != first


async def test_changed__keeps_the_place__and_is_one(world, clock):
    first = await watch(world, world.residents[0], part="afternoon")
    clock.advance(timedelta(minutes=1))
    second = await watch(world, world.residents[1])
    form = await watches.open_watch(world.residents[0], clinic=world.clinic, time_type=world.time_type)
    assert (form.running, form.part) == (True, "afternoon")
    assert await watch(world, world.residents[0], part="morning") == first
    await world.publish(1)
    await keep_line(world.database)
    assert await offered(world, world.residents[0], first) == FIRST_START
    assert (await see(world, world.residents[1], second)).ahead == 1


async def test_two_cancel_at_once__one_who_waits_is_offered_one(world):
    bookings = await booked_out(world, 4)
    mine = await watch(world, world.resident)
    await asyncio.gather(*(cancel(world, world.residents[-1], booking) for booking in bookings))
    assert len(await rows(world, MessageKind.RESERVED)) == 1
    assert await offered(world, world.resident, mine) is not None
    assert len(await free(world, world.residents[1])) == 3


async def test_many_keepers_at_once__offer_each_time_once(world, clock):
    watched = [await watch(world, one) for one in world.residents[:4]]
    await world.publish(2)
    await asyncio.gather(*(keep_line(world.database) for _ in range(4)))
    await keep_line(world.database)
    starts = [
        await offered(world, resident, one) for resident, one in zip(world.residents, watched, strict=False)
    ]
    assert sorted(start for start in starts if start) == [FIRST_START, FIRST_START + timedelta(minutes=20)]
    assert len(await rows(world, MessageKind.RESERVED)) == 2
    clock.advance(HALF_AN_HOUR)
    await asyncio.gather(*(keep_line(world.database) for _ in range(4)))
    assert len(await rows(world, MessageKind.RESERVED)) == 4


async def test_take_and_run_out_at_once__either_way_one_has_it(world, clock):
    [booking] = await booked_out(world)
    first, second = [await watch(world, one) for one in world.residents[:2]]
    await cancel(world, world.residents[-1], booking)
    has, one = (0, first) if await offered(world, world.residents[0], first) else (1, second)
    clock.advance(HALF_AN_HOUR)
    await asyncio.gather(
        take(world, world.residents[has], one), keep_line(world.database), return_exceptions=True
    )
    journal = journal_of(world)
    chosen = await journal.current_hold(world.residents[has])
    other = await offered(world, world.residents[1 - has], (second, first)[has])
    assert (chosen is None) != (other is None)


async def test_times_that_staff_let_go__are_offered(world):
    slots = await world.publish(1)
    case = await send(world)
    await offer_in_case(world, case, slots)
    mine = await watch(world, world.residents[1])
    await offers.withdraw_offer(world.staff, case_id=case)
    await keep_line(world.database)
    assert await offered(world, world.residents[1], mine) == FIRST_START


async def test_message__says_when_and_until_when__and_nothing_when_it_is_over(world, clock):
    inbox.letters.clear()
    [first, second] = await booked_out(world, 2)
    await watch(world, world.resident)
    await cancel(world, world.residents[-1], first)
    await send_due()
    [letter] = [letter for letter in inbox.letters if "ledig" in letter.text]
    assert "tisdag 1 december 2026 kl. 9.00" in letter.text
    assert "till måndag 23 november 2026 kl. 8.30" in letter.text
    assert "Besök" not in letter.text
    clock.advance(HALF_AN_HOUR)
    await keep_line(world.database)
    await cancel(world, world.residents[-1], second)
    clock.advance(HALF_AN_HOUR)
    await send_due()
    unsent = [row for row in await rows(world, MessageKind.RESERVED) if row.status == MessageStatus.DROPPED]
    assert [row.problem for row in unsent] == ["no_longer_so"]


@pytest.mark.parametrize(
    ("wrong", "problems"),
    [
        ({"first": None}, {"first_day": "watch_day"}),
        ({"last": None}, {"last_day": "watch_day"}),
        ({"last": date(2026, 11, 22)}, {"last_day": "watch_past"}),
        ({"first": date(2026, 12, 2), "last": date(2026, 12, 1)}, {"last_day": "watch_order"}),
        ({"last": date(2028, 1, 1)}, {"last_day": "watch_far"}),
        ({"part": "night"}, {"part": "watch_part"}),
        ({"performer": "0" * 32}, {"performer": "watch_performer"}),
        ({"performer": "Vera"}, {"performer": "watch_performer"}),
    ],
)
async def test_bad_input__is_named__and_nothing_is_begun(world, wrong, problems):
    with pytest.raises(InvalidInput) as caught:
        await watch(world, world.resident, **wrong)
    assert caught.value.problems == problems
    assert await my_watches.list_watches(world.resident) == []


async def test_who_may__watch(world):
    me = {"clinic": world.clinic, "time_type": world.time_type}
    with pytest.raises(TermsNotAccepted):
        await watches.open_watch(world.resident, **me)
    with pytest.raises(NotAllowed):
        await watches.open_watch(world.staff, **me)
    with pytest.raises(NotAllowed):
        await my_watches.list_watches(None)
    mine = await watch(world, world.resident)
    for act in (my_watches.get_watch, my_watches.stop_watch):
        with pytest.raises(NotFound):
            await act(world.residents[1], clinic=world.clinic, watch=mine)
        with pytest.raises(NotFound):
            await act(world.resident, clinic=world.clinic, watch="ingen")
    [booking] = await booked_out(world)
    await cancel(world, world.residents[-1], booking)
    offer = (await see(world, world.resident, mine)).offer
    assert offer
    theirs = await watch(world, world.residents[1])
    for answer in (my_watches.take_watched_time, my_watches.decline_watched_time):
        with pytest.raises(NotFound):
            await answer(world.residents[1], clinic=world.clinic, watch=theirs, offer=offer.id)
    await _turn(world, "watch", on=False)
    with pytest.raises(CapabilityMissing):
        await watches.open_watch(world.resident, **me)


async def test_age__is_asked_before_one_can_wait(database):
    world = await build_world(database, max_age=5)
    with pytest.raises(AgeOutside):
        await watch(world, world.resident)


async def test_acts_are_logged(world):
    [booking] = await booked_out(world)
    mine = await watch(world, world.resident)
    await cancel(world, world.residents[-1], booking)
    await decline(world, world.resident, mine)
    await my_watches.stop_watch(world.resident, clinic=world.clinic, watch=mine)
    async with world.database.read() as session:
        acts = await session.scalars(
            select(col(AccessLog.action)).where(col(AccessLog.actor_id) == world.resident.person_id.hex)
        )
        assert sorted(acts) == ["accept_terms", "decline_watched_time", "start_watch", "stop_watch"]


async def test_withdrawn__also_while_it_is_offered__and_then_nobody_has_it(world):
    slots = await world.publish(2)
    mine, theirs = await watch(world, world.resident), await watch(world, world.residents[1])
    await keep_line(world.database)
    withdrawn, kept = await _withdraw(world, slots, await _seen(world))
    assert (set(withdrawn), kept) == (set(slots), [])
    for resident, one in ((world.resident, mine), (world.residents[1], theirs)):
        assert (await see(world, resident, one)).offer.status == WatchOfferStatus.RUN_OUT
        with pytest.raises(HoldExpired):
            await take(world, resident, one)
    await keep_line(world.database)
    assert await free(world, world.residents[3]) == []
    assert await offered(world, world.resident, mine) is None


async def test_withdrawn__not_once_it_is_taken(world):
    slots = await world.publish(1)
    mine = await watch(world, world.resident)
    await keep_line(world.database)
    await take(world, world.resident, mine)
    assert await _withdraw(world, slots, await _seen(world)) == ([], slots)


async def test_time_bookable_long_before_only__holds_nobody_back(database, clock):
    world = await build_world(database, residents=9, notice_minutes=24 * 60)
    await world.publish(1, start=clock.now() + timedelta(hours=10))
    mine = await watch(world, world.resident)
    await world.publish(1)
    await keep_line(world.database)
    assert await offered(world, world.resident, mine) == FIRST_START


async def test_offer__is_never_too_short_to_answer(database, clock):
    world = await build_world(database, residents=9, notice_minutes=120)
    enough = clock.now() + timedelta(hours=2, minutes=10)
    await world.publish(1, start=enough - timedelta(minutes=1))
    mine = await watch(world, world.resident)
    await keep_line(world.database)
    assert await offered(world, world.resident, mine) is None
    await world.publish(1, start=enough)
    await keep_line(world.database)
    offer = (await see(world, world.resident, mine)).offer
    assert offer is not None
    assert (offer.starts_at, offer.stands_until - clock.now()) == (enough, timedelta(minutes=10))


async def test_left__what_is_promised_is_kept__and_can_be_declined_still(world, clock):
    [booking] = await booked_out(world)
    mine, journal = await watch(world, world.resident), journal_of(world)
    await cancel(world, world.residents[-1], booking)
    theirs = await watch(world, world.residents[1])
    await take(world, world.resident, mine)
    await release_time(world.resident, clinic=world.clinic)
    assert (await see(world, world.resident, mine)).offer.held_until == clock.now() + HALF_AN_HOUR
    await decline(world, world.resident, mine)
    assert await journal.current_hold(world.resident) is None
    assert await offered(world, world.residents[1], theirs) == FIRST_START
    clock.advance(timedelta(minutes=25))
    await take(world, world.residents[1], theirs)
    clock.advance(timedelta(minutes=5))
    await release_time(world.residents[1], clinic=world.clinic)
    assert await journal.current_hold(world.residents[1]) is None, "the promise is over"


async def test_offers_of_one_night__the_one_that_is_taken_is_shown(world, clock):
    bookings = await booked_out(world, 2)
    mine = await watch(world, world.resident)
    clock.advance(timedelta(hours=15))
    await cancel(world, world.residents[-1], bookings[0])
    await decline(world, world.resident, mine)
    await cancel(world, world.residents[-1], bookings[1])
    await take(world, world.resident, mine)
    shown = (await see(world, world.resident, mine)).offer
    assert (shown.starts_at, shown.held_until) == (FIRST_START + timedelta(minutes=20), shown.stands_until)


async def test_changed_after_the_offer__booking_it_ends_the_watch_all_the_same(world):
    [booking] = await booked_out(world)
    mine = await watch(world, world.resident)
    await cancel(world, world.residents[-1], booking)
    await watch(world, world.resident, part="afternoon")
    await take(world, world.resident, mine)
    journal = journal_of(world)
    hold = await journal.current_hold(world.resident)
    assert hold is not None
    await journal.make_booking(world.resident, hold.id, BookingDetails())
    assert (await see(world, world.resident, mine)).status == WatchStatus.BOOKED


async def _seen(world: World) -> int:
    async with world.database.read() as session:
        return await session.scalar(select(func.max(col(ScheduleChange.number)))) or 0


async def _withdraw(world: World, slots: list[UUID], seen: int) -> tuple[list[UUID], list[UUID]]:
    async with world.database.write() as session:
        return await withdraw_slots(
            session, clinic_id=world.clinic_id, slot_ids=slots, seen=seen, changed_by="test",
            changed_by_name="Test", now=now(),
        )  # fmt: skip
