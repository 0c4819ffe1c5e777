"""Which times are free. A time is free while it has a place that no booking and no running hold takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from webtidbok_app.db.tables import LIVE, Booking, Performer, Slot
from webtidbok_app.domain.visit import VisitForm


@dataclass(frozen=True, slots=True)
class OfferedSlot:
    """A published time and what is taken of it. Instants are aware, UTC.

    ``holds`` are the holds on it, run out or not: who has each, and until when.
    """

    id: UUID
    starts_at: datetime
    ends_at: datetime
    visit_form: VisitForm
    performer_id: UUID
    performer: str
    places: int
    booked: int
    holds: tuple[tuple[UUID, datetime], ...] = ()

    def places_left(self, *, person_id: UUID, now: datetime) -> int:
        """Return how many places the person can have: a running hold takes one from everybody but its owner."""
        held = sum(until > now and holder != person_id for holder, until in self.holds)
        return self.places - self.booked - held

    def is_held_by(self, person_id: UUID, now: datetime) -> bool:
        """Whether the person has a running hold on it."""
        return any(holder == person_id and until > now for holder, until in self.holds)


_OfferedRow = tuple[UUID, datetime, datetime, VisitForm, UUID, str, int, int, UUID | None, datetime | None]


def offered_slots_statement(
    *, clinic_id: UUID, time_type_id: UUID, since: datetime, until: datetime
) -> Select[*_OfferedRow]:
    """Return the question for the published times that start in [since, until), in order of time.

    A row for each, and one more for every further hold on it. The bookings are found by when they start: they
    lie together, so that the question costs the same among ten thousand times and among a million.
    """
    booked = (
        select(col(Booking.slot_id), func.count().label("places"))
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.starts_at) >= since,
            col(Booking.starts_at) < until,
            text(f"booking.{LIVE}"),
            text("booking.status = 'booked'"),
        )
        .group_by(col(Booking.slot_id))
        .subquery("booked")
    )
    hold = aliased(Booking, name="hold")
    return (
        select(
            col(Slot.id),
            col(Slot.starts_at),
            col(Slot.ends_at),
            col(Slot.visit_form),
            col(Performer.id),
            col(Performer.name),
            col(Slot.places),
            func.coalesce(booked.c.places, 0),
            col(hold.person_id),
            col(hold.expires_at),
        )
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .outerjoin(booked, booked.c.slot_id == Slot.id)
        .outerjoin(
            hold,
            (col(hold.clinic_id) == clinic_id)
            & (col(hold.starts_at) >= since)
            & (col(hold.starts_at) < until)
            & text(f"hold.{LIVE} AND hold.status = 'held'")
            & (col(hold.slot_id) == Slot.id),
        )
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.time_type_id) == time_type_id,
            col(Slot.starts_at) >= since,
            col(Slot.starts_at) < until,
            text("slot.withdrawn_at IS NULL"),
        )
        .order_by(col(Slot.starts_at), col(Performer.name), col(Slot.id))
    )


async def read_offered_slots(
    session: AsyncSession, *, clinic_id: UUID, time_type_id: UUID, since: datetime, until: datetime
) -> Sequence[OfferedSlot]:
    """Return the published times that start in [since, until), in order of time, in one question."""
    statement = offered_slots_statement(
        clinic_id=clinic_id, time_type_id=time_type_id, since=since, until=until
    )
    found: dict[UUID, OfferedSlot] = {}
    for row in await session.execute(statement):
        slot = found.get(row[0]) or OfferedSlot(*row[:8])
        holder, held_until = row[8], row[9]
        if holder is not None and held_until is not None:
            slot = replace(slot, holds=(*slot.holds, (holder, held_until)))
        found[slot.id] = slot
    return tuple(found.values())


def unbooked_start_statement(*, clinic_id: UUID, time_type_id: UUID, since: datetime) -> Select[datetime]:
    """Return the question for the first start from ``since`` on with a place that is not booked."""
    booked = (
        select(func.count())
        .select_from(Booking)
        .where(
            col(Booking.clinic_id) == Slot.clinic_id,
            col(Booking.slot_id) == Slot.id,
            text(f"booking.{LIVE}"),
            text("booking.status = 'booked'"),
        )
        .correlate(Slot)
        .scalar_subquery()
    )
    return (
        select(col(Slot.starts_at))
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.time_type_id) == time_type_id,
            col(Slot.starts_at) >= since,
            text("slot.withdrawn_at IS NULL"),
            col(Slot.places) > booked,
        )
        .order_by(col(Slot.starts_at))
        .limit(1)
    )


async def find_unbooked_start(
    session: AsyncSession, *, clinic_id: UUID, time_type_id: UUID, since: datetime
) -> datetime | None:
    """Return when the first time from ``since`` on starts that has a place not booked; held ones count too."""
    return await session.scalar(
        unbooked_start_statement(clinic_id=clinic_id, time_type_id=time_type_id, since=since)
    )
