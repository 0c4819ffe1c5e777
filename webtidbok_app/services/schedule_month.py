"""The clinic's schedule counted by day: how many times are free and booked in a month. For staff of the clinic."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Booking, Clinic, Slot
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.live.snapshots import snapshots
from webtidbok_app.services.authorise import as_schedule_staff
from webtidbok_app.services.schedule import (
    PerformerChoice,
    ScheduleSlot,
    following,
    published_between,
    read_performers,
)
from webtidbok_app.timebook import in_line, places
from webtidbok_app.timebook import pattern as patterns
from webtidbok_app.timebook.deviations import Deviation, find_deviations


class Tally(NamedTuple):
    """How many ``times`` are published and, of those to come, ``free``: somebody can still have them.

    ``booked`` and ``held`` count bookings and running holds; a time with several places can have many.
    """

    times: int = 0
    free: int = 0
    booked: int = 0
    held: int = 0

    def __add__(self, other: "Tally") -> "Tally":  # type: ignore[override]  # counts are added, not rows
        """Return both together."""
        return Tally(
            self.times + other.times,
            self.free + other.free,
            self.booked + other.booked,
            self.held + other.held,
        )

    @classmethod
    def of(cls, slot: ScheduleSlot, now: datetime) -> "Tally":
        """Return the tally of one time; a withdrawn one does not count."""
        if slot.withdrawn:
            return cls()
        free = slot.starts_at > now and slot.booked + slot.held < slot.places
        return cls(1, int(free), slot.booked, slot.held)


@dataclass(frozen=True)
class Month:
    """One calendar month of the schedule, counted by day in Sweden and performer. ``first`` is its first day."""

    clinic: str
    first: date
    performers: list[PerformerChoice]
    tallies: dict[tuple[date, UUID], Tally]
    holidays: dict[date, str]
    deviations: list[Deviation] = field(default_factory=list)


async def get_month(actor: Actor | None, *, first: date) -> Month:
    """Return the month that begins on ``first``, counted."""
    _, clinic_id = as_schedule_staff(actor)
    return await _month(clinic_id, first)


async def follow_month(actor: Actor | None, *, first: date) -> AsyncIterator[Month]:
    """Yield the month now, and again each time that it may have changed, until the caller stops.

    The right to see it is asked for once, at the beginning. While the database is out of order nothing comes.
    """
    _, clinic_id = as_schedule_staff(actor)
    async for month in following(clinic_id, lambda: _month(clinic_id, first)):
        yield month


async def _month(clinic_id: UUID, first: date) -> Month:
    """Return the month as this worker has last seen it: one reading for all who look, until the clinic changes."""

    async def read() -> Month:
        return await _read_month(clinic_id, first)

    return await snapshots.get(clinic_id, ("schedule month", first), read)


async def _read_month(clinic_id: UUID, first: date) -> Month:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        return Month(
            clinic=clinic.name,
            first=first,
            performers=await read_performers(session, clinic_id),
            tallies=await _count_days(session, clinic_id, first, last),
            holidays=patterns.closed_days(first, last),
            deviations=await find_deviations(session, clinic_id=clinic_id, first=first, last=last),
        )


async def _count_days(
    session: AsyncSession, clinic_id: UUID, first: date, last: date
) -> dict[tuple[date, UUID], Tally]:
    """Return the tallies by day and performer, from one question; a day is one in Sweden, 23 to 25 hours long."""
    now = clock.now()
    since, until = swedish_time.span_of_days(first, last)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    ends = [swedish_time.start_of_day(day) for day in days[1:]]
    which_day = case(
        *((col(Slot.starts_at) < end, number) for number, end in enumerate(ends)), else_=len(ends)
    ).label("day")
    booked = func.sum(case((text("booking.status = 'booked'"), 1), else_=0))
    taken = (
        select(
            col(Booking.slot_id).label("slot_id"),
            booked.label("booked"),
            (func.count() - booked).label("held"),
        )
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.starts_at) >= since,
            col(Booking.starts_at) < until,
            places.takes_place(now),
            ~in_line.held_in_line(),
        )
        .group_by(col(Booking.slot_id))
        .cte("taken")
    )
    has = func.coalesce(taken.c.booked, 0), func.coalesce(taken.c.held, 0)
    free = (col(Slot.starts_at) > now) & (has[0] + has[1] < col(Slot.places))
    rows = await session.execute(
        select(
            which_day, col(Slot.performer_id), func.count(), func.sum(case((free, 1), else_=0)),
            func.sum(has[0]), func.sum(has[1]),
        )
        .outerjoin(taken, taken.c.slot_id == Slot.id)
        .where(*published_between(clinic_id, since, until))
        .group_by(which_day, col(Slot.performer_id))
    )  # fmt: skip
    return {(days[number], performer_id): Tally(*map(int, counts)) for number, performer_id, *counts in rows}
