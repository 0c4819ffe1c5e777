"""What a clinic decides about its timebook, and who may."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.world import World, build_world
from webtidbok_app.db.tables import AccessLog, Clinic
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import CapabilityMissing, InvalidInput, NotAllowed
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import Text
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live.bus import bus
from webtidbok_app.services import clinic_settings
from webtidbok_app.services.clinics import get_clinic


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


async def test_hold_minutes__the_administrator_changes_them__for_the_next_hold(world, clock):
    admin = replace(world.staff, role=Role.CLINIC_ADMIN)
    before = bus.version(world.clinic_id)
    await clinic_settings.set_hold_minutes(admin, minutes=3)
    assert bus.version(world.clinic_id) == before + 1
    assert (await clinic_settings.get_settings(world.staff)).hold_minutes == 3
    [slot_id] = await world.publish(1)
    journal = StandaloneJournal(world.clinic_id, world.database)
    hold = await journal.hold(world.resident, slot_id.hex)
    assert hold.expires_at == clock.now() + timedelta(minutes=3)
    async with world.database.read() as session:
        [line] = await session.scalars(select(AccessLog))
    assert (line.action, line.actor_id, line.clinic_id) == ("set_hold_minutes", admin.hsa_id, world.clinic_id)


@pytest.mark.parametrize("minutes", [-1, 0, 1, 11, 600])
async def test_hold_minutes__outside_two_to_ten__are_refused(world, minutes):
    admin = replace(world.staff, role=Role.CLINIC_ADMIN)
    with pytest.raises(InvalidInput):
        await clinic_settings.set_hold_minutes(admin, minutes=minutes)
    assert (await clinic_settings.get_settings(admin)).hold_minutes == 10


@pytest.mark.parametrize("role", [Role.CASE_HANDLER, Role.CLINICIAN, Role.READ_ONLY, Role.REGION_ADMIN])
async def test_hold_minutes__others_may_not_change_them(world, role):
    staff = replace(world.staff, role=role)
    with pytest.raises(NotAllowed):
        await clinic_settings.set_hold_minutes(staff, minutes=5)
    if role is Role.REGION_ADMIN:
        with pytest.raises(NotAllowed):
            await clinic_settings.get_settings(staff)
    else:
        assert not (await clinic_settings.get_settings(staff)).may_change


async def test_hold_minutes__are_the_clinics_own(world, database):
    other = await build_world(database, slug="andra-kliniken", residents=0)
    await clinic_settings.set_hold_minutes(replace(other.staff, role=Role.CLINIC_ADMIN), minutes=2)
    async with database.read() as session:
        assert (await session.get_one(Clinic, world.clinic_id)).hold_minutes == 10
    for outsider in (None, world.resident):
        with pytest.raises(NotAllowed):
            await clinic_settings.get_settings(outsider)


async def test_messages__the_administrator_chooses_the_name_and_the_reminder(world):
    admin = replace(world.staff, role=Role.CLINIC_ADMIN)
    saved = await clinic_settings.set_messages(admin, name=Text(" Hus 4 ", "House 4"), reminder_hours=48)
    assert (saved.message_name, saved.reminder_hours) == (Text("Hus 4", "House 4"), 48)
    saved = await clinic_settings.set_messages(admin, name=Text(), reminder_hours=None)
    assert await clinic_settings.get_settings(world.staff) == replace(saved, may_change=False)
    async with world.database.read() as session:
        lines = await session.scalars(select(AccessLog))
        assert [line.action for line in lines] == ["set_messages"] * 2


@pytest.mark.parametrize(
    ("name", "hours", "field"),
    [
        (Text("x" * 41), 24, "message_name_sv"),
        (Text("", "rad\nrad"), 24, "message_name_en"),
        (Text(), 12, "reminder_hours"),
    ],
)
async def test_messages__what_cannot_be_is_refused(world, name, hours, field):
    admin = replace(world.staff, role=Role.CLINIC_ADMIN)
    with pytest.raises(InvalidInput) as refused:
        await clinic_settings.set_messages(admin, name=name, reminder_hours=hours)
    assert list(refused.value.problems) == [field]


@pytest.mark.parametrize("role", [Role.CASE_HANDLER, Role.CLINICIAN, Role.READ_ONLY, Role.REGION_ADMIN])
async def test_messages__others_may_not_change_them(world, role):
    with pytest.raises(NotAllowed):
        await clinic_settings.set_messages(
            replace(world.staff, role=role), name=Text("Nytt"), reminder_hours=24
        )


async def test_case_types__the_administrator_turns_them_on_and_off(world):
    admin = replace(world.staff, role=Role.CLINIC_ADMIN)
    on = {CaseTypeKind.BOOK_DIRECT, CaseTypeKind.REQUEST}
    saved = await clinic_settings.set_case_types(admin, on=on, answer_days=5)
    assert saved.case_types == on
    assert saved.answer_days == 5
    clinic = await get_clinic(slug=world.clinic)
    assert {case_type.kind for case_type in clinic.case_types} == on
    assert clinic.answer_days == 5
    saved = await clinic_settings.set_case_types(admin, on=[], answer_days=5)
    assert saved.case_types == frozenset()
    assert saved.possible == set(CaseTypeKind)
    async with world.database.read() as session:
        lines = await session.scalars(select(AccessLog))
    assert [line.action for line in lines] == ["set_case_types"] * 2


async def test_case_type__that_the_timebook_cannot_do__cannot_be_turned_on(world, monkeypatch):
    admin = replace(world.staff, role=Role.CLINIC_ADMIN)
    can = replace(StandaloneJournal.capabilities, cancel=False, rebook=False)
    monkeypatch.setattr(StandaloneJournal, "capabilities", can)
    found = await clinic_settings.get_settings(admin)
    assert CaseTypeKind.MANAGE_DIRECT not in found.case_types | found.possible
    with pytest.raises(CapabilityMissing):
        await clinic_settings.set_case_types(admin, on=list(CaseTypeKind), answer_days=2)
    assert (await clinic_settings.get_settings(admin)).case_types == found.case_types


@pytest.mark.parametrize("days", [-1, 0, 11])
async def test_answer_days__outside_one_to_ten__are_refused__and_nothing_is_changed(world, days):
    admin = replace(world.staff, role=Role.CLINIC_ADMIN)
    with pytest.raises(InvalidInput) as error:
        await clinic_settings.set_case_types(admin, on=[], answer_days=days)
    assert error.value.problems == {"answer_days": "answer_days"}
    assert (await clinic_settings.get_settings(admin)).case_types == set(CaseTypeKind)


@pytest.mark.parametrize("role", [Role.CASE_HANDLER, Role.CLINICIAN, Role.READ_ONLY, Role.REGION_ADMIN])
async def test_case_types__others_may_not_change_them(world, role):
    with pytest.raises(NotAllowed):
        await clinic_settings.set_case_types(replace(world.staff, role=role), on=[], answer_days=2)
