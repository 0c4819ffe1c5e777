"""The access log: who did what with whose data, where and when (HSLF-FS 2016:40 4 kap. 9 §).

Written in the same transaction as what it tells of. Where a clinic's timebook has a transaction of its own, the
line is written when the timebook has answered: the booking itself is then the first witness.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.tables import AccessLog
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Resident, Staff


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    *,
    clinic_id: UUID | None = None,
    person_id: UUID | None = None,
    booking_id: str | None = None,
    case_id: str | None = None,
) -> None:
    """Add one line to the log. ``action`` is a stable verb such as ``open_booking``.

    The actor is who has logged in, also when they act for a child, which is the person it is about then.
    """
    kind, identity = _identity(actor)
    session.add(
        AccessLog(
            at=clock.now(),
            actor_kind=kind,
            actor_id=identity,
            action=action,
            clinic_id=clinic_id,
            person_id=person_id,
            booking_id=booking_id,
            case_id=case_id,
        )
    )


def _identity(actor: Actor) -> tuple[str, str]:
    if isinstance(actor, Resident):
        return "guardian" if actor.by else "resident", actor.told_id.hex
    if isinstance(actor, Staff):
        return "staff", actor.hsa_id
    return "system", actor.name
