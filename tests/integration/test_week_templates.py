"""Templates of a week against real databases: kept, changed by one at a time, published in one transaction."""

import asyncio
from dataclasses import replace
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.world import World, build_world
from webtidbok_app.db.tables import AccessLog, Performer, ScheduleChange, Slot, TimeType, WeekTemplateSlot
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, NotFound, ScheduleChanged, StaleVersion
from webtidbok_app.domain.swedish_time import local
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services import schedule_changes
from webtidbok_app.services import template_publication as publication
from webtidbok_app.services import week_templates as templates
from webtidbok_app.services.template_publication import Filling
from webtidbok_app.services.week_templates import Series

MONDAY = date(2026, 11, 30)
WEEK = timedelta(days=7)


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


def _series(world: World, **changes: object) -> Series:
    facts: dict[str, object] = {
        "time_type_id": world.time_type_id, "performer_id": world.performer_id, "visit_form": VisitForm.VIDEO,
        "weekdays": frozenset({0, 2}), "from_time": time(8), "to_time": time(9), "length_minutes": 20, "places": 2,
    }  # fmt: skip
    return Series(**(facts | changes))


def _filling(world: World, **changes: object) -> Filling:
    return replace(Filling(MONDAY + WEEK, 2, frozenset({world.performer_id})), **changes)


async def _template(world: World, name: str = "Vanlig vecka", **series: object) -> templates.TemplateFacts:
    made = await templates.add_week_template(world.staff, name=name)
    return await templates.add_series(
        world.staff, template_id=made, version=1, series=_series(world, **series)
    )


async def _apply(world: World, template: templates.TemplateFacts, filling: Filling):
    what = {"template_id": template.id, "version": template.version, "filling": filling}
    preview = await publication.preview_template(world.staff, **what)
    return await publication.apply_week_template(world.staff, **what, seen=preview.seen)


async def _starts(world: World) -> list[str]:
    async with world.database.read() as session:
        found = await session.scalars(select(col(Slot.starts_at)).order_by(col(Slot.starts_at)))
        return [f"{local(start):%m-%d %H.%M}" for start in found]


async def test_template__saved_from_a_week__has_its_times_and_shows_them_as_series(world):
    await world.publish(3, places=4)
    made = await templates.add_week_template(
        world.staff, name="Tisdagar", monday=MONDAY, performer_ids=frozenset({world.performer_id})
    )
    facts = await templates.get_week_template(world.staff, template_id=made)
    [series] = facts.series
    assert [(one.weekday, one.start, one.length, one.places) for one in series.times] == [
        (1, 540, 20, 4), (1, 560, 20, 4), (1, 580, 20, 4)
    ]  # fmt: skip
    assert (series.performer, series.time_type, series.in_use) == ("Vera Test", "Besök", True)
    [row] = (await templates.list_week_templates(world.staff)).templates
    assert (row.name, row.times, row.performers, row.changed_by) == ("Tisdagar", 3, 1, "Rita Test")


async def test_template__of_nobody_s_times__is_refused(world):
    await world.publish(3)
    with pytest.raises(InvalidInput) as refused:
        await templates.add_week_template(
            world.staff, name="Tom", monday=MONDAY, performer_ids=frozenset({uuid4()})
        )
    assert refused.value.problems == {"performers": "performers_missing"}
    assert (await templates.list_week_templates(world.staff)).templates == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "template_name_missing"),
        ("x" * 61, "name_too_long"),
        ("Vanlig vecka", "template_name_taken"),
    ],
)
async def test_name__that_cannot_be__is_refused_wherever_it_is_written(world, name, code):
    template, other = await _template(world), await _template(world, "En annan")
    for act in (
        templates.add_week_template(world.staff, name=name),
        templates.duplicate_week_template(world.staff, template_id=template.id, name=name),
        templates.rename_week_template(world.staff, template_id=other.id, version=other.version, name=name),
    ):
        with pytest.raises(InvalidInput) as refused:
            await act
        assert refused.value.problems == {"name": code}


