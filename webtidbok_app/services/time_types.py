"""What a resident can book at a clinic: its time types, and who may book them."""

from dataclasses import replace
from typing import NamedTuple

from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.errors import (
    AgeOutside,
    AlreadyCancelled,
    CannotBeMoved,
    CapabilityMissing,
    InvitedOnly,
    NotFound,
    TooLateToChange,
    TooManyBookings,
    WebtidbokError,
)
from webtidbok_app.domain.visit import Bookable, CaseTypeKind
from webtidbok_app.journal.port import BookedTime, OtherUnit, TimeTypeInfo
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.clinics import ClinicInfo, get_clinic_offering
from webtidbok_app.services.stops import refuse_if_stopped
from webtidbok_app.services.terms import require_accepted_terms


class OldBooking(NamedTuple):
    """A booking of the resident's that is to be exchanged: the clinic where it stands (its slug), and its id."""

    clinic: str
    id: str


def may_book(actor: Actor | None, time_type: TimeTypeInfo) -> WebtidbokError | None:
    """Return why the resident may not book the time type, or None. Told before any time is shown."""
    resident = as_resident(actor)
    if time_type.invitation:  # the clinic has decided, whatever the age
        return None
    if time_type.bookable is Bookable.INVITATION:
        return InvitedOnly()
    age = resident.number.age_on(swedish_time.day_of(clock.now()))
    too_young = time_type.min_age is not None and age < time_type.min_age
    too_old = time_type.max_age is not None and age > time_type.max_age
    if too_young or too_old:
        return AgeOutside(min_age=time_type.min_age, max_age=time_type.max_age)
    return None


async def refuse_if_too_many(resident: Resident, clinic: ClinicInfo, time_type: TimeTypeInfo) -> None:
    """Raise TooManyBookings when the resident has as many coming times of the type as one can have.

    Told before any time is shown; the timebook judges when it is booked.
    """
    if time_type.max_active is None:
        return
    booked = await clinic.journal(resident).schedule(resident)
    coming = [time for time in booked if time.time_type_id == time_type.id and time.starts_at > clock.now()]
    if len(coming) >= time_type.max_active:
        raise TooManyBookings(most=time_type.max_active)


async def list_time_types(actor: Actor | None, *, clinic: str) -> list[TimeTypeInfo]:
    """Return the clinic's time types, those too that the resident may not book (see ``may_book``, ``why_stopped``).

    Raises NotFound, CapabilityMissing (``phone``) and BookingStopped.
    """
    resident = as_resident(actor)
    found = await get_clinic_offering(slug=clinic, kind=CaseTypeKind.BOOK_DIRECT)
    refuse_if_stopped(found)
    return await found.journal(resident).time_types(resident)


async def enter(
    actor: Actor | None,
    *,
    clinic: str,
    time_type: str,
    rebooks: OldBooking | None = None,
    though_stopped: bool = False,
) -> tuple[Resident, ClinicInfo, TimeTypeInfo]:
    """Authorise, and find the clinic and a time type that this resident may book.

    A booking that ``rebooks`` is exchanged for another of its time type: who has been given such a time may have it
    at another hour, whoever else may book it, within the days of the invitation that it answers. At another clinic
    that it can be moved to, that clinic's own rules hold. Raises NotFound, CapabilityMissing, AgeOutside, InvitedOnly
    and BookingStopped; for rebooking also AlreadyCancelled, TooLateToChange, CannotBeMoved and, for the terms of the
    clinic that is left, TermsNotAccepted.
    """
    resident = as_resident(actor)
    if rebooks is None:
        entered = await _enter_to_book(resident, clinic, time_type)
    else:
        entered = await _enter_to_rebook(resident, clinic, time_type, rebooks)
    if not though_stopped:
        refuse_if_stopped(*entered[1:])
    return entered


async def _enter_to_rebook(
    resident: Resident, clinic: str, time_type: str, rebooks: OldBooking
) -> tuple[Resident, ClinicInfo, TimeTypeInfo]:
    left, old = await _enter_to_leave(resident, rebooks)
    journal = left.journal(resident)
    if clinic == left.slug:
        for kind in await journal.time_types(resident):
            if kind.id == time_type == old.time_type_id:
                return resident, left, replace(kind, invitation=old.invited_within)
        raise NotFound
    await require_accepted_terms(resident, clinic=left, kind=CaseTypeKind.MANAGE_DIRECT)
    entered = await _enter_to_book(resident, clinic, time_type)
    if (entered[1].id, time_type) not in await find_units(resident, left, old):
        raise CannotBeMoved
    return entered


async def find_units(resident: Resident, clinic: ClinicInfo, booked: BookedTime) -> list[OtherUnit]:
    """Return the other clinics that the booking at the clinic can be moved to; none where its timebook cannot."""
    journal = clinic.journal(resident)
    return await journal.other_units(resident, booked.id) if journal.capabilities.other_units else []


async def _enter_to_book(
    resident: Resident, clinic: str, time_type: str
) -> tuple[Resident, ClinicInfo, TimeTypeInfo]:
    found = await get_clinic_offering(slug=clinic, kind=CaseTypeKind.BOOK_DIRECT)
    for kind in await found.journal(resident).time_types(resident):
        if kind.id == time_type:
            if refusal := may_book(resident, kind):
                raise refusal
            return resident, found, kind
    raise NotFound


async def _enter_to_leave(resident: Resident, rebooks: OldBooking) -> tuple[ClinicInfo, BookedTime]:
    found = await get_clinic_offering(slug=rebooks.clinic, kind=CaseTypeKind.MANAGE_DIRECT)
    journal = found.journal(resident)
    old = await journal.booking(resident, rebooks.id)
    if not journal.capabilities.rebook:
        raise CapabilityMissing(phone=found.phone)
    if old.cancelled_at is not None:
        raise AlreadyCancelled
    if not old.rebook_allowed:
        raise found.refusal(TooLateToChange(deadline=old.cancel_until))
    return found, old


def terms_kind(clinic: str, rebooks: OldBooking | None) -> CaseTypeKind:
    """Return whose terms are to be accepted: those for booking or, when the clinic's own is exchanged, for changing."""
    at_home = rebooks is not None and rebooks.clinic == clinic
    return CaseTypeKind.MANAGE_DIRECT if at_home else CaseTypeKind.BOOK_DIRECT
