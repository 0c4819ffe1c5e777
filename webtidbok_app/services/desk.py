"""Booking, rebooking and overbooking for a resident. For staff of the clinic.

The rules that bind residents (notice, age, invitation) are told as warnings, and staff decide. What the database
refuses it refuses staff too.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import (
    LIVE,
    Booking,
    Clinic,
    Invitation,
    MessageChoice,
    Performer,
    Person,
    Slot,
    TimeType,
)
from webtidbok_app.domain import clock, rich_text, swedish_time
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.contact import is_email, is_phone, tidy_phone
from webtidbok_app.domain.errors import AlreadyCancelled, InvalidInput, NotFound, SlotWithdrawn
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.message import Channel, parse_email, parse_mobile
from webtidbok_app.domain.reserve_number import read_identity
from webtidbok_app.domain.visit import REASON_MAX, Bookable, BookingStatus, VisitForm
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.clinics import get_clinic_by_id
from webtidbok_app.services.desk_people import ComingTime, DeskPerson, describe
from webtidbok_app.services.messages import is_reached
from webtidbok_app.timebook import desk, limits, places

SHOWN_AT_ONCE = 24
HORIZON_DAYS = 365


@dataclass(frozen=True)
class DeskTime:
    """A published time as staff see it. ``taken`` of its ``places`` are booked or held; instants are aware, UTC."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer: str
    visit_form: VisitForm
    places: int
    taken: int

    @property
    def full(self) -> bool:
        """Whether one more is an extra one."""
        return self.taken >= self.places

    @property
    def can_take_more(self) -> bool:
        """Whether staff can book it still."""
        return self.taken < self.places + places.OVERBOOKED_AT_MOST


@dataclass(frozen=True)
class DeskTimes:
    """The first free times from a day on, and among them in time those that are full and can be overbooked."""

    clinic: str
    time_types: list[tuple[UUID, str]]
    performers: list[tuple[UUID, str]]
    free: list[DeskTime]
    full: list[DeskTime]
    more: bool


@dataclass(frozen=True)
class DeskCheck:
    """A time as it is at this moment, with the rules that would bind the resident (stable codes)."""

    time: DeskTime
    warnings: list[str]
    facts: dict[str, int]
    """What the warnings' words need: ``min_age``, ``max_age``, ``most`` and ``notice_minutes``."""


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


async def list_times(
    actor: Actor | None,
    *,
    first: date,
    time_type: UUID | None = None,
    performer: UUID | None = None,
    only_first_day: bool = False,
) -> DeskTimes:
    """Return the first free times from a day in Sweden on, those too that residents cannot book any more."""
    _, clinic_id = as_time_handler(actor)
    now = clock.now()
    since, _ = swedish_time.span_of_days(first, first)
    _, until = swedish_time.span_of_days(
        first, first if only_first_day else first + timedelta(days=HORIZON_DAYS)
    )
    wanted = [
        col(Slot.starts_at) >= since, col(Slot.starts_at) < until, col(Slot.ends_at) > now,
        *([col(Slot.time_type_id) == time_type] if time_type else []),
        *([col(Slot.performer_id) == performer] if performer else []),
    ]  # fmt: skip
    taken = _taken(now)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        free = await _times(session, _slots(clinic_id, now).where(*wanted, taken < Slot.places))
        if len(free) > SHOWN_AT_ONCE:
            wanted.append(col(Slot.starts_at) <= free[SHOWN_AT_ONCE - 1].starts_at)
        full = await _times(session, _slots(clinic_id, now).where(*wanted, taken >= Slot.places))
        return DeskTimes(
            clinic=clinic.name,
            time_types=await _choices(session, clinic_id, TimeType, TimeType.name_sv),
            performers=await _choices(session, clinic_id, Performer, Performer.name),
            free=free[:SHOWN_AT_ONCE],
            full=[time for time in full[:SHOWN_AT_ONCE] if time.can_take_more],
            more=len(free) > SHOWN_AT_ONCE,
        )


async def list_bookable_types(actor: Actor | None) -> list[tuple[UUID, str]]:
    """Return the clinic's time types that residents can book, perhaps when they are invited; by name."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        return await _choices(
            session, clinic_id, TimeType, TimeType.name_sv, TimeType.bookable != Bookable.STAFF
        )


async def look_up_again(actor: Actor | None, *, person_id: UUID) -> DeskPerson:
    """Return somebody who was looked up before, as they are now. Raises NotFound."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        return await describe(session, clinic_id, await _person(session, person_id))


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
        person = await describe(session, clinic_id, await _person(session, booking.person_id))
        old = ComingTime(booking.id.hex, slot.starts_at, slot.ends_at, kind.name_sv, performer)
        return ToRebook(person, old, kind.id)


