"""Where else a booking can be moved: to clinics of the same care provider with the same kind of visit.

What the resident has said comes along, and inner secrecy ends at the care provider (PDL 4 kap.). A visit is the same
when its time type has the same Swedish name, is offered, and needs no invitation.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from webtidbok_app.db.tables import Clinic, TimeType


async def find_other_units(session: AsyncSession, *, clinic_id: UUID, time_type_id: UUID) -> list[TimeType]:
    """Return the time types of other clinics that a booking can be exchanged for; none if its clinic lets none go."""
    clinic = await session.get_one(Clinic, clinic_id)
    if not clinic.rebook_elsewhere:
        return []
    mine = await session.get_one(TimeType, (clinic_id, time_type_id))
    return [kind for kind, _ in await _elsewhere(session, clinic_id) if _is_same(kind, mine)]


async def name_other_units(session: AsyncSession, *, clinic_id: UUID) -> list[str]:
    """Return the names of the clinics that bookings can be moved to, or could be if the clinic let them go."""
    mine = (
        await session.scalars(
            select(TimeType).where(col(TimeType.clinic_id) == clinic_id, col(TimeType.active))
        )
    ).all()
    found = await _elsewhere(session, clinic_id)
    names = (name for kind, name in found if any(_is_same(kind, own) for own in mine))
    return list(dict.fromkeys(names))


async def _elsewhere(session: AsyncSession, clinic_id: UUID) -> Sequence[tuple[TimeType, str]]:
    """Return what the care provider's other clinics with the same kind of timebook offer, with the clinics' names."""
    here, there = aliased(Clinic), aliased(Clinic)
    same_owner = col(here.care_provider_id) == there.care_provider_id
    found = await session.execute(
        select(TimeType, col(there.name))
        .join(there, col(there.id) == TimeType.clinic_id)
        .join(here, same_owner & (col(here.journal) == there.journal) & (col(here.id) != there.id))
        .where(col(here.id) == clinic_id, col(TimeType.active), col(TimeType.invited_only).is_(False))
        .order_by(col(there.name))
    )
    return [(kind, name) for kind, name in found]


def _is_same(one: TimeType, other: TimeType) -> bool:
    return one.name_sv.casefold() == other.name_sv.casefold()
