"""Who gives which role to whom, and which commission one acts in."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.world import World, build_world, provider_of
from webtidbok_app.auth import sessions
from webtidbok_app.auth.identity import NoAssignment, staff_from
from webtidbok_app.db.tables import AccessLog, StaffRole
from webtidbok_app.domain.actor import Role, Staff
from webtidbok_app.domain.errors import InvalidInput, LastAdministrator, NotAllowed, NotFound
from webtidbok_app.services import commissions, permissions
from webtidbok_app.services.permissions import Permissions
from webtidbok_app.settings import get_settings
from webtidbok_app.superadmin import appoint

ADMIN, OTHER, SUPER = "SE2321000016-A001", "SE2321000016-B002", "SE2321000016-S003"


@pytest.fixture
async def world(database) -> World:
    return await build_world(database)


@pytest.fixture
async def admin(world) -> Staff:
    """The clinic's only administrator."""
    return await _employ(world, ADMIN, Role.CLINIC_ADMIN, "Anna Admin")


@pytest.fixture
async def superadmin(world) -> Staff:
    region_id = (await provider_of(world)).region_id
    async with world.database.write() as session:
        session.add(StaffRole(region_id=region_id, hsa_id=SUPER, role=Role.REGION_ADMIN, name="Siv Super"))
    return Staff(SUPER, "Siv Super", Role.REGION_ADMIN, None, region_id)


async def _employ(world: World, hsa_id: str, role: Role, name: str = "") -> Staff:
    async with world.database.write() as session:
        session.add(StaffRole(clinic_id=world.clinic_id, hsa_id=hsa_id, role=role, name=name))
    return Staff(hsa_id, name or hsa_id, role, world.clinic_id)


async def _give(actor: Staff, *, clinic: str = "", role: Role = Role.CLINICIAN, **facts: str) -> Permissions:
    given = {"hsa_id": OTHER, "name": "Olle Annan"} | facts
    return await permissions.give_role(actor, clinic=clinic, role=role, **given)


def _id_of(found: Permissions, hsa_id: str) -> UUID:
    return next(one.id for one in found.people if one.hsa_id == hsa_id)


async def test_administrator__gives_changes_and_removes__and_it_is_kept_who_did(world, admin, clock):
    given = await _give(admin, hsa_id=" se2321000016-b002 ", name="  Olle   Annan ")
    other = next(one for one in given.people if one.hsa_id == OTHER)
    assert (other.name, other.role, other.changed_by) == ("Olle Annan", Role.CLINICIAN, "Anna Admin")
    assert other.changed_at == clock.now()
    assert [one.me for one in given.people] == [True, False]
    await permissions.change_role(admin, clinic="", person_id=other.id, role=Role.READ_ONLY)
    left = await permissions.remove_role(admin, clinic="", person_id=other.id)
    assert [one.hsa_id for one in left.people] == [ADMIN]
    assert {(one.name, one.before, one.after) for one in left.changes} == {
        ("Olle Annan", None, Role.CLINICIAN),
        ("Olle Annan", Role.CLINICIAN, Role.READ_ONLY),
        ("Olle Annan", Role.READ_ONLY, None),
    }
    async with world.database.read() as session:
        lines = list(await session.scalars(select(AccessLog)))
    assert {one.action for one in lines} == {"give_role", "change_role", "remove_role"}
    assert {(one.actor_id, one.clinic_id) for one in lines} == {(ADMIN, world.clinic_id)}


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        ({"hsa_id": "19840312-2980"}, {"hsa_id": "hsa_id"}),
        ({"name": "  "}, {"name": "name_missing"}),
        ({"name": "x" * 81}, {"name": "too_long"}),
        ({"hsa_id": "", "name": ""}, {"hsa_id": "hsa_id", "name": "name_missing"}),
        ({"hsa_id": ADMIN}, {"hsa_id": "has_role"}),
        ({"role": Role.REGION_ADMIN}, {"role": "choose_role"}),
        ({"role": None}, {"role": "choose_role"}),
    ],
)
async def test_role__that_cannot_be_given__is_refused_field_by_field(admin, facts, problems):
    with pytest.raises(InvalidInput) as refused:
        await _give(admin, **facts)
    assert refused.value.problems == problems


async def test_last_administrator__stays_until_there_is_another(world, admin, superadmin):
    mine = _id_of(await permissions.list_permissions(admin), ADMIN)
    for actor, clinic in ((admin, ""), (superadmin, world.clinic)):
        with pytest.raises(LastAdministrator):
            await permissions.remove_role(actor, clinic=clinic, person_id=mine)
        with pytest.raises(LastAdministrator):
            await permissions.change_role(actor, clinic=clinic, person_id=mine, role=Role.CASE_HANDLER)
    await _give(admin, role=Role.CLINIC_ADMIN)
    left = await permissions.remove_role(admin, clinic="", person_id=mine)
    assert [one.hsa_id for one in left.people] == [OTHER]


async def test_two_administrators__who_remove_each_other_at_once__leave_one(world, admin):
    other = await _employ(world, OTHER, Role.CLINIC_ADMIN)
    found = await permissions.list_permissions(admin)
    ended = await asyncio.gather(
        permissions.remove_role(admin, clinic="", person_id=_id_of(found, OTHER)),
        permissions.remove_role(other, clinic="", person_id=_id_of(found, ADMIN)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, LastAdministrator) for one in ended) == 1
    assert sum(isinstance(one, Permissions) for one in ended) == 1


