"""Marking who has come and who has not. For staff of the clinic."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.engine import get_database
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.ids import parse_id
from webtidbok_app.domain.visit import Attendance
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.timebook import attendance as marks


@dataclass(frozen=True)
class Mark:
    """What a booking is marked as, if anything, when (aware, UTC) and by whom."""

    attendance: Attendance | None = None
    at: datetime | None = None
    by: str = ""


async def mark_attendance(
    actor: Actor | None, *, booking_id: str, attendance: Attendance | None, seen: Attendance | None
) -> Mark:
    """Mark a booking as arrived or as a no-show, or take the mark away; return the mark that stands.

    ``seen`` is the mark that the member of staff saw. Raises NotFound, AlreadyCancelled, StaleVersion, TooEarly.
    """
    staff, clinic_id = as_time_handler(actor)

    async def work(session: AsyncSession) -> Mark:
        booking = await marks.mark(
            session,
            clinic_id=clinic_id,
            booking_id=parse_id(booking_id),
            attendance=attendance,
            seen=seen,
            by=staff.hsa_id,
            by_name=staff.name,
            now=clock.now(),
        )
        audit.record(
            session,
            staff,
            "mark_arrived"
            if attendance is Attendance.ARRIVED
            else "mark_no_show"
            if attendance is Attendance.NO_SHOW
            else "unmark",
            clinic_id=clinic_id,
            person_id=booking.person_id,
            booking_id=booking.id.hex,
        )
        return Mark(attendance, booking.attendance_at, booking.attendance_by_name)

    return await get_database().transact(work)


def can_be_marked(attendance: Attendance, starts_at: datetime) -> bool:
    """Whether it is time to mark a booking so that starts then (aware)."""
    return clock.now() >= marks.earliest_mark(attendance, starts_at)
