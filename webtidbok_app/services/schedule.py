"""The clinic's schedule: what is published, and withdrawing. For staff of the clinic."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Booking, Clinic, Performer, Person, Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import Unavailable
from webtidbok_app.domain.visit import BookingStatus, VisitForm
from webtidbok_app.live.bus import bus
from webtidbok_app.live.snapshots import snapshots
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_schedule_staff, as_time_handler
from webtidbok_app.timebook import in_line, places, publishing, schedule_log
from webtidbok_app.timebook import pattern as patterns
from webtidbok_app.timebook.deviations import Deviation, find_deviations

PROTECTED = "Skyddad"
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class PerformerChoice:
    """Somebody, or something, that times can be published for."""

    id: UUID
    name: str
    title: str


@dataclass(frozen=True)
class ScheduleSlot:
    """A published time with who has it. Instants are aware, UTC; ``held_until`` is when the first hold runs out."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer_id: UUID
    performer: str
    visit_form: VisitForm
    places: int
    withdrawn: bool = False
    booked: int = 0
    held: int = 0
    held_until: datetime | None = None
    initials: list[str] = field(default_factory=list)

    def is_free(self, now: datetime) -> bool:
        """Whether it can be withdrawn at once: nobody has it, and it has not begun."""
        return self.can_be_removed(now) and not self.booked

    def can_be_removed(self, now: datetime) -> bool:
        """Whether it can be taken away, with what is booked on it: nobody is choosing it, and it has not begun."""
        return not (self.withdrawn or self.held) and self.starts_at > now


@dataclass(frozen=True)
class LastChange:
    """Who among the staff changed the clinic's schedule last, and when (aware, UTC)."""

    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class Week:
    """One ISO week of the schedule. ``seen`` is the number of the clinic's newest change when it was read."""

    clinic: str
    monday: date
    performers: list[PerformerChoice]
    slots: list[ScheduleSlot]
    holidays: dict[date, str]
    seen: int = 0
    last_change: LastChange | None = None
    deviations: list[Deviation] = field(default_factory=list)


@dataclass(frozen=True)
class Impact:
    """The times that are to be withdrawn, as they are at this moment, and the newest change of the schedule."""

    slots: list[ScheduleSlot]
    seen: int


@dataclass(frozen=True)
class Withdrawn:
    """How many times were withdrawn, and those that were kept because somebody has them."""

    withdrawn: int
    kept: list[ScheduleSlot]


async def get_week(actor: Actor | None, *, monday: date) -> Week:
    """Return the week's published times. Residents stand there with their initials at most."""
    _, clinic_id = as_schedule_staff(actor)
    return await _week(clinic_id, monday)


async def follow_week(actor: Actor | None, *, monday: date) -> AsyncIterator[Week]:
    """Yield the week now, and again each time that it may have changed, until the caller stops.

    The right to see it is asked for once, at the beginning. While the database is out of order nothing comes.
    """
    _, clinic_id = as_schedule_staff(actor)
    async for week in following(clinic_id, lambda: _week(clinic_id, monday)):
        yield week


async def following(clinic_id: UUID, read: Callable[[], Awaitable[Seen]]) -> AsyncIterator[Seen]:
    """Yield what is read now, and again after each change at the clinic; for the use cases of the schedule."""
    async for _ in bus.changes(clinic_id):
        try:
            seen = await read()
        except Unavailable:
            continue
        yield seen


