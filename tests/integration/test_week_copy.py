"""Copying a week against real databases: one transaction, what clashes left out, and nothing that was not checked."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.world import World, build_world
from webtidbok_app.db.tables import AccessLog, ScheduleChange, Slot
from webtidbok_app.domain.errors import NotAllowed, ScheduleChanged
from webtidbok_app.services import schedule, week_copy
from webtidbok_app.services.week_copy import WeekCopy

MONDAY = date(2026, 11, 30)
WEEK = timedelta(days=7)


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


def _to(world: World, first_week: date = MONDAY + WEEK, weeks: int = 1) -> WeekCopy:
    return WeekCopy(first_week, weeks, frozenset({world.performer_id}), monday=MONDAY)


async def _seen(world: World, copy: WeekCopy) -> int:
    return (await week_copy.preview_copy(world.staff, copy=copy)).seen


async def _starts(world: World) -> list[datetime]:
    async with world.database.read() as session:
        return list(await session.scalars(select(col(Slot.starts_at)).order_by(col(Slot.starts_at))))


async def test_copy__is_one_change_in_the_log_and_can_be_undone(world):
    await world.publish(3)
    copy = _to(world, weeks=2)
    published = await week_copy.copy_week(world.staff, copy=copy, seen=await _seen(world, copy))
    async with world.database.read() as session:
        change = await session.scalar(select(ScheduleChange).where(ScheduleChange.id == published.change_id))
        lines = list(await session.scalars(select(col(AccessLog.action))))
    assert (published.count, change.kind, change.slots, change.number) == (6, "copy", 6, 2)
    assert change.changed_by_name == world.staff.name
    assert lines == ["copy_week"]
    first, *_ = await _starts(world)
    assert (published.first, published.last) == (first + WEEK, first + 2 * WEEK + timedelta(minutes=40))


async def test_empty_week__is_the_first_in_which_nothing_is_published(world):
    weeks = [MONDAY + WEEK * number for number in range(4)]
    [slot, *_] = await _week(world, 2)
    assert await week_copy.find_empty_week(world.staff, mondays=weeks) == weeks[1]
    [later] = await world.publish(1, start=slot.starts_at + WEEK)
    assert await week_copy.find_empty_week(world.staff, mondays=weeks) == weeks[2]
    assert await week_copy.find_empty_week(world.staff, mondays=weeks[:2]) == weeks[0]
    impact = await schedule.weigh_withdrawal(world.staff, slot_ids=[later])
    await schedule.withdraw(world.staff, slot_ids=[later], seen=impact.seen)
    assert await week_copy.find_empty_week(world.staff, mondays=weeks) == weeks[1]


async def test_copy__withdrawn_times_are_not_copied(world):
    ids = await world.publish(3)
    impact = await schedule.weigh_withdrawal(world.staff, slot_ids=ids[:1])
    await schedule.withdraw(world.staff, slot_ids=ids[:1], seen=impact.seen)
    assert (await week_copy.get_source_week(world.staff, monday=MONDAY)).count == 2
    assert len((await week_copy.preview_copy(world.staff, copy=_to(world))).publishable) == 2


async def test_copy__what_clashes_is_shown_and_left_out(world):
    [first, *_] = [slot.starts_at for slot in await _week(world, 3)]
    await world.publish(1, start=first + WEEK + timedelta(minutes=10))
    preview = await week_copy.preview_copy(world.staff, copy=_to(world))
    assert [clash.starts_at for clash in preview.clashes] == [first + WEEK + timedelta(minutes=10)]
    assert len(preview.publishable) == 1
    published = await week_copy.copy_week(world.staff, copy=_to(world), seen=preview.seen)
    assert published.count == 1


async def _week(world: World, count: int):
    await world.publish(count)
    return (await schedule.get_week(world.staff, monday=MONDAY)).slots


@pytest.mark.parametrize("weeks_ahead", [0, 1])
async def test_copy__the_week_or_its_copy_was_changed_meanwhile__says_by_whom_and_publishes_nothing(
    world, weeks_ahead, clock
):
    await world.publish(3)
    seen = await _seen(world, _to(world))
    clock.advance(timedelta(minutes=2))
    await world.publish(1, start=datetime(2026, 12, 3, 12, tzinfo=UTC) + WEEK * weeks_ahead)
    before = await _starts(world)
    with pytest.raises(ScheduleChanged) as refusal:
        await week_copy.copy_week(world.staff, copy=_to(world), seen=seen)
    assert refusal.value.facts == {"changed_by": "Test", "changed_at": clock.now()}
    assert await _starts(world) == before
    assert (
        await week_copy.copy_week(world.staff, copy=_to(world), seen=await _seen(world, _to(world)))
    ).count


async def test_copy__a_change_of_other_weeks_does_not_stand_in_the_way(world):
    await world.publish(3)
    seen = await _seen(world, _to(world))
    await world.publish(1, start=datetime(2026, 12, 17, 8, tzinfo=UTC))
    assert (await week_copy.copy_week(world.staff, copy=_to(world), seen=seen)).count == 3


async def test_copy__by_several_at_the_same_moment__is_done_once(world):
    await world.publish(3)
    seen = await _seen(world, _to(world))
    attempts = [week_copy.copy_week(world.staff, copy=_to(world), seen=seen) for _ in range(5)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(outcome, ScheduleChanged) for outcome in outcomes) == 4
    assert len(await _starts(world)) == 6


async def test_copy__sees_and_touches_no_other_clinic(world, database):
    await world.publish(3)
    other = await build_world(database, slug="andra-kliniken", residents=0)
    copy = _to(world)
    assert (await week_copy.get_source_week(other.staff, monday=MONDAY)).count == 0
    published = await week_copy.copy_week(other.staff, copy=copy, seen=0)
    assert (published.count, published.change_id) == (0, None)
    assert len(await _starts(world)) == 3
    for outsider in (None, world.resident):
        with pytest.raises(NotAllowed):
            await week_copy.copy_week(outsider, copy=copy, seen=0)
