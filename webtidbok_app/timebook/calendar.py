"""The published times week by week, as this worker has last seen them: one reading for all who look."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from webtidbok_app.db.engine import Database
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.opening import Opening
from webtidbok_app.live import topics
from webtidbok_app.live.bus import Topic, bus
from webtidbok_app.live.snapshots import snapshots
from webtidbok_app.timebook import availability
from webtidbok_app.timebook.availability import HeldSlot, OpenSlot

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Calendar:
    """The times of one time type at one clinic. ``opening`` says which of them residents can book."""

    database: Database
    clinic_id: UUID
    time_type_id: UUID
    opening: Opening

    async def week(self, monday: date) -> Sequence[OpenSlot]:
        """Return the times that start in the week and are not booked out, past ones too, in order of time."""
        topic = topics.week(self.clinic_id, monday)

        async def read() -> Sequence[OpenSlot]:
            since, until = swedish_time.span_of_days(monday, monday + timedelta(days=6))
            found = await availability.read_open_slots(
                self.database,
                clinic_id=self.clinic_id,
                time_type_id=self.time_type_id,
                since=since,
                until=until,
            )
            self._come_back_when_time_changes(topic, found)
            return found

        return await snapshots.get(topic, self.time_type_id, read)

    async def weeks(self, first: date, last: date) -> AsyncIterator[Sequence[OpenSlot]]:
        """Yield every week from ``first`` to ``last``."""
        monday = swedish_time.monday_of(first)
        while monday <= last:
            yield await self.week(monday)
            monday += WEEK

    async def weeks_with_room(self, first: date, last: date) -> AsyncIterator[Sequence[OpenSlot]]:
        """Yield the weeks from ``first`` to ``last`` that may have a free time; empty stretches are jumped over."""
        monday: date | None = swedish_time.monday_of(first)
        while monday is not None and monday <= last:
            yield await self.week(monday)
            monday = await self._next_with_room(monday + WEEK)

    async def _next_with_room(self, monday: date) -> date | None:
        async def read() -> date | None:
            async with self.database.read() as session:
                start = await availability.find_unbooked_start(
                    session,
                    clinic_id=self.clinic_id,
                    time_type_id=self.time_type_id,
                    since=swedish_time.start_of_day(monday),
                )
            return None if start is None else swedish_time.monday_of(swedish_time.day_of(start))

        return await snapshots.get(self.clinic_id, ("next week", self.time_type_id, monday), read)

    def _come_back_when_time_changes(self, week: Topic, slots: Sequence[OpenSlot]) -> None:
        """Have the week looked at again when a hold runs out, a time comes too near to be booked, or times open."""
        now = clock.now()
        held = [slot for slot in slots if isinstance(slot, HeldSlot)]
        coming = [until for slot in held for _, until in slot.holds if until > now]
        near = self.opening.first_start(now)
        first = next((slot.starts_at for slot in slots if slot.starts_at > near), None)
        coming += [now + (first - near)] if first else []
        if slots and not self.opening.is_open(slots[-1].starts_at, now):
            coming += [opens for opens in [self.opening.next_opening(now)] if opens]
        if coming:
            bus.publish_after((min(coming) - now).total_seconds(), week, self.clinic_id)
