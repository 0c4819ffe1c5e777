"""Copying a week of the schedule: what there is to copy, what it would do, doing it. For staff of the clinic."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Performer, Slot, TimeType
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.visit import ScheduleChangeKind, VisitForm
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.publication import Preview, Published, publish_planned, weigh_plan
from webtidbok_app.services.schedule import PerformerChoice, read_performers
from webtidbok_app.timebook.copying import MAX_WEEKS, WeekCopy, plan_copy
from webtidbok_app.timebook.pattern import NewSlot
from webtidbok_app.timebook.weeks import WeekPlan

__all__ = [
    "MAX_WEEKS",
    "SourceWeek",
    "WeekCopy",
    "copy_week",
    "find_empty_week",
    "get_source_week",
    "preview_copy",
]


@dataclass(frozen=True)
class SourceWeek:
    """A week that can be copied: how many times each performer has in it. Those without any are left out."""

    monday: date
    performers: list[tuple[PerformerChoice, int]]

    @property
    def count(self) -> int:
        """How many times there are to copy."""
        return sum(times for _, times in self.performers)


async def get_source_week(actor: Actor | None, *, monday: date) -> SourceWeek:
    """Return what there is to copy in the week of ``monday``."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        performers = await read_performers(session, clinic_id)
        times = Counter(slot.performer_id for slot in await read_week(session, clinic_id, monday))
    return SourceWeek(monday, [(one, times[one.id]) for one in performers if times[one.id]])


async def find_empty_week(actor: Actor | None, *, mondays: Sequence[date]) -> date:
    """Return the first of the weeks in which nothing is published, by its Monday; if all have times, the first."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        for monday in mondays:
            since, until = swedish_time.span_of_days(monday, monday + timedelta(days=6))
            published = select(col(Slot.id)).where(
                col(Slot.clinic_id) == clinic_id,
                col(Slot.starts_at) >= since,
                col(Slot.starts_at) < until,
                text("slot.withdrawn_at IS NULL"),
            )
            if await session.scalar(published.limit(1)) is None:
                return monday
    return mondays[0]


async def preview_copy(actor: Actor | None, *, copy: WeekCopy) -> Preview:
    """Return what copying would do, changing nothing. Raises InvalidInput."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        return await weigh_plan(session, clinic_id=clinic_id, plan=await _plan(session, clinic_id, copy))


async def copy_week(actor: Actor | None, *, copy: WeekCopy, seen: int) -> Published:
    """Publish the copies in one transaction, those left out that clash with published times.

    ``seen`` is that of the preview. Raises InvalidInput, and ScheduleChanged when staff have changed the week that
    is copied, or those it is copied to, since then.
    """
    staff, clinic_id = as_time_handler(actor)

    async def plan(session: AsyncSession) -> Sequence[NewSlot]:
        audit.record(session, staff, "copy_week", clinic_id=clinic_id)
        return (await _plan(session, clinic_id, copy)).slots

    return await publish_planned(
        staff,
        clinic_id,
        ScheduleChangeKind.COPY,
        plan,
        seen=seen,
        spans=[(monday, monday + timedelta(days=6)) for monday in (copy.monday, *copy.mondays)],
    )


async def _plan(session: AsyncSession, clinic_id: UUID, copy: WeekCopy) -> WeekPlan:
    return plan_copy(await read_week(session, clinic_id, copy.monday), copy, now=clock.now())


async def read_week(session: AsyncSession, clinic_id: UUID, monday: date) -> Sequence[NewSlot]:
    """Return the week's published times whose time type and performer are still in use, for copies of it."""
    since, until = swedish_time.span_of_days(monday, monday + timedelta(days=6))
    rows = await session.execute(
        select(
            col(Slot.starts_at), col(Slot.ends_at), col(Slot.performer_id), col(Slot.time_type_id),
            col(Slot.visit_form), col(Slot.places),
        )
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id))
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.starts_at) >= since,
            col(Slot.starts_at) < until,
            col(TimeType.active),
            col(Performer.active),
            text("slot.withdrawn_at IS NULL"),
        )
        .order_by(col(Slot.starts_at), col(Slot.performer_id))
    )  # fmt: skip
    return [
        NewSlot(starts, ends, performer, kind, VisitForm(form), places)
        for starts, ends, performer, kind, form, places in rows
    ]
