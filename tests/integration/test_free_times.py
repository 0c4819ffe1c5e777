"""Free times as residents ask for them: after wishes, far ahead, side by side in time, and live."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import Performer, Slot
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.errors import NotAllowed, TermsNotAccepted
from webtidbok_app.domain.swedish_time import PartOfDay
from webtidbok_app.domain.visit import CaseTypeKind, VisitForm
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live.bus import bus
from webtidbok_app.services import booking, free_times, schedule, terms
from webtidbok_app.services.free_times import Wish
from webtidbok_app.timebook import bookings
from webtidbok_app.timebook.bookings import HOLD_AT_MOST

SOON = 5.0
"""Seconds after which a test gives up waiting."""


@pytest.fixture
async def world(database):
    made = await build_world(database)
    for resident in made.residents:
        await terms.accept_terms(resident, clinic=made.clinic, kind=CaseTypeKind.BOOK_DIRECT, version=1)
    return made


def at(world: World) -> dict[str, str]:
    return {"clinic": world.clinic, "time_type": world.time_type}


async def _second_performer(world: World, start_day: int = 0) -> str:
    """Publish one afternoon time on video with another performer, and return the performer's id."""
    omar = Performer(clinic_id=world.clinic_id, name="Omar Test", hsa_id="SE2321000016-V998")
    [first] = await world.publish(1, start=FIRST_START + timedelta(days=start_day))
    async with world.database.write() as session:
        session.add(omar)
        await session.flush()
        like = await session.get_one(Slot, (world.clinic_id, first))
        start = like.starts_at + timedelta(hours=5)
        session.add(
            Slot(
                clinic_id=world.clinic_id, id=new_id(), time_type_id=world.time_type_id, performer_id=omar.id,
                change_id=like.change_id, starts_at=start, ends_at=start + timedelta(minutes=20),
                visit_form=VisitForm.VIDEO,
            )
        )  # fmt: skip
    return omar.id.hex


async def test_find_times__gives_only_what_is_wished(world):
    omar = await _second_performer(world)
    for wish in (
        Wish(performer_id=omar),
        Wish(visit_form=VisitForm.VIDEO),
        Wish(part=PartOfDay.AFTERNOON),
        Wish(performer_id=omar, weekdays=frozenset({1}), part=PartOfDay.AFTERNOON),
    ):
        found = await free_times.find_times(world.resident, **at(world), wish=wish)
        assert [slot.performer for _, slots in found.days for slot in slots] == ["Omar Test"], wish
        assert found.next_free is not None
        assert found.next_free.performer == "Omar Test"


async def test_find_times__tells_when_nothing_is_as_wished_but_something_is_free(world):
    await world.publish(2)
    found = await free_times.find_times(world.resident, **at(world), wish=Wish(weekdays=frozenset({6})))
    assert (found.next_free, found.days, found.any_at_all) == (None, [], True)
    await _hold_all(world)
    found = await free_times.find_times(world.residents[2], **at(world), wish=Wish(weekdays=frozenset({6})))
    assert not found.any_at_all


async def _hold_all(world: World) -> None:
    for who in (0, 1):
        found = await free_times.find_times(world.residents[who], **at(world))
        assert found.next_free is not None
        await booking.hold_time(world.residents[who], **at(world), timeslot_id=found.next_free.id)


async def test_find_times__finds_days_that_lie_months_apart(world):
    for months in (1, 4, 9):
        await world.publish(1, start=FIRST_START + timedelta(days=30 * months))
    found = await free_times.find_times(world.resident, **at(world), days=2)
    assert [day for day, _ in found.days] == [date(2026, 12, 31), date(2027, 3, 31)]
    assert found.more
    rest = await free_times.find_times(world.resident, **at(world), days=5, first=date(2027, 4, 1))
    assert [day for day, _ in rest.days] == [date(2027, 8, 28)]
    assert not rest.more
    assert rest.next_free == found.next_free


async def test_find_times__does_not_look_further_than_a_year(world):
    await world.publish(1, start=FIRST_START + timedelta(days=400))
    found = await free_times.find_times(world.resident, **at(world))
    assert not found.any_at_all


async def test_find_choices__names_who_and_how(world):
    omar = await _second_performer(world)
    found = await free_times.find_choices(world.resident, **at(world))
    assert [name for _, name in found.performers] == ["Omar Test", "Vera Test"]
    assert found.performers[0][0] == omar
    assert found.visit_forms == [VisitForm.ON_SITE, VisitForm.VIDEO]


