"""How often the database is asked when many look at the same times: once per change, week and worker."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import TextClause, event

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.after_commit import tell_of_change
from webtidbok_app.db.engine import Database
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.errors import SlotTaken
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live.bus import bus

VIEWERS = 20
MONDAY = date(2026, 11, 30)
WEEK = timedelta(days=7)
SAID = BookingDetails(phone="0701740605")
ABOUT_TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


@pytest.fixture
async def world(database: Database) -> World:
    return await build_world(database, residents=VIEWERS)


@pytest.fixture
def journal(world: World) -> StandaloneJournal:
    return StandaloneJournal(world.clinic_id, world.database)


@contextmanager
def questions_to(database: Database) -> Iterator[list[str]]:
    """Collect what the database is asked, by SQLAlchemy and by the quick way past it."""
    asked: list[str] = []
    ask = database.ask

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(ABOUT_TRANSACTIONS):
            asked.append(statement)

    async def ask_and_note(question: TextClause, **values: Any) -> list[Any]:
        asked.append(question.text)
        return await ask(question, **values)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "ask", ask_and_note)
            yield asked
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


class Crowd:
    """Everybody who looks at the clinic's times, each with a journal of his own, as each page has."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def look(
        self, monday: date = MONDAY, *, limit: int | None = None, days: int = 6
    ) -> list[list[Timeslot]]:
        """Return what each sees, all looking in the same moment."""
        return await asyncio.gather(*(self._one(who, monday, days, limit) for who in self.world.residents))

    async def _one(self, who: Resident, monday: date, days: int, limit: int | None) -> list[Timeslot]:
        journal = StandaloneJournal(self.world.clinic_id, self.world.database)
        last = monday + timedelta(days=days)
        return await journal.available_timeslots(who, self.world.time_type, monday, last, limit=limit)


@pytest.fixture
async def crowd(world: World, journal: StandaloneJournal) -> Crowd:
    await journal.time_types(world.resident)  # asked once, and seldom changed
    return Crowd(world)


async def test_one_week__is_one_question_for_all_who_look(world: World, crowd: Crowd) -> None:
    await world.publish(3)
    with questions_to(world.database) as asked:
        seen = await crowd.look()
    assert [len(slots) for slots in seen] == [3] * VIEWERS
    assert len(asked) == 1


async def test_unchanged__is_no_question(world: World, crowd: Crowd) -> None:
    await world.publish(3)
    before = await crowd.look()
    with questions_to(world.database) as asked:
        assert await crowd.look() == before
    assert asked == []


async def test_each_change__is_one_question_more_however_many_look(
    world: World, journal: StandaloneJournal, crowd: Crowd
) -> None:
    [slot_id, *_] = await world.publish(3)
    holder, *others = world.residents
    await crowd.look()
    hold = await journal.hold(holder, slot_id.hex)
    changes = (
        (lambda: journal.extend_hold(holder, hold.id), 2),
        (lambda: journal.make_booking(holder, hold.id, SAID), 2),
        (lambda: journal.cancel_booking(holder, hold.id, ""), 3),
        (lambda: journal.hold(others[0], slot_id.hex), 2),
    )
    for change, left in changes:
        await change()
        with questions_to(world.database) as asked:
            seen = await crowd.look()
            await crowd.look()
        assert len(asked) == 1
        assert len(seen[-1]) == left


async def test_change__another_weeks_viewers_ask_nothing(world: World, crowd: Crowd) -> None:
    await world.publish(2)
    await world.publish(1, start=FIRST_START + WEEK)
    await asyncio.gather(crowd.look(), crowd.look(MONDAY + WEEK))
    await world.publish(1, start=FIRST_START + timedelta(hours=4))
    with questions_to(world.database) as asked:
        first, second = await asyncio.gather(crowd.look(), crowd.look(MONDAY + WEEK))
    assert ([len(slots) for slots in first], [len(slots) for slots in second]) == (
        [3] * VIEWERS,
        [1] * VIEWERS,
    )
    assert len(asked) == 1


