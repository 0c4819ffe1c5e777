"""The downtime routine: one writes, all is in it, nobody else can read it, and staff know how it went."""

import asyncio
import os
import stat
import sys
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from tests.world import World, build_world
from webtidbok_app.db.tables import AccessLog, Person
from webtidbok_app.domain.errors import NotAllowed
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import downtime, downtime_list
from webtidbok_app.services.downtime import (
    days_after,
    get_downtime_status,
    last_evening,
    write_due,
    write_now,
)
from webtidbok_app.settings import Settings

TOMORROW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""18.00 in Sweden on the Monday of the tests."""
FILE = "testkliniken-2026-11-24.html"


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    chosen = tmp_path / "lists"
    _set(monkeypatch, chosen)
    return chosen


def _set(monkeypatch, folder, **facts: object) -> None:
    settings = Settings(downtime_dir=folder, **facts)
    monkeypatch.setattr(downtime, "get_settings", lambda: settings)


async def _book(world: World, start: datetime = TOMORROW, number: int = 0, **said: str):
    await world.publish(1, start=start)
    journal = StandaloneJournal(world.clinic_id, world.database)
    day = day_of(start)
    [slot, *_] = await journal.available_timeslots(world.residents[number], world.time_type, day, day)
    hold = await journal.hold(world.residents[number], slot.id)
    details = BookingDetails(phone="070-174 06 05", **said)
    return (await journal.make_booking(world.residents[number], hold.id, details)).id


async def test_write_due__the_evening__writes_all_that_one_needs_for_its_owner_alone(world, folder, clock):
    booking_id = await _book(world, interpreter="Somaliska <tecken>")
    clock.moment = EVENING - timedelta(seconds=1)
    await write_due()  # the evening before is made good, and today is on it
    assert [file.name for file in folder.iterdir()] == ["testkliniken-2026-11-23.html"]
    clock.moment = EVENING
    await write_due()
    text = (folder / FILE).read_text("utf-8")
    resident = world.resident
    for needed in (resident.name, str(resident.number), "070-174 06 05", "9.00–9.20", "Besök", "Vera Test"):
        assert needed in text
    assert "Somaliska &lt;tecken&gt;" in text
    assert "<script" not in text
    assert "http" not in text
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    async with world.database.read() as session:
        lines = await session.scalars(select(AccessLog).where(AccessLog.booking_id == booking_id))
        found = [(line.actor_kind, line.actor_id, line.person_id) for line in lines]
    assert ("system", "downtime", resident.person_id) in found


async def test_write_due__a_protected_identity__is_a_reference(world, folder, clock):
    booking_id = await _book(world)
    async with world.database.write() as session:
        (await session.get_one(Person, world.resident.person_id)).protected = True
    clock.moment = EVENING
    await write_due()
    text = (folder / FILE).read_text("utf-8")
    assert f"Skyddad identitet, referens {booking_id[:8].upper()}" in text
    for hidden in (world.resident.family_name, str(world.resident.number), "070-174"):
        assert hidden not in text


async def test_write_due__several_workers__one_writes(world, folder, clock, monkeypatch):
    clock.moment = EVENING
    written = []

    def count(folder, contents):
        written.append(folder)
        return downtime_list.write_files(folder, contents)

    monkeypatch.setattr(downtime, "write_files", count)
    await asyncio.gather(*(write_due() for _ in range(4)))
    await write_due()
    assert len(written) == 1


async def test_write_due__what_failed_is_told_and_tried_again(world, folder, clock, tmp_path, monkeypatch):
    clock.moment = EVENING
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file stands in the way")
    await write_due()
    assert (await get_downtime_status(world.staff)).problem == "not_written"
    folder.unlink()
    await write_due()
    assert not folder.exists()  # left alone for as long as a worker might be at it
    clock.advance(downtime.LEASE)
    await write_due()
    assert (folder / FILE).exists()
    status = await get_downtime_status(world.staff)
    assert (status.problem, status.written_at) == ("", clock.moment)
    assert status.last_day == date(2026, 11, 24)


async def test_write_due__removes_old_lists_and_nothing_else(world, folder, clock):
    folder.mkdir(parents=True)
    old, kept = folder / "testkliniken-2026-11-15.html", folder / "testkliniken-2026-11-16.html"
    other, left, at_work = folder / "rutin.html", folder / ".list-left", folder / ".list-at-work"
    for file in (old, kept, other, left, at_work):
        file.write_text("x")
    os.utime(left, (0, 0))
    clock.moment = EVENING
    await write_due()
    assert [file.exists() for file in (old, kept, other, left, at_work)] == [False, True, True, False, True]


def test_old_files__one_that_is_gone_by_now__is_no_hindrance(tmp_path):
    """As when another worker has just written it to its end: what leads nowhere looks the same."""
    for name in ("a", "b"):
        (tmp_path / f"{downtime_list.UNFINISHED}{name}").symlink_to(tmp_path / "gone")
    left = tmp_path / f"{downtime_list.UNFINISHED}left"
    left.touch()
    os.utime(left, (0, 0))
    downtime_list.remove_old(tmp_path, today=date(2026, 11, 23), keep_days=7)
    assert not left.exists()


async def test_print__each_file_goes_to_the_command__without_a_shell(
    world, folder, clock, tmp_path, monkeypatch
):
    taken = tmp_path / "taken; rm"
    copy = f"import shutil, sys; shutil.copy(sys.argv[1], {str(taken)!r} + sys.argv[2])"
    _set(monkeypatch, folder, downtime_print=f'{sys.executable} -c "{copy}" {{file}} {{clinic}}')
    clock.moment = EVENING
    await write_due()
    assert (tmp_path / "taken; rmtestkliniken").read_bytes() == (folder / FILE).read_bytes()
    assert (await get_downtime_status(world.staff)).problem == ""


@pytest.mark.parametrize("command", ["/no/such/program {file}", f'{sys.executable} -c "raise SystemExit(3)"'])
async def test_print__that_fails__is_told_and_the_file_is_there(world, folder, clock, monkeypatch, command):
    _set(monkeypatch, folder, downtime_print=command)
    clock.moment = EVENING
    await write_due()
    assert (await get_downtime_status(world.staff)).problem == "not_printed"
    assert (folder / FILE).exists()


async def test_status__is_a_warning_when_the_evenings_list_is_late(world, folder, clock):
    clock.moment = EVENING - timedelta(hours=1)
    await write_due()
    clock.moment = EVENING + downtime.LATE - timedelta(seconds=1)
    assert (await get_downtime_status(world.staff)).problem == ""
    clock.moment = EVENING + downtime.LATE
    assert (await get_downtime_status(world.staff)).problem == "not_written"
    with pytest.raises(NotAllowed):
        await get_downtime_status(world.resident)


async def test_write_now__writes_today_too(world, folder, clock):
    assert await write_now() == []
    assert sorted(file.name for file in folder.iterdir()) == ["testkliniken-2026-11-23.html", FILE]
    assert (await get_downtime_status(world.staff)).written_at == clock.moment


async def test_nowhere_to_write__is_off(world, monkeypatch):
    class Off:
        downtime_folder = None

    monkeypatch.setattr(downtime, "get_settings", Off)
    await write_due()
    assert await get_downtime_status(world.staff) is None


@pytest.mark.parametrize(
    ("evening", "last", "count"),
    [
        (date(2026, 11, 23), date(2026, 11, 24), 1),
        (date(2026, 11, 27), date(2026, 11, 30), 3),  # over a weekend
        (date(2026, 11, 28), date(2026, 11, 30), 2),
        (date(2026, 4, 2), date(2026, 4, 7), 5),  # over Easter
        (date(2026, 12, 23), date(2026, 12, 28), 5),  # over Christmas
    ],
)
def test_days_after__goes_on_to_the_next_working_day(evening, last, count):
    days = days_after(evening)
    assert (days[0], days[-1], len(days)) == (evening + timedelta(days=1), last, count)


def test_last_evening__begins_at_its_moment_on_swedish_clocks():
    at = time(18)
    assert last_evening(EVENING - timedelta(seconds=1), at) == date(2026, 11, 22)
    assert last_evening(EVENING, at) == date(2026, 11, 23)
    summer = datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
    assert last_evening(summer, at) == date(2026, 7, 1)
