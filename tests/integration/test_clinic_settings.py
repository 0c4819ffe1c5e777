"""What a clinic decides about its timebook, and who may."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.world import World, build_world
from webtidbok_app.db.tables import AccessLog, Clinic
from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.errors import InvalidInput, NotAllowed
from webtidbok_app.journal.standalone import StandaloneJournal
from webtidbok_app.live.bus import bus
from webtidbok_app.services import clinic_settings


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


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.NURSE, Role.REGION_ADMIN])
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
