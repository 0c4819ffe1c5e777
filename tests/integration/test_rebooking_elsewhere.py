"""Omboka to another clinic of the same care provider, where the booking's own clinic lets it go."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.integration.test_my_bookings import book_at
from tests.world import FIRST_START, World, build_world, provider_of
from webtidbok_app.db.tables import AccessLog, CaseType, Clinic, Terms, TimeType
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import (
    AgeOutside,
    CannotBeMoved,
    CapabilityMissing,
    HoldExpired,
    InvitedOnly,
    NotAllowed,
    NotFound,
    TermsNotAccepted,
    TooLateToChange,
)
from webtidbok_app.domain.question import Question, Words, pack_questions
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import Bookable, CaseTypeKind, ReasonRule
from webtidbok_app.journal.port import BookedTime
from webtidbok_app.live.bus import bus
from webtidbok_app.services import clinic_settings, reception
from webtidbok_app.services.booking import hold_time
from webtidbok_app.services.compare import find_elsewhere
from webtidbok_app.services.free_times import find_times
from webtidbok_app.services.my_bookings import get_booking, list_my_bookings
from webtidbok_app.services.rebooking import get_rebooking, rebook, step_on_to_rebook
from webtidbok_app.services.terms import accept_terms
from webtidbok_app.services.time_types import OldBooking

BOOK, MANAGE = CaseTypeKind.BOOK_DIRECT, CaseTypeKind.MANAGE_DIRECT


@dataclass
class Two:
    """A clinic with a booked time, and another with two free ones."""

    home: World
    there: World
    old: BookedTime
    free: list[UUID]

    @property
    def rebooks(self) -> OldBooking:
        return OldBooking(self.home.clinic, self.old.id)

    @property
    def where(self) -> Any:
        """The other clinic, as the resident asks for it."""
        return {"clinic": self.there.clinic, "time_type": self.there.time_type, "rebooks": self.rebooks}

    async def accept(self) -> None:
        """Accept the terms of both."""
        for world, kind in ((self.home, MANAGE), (self.there, BOOK)):
            await accept_terms(self.home.resident, clinic=world.clinic, kind=kind, version=1)

    async def hold(self) -> str:
        """Hold the first of the free times."""
        return (await hold_time(self.home.resident, **self.where, timeslot_id=self.free[0].hex)).id

    async def change(self, world: World, **facts: object) -> None:
        """Change the facts of a world's clinic."""
        async with world.database.write() as session:
            clinic = await session.get_one(Clinic, world.clinic_id)
            for name, value in facts.items():
                setattr(clinic, name, value)

    async def change_type(self, **facts: object) -> None:
        """Change the facts of the other clinic's time type."""
        async with self.there.database.write() as session:
            kind = await session.get_one(TimeType, (self.there.clinic_id, self.there.time_type_id))
            for name, value in facts.items():
                setattr(kind, name, value)
        bus.publish([("time types", self.there.clinic_id)])


@pytest.fixture
async def two(database, clock) -> Two:
    home = await build_world(database)
    there = await build_world(
        database,
        slug="grannen",
        residents=0,
        provider=await provider_of(home),
        cancel_hours=2,
    )
    [booked] = await home.publish(1)
    free = await there.publish(2, start=FIRST_START + timedelta(days=1))
    two = Two(home, there, await book_at(home, home.resident, booked), free)
    await two.change(home, rebook_elsewhere=True)
    await two.change(there, name="Grannkliniken")
    return two


async def test_move__from_the_times_to_the_new_booking(two):
    await two.accept()
    resident = two.home.resident
    progress = await get_rebooking(resident, **two.where)
    assert progress.replaces is not None
    assert (progress.clinic.slug, progress.replaces.clinic.slug) == ("grannen", two.home.clinic)
    assert (await find_times(resident, **two.where)).next_free.id == two.free[0].hex
    hold = await two.hold()
    assert (await step_on_to_rebook(resident, **two.where)).id == hold
    new = await rebook(resident, clinic="grannen", rebooks=two.rebooks, hold_id=hold)
    again = await rebook(resident, clinic="grannen", rebooks=two.rebooks, hold_id=hold)
    assert again.id == new.id
    assert (new.phone, new.calendar_id) == (two.old.phone, two.old.calendar_id)
    assert new.calendar_sequence == two.old.calendar_sequence + 1
    [shown] = await list_my_bookings(resident)
    assert (shown.clinic.slug, [time.id for time in shown.times]) == ("grannen", [new.id])
    gone = await get_booking(resident, clinic=two.home.clinic, booking=two.old.id)
    assert gone.time.cancelled_at is not None
    assert (gone.newer_at.slug, gone.time.replaced_by) == ("grannen", (two.there.clinic_id, new.id))
    made = await get_booking(resident, clinic="grannen", booking=new.id)
    assert (made.replaces.clinic.slug, made.replaces.time.id) == (two.home.clinic, two.old.id)