async def test_series__added_and_taken_away__leave_the_others_alone(world):
    template = await _template(world)
    more = await templates.add_series(
        world.staff, template_id=template.id, version=2,
        series=_series(world, weekdays=frozenset({0}), from_time=time(9), to_time=time(10), length_minutes=30),
    )  # fmt: skip
    assert [(one.times[0].weekday, len(one.times)) for one in more.series] == [(0, 3), (0, 2), (2, 3)]
    less = await templates.remove_series(
        world.staff, template_id=template.id, version=3, first=more.series[0].times[0]
    )
    assert [one.times for one in less.series] == [more.series[1].times, more.series[2].times]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"from_time": time(8, 40), "to_time": time(9, 20)}, {"from_time": "overlaps"}),
        ({"weekdays": frozenset()}, {"weekdays": "weekdays_missing"}),
        ({"weekdays": frozenset({7})}, {"weekdays": "weekdays_missing"}),
        ({"to_time": time(8, 10)}, {"to_time": "to_time_too_early"}),
        ({"places": 501}, {"places": "places"}),
    ],
)
async def test_series__that_cannot_be__is_refused_at_its_field(world, changes, problems):
    template = await _template(world)
    with pytest.raises(InvalidInput) as refused:
        await templates.add_series(
            world.staff, template_id=template.id, version=2, series=_series(world, **changes)
        )
    assert refused.value.problems == problems


async def test_series__right_after_another__is_no_overlap(world):
    template = await _template(world)
    after = _series(world, from_time=time(9), to_time=time(9, 20))
    grown = await templates.add_series(world.staff, template_id=template.id, version=2, series=after)
    assert [len(one.times) for one in grown.series] == [4, 4]


async def test_template__two_change_it_at_once__the_second_is_told(world):
    template = await _template(world)
    renaming = [
        templates.rename_week_template(
            world.staff, template_id=template.id, version=2, name=f"Nummer {number}"
        )
        for number in range(4)
    ]
    outcomes = await asyncio.gather(*renaming, return_exceptions=True)
    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == 3
    for stale in (
        templates.remove_week_template(world.staff, template_id=template.id, version=2),
        templates.add_series(world.staff, template_id=template.id, version=2, series=_series(world)),
        templates.remove_series(
            world.staff, template_id=template.id, version=2, first=template.series[0].times[0]
        ),
        publication.preview_template(
            world.staff, template_id=template.id, version=2, filling=_filling(world)
        ),
    ):
        with pytest.raises(StaleVersion):
            await stale


async def test_template__removed__takes_no_published_time_with_it(world):
    template = await _template(world)
    await _apply(world, template, _filling(world))
    before = await _starts(world)
    await templates.remove_week_template(world.staff, template_id=template.id, version=template.version)
    assert await _starts(world) == before
    async with world.database.read() as session:
        assert list(await session.scalars(select(WeekTemplateSlot))) == []
    with pytest.raises(NotFound):
        await templates.get_week_template(world.staff, template_id=template.id)


async def test_duplicate__is_a_template_of_its_own(world):
    template = await _template(world)
    twin = await templates.duplicate_week_template(world.staff, template_id=template.id, name="Kopia")
    await templates.remove_week_template(world.staff, template_id=template.id, version=template.version)
    assert (await templates.get_week_template(world.staff, template_id=twin)).series == template.series


async def test_another_clinic__neither_sees_nor_touches_it(world, database):
    template = await _template(world)
    other = await build_world(database, slug="andra-kliniken", residents=0)
    assert (await templates.list_week_templates(other.staff)).templates == []
    what = {"template_id": template.id, "version": template.version}
    for act in (
        templates.get_week_template(other.staff, template_id=template.id),
        templates.duplicate_week_template(other.staff, template_id=template.id, name="Vår"),
        templates.rename_week_template(other.staff, **what, name="Vår"),
        templates.remove_series(other.staff, **what, first=template.series[0].times[0]),
        templates.remove_week_template(other.staff, **what),
        publication.apply_week_template(other.staff, **what, filling=_filling(world), seen=0),
    ):
        with pytest.raises(NotFound):
            await act
    theirs = await _template(other)
    for stolen in ({"performer_id": world.performer_id}, {"time_type_id": world.time_type_id}):
        with pytest.raises(NotFound):
            await templates.add_series(
                other.staff, template_id=theirs.id, version=theirs.version,
                series=_series(other, weekdays=frozenset({4}), **stolen),
            )  # fmt: skip
    assert await templates.get_week_template(world.staff, template_id=template.id) == template
    for outsider in (None, world.resident):
        with pytest.raises(NotAllowed):
            await templates.list_week_templates(outsider)


