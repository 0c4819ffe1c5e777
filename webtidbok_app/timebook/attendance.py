"""Who came to their booked time, and who did not: marked by staff, and taken back when it was a slip."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_visit
from webtidbok_app.db.tables import Booking
from webtidbok_app.domain.errors import AlreadyCancelled, NotFound, StaleVersion, TooEarly
from webtidbok_app.domain.swedish_time import day_of, start_of_day
from webtidbok_app.domain.visit import Attendance, BookingStatus


async def mark(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    booking_id: UUID,
    attendance: Attendance | None,
    seen: Attendance | None,
    by: str,
    by_name: str,
    now: datetime,
) -> Booking:
    """Mark a booking, or with None take its mark away; ``seen`` is the mark that it had when that was decided.

    What is marked so already keeps who marked it first, and when. Raises NotFound, AlreadyCancelled, StaleVersion
    (somebody else has marked it otherwise) and TooEarly (``earliest``, aware): residents come on the day of their
    time at the earliest, and fail to come when it has begun.
    """
    booking = await session.scalar(
        select(Booking)
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.id) == booking_id,
            text("booking.status <> 'held'"),
        )
        .with_for_update()
    )
    if booking is None:
        raise NotFound
    if booking.status == BookingStatus.CANCELLED:
        raise AlreadyCancelled
    if booking.attendance == attendance:
        return booking
    if booking.attendance != seen:
        raise StaleVersion
    if attendance is not None and now < (earliest := earliest_mark(attendance, booking.starts_at)):
        raise TooEarly(earliest=earliest)
    booking.attendance = attendance
    booking.attendance_at = now if attendance else None
    booking.attendance_by, booking.attendance_by_name = (by, by_name) if attendance else (None, "")
    tell_of_visit(session, clinic_id)
    return booking


def earliest_mark(attendance: Attendance, starts_at: datetime) -> datetime:
    """Return from when a booking that starts then can be marked so (aware, UTC)."""
    return start_of_day(day_of(starts_at)) if attendance == Attendance.ARRIVED else starts_at
