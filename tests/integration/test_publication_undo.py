"""Undoing a publication: what is free goes, what somebody has stays, once and for ten minutes."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import AccessLog, Booking, ScheduleChange, Slot
from webtidbok_app.domain.errors import NotAllowed, NotFound, SlotWithdrawn, TooLateToChange
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import schedule, schedule_changes
from webtidbok_app.timebook.schedule_log import UNDO_FOR

MONDAY = day_of(FIRST_START) - timedelta(days=1)


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


async def _newest(world: World) -> UUID:
    return (await schedule_changes.list_changes(world.staff))[0].id


async def _hold(world: World, slot_id: UUID, number: int = 0) -> str:
    journal = StandaloneJournal(world.clinic_id, world.database)
    return (await journal.hold(world.residents[number], slot_id.hex)).id


async def _book(world: World, slot_id: UUID, number: int = 0) -> None:
    journal = StandaloneJournal(world.clinic_id, world.database)
    hold_id = await _hold(world, slot_id, number)
    await journal.make_booking(world.residents[number], hold_id, BookingDetails(phone="0701740605"))


async def _published(world: World) -> set[UUID]:
    week = await schedule.get_week(world.staff, monday=MONDAY)
    return {slot.id for slot in week.slots}


async def test_undo__booked_and_held_times_are_kept_and_named(world):
    ids = await world.publish(5)
    await _book(world, ids[0], 0)
    await _hold(world, ids[1], 1)
    change_id = await _newest(world)
    impact = await schedule_changes.find_undo_impact(world.staff, change_id=change_id)
    assert (impact.gone, [slot.id for slot in impact.kept]) == (3, ids[:2])
    undone = await schedule_changes.undo(world.staff, change_id=change_id)
    assert (undone.gone, [slot.id for slot in undone.kept]) == (3, ids[:2])
    assert [(slot.initials, slot.held) for slot in undone.kept] == [(["A. A."], 0), ([], 1)]
    assert await _published(world) == set(ids[:2])


async def test_undo__is_a_change_of_its_own_and_is_logged(world):
    await world.publish(2)
    await schedule_changes.undo(world.staff, change_id=await _newest(world))
    undoing, publication = await schedule_changes.list_changes(world.staff)
    assert (undoing.kind, undoing.slots, undoing.changed_by) == ("undo", 2, world.staff.name)
    assert (undoing.undo_until, publication.undo_until) == (None, None)
    assert publication.undone_at == undoing.changed_at
    async with world.database.read() as session:
        assert list(await session.scalars(select(col(AccessLog.action)))) == ["undo_publication"]


async def test_undo__a_hold_that_has_run_out_does_not_keep_the_time(world, clock):
    [slot_id] = await world.publish(1, start=FIRST_START)
    async with world.database.write() as session:
        change = await session.get(ScheduleChange, (world.clinic_id, await _newest(world)))
        change.changed_at += timedelta(minutes=5)
    await _hold(world, slot_id)
    clock.advance(timedelta(minutes=10))
    undone = await schedule_changes.undo(world.staff, change_id=await _newest(world))
    assert (undone.gone, undone.kept) == (1, [])


async def test_undo__twice__does_nothing_more__even_when_a_kept_time_is_free_by_then(world):
    ids = await world.publish(2)
    await _book(world, ids[0])
    change_id = await _newest(world)
    await schedule_changes.undo(world.staff, change_id=change_id)
    async with world.database.write() as session:
        booking = (await session.scalars(select(Booking))).one()
        booking.status = "cancelled"
    assert (await schedule_changes.undo(world.staff, change_id=change_id)).gone == 0
    async with world.database.read() as session:
        assert await session.scalar(select(func.count()).where(Slot.withdrawn_at.is_(None))) == 1
        assert await session.scalar(select(func.count()).where(ScheduleChange.kind == "undo")) == 1


async def test_undo__by_several_at_the_same_moment__is_done_once(world):
    await world.publish(4)
    change_id = await _newest(world)
    attempts = [schedule_changes.undo(world.staff, change_id=change_id) for _ in range(5)]
    outcomes = await asyncio.gather(*attempts)
    assert sorted(outcome.gone for outcome in outcomes) == [0, 0, 0, 0, 4]


async def test_undo__while_residents_hold__never_takes_a_time_that_somebody_got(world):
    ids = await world.publish(6)
    change_id = await _newest(world)
    holds = [_hold(world, ids[number], number) for number in range(3)]
    undone, held = await asyncio.gather(
        schedule_changes.undo(world.staff, change_id=change_id),
        asyncio.gather(*holds, return_exceptions=True),
    )
    got = {ids[number] for number, outcome in enumerate(held) if isinstance(outcome, str)}
    assert all(isinstance(outcome, str | SlotWithdrawn) for outcome in held)
    assert {slot.id for slot in undone.kept} == got
    assert undone.gone == 6 - len(got)


async def test_undo__after_ten_minutes__is_refused_and_changes_nothing(world, clock):
    ids = await world.publish(2)
    change_id, published_at = await _newest(world), clock.now()
    clock.advance(UNDO_FOR + timedelta(seconds=1))
    with pytest.raises(TooLateToChange) as refusal:
        await schedule_changes.undo(world.staff, change_id=change_id)
    assert refusal.value.facts["deadline"] == published_at + UNDO_FOR
    assert await _published(world) == set(ids)


async def test_undo__with_everything_booked__is_not_undone(world):
    [slot_id] = await world.publish(1)
    await _book(world, slot_id)
    undone = await schedule_changes.undo(world.staff, change_id=await _newest(world))
    assert (undone.gone, undone.change.undone_at) == (0, None)
    assert len(await schedule_changes.list_changes(world.staff)) == 1


async def test_undo__of_another_clinic_or_of_a_withdrawal__is_not_found(world, database):
    ids = await world.publish(2)
    change_id = await _newest(world)
    other = await build_world(database, slug="andra-kliniken", residents=0)
    impact = await schedule.weigh_withdrawal(world.staff, slot_ids=ids[:1])
    await schedule.withdraw(world.staff, slot_ids=ids[:1], seen=impact.seen)
    withdrawal = await _newest(world)
    for staff, wanted in ((other.staff, change_id), (world.staff, withdrawal), (world.staff, uuid4())):
        with pytest.raises(NotFound):
            await schedule_changes.find_undo_impact(staff, change_id=wanted)
        with pytest.raises(NotFound):
            await schedule_changes.undo(staff, change_id=wanted)
    assert await schedule_changes.list_changes(other.staff) == []
    assert await _published(world) >= set(ids[1:])
    for outsider in (None, world.resident):
        with pytest.raises(NotAllowed):
            await schedule_changes.undo(outsider, change_id=change_id)
        with pytest.raises(NotAllowed):
            await schedule_changes.list_changes(outsider)
