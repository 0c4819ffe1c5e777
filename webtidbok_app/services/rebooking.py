"""Omboka: exchange a booked time for another of its time type, where it is or at a clinic that it can be moved to.

The old one stays until the new one is sure.
"""

from webtidbok_app.db.engine import get_database
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import CapabilityMissing, TooLateToChange
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime, BookingDetails, Hold
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.booking import Progress, keep_longer
from webtidbok_app.services.clinics import ClinicInfo, TimeAtClinic, get_clinic, get_clinic_offering
from webtidbok_app.services.outcomes import refuse_if_unsettled
from webtidbok_app.services.stops import refuse_if_stopped
from webtidbok_app.services.terms import require_accepted_terms, terms_in_force
from webtidbok_app.services.time_types import OldBooking, enter, find_units, may_book, terms_kind
from webtidbok_app.services.whole import to_the_end


async def get_rebooking(actor: Actor | None, *, clinic: str, time_type: str, rebooks: OldBooking) -> Progress:
    """Return how far the resident has come with exchanging a booking for a time at the clinic.

    Raises NotFound, CapabilityMissing, AlreadyCancelled and TooLateToChange (``deadline``, ``phone``); where it is
    to be moved, also TermsNotAccepted for the clinic that is left; OutcomeUnknown while nobody knows whether the
    booking is exchanged or cancelled already.
    """
    resident, found, kind = await enter(actor, clinic=clinic, time_type=time_type, rebooks=rebooks)
    left = await get_clinic(slug=rebooks.clinic)
    await refuse_if_unsettled(resident, left, booking=rebooks.id)
    old = await left.journal(resident).booking(resident, rebooks.id)
    hold = await found.journal(resident).current_hold(resident)
    async with get_database().read() as session:
        terms = await terms_in_force(session, resident, clinic=found, kind=terms_kind(clinic, rebooks))
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
        replaces=TimeAtClinic(left, old),
        can_move=bool(await find_units(resident, left, old)),
    )


async def step_on_to_rebook(actor: Actor | None, *, clinic: str, time_type: str, rebooks: OldBooking) -> Hold:
    """Keep the held time longer as the resident takes a step. Raises HoldExpired."""
    return await keep_longer(*await enter(actor, clinic=clinic, time_type=time_type, rebooks=rebooks))


@to_the_end
async def rebook(actor: Actor | None, *, clinic: str, rebooks: OldBooking, hold_id: str) -> BookedTime:
    """Exchange the booking for the time at ``clinic`` of the hold that the resident was shown, both or neither.

    The terms are those for changing and, at another clinic, those for booking there. Pressed twice it answers the
    same. Raises NotFound, CannotBeMoved, CapabilityMissing (``phone``), TermsNotAccepted, AlreadyCancelled,
    TooLateToChange (``deadline``, ``phone``), HoldExpired, BookingStopped, and what the timebook raises.
    """
    resident = as_resident(actor)
    left = await get_clinic_offering(slug=rebooks.clinic, kind=CaseTypeKind.MANAGE_DIRECT)
    old = await left.journal(resident).booking(resident, rebooks.id)
    await refuse_if_unsettled(resident, left, booking=rebooks.id, hold_id=hold_id)
    if not left.journal(resident).capabilities.rebook:
        raise CapabilityMissing(phone=left.phone)
    await require_accepted_terms(resident, clinic=left, kind=CaseTypeKind.MANAGE_DIRECT)
    found = left
    if clinic != left.slug:
        found = await get_clinic_offering(slug=clinic, kind=CaseTypeKind.BOOK_DIRECT)
        await require_accepted_terms(resident, clinic=found, kind=CaseTypeKind.BOOK_DIRECT)
        await _require_right_to(resident, found, hold_id)
    else:
        kinds = await found.journal(resident).time_types(resident)
        refuse_if_stopped(found, next((kind for kind in kinds if kind.id == old.time_type_id), None))
    try:
        booked = await found.journal(resident).rebook_booking(
            resident, rebooks.id, hold_id, from_clinic=left.id
        )
    except TooLateToChange as error:
        raise left.refusal(error) from error
    changed = {found.id: booked.id} if found is left else {left.id: rebooks.id, found.id: booked.id}
    async with get_database().write() as session:
        for clinic_id, booking_id in changed.items():  # each clinic has a log of its own
            audit.record(
                session,
                resident,
                "rebook",
                clinic_id=clinic_id,
                person_id=resident.person_id,
                booking_id=booking_id,
            )
    return booked


async def _require_right_to(resident: Resident, clinic: ClinicInfo, hold_id: str) -> None:
    """Raise why what is held cannot be booked, if so. A hold that is over is for the timebook to judge."""
    journal = clinic.journal(resident)
    hold = await journal.current_hold(resident)
    for kind in await journal.time_types(resident):
        if hold and (hold.id, hold.time_type) == (hold_id, kind.id):
            refuse_if_stopped(clinic, kind)
            if refusal := may_book(resident, kind):
                raise refusal