async def test_find_choices__where_one_cannot_choose_whom_to_meet(world, monkeypatch):
    await _second_performer(world)
    monkeypatch.setattr(
        StandaloneJournal, "capabilities", replace(StandaloneJournal.capabilities, performer=False)
    )
    found = await free_times.find_choices(world.resident, **at(world))
    assert (found.performers, len(found.visit_forms)) == ([], 2)


async def test_live_times__are_for_residents_who_have_accepted_the_terms(world):
    stranger = (await build_world(world.database, slug="annan", residents=1, first=10)).resident
    for actor, refusal in ((None, NotAllowed), (world.staff, NotAllowed), (stranger, TermsNotAccepted)):
        with pytest.raises(refusal):
            await free_times.look_at_times(actor, **at(world))
        with pytest.raises(refusal):
            await anext(free_times.follow_times(actor, **at(world)))


@asynccontextmanager
async def _following(world: World, who: int = 1) -> AsyncIterator[asyncio.Queue[list[str]]]:
    """Follow the first day's times as a page does, and give a queue of the starts that are free each time."""
    seen: asyncio.Queue[list[str]] = asyncio.Queue()
    day = FIRST_START.date()

    async def watch() -> None:
        async for times in free_times.follow_times(world.residents[who], **at(world)):
            seen.put_nowait([f"{slot.starts_at:%H.%M}" for slot in await times.between(day, day)])

    watcher = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watcher.cancel()


async def _next(seen: asyncio.Queue[list[str]]) -> list[str]:
    return await asyncio.wait_for(seen.get(), SOON)


async def test_follow_times__tells_of_hold_release_booking_cancelling_publishing_and_withdrawing(world):
    first, second = await world.publish(2)
    journal = (await free_times.look_at_times(world.resident, **at(world)))._journal
    async with _following(world) as seen:
        assert await _next(seen) == ["08.00", "08.20"]
        hold = await journal.hold(world.resident, first.hex)
        assert await _next(seen) == ["08.20"]
        await journal.release_hold(world.resident, hold.id)
        assert await _next(seen) == ["08.00", "08.20"]
        hold = await booking.hold_time(world.resident, **at(world), timeslot_id=first.hex)
        assert await _next(seen) == ["08.20"]
        await booking.step_forward(world.resident, **at(world))
        booked = await booking.book(world.resident, **at(world), hold_id=hold.id)
        assert await _next(seen) == ["08.20"]
        await journal.cancel_booking(world.resident, booked.id, "")
        while (told := await _next(seen)) == ["08.20"]:
            pass  # the step and the booking may be told one by one
        assert told == ["08.00", "08.20"]
        await world.publish(1, start=FIRST_START + timedelta(hours=1))
        assert await _next(seen) == ["08.00", "08.20", "09.00"]
        week = await schedule.get_week(world.staff, monday=date(2026, 11, 30))
        await schedule.withdraw(world.staff, slot_ids=[second], seen=week.seen)
        assert await _next(seen) == ["08.00", "09.00"]


async def test_follow_times__a_hold_is_free_for_its_owner_alone(world):
    [slot_id] = await world.publish(1)
    async with _following(world, who=1) as other, _following(world, who=0) as own:
        assert (await _next(other), await _next(own)) == (["08.00"], ["08.00"])
        await booking.hold_time(world.residents[0], **at(world), timeslot_id=slot_id.hex)
        assert (await _next(other), await _next(own)) == ([], ["08.00"])


async def test_follow_times__tells_when_a_hold_runs_out(world, clock):
    [slot_id] = await world.publish(1)
    await booking.hold_time(world.resident, **at(world), timeslot_id=slot_id.hex)
    async with _following(world) as seen:
        assert await _next(seen) == []
        clock.advance(HOLD_AT_MOST)
        bus.publish_all()  # as the timer does, which goes by the machine's clock
        assert await _next(seen) == ["08.00"]


async def test_follow_times__a_change_that_is_rolled_back_is_not_told(world, clock):
    [slot_id] = await world.publish(1)
    before = bus.version(world.clinic_id)

    async def fail() -> None:
        async with world.database.write() as session:
            await bookings.hold_place(
                session,
                clinic_id=world.clinic_id,
                slot_id=slot_id,
                person_id=world.resident.person_id,
                now=clock.now(),
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert bus.version(world.clinic_id) == before
