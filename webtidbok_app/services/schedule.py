"""The clinic's schedule: what is published, publishing more, withdrawing. For staff of the clinic."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import LIVE, Booking, Clinic, Performer, Person, Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.visit import BookingStatus, VisitForm
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_clinic_staff
from webtidbok_app.timebook import pattern as patterns
from webtidbok_app.timebook import publishing
from webtidbok_app.timebook.pattern import Pattern, PlannedSlot
from webtidbok_app.timebook.publishing import Clash

PROTECTED = "Skyddad"


@dataclass(frozen=True)
class TimeTypeChoice:
    """A time type that staff can publish."""

    id: UUID
    name: str
    length_minutes: int
    visit_form: VisitForm


@dataclass(frozen=True)
class PerformerChoice:
    """Somebody, or something, that times can be published for."""

    id: UUID
    name: str
    title: str


@dataclass(frozen=True)
class Choices:
    """What there is to choose from when publishing."""

    time_types: list[TimeTypeChoice]
    performers: list[PerformerChoice]
    has_any_slot: bool


@dataclass(frozen=True)
class ScheduleSlot:
    """A published time with who has it. Instants are aware, UTC."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer_id: UUID
    performer: str
    visit_form: VisitForm
    places: int
    booked: int = 0
    held: int = 0
    initials: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Week:
    """One ISO week of the schedule."""

    clinic: str
    monday: date
    performers: list[PerformerChoice]
    slots: list[ScheduleSlot]
    holidays: dict[date, str]


@dataclass(frozen=True)
class Preview:
    """What publishing a pattern would do."""

    slots: list[PlannedSlot]
    clashes: list[Clash]
    holidays: list[tuple[date, str]]
    not_on_clock: list[tuple[date, time]]

    @property
    def publishable(self) -> list[PlannedSlot]:
        """The times that clash with no published one."""
        return publishing.without_clashes(self.slots, self.clashes)


@dataclass(frozen=True)
class Published:
    """What was published. Instants are aware, UTC; None when nothing was left to publish."""

    count: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Withdrawn:
    """How many times were withdrawn, and those that were kept because somebody has them."""

    withdrawn: int
    kept: list[ScheduleSlot]


async def get_week(actor: Actor | None, *, monday: date) -> Week:
    """Return the week's published times. Residents stand there with their initials at most."""
    _, clinic_id = as_clinic_staff(actor)
    since, until = swedish_time.span_of_days(monday, monday + timedelta(days=6))
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        slots = await _slots_between(session, clinic_id, since, until)
        return Week(
            clinic=clinic.name,
            monday=monday,
            performers=await _performers(session, clinic_id),
            slots=await _with_bookings(session, clinic_id, slots),
            holidays=dict(patterns.closed_days(monday, monday + timedelta(days=6))),
        )


async def list_choices(actor: Actor | None) -> Choices:
    """Return the clinic's time types and performers."""
    _, clinic_id = as_clinic_staff(actor)
    async with get_database().read() as session:
        time_types = await session.scalars(
            select(TimeType)
            .where(col(TimeType.clinic_id) == clinic_id, col(TimeType.active))
            .order_by(col(TimeType.name_sv))
        )
        any_slot = await session.scalar(select(col(Slot.id)).where(col(Slot.clinic_id) == clinic_id).limit(1))
        return Choices(
            [
                TimeTypeChoice(row.id, row.name_sv, row.length_minutes, VisitForm(row.visit_form))
                for row in time_types
            ],
            await _performers(session, clinic_id),
            any_slot is not None,
        )


async def preview_publication(actor: Actor | None, *, pattern: Pattern) -> Preview:
    """Return what publishing would do, changing nothing. Raises InvalidInput."""
    _, clinic_id = as_clinic_staff(actor)
    expansion = patterns.expand(pattern, now=clock.now())
    async with get_database().read() as session:
        clashes = await publishing.find_clashes(
            session, clinic_id=clinic_id, performer_id=pattern.performer_id, planned=expansion.slots
        )
    return Preview(expansion.slots, clashes, expansion.holidays, expansion.not_on_clock)


