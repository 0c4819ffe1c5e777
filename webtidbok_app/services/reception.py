"""The clinic's day: who comes, opening a booking, cancelling for a resident. For staff of the clinic."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Booking, Clinic, Performer, Person, Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import InvalidInput, NotFound, Unavailable
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.question import Answer, unpack_answers
from webtidbok_app.domain.reserve_number import read_identity
from webtidbok_app.domain.visit import Attendance, BookingStatus, VisitForm
from webtidbok_app.live.bus import bus
from webtidbok_app.live.snapshots import snapshots
from webtidbok_app.logs import report
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_schedule_staff, as_time_handler
from webtidbok_app.services.schedule import initials_of
from webtidbok_app.timebook import bookings

PROTECTED = "Skyddade uppgifter"
MESSAGE_MAX = 500


@dataclass(frozen=True)
class DayRow:
    """One booking in the day list, its resident masked. Instants are aware, UTC."""

    booking_id: str
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer_id: UUID
    performer: str
    visit_form: VisitForm
    masked_name: str
    protected: bool
    cancelled: bool
    rebooked_to: datetime | None
    """When the time starts that the resident has exchanged it for; it is cancelled then."""
    interpreter: str
    attendance: Attendance | None
    attendance_at: datetime | None


@dataclass(frozen=True)
class DayList:
    """The bookings of one day in Sweden, in order of time."""

    clinic: str
    day: date
    rows: list[DayRow]


@dataclass(frozen=True)
class OpenBooking:
    """A booking with all that the resident said. Shown after the opening is logged."""

    booking_id: str
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer: str
    visit_form: VisitForm
    status: BookingStatus
    booked_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: str | None
    rebooked_to: datetime | None
    rebooked_at: str
    """The clinic of that time, if it is another."""
    cancel_message: str
    name: str
    personal_number: str
    protected: bool
    phone: str | None
    email: str | None
    reason: str
    answers: tuple[Answer, ...]
    interpreter: str
    access_needs: str
    booked_by: str
    """The guardian who has booked it for their child; empty for who has booked for themselves."""
    attendance: Attendance | None
    attendance_at: datetime | None
    attendance_by: str
    """The name of the member of staff who has marked it."""


async def get_day_list(actor: Actor | None, *, day: date) -> DayList:
    """Return the day's bookings, the cancelled ones too; names masked, protected identities not at all.

    All who look at the same day in this worker share one reading, until something changes at the clinic.
    """
    _, clinic_id = as_schedule_staff(actor)
    return await snapshots.get(clinic_id, ("day list", day), partial(_read_day, clinic_id, day))


async def follow_day_list(actor: Actor | None, *, day: date) -> AsyncGenerator[DayList, None]:
    """Yield the day's bookings as they are now and, as long as it is asked for more, after each change.

    The same list may come again. A database that does not answer is asked anew at the next change.
    """
    _, clinic_id = as_schedule_staff(actor)
    async for _ in bus.changes(clinic_id):
        try:
            found = await get_day_list(actor, day=day)
        except Unavailable as error:
            report(error)
        else:
            yield found


async def note_printing(actor: Actor | None) -> Staff:
    """Log that a day's list is about to be printed, and return who does it."""
    staff, clinic_id = as_schedule_staff(actor)
    async with get_database().write() as session:
        audit.record(session, staff, "print_day_list", clinic_id=clinic_id)
    return staff


async def open_booking(actor: Actor | None, *, booking_id: str) -> OpenBooking:
    """Return a booking with the resident's name and words; who opened it is logged. Raises NotFound."""
    staff, clinic_id = as_schedule_staff(actor)
    async with get_database().write() as session:
        opened, person_id = await _open(session, clinic_id, booking_id)
        audit.record(
            session,
            staff,
            "open_booking",
            clinic_id=clinic_id,
            person_id=person_id,
            booking_id=opened.booking_id,
        )
        return opened


