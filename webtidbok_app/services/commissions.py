"""Which commission a member of staff acts in: one at a time, chosen after login and changed at any time."""

from dataclasses import dataclass

from webtidbok_app.auth.commissions import commissions_of
from webtidbok_app.db.engine import get_database
from webtidbok_app.domain.actor import Actor, Role, Staff
from webtidbok_app.domain.errors import NotFound
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_staff


@dataclass(frozen=True)
class CommissionInfo:
    """One that can be chosen; ``here`` is the one that they act in."""

    id: str
    place: str
    role: Role | None
    here: bool


async def list_commissions(actor: Actor | None) -> list[CommissionInfo]:
    """Return the actor's commissions, by name of clinic or region. Raises NotAllowed for others than staff."""
    staff = as_staff(actor)
    async with get_database().read() as session:
        held = await commissions_of(session, staff.hsa_id)
    own = (staff.clinic_id, staff.role)
    return [
        CommissionInfo(one.id.hex, one.place, one.staff.role, (one.staff.clinic_id, one.staff.role) == own)
        for one in held
    ]


async def choose_commission(actor: Actor | None, *, commission: str) -> Staff:
    """Return as whom the actor acts from now on, and log the choice. Raises NotAllowed, and NotFound."""
    staff = as_staff(actor)
    async with get_database().write() as session:
        held = await commissions_of(session, staff.hsa_id)
        chosen = next((one.staff for one in held if one.id.hex == commission), None)
        if chosen is None:
            raise NotFound
        audit.record(session, chosen, "choose_commission", clinic_id=chosen.clinic_id)
    return chosen