@pytest.mark.parametrize("table", [Performer, TimeType])
async def test_who_or_what_is_no_longer_in_use__is_shown_and_not_published(world, table):
    template = await _template(world)
    key = world.performer_id if table is Performer else world.time_type_id
    async with world.database.write() as session:
        (await session.get_one(table, (world.clinic_id, key))).active = False
    facts = await templates.get_week_template(world.staff, template_id=template.id)
    assert [one.in_use for one in facts.series] == [False, False]
    assert facts.performers == []
    assert (await _apply(world, template, _filling(world))).count == 0
    with pytest.raises(NotFound):
        await templates.add_series(
            world.staff, template_id=template.id, version=template.version,
            series=_series(world, weekdays=frozenset({4})),
        )  # fmt: skip


async def test_apply__every_second_week__is_one_change_and_can_be_undone(world):
    template = await _template(world)
    published = await _apply(world, template, _filling(world, every=2))
    assert await _starts(world) == [
        f"{day} 08.{minute:02}" for day in ("12-07", "12-09", "12-21", "12-23") for minute in (0, 20, 40)
    ]
    async with world.database.read() as session:
        change = await session.scalar(select(ScheduleChange).where(ScheduleChange.id == published.change_id))
        lines = set(await session.scalars(select(col(AccessLog.action))))
        slot = await session.scalar(select(Slot).limit(1))
    assert (change.kind, change.slots, change.changed_by_name) == ("template", 12, "Rita Test")
    assert lines == {"add_week_template", "change_week_template", "apply_week_template"}
    assert (slot.visit_form, slot.places) == ("video", 2)
    undone = await schedule_changes.undo(world.staff, change_id=published.change_id)
    assert undone.gone == 12


async def test_apply__again__publishes_nothing_new(world):
    template = await _template(world)
    await _apply(world, template, _filling(world))
    before = await _starts(world)
    again = await _apply(world, template, _filling(world))
    assert (again.count, again.change_id) == (0, None)
    assert await _starts(world) == before


async def test_apply__two_templates_to_odd_and_even_weeks__share_the_weeks(world):
    odd = await _template(world, "Udda")
    even = await _template(world, "Jämn", from_time=time(13), to_time=time(13, 20), weekdays=frozenset({0}))
    await _apply(world, odd, _filling(world, every=2))
    await _apply(world, even, _filling(world, first_week=MONDAY + 2 * WEEK, every=2, skip_holidays=False))
    assert [start for start in await _starts(world) if start.endswith("13.00")] == [
        "12-14 13.00", "12-28 13.00"
    ]  # fmt: skip


@pytest.mark.parametrize("weeks_ahead", [0, 1])
async def test_apply__a_week_was_changed_meanwhile__says_by_whom_and_publishes_nothing(world, weeks_ahead):
    template = await _template(world)
    what = {"template_id": template.id, "version": template.version, "filling": _filling(world, every=2)}
    seen = (await publication.preview_template(world.staff, **what)).seen
    [first, *_] = (await publication.preview_template(world.staff, **what)).slots
    await world.publish(1, start=first.starts_at + WEEK * weeks_ahead + timedelta(hours=3))
    if weeks_ahead == 1:  # a week that the template leaves alone
        assert (await publication.apply_week_template(world.staff, **what, seen=seen)).count == 12
        return
    with pytest.raises(ScheduleChanged):
        await publication.apply_week_template(world.staff, **what, seen=seen)
    assert len(await _starts(world)) == 1


async def test_apply__by_several_at_the_same_moment__is_done_once(world):
    template = await _template(world)
    what = {"template_id": template.id, "version": template.version, "filling": _filling(world)}
    seen = (await publication.preview_template(world.staff, **what)).seen
    attempts = [publication.apply_week_template(world.staff, **what, seen=seen) for _ in range(4)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(outcome, ScheduleChanged) for outcome in outcomes) == 3
    assert len(await _starts(world)) == 12


async def test_apply__a_year_at_once__is_told_when_it_is_too_much(world):
    template = await _template(
        world, weekdays=frozenset(range(7)), from_time=time(0), to_time=time(0), length_minutes=5
    )
    with pytest.raises(InvalidInput) as refused:
        await _apply(world, template, _filling(world, weeks=53))
    assert refused.value.problems == {"weeks": "too_many"}
    assert refused.value.facts["count"] == 7 * 288 * 53
