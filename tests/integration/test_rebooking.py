"""Omboka: the use cases around the exchange."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.integration.test_my_bookings import book_at
from tests.world import World, build_world
from webtidbok_app.db.tables import AccessLog, CaseType, Draft, TimeType
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    CapabilityMissing,
    InvitedOnly,
    NotAllowed,
    NotFound,
    TermsNotAccepted,
    TooLateToChange,
)
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.live.bus import bus
from webtidbok_app.services import reception
from webtidbok_app.services.booking import hold_time, keep_details
from webtidbok_app.services.free_times import find_times
from webtidbok_app.services.my_bookings import cancel_booking, get_booking
from webtidbok_app.services.rebooking import get_rebooking, rebook, step_on_to_rebook
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.services.time_types import OldBooking


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


async def _accept(world: World, who: int = 0) -> None:
    await accept_terms(world.residents[who], clinic=world.clinic, kind=CaseTypeKind.MANAGE_DIRECT, version=1)


def _where(world: World, booking: str) -> Any:
    return {
        "clinic": world.clinic,
        "time_type": world.time_type,
        "rebooks": OldBooking(world.clinic, booking),
    }


async def _turn_off(world: World, kind: CaseTypeKind) -> None:
    async with world.database.write() as session:
        (await session.get_one(CaseType, (world.clinic_id, kind))).active = False


async def test_rebook__from_the_times_to_the_new_booking(world, clock):
    first, second = await world.publish(2)
    old = await book_at(world, world.resident, first)
    await _accept(world)
    where = _where(world, old.id)
    shown = (await get_rebooking(world.resident, **where)).replaces
    assert shown is not None
    assert (shown.clinic.slug, shown.time) == (world.clinic, old)
    assert (await find_times(world.resident, **where)).next_free.id == second.hex
    hold = await hold_time(world.resident, **where, timeslot_id=second.hex)
    assert (await step_on_to_rebook(world.resident, **where)).id == hold.id
    new = await rebook(
        world.resident, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id=hold.id
    )
    again = await rebook(
        world.resident, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id=hold.id
    )
    assert again.id == new.id
    booked = await get_booking(world.resident, clinic=world.clinic, booking=new.id)
    assert booked.replaces is not None
    assert booked.replaces.time.starts_at == old.starts_at
    async with world.database.read() as session:
        lines = await session.scalars(select(AccessLog).where(col(AccessLog.action) == "rebook"))
        assert {line.booking_id for line in lines} == {new.id}


async def test_rebook__needs_the_terms_for_changing_and_not_those_for_booking(world, clock):
    first, second = await world.publish(2)
    old = await book_at(world, world.resident, first)
    await _turn_off(world, CaseTypeKind.BOOK_DIRECT)
    where = _where(world, old.id)
    with pytest.raises(TermsNotAccepted):
        await find_times(world.resident, **where)
    with pytest.raises(TermsNotAccepted):
        await hold_time(world.resident, **where, timeslot_id=second.hex)
    await _accept(world)
    hold = await hold_time(world.resident, **where, timeslot_id=second.hex)
    assert await rebook(
        world.resident, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id=hold.id
    )


async def test_rebook__where_the_clinic_has_turned_changing_off(world, clock):
    [first] = await world.publish(1)
    old = await book_at(world, world.resident, first)
    await _turn_off(world, CaseTypeKind.MANAGE_DIRECT)
    with pytest.raises(CapabilityMissing) as refusal:
        await get_rebooking(world.resident, **_where(world, old.id))
    assert refusal.value.facts["phone"] == "010-123 45 67"
    with pytest.raises(CapabilityMissing):
        await rebook(
            world.resident, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id="0" * 32
        )


async def test_rebook__anothers_booking_is_not_found(world, clock):
    first, second = await world.publish(2)
    old = await book_at(world, world.resident, first)
    await _accept(world, who=1)
    stranger = world.residents[1]
    for asking in (
        get_rebooking(stranger, **_where(world, old.id)),
        find_times(stranger, **_where(world, old.id)),
        hold_time(stranger, **_where(world, old.id), timeslot_id=second.hex),
        rebook(stranger, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id="0" * 32),
        get_rebooking(stranger, **_where(world, "x")),
    ):
        with pytest.raises(NotFound):
            await asking
    with pytest.raises(NotAllowed):
        await rebook(None, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id="0" * 32)


async def test_rebook__too_late_gives_the_deadline_and_the_phone(world, clock):
    [first] = await world.publish(1)
    old = await book_at(world, world.resident, first)
    await _accept(world)
    clock.moment = old.starts_at
    for asking in (
        get_rebooking(world.resident, **_where(world, old.id)),
        rebook(
            world.resident, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id="0" * 32
        ),
    ):
        with pytest.raises(TooLateToChange) as refusal:
            await asking
        assert refusal.value.facts == {"deadline": old.cancel_until, "phone": "010-123 45 67"}


async def test_rebook__a_stale_page_of_a_cancelled_time(world, clock):
    first, second = await world.publish(2)
    old = await book_at(world, world.resident, first)
    await _accept(world)
    hold = await hold_time(world.resident, **_where(world, old.id), timeslot_id=second.hex)
    await cancel_booking(world.resident, clinic=world.clinic, booking=old.id, message="")
    with pytest.raises(AlreadyCancelled):
        await get_rebooking(world.resident, **_where(world, old.id))
    with pytest.raises(AlreadyCancelled):
        await rebook(
            world.resident, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id=hold.id
        )


async def test_rebook__leaves_what_was_typed_for_another_booking(world, clock):
    first, second = await world.publish(2)
    old = await book_at(world, world.resident, first)
    await _accept(world)
    await keep_details(
        world.resident, clinic=world.clinic, time_type=world.time_type,
        reason="Nästa besök", interpreter="", access_needs="", phone="0701740605", email="",
    )  # fmt: skip
    where = _where(world, old.id)
    hold = await hold_time(world.resident, **where, timeslot_id=second.hex)
    await step_on_to_rebook(world.resident, **where)
    await rebook(
        world.resident, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id=hold.id
    )
    async with world.database.read() as session:
        draft = await session.get_one(
            Draft, (world.clinic_id, world.resident.person_id, world.resident.person_id)
        )
        assert (draft.reason, draft.details_done) == ("Nästa besök", True)


async def test_rebook__a_time_that_one_was_invited_to(database, clock):
    world = await build_world(database)
    first, second = await world.publish(2)
    old = await book_at(world, world.resident, first)
    await _accept(world)
    async with database.write() as session:
        (
            await session.get_one(TimeType, (world.clinic_id, world.time_type_id))
        ).bookable = Bookable.INVITATION
    bus.publish([("time types", world.clinic_id)])
    with pytest.raises(InvitedOnly):
        await find_times(world.resident, clinic=world.clinic, time_type=world.time_type)
    assert (await find_times(world.resident, **_where(world, old.id))).next_free.id == second.hex


async def test_rebook__staff_see_which_time_it_was_exchanged_for(world, clock):
    first, second = await world.publish(2)
    old = await book_at(world, world.resident, first)
    await _accept(world)
    hold = await hold_time(world.resident, **_where(world, old.id), timeslot_id=second.hex)
    new = await rebook(
        world.resident, clinic=world.clinic, rebooks=OldBooking(world.clinic, old.id), hold_id=hold.id
    )
    shown = await reception.get_day_list(world.staff, day=day_of(old.starts_at))
    assert [(row.booking_id, row.cancelled, row.rebooked_to) for row in shown.rows] == [
        (old.id, True, new.starts_at),
        (new.id, False, None),
    ]
    opened = await reception.open_booking(world.staff, booking_id=old.id)
    assert opened.rebooked_to == new.starts_at
