"""Let a system in at a clinic over the national service contracts, or out again, from the command line.

python -m webtidbok_app.riv_consumer in bjorken SE5565594230-B9P "1177"
python -m webtidbok_app.riv_consumer out bjorken SE5565594230-B9P
"""

import asyncio
import sys

from sqlalchemy import select
from sqlmodel import col

from webtidbok_app.db.engine import Database, get_database
from webtidbok_app.db.tables import Clinic
from webtidbok_app.domain.actor import System
from webtidbok_app.services.riv_consumers import admit, dismiss

OPERATOR = System("operator")


async def change(database: Database, *, clinic: str, hsa_id: str, name: str | None) -> None:
    """Let a system in at the clinic, known by its slug, by a name that people know; without a name, out.

    Raises LookupError for an unknown clinic, and what ``services.riv_consumers`` raises.
    """
    async with database.write() as session:
        found = await session.scalar(select(Clinic).where(col(Clinic.slug) == clinic))
        if found is None:
            raise LookupError(f"There is no clinic {clinic}")
        if name is None:
            await dismiss(session, OPERATOR, clinic=found, hsa_id=hsa_id)
        else:
            await admit(session, OPERATOR, clinic=found, hsa_id=hsa_id, name=name)


async def _main(arguments: list[str]) -> int:
    match arguments:
        case ["in", clinic, hsa_id, name]:
            await change(get_database(), clinic=clinic, hsa_id=hsa_id, name=name)
            print(f"{name} ({hsa_id}) may ask {clinic}")
        case ["out", clinic, hsa_id]:
            await change(get_database(), clinic=clinic, hsa_id=hsa_id, name=None)
            print(f"{hsa_id} may ask {clinic} no more")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(sys.argv[1:])))
