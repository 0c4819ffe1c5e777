"""The commissions (medarbetaruppdrag) of a member of staff: where their HSA-id has a role."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from webtidbok_app.db.tables import STANDALONE, Clinic, Region, StaffRole
from webtidbok_app.domain.actor import Role, Staff


@dataclass(frozen=True)
class Commission:
    """One commission: as whom one acts in it, and the clinic or region by name."""

    id: UUID
    staff: Staff
    place: str
    slug: str = ""
    """The clinic's; empty for a region."""
    clinic_hsa_id: str = ""


async def commissions_of(session: AsyncSession, hsa_id: str) -> list[Commission]:
    """Return them by name, the region first."""
    rows = await session.execute(
        select(StaffRole, Clinic, col(Region.name))
        .outerjoin(Clinic, col(Clinic.id) == StaffRole.clinic_id)
        .outerjoin(Region, col(Region.id) == StaffRole.region_id)
        .where(StaffRole.hsa_id == hsa_id)
    )
    found = [_commission(*row) for row in rows]
    return sorted(found, key=lambda one: (one.staff.clinic_id is not None, one.place))


def _commission(row: StaffRole, clinic: Clinic | None, region: str | None) -> Commission:
    connected = clinic is not None and clinic.journal != STANDALONE
    name = row.name or row.hsa_id
    staff = Staff(row.hsa_id, name, Role(row.role), row.clinic_id, row.region_id, connected)
    if clinic is None:
        return Commission(row.id, staff, region or "")
    return Commission(row.id, staff, clinic.name, clinic.slug, clinic.hsa_id)
