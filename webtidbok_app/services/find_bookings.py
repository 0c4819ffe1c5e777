"""Finding what somebody has at the clinic, for the receptionist who has them in front of her or on the phone."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import col

from webtidbok_app.db.crypto import lookup_hash
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Person, RequestCase, Slot
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.access import Purpose
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import NotFound
from webtidbok_app.domain.request import case_number
from webtidbok_app.domain.reserve_number import Identity, kept_identity
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_case_handler, as_schedule_staff
from webtidbok_app.services.reception import PROTECTED, DayRow, bookings_of, day_row

LOOKS_BACK = timedelta(days=365)
AT_MOST = 200


@dataclass(frozen=True)
class FoundBookings:
    """What somebody has at the clinic: from today on, the nearest first, and in the past year, the newest first."""

    name: str
    """``PROTECTED`` for a protected identity."""
    protected: bool
    coming: list[DayRow]
    past: list[DayRow]


async def find_bookings(actor: Actor | None, *, number: Identity) -> FoundBookings:
    """Return the bookings that the person has at the clinic, the cancelled ones too.

    The search is logged, whatever it finds. Raises NotFound for somebody who has none here in that time: who they
    are, or whether anybody else knows them, is not told.
    """
    staff, clinic_id = as_schedule_staff(actor)
    today = swedish_time.day_of(clock.now())
    since = swedish_time.start_of_day(today) - LOOKS_BACK
    async with get_database().write() as session:
        person = await session.scalar(
            select(Person).where(col(Person.number_hash) == lookup_hash(kept_identity(number)))
        )
        audit.record(
            session,
            staff,
            "search_person",
            clinic_id=clinic_id,
            person_id=person.id if person else None,
            purpose=Purpose.SEARCH,
        )
        found = await session.execute(
            bookings_of(clinic_id)
            .where(
                col(Person.number_hash) == lookup_hash(kept_identity(number)),
                col(Slot.starts_at) >= since,
                text("booking.status <> 'held'"),
            )
            .order_by(col(Slot.starts_at).desc())
            .limit(AT_MOST)
        )
        rows = [day_row(*row) for row in found]
    if person is None or not rows:
        raise NotFound
    begins = swedish_time.start_of_day(today)
    name = PROTECTED if person.protected else f"{person.given_name} {person.family_name}"
    coming = [row for row in reversed(rows) if row.starts_at >= begins]
    return FoundBookings(name, person.protected, coming, [row for row in rows if row.starts_at < begins])


async def find_case(actor: Actor | None, *, number: str) -> UUID:
    """Return the clinic's case that people call so ("2026-0012"). Raises NotFound."""
    _, clinic_id = as_case_handler(actor)
    _, _, count = number.partition("-")
    async with get_database().read() as session:
        case = await session.scalar(
            select(RequestCase).where(
                col(RequestCase.clinic_id) == clinic_id, col(RequestCase.number) == int(count)
            )
        )
    if case is None or case_number(case.number, case.sent_at) != number:
        raise NotFound
    return case.id
