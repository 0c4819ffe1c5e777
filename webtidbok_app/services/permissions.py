"""Who has which role: at a clinic, given by its administrator or the superadmin, and in a region, by superadmins.

``clinic`` is a clinic's slug. Without it the use cases are about the actor's own place: the administrator's clinic,
or the superadmin's region.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.auth import sessions
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import CareProvider, Clinic, Region, RoleChange, StaffRole
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Role, Staff
from webtidbok_app.domain.errors import InvalidInput, LastAdministrator, NotFound
from webtidbok_app.domain.ids import normalise_hsa_id
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_administrator, as_appointer, as_superadmin
from webtidbok_app.services.clinics import search_clinics, swedish_order

NAME_MAX = 80
CHANGES_SHOWN = 20
CLINIC_ROLES = (Role.CLINIC_ADMIN, Role.CASE_HANDLER, Role.CLINICIAN, Role.READ_ONLY)


@dataclass(frozen=True)
class PersonRole:
    """Somebody with a role, and who gave it to them: nobody known for roles from before that was kept."""

    id: UUID
    hsa_id: str
    name: str
    role: Role
    me: bool
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class RoleChanged:
    """One change: a role given (no ``before``), changed, or taken away (no ``after``)."""

    changed_at: datetime
    changed_by: str
    name: str
    before: Role | None
    after: Role | None


@dataclass(frozen=True)
class Permissions:
    """The people of a clinic or region by name, and the newest changes."""

    place: str
    roles: tuple[Role, ...]
    """Those that can be given there."""
    people: tuple[PersonRole, ...]
    changes: tuple[RoleChanged, ...]


@dataclass(frozen=True)
class AdministeredClinic:
    """A clinic of the region, and the names of its administrators."""

    slug: str
    name: str
    city: str
    administrators: tuple[str, ...]


@dataclass(frozen=True)
class RegionClinics:
    """The region's clinics that are looked for; ``only_near``: these are nearly called so."""

    region: str
    clinics: tuple[AdministeredClinic, ...]
    only_near: bool


@dataclass(frozen=True)
class _Place:
    """Where roles are given: a clinic, or a region itself."""

    name: str
    roles: tuple[Role, ...]
    clinic_id: UUID | None = None
    region_id: UUID | None = None

    def owns(self, table: type[StaffRole] | type[RoleChange]) -> ColumnElement[bool]:
        if self.clinic_id:
            return col(table.clinic_id) == self.clinic_id
        return col(table.clinic_id).is_(None) & (col(table.region_id) == self.region_id)


async def list_permissions(actor: Actor | None, *, clinic: str = "") -> Permissions:
    """Return who has which role. Raises NotAllowed, and NotFound for a clinic that is not the actor's to staff."""
    staff = as_appointer(actor)
    async with get_database().read() as session:
        place = await _place(session, staff, clinic)
        return await _permissions(session, staff, place)


async def give_role(
    actor: Actor | None, *, clinic: str, hsa_id: str, name: str, role: Role | None
) -> Permissions:
    """Give somebody a role, known by their HSA-id; the name is shown until they log in with their own.

    Raises InvalidInput (``hsa_id``: not one, or has a role there already; ``name``; ``role``).
    """
    staff = as_appointer(actor)
    person, called = _checked_person(hsa_id, name)
    async with get_database().write() as session:
        place = await _place(session, staff, clinic, lock=True)
        given = _checked_role(place, role)
        same = place.owns(StaffRole) if place.clinic_id else col(StaffRole.clinic_id).is_(None)
        if await session.scalar(select(col(StaffRole.id)).where(same, col(StaffRole.hsa_id) == person)):
            raise InvalidInput({"hsa_id": "has_role"})
        row = StaffRole(
            clinic_id=place.clinic_id, region_id=place.region_id, hsa_id=person, name=called, role=given
        )
        session.add(row)
        _note(session, staff, place, row, before=None, after=given)
        await session.flush()
        found = await _permissions(session, staff, place)
    sessions.read_anew()
    return found


async def change_role(actor: Actor | None, *, clinic: str, person_id: UUID, role: Role | None) -> Permissions:
    """Give somebody another role in the place of the one they have. It holds at once.

    Raises NotFound, InvalidInput (``role``), and LastAdministrator.
    """
    return await _change(as_appointer(actor), clinic, person_id, role)


async def remove_role(actor: Actor | None, *, clinic: str, person_id: UUID) -> Permissions:
    """Take somebody's role away, at once. Raises NotFound and LastAdministrator."""
    return await _change(as_appointer(actor), clinic, person_id, None, removes=True)


async def list_region_clinics(actor: Actor | None, *, words: str = "") -> RegionClinics:
    """Return the clinics of the superadmin's region with their administrators, those with every word first."""
    _, region_id = as_superadmin(actor)
    async with get_database().read() as session:
        region = await session.get_one(Region, region_id)
        rows = await session.scalars(
            select(StaffRole)
            .join(Clinic, col(Clinic.id) == StaffRole.clinic_id)
            .join(CareProvider, col(CareProvider.id) == Clinic.care_provider_id)
            .where(col(CareProvider.region_id) == region_id, col(StaffRole.role) == Role.CLINIC_ADMIN)
        )
        names: dict[UUID | None, list[str]] = {}
        for row in rows:
            names.setdefault(row.clinic_id, []).append(row.name or row.hsa_id)
    found = await search_clinics(words=words, region=region.slug)
    clinics = tuple(
        AdministeredClinic(
            one.slug, one.name, one.city, tuple(sorted(names.get(one.id, []), key=swedish_order))
        )
        for one in found.clinics
    )
    return RegionClinics(region.name, clinics, found.only_near)


