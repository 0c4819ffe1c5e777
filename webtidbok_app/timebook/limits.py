"""Whom a time type is for, and how many coming times of it one person can have booked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.tables import Booking, Slot, TimeType
from webtidbok_app.domain.errors import AgeOutside, TooManyBookings
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.timebook import invitations


async def judge(
    session: AsyncSession, booking: Booking, time_type: TimeType, *, age: int, now: datetime
) -> None:
    """Raise why its person, who is ``age`` years, cannot have a booking that has just been made.

    InvitedOnly, AgeOutside (who is invited may come whatever their age) and TooManyBookings.
    """
    invitations.require(booking, time_type)
    if booking.invitation_id is None:
        refuse_other_ages(age, time_type)
    await refuse_if_too_many(session, booking, time_type, now=now)


def refuse_other_ages(age: int, time_type: TimeType) -> None:
    """Raise AgeOutside (``min_age``, ``max_age``) for an age that the time type is not for."""
    if is_other_age(age, time_type):
        raise AgeOutside(min_age=time_type.min_age, max_age=time_type.max_age)


def is_other_age(age: int, time_type: TimeType) -> bool:
    """Whether the time type is for another age, in whole years."""
    low, high = time_type.min_age, time_type.max_age
    return (low is not None and age < low) or (high is not None and age > high)


async def refuse_if_too_many(
    session: AsyncSession, booking: Booking, time_type: TimeType, *, now: datetime
) -> None:
    """Raise TooManyBookings if, with this new booking, its person has more coming times than the type lets.

    A person holds one time at a time at a clinic, and so two cannot be booked at once.
    """
    if time_type.max_active is None:
        return
    coming = await find_coming(session, person_id=booking.person_id, time_type=time_type, now=now)
    if len(coming) > time_type.max_active:
        raise TooManyBookings(most=time_type.max_active)


async def find_coming(
    session: AsyncSession, *, person_id: UUID, time_type: TimeType, now: datetime
) -> set[UUID]:
    """Return the person's bookings of coming times of the type."""
    found = await session.scalars(
        select(col(Booking.id))
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .where(
            col(Booking.clinic_id) == time_type.clinic_id,
            col(Booking.person_id) == person_id,
            col(Booking.status) == BookingStatus.BOOKED,
            col(Booking.starts_at) > now,
            col(Slot.time_type_id) == time_type.id,
        )
    )
    return set(found)
