"""Omboka: exchange a booked time for another of its time type. The old one stays until the new one is sure."""

from webtidbok_app.db.engine import get_database
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import CapabilityMissing, TooLateToChange
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime, BookingDetails, Hold
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.booking import Progress, keep_longer
from webtidbok_app.services.clinics import get_clinic_offering
from webtidbok_app.services.terms import require_accepted_terms, terms_in_force
from webtidbok_app.services.time_types import enter


async def get_rebooking(actor: Actor | None, *, clinic: str, time_type: str, rebooks: str) -> Progress:
    """Return how far the resident has come with exchanging the booking ``rebooks``.

    Raises NotFound, CapabilityMissing, AlreadyCancelled and TooLateToChange (``deadline``, ``phone``).
    """
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type, rebooks=rebooks)
    journal = found.journal(resident)
    old = await journal.booking(resident, rebooks)
    hold = await journal.current_hold(resident)
    async with get_database().read() as session:
        terms = await terms_in_force(session, resident, clinic=found, kind=CaseTypeKind.MANAGE_DIRECT)
    return Progress(
        clinic=found,
        time_type=kind,
        single_type=True,
        terms=terms,
        hold=hold if hold and hold.time_type == kind.id else None,
        details=BookingDetails(),
        details_done=True,
        overlapping=[],
        booked_id=None,
        replaces=old,
    )


async def step_on_to_rebook(actor: Actor | None, *, clinic: str, time_type: str, rebooks: str) -> Hold:
    """Keep the held time longer as the resident takes a step. Raises HoldExpired."""
    return await keep_longer(*await enter(actor, clinic=clinic, time_type=time_type, rebooks=rebooks))


async def rebook(actor: Actor | None, *, clinic: str, rebooks: str, hold_id: str) -> BookedTime:
    """Exchange the booking for the time of the hold that the resident was shown, both or neither.

    Pressed twice it answers the same. Raises NotFound, CapabilityMissing (``phone``), TermsNotAccepted,
    AlreadyCancelled, TooLateToChange (``deadline``, ``phone``), HoldExpired, and what the timebook raises.
    """
    resident = as_resident(actor)
    found = await get_clinic_offering(slug=clinic, kind=CaseTypeKind.MANAGE_DIRECT)
    journal = found.journal(resident)
    await journal.booking(resident, rebooks)
    if not journal.capabilities.rebook:
        raise CapabilityMissing(phone=found.phone)
    await require_accepted_terms(resident, clinic=found, kind=CaseTypeKind.MANAGE_DIRECT)
    try:
        booked = await journal.rebook_booking(resident, rebooks, hold_id)
    except TooLateToChange as error:
        raise TooLateToChange(**error.facts, phone=found.phone) from error
    async with get_database().write() as session:
        audit.record(
            session,
            resident,
            "rebook",
            clinic_id=found.id,
            person_id=resident.person_id,
            booking_id=booked.id,
        )
    return booked