async def test_move__stands_in_the_log_of_both_clinics(two):
    await two.accept()
    new = await rebook(two.home.resident, clinic="grannen", rebooks=two.rebooks, hold_id=await two.hold())
    async with two.home.database.read() as session:
        lines = await session.execute(
            select(col(AccessLog.clinic_id), col(AccessLog.booking_id)).where(
                col(AccessLog.action) == "rebook"
            )
        )
        assert {tuple(line) for line in lines} == {
            (two.home.clinic_id, two.old.id),
            (two.there.clinic_id, new.id),
        }


async def test_move__staff_see_when_and_where_it_went(two):
    await two.accept()
    new = await rebook(two.home.resident, clinic="grannen", rebooks=two.rebooks, hold_id=await two.hold())
    shown = await reception.get_day_list(two.home.staff, day=day_of(two.old.starts_at))
    assert [(row.cancelled, row.rebooked_to) for row in shown.rows] == [(True, new.starts_at)]
    opened = await reception.open_booking(two.home.staff, booking_id=two.old.id)
    assert (opened.rebooked_to, opened.rebooked_at) == (new.starts_at, "Grannkliniken")
    with pytest.raises(NotFound):
        await reception.open_booking(two.home.staff, booking_id=new.id)


async def test_units__are_told_with_how_many_times_they_have__and_the_own_clinic_from_elsewhere(two):
    await two.accept()
    home = {"clinic": two.home.clinic, "time_type": two.home.time_type, "rebooks": two.rebooks}
    [unit] = await find_elsewhere(two.home.resident, **home)
    assert (unit.clinic.slug, unit.time_type.id, unit.count) == ("grannen", two.there.time_type, 2)
    assert await find_elsewhere(two.home.resident, **two.where) == []
    await two.home.publish(1, start=FIRST_START + timedelta(hours=2))
    [own] = await find_elsewhere(two.home.resident, **two.where)
    assert (own.clinic.slug, own.count) == (two.home.clinic, 1)


async def _off(two: Two) -> None:
    await two.change(two.home, rebook_elsewhere=False)


async def _other_owner(two: Two) -> None:
    other = await build_world(two.home.database, slug="frammande", residents=0)
    await two.change(two.there, care_provider_id=(await provider_of(other)).id)


async def _other_visit(two: Two) -> None:
    await two.change_type(name_sv="Återbesök")


async def _by_invitation(two: Two) -> None:
    await two.change_type(bookable=Bookable.INVITATION)


async def _not_offered(two: Two) -> None:
    await two.change_type(active=False)


async def _no_booking_there(two: Two) -> None:
    async with two.there.database.write() as session:
        (await session.get_one(CaseType, (two.there.clinic_id, BOOK))).active = False


async def _asks_for_more(two: Two) -> None:
    await two.change_type(reason=ReasonRule.REQUIRED)


async def _asks_a_question(two: Two) -> None:
    await two.change_type(questions=pack_questions([Question(Words("Är du fastande?"), required=True)]))


async def _not_for_this_age(two: Two) -> None:
    await two.change_type(min_age=120)


@pytest.mark.parametrize(
    ("forbid", "by_address", "in_the_end"),
    [
        (_off, CannotBeMoved, CannotBeMoved),
        (_other_owner, CannotBeMoved, CannotBeMoved),
        (_other_visit, CannotBeMoved, CannotBeMoved),
        (_asks_for_more, CannotBeMoved, CannotBeMoved),
        (_asks_a_question, CannotBeMoved, CannotBeMoved),
        (_by_invitation, InvitedOnly, InvitedOnly),
        (_not_for_this_age, AgeOutside, AgeOutside),
        (_not_offered, NotFound, CannotBeMoved),
        (_no_booking_there, CapabilityMissing, CapabilityMissing),
    ],
)
async def test_move__is_refused_where_it_may_not__by_address_and_in_the_last_step(
    two, forbid, by_address, in_the_end
):
    await two.accept()
    hold = await two.hold()
    await forbid(two)
    resident = two.home.resident
    home = {"clinic": two.home.clinic, "time_type": two.home.time_type, "rebooks": two.rebooks}
    assert await find_elsewhere(resident, **home) == []
    for asking in (
        get_rebooking(resident, **two.where),
        find_times(resident, **two.where),
        hold_time(resident, **two.where, timeslot_id=two.free[1].hex),
        step_on_to_rebook(resident, **two.where),
    ):
        with pytest.raises(by_address):
            await asking
    with pytest.raises(in_the_end):
        await rebook(resident, clinic="grannen", rebooks=two.rebooks, hold_id=hold)
    [kept] = await list_my_bookings(resident)
    assert [time.id for time in kept.times] == [two.old.id]


