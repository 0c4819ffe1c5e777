"""What staff have done to the schedule, in order, and who was first when two did it at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.tables import STANDALONE, Clinic, ScheduleChange
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.errors import NotFound, ScheduleChanged, TimesElsewhere
from webtidbok_app.domain.visit import ScheduleChangeKind

UNDO_FOR = timedelta(minutes=10)
"""How long after a publication it can be undone."""
PUBLICATIONS = frozenset(
    {
        ScheduleChangeKind.PUBLISH,
        ScheduleChangeKind.COPY,
        ScheduleChangeKind.IMPORT,
        ScheduleChangeKind.TEMPLATE,
    }
)


async def lock_schedule(session: AsyncSession, *, clinic_id: UUID) -> None:
    """Let only one at a time change the clinic's schedule, until the transaction ends. Booking goes on.

    Raises TimesElsewhere at a clinic that has got another timebook meanwhile.
    """
    journal = await session.scalar(
        select(col(Clinic.journal)).where(col(Clinic.id) == clinic_id).with_for_update(key_share=True)
    )
    if journal != STANDALONE:
        raise TimesElsewhere


async def newest_number(session: AsyncSession, *, clinic_id: UUID) -> int:
    """Return the number of the clinic's newest change; 0 before the first."""
    newest = await session.scalar(
        select(func.max(ScheduleChange.number)).where(col(ScheduleChange.clinic_id) == clinic_id)
    )
    return newest or 0


async def refuse_if_changed(
    session: AsyncSession, *, clinic_id: UUID, seen: int, since: datetime, until: datetime
) -> None:
    """Raise ScheduleChanged when staff changed times that start in [since, until) after change number ``seen``.

    Its facts: ``changed_by`` (the name) and ``changed_at`` (aware). Call it with the schedule locked.
    """
    newer = await session.scalar(
        select(ScheduleChange)
        .where(
            col(ScheduleChange.clinic_id) == clinic_id,
            col(ScheduleChange.number) > seen,
            col(ScheduleChange.first_start) < until,
            col(ScheduleChange.last_start) >= since,
        )
        .order_by(col(ScheduleChange.number).desc())
        .limit(1)
    )
    if newer is not None:
        raise ScheduleChanged(changed_by=newer.changed_by_name, changed_at=newer.changed_at)


async def note_change(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    kind: ScheduleChangeKind,
    changed_by: str,
    changed_by_name: str,
    now: datetime,
    starts: Sequence[datetime],
    slots: int | None = None,
) -> ScheduleChange:
    """Write down a change of the times that start at ``starts``, at least one. Locks the schedule.

    A change that is of other than times says how many ``slots`` it changed, and between which ``starts`` it matters.
    """
    await lock_schedule(session, clinic_id=clinic_id)
    change = ScheduleChange(
        clinic_id=clinic_id, id=new_id(), number=await newest_number(session, clinic_id=clinic_id) + 1, kind=kind,
        changed_by=changed_by, changed_by_name=changed_by_name, changed_at=now,
        slots=len(starts) if slots is None else slots, first_start=min(starts), last_start=max(starts),
    )  # fmt: skip
    session.add(change)
    await session.flush()
    return change


async def newest_changes(session: AsyncSession, *, clinic_id: UUID, limit: int) -> Sequence[ScheduleChange]:
    """Return the clinic's newest changes, the newest first."""
    found = await session.scalars(
        select(ScheduleChange)
        .where(col(ScheduleChange.clinic_id) == clinic_id)
        .order_by(col(ScheduleChange.number).desc())
        .limit(limit)
    )
    return found.all()


async def get_publication(session: AsyncSession, *, clinic_id: UUID, change_id: UUID) -> ScheduleChange:
    """Return one of the clinic's publications or copies. Raises NotFound."""
    change = await session.get(ScheduleChange, (clinic_id, change_id))
    if change is None or change.kind not in PUBLICATIONS:
        raise NotFound
    return change


def undo_until(change: ScheduleChange) -> datetime:
    """Return the last moment when a publication can be undone (aware, UTC)."""
    return change.changed_at + UNDO_FOR
