"""Booking, rebooking and overbooking for a resident. For staff of the clinic.

The rules that bind residents are told as warnings (``services.desk_check``), and staff decide. What the database
refuses it refuses staff too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import (
    Booking,
    Clinic,
    Invitation,
    MessageChoice,
    Performer,
    Person,
    Slot,
    TimeType,
)
from webtidbok_app.domain import clock, rich_text
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.contact import is_email, is_phone, tidy_phone
from webtidbok_app.domain.errors import AlreadyCancelled, InvalidInput, NotFound
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.message import Channel, parse_email, parse_mobile
from webtidbok_app.domain.visit import REASON_MAX, BookingStatus, VisitForm
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.desk_people import ComingTime, DeskPerson, describe, read_person
from webtidbok_app.services.messages import is_reached
from webtidbok_app.timebook import desk


@dataclass(frozen=True)
class DeskBooking:
    """What was booked, with all that a printed confirmation says."""

    booking_id: str
    clinic: str
    address: str
    phone: str
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer: str
    visit_form: VisitForm
    prepare: str
    cancel_until: datetime
    told: bool
    """Whether the resident is told by a message."""
    invited: bool


@dataclass(frozen=True)
class ToRebook:
    """A booking that is to be exchanged, and whose it is."""

    person: DeskPerson
    old: ComingTime
    time_type_id: UUID


@dataclass(frozen=True)
class Said:
    """What the resident says on the phone or at the desk, as it was typed."""

    reason: str = ""
    phone: str = ""
    email: str = ""
    messages: str = ""
    """How they want messages: a ``Channel``, or none."""


async def open_to_rebook(actor: Actor | None, *, booking_id: str) -> ToRebook:
    """Return a booking that can be exchanged; who opened it is logged. Raises NotFound and AlreadyCancelled."""
    staff, clinic_id = as_time_handler(actor)
    wanted = parse_id(booking_id)
    async with get_database().write() as session:
        row = (
            await session.execute(
                _BOOKED.where(col(Booking.clinic_id) == clinic_id, col(Booking.id) == wanted)
            )
        ).one_or_none()
        if row is None or row[0].status == BookingStatus.HELD:
            raise NotFound
        booking, slot, kind, performer, _ = row
        if booking.status == BookingStatus.CANCELLED:
            raise AlreadyCancelled
        audit.record(
            session, staff, "open_booking", clinic_id=clinic_id, person_id=booking.person_id,
            booking_id=booking.id.hex,
        )  # fmt: skip
        person = await describe(session, clinic_id, await read_person(session, booking.person_id))
        old = ComingTime(booking.id.hex, slot.starts_at, slot.ends_at, kind.name_sv, performer)
        return ToRebook(person, old, kind.id)


async def book_for_resident(
    actor: Actor | None,
    *,
    person_id: UUID,
    slot_id: UUID,
    booking_id: UUID,
    said: Said,
    extra: bool = False,
    invited: bool = False,
) -> DeskBooking:
    """Book a time of the clinic for somebody, and tell them so if they get messages.

    ``booking_id`` is new, and the same when it is asked again: it is booked once. ``extra`` books one more than the
    time's places; ``invited`` makes it an invitation. Raises NotFound, InvalidInput (``reason``, ``phone``,
    ``email``, ``messages``), SlotWithdrawn, SlotTaken and NoMoreExtras (``most``).
    """
    staff, clinic_id = as_time_handler(actor)
    phone, email = tidy_phone(said.phone), said.email.strip()
    _check(said, phone, email)

    async def work(session: AsyncSession) -> DeskBooking:
        now = clock.now()
        person = await read_person(session, person_id)
        slot = await session.get(Slot, (clinic_id, slot_id))
        if slot is None:
            raise NotFound
        facts: dict[str, object] = {
            "reason": said.reason.strip(),
            "phone": phone or None,
            "email": email or None,
        }
        if invited:
            facts["invitation_id"] = await _invite(session, staff, booking_id, person, slot)
        await desk.book_for(
            session, clinic_id=clinic_id, slot_id=slot_id, person_id=person_id, booking_id=booking_id, now=now,
            extra=extra, facts=facts,
        )  # fmt: skip
        await _keep_contact(session, person, phone, email, said.messages)
        audit.record(
            session, staff, "book_for_resident", clinic_id=clinic_id, person_id=person_id,
            booking_id=booking_id.hex,
        )  # fmt: skip
        return await _told(session, clinic_id, booking_id)

    return await get_database().transact(work)


async def rebook_for_resident(
    actor: Actor | None, *, old_id: UUID, slot_id: UUID, booking_id: UUID, extra: bool = False
) -> DeskBooking:
    """Exchange a booking of the clinic for another of its times, both or neither, and tell the resident.

    Asked again with the same ``booking_id`` it is done once. Raises NotFound, AlreadyCancelled, SlotWithdrawn,
    SlotTaken and NoMoreExtras (``most``).
    """
    staff, clinic_id = as_time_handler(actor)

    async def work(session: AsyncSession) -> DeskBooking:
        made = await desk.rebook_for(
            session, clinic_id=clinic_id, old_id=old_id, slot_id=slot_id, booking_id=booking_id,
            now=clock.now(), extra=extra, changed_by=staff.hsa_id,
        )  # fmt: skip
        audit.record(
            session, staff, "rebook_for_resident", clinic_id=clinic_id, person_id=made.person_id,
            booking_id=booking_id.hex,
        )  # fmt: skip
        return await _told(session, clinic_id, booking_id)

    return await get_database().transact(work)


async def _invite(session: AsyncSession, staff: Staff, booking_id: UUID, person: Person, slot: Slot) -> UUID:
    """Write that the booking is an invitation, which has its id: done twice it is one."""
    row = Invitation(
        clinic_id=slot.clinic_id, id=booking_id, person_id=person.id, time_type_id=slot.time_type_id,
        invited_by=staff.hsa_id, invited_by_name=staff.name, invited_at=clock.now(),
    )  # fmt: skip
    await insert_or_ignore(session, row)
    return row.id


async def _keep_contact(session: AsyncSession, person: Person, phone: str, email: str, messages: str) -> None:
    """Keep how the person is reached, for next time. Who has chosen messages for themselves keeps their choice."""
    person.phone, person.email = phone or person.phone, email or person.email
    if not messages or person.protected:
        return
    channel = Channel(messages)
    address = parse_mobile(phone) if channel == Channel.SMS else parse_email(email)
    await insert_or_ignore(session, MessageChoice(person_id=person.id, channel=channel, address=address))


def _check(said: Said, phone: str, email: str) -> None:
    problems = {}
    if len(said.reason.strip()) > REASON_MAX:
        problems["reason"] = "reason_too_long"
    if phone and not is_phone(phone):
        problems["phone"] = "phone"
    if email and not is_email(email):
        problems["email"] = "email"
    if said.messages == Channel.SMS and not parse_mobile(phone):
        problems["phone"] = "mobile_needed"
    if said.messages == Channel.EMAIL and not parse_email(email):
        problems["email"] = "email_needed"
    if said.messages not in {"", *Channel}:
        problems["messages"] = "messages"
    if problems:
        raise InvalidInput(problems)


_BOOKED = (
    select(Booking, Slot, TimeType, col(Performer.name), Clinic)
    .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
    .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
    .join(Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id))
    .join(Clinic, col(Clinic.id) == Booking.clinic_id)
)


async def _told(session: AsyncSession, clinic_id: UUID, booking_id: UUID) -> DeskBooking:
    one = _BOOKED.where(col(Booking.clinic_id) == clinic_id, col(Booking.id) == booking_id)
    booking, slot, kind, performer, clinic = (await session.execute(one)).one()
    reached = await is_reached(
        session, told_id=booking.booked_by or booking.person_id, about=booking.person_id
    )
    return DeskBooking(
        booking_id=booking.id.hex,
        clinic=clinic.name,
        address=f"{clinic.street}, {clinic.postal_code} {clinic.city}",
        phone=clinic.phone,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        time_type=kind.name_sv,
        performer=performer,
        visit_form=VisitForm(slot.visit_form),
        prepare=rich_text.plain(kind.prepare_sv),
        cancel_until=slot.starts_at - timedelta(hours=kind.cancel_hours),
        told=reached and slot.starts_at > clock.now(),
        invited=booking.invitation_id is not None,
    )
