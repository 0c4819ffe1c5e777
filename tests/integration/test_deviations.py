"""Closed days and deviating times against real databases: nothing is published there, whichever way one publishes."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.world import World, build_world
from webtidbok_app.db.tables import AccessLog, Performer, Slot
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, NotFound, ScheduleChanged
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import (
    clinics,
    deviations,
    import_times,
    publication,
    schedule,
    schedule_changes,
    template_publication,
    week_copy,
    week_templates,
)
from webtidbok_app.services.deviations import Deviation
from webtidbok_app.services.import_times import ImportRow
from webtidbok_app.services.template_publication import Filling
from webtidbok_app.services.week_copy import WeekCopy
from webtidbok_app.timebook.pattern import Pattern

MONDAY = date(2026, 11, 30)
TUESDAY = date(2026, 12, 1)
NEXT = TUESDAY + timedelta(days=7)
PLANNING = Deviation(NEXT, NEXT, "Planeringsdag")


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


def _pattern(world: World) -> Pattern:
    return Pattern(
        time_type_id=world.time_type_id, performer_id=world.performer_id, visit_form=VisitForm.ON_SITE,
        first_day=MONDAY + timedelta(days=7), last_day=MONDAY + timedelta(days=11),
        weekdays=frozenset(range(5)), from_time=time(9), to_time=time(10), length_minutes=20, places=1,
    )  # fmt: skip


async def _days(world: World) -> set[date]:
    async with world.database.read() as session:
        return {start.date() for start in await session.scalars(select(col(Slot.starts_at)))}


async def test_closed_day__is_left_out_of_a_pattern__and_the_check_says_why(world):
    await deviations.add_deviation(world.staff, deviation=PLANNING)
    preview = await publication.preview_publication(world.staff, pattern=_pattern(world))
    [left_out] = preview.deviating
    assert (left_out.day, left_out.deviation, left_out.times) == (NEXT, PLANNING, 3)
    published = await publication.publish(world.staff, pattern=_pattern(world), seen=preview.seen)
    assert published.count == len(preview.publishable) == 12
    assert NEXT not in await _days(world)


async def test_closed_day__is_left_out_of_a_copy_and_of_a_template(world):
    await world.publish(3)
    everybody = frozenset({world.performer_id})
    template = await week_templates.add_week_template(
        world.staff, name="Vecka", monday=MONDAY, performer_ids=everybody
    )
    await deviations.add_deviation(world.staff, deviation=PLANNING)
    copy = WeekCopy(MONDAY + timedelta(days=7), 2, everybody, monday=MONDAY)
    copied = await week_copy.preview_copy(world.staff, copy=copy)
    applied = await template_publication.preview_template(
        world.staff, template_id=template, version=1, filling=Filling(copy.first_week, 2, everybody)
    )
    assert copied == applied
    assert [(one.day, one.times) for one in copied.deviating] == [(NEXT, 3)]
    assert (await week_copy.copy_week(world.staff, copy=copy, seen=copied.seen)).count == 3
    assert await _days(world) == {TUESDAY, NEXT + timedelta(days=7)}


async def test_closed_day__is_left_out_of_an_import__with_its_reason_at_the_row(world):
    await deviations.add_deviation(world.staff, deviation=PLANNING)
    rows = [
        ImportRow(line, day, time(9), 20, "Besök", "Vera Test") for line, day in ((2, TUESDAY), (3, NEXT))
    ]
    preview = await import_times.preview_import(world.staff, rows=rows)
    [problem] = preview.problems
    assert (problem.line, problem.code, problem.facts) == (3, "deviates", {"reason": "Planeringsdag"})
    assert (await import_times.import_times(world.staff, rows=rows, seen=preview.seen)).count == 1
    assert await _days(world) == {TUESDAY}


async def test_part_of_a_day__leaves_out_what_it_touches__for_that_performer_alone(world):
    async with world.database.write() as session:
        other = Performer(clinic_id=world.clinic_id, name="Annan Test")
        session.add(other)
        other_id = other.id
    away = replace(PLANNING, from_minute=9 * 60 + 10, to_minute=9 * 60 + 40, performer_id=world.performer_id)
    await deviations.add_deviation(world.staff, deviation=away)
    mine = await publication.preview_publication(world.staff, pattern=_pattern(world))
    assert [(one.day, one.times) for one in mine.deviating] == [(NEXT, 2)]
    assert mine.deviating[0].deviation.performer == "Vera Test"
    theirs = replace(_pattern(world), performer_id=other_id)
    assert (await publication.preview_publication(world.staff, pattern=theirs)).deviating == []


async def test_times_there_already__are_counted_and_stay(world):
    slots = await world.publish(3, start=datetime(2026, 12, 8, 8, tzinfo=UTC))
    journal = StandaloneJournal(world.clinic_id, world.database)
    held = await journal.hold(world.resident, slots[1].hex)
    await journal.make_booking(world.resident, held.id, BookingDetails(phone="0701740605"))
    added = await deviations.add_deviation(world.staff, deviation=PLANNING)
    assert (added.times, added.booked, added.added_by) == (3, 1, "Rita Test")
    assert await _days(world) == {NEXT}
    [listed] = (await deviations.list_deviations(world.staff)).coming
    assert listed == added


async def test_week__tells_of_the_deviations_that_have_a_day_in_it(world):
    long = Deviation(date(2026, 12, 11), date(2026, 12, 15), "Flytt")
    for one in (PLANNING, long):
        await deviations.add_deviation(world.staff, deviation=one)
    told = [
        (await schedule.get_week(world.staff, monday=MONDAY + timedelta(days=7 * n))).deviations
        for n in range(4)
    ]
    assert told == [[], [PLANNING, long], [long], []]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"first_day": date(2026, 11, 22)}, {"first_day": "first_day_passed"}),
        ({"last_day": NEXT - timedelta(days=1)}, {"last_day": "last_day_before_first"}),
        ({"last_day": date(2030, 1, 1)}, {"last_day": "last_day_too_far"}),
        ({"from_minute": 60}, {"to_time": "time_missing"}),
        ({"to_minute": 60}, {"from_time": "time_missing"}),
        ({"from_minute": 60, "to_minute": 60}, {"to_time": "to_time_before_from"}),
        ({"from_minute": 60, "to_minute": 1441}, {"to_time": "to_time_before_from"}),
        ({"reason": ""}, {"reason": "reason_missing"}),
        ({"reason": "x" * 61}, {"reason": "reason_too_long"}),
    ],
)
async def test_deviation__that_cannot_be__is_refused_at_its_field(world, changes, problems):
    with pytest.raises(InvalidInput) as refused:
        await deviations.add_deviation(world.staff, deviation=replace(PLANNING, **changes))
    assert refused.value.problems == problems
    assert (await deviations.list_deviations(world.staff)).coming == []


async def test_deviation__added_twice_at_once__is_there_once(world):
    adding = [deviations.add_deviation(world.staff, deviation=PLANNING) for _ in range(3)]
    outcomes = await asyncio.gather(*adding, return_exceptions=True)
    assert sum(isinstance(outcome, InvalidInput) for outcome in outcomes) == 2
    assert len((await deviations.list_deviations(world.staff)).coming) == 1


@pytest.mark.parametrize("act", ["add", "remove"])
async def test_publishing__a_day_was_closed_or_opened_since_the_check__is_checked_anew(world, act):
    there = await deviations.add_deviation(world.staff, deviation=replace(PLANNING, reason="Flytt"))
    seen = (await publication.preview_publication(world.staff, pattern=_pattern(world))).seen
    if act == "add":
        await deviations.add_deviation(world.staff, deviation=PLANNING)
    else:
        await deviations.remove_deviation(world.staff, deviation_id=there.id)
    with pytest.raises(ScheduleChanged):
        await publication.publish(world.staff, pattern=_pattern(world), seen=seen)
    assert await _days(world) == set()
    newest, *_ = await schedule_changes.list_changes(world.staff)
    assert (newest.kind, newest.slots, newest.undo_until) == ("close" if act == "add" else "reopen", 0, None)


async def test_deviation__removed__days_can_be_filled_again(world):
    added = await deviations.add_deviation(world.staff, deviation=PLANNING)
    await deviations.remove_deviation(world.staff, deviation_id=added.id)
    assert (await publication.publish(world.staff, pattern=_pattern(world))).count == 15
    async with world.database.read() as session:
        actions = list(await session.scalars(select(col(AccessLog.action)).order_by(col(AccessLog.at))))
    assert sorted(actions) == ["add_deviation", "publish", "remove_deviation"]
    with pytest.raises(NotFound):
        await deviations.remove_deviation(world.staff, deviation_id=added.id)


async def test_deviation__that_has_passed__is_listed_by_itself_for_a_year(world, clock):
    await deviations.add_deviation(world.staff, deviation=PLANNING)
    clock.advance(timedelta(days=16))
    found = await deviations.list_deviations(world.staff)
    assert (found.coming, [one.deviation for one in found.passed]) == ([], [PLANNING])
    clock.advance(timedelta(days=366))
    assert (await deviations.list_deviations(world.staff)).passed == []


async def test_residents__are_told_of_the_days_when_all_of_the_clinic_is_closed_soon(world):
    today = date(2026, 11, 23)
    told = (
        Deviation(today, date(2026, 11, 24), "Flytt"),
        Deviation(date(2026, 12, 21), date(2026, 12, 22), "Stängt"),
    )
    for one in (
        *told,
        Deviation(date(2026, 12, 22), date(2026, 12, 22), "Senare"),
        Deviation(date(2026, 12, 2), date(2026, 12, 2), "Semester", performer_id=world.performer_id),
        Deviation(date(2026, 12, 3), date(2026, 12, 3), "Möte", from_minute=60, to_minute=120),
    ):
        await deviations.add_deviation(world.staff, deviation=one)
    clinic = await clinics.get_clinic(slug=world.clinic)
    assert await clinics.list_closed_days(clinic) == [(one.first_day, one.last_day) for one in told]


async def test_another_clinic__neither_sees_nor_touches_it(world, database):
    added = await deviations.add_deviation(world.staff, deviation=PLANNING)
    other = await build_world(database, slug="andra-kliniken", residents=0)
    assert (await deviations.list_deviations(other.staff)).coming == []
    assert (await publication.preview_publication(other.staff, pattern=_pattern(other))).deviating == []
    with pytest.raises(NotFound):
        await deviations.remove_deviation(other.staff, deviation_id=added.id)
    with pytest.raises(NotFound):
        await deviations.add_deviation(
            other.staff, deviation=replace(PLANNING, performer_id=world.performer_id)
        )
    for outsider in (None, world.resident):
        with pytest.raises(NotAllowed):
            await deviations.add_deviation(outsider, deviation=PLANNING)
