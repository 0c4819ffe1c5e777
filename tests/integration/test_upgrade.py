"""A database in use, with the tables of an earlier release, is brought up to date without losing anything."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from alembic import command
from sqlalchemy import func, inspect, select, text

from tests.world import World, build_world
from webtidbok_app.db.migrate import alembic_config
from webtidbok_app.db.tables import StaffRole, TimeType, metadata
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.services import deviations, my_bookings, reception, schedule_changes, terms
from webtidbok_app.services import template_publication as publication
from webtidbok_app.services import week_templates as templates
from webtidbok_app.services.deviations import Deviation
from webtidbok_app.services.log_seals import seal_log
from webtidbok_app.services.log_verification import verify_log
from webtidbok_app.services.template_publication import Filling
from webtidbok_app.services.time_type_rules import list_rules

BEFORE = "0010"
"""The tables before a time type had rules, staff commissions and the log seals."""


@pytest.fixture
async def world(database) -> World:
    """Make a clinic where things have been done: booked, cancelled, opened by staff."""
    built = await build_world(database, prepare_sv="Ta med\nlegitimation")
    async with database.write() as session:
        session.add(StaffRole(clinic_id=built.clinic_id, hsa_id=built.staff.hsa_id, role=Role.CASE_HANDLER))
    return built


async def counts(database, tables: set[str]) -> dict[str, int]:
    async with database.read() as session:
        return {
            name: await session.scalar(select(func.count()).select_from(metadata.tables[name]))
            for name in sorted(tables)
        }


async def test_a_database_in_use__keeps_everything__and_goes_on(database, world):
    first, second = await world.publish(2)
    journal = StandaloneJournal(world.clinic_id, database)
    booked = []
    for slot_id in (first, second):
        held = await journal.hold(world.resident, slot_id.hex)
        details = BookingDetails(reason="Ont i knät", phone="0701740605")
        booked.append(await journal.make_booking(world.resident, held.id, details))
    await journal.cancel_booking(world.resident, booked[1].id, "Hinner inte")
    await terms.accept_terms(world.resident, clinic=world.clinic, kind=CaseTypeKind.MANAGE_DIRECT, version=1)
    await reception.open_booking(world.staff, booking_id=booked[0].id)

    async with database.write() as session:
        kind = await session.get_one(TimeType, (world.clinic_id, world.time_type_id))
        kind.bookable = Bookable.INVITATION

    config = alembic_config(database.url)
    await database.dispose()
    await asyncio.to_thread(command.downgrade, config, BEFORE)
    async with database.read() as session:
        connection = await session.connection()
        there = set(await connection.run_sync(lambda one: inspect(one).get_table_names()))
        assert await session.scalar(text("SELECT invited_only FROM time_type"))
    earlier = await counts(database, there & metadata.tables.keys())
    await database.dispose()
    await asyncio.to_thread(command.upgrade, config, "head")

    assert await counts(database, set(earlier)) == earlier
    assert earlier["booking"] == 2
    opened = await reception.open_booking(world.staff, booking_id=booked[0].id)
    assert (opened.reason, opened.name) == ("Ont i knät", world.resident.name)
    mine = await my_bookings.get_booking(world.resident, clinic=world.clinic, booking=booked[1].id)
    assert mine.time.cancelled_at is not None
    [kind] = (await list_rules(world.staff)).time_types
    assert kind.rules.bookable is Bookable.INVITATION
    assert kind.rules == replace(kind.rules, prepare_sv="Ta med\nlegitimation", questions=(), max_active=None)
    await seal_log(database)
    assert (await verify_log(database)).findings == []


async def _use_a_template(world: World, name: str, first_week: date) -> int:
    """Publish a week of times as a template does, close a day, and return how many times there were."""
    performers = frozenset({world.performer_id})
    made = await templates.add_week_template(
        world.staff, name=name, monday=date(2026, 11, 30), performer_ids=performers
    )
    what = {"template_id": made, "version": 1, "filling": Filling(first_week, 1, performers)}
    seen = (await publication.preview_template(world.staff, **what)).seen
    published = await publication.apply_week_template(world.staff, **what, seen=seen)
    await deviations.add_deviation(world.staff, deviation=Deviation(first_week, first_week, "Planeringsdag"))
    return published.count


async def test_what_an_earlier_release_has_no_word_for__goes_down_as_what_it_knows__and_up_again(
    database, world
):
    await world.publish(3)
    assert await _use_a_template(world, "Före", date(2026, 12, 7)) == 3
    config = alembic_config(database.url)
    await database.dispose()
    await asyncio.to_thread(command.downgrade, config, "0016")
    async with database.read() as session:
        kinds = list(await session.scalars(text("SELECT kind FROM schedule_change ORDER BY number")))
        assert kinds == ["publish", "copy"]
        assert await session.scalar(text("SELECT count(*) FROM slot")) == 6
    await database.dispose()
    await asyncio.to_thread(command.upgrade, config, "head")
    assert (await templates.list_week_templates(world.staff)).templates == []
    assert await _use_a_template(world, "Efter", date(2026, 12, 14)) == 3
    newest = await schedule_changes.list_changes(world.staff)
    assert [change.kind for change in newest] == ["close", "template", "copy", "publish"]
