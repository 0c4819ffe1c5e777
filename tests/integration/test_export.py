"""The schedule as files: what stands in them, for whom, and that it can be read back."""

import csv
from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.tables import AccessLog, Performer
from webtidbok_app.domain.errors import InvalidInput, NotAllowed, NotFound
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services.export import MAX_DAYS, export_schedule, safe_cell
from webtidbok_app.state.staff.import_file import read_file

DAY = day_of(FIRST_START)


@pytest.fixture
async def world(database) -> World:
    made = await build_world(database)
    await made.publish(2)
    journal = StandaloneJournal(made.clinic_id, database)
    [slot, *_] = await journal.available_timeslots(made.resident, made.time_type, DAY, DAY)
    hold = await journal.hold(made.resident, slot.id)
    await journal.make_booking(made.resident, hold.id, BookingDetails(phone="0701740605"))
    return made


async def _export(world: World, kind: str, **facts: str) -> str:
    days = {"first": "2026-12-01", "last": "2026-12-31"} | facts
    return (await export_schedule(world.staff, kind=kind, **days)).decode("utf-8-sig")


async def test_csv__has_the_times_and_nobodys_name__and_can_be_imported(world):
    text = await _export(world, "csv")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    assert rows[1:] == [
        ["2026-12-01", "09:00", "09:20", "20", "Besök", "Vera Test", "På mottagningen", "1", "1"],
        ["2026-12-01", "09:20", "09:40", "20", "Besök", "Vera Test", "På mottagningen", "1", "0"],
    ]
    assert world.resident.family_name not in text
    read = read_file(text, today=date(2026, 11, 23))
    assert read.problems == ()
    assert [row.line for row in read.rows] == [2, 3]
    async with world.database.read() as session:
        [line] = await session.scalars(select(AccessLog).where(AccessLog.action == "export_schedule"))
    assert (line.actor_id, line.clinic_id) == (world.staff.hsa_id, world.clinic_id)


async def test_csv__what_a_spreadsheet_would_run__is_text(world):
    async with world.database.write() as session:
        (await session.get_one(Performer, (world.clinic_id, world.performer_id))).name = "=1+1"
    assert ";'=1+1;" in await _export(world, "csv")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1"])
def test_safe_cell__takes_the_edge_off_a_formula(text):
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"a{text}") == f"a{text}"


async def test_ics__has_the_performers_times_in_utc(world):
    calendar = Calendar.from_ical(await _export(world, "ics", performer=str(world.performer_id)))
    events = calendar.walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Besök, 1 av 1 bokad", "Besök, ledig"]
    assert events[0]["dtstart"].dt == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    nobody = Calendar.from_ical(await _export(world, "ics", performer="x"))
    assert nobody.walk("VEVENT") == []


@pytest.mark.parametrize(
    ("first", "last"),
    [("", ""), ("2026-12-02", "2026-12-01"), ("2026-12-01", "2027-03-03"), ("1/12", "2/12")],
)
async def test_export__days_that_are_none_or_too_many__are_refused(world, first, last):
    assert (date(2027, 3, 3) - date(2026, 12, 1)).days == MAX_DAYS
    with pytest.raises(InvalidInput):
        await _export(world, "csv", first=first, last=last)


async def test_export__as_many_days_as_there_may_be(world):
    assert "09:00" in await _export(world, "csv", last="2027-03-02")


async def test_export__is_for_the_clinics_own_staff(world, database):
    other = await build_world(database, slug="andra-kliniken", residents=0)
    assert "09:00" not in await _export(other, "csv")
    with pytest.raises(NotFound):
        await _export(world, "exe")
    with pytest.raises(NotAllowed):
        await export_schedule(world.resident, kind="csv", first="2026-12-01", last="2026-12-01")