async def test_superadmin__appoints_a_clinics_first_administrator(world, superadmin):
    before = await permissions.list_region_clinics(superadmin, words="testkliniken")
    assert [(one.slug, one.administrators) for one in before.clinics] == [(world.clinic, ())]
    given = await _give(superadmin, clinic=world.clinic, role=Role.CLINIC_ADMIN)
    assert [(one.hsa_id, one.role) for one in given.people] == [(OTHER, Role.CLINIC_ADMIN)]
    [after] = (await permissions.list_region_clinics(superadmin)).clinics
    assert after.administrators == ("Olle Annan",)


async def test_superadmins__are_the_regions_own_to_give__and_one_stays(world, admin, superadmin):
    given = await _give(superadmin, role=Role.REGION_ADMIN)
    assert {one.hsa_id for one in given.people} == {OTHER, SUPER}
    await permissions.remove_role(superadmin, clinic="", person_id=_id_of(given, OTHER))
    with pytest.raises(LastAdministrator):
        await permissions.remove_role(superadmin, clinic="", person_id=_id_of(given, SUPER))
    with pytest.raises(InvalidInput):
        await _give(superadmin, role=Role.CLINIC_ADMIN)


async def test_other_places__are_not_found(world, admin, superadmin):
    other = await build_world(world.database, slug="andra-kliniken", residents=0)
    there = await _employ(other, OTHER, Role.CLINICIAN)
    async with world.database.read() as session:
        person_id = await session.scalar(select(col(StaffRole.id)).where(StaffRole.hsa_id == there.hsa_id))
    for actor in (admin, superadmin):
        with pytest.raises(NotFound):
            await permissions.list_permissions(actor, clinic=other.clinic)
        with pytest.raises(NotFound):
            await permissions.remove_role(actor, clinic="", person_id=person_id)
    with pytest.raises(NotAllowed):
        await permissions.list_region_clinics(admin)


async def test_login__knows_at_once_that_the_role_is_another(world, admin):
    staff = await _employ(world, OTHER, Role.CASE_HANDLER, "Olle Annan")
    cookie = await sessions.create(staff)
    assert (await sessions.look_up(cookie, active=True)).login.actor == staff
    assert not await sessions.lost_its_role(cookie)
    person_id = _id_of(await permissions.list_permissions(admin), OTHER)
    await permissions.change_role(admin, clinic="", person_id=person_id, role=Role.READ_ONLY)
    assert await sessions.look_up(cookie, active=True) is None
    assert await sessions.lost_its_role(cookie)
    await sessions.end(sessions.hash_of(cookie))
    assert not await sessions.lost_its_role(cookie)


def _claims(**more: str) -> dict[str, str]:
    names = get_settings().staff_claims
    return {names.hsa_id: OTHER, names.name: "Olle Ny"} | {getattr(names, key): more[key] for key in more}


async def test_name__is_the_last_login_s(world, admin):
    await _employ(world, OTHER, Role.CLINICIAN, "Olle Gammal")
    assert await staff_from(_claims()) == Staff(OTHER, "Olle Ny", Role.CLINICIAN, world.clinic_id)
    found = await permissions.list_permissions(admin)
    assert [one.name for one in found.people] == ["Anna Admin", "Olle Ny"]


async def test_several_commissions__one_is_chosen__and_may_be_another_later(world):
    other = await build_world(world.database, slug="andra-kliniken", residents=0)
    with pytest.raises(NoAssignment):
        await staff_from(_claims())
    for place, role in ((world, Role.CLINICIAN), (other, Role.CLINIC_ADMIN)):
        await _employ(place, OTHER, role)
    named = await staff_from(_claims(commission_hsa_id="SE2321000016-andra-kliniken"))
    assert (named.role, named.clinic_id) == (Role.CLINIC_ADMIN, other.clinic_id)
    nobody_yet = await staff_from(_claims(commission_hsa_id="SE2321000016-ELSEWHERE"))
    assert nobody_yet == Staff(OTHER, "Olle Ny", None, None)
    cookie = await sessions.create(nobody_yet)
    for place in (world, other):
        actor = (await sessions.look_up(cookie, active=True)).login.actor
        found = await commissions.list_commissions(actor)
        role = Role.CLINICIAN if place is world else Role.CLINIC_ADMIN
        chosen = next(one for one in found if one.role == role)
        assert not chosen.here
        staff = await commissions.choose_commission(actor, commission=chosen.id)
        await sessions.take_commission(cookie, staff)
        live = await sessions.look_up(cookie, active=True)
        assert (live.login.actor.clinic_id, live.login.commissions) == (place.clinic_id, 2)
    with pytest.raises(NotFound):
        await commissions.choose_commission(replace(staff, hsa_id=ADMIN), commission=chosen.id)


@pytest.mark.parametrize("before", [True, False])
async def test_superadmin__is_appointed_at_the_command_line__also_one_who_has_no_region(world, before):
    if before:
        async with world.database.write() as session:
            session.add(StaffRole(hsa_id="SE2321000016-9009", role=Role.REGION_ADMIN))
    facts = {"region": f"region-{world.clinic}", "hsa_id": "se2321000016-9009", "name": "Sara Test"}
    await appoint(world.database, **facts)
    await appoint(world.database, **facts)
    async with world.database.read() as session:
        [row] = await session.scalars(select(StaffRole).where(StaffRole.hsa_id == "SE2321000016-9009"))
    acting = Staff(row.hsa_id, row.name, Role(row.role), None, row.region_id)
    assert (await permissions.list_permissions(acting)).people[0].name == "Sara Test"
    with pytest.raises(LookupError):
        await appoint(world.database, **facts | {"region": "ingenstans"})
