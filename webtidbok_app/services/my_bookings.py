"""Mina tidsbokningar: a resident's own booked times, and cancelling one."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from webtidbok_app import journal
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import TermsAcceptance
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import (
    CapabilityMissing,
    InvalidInput,
    JournalError,
    JournalUnavailable,
    OmbudNotHere,
    TermsNotAccepted,
    TooLateToChange,
    Unavailable,
    WebtidbokError,
)
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import BookedTime, BookingRef, TimeTypeInfo
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.clinics import (
    ClinicInfo,
    TimeAtClinic,
    get_clinic,
    get_clinic_by_id,
    get_clinic_offering,
    list_clinics,
)
from webtidbok_app.services.outcomes import find_unsettled, refuse_if_unsettled
from webtidbok_app.services.terms import require_accepted_terms
from webtidbok_app.services.whole import to_the_end

MESSAGE_MAX = 500
SECONDS_TO_SHOW = 0.15
"""How long the first answer waits for all clinics; who has not answered by then is told of as pending."""
SECONDS_TO_ANSWER = 10.0
"""How long a clinic's timebook may take to answer (ux.md 7, 19)."""


@dataclass(frozen=True)
class ClinicBookings:
    """The coming times at one clinic, why they cannot be shown now, or that its timebook has not answered yet."""

    clinic: ClinicInfo
    times: list[BookedTime]
    problem: WebtidbokError | None = None
    pending: bool = False
    invitations: Sequence[TimeTypeInfo] = ()
    """What the resident is invited to choose a time for, where a journal system of the clinic's own tells."""


@dataclass(frozen=True)
class MyBooking:
    """One booked time and what can be done with it."""

    clinic: ClinicInfo
    time: BookedTime
    manageable: bool
    """The clinic lets residents cancel on the web."""
    terms_needed: bool
    """The terms for cancelling are to be accepted first."""
    cancellable: bool = False
    """It can be cancelled on the web now."""
    rebookable: bool = False
    """It can be exchanged for another time on the web now."""
    message_allowed: bool = False
    """The timebook takes a message with the cancellation."""
    unsettled: str = ""
    """A change of it that nobody knows what became of (``services.outcomes``); nothing more can be changed then."""
    replaces: TimeAtClinic | None = None
    """The time that was exchanged for this one."""
    newer_at: ClinicInfo | None = None
    """The clinic of the time that it was exchanged for."""


@dataclass(frozen=True)
class ManagedTimes:
    """The coming times at a clinic whose terms are accepted, or why they cannot be shown now."""

    clinic: ClinicInfo
    bookings: list[MyBooking]
    problem: WebtidbokError | None = None


async def list_my_bookings(actor: Actor | None) -> list[ClinicBookings]:
    """Return the resident's coming times at every clinic where they may have any, within a second or so.

    The clinics are asked at the same time. One that fails says so; one that is slow is ``pending``: ask
    ``follow_my_bookings`` for it. Neither holds back the others.
    """
    resident = as_resident(actor)
    clinics = await _clinics_to_ask(resident)
    found = await asyncio.gather(
        *(times_at(resident, clinic, pending=True, invited=True) for clinic in clinics)
    )
    return [one for one in found if one.times or one.problem or one.pending or one.invitations]


async def sees_all_clinics(actor: Actor | None) -> bool:
    """Whether it is known where the resident has times: False while the engagement index does not answer."""
    return await journal.knows_where(as_resident(actor))


async def follow_my_bookings(
    actor: Actor | None, *, clinics: Collection[str]
) -> AsyncGenerator[ClinicBookings, None]:
    """Yield the answers of the clinics that were pending, each as it comes; after ten seconds, that it did not."""
    resident = as_resident(actor)
    asked = [clinic for clinic in await _clinics_to_ask(resident) if clinic.slug in clinics]
    questions = [asyncio.create_task(times_at(resident, clinic, invited=True)) for clinic in asked]
    try:
        for answer in asyncio.as_completed(questions):
            yield await answer
    finally:
        for question in questions:
            question.cancel()


async def list_at_clinic(actor: Actor | None, *, clinic: str) -> ManagedTimes:
    """Return the coming times at one clinic. Raises CapabilityMissing and TermsNotAccepted."""
    resident = as_resident(actor)
    found = await get_clinic_offering(slug=clinic, kind=CaseTypeKind.MANAGE_DIRECT)
    await require_accepted_terms(resident, clinic=found, kind=CaseTypeKind.MANAGE_DIRECT)
    answer, unsettled = await times_at(resident, found, in_full=True), await find_unsettled(resident, found)
    mine = [_choices(resident, found, time, unsettled) for time in answer.times]
    return ManagedTimes(found, mine, answer.problem)


