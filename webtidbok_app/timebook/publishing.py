"""Publishing and withdrawing times. A performer is never published twice at the same time."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_change
from webtidbok_app.db.tables import LIVE, Booking, Performer, Slot, TimeType
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.errors import NotFound, Overlaps
from webtidbok_app.domain.visit import ScheduleChangeKind, VisitForm
from webtidbok_app.timebook import schedule_log
from webtidbok_app.timebook.pattern import PlannedSlot


@dataclass(frozen=True)
class Clash:
    """A published time that a new one would overlap. Instants are aware, UTC."""

    starts_at: datetime
    ends_at: datetime
    time_type: str


Span = TypeVar("Span", PlannedSlot, Clash)


async def find_clashes(
    session: AsyncSession, *, clinic_id: UUID, performer_id: UUID, planned: Sequence[PlannedSlot]
) -> list[Clash]:
    """Return the performer's published times that overlap any of the planned ones, in order of time."""
    if not planned:
        return []
    rows = await session.execute(
        select(col(Slot.starts_at), col(Slot.ends_at), col(TimeType.name_sv))
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.performer_id) == performer_id,
            col(Slot.starts_at) < max(slot.ends_at for slot in planned),
            col(Slot.ends_at) > min(slot.starts_at for slot in planned),
            text("slot.withdrawn_at IS NULL"),
        )
        .order_by(col(Slot.starts_at))
    )
    published = [Clash(*row) for row in rows]
    return _overlapping(published, planned)


def without_clashes(planned: Sequence[PlannedSlot], clashes: Sequence[Clash]) -> list[PlannedSlot]:
    """Return the planned times that overlap none of the clashes."""
    left_out = set(_overlapping(planned, clashes))
    return [slot for slot in planned if slot not in left_out]


def _overlapping(ones: Sequence[Span], others: Sequence[PlannedSlot | Clash]) -> list[Span]:
    """Return those of ``ones`` that overlap any of ``others``, which are in order of time and never overlap."""
    ends = [other.ends_at for other in others]

    def overlaps(one: Span) -> bool:
        first_to_end_later = bisect_right(ends, one.starts_at)
        return first_to_end_later < len(others) and others[first_to_end_later].starts_at < one.ends_at

    return [one for one in ones if overlaps(one)]


async def publish_slots(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    time_type_id: UUID,
    performer_id: UUID,
    visit_form: VisitForm,
    places: int,
    planned: Sequence[PlannedSlot],
    leave_out_clashes: bool,
    changed_by: str,
    changed_by_name: str,
    now: datetime,
) -> list[PlannedSlot]:
    """Publish the planned times and return those that were.

    The performer's row is locked first, so that two who publish for the same performer do it one after the
    other. Raises NotFound for a performer or time type of another clinic, and Overlaps (with ``clashes``) unless
    the clashing ones are to be left out.
    """
    await _lock_performer(session, clinic_id=clinic_id, performer_id=performer_id)
    if await session.get(TimeType, (clinic_id, time_type_id)) is None:
        raise NotFound
    clashes = await find_clashes(session, clinic_id=clinic_id, performer_id=performer_id, planned=planned)
    if clashes and not leave_out_clashes:
        raise Overlaps(clashes=clashes)
    chosen = without_clashes(planned, clashes)
    if not chosen:
        return []
    change = await schedule_log.note_change(
        session,
        clinic_id=clinic_id,
        kind=ScheduleChangeKind.PUBLISH,
        changed_by=changed_by,
        changed_by_name=changed_by_name,
        now=now,
        starts=[slot.starts_at for slot in chosen],
    )
    rows = [
        Slot(
            clinic_id=clinic_id, id=new_id(), time_type_id=time_type_id, performer_id=performer_id,
            change_id=change.id, starts_at=slot.starts_at, ends_at=slot.ends_at,
            visit_form=visit_form, places=places,
        ).model_dump()
        for slot in chosen
    ]  # fmt: skip
    await session.execute(insert(Slot), rows)
    tell_of_change(session, clinic_id)
    return chosen


async def _lock_performer(session: AsyncSession, *, clinic_id: UUID, performer_id: UUID) -> None:
    found = await session.scalar(
        select(col(Performer.id))
        .where(col(Performer.clinic_id) == clinic_id, col(Performer.id) == performer_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound


async def withdraw_slots(
    session: AsyncSession, *, clinic_id: UUID, slot_ids: Sequence[UUID], now: datetime
) -> tuple[list[UUID], list[UUID]]:
    """Withdraw those of the times that nobody has booked or holds. Returns (withdrawn, kept)."""
    published = list(
        await session.scalars(
            select(col(Slot.id))
            .where(
                col(Slot.clinic_id) == clinic_id,
                col(Slot.id).in_(slot_ids),
                text("slot.withdrawn_at IS NULL"),
            )
            .order_by(col(Slot.id))
            .with_for_update()
        )
    )
    on_them = (col(Booking.clinic_id) == clinic_id) & col(Booking.slot_id).in_(published)
    # Removed, not overlooked: whoever confirms such a hold in this very moment and we meet on its row.
    await session.execute(
        delete(Booking).where(on_them, text("booking.status = 'held'"), col(Booking.expires_at) <= now)
    )
    in_use = set(await session.scalars(select(col(Booking.slot_id)).where(on_them, text(f"booking.{LIVE}"))))
    free = [slot_id for slot_id in published if slot_id not in in_use]
    await session.execute(
        update(Slot)
        .where(col(Slot.clinic_id) == clinic_id, col(Slot.id).in_(free))
        .values(withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
    tell_of_change(session, clinic_id)
    return free, [slot_id for slot_id in published if slot_id in in_use]
