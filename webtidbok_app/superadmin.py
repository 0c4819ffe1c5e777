"""Appoint a region's superadmin from the command line: the first one, whom nobody in the program can appoint.

python -m webtidbok_app.superadmin mellanbygd SE2321000016-9001 "Petra Lundvall"
"""

import asyncio
import sys

from sqlalchemy import select
from sqlmodel import col

from webtidbok_app.db.engine import Database, get_database
from webtidbok_app.db.tables import Region, StaffRole
from webtidbok_app.domain.actor import Role, System
from webtidbok_app.domain.ids import normalise_hsa_id
from webtidbok_app.services import audit


async def appoint(database: Database, *, region: str, hsa_id: str, name: str) -> None:
    """Give somebody the role in the region, known by its slug; who has it without a region keeps it, for this one.

    Raises LookupError for an unknown region and InvalidInput for what is no HSA-id.
    """
    person = normalise_hsa_id(hsa_id)
    async with database.write() as session:
        found = await session.scalar(select(Region).where(col(Region.slug) == region))
        if found is None:
            raise LookupError(f"There is no region {region}")
        row = await session.scalar(
            select(StaffRole).where(col(StaffRole.clinic_id).is_(None), col(StaffRole.hsa_id) == person)
        )
        if row is None:
            row = StaffRole(hsa_id=person, role=Role.REGION_ADMIN)
            session.add(row)
        row.region_id, row.role, row.name = found.id, Role.REGION_ADMIN, name
        audit.record(session, System("operator"), "give_role")


async def _main() -> int:
    try:
        region, hsa_id, name = sys.argv[1:]
    except ValueError:
        print(__doc__, file=sys.stderr)
        return 2
    await appoint(get_database(), region=region, hsa_id=hsa_id, name=name)
    print(f"{name} ({hsa_id}) is superadmin of {region}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