async def times_at(
    resident: Resident,
    clinic: ClinicInfo,
    *,
    pending: bool = False,
    invited: bool = False,
    in_full: bool = False,
) -> ClinicBookings:
    """Return the resident's coming times at one clinic, or why they cannot be told.

    Who is slow is ``pending`` if there is more time for it, a problem if not. ``invited`` asks for invitations too,
    ``in_full`` for what can be done with each time, wherever that takes asking more.
    """
    try:
        async with asyncio.timeout(SECONDS_TO_SHOW if pending else SECONDS_TO_ANSWER):
            schedule = clinic.journal(resident).schedule(resident, in_full=in_full)
            if not (invited and clinic.connected):
                return ClinicBookings(clinic, await schedule)
            times, invitations = await asyncio.gather(schedule, _invitations(resident, clinic))
            return ClinicBookings(clinic, times, invitations=invitations)
    except (JournalError, Unavailable, OmbudNotHere) as error:
        return ClinicBookings(clinic, [], error)
    except TimeoutError:
        return ClinicBookings(clinic, [], None if pending else JournalUnavailable(), pending)


async def _invitations(resident: Resident, clinic: ClinicInfo) -> list[TimeTypeInfo]:
    """Return what the resident is invited to; that it cannot be told holds back no booked time."""
    if not clinic.offers(CaseTypeKind.BOOK_DIRECT):
        return []
    with suppress(JournalError):
        return [kind for kind in await clinic.journal(resident).time_types(resident) if kind.invitation]
    return []


async def get_booking(actor: Actor | None, *, clinic: str, booking: str) -> MyBooking:
    """Return one of the resident's bookings, past and cancelled ones too. Raises NotFound."""
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    time = await found.journal(resident).booking(resident, booking)
    return await _with_choices(resident, found, time)


@to_the_end
async def cancel_booking(actor: Actor | None, *, clinic: str, booking: str, message: str) -> MyBooking:
    """Cancel one of the resident's bookings.

    Raises NotFound, CapabilityMissing, TermsNotAccepted, InvalidInput (``message``), AlreadyCancelled,
    TooLateToChange (``deadline``, ``phone``) and what the timebook raises (JournalRejected, OutcomeUnknown).
    """
    resident = as_resident(actor)
    found = await get_clinic(slug=clinic)
    await found.journal(resident).booking(resident, booking)
    if not found.offers(CaseTypeKind.MANAGE_DIRECT):
        raise CapabilityMissing(phone=found.phone)
    await require_accepted_terms(resident, clinic=found, kind=CaseTypeKind.MANAGE_DIRECT)
    await refuse_if_unsettled(resident, found, booking=booking)
    if len(message) > MESSAGE_MAX:
        raise InvalidInput({"message": "too_long"})
    try:
        time = await found.journal(resident).cancel_booking(resident, booking, message.strip())
    except TooLateToChange as error:
        raise found.refusal(error) from error
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


async def _clinics_to_ask(resident: Resident) -> list[ClinicInfo]:
    """Return the clinics where the resident may have times: booked here before, or opened by accepting its terms.

    No other clinic is told that somebody asks about this person.
    """
    known = await journal.clinics_with_times(resident) | await _opened(resident)
    return [clinic for clinic in await list_clinics() if clinic.id in known]


async def _opened(resident: Resident) -> set[UUID]:
    async with get_database().read() as session:
        found = await session.scalars(
            select(col(TermsAcceptance.clinic_id)).where(
                col(TermsAcceptance.person_id) == resident.person_id,
                col(TermsAcceptance.kind) == CaseTypeKind.MANAGE_DIRECT,
            )
        )
        return set(found)


async def _with_choices(resident: Resident, clinic: ClinicInfo, time: BookedTime) -> MyBooking:
    mine = _choices(resident, clinic, time, await find_unsettled(resident, clinic))
    return replace(
        mine,
        terms_needed=mine.manageable and not await _accepted(resident, clinic),
        replaces=await _replaced(resident, clinic, time.replaces),
        newer_at=await _clinic_of(time.replaced_by, clinic),
    )


def _choices(
    resident: Resident, clinic: ClinicInfo, time: BookedTime, unsettled: Mapping[str, str]
) -> MyBooking:
    """Return the booking with what can be done, by what the timebook can at all and what it says of this one."""
    manageable, can = clinic.offers(CaseTypeKind.MANAGE_DIRECT), clinic.journal(resident).capabilities
    changeable = manageable and time.id not in unsettled
    return MyBooking(
        clinic,
        time,
        manageable=manageable,
        terms_needed=False,
        cancellable=changeable and can.cancel and time.cancel_allowed,
        rebookable=changeable and can.rebook and time.rebook_allowed and bool(time.time_type_id),
        message_allowed=can.message and time.message_allowed,
        unsettled=unsettled.get(time.id, ""),
    )


async def _replaced(resident: Resident, clinic: ClinicInfo, old: BookingRef | None) -> TimeAtClinic | None:
    where = await _clinic_of(old, clinic)
    if old is None or where is None:
        return None
    return TimeAtClinic(where, await where.journal(resident).booking(resident, old.id))


async def _clinic_of(booking: BookingRef | None, here: ClinicInfo) -> ClinicInfo | None:
    """Return the clinic where the booking stands; mostly it is ``here``."""
    if booking is None or booking.clinic_id == here.id:
        return here if booking else None
    return await get_clinic_by_id(booking.clinic_id)


async def _accepted(resident: Resident, clinic: ClinicInfo) -> bool:
    try:
        await require_accepted_terms(resident, clinic=clinic, kind=CaseTypeKind.MANAGE_DIRECT)
    except TermsNotAccepted:
        return False
    return True
