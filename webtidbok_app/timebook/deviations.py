"""Closed days and deviating times: when nothing new is published."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.tables import Performer, ScheduleDeviation
from webtidbok_app.domain.swedish_time import day_of, local
from webtidbok_app.timebook.pattern import DAY_MINUTES, NewSlot


@dataclass(frozen=True)
class Deviation:
    """From ``first_day`` to ``last_day``, both included, nothing is published, and why.

    On each of the days from ``from_minute`` to ``to_minute`` of the day on clocks in Sweden (1440 is midnight); all
    day without. At the whole clinic, or for one performer.
    """

    first_day: date
    last_day: date
    reason: str
    from_minute: int | None = None
    to_minute: int | None = None
    performer_id: UUID | None = None
    performer: str = ""

    @property
    def whole_day(self) -> bool:
        """Whether it lasts all day."""
        return self.from_minute is None

    @property
    def order(self) -> tuple[date, int, str]:
        """What they are sorted by: the day, the clock time, and the whole clinic before its performers."""
        return self.first_day, self.from_minute or 0, self.performer

    def on(self, day: date) -> bool:
        """Whether the day is one of its days."""
        return self.first_day <= day <= self.last_day

    def touches(self, performer_id: UUID, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether any of a performer's time lies in it."""
        if self.performer_id not in (None, performer_id):
            return False
        since, until = self.from_minute or 0, self.to_minute or DAY_MINUTES
        return any(
            self.on(day) and begin < until and end > since for day, begin, end in _days_of(starts_at, ends_at)
        )


@dataclass(frozen=True)
class LeftOut:
    """How many times of a day are not published because of a deviation."""

    day: date
    deviation: Deviation
    times: int


async def read_deviations(
    session: AsyncSession, *, clinic_id: UUID, first: date, last: date
) -> list[tuple[ScheduleDeviation, Deviation]]:
    """Return the clinic's deviations that have a day between ``first`` and ``last``, both included, in order."""
    rows = await session.execute(
        select(ScheduleDeviation, col(Performer.name))
        .outerjoin(
            Performer,
            (col(Performer.clinic_id) == ScheduleDeviation.clinic_id)
            & (col(Performer.id) == ScheduleDeviation.performer_id),
        )
        .where(
            col(ScheduleDeviation.clinic_id) == clinic_id,
            col(ScheduleDeviation.first_day) <= last,
            col(ScheduleDeviation.last_day) >= first,
        )
    )
    found = [
        (
            row,
            Deviation(
                row.first_day, row.last_day, row.reason, row.from_minute, row.to_minute, row.performer_id,
                name or "",
            ),
        )
        for row, name in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: one[1].order)


async def find_deviations(
    session: AsyncSession, *, clinic_id: UUID, first: date, last: date
) -> list[Deviation]:
    """Return the same without who added them and when."""
    found = await read_deviations(session, clinic_id=clinic_id, first=first, last=last)
    return [deviation for _, deviation in found]


async def leave_out_deviating(
    session: AsyncSession, *, clinic_id: UUID, planned: Sequence[NewSlot]
) -> tuple[list[NewSlot], list[LeftOut]]:
    """Return the planned times that no deviation of the clinic's touches, and what the others are left out for."""
    if not planned:
        return [], []
    first = day_of(min(slot.starts_at for slot in planned))
    last = day_of(max(slot.ends_at for slot in planned))
    return leave_out(planned, await find_deviations(session, clinic_id=clinic_id, first=first, last=last))


def leave_out(
    slots: Sequence[NewSlot], deviations: Sequence[Deviation]
) -> tuple[list[NewSlot], list[LeftOut]]:
    """Return the times that no deviation touches, and what the others are left out for, in order of time."""
    kept: list[NewSlot] = []
    left_out: Counter[tuple[date, Deviation]] = Counter()
    for slot, found in zip(slots, touching(slots, deviations), strict=True):
        if found is None:
            kept.append(slot)
        else:
            left_out[day_of(slot.starts_at), found] += 1
    return kept, [LeftOut(day, one, count) for (day, one), count in left_out.items()]


def touching(slots: Sequence[NewSlot], deviations: Sequence[Deviation]) -> Iterator[Deviation | None]:
    """Yield for each of the times the first deviation that touches it, None where none does."""
    by_day: dict[date, list[Deviation]] = {}
    for one in deviations:
        for number in range((one.last_day - one.first_day).days + 1):
            by_day.setdefault(one.first_day + timedelta(days=number), []).append(one)
    for slot in slots:
        near = (one for day in (day_of(slot.starts_at), day_of(slot.ends_at)) for one in by_day.get(day, ()))
        yield next(
            (one for one in near if one.touches(slot.performer_id, slot.starts_at, slot.ends_at)), None
        )


def _days_of(starts_at: datetime, ends_at: datetime) -> Iterator[tuple[date, int, int]]:
    """Yield each day that a time lies in, with the minutes of that day from which and until which it does."""
    start, end = local(starts_at), local(ends_at)
    day, begin = start.date(), start.hour * 60 + start.minute
    while day < end.date():
        yield day, begin, DAY_MINUTES
        day, begin = day + timedelta(days=1), 0
    yield day, begin, end.hour * 60 + end.minute
