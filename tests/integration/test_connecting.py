"""Giving a clinic another timebook: nothing is booked in the one that it leaves, and what waits there ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from tests.integration.test_connections import petra, ready
from tests.integration.test_messages import rows, set_clinic
from tests.integration.test_offers import bookings_of, offer
from tests.integration.test_requests import mine, send
from tests.integration.test_watches import offered, see, watch
from tests.reference_journal import ReferenceJournal, add_units, running
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Booking, Clinic, Invitation, Watch
from webtidbok_app.domain import clock as our_clock
from webtidbok_app.domain.errors import HasBookings, HoldExpired, SlotWithdrawn, TimesElsewhere
from webtidbok_app.domain.message import MessageKind
from webtidbok_app.domain.request import OfferStatus
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.domain.watch import WatchStatus
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.rivta.clients import close_all
from webtidbok_app.journal.rivta.journal import KIND
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import connection_switch, desk_booking, invitations, offers
from webtidbok_app.services.connection_switch import SwitchImpact
from webtidbok_app.services.desk_booking import Said
from webtidbok_app.timebook import in_line, line
from webtidbok_app.timebook.bookings import confirm_hold
from webtidbok_app.timebook.keeper import keep_line

DAY = FIRST_START.date()
LATER = date(2026, 12, 31)
SAID = BookingDetails(phone="0701740605")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceJournal]:
    with running(tmp_path_factory.mktemp("reference")) as journal:
        yield journal


@pytest.fixture
def journal(started: ReferenceJournal, clock) -> ReferenceJournal:
    started.reset(our_clock.now())
    add_units(started)
    return started


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    yield await build_world(database, residents=5)
    await close_all()


def own(world: World) -> StandaloneJournal:
    return StandaloneJournal(world.clinic_id, world.database)


async def weigh(world: World) -> SwitchImpact:
    _, impact = await connection_switch.weigh_switch(await petra(world), clinic=world.clinic)
    return impact


async def live(world: World) -> list[Booking]:
    async with world.database.read() as session:
        found = await session.scalars(select(Booking).where(col(Booking.clinic_id) == world.clinic_id))
        return list(found)


async def in_line_now(world: World) -> int:
    waiting = select(func.count()).select_from(Watch).join(Clinic, col(Clinic.id) == Watch.clinic_id)
    async with world.database.read() as session:
        return await session.scalar(waiting.where(*in_line.can_be_told(our_clock.now()))) or 0


async def invite(world: World) -> UUID:
    made = uuid4()
    await invitations.invite(
        world.staff, person_id=world.resident.person_id, time_type=world.time_type_id, first_day=DAY,
        last_day=DAY, invitation_id=made,
    )  # fmt: skip
    return made


async def test_offered_times__are_withdrawn__and_cannot_be_taken(world, journal):
    slots = await world.publish(2)
    case = await send(world)
    held = (await offer(world, case, slots)).case.offer
    actor = await ready(world, journal)
    assert (await weigh(world)).offered == 1
    await connection_switch.connect_clinic(actor, clinic=world.clinic)
    assert (await mine(world, case)).case.offer.status == OfferStatus.WITHDRAWN
    with pytest.raises(HoldExpired):
        await offers.take_time(world.resident, clinic=world.clinic, case=case, time=held.times[0].id)
    assert await live(world) == []


async def test_chosen_time__is_let_go__and_cannot_be_booked(world, journal):
    slots = await world.publish(2)
    hold = await own(world).hold(world.resident, slots[0].hex)
    actor = await ready(world, journal)
    assert ((await weigh(world)).choosing, (await weigh(world)).free) == (1, 1)
    await connection_switch.connect_clinic(actor, clinic=world.clinic)
    assert await live(world) == []
    with pytest.raises(HoldExpired):
        await own(world).make_booking(world.resident, hold.id, SAID)
    with pytest.raises(SlotWithdrawn):
        await own(world).hold(world.resident, slots[1].hex)


async def test_line__ends__and_what_was_reserved_goes_to_nobody_else(world, journal, clock):
    first, second = world.residents[:2]
    watches = [await watch(world, first, last=LATER)]
    clock.advance(timedelta(seconds=1))
    watches.append(await watch(world, second, last=LATER))
    await world.publish()
    await keep_line(world.database)
    assert await offered(world, first, watches[0]) == FIRST_START
    actor = await ready(world, journal)
    assert (await weigh(world)).waiting == 2
    await connection_switch.connect_clinic(actor, clinic=world.clinic)
    for resident, one in zip((first, second), watches, strict=True):
        assert (await see(world, resident, one)).status == WatchStatus.STOPPED
    assert await live(world) == []
    await keep_line(world.database)
    assert len(await rows(world, MessageKind.RESERVED)) == 1, "the one from before"


async def test_line_of_a_connected_clinic__is_offered_nothing(world):
    [slot] = await world.publish()
    await watch(world, world.resident, last=LATER)
    assert await in_line_now(world) == 1
    await set_clinic(world, journal=KIND)
    assert await in_line_now(world) == 0
    await keep_line(world.database)
    async with world.database.write() as session:
        assert not await line.pass_on(session, clinic_id=world.clinic_id, slot_id=slot, now=our_clock.now())
    assert await live(world) == []


async def test_open_invitations__are_withdrawn(world, journal):
    invited = await invite(world)
    actor = await ready(world, journal)
    assert (await weigh(world)).invited == 1
    await connection_switch.connect_clinic(actor, clinic=world.clinic)
    async with world.database.read() as session:
        row = await session.get_one(Invitation, (world.clinic_id, invited))
    assert row.ended_at == our_clock.now()
    assert (await weigh(world)).invited == 0


async def test_invitation_at_a_connected_clinic__is_not_among_the_residents(world):
    await invite(world)
    assert len(await invitations.list_my_invitations(world.resident)) == 1
    await set_clinic(world, journal=KIND)
    assert await invitations.list_my_invitations(world.resident) == []


async def test_booking_under_way__is_waited_for__and_stands_in_the_way(world, journal):
    [slot] = await world.publish()
    hold = await own(world).hold(world.resident, slot.hex)
    actor = await ready(world, journal)
    async with world.database.write() as session:
        await confirm_hold(
            session, clinic_id=world.clinic_id, hold_id=UUID(hold.id), person_id=world.resident.person_id,
            now=our_clock.now(), said={},
        )  # fmt: skip
        connecting = asyncio.create_task(connection_switch.connect_clinic(actor, clinic=world.clinic))
        assert not (await asyncio.wait({connecting}, timeout=0.5))[0]
    with pytest.raises(HasBookings) as refused:
        await connecting
    assert refused.value.facts == {"booked": 1}
    [booked] = await bookings_of(world, world.resident)
    assert booked.status == BookingStatus.BOOKED


async def chosen(world: World, slot: UUID) -> Callable[[], Awaitable[object]]:
    hold = await own(world).hold(world.resident, slot.hex)
    return lambda: own(world).make_booking(world.resident, hold.id, SAID)


async def taken(world: World, slot: UUID) -> Callable[[], Awaitable[object]]:
    case = await send(world)
    held = (await offer(world, case, [slot])).case.offer.times[0].id
    return lambda: offers.take_time(world.resident, clinic=world.clinic, case=case, time=held)


async def at_the_desk(world: World, slot: UUID) -> Callable[[], Awaitable[object]]:
    return lambda: desk_booking.book_for_resident(
        world.staff, person_id=world.resident.person_id, slot_id=slot, booking_id=uuid4(), said=Said()
    )


async def rebooked(world: World, slot: UUID) -> Callable[[], Awaitable[object]]:
    [other] = await world.publish(start=FIRST_START.replace(hour=14))
    hold = await own(world).hold(world.resident, other.hex)
    old = await own(world).make_booking(world.resident, hold.id, SAID)
    new = await own(world).hold(world.resident, slot.hex)
    return lambda: own(world).rebook_booking(world.resident, old.id, new.id)


async def published(world: World, slot: UUID) -> Callable[[], Awaitable[object]]:
    return lambda: world.publish(start=FIRST_START.replace(hour=16))


@pytest.mark.parametrize(
    ("prepare", "refusal"),
    [
        (chosen, HoldExpired),
        (taken, HoldExpired),
        (rebooked, HoldExpired),
        (at_the_desk, TimesElsewhere),
        (published, TimesElsewhere),
    ],
)
async def test_who_comes_while_it_is_connected__books_and_publishes_nothing(world, prepare, refusal):
    [slot] = await world.publish()
    act = await prepare(world, slot)
    before = [(one.id, one.status) for one in await live(world) if one.status == BookingStatus.BOOKED]
    async with world.database.write() as session:
        clinic = await session.get_one(Clinic, world.clinic_id, with_for_update=True)
        clinic.journal = KIND
        await session.flush()
        coming = asyncio.ensure_future(act())
        assert not (await asyncio.wait({coming}, timeout=0.5))[0], "it waits"
    with pytest.raises(refusal):
        await coming
    assert [(one.id, one.status) for one in await live(world) if one.status == BookingStatus.BOOKED] == before