async def test_hold__in_another_week__frees_the_one_before_for_all(
    world: World, journal: StandaloneJournal, crowd: Crowd
) -> None:
    [first] = await world.publish(1)
    [second] = await world.publish(1, start=FIRST_START + WEEK)
    await journal.hold(world.resident, first.hex)
    await asyncio.gather(crowd.look(), crowd.look(MONDAY + WEEK))
    await journal.hold(world.resident, second.hex)
    with questions_to(world.database) as asked:
        freed, taken = await asyncio.gather(crowd.look(), crowd.look(MONDAY + WEEK))
    assert [len(slots) for slots in freed] == [1] * VIEWERS
    assert [len(slots) for slots in taken] == [1] + [0] * (VIEWERS - 1)
    assert len(asked) == 2


async def test_change_at_another_clinic__is_no_question(world: World, crowd: Crowd) -> None:
    other = await build_world(world.database, slug="hamnen", residents=0)
    await world.publish(1)
    await crowd.look()
    await other.publish(1)
    with questions_to(world.database) as asked:
        await crowd.look()
    assert asked == []


async def test_next_free__behind_half_a_year_without_times__is_three_questions_for_all(
    world: World, crowd: Crowd
) -> None:
    """The week that is asked for, where the next time is, and that week: not one for each week between."""
    await world.publish(1, start=FIRST_START + 26 * WEEK)
    for expected in (3, 0):
        with questions_to(world.database) as asked:
            seen = await crowd.look(limit=1, days=365)
        assert [len(slots) for slots in seen] == [1] * VIEWERS
        assert len(asked) == expected


async def test_hold_that_runs_out__needs_no_question(
    world: World, journal: StandaloneJournal, crowd: Crowd, clock: FixedClock
) -> None:
    [slot_id] = await world.publish(1)
    hold = await journal.hold(world.resident, slot_id.hex)
    assert [len(slots) for slots in await crowd.look()] == [1] + [0] * (VIEWERS - 1)
    clock.moment = hold.expires_at
    with questions_to(world.database) as asked:
        assert [len(slots) for slots in await crowd.look()] == [1] * VIEWERS
    assert asked == []


async def test_watchers__are_all_woken_and_ask_once(
    world: World, journal: StandaloneJournal, crowd: Crowd
) -> None:
    """Open calendars as pages have them: each follows the changes, and looks when it is told."""
    [slot_id] = await world.publish(1)
    await crowd.look()

    async def follow(who: Resident) -> AsyncIterator[int]:
        mine = StandaloneJournal(world.clinic_id, world.database)
        async for _ in mine.changes():
            found = await mine.available_timeslots(who, world.time_type, MONDAY, MONDAY + timedelta(days=6))
            yield len(found)

    holder, *others = world.residents
    calendars = [follow(who) for who in others]
    assert await _next_of(calendars) == [1] * len(others)
    await journal.hold(holder, slot_id.hex)
    with questions_to(world.database) as asked:
        assert await _next_of(calendars) == [0] * len(others)
    assert len(asked) == 1


async def _next_of(calendars: list[AsyncIterator[int]]) -> list[int]:
    async with asyncio.timeout(10):
        return await asyncio.gather(*(anext(calendar) for calendar in calendars))


async def test_write__tells_once_when_it_stands__and_only_then(world: World, database: Database) -> None:
    clinic, before = world.clinic_id, bus.version(world.clinic_id)
    async with database.write() as session:
        tell_of_change(session, clinic, [FIRST_START])
        tell_of_change(session, clinic, [FIRST_START + WEEK])
        assert bus.version(clinic) == before
    assert bus.version(clinic) == before + 1


async def test_write__that_is_rolled_back__tells_nobody(
    world: World, journal: StandaloneJournal, database: Database
) -> None:
    [slot_id] = await world.publish(1)
    await journal.hold(world.residents[0], slot_id.hex)
    before = bus.version(world.clinic_id)
    with pytest.raises(SlotTaken):
        await journal.hold(world.residents[1], slot_id.hex)
    with pytest.raises(ZeroDivisionError):
        await _change_and_fail(database, world.clinic_id)
    assert bus.version(world.clinic_id) == before


async def _change_and_fail(database: Database, clinic_id: UUID) -> None:
    async with database.write() as session:
        tell_of_change(session, clinic_id, [FIRST_START])
        raise ZeroDivisionError