async def test_move__needs_the_terms_of_both_clinics(two):
    resident, home = two.home.resident, two.home
    for world, kind in ((home, MANAGE), (two.there, BOOK)):
        with pytest.raises(TermsNotAccepted):
            await find_times(resident, **two.where)
        await accept_terms(resident, clinic=world.clinic, kind=kind, version=1)
    hold = await two.hold()
    async with home.database.write() as session:
        begun = FIRST_START - timedelta(days=30)
        session.add(
            Terms(clinic_id=home.clinic_id, kind=MANAGE, version=2, text_sv="", text_en="", valid_from=begun)
        )
    for asking in (
        get_rebooking(resident, **two.where),
        rebook(resident, clinic="grannen", rebooks=two.rebooks, hold_id=hold),
    ):
        with pytest.raises(TermsNotAccepted):
            await asking


async def test_move__anothers_booking_is_not_found(two):
    await two.accept()
    stranger = two.home.residents[1]
    for asking in (
        get_rebooking(stranger, **two.where),
        find_elsewhere(stranger, **two.where),
        rebook(stranger, clinic="grannen", rebooks=two.rebooks, hold_id="0" * 32),
    ):
        with pytest.raises(NotFound):
            await asking
    with pytest.raises(NotAllowed):
        await find_elsewhere(None, **two.where)


async def test_move__too_late_gives_the_deadline_and_phone_of_the_clinic_that_is_left(two, clock):
    await two.accept()
    hold = await two.hold()
    await two.change(two.there, phone="08-000 00 00")
    clock.moment = two.old.cancel_until + timedelta(seconds=1)
    for asking in (
        get_rebooking(two.home.resident, **two.where),
        rebook(two.home.resident, clinic="grannen", rebooks=two.rebooks, hold_id=hold),
    ):
        with pytest.raises(TooLateToChange) as refusal:
            await asking
        assert refusal.value.facts == {"deadline": two.old.cancel_until, "phone": "010-123 45 67"}


async def test_move__with_a_hold_that_ran_out_keeps_the_old_time(two, clock):
    await two.accept()
    hold = await two.hold()
    clock.advance(timedelta(minutes=11))
    with pytest.raises(HoldExpired):
        await rebook(two.home.resident, clinic="grannen", rebooks=two.rebooks, hold_id=hold)
    [kept] = await list_my_bookings(two.home.resident)
    assert (kept.clinic.slug, [time.id for time in kept.times]) == (two.home.clinic, [two.old.id])


async def test_administrator__lets_bookings_go_and_sees_where(two):
    admin = replace(two.home.staff, role=Role.CLINIC_ADMIN)
    seen = await clinic_settings.get_settings(two.home.staff)
    assert (seen.rebook_elsewhere, seen.other_units) == (True, ("Grannkliniken",))
    assert (await clinic_settings.set_rebooking(admin, elsewhere=False)).rebook_elsewhere is False
    assert (await clinic_settings.get_settings(admin)).other_units == ("Grannkliniken",)
    assert (await clinic_settings.set_rebooking(admin, elsewhere=True)).rebook_elsewhere is True
    for other in (two.home.staff, two.home.resident, None):
        with pytest.raises(NotAllowed):
            await clinic_settings.set_rebooking(other, elsewhere=True)
    await _no_booking_there(two)
    assert (await clinic_settings.get_settings(admin)).other_units == ()


async def test_units__are_all_told__the_soonest_first(two):
    provider = await provider_of(two.home)
    for number in range(12):
        world = await build_world(two.home.database, slug=f"granne-{number}", residents=0, provider=provider)
        await world.publish(1, start=FIRST_START - timedelta(hours=number))
    home = {"clinic": two.home.clinic, "time_type": two.home.time_type, "rebooks": two.rebooks}
    found = await find_elsewhere(two.home.resident, **home)
    assert [unit.clinic.slug for unit in found] == [*(f"granne-{n}" for n in reversed(range(12))), "grannen"]
