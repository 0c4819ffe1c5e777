"""The staff's schedule: a week of 3,200 times, its month, and publishing 10,000, against the same SQL alone.

The reading, as the first who looks after a change has to wait for it, stands against the statements that it was
heard to send, by SQLAlchemy's connection alone, their rows fetched and thrown away. Publishing stands against one
INSERT of as many rows.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from benchmarks.crowd import PERFORMERS, SLOTS, Crowd, as_kept
from benchmarks.fill import MONDAY
from benchmarks.measure import Ratio, ratio, take_turns
from benchmarks.statements import recorded, replay
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.live.bus import bus
from webtidbok_app.services import publication, schedule, schedule_month
from webtidbok_app.state.staff import overview, week_view
from webtidbok_app.timebook import pattern as patterns
from webtidbok_app.timebook.pattern import MAX_SLOTS, Pattern

READINGS = 3
"""In each round and by each variant."""


@dataclass(frozen=True)
class Schedule:
    """What the schedule costs."""

    week: Ratio
    """Reading a week of 3,200 times with who has them."""
    words: Ratio
    """The same and putting it in words, as one opens the week and a day."""
    one_performer: Ratio
    """The same, of one performer's week."""
    month: Ratio
    preview: Ratio
    """Working out 10,000 times and what they clash with, against the INSERT of them."""
    publish: Ratio


async def bench_schedule(new_database: Callable[[], str], rounds: int) -> Schedule:
    """Return the figures."""
    crowd = await Crowd.build(new_database(), MONDAY.date(), more_performers=2 * (rounds + 1))
    week = await _bench_week(crowd, rounds)
    month = await _bench_month(crowd, rounds)
    published = await _bench_publishing(crowd, rounds)
    await crowd.world.database.dispose()
    return Schedule(
        ratio(week, "read", "same SQL"),
        ratio(week, "everybody in words", "same SQL"),
        ratio(week, "one in words", "same SQL"),
        ratio(month, "read", "same SQL"),
        ratio(published, "preview", "insert"),
        ratio(published, "publish", "insert"),
    )


async def _bench_week(crowd: Crowd, rounds: int) -> dict[str, list[float]]:
    staff, now = crowd.world.staff, clock.now()

    async def read() -> schedule.Week:
        bus.publish([crowd.world.clinic_id])
        return await schedule.get_week(staff, monday=crowd.monday)

    async def show() -> None:
        week = await read()
        assert len(week.slots) == SLOTS
        overview.week_overview(week, week.slots, now)
        today = [slot for slot in week.slots if slot.starts_at.date() == crowd.monday]
        week_view.day_table(week, crowd.monday, today, now, boxed=None)

    async def show_one() -> None:
        week = await read()
        theirs = [slot for slot in week.slots if slot.performer_id == crowd.performers[0]]
        assert len(theirs) == SLOTS // PERFORMERS
        week_view.week_table(week, theirs, now, boxed=None, one=True)

    return await _against_sql(crowd, read, rounds, {"everybody in words": show, "one in words": show_one})


async def _bench_month(crowd: Crowd, rounds: int) -> dict[str, list[float]]:
    async def read() -> None:
        bus.publish([crowd.world.clinic_id])
        month = await schedule_month.get_month(crowd.world.staff, first=crowd.monday.replace(day=1))
        assert sum(tally.times for tally in month.tallies.values()) == SLOTS // 5

    return await _against_sql(crowd, read, rounds, {})


async def _against_sql(
    crowd: Crowd,
    read: Callable[[], Awaitable[object]],
    rounds: int,
    others: dict[str, Callable[[], Awaitable[None]]],
) -> dict[str, list[float]]:
    database = crowd.world.database
    await read()
    with recorded(database) as heard:
        await read()

    async def ours() -> None:
        await read()

    async def same_sql() -> None:
        await replay(database, heard, {})

    return await take_turns({"read": ours, "same SQL": same_sql, **others}, rounds, each=READINGS)


async def _bench_publishing(crowd: Crowd, rounds: int) -> dict[str, list[float]]:
    world, unused = crowd.world, iter(crowd.performers[PERFORMERS:])
    first = crowd.monday + timedelta(weeks=2)
    wanted = Pattern(
        time_type_id=world.time_type_id, performer_id=UUID(int=0), visit_form=VisitForm.ON_SITE, first_day=first,
        last_day=first + timedelta(days=249), weekdays=frozenset(range(7)), from_time=time(8), to_time=time(18),
        length_minutes=15, places=1, skip_holidays=False,
    )  # fmt: skip

    async def preview() -> None:
        whose = replace(wanted, performer_id=crowd.performers[0])
        found = await publication.preview_publication(world.staff, pattern=whose)
        assert len(found.slots) == MAX_SLOTS

    async def publish() -> None:
        done = await publication.publish(world.staff, pattern=replace(wanted, performer_id=next(unused)))
        assert done.count == MAX_SLOTS

    own = replace(wanted, performer_id=crowd.performers[0], last_day=first)
    change_id = (await publication.publish(world.staff, pattern=own)).change_id
    assert change_id
    planned = patterns.expand(wanted, now=clock.now()).slots

    async def insert() -> float:
        of = world.clinic_id, world.time_type_id, next(unused), change_id
        rows = [(*of, new_id(), one.starts_at, one.ends_at, "on_site", 1) for one in planned]
        return await _insert(world.database, rows)

    return await take_turns({"preview": preview, "publish": publish, "insert": insert}, rounds)


async def _insert(database: Database, rows: Sequence[tuple[Any, ...]]) -> float:
    """Insert published times by the driver alone. Return the seconds from BEGIN to COMMIT."""
    lite = database.engine.dialect.name == "sqlite"
    sent = [tuple(as_kept(value) for value in row) for row in rows] if lite else rows
    columns = "clinic_id, time_type_id, performer_id, change_id, id, starts_at, ends_at, visit_form, places"
    marks = ", ".join(["?" if lite else "%s"] * len(rows[0]))
    writing = database.engine.execution_options(immediate=True)
    began = perf_counter()
    async with writing.begin() as connection:
        await connection.exec_driver_sql(f"INSERT INTO slot ({columns}) VALUES ({marks})", list(sent))  # noqa: S608
    return perf_counter() - began
