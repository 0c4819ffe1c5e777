"""Which times are free. A time is free while it has a place that no booking and no running hold takes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.tables import LIVE, Booking, Performer, Slot
from webtidbok_app.domain.visit import VisitForm


@dataclass(frozen=True)
class FreeSlot:
    """A published time with places left. Instants are aware, UTC."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    visit_form: VisitForm
    performer: str
    places_left: int


def free_slots_statement(
    *,
    clinic_id: UUID,
    time_type_id: UUID,
    since: datetime,
    until: datetime,
    now: datetime,
    person_id: UUID | None,
) -> Select[UUID, datetime, datetime, VisitForm, str, int]:
    """Return the question for free times that start in [since, until), in order of time.

    A running hold takes a place for everybody but the person who has it.
    """
    taken = (
        select(func.count())
        .select_from(Booking)
        .where(
            col(Booking.clinic_id) == Slot.clinic_id,
            col(Booking.slot_id) == Slot.id,
            text(f"booking.{LIVE}"),
            (col(Booking.status) == "booked")
            | ((col(Booking.expires_at) > now) & (col(Booking.person_id) != person_id)),
        )
        .correlate(Slot)
        .scalar_subquery()
    )
    return (
        select(
            col(Slot.id),
            col(Slot.starts_at),
            col(Slot.ends_at),
            col(Slot.visit_form),
            col(Performer.name),
            col(Slot.places) - taken,
        )
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.time_type_id) == time_type_id,
            col(Slot.starts_at) >= since,
            col(Slot.starts_at) < until,
            text("slot.withdrawn_at IS NULL"),
            col(Slot.places) > taken,
        )
        .order_by(col(Slot.starts_at), col(Performer.name))
    )


async def find_free_slots(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    time_type_id: UUID,
    since: datetime,
    until: datetime,
    now: datetime,
    person_id: UUID,
    limit: int | None = None,
) -> list[FreeSlot]:
    """Return the free times that start in [since, until), at most ``limit`` of them, in order of time."""
    statement = free_slots_statement(
        clinic_id=clinic_id, time_type_id=time_type_id, since=since, until=until, now=now, person_id=person_id
    )
    rows = await session.execute(statement.limit(limit))
    return [FreeSlot(*row) for row in rows]