async def publish(actor: Actor | None, *, pattern: Pattern) -> Published:
    """Publish the pattern's times in one transaction.

    Raises InvalidInput; Overlaps (``clashes``) unless the pattern leaves clashing times out; NotFound for
    another clinic's performer or time type.
    """
    staff, clinic_id = as_clinic_staff(actor)
    now = clock.now()
    expansion = patterns.expand(pattern, now=now)
    async with get_database().write() as session:
        published = await publishing.publish_slots(
            session,
            clinic_id=clinic_id,
            time_type_id=pattern.time_type_id,
            performer_id=pattern.performer_id,
            visit_form=pattern.visit_form,
            places=pattern.places,
            planned=expansion.slots,
            leave_out_clashes=pattern.leave_out_clashes,
            changed_by=staff.hsa_id,
            changed_by_name=staff.name,
            now=now,
        )
        audit.record(session, staff, "publish", clinic_id=clinic_id)
    starts = [slot.starts_at for slot in published]
    return Published(len(published), min(starts, default=None), max(starts, default=None))


async def withdraw(actor: Actor | None, *, slot_ids: Sequence[UUID]) -> Withdrawn:
    """Withdraw times that nobody has booked or holds; the others are kept and named."""
    staff, clinic_id = as_clinic_staff(actor)
    async with get_database().write() as session:
        withdrawn, kept = await publishing.withdraw_slots(
            session, clinic_id=clinic_id, slot_ids=slot_ids, now=clock.now()
        )
        audit.record(session, staff, "withdraw", clinic_id=clinic_id)
        slots = await _slots_by_id(session, clinic_id, kept)
        return Withdrawn(len(withdrawn), await _with_bookings(session, clinic_id, slots))


_SlotRow = Row[UUID, datetime, datetime, str, UUID, str, VisitForm, int]
_SLOT = (
    select(
        col(Slot.id), col(Slot.starts_at), col(Slot.ends_at), col(TimeType.name_sv), col(Slot.performer_id),
        col(Performer.name), col(Slot.visit_form), col(Slot.places),
    )
    .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
    .join(Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id))
    .order_by(col(Slot.starts_at), col(Performer.name))
)  # fmt: skip


async def _slots_between(
    session: AsyncSession, clinic_id: UUID, since: datetime, until: datetime
) -> Sequence[_SlotRow]:
    statement = _SLOT.where(
        col(Slot.clinic_id) == clinic_id,
        col(Slot.starts_at) >= since,
        col(Slot.starts_at) < until,
        text("slot.withdrawn_at IS NULL"),
    )
    return (await session.execute(statement)).all()


async def _slots_by_id(session: AsyncSession, clinic_id: UUID, ids: Sequence[UUID]) -> Sequence[_SlotRow]:
    return (await session.execute(_SLOT.where(col(Slot.clinic_id) == clinic_id, col(Slot.id).in_(ids)))).all()


async def _with_bookings(
    session: AsyncSession, clinic_id: UUID, rows: Sequence[_SlotRow]
) -> list[ScheduleSlot]:
    """Return the slots with their live bookings, asked for in one question."""
    now = clock.now()
    slots = {row[0]: ScheduleSlot(*row) for row in rows}
    live = await session.execute(
        select(
            col(Booking.slot_id),
            col(Booking.status),
            col(Person.given_name),
            col(Person.family_name),
            col(Person.protected),
        )
        .join(Person, col(Person.id) == Booking.person_id)
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.slot_id).in_(slots),
            text(f"booking.{LIVE}"),
            func.coalesce(Booking.expires_at, now) >= now,
        )
        .order_by(col(Booking.place))
    )
    initials: dict[UUID, list[str]] = {slot_id: [] for slot_id in slots}
    held = dict.fromkeys(slots, 0)
    for slot_id, status, given, family, protected in live:
        if status == BookingStatus.HELD:
            held[slot_id] += 1
        else:
            initials[slot_id].append(PROTECTED if protected else initials_of(given, family))
    return [
        replace(slot, booked=len(initials[key]), held=held[key], initials=initials[key])
        for key, slot in slots.items()
    ]


def initials_of(given: str, family: str) -> str:
    """Return the initials as a list shows them: "A. B."."""
    return " ".join(f"{name[0]}." for name in (given, family) if name)


async def _performers(session: AsyncSession, clinic_id: UUID) -> list[PerformerChoice]:
    found = await session.scalars(
        select(Performer)
        .where(col(Performer.clinic_id) == clinic_id, col(Performer.active))
        .order_by(col(Performer.name))
    )
    return [PerformerChoice(row.id, row.name, row.title_sv) for row in found]