async def weigh_withdrawal(actor: Actor | None, *, slot_ids: Sequence[UUID]) -> Impact:
    """Return the times as they are now, withdrawn ones too: what withdrawing them would do, changing nothing."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        seen = await schedule_log.newest_number(session, clinic_id=clinic_id)
        return Impact(await read_slots(session, clinic_id, slot_ids), seen)


async def withdraw(actor: Actor | None, *, slot_ids: Sequence[UUID], seen: int) -> Withdrawn:
    """Withdraw times that nobody has booked or holds; the others are kept and named.

    Raises ScheduleChanged when staff have changed that part of the schedule after change number ``seen``.
    """
    staff, clinic_id = as_time_handler(actor)

    async def work(session: AsyncSession) -> Withdrawn:
        withdrawn, kept = await publishing.withdraw_slots(
            session,
            clinic_id=clinic_id,
            slot_ids=slot_ids,
            seen=seen,
            changed_by=staff.hsa_id,
            changed_by_name=staff.name,
            now=clock.now(),
        )
        audit.record(session, staff, "withdraw", clinic_id=clinic_id)
        return Withdrawn(len(withdrawn), await read_slots(session, clinic_id, kept))

    return await get_database().transact(work)


async def _week(clinic_id: UUID, monday: date) -> Week:
    """Return the week as this worker has last seen it: one reading for all who look, until the clinic changes."""

    async def read() -> Week:
        week = await _read_week(clinic_id, monday)
        _come_back_when_time_changes(clinic_id, week.slots)
        return week

    return await snapshots.get(clinic_id, ("schedule", monday), read)


async def _read_week(clinic_id: UUID, monday: date) -> Week:
    sunday = monday + timedelta(days=6)
    since, until = swedish_time.span_of_days(monday, sunday)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        newest = next(iter(await schedule_log.newest_changes(session, clinic_id=clinic_id, limit=1)), None)
        return Week(
            clinic=clinic.name,
            monday=monday,
            performers=await read_performers(session, clinic_id),
            slots=await read_slots_between(session, clinic_id, since, until),
            holidays=patterns.closed_days(monday, sunday),
            seen=newest.number if newest else 0,
            last_change=LastChange(newest.changed_by_name, newest.changed_at) if newest else None,
            deviations=await find_deviations(session, clinic_id=clinic_id, first=monday, last=sunday),
        )


def _come_back_when_time_changes(clinic_id: UUID, slots: Sequence[ScheduleSlot]) -> None:
    """Have the clinic looked at again when a hold runs out or a time begins."""
    now = clock.now()
    moments = [moment for slot in slots for moment in (slot.starts_at, slot.held_until) if moment]
    if coming := [moment for moment in moments if moment > now]:
        bus.publish_after((min(coming) - now).total_seconds(), clinic_id)


_SlotRow = Row[UUID, datetime, datetime, str, UUID, str, VisitForm, int, bool]
_SLOT = (
    select(
        col(Slot.id), col(Slot.starts_at), col(Slot.ends_at), col(TimeType.name_sv), col(Slot.performer_id),
        col(Performer.name), col(Slot.visit_form), col(Slot.places), col(Slot.withdrawn_at).is_not(None),
    )
    .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
    .join(Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id))
    .order_by(col(Slot.starts_at), col(Performer.name))
)  # fmt: skip


async def read_slots(session: AsyncSession, clinic_id: UUID, slot_ids: Sequence[UUID]) -> list[ScheduleSlot]:
    """Return the times, withdrawn or not, with who has them; for the use cases of the schedule."""
    rows = await session.execute(_SLOT.where(col(Slot.clinic_id) == clinic_id, col(Slot.id).in_(slot_ids)))
    return await _with_bookings(session, clinic_id, rows.all(), col(Booking.slot_id).in_(slot_ids))


def published_between(
    clinic_id: UUID, since: datetime, until: datetime
) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """Return the conditions for a slot to be published by the clinic and start in [since, until).

    The index is by performer and start. Without the performers, who are all of the clinic's, the database would go
    through everything that the clinic has ever published.
    """
    everybody = select(col(Performer.id)).where(col(Performer.clinic_id) == clinic_id)
    return (
        col(Slot.clinic_id) == clinic_id,
        col(Slot.performer_id).in_(everybody),
        col(Slot.starts_at) >= since,
        col(Slot.starts_at) < until,
        text("slot.withdrawn_at IS NULL"),
    )


async def read_slots_between(
    session: AsyncSession, clinic_id: UUID, since: datetime, until: datetime
) -> list[ScheduleSlot]:
    """Return the published times that start in [since, until), for the use cases of the schedule."""
    rows = await session.execute(_SLOT.where(*published_between(clinic_id, since, until)))
    then = (col(Booking.starts_at) >= since) & (col(Booking.starts_at) < until)
    return await _with_bookings(session, clinic_id, rows.all(), then)


async def _with_bookings(
    session: AsyncSession, clinic_id: UUID, rows: Sequence[_SlotRow], on_them: ColumnElement[bool]
) -> list[ScheduleSlot]:
    """Return the slots with their live bookings, asked for in one question.

    A place that is offered to somebody who waits is free to staff, who may take the time away.
    """
    live = await session.execute(
        select(
            col(Booking.slot_id),
            col(Booking.status),
            col(Booking.expires_at),
            col(Person.given_name),
            col(Person.family_name),
            col(Person.protected),
        )
        .join(Person, col(Person.id) == Booking.person_id)
        .where(
            col(Booking.clinic_id) == clinic_id,
            on_them,
            places.takes_place(clock.now()),
            ~in_line.held_in_line(),
        )
        .order_by(col(Booking.place))
    )
    initials: dict[UUID, list[str]] = defaultdict(list)
    holds: dict[UUID, list[datetime]] = defaultdict(list)
    for slot_id, status, expires_at, given, family, protected in live:
        if status == BookingStatus.HELD and expires_at:
            holds[slot_id].append(expires_at)
        else:
            initials[slot_id].append(PROTECTED if protected else initials_of(given, family))
    return [_slot(row, initials.get(row[0], []), holds.get(row[0], [])) for row in rows]


def _slot(row: _SlotRow, initials: list[str], holds: list[datetime]) -> ScheduleSlot:
    return ScheduleSlot(*row, len(initials), len(holds), min(holds, default=None), initials)


def initials_of(given: str, family: str) -> str:
    """Return the initials as a list shows them: "A. B."."""
    return " ".join(f"{name[0]}." for name in (given, family) if name)


async def read_performers(session: AsyncSession, clinic_id: UUID) -> list[PerformerChoice]:
    """Return the clinic's performers by name, for the use cases of the schedule."""
    found = await session.scalars(
        select(Performer)
        .where(col(Performer.clinic_id) == clinic_id, col(Performer.active))
        .order_by(col(Performer.name))
    )
    return [PerformerChoice(row.id, row.name, row.title_sv) for row in found]
