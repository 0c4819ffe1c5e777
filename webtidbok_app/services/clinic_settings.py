"""What a clinic decides about its own timebook. For staff of the clinic."""

from dataclasses import dataclass

from webtidbok_app.db.after_commit import tell_of_change
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic
from webtidbok_app.domain.actor import Actor, Role
from webtidbok_app.domain.errors import InvalidInput, NotAllowed
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_clinic_staff

HOLD_MINUTES = range(2, 11)
"""How long a time can be held at each step: ten minutes (ux.md 3.7) or, where the clinic so wants, fewer."""
MAY_CHANGE = frozenset({Role.CLINIC_ADMIN})
"""A rule that every resident meets is for whoever answers for the clinic's set-up; the daily schedule is for all."""


@dataclass(frozen=True)
class ClinicSettings:
    """The settings, and whether the one who asked may change them."""

    clinic: str
    hold_minutes: int
    may_change: bool


async def get_settings(actor: Actor | None) -> ClinicSettings:
    """Return the clinic's settings. All its staff may see them."""
    staff, clinic_id = as_clinic_staff(actor)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        return ClinicSettings(clinic.name, clinic.hold_minutes, staff.role in MAY_CHANGE)


async def set_hold_minutes(actor: Actor | None, *, minutes: int) -> ClinicSettings:
    """Change for how many minutes a chosen time is held at each step, from the next step that anybody takes.

    Only the clinic's administrator may: it is a rule for all residents, and outlasts any week of the schedule.
    Raises NotAllowed for other staff, and InvalidInput (``minutes``) outside 2–10.
    """
    staff, clinic_id = as_clinic_staff(actor)
    if staff.role not in MAY_CHANGE:
        raise NotAllowed
    if minutes not in HOLD_MINUTES:
        raise InvalidInput({"minutes": "minutes"})
    async with get_database().write() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        clinic.hold_minutes = minutes
        audit.record(session, staff, "set_hold_minutes", clinic_id=clinic_id)
        tell_of_change(session, clinic_id, [])
    return ClinicSettings(clinic.name, minutes, may_change=True)
