"""Who the actor must be. Every use case begins here, whatever the gate in front of the events has let through."""

from uuid import UUID

from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Resident, Role, Staff
from webtidbok_app.domain.errors import NotAllowed, OmbudEnded
from webtidbok_app.domain.ombud import may_act

CLINIC_ROLES = frozenset({Role.RECEPTIONIST, Role.NURSE, Role.CLINIC_ADMIN})


def as_resident(actor: Actor | None) -> Resident:
    """Return the actor as a resident, who may be a child that is acted for. Raises NotAllowed and OmbudEnded."""
    if not isinstance(actor, Resident):
        raise NotAllowed
    if not may_act(actor, clock.now()):
        raise OmbudEnded
    return actor


def as_clinic_staff(actor: Actor | None) -> tuple[Staff, UUID]:
    """Return the actor as staff of a clinic, and the clinic: staff see no other. Raises NotAllowed."""
    if not isinstance(actor, Staff) or actor.role not in CLINIC_ROLES or actor.clinic_id is None:
        raise NotAllowed
    return actor, actor.clinic_id


def as_administrator(actor: Actor | None) -> tuple[Staff, UUID]:
    """Return the actor as the clinic's administrator, and the clinic. Raises NotAllowed.

    What all residents meet, and what outlasts any week of the schedule, is for whoever answers for the set-up.
    """
    staff, clinic_id = as_clinic_staff(actor)
    if not administers(staff):
        raise NotAllowed
    return staff, clinic_id


def as_region_administrator(actor: Actor | None) -> Staff:
    """Return the actor as the regional superadministrator, who answers for the service. Raises NotAllowed."""
    if not isinstance(actor, Staff) or actor.role is not Role.REGION_ADMIN:
        raise NotAllowed
    return actor


def administers(staff: Staff) -> bool:
    """Whether this member of staff answers for the clinic's set-up."""
    return staff.role is Role.CLINIC_ADMIN