async def cancel_for_resident(actor: Actor | None, *, booking_id: str, message: str) -> OpenBooking:
    """Cancel a booking of the clinic, with a message to the resident, at any time before or after its start.

    Raises NotFound, AlreadyCancelled, InvalidInput (``message``, more than 500 characters).
    """
    staff, clinic_id = as_time_handler(actor)
    if len(message) > MESSAGE_MAX:
        raise InvalidInput({"message": "too_long"})

    async def work(session: AsyncSession) -> OpenBooking:
        cancelled = await bookings.cancel_booking(
            session,
            clinic_id=clinic_id,
            booking_id=parse_id(booking_id),
            cancelled_by=staff.hsa_id,
            message=message.strip(),
            now=clock.now(),
        )
        audit.record(
            session,
            staff,
            "cancel_for_resident",
            clinic_id=clinic_id,
            person_id=cancelled.person_id,
            booking_id=cancelled.id.hex,
        )
        return (await _open(session, clinic_id, booking_id))[0]

    return await get_database().transact(work)


async def _read_day(clinic_id: UUID, day: date) -> DayList:
    since, until = swedish_time.span_of_days(day, day)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        rows = await session.execute(
            bookings_of(clinic_id)
            .where(
                col(Slot.starts_at) >= since, col(Slot.starts_at) < until, text("booking.status <> 'held'")
            )
            .order_by(col(Slot.starts_at), col(Performer.name), col(Booking.place))
        )
        return DayList(clinic.name, day, [day_row(*row) for row in rows])


def bookings_of(
    clinic_id: UUID,
) -> Select[Booking, Slot, str, str, Person, datetime | None, UUID | None]:
    """Return the question for a clinic's bookings, each with when and where the time is that it became."""
    newer: Any = aliased(Booking)
    rebooked_to: ColumnElement[datetime | None] = newer.starts_at
    rebooked_at: ColumnElement[UUID | None] = newer.clinic_id
    return (
        select(Booking, Slot, col(TimeType.name_sv), col(Performer.name), Person, rebooked_to, rebooked_at)
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .join(Person, col(Person.id) == Booking.person_id)
        .outerjoin(newer, (newer.replaces_clinic_id == Booking.clinic_id) & (newer.replaces_id == Booking.id))
        .where(col(Booking.clinic_id) == clinic_id)
    )


def day_row(
    booking: Booking,
    slot: Slot,
    time_type: str,
    performer: str,
    person: Person,
    rebooked_to: datetime | None,
    _rebooked_at: UUID | None,
) -> DayRow:
    """Return a row of ``bookings_of`` as lists show it."""
    return DayRow(
        booking_id=booking.id.hex,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        time_type=time_type,
        performer_id=slot.performer_id,
        performer=performer,
        visit_form=VisitForm(slot.visit_form),
        masked_name=PROTECTED if person.protected else initials_of(person.given_name, person.family_name),
        protected=person.protected,
        cancelled=booking.status == BookingStatus.CANCELLED,
        rebooked_to=rebooked_to,
        interpreter=booking.interpreter,
        attendance=Attendance(booking.attendance) if booking.attendance else None,
        attendance_at=booking.attendance_at,
    )


async def _open(session: AsyncSession, clinic_id: UUID, booking_id: str) -> tuple[OpenBooking, UUID]:
    row = (
        await session.execute(
            bookings_of(clinic_id).where(
                col(Booking.id) == parse_id(booking_id), text("booking.status <> 'held'")
            )
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    booking, slot, time_type, performer, person, rebooked_to, rebooked_at = row
    elsewhere = await session.get_one(Clinic, rebooked_at) if rebooked_at not in {None, clinic_id} else None
    guardian = await session.get_one(Person, booking.booked_by) if booking.booked_by else None
    opened = OpenBooking(
        booking_id=booking.id.hex,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        time_type=time_type,
        performer=performer,
        visit_form=VisitForm(slot.visit_form),
        status=BookingStatus(booking.status),
        booked_at=booking.booked_at,
        cancelled_at=booking.cancelled_at,
        cancelled_by=booking.cancelled_by,
        rebooked_to=rebooked_to,
        rebooked_at=elsewhere.name if elsewhere else "",
        cancel_message=booking.cancel_message,
        name=f"{person.given_name} {person.family_name}",
        personal_number=str(read_identity(person.number)),
        protected=person.protected or bool(guardian and guardian.protected),
        phone=booking.phone,
        email=booking.email,
        reason=booking.reason,
        answers=unpack_answers(booking.answers),
        interpreter=booking.interpreter,
        access_needs=booking.access_needs,
        booked_by=f"{guardian.given_name} {guardian.family_name}" if guardian else "",
        attendance=Attendance(booking.attendance) if booking.attendance else None,
        attendance_at=booking.attendance_at,
        attendance_by=booking.attendance_by_name,
    )
    return opened, person.id
