"""Publishing times: what there is to choose from, what it would do, doing it. For staff of the clinic."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.visit import ScheduleChangeKind, VisitForm
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_schedule_staff, as_time_handler
from webtidbok_app.services.schedule import PerformerChoice, read_performers
from webtidbok_app.timebook import pattern as patterns
from webtidbok_app.timebook import publishing, schedule_log
from webtidbok_app.timebook.deviations import LeftOut, leave_out_deviating
from webtidbok_app.timebook.pattern import NewSlot, Pattern
from webtidbok_app.timebook.publishing import Clash
from webtidbok_app.timebook.schedule_log import UNDO_FOR
from webtidbok_app.timebook.weeks import WeekPlan


@dataclass(frozen=True)
class TimeTypeChoice:
    """A time type that staff can publish."""

    id: UUID
    name: str
    length_minutes: int
    visit_form: VisitForm


@dataclass(frozen=True)
class Choices:
    """What there is to choose from when publishing."""

    time_types: list[TimeTypeChoice]
    performers: list[PerformerChoice]
    has_any_slot: bool


@dataclass(frozen=True)
class Preview:
    """What publishing would do. ``passed`` is how many times have begun already.

    ``slots`` are without those that deviate, of which ``deviating`` tells. ``seen`` is the number of the newest
    change of the schedule that it takes into account.
    """

    slots: list[NewSlot]
    clashes: list[Clash]
    holidays: list[tuple[date, str]]
    not_on_clock: list[tuple[date, time]]
    passed: int
    seen: int
    deviating: list[LeftOut]

    @property
    def publishable(self) -> list[NewSlot]:
        """The times that clash with no published one."""
        return publishing.without_clashes(self.slots, self.clashes)


@dataclass(frozen=True)
class Published:
    """What was published, and until when it can be undone. Instants are aware, UTC.

    ``first``, ``last`` and ``change_id`` are None when nothing was left to publish.
    """

    count: int
    first: datetime | None
    last: datetime | None
    change_id: UUID | None
    undo_until: datetime

    @classmethod
    def of(cls, slots: Sequence[NewSlot], *, change_id: UUID | None, at: datetime) -> "Published":
        """Return what is to be said of the times that were published in a change at the moment ``at``."""
        starts = [slot.starts_at for slot in slots]
        return cls(len(slots), min(starts, default=None), max(starts, default=None), change_id, at + UNDO_FOR)


async def list_choices(actor: Actor | None) -> Choices:
    """Return the clinic's time types and performers."""
    _, clinic_id = as_schedule_staff(actor)
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
            await read_performers(session, clinic_id),
            any_slot is not None,
        )


async def preview_publication(actor: Actor | None, *, pattern: Pattern) -> Preview:
    """Return what publishing would do, changing nothing. Raises InvalidInput."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        return await weigh_plan(session, clinic_id=clinic_id, plan=_plan(pattern))


async def publish(actor: Actor | None, *, pattern: Pattern, seen: int | None = None) -> Published:
    """Publish the pattern's times in one transaction.

    ``seen`` is that of the preview; without it nothing is compared. Raises InvalidInput; ScheduleChanged when staff
    have changed the schedule of those days since the preview; Overlaps (``clashes``) unless the pattern leaves
    clashing times out; NotFound for another clinic's performer or time type.
    """
    staff, clinic_id = as_time_handler(actor)
    plan = _plan(pattern)

    async def planned(session: AsyncSession) -> Sequence[NewSlot]:
        audit.record(session, staff, "publish", clinic_id=clinic_id)
        return plan.slots

    return await publish_planned(
        staff,
        clinic_id,
        ScheduleChangeKind.PUBLISH,
        planned,
        seen=seen,
        spans=[(pattern.first_day, pattern.last_day)],
        leave_out_clashes=pattern.leave_out_clashes,
    )


def _plan(pattern: Pattern) -> WeekPlan:
    expansion = patterns.expand(pattern, now=clock.now())
    planned = patterns.new_slots(pattern, expansion.slots)
    return WeekPlan(planned, expansion.holidays, expansion.not_on_clock, 0)


async def weigh_plan(session: AsyncSession, *, clinic_id: UUID, plan: WeekPlan) -> Preview:
    """Return what publishing a plan would do now: what deviates, and what clashes. For the use cases that publish."""
    seen = await schedule_log.newest_number(session, clinic_id=clinic_id)
    slots, deviating = await leave_out_deviating(session, clinic_id=clinic_id, planned=plan.slots)
    clashes = await publishing.find_clashes(session, clinic_id=clinic_id, planned=slots)
    return Preview(slots, clashes, plan.holidays, plan.not_on_clock, plan.passed, seen, deviating)


async def publish_planned(
    staff: Staff,
    clinic_id: UUID,
    kind: ScheduleChangeKind,
    plan: Callable[[AsyncSession], Awaitable[Sequence[NewSlot]]],
    *,
    seen: int | None,
    spans: Sequence[tuple[date, date]],
    leave_out_clashes: bool = True,
) -> Published:
    """Publish in one transaction what ``plan`` gives there, but for what deviates. For the use cases that publish.

    ``plan`` also writes its line in the access log. Raises ScheduleChanged when staff have changed the days from
    first to last of any of the ``spans`` after change number ``seen``, and what ``plan`` and ``publish_slots`` raise.
    """
    now = clock.now()
    async with get_database().write() as session:
        await schedule_log.lock_schedule(session, clinic_id=clinic_id)
        if seen is not None:
            await _refuse_if_unseen(session, clinic_id, seen, spans)
        planned, _ = await leave_out_deviating(session, clinic_id=clinic_id, planned=await plan(session))
        change_id, published = await publishing.publish_slots(
            session,
            clinic_id=clinic_id,
            kind=kind,
            planned=planned,
            leave_out_clashes=leave_out_clashes,
            changed_by=staff.hsa_id,
            changed_by_name=staff.name,
            now=now,
        )
    return Published.of(published, change_id=change_id, at=now)


async def _refuse_if_unseen(
    session: AsyncSession, clinic_id: UUID, seen: int, spans: Sequence[tuple[date, date]]
) -> None:
    for first, last in spans:
        since, until = swedish_time.span_of_days(first, last)
        await schedule_log.refuse_if_changed(
            session, clinic_id=clinic_id, seen=seen, since=since, until=until
        )
