"""Mina tidsbokningar: a resident's own booked times, and cancelling one."""

import asyncio
from dataclasses import dataclass

from webtidbok_app import journal
from webtidbok_app.db.engine import get_database
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    InvalidInput,
    JournalError,
    TermsNotAccepted,
    TooLateToChange,
    WebtidbokError,
)
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.clinics import ClinicInfo, get_clinic, get_clinic_offering, list_clinics
from webtidbok_app.services.terms import require_accepted_terms

MESSAGE_MAX = 500


@dataclass(frozen=True)
class ClinicBookings:
    """The coming times at one clinic, or why they cannot be shown now."""

    clinic: ClinicInfo
    times: list[BookedTime]
    problem: WebtidbokError | None = None


@dataclass(frozen=True)
class MyBooking:
    """One booked time and what can be done with it."""

    clinic: ClinicInfo
    time: BookedTime
    manageable: bool
    """The clinic lets residents cancel on the web."""
    terms_needed: bool
    """The terms for cancelling are to be accepted first."""
    message_allowed: bool
    """The timebook takes a message with the cancellation."""


async def list_my_bookings(actor: Actor | None) -> list[ClinicBookings]:
    """Return the resident's coming times at every clinic where they may have any.

    The clinics are asked at the same time; one that does not answer says so and holds back nobody.
    """
    resident = as_resident(actor)
    clinic_ids = await journal.clinics_with_times(resident)
    clinics = [clinic for clinic in await list_clinics() if clinic.id in clinic_ids]
    found = await asyncio.gather(*(_schedule_at(resident, clinic) for clinic in clinics))
    with_something = [bookings for bookings in found if bookings.times or bookings.problem]
    return sorted(with_something, key=lambda bookings: [time.starts_at for time in bookings.times])


async def list_at_clinic(actor: Actor | None, *, clinic: str) -> ClinicBookings:
    """Return the coming times at one clinic. Raises CapabilityMissing and TermsNotAccepted."""
    resident = as_resident(actor)
    found = await get_clinic_offering(slug=clinic, kind=CaseTypeKind.MANAGE_DIRECT)
    await require_accepted_terms(resident, clinic=found, kind=CaseTypeKind.MANAGE_DIRECT)
    return await _schedule_at(resident, found)


async def get_booking(actor: Actor | None, *, clinic: str, booking: str) -> MyBooking:
    """Return one of the resident's bookings, past and cancelled ones too. Raises NotFound."""
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    time = await found.journal().booking(resident, booking)
    return await _with_choices(resident, found, time)


async def cancel_booking(actor: Actor | None, *, clinic: str, booking: str, message: str) -> MyBooking:
    """Cancel one of the resident's bookings.

    Raises NotFound, CapabilityMissing, TermsNotAccepted, InvalidInput (``message``), AlreadyCancelled and
    TooLateToChange (``deadline``, ``phone``).
    """
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    await found.journal().booking(resident, booking)
    if not found.offers(CaseTypeKind.MANAGE_DIRECT):
        raise CapabilityMissing(phone=found.phone)
    await require_accepted_terms(resident, clinic=found, kind=CaseTypeKind.MANAGE_DIRECT)
    if len(message) > MESSAGE_MAX:
        raise InvalidInput({"message": "too_long"})
    try:
        time = await found.journal().cancel_booking(resident, booking, message.strip())
    except TooLateToChange as error:
        raise TooLateToChange(**error.facts, phone=found.phone) from error
    async with get_database().write() as session:
        audit.record(
            session,
            resident,
            "cancel_booking",
            clinic_id=found.id,
            person_id=resident.person_id,
            booking_id=booking,
        )
    return await _with_choices(resident, found, time)


async def _schedule_at(resident: Resident, clinic: ClinicInfo) -> ClinicBookings:
    try:
        return ClinicBookings(clinic, await clinic.journal().schedule(resident))
    except JournalError as error:
        return ClinicBookings(clinic, [], error)


async def _with_choices(resident: Resident, clinic: ClinicInfo, time: BookedTime) -> MyBooking:
    manageable = clinic.offers(CaseTypeKind.MANAGE_DIRECT)
    terms_needed = manageable and not await _accepted(resident, clinic)
    return MyBooking(clinic, time, manageable, terms_needed, clinic.journal().capabilities.message)


async def _accepted(resident: Resident, clinic: ClinicInfo) -> bool:
    try:
        await require_accepted_terms(resident, clinic=clinic, kind=CaseTypeKind.MANAGE_DIRECT)
    except TermsNotAccepted:
        return False
    return True