async def weigh(
    actor: Actor | None, *, person_id: UUID, slot_id: UUID, but_not: UUID | None = None
) -> DeskCheck:
    """Return the time, and what there is to think of before it is booked for the person.

    ``but_not`` is a booking that goes when this one comes. Raises NotFound and SlotWithdrawn.
    """
    _, clinic_id = as_time_handler(actor)
    now = clock.now()
    clinic = await get_clinic_by_id(clinic_id)
    async with get_database().read() as session:
        time = next(iter(await _times(session, _slots(clinic_id, now).where(col(Slot.id) == slot_id))), None)
        if time is None:
            raise SlotWithdrawn
        slot = await session.get_one(Slot, (clinic_id, slot_id))
        kind = await session.get_one(TimeType, (clinic_id, slot.time_type_id))
        person = await _person(session, person_id)
        return DeskCheck(
            time,
            [
                *_warnings(kind, slot, person, now),
                *(["stopped"] if clinic.stop is not None or kind.stopped_at else []),
                *await _too_many(session, kind, person_id, but_not, now),
                *await _overlapping(session, slot, person_id, but_not),
            ],
            {
                "most": kind.max_active or 0,
                "min_age": kind.min_age or 0,
                "max_age": kind.max_age or 0,
                "notice_minutes": kind.notice_minutes,
            },
        )


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
        person = await _person(session, person_id)
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


def _taken(now: datetime) -> ColumnElement[int]:
    """Return how many of the slot's places are booked or held at the moment."""
    return (
        select(func.count())
        .select_from(Booking)
        .where(
            col(Booking.clinic_id) == Slot.clinic_id,
            col(Booking.slot_id) == Slot.id,
            text(f"booking.{LIVE}"),
            or_(text("booking.status = 'booked'"), col(Booking.expires_at) > now),
        )
        .correlate(Slot)
        .scalar_subquery()
    )


def _slots(clinic_id: UUID, now: datetime) -> Select[UUID, datetime, datetime, str, str, VisitForm, int, int]:
    return (
        select(
            col(Slot.id), col(Slot.starts_at), col(Slot.ends_at), col(TimeType.name_sv), col(Performer.name),
            col(Slot.visit_form), col(Slot.places), _taken(now),
        )
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .where(col(Slot.clinic_id) == clinic_id, text("slot.withdrawn_at IS NULL"), col(Slot.ends_at) > now)
        .order_by(col(Slot.starts_at), col(Performer.name), col(Slot.id))
        .limit(SHOWN_AT_ONCE + 1)
    )  # fmt: skip


async def _times(
    session: AsyncSession, statement: Select[UUID, datetime, datetime, str, str, VisitForm, int, int]
) -> list[DeskTime]:
    return [DeskTime(*row) for row in await session.execute(statement)]


async def _choices(
    session: AsyncSession, clinic_id: UUID, table: type[TimeType | Performer], name: str, *which: Any
) -> list[tuple[UUID, str]]:
    rows = await session.execute(
        select(col(table.id), col(name))
        .where(col(table.clinic_id) == clinic_id, col(table.active), *which)
        .order_by(col(name))
    )
    return [(identity, words) for identity, words in rows]


def _warnings(kind: TimeType, slot: Slot, person: Person, now: datetime) -> list[str]:
    age = read_identity(person.number).age_on(swedish_time.day_of(slot.starts_at))
    found = {
        "begun": slot.starts_at <= now,
        "notice": now < slot.starts_at < kind.opening.first_start(now),
        "not_open": (end := kind.opening.end(now)) is not None and slot.starts_at >= end,
        "too_young": kind.min_age is not None and age < kind.min_age,
        "too_old": kind.max_age is not None and age > kind.max_age,
        "invited_only": kind.bookable == Bookable.INVITATION,
    }
    return [code for code, so in found.items() if so]


async def _too_many(
    session: AsyncSession, kind: TimeType, person_id: UUID, but_not: UUID | None, now: datetime
) -> list[str]:
    """Return the warning that the person has as many coming times of the type as residents can, if so."""
    if kind.max_active is None:
        return []
    coming = await limits.find_coming(session, person_id=person_id, time_type=kind, now=now)
    return ["too_many"] if len(coming - {but_not}) >= kind.max_active else []


async def _overlapping(session: AsyncSession, slot: Slot, person_id: UUID, but_not: UUID | None) -> list[str]:
    """Return the warning that the person has a time at the clinic then, if they have."""
    other = select(col(Booking.id)).join(
        Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id)
    )
    found = await session.scalars(
        other.where(
            col(Booking.clinic_id) == slot.clinic_id,
            col(Booking.person_id) == person_id,
            col(Booking.status) == BookingStatus.BOOKED,
            col(Slot.starts_at) < slot.ends_at,
            col(Slot.ends_at) > slot.starts_at,
        )
    )
    return ["overlaps"] if set(found) - {but_not} else []


async def _person(session: AsyncSession, person_id: UUID) -> Person:
    person = await session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


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
