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
from webtidbok_app.services.publication import Preview, Published, refuse_if_unseen
from webtidbok_app.services.schedule import PerformerChoice, read_performers
from webtidbok_app.timebook import publishing, schedule_log
from webtidbok_app.timebook.copying import MAX_WEEKS, CopyPlan, WeekCopy, plan_copy
from webtidbok_app.timebook.pattern import NewSlot

__all__ = ["MAX_WEEKS", "SourceWeek", "WeekCopy", "copy_week", "get_source_week", "preview_copy"]


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
        times = Counter(slot.performer_id for slot in await _read_week(session, clinic_id, monday))
    return SourceWeek(monday, [(one, times[one.id]) for one in performers if times[one.id]])


async def preview_copy(actor: Actor | None, *, copy: WeekCopy) -> Preview:
    """Return what copying would do, changing nothing. Raises InvalidInput."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        seen = await schedule_log.newest_number(session, clinic_id=clinic_id)
        plan = await _plan(session, clinic_id, copy)
        clashes = await publishing.find_clashes(session, clinic_id=clinic_id, planned=plan.slots)
    return Preview(plan.slots, clashes, plan.holidays, plan.not_on_clock, plan.passed, seen)


async def copy_week(actor: Actor | None, *, copy: WeekCopy, seen: int) -> Published:
    """Publish the copies in one transaction, those left out that clash with published times.

    ``seen`` is that of the preview. Raises InvalidInput, and ScheduleChanged when staff have changed the week that
    is copied, or those it is copied to, since then.
    """
    staff, clinic_id = as_time_handler(actor)
    now = clock.now()
    async with get_database().write() as session:
        await schedule_log.lock_schedule(session, clinic_id=clinic_id)
        for first, weeks in ((copy.monday, 1), (copy.first_week, copy.weeks)):
            last = first + timedelta(days=7 * weeks - 1)
            await refuse_if_unseen(session, clinic_id=clinic_id, seen=seen, first=first, last=last)
        change_id, published = await publishing.publish_slots(
            session,
            clinic_id=clinic_id,
            kind=ScheduleChangeKind.COPY,
            planned=(await _plan(session, clinic_id, copy)).slots,
            leave_out_clashes=True,
            changed_by=staff.hsa_id,
            changed_by_name=staff.name,
            now=now,
        )
        audit.record(session, staff, "copy_week", clinic_id=clinic_id)
    return Published.of(published, change_id=change_id, at=now)


async def _plan(session: AsyncSession, clinic_id: UUID, copy: WeekCopy) -> CopyPlan:
    week = await _read_week(session, clinic_id, copy.monday)
    return plan_copy(
        [slot for slot in week if slot.performer_id in copy.performer_ids], copy, now=clock.now()
    )


async def _read_week(session: AsyncSession, clinic_id: UUID, monday: date) -> Sequence[NewSlot]:
    """Return the week's published times whose time type and performer are still in use."""
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
