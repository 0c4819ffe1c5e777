"""Stopping booking for a time type, a clinic or everybody: what residents cannot do then, and what they still can."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.world import World, build_world
from webtidbok_app.db.tables import AccessLog, TimeType
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.errors import BookingStopped, InvalidInput, NotAllowed, NotFound, StaleVersion
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import Text
from webtidbok_app.live.bus import bus
from webtidbok_app.services import (
    booking,
    compare,
    free_times,
    notices,
    rebooking,
    reception,
    terms,
    time_types,
)
from webtidbok_app.services.clinics import get_clinic
from webtidbok_app.services.notices import Scope
from webtidbok_app.services.time_types import OldBooking

REGION = Staff("SE2321000016-T009", "Siv Test", Role.REGION_ADMIN, None, region_id=new_id())
SCOPES = {"clinic": Scope(), "time_type": Scope(time_type="besok"), "service": Scope(whole_service=True)}


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


@pytest.fixture(params=SCOPES)
def scope(request) -> Scope:
    return SCOPES[request.param]


def who(world: World, scope: Scope) -> Staff:
    return REGION if scope.whole_service else replace(world.staff, role=Role.CLINIC_ADMIN)


def way(world: World) -> dict[str, str]:
    return {"clinic": world.clinic, "time_type": world.time_type}


async def accept(world: World) -> None:
    for kind in (CaseTypeKind.BOOK_DIRECT, CaseTypeKind.MANAGE_DIRECT):
        await terms.accept_terms(world.resident, clinic=world.clinic, kind=kind, version=1)


async def hold(world: World, slot_id) -> str:
    held = await booking.hold_time(world.resident, **way(world), timeslot_id=slot_id.hex)
    await booking.step_forward(world.resident, **way(world))
    return held.id


async def test_stop__nothing_new_is_held_or_booked__and_starts_again(world, scope):
    first, second = await world.publish(2)
    await accept(world)
    held = await hold(world, first)
    actor = who(world, scope)
    before = bus.version(world.clinic_id)
    stopped = await notices.stop_booking(actor, scope=scope)
    assert stopped.stopped_by == actor.name
    assert bus.version(world.clinic_id) > before
    for attempt in (
        lambda: booking.book(world.resident, **way(world), hold_id=held),
        lambda: booking.hold_time(world.resident, **way(world), timeslot_id=second.hex),
        lambda: booking.step_forward(world.resident, **way(world)),
        lambda: booking.get_progress(world.resident, **way(world)),
        lambda: free_times.find_times(world.resident, **way(world)),
    ):
        with pytest.raises(BookingStopped) as refused:
            await attempt()
        assert refused.value.facts["phone"] == "010-123 45 67"
    await notices.start_booking(actor, scope=scope)
    booked = await booking.book(world.resident, **way(world), hold_id=held)
    assert booked.cancelled_at is None
    async with world.database.read() as session:
        lines = await session.scalars(
            select(col(AccessLog.action)).where(col(AccessLog.actor_id) == actor.hsa_id)
        )
        assert list(lines) == ["stop_booking", "start_booking"]


async def test_stop__what_is_booked_stands__cannot_be_rebooked__and_can_be_cancelled(world, scope):
    first, second = await world.publish(2)
    await accept(world)
    booked = await booking.book(world.resident, **way(world), hold_id=await hold(world, first))
    old = OldBooking(world.clinic, booked.id)
    held = await booking.hold_time(world.resident, **way(world), timeslot_id=second.hex, rebooks=old)
    await notices.stop_booking(who(world, scope), scope=scope)
    with pytest.raises(BookingStopped):
        await rebooking.rebook(world.resident, clinic=world.clinic, rebooks=old, hold_id=held.id)
    with pytest.raises(BookingStopped):
        await rebooking.get_rebooking(world.resident, **way(world), rebooks=old)
    journal = (await get_clinic(slug=world.clinic)).journal(world.resident)
    assert [time.id for time in await journal.schedule(world.resident)] == [booked.id]
    assert (await journal.cancel_booking(world.resident, booked.id, "")).cancelled_at is not None


async def test_stop__staff_can_still_work(world, scope):
    [slot_id] = await world.publish(1)
    await accept(world)
    booked = await booking.book(world.resident, **way(world), hold_id=await hold(world, slot_id))
    await notices.stop_booking(who(world, scope), scope=scope)
    await reception.cancel_for_resident(world.staff, booking_id=booked.id, message="Vi är sjuka.")
    assert await world.publish(1, start=booked.starts_at + timedelta(days=1))


async def test_stop__of_one_time_type__leaves_the_others(world):
    await notices.stop_booking(who(world, Scope()), scope=SCOPES["time_type"])
    [kind] = await time_types.list_time_types(world.resident, clinic=world.clinic)
    assert kind.stopped
    assert (await get_clinic(slug=world.clinic)).stop is None
    await notices.stop_booking(who(world, Scope()), scope=SCOPES["clinic"])
    with pytest.raises(BookingStopped):
        await time_types.list_time_types(world.resident, clinic=world.clinic)


async def test_stop__is_not_compared_nor_offered_elsewhere(world, scope):
    await world.publish(1)
    found = await compare.compare_next_free(world.resident, words="Besök")
    assert [row.clinic.slug for row in found.rows] == [world.clinic]
    await notices.stop_booking(who(world, scope), scope=scope)
    assert (await compare.compare_next_free(world.resident, words="Besök")).rows == []


async def test_stop__tells_who_follows_the_times__and_so_when_it_is_over(world, scope):
    await world.publish(1)
    await accept(world)
    following = free_times.follow_times(world.resident, **way(world))
    assert (await anext(following)).stopped is None
    actor = who(world, scope)
    await notices.set_notice(
        actor, scope=scope, notice=Text("<p>Vi har <b>läcka</b>.</p>"), first_day=None, last_day=None
    )
    await notices.stop_booking(actor, scope=scope)
    stopped = (await anext(following)).stopped
    assert stopped is not None
    assert stopped.facts["why"] == Text("Vi har läcka.")
    await notices.start_booking(actor, scope=scope)
    assert (await anext(following)).stopped is None


async def test_stop__twice__keeps_who_was_first(world):
    first, second = (replace(who(world, Scope()), name=name) for name in ("Eva", "Ove"))
    await notices.stop_booking(first, scope=Scope())
    assert (await notices.stop_booking(second, scope=Scope())).stopped_by == "Eva"
    await notices.start_booking(second, scope=Scope())
    assert (await notices.start_booking(second, scope=Scope())).stopped_at is None


async def test_impact__counts_free_times_and_those_who_are_about_to_book(world, clock):
    soon = clock.now() + timedelta(days=2)
    slots = await world.publish(3, start=soon)
    await world.publish(2, start=clock.now() + timedelta(days=8))
    await accept(world)
    await hold(world, slots[0])
    for scope in SCOPES.values():
        impact = await notices.measure_stop(who(world, scope), scope=scope)
        assert (impact.free, impact.choosing, impact.waiting) == (2, 1, 0)


@pytest.mark.parametrize("role", [Role.CASE_HANDLER, Role.CLINICIAN, Role.READ_ONLY, Role.REGION_ADMIN])
async def test_stop__others_may_not(world, role):
    staff = replace(world.staff, role=role)
    for act in (notices.stop_booking, notices.start_booking, notices.measure_stop):
        with pytest.raises(NotAllowed):
            await act(staff, scope=Scope())
    if role is not Role.REGION_ADMIN:
        assert not (await notices.get_notice(staff, scope=Scope())).may_change
        with pytest.raises(NotAllowed):
            await notices.stop_booking(
                replace(staff, role=Role.CLINIC_ADMIN), scope=Scope(whole_service=True)
            )


async def test_stop__of_another_clinics_time_type__is_not_found(world, database):
    other = await build_world(database, slug="andra-kliniken", residents=0)
    async with database.write() as session:
        kind = await session.get_one(TimeType, (other.clinic_id, other.time_type_id))
        kind.slug = "egen"
    with pytest.raises(NotFound):
        await notices.stop_booking(who(world, Scope()), scope=Scope(time_type="egen"))


async def test_notice__is_shown_on_its_days_only(world, clock):
    admin = who(world, Scope())
    today = clock.now().date()
    await notices.set_notice(
        admin, scope=Scope(), notice=Text("<p>Stängt</p>", "<p>Closed</p>"),
        first_day=today + timedelta(days=1), last_day=today + timedelta(days=2),
    )  # fmt: skip
    shown = []
    for _ in range(4):
        shown.append((await get_clinic(slug=world.clinic)).notice.sv)
        clock.advance(timedelta(days=1))
    assert shown == ["", "<p>Stängt</p>", "<p>Stängt</p>", ""]


async def test_notice__that_is_over_or_too_long__is_refused(world, clock):
    admin, today = who(world, Scope()), clock.now().date()
    for last in (today - timedelta(days=1), today + timedelta(days=1)):
        with pytest.raises(InvalidInput) as refused:
            await notices.set_notice(
                admin, scope=Scope(), notice=Text("Hej"), first_day=today + timedelta(days=2), last_day=last
            )
        assert list(refused.value.problems) == ["last_day"]
    with pytest.raises(InvalidInput) as refused:
        await notices.set_notice(
            admin, scope=Scope(), notice=Text("x" * 1001, "Hi"), first_day=None, last_day=None
        )
    assert list(refused.value.problems) == ["notice_sv"]
    with pytest.raises(InvalidInput) as refused:
        await notices.set_notice(admin, scope=Scope(), notice=Text("", "Hi"), first_day=None, last_day=None)
    assert refused.value.problems == {"notice_sv": "swedish_missing"}


async def test_notice__two_who_write_at_once__the_second_is_told(world, scope):
    actor = who(world, scope)
    words = {"scope": scope, "notice": Text("Hej"), "first_day": None, "last_day": None}
    shown = await notices.get_notice(actor, scope=scope)
    await notices.stop_booking(actor, scope=scope)  # a stop changes no words
    await notices.set_notice(actor, **words, seen=shown)
    with pytest.raises(StaleVersion):
        await notices.set_notice(actor, **words, seen=shown)


async def test_service_notice__is_told_to_everybody(world):
    assert await notices.get_service_notice() == Text()
    await notices.set_notice(
        REGION,
        scope=Scope(whole_service=True),
        notice=Text("<i>Underhåll</i>"),
        first_day=None,
        last_day=None,
    )
    assert (await notices.get_service_notice()).sv == "<p><em>Underhåll</em></p>"
