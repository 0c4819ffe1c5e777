"""Times from a file: each bad row is named, the good ones are published together, and it can be undone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import Performer
from webtidbok_app.domain.errors import NotAllowed, ScheduleChanged
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services import schedule_changes
from webtidbok_app.services.import_times import ImportRow, import_times, preview_import
from webtidbok_app.services.schedule import get_week

DAY = date(2026, 12, 3)
MONDAY = date(2026, 11, 30)


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


def _row(line: int, start: str, *, day: date = DAY, length: int | None = 20, **facts: object) -> ImportRow:
    given = {"time_type": "besök", "performer": "VERA TEST"} | facts
    return ImportRow(line, day, time.fromisoformat(start), length, **given)


async def _problems(world: World, *rows: ImportRow) -> list[tuple[int, str]]:
    found = await preview_import(world.staff, rows=rows)
    assert len(found.slots) == len(rows) - len(found.problems)
    return [(one.line, one.code) for one in found.problems]


async def test_preview__what_is_wrong_with_each_row(world, clock):
    async with world.database.write() as session:
        session.add_all([Performer(clinic_id=world.clinic_id, name="Två Lika") for _ in range(2)])
    await world.publish(1)  # 1 December, 9.00–9.20 in Sweden
    published = FIRST_START.date()
    assert await _problems(
        world,
        _row(2, "08:00"),
        _row(3, "08:20", performer="se2321000016-v999"),
        _row(4, "08:30"),
        _row(5, "08:00"),
        _row(6, "08:00", time_type="Besokk"),
        _row(7, "08:00", performer="Ingen Alls"),
        _row(8, "08:00", performer="två lika"),
        _row(9, "02:30", day=date(2027, 3, 28)),
        _row(10, "08:00", day=date(2026, 11, 23)),  # begins at this very moment
        _row(11, "09:10", day=published),
        _row(12, "09:20", day=published),
        _row(13, "08:00", day=date(2029, 12, 3)),
    ) == [
        (4, "overlaps_row"),
        (5, "overlaps_row"),
        (6, "unknown_time_type"),
        (7, "unknown_performer"),
        (8, "several_performer"),
        (9, "not_on_clock"),
        (10, "passed"),
        (11, "overlaps_published"),
        (13, "too_far"),
    ]
    [clash] = (await preview_import(world.staff, rows=[_row(2, "08:00"), _row(7, "08:10")])).problems
    assert clash.facts == {"row": 2}


async def test_import__publishes_the_good_ones_and_is_undone(world):
    rows = [
        _row(2, "08:00", places=3, visit_form=VisitForm.VIDEO),
        _row(3, "08:10"),
        _row(4, "08:20", length=None),
    ]
    preview = await preview_import(world.staff, rows=rows)
    published = await import_times(world.staff, rows=rows, seen=preview.seen)
    assert published.count == 2
    slots = (await get_week(world.staff, monday=MONDAY)).slots
    sweden = ZoneInfo("Europe/Stockholm")
    assert [(slot.starts_at, slot.ends_at - slot.starts_at, slot.places) for slot in slots] == [
        (datetime(2026, 12, 3, 8, 0, tzinfo=sweden), timedelta(minutes=20), 3),
        (datetime(2026, 12, 3, 8, 20, tzinfo=sweden), timedelta(minutes=20), 1),
    ]
    assert slots[0].visit_form == VisitForm.VIDEO
    [change] = await schedule_changes.list_changes(world.staff)
    assert (change.kind, change.slots) == ("import", 2)
    assert (await schedule_changes.undo(world.staff, change_id=change.id)).gone == 2
    assert (await get_week(world.staff, monday=MONDAY)).slots == []


async def test_import__after_somebody_changed_those_days__is_refused(world):
    rows = [_row(2, "08:00", day=FIRST_START.date())]
    preview = await preview_import(world.staff, rows=rows)
    await world.publish(1)
    with pytest.raises(ScheduleChanged):
        await import_times(world.staff, rows=rows, seen=preview.seen)


async def test_import__what_has_passed_since_the_preview__is_left_out(world, clock):
    rows = [_row(2, "08:00"), _row(3, "09:00")]
    preview = await preview_import(world.staff, rows=rows)
    clock.moment = datetime(2026, 12, 3, 8, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
    assert (await import_times(world.staff, rows=rows, seen=preview.seen)).count == 1


async def test_import__nothing_good__publishes_nothing(world):
    published = await import_times(world.staff, rows=[], seen=0)
    assert (published.count, published.change_id) == (0, None)


async def test_import__another_clinics_names_are_unknown__and_residents_may_not(world, database):
    other = await build_world(database, slug="andra-kliniken", residents=0)
    async with database.write() as session:
        (await session.get_one(Performer, (other.clinic_id, other.performer_id))).name = "Olle Annan"
    assert await _problems(world, _row(2, "08:00", performer="Olle Annan")) == [(2, "unknown_performer")]
    with pytest.raises(NotAllowed):
        await preview_import(world.resident, rows=[])
    with pytest.raises(NotAllowed):
        await import_times(world.resident, rows=[], seen=0)
