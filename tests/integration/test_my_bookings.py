"""Mina tidsbokningar over several clinics: each answers for itself, and no other is asked."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from icalendar import Calendar

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import JournalUnavailable, NotAllowed, NotFound
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import my_bookings
from webtidbok_app.services.booking import book, hold_time, step_forward
from webtidbok_app.services.calendar_file import get_calendar_file
from webtidbok_app.services.my_bookings import (
    cancel_booking,
    follow_my_bookings,
    list_my_bookings,
)
from webtidbok_app.services.terms import accept_terms


async def book_at(world: World, resident: Resident, slot: UUID) -> BookedTime:
    where = {"clinic": world.clinic, "time_type": world.time_type}
    await accept_terms(resident, clinic=world.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    hold = await hold_time(resident, **where, timeslot_id=slot.hex)
    await step_forward(resident, **where)
    return await book(resident, **where, hold_id=hold.id)


async def _two_clinics(database: Database) -> tuple[World, World, Resident]:
    """Two clinics that the same resident has booked at, the second a later time."""
    near = await build_world(database)
    far = await build_world(database, slug="fjarran", residents=1, first=7)
    resident = near.resident
    for world, count in ((near, 1), (far, 2)):
        await book_at(world, resident, (await world.publish(count))[-1])
    return near, far, resident


class Patience:
    """Makes one clinic's timebook answer only when it is told to, or fail."""

    def __init__(self, world: World) -> None:
        self.world, self.may_answer, self.fails = world, asyncio.Event(), False
        self.asked: list[UUID] = []

    def of(self, schedule: Callable[..., object]) -> Callable[..., object]:
        async def slow(journal: StandaloneJournal, patient: Resident, **asked: bool) -> list[BookedTime]:
            self.asked.append(journal.clinic_id)
            if journal.clinic_id == self.world.clinic_id:
                if self.fails:
                    raise JournalUnavailable
                await self.may_answer.wait()
            return await schedule(journal, patient, **asked)

        return slow


@pytest.fixture
def patience_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[World], Patience]:
    def slow_at(world: World) -> Patience:
        patience = Patience(world)
        monkeypatch.setattr(StandaloneJournal, "schedule", patience.of(StandaloneJournal.schedule))
        monkeypatch.setattr(my_bookings, "SECONDS_TO_SHOW", 0.2)
        return patience

    return slow_at


async def test_slow_clinic__holds_back_nobody_and_comes_after(database, clock, patience_at):
    near, far, resident = await _two_clinics(database)
    patience = patience_at(near)
    first = {found.clinic.slug: found for found in await list_my_bookings(resident)}
    assert first[near.clinic].pending
    assert not first[near.clinic].times
    assert [time.starts_at for time in first[far.clinic].times] == [FIRST_START.replace(minute=20)]
    following = follow_my_bookings(resident, clinics=[near.clinic])
    patience.may_answer.set()
    late = [answer async for answer in following]
    assert [(answer.clinic.slug, answer.pending) for answer in late] == [(near.clinic, False)]
    assert [time.starts_at for time in late[0].times] == [FIRST_START]


async def test_clinic_that_never_answers__is_told_of_as_a_problem(database, clock, patience_at, monkeypatch):
    near, _, resident = await _two_clinics(database)
    patience_at(near)
    monkeypatch.setattr(my_bookings, "SECONDS_TO_ANSWER", 0.1)
    assert [found.pending for found in await list_my_bookings(resident)].count(True) == 1
    [late] = [answer async for answer in follow_my_bookings(resident, clinics=[near.clinic])]
    assert isinstance(late.problem, JournalUnavailable)


async def test_clinic_that_is_down__says_so_and_the_other_is_shown(database, clock, patience_at):
    near, far, resident = await _two_clinics(database)
    patience_at(near).fails = True
    found = {answer.clinic.slug: answer for answer in await list_my_bookings(resident)}
    assert isinstance(found[near.clinic].problem, JournalUnavailable)
    assert len(found[far.clinic].times) == 1


async def test_only_clinics_where_one_may_have_times__are_asked(database, clock, patience_at):
    near, far, resident = await _two_clinics(database)
    other = near.residents[1]
    patience = patience_at(near)
    patience.may_answer.set()
    assert await list_my_bookings(other) == []
    assert patience.asked == []
    await accept_terms(other, clinic=far.clinic, kind=CaseTypeKind.MANAGE_DIRECT, version=1)
    assert await list_my_bookings(other) == []
    assert patience.asked == [far.clinic_id]
    patience.asked.clear()
    await list_my_bookings(resident)
    assert set(patience.asked) == {near.clinic_id, far.clinic_id}


async def test_late_answers__are_for_residents(database, clock):
    with pytest.raises(NotAllowed):
        await anext(follow_my_bookings(None, clinics=["testkliniken"]))


async def test_calendar_file__keeps_its_uid_and_takes_a_cancelled_time_away(database, clock):
    world = await build_world(database)
    resident, other, _ = world.residents
    booked = await book_at(world, resident, (await world.publish())[0])
    which = {"clinic": world.clinic, "booking": booked.id}
    before = Calendar.from_ical(await get_calendar_file(resident, **which, lang="sv"))
    [event] = before.walk("VEVENT")
    assert before["METHOD"] == "PUBLISH"
    assert event.decoded("DTSTART") == FIRST_START
    assert event["SUMMARY"] == "Bokad tid"
    with pytest.raises(NotFound):
        await get_calendar_file(other, **which, lang="sv")
    await accept_terms(resident, clinic=world.clinic, kind=CaseTypeKind.MANAGE_DIRECT, version=1)
    await cancel_booking(resident, **which, message="")
    after = Calendar.from_ical(await get_calendar_file(resident, **which, lang="en"))
    [gone] = after.walk("VEVENT")
    assert (after["METHOD"], gone["STATUS"]) == ("CANCEL", "CANCELLED")
    assert gone["UID"] == event["UID"]
    assert gone["SEQUENCE"] > event["SEQUENCE"]


async def test_calendar_file__says_nothing_of_health(database, clock):
    world = await build_world(database)
    booked = await book_at(world, world.resident, (await world.publish())[0])
    contents = await get_calendar_file(world.resident, clinic=world.clinic, booking=booked.id, lang="sv")
    text = contents.decode()
    for secret in ("Besök", "Testkliniken", "Vera", world.resident.given_name, world.resident.number.digits):
        assert secret not in text
