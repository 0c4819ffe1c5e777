"""How many coming times of a time type one person can have booked."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.tables import Booking, Slot, TimeType
from webtidbok_app.domain.errors import TooManyBookings
from webtidbok_app.domain.visit import BookingStatus


async def refuse_if_too_many(
    session: AsyncSession, booking: Booking, time_type: TimeType, *, now: datetime
) -> None:
    """Raise TooManyBookings if, with this new booking, its person has more coming times than the type lets.

    A person holds one time at a time at a clinic, and so two cannot be booked at once.
    """
    if time_type.max_active is None:
        return
    coming = await session.scalar(
        select(func.count())
        .select_from(Booking)
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .where(
            col(Booking.clinic_id) == booking.clinic_id,
            col(Booking.person_id) == booking.person_id,
            col(Booking.status) == BookingStatus.BOOKED,
            col(Booking.starts_at) > now,
            col(Slot.time_type_id) == time_type.id,
        )
    )
    if (coming or 0) > time_type.max_active:
        raise TooManyBookings(most=time_type.max_active)
