"""What staff have done to the clinic's schedule, and undoing a publication. For staff of the clinic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Removal, RemovalLine, ScheduleChange
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.removal import CallBecause
from webtidbok_app.domain.visit import ScheduleChangeKind
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_schedule_staff, as_time_handler
from webtidbok_app.services.schedule import ScheduleSlot, read_slots
from webtidbok_app.timebook import publishing, schedule_log
from webtidbok_app.timebook.take_back import until

SHOWN_CHANGES = 50


@dataclass(frozen=True)
class Change:
    """One change of the schedule. Instants are aware, UTC.

    ``undo_until`` is None for what can never be undone: a withdrawal, an undoing, and what is undone already.
    """

    id: UUID
    kind: ScheduleChangeKind
    changed_by: str
    changed_at: datetime
    slots: int
    first_start: datetime
    last_start: datetime
    undone_at: datetime | None
    undo_until: datetime | None
    removal: "RemovalMark | None" = None
    """What else was done, when times were taken away with what was booked on them."""


@dataclass(frozen=True)
class RemovalMark:
    """A removal: until when (aware, UTC) it can be taken back, or when it was, and how many are to be phoned still."""

    id: UUID
    until: datetime | None
    to_phone: int
    taken_back_at: datetime | None = None


@dataclass(frozen=True)
class Undoing:
    """What undoing a publication would do, or did: how many times go, and those that stay as somebody has them."""

    change: Change
    gone: int
    kept: list[ScheduleSlot]


async def list_changes(actor: Actor | None) -> list[Change]:
    """Return the clinic's newest changes, at most 50, the newest first."""
    _, clinic_id = as_schedule_staff(actor)
    async with get_database().read() as session:
        found = await schedule_log.newest_changes(session, clinic_id=clinic_id, limit=SHOWN_CHANGES)
        marks = await _removals_of(session, clinic_id, [row.id for row in found])
        return [replace(_change(row), removal=marks.get(row.id)) for row in found]


async def find_undo_impact(actor: Actor | None, *, change_id: UUID) -> Undoing:
    """Return what undoing would do now, changing nothing. Raises NotFound for another clinic's change."""
    _, clinic_id = as_time_handler(actor)
    async with get_database().read() as session:
        change = await schedule_log.get_publication(session, clinic_id=clinic_id, change_id=change_id)
        gone, kept = await publishing.find_undo_impact(
            session, clinic_id=clinic_id, change_id=change_id, now=clock.now()
        )
        return Undoing(_change(change), len(gone), await read_slots(session, clinic_id, kept))


async def undo(actor: Actor | None, *, change_id: UUID) -> Undoing:
    """Take away the times of a publication that nobody has booked or holds, in one transaction.

    What is undone already is left as it is. Raises NotFound, and TooLateToChange (``deadline``) ten minutes after
    the publication.
    """
    staff, clinic_id = as_time_handler(actor)

    async def work(session: AsyncSession) -> Undoing:
        gone, kept = await publishing.undo_change(
            session,
            clinic_id=clinic_id,
            change_id=change_id,
            changed_by=staff.hsa_id,
            changed_by_name=staff.name,
            now=clock.now(),
        )
        audit.record(session, staff, "undo_publication", clinic_id=clinic_id)
        change = await schedule_log.get_publication(session, clinic_id=clinic_id, change_id=change_id)
        return Undoing(_change(change), len(gone), await read_slots(session, clinic_id, kept))

    return await get_database().transact(work)


async def _removals_of(
    session: AsyncSession, clinic_id: UUID, change_ids: Sequence[UUID]
) -> dict[UUID, RemovalMark]:
    to_phone = (
        select(func.count())
        .select_from(RemovalLine)
        .where(
            col(RemovalLine.clinic_id) == Removal.clinic_id,
            col(RemovalLine.removal_id) == Removal.id,
            col(RemovalLine.call_because) != CallBecause.NOTHING,
            col(RemovalLine.phoned_at).is_(None),
        )
        .correlate(Removal)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Removal, to_phone).where(
            col(Removal.clinic_id) == clinic_id, col(Removal.change_id).in_(change_ids)
        )
    )
    return {
        done.change_id: RemovalMark(
            done.id, None if done.taken_back_at else until(done), count, done.taken_back_at
        )
        for done, count in rows
    }


def _change(row: ScheduleChange) -> Change:
    can_be_undone = row.kind in schedule_log.PUBLICATIONS and row.undone_at is None
    return Change(
        id=row.id,
        kind=ScheduleChangeKind(row.kind),
        changed_by=row.changed_by_name,
        changed_at=row.changed_at,
        slots=row.slots,
        first_start=row.first_start,
        last_start=row.last_start,
        undone_at=row.undone_at,
        undo_until=schedule_log.undo_until(row) if can_be_undone else None,
    )
