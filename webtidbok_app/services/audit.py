"""The access log: who did what with whose data, where, when and why (HSLF-FS 2016:40 4 kap. 9 §).

Written in the same transaction as what it tells of. Where a clinic's timebook has a transaction of its own, the
line is written when the timebook has answered: the booking itself is then the first witness.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.log_line import mac_of
from webtidbok_app.db.tables import AccessLog
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.access import Purpose
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
    purpose: Purpose | None = None,
    reason: str = "",
) -> None:
    """Add one line to the log. ``action`` is a stable verb such as ``open_booking``, with a text in the catalogue.

    The actor is who has logged in, also when they act for a child, which is the person it is about then. Without a
    ``purpose`` it is what the actor's acts are for: a resident's own, care where staff act on a person's data.
    ``reason`` is what staff have said of why, where they are asked.
    """
    kind, identity = _identity(actor)
    staff = actor if isinstance(actor, Staff) else None
    line = AccessLog(
        id=new_id(),
        at=clock.now(),
        actor_kind=kind,
        actor_id=identity,
        actor_name=staff.name if staff else "",
        actor_role=staff.role if staff else None,
        action=action,
        purpose=purpose or _purpose(actor, person_id),
        reason=reason,
        clinic_id=clinic_id,
        person_id=person_id,
        booking_id=booking_id,
        case_id=case_id,
    )
    line.mac = mac_of(line)
    session.add(line)


def _identity(actor: Actor) -> tuple[str, str]:
    if isinstance(actor, Resident):
        return "guardian" if actor.by else "resident", actor.told_id.hex
    if isinstance(actor, Staff):
        return "staff", actor.hsa_id
    return "system", actor.name


def _purpose(actor: Actor, person_id: UUID | None) -> Purpose:
    if isinstance(actor, Resident):
        return Purpose.OWN
    if isinstance(actor, Staff):
        return Purpose.CARE if person_id else Purpose.ADMINISTRATION
    return Purpose.SYSTEM