async def _place(session: AsyncSession, staff: Staff, clinic: str, *, lock: bool = False) -> _Place:
    """Return where this one may give roles; locked, nobody else changes them there meanwhile."""
    if staff.role is Role.REGION_ADMIN:
        _, region_id = as_superadmin(staff)
        if not clinic:
            region = await session.get_one(Region, region_id, with_for_update=lock)
            return _Place(region.name, (Role.REGION_ADMIN,), region_id=region_id)
        of_region = select(col(CareProvider.id)).where(col(CareProvider.region_id) == region_id)
        which = [col(Clinic.slug) == clinic, col(Clinic.care_provider_id).in_(of_region)]
    else:
        _, clinic_id = as_administrator(staff)
        which = [col(Clinic.id) == clinic_id, *([col(Clinic.slug) == clinic] if clinic else [])]
    asked = select(Clinic).where(*which)
    found = await session.scalar(asked.with_for_update() if lock else asked)
    if found is None:
        raise NotFound
    return _Place(found.name, CLINIC_ROLES, clinic_id=found.id)


async def _change(
    staff: Staff, clinic: str, person_id: UUID, role: Role | None, *, removes: bool = False
) -> Permissions:
    async with get_database().write() as session:
        place = await _place(session, staff, clinic, lock=True)
        if not removes:
            _checked_role(place, role)
        row = await session.scalar(
            select(StaffRole).where(place.owns(StaffRole), col(StaffRole.id) == person_id)
        )
        if row is None:
            raise NotFound
        before = Role(row.role)
        if before is not role:
            await _require_another_administrator(session, place, row)
            _note(session, staff, place, row, before=before, after=role)
            if role is None:
                await session.delete(row)
            else:
                row.role = role
            await session.flush()
        found = await _permissions(session, staff, place)
    sessions.read_anew()
    return found


def _checked_person(hsa_id: str, name: str) -> tuple[str, str]:
    problems: dict[str, str] = {}
    person, called = "", " ".join(name.split())
    try:
        person = normalise_hsa_id(hsa_id)
    except InvalidInput as error:
        problems |= error.problems
    if not called:
        problems["name"] = "name_missing"
    elif len(called) > NAME_MAX:
        problems["name"] = "too_long"
    if problems:
        raise InvalidInput(problems)
    return person, called


def _checked_role(place: _Place, role: Role | None) -> Role:
    if role is None or role not in place.roles:
        raise InvalidInput({"role": "choose_role"})
    return role


async def _require_another_administrator(session: AsyncSession, place: _Place, row: StaffRole) -> None:
    """Raise LastAdministrator when nobody else could give roles there any more."""
    administrator = place.roles[0]
    if row.role != administrator:
        return
    other = await session.scalar(
        select(col(StaffRole.id))
        .where(place.owns(StaffRole), col(StaffRole.role) == administrator, col(StaffRole.id) != row.id)
        .limit(1)
    )
    if other is None:
        raise LastAdministrator


def _note(
    session: AsyncSession,
    staff: Staff,
    place: _Place,
    row: StaffRole,
    *,
    before: Role | None,
    after: Role | None,
) -> None:
    """Keep who changed what for whom, on the page and in the access log."""
    session.add(
        RoleChange(
            clinic_id=place.clinic_id,
            region_id=place.region_id,
            changed_at=clock.now(),
            changed_by=staff.hsa_id,
            changed_by_name=staff.name,
            hsa_id=row.hsa_id,
            name=row.name or row.hsa_id,
            before=before,
            after=after,
        )
    )
    audit.record(
        session, staff, "give_role" if before is None else "remove_role" if after is None else "change_role",
        clinic_id=place.clinic_id,
    )  # fmt: skip


async def _permissions(session: AsyncSession, staff: Staff, place: _Place) -> Permissions:
    rows = list(await session.scalars(select(StaffRole).where(place.owns(StaffRole))))
    changes = list(
        await session.scalars(
            select(RoleChange)
            .where(place.owns(RoleChange))
            .order_by(col(RoleChange.changed_at).desc(), col(RoleChange.id))
        )
    )
    newest: dict[str, RoleChange] = {}
    for change in changes:
        newest.setdefault(change.hsa_id, change)
    people = [_person(row, newest.get(row.hsa_id), staff) for row in rows]
    return Permissions(
        place.name,
        place.roles,
        tuple(sorted(people, key=lambda one: (swedish_order(one.name), one.hsa_id))),
        tuple(
            RoleChanged(
                one.changed_at,
                one.changed_by_name,
                one.name,
                Role(one.before) if one.before else None,
                Role(one.after) if one.after else None,
            )
            for one in changes[:CHANGES_SHOWN]
        ),
    )


def _person(row: StaffRole, change: RoleChange | None, staff: Staff) -> PersonRole:
    return PersonRole(
        row.id,
        row.hsa_id,
        row.name or row.hsa_id,
        Role(row.role),
        row.hsa_id == staff.hsa_id,
        change.changed_by_name if change else "",
        change.changed_at if change else None,
    )
