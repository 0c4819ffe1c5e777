"""Who the actor must be, and what staff in which role may do: said here and nowhere else.

| role                                       | see | times | requests | set-up, people, log | clinics' people |
|--------------------------------------------|-----|-------|----------|---------------------|-----------------|
| READ_ONLY (läsbehörighet)                  | yes |       |          |                     |                 |
| CLINICIAN (vårdgivare)                     | yes | yes   |          |                     |                 |
| CASE_HANDLER (ärendemottagare)             | yes | yes   | yes      |                     |                 |
| CLINIC_ADMIN (mottagningsadministratör)    | yes | yes   | yes      | yes                 |                 |
| REGION_ADMIN (regional superadministratör) |     |       |          |                     | yes             |

At a clinic whose times stand in a journal system of its own, nobody sees or changes times here.

Every use case begins here, whatever the gate in front of the events has let through.
"""

from uuid import UUID

from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor, Resident, Role, Staff, System
from webtidbok_app.domain.errors import NotAllowed, OmbudEnded, TimesElsewhere
from webtidbok_app.domain.ombud import may_act

ADMINISTERS = frozenset({Role.CLINIC_ADMIN})
"""Set-up, permissions and log: what all residents meet, and what outlasts any week of the schedule."""
HANDLES_CASES = ADMINISTERS | {Role.CASE_HANDLER}
"""Requests: reading and answering them, with what the resident has told in confidence."""
HANDLES_TIMES = HANDLES_CASES | {Role.CLINICIAN}
"""Times: publishing and withdrawing, booking and cancelling."""
SEES = HANDLES_TIMES | {Role.READ_ONLY}
"""The schedule, the day list, the changes, and a booking, whose opening is logged."""
APPOINTS = ADMINISTERS | {Role.REGION_ADMIN}
"""Who may what: the administrator at the own clinic, the superadmin at any clinic of the region."""


def as_resident(actor: Actor | None) -> Resident:
    """Return the actor as a resident, who may be a child that is acted for. Raises NotAllowed and OmbudEnded."""
    if not isinstance(actor, Resident):
        raise NotAllowed
    if not may_act(actor, clock.now()):
        raise OmbudEnded
    return actor


def as_staff(actor: Actor | None) -> Staff:
    """Return the actor as staff in whichever commission, or in none yet. Raises NotAllowed."""
    if not isinstance(actor, Staff):
        raise NotAllowed
    return actor


def as_clinic_staff(actor: Actor | None, roles: frozenset[Role] = SEES) -> tuple[Staff, UUID]:
    """Return the actor as staff of a clinic who may see it, and the clinic: staff see no other. Raises NotAllowed."""
    staff = as_staff(actor)
    if staff.role not in roles or staff.clinic_id is None:
        raise NotAllowed
    return staff, staff.clinic_id


def as_schedule_staff(actor: Actor | None, roles: frozenset[Role] = SEES) -> tuple[Staff, UUID]:
    """Return the actor as such staff of a clinic whose times stand in our own timebook.

    Raises NotAllowed, and TimesElsewhere for a clinic with a journal system of its own.
    """
    staff, clinic_id = as_clinic_staff(actor, roles)
    if staff.connected:
        raise TimesElsewhere
    return staff, clinic_id


def as_time_handler(actor: Actor | None) -> tuple[Staff, UUID]:
    """Return the actor as staff who may change the clinic's times and bookings. Raises as ``as_schedule_staff``."""
    return as_schedule_staff(actor, HANDLES_TIMES)


def as_case_handler(actor: Actor | None) -> tuple[Staff, UUID]:
    """Return the actor as staff who handle the clinic's requests. Raises NotAllowed."""
    return as_clinic_staff(actor, HANDLES_CASES)


def as_administrator(actor: Actor | None) -> tuple[Staff, UUID]:
    """Return the actor as the clinic's administrator, and the clinic. Raises NotAllowed."""
    return as_clinic_staff(actor, ADMINISTERS)


def as_appointer(actor: Actor | None) -> Staff:
    """Return the actor as one who says who may what, at a clinic or in a region. Raises NotAllowed."""
    staff = as_staff(actor)
    if staff.role not in APPOINTS:
        raise NotAllowed
    return staff


def as_superadmin(actor: Actor | None) -> tuple[Staff, UUID]:
    """Return the actor as the regional superadmin, and the region. Raises NotAllowed."""
    staff = as_staff(actor)
    if staff.role is not Role.REGION_ADMIN or staff.region_id is None:
        raise NotAllowed
    return staff, staff.region_id


def as_consumer(actor: Actor | None) -> System:
    """Return the actor as a system that asks over the service contracts, named by its HSA-id. Raises NotAllowed."""
    if not isinstance(actor, System):
        raise NotAllowed
    return actor


def administers(staff: Staff) -> bool:
    """Whether this member of staff answers for the clinic's set-up."""
    return staff.role in ADMINISTERS
