"""Publishing, undoing it, and withdrawing times. A performer is never published twice at the same time."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_change, tell_of_line
from webtidbok_app.db.insert import insert_all
from webtidbok_app.db.tables import LIVE, Booking, Performer, Slot, TimeType
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.errors import NotFound, Overlaps, TooLateToChange
from webtidbok_app.domain.visit import ScheduleChangeKind
from webtidbok_app.timebook import in_line, line, places, schedule_log
from webtidbok_app.timebook.pattern import NewSlot


@dataclass(frozen=True)
class Clash:
    """A published time that a new one would overlap. Instants are aware, UTC."""

    starts_at: datetime
    ends_at: datetime
    time_type: str
    performer_id: UUID
    performer: str


Span = TypeVar("Span", NewSlot, Clash)


async def find_clashes(session: AsyncSession, *, clinic_id: UUID, planned: Sequence[NewSlot]) -> list[Clash]:
    """Return the published times that overlap any of the planned ones of the same performer, in order of time."""
    if not planned:
        return []
    rows = await session.execute(
        select(
            col(Slot.starts_at), col(Slot.ends_at), col(TimeType.name_sv), col(Slot.performer_id),
            col(Performer.name),
        )
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id))
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.performer_id).in_({slot.performer_id for slot in planned}),
            col(Slot.starts_at) < max(slot.ends_at for slot in planned),
            col(Slot.ends_at) > min(slot.starts_at for slot in planned),
            text("slot.withdrawn_at IS NULL"),
        )
        .order_by(col(Slot.starts_at), col(Performer.name))
    )  # fmt: skip
    return _overlapping([Clash(*row) for row in rows], planned)


def without_clashes(planned: Sequence[NewSlot], clashes: Sequence[Clash]) -> list[NewSlot]:
    """Return the planned times that overlap none of the clashes."""
    if not clashes:
        return list(planned)
    left_out = set(_overlapping(planned, clashes))
    return [slot for slot in planned if slot not in left_out]


def _overlapping(ones: Sequence[Span], others: Sequence[NewSlot | Clash]) -> list[Span]:
    """Return those of ``ones`` that overlap any of ``others`` of the same performer.

    ``others`` are in order of time, and those of one performer never overlap each other.
    """
    busy: dict[UUID, list[NewSlot | Clash]] = {}
    for other in others:
        busy.setdefault(other.performer_id, []).append(other)
    ends = {performer: [other.ends_at for other in theirs] for performer, theirs in busy.items()}

    def overlaps(one: Span) -> bool:
        theirs = busy.get(one.performer_id, [])
        first_to_end_later = bisect_right(ends.get(one.performer_id, []), one.starts_at)
        return first_to_end_later < len(theirs) and theirs[first_to_end_later].starts_at < one.ends_at

    return [one for one in ones if overlaps(one)]


async def publish_slots(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    kind: ScheduleChangeKind,
    planned: Sequence[NewSlot],
    leave_out_clashes: bool,
    changed_by: str,
    changed_by_name: str,
    now: datetime,
) -> tuple[UUID | None, list[NewSlot]]:
    """Publish the planned times. Returns the change that they belong to, None if nothing was left, and the times.

    The schedule is locked first, so that two who publish at the same clinic do it one after the other. Raises
    NotFound for a performer or time type of another clinic, and Overlaps (with ``clashes``) unless the clashing
    ones are to be left out. The planned times of one performer must be in order and not overlap each other.
    """
    await schedule_log.lock_schedule(session, clinic_id=clinic_id)
    await _refuse_others(session, Performer, clinic_id, {slot.performer_id for slot in planned})
    await _refuse_others(session, TimeType, clinic_id, {slot.time_type_id for slot in planned})
    clashes = await find_clashes(session, clinic_id=clinic_id, planned=planned)
    if clashes and not leave_out_clashes:
        raise Overlaps(clashes=clashes)
    chosen = without_clashes(planned, clashes)
    if not chosen:
        return None, []
    change = await schedule_log.note_change(
        session,
        clinic_id=clinic_id,
        kind=kind,
        changed_by=changed_by,
        changed_by_name=changed_by_name,
        now=now,
        starts=[slot.starts_at for slot in chosen],
    )
    of = {"clinic_id": clinic_id, "change_id": change.id}
    await insert_all(session, Slot, [{**of, "id": new_id(), **vars(slot)} for slot in chosen])
    tell_of_change(session, clinic_id, [slot.starts_at for slot in chosen])
    tell_of_line(session)
    return change.id, chosen


async def _refuse_others(
    session: AsyncSession, table: type[Performer | TimeType], clinic_id: UUID, ids: set[UUID]
) -> None:
    own = select(func.count()).where(col(table.clinic_id) == clinic_id, col(table.id).in_(ids))
    if await session.scalar(own) != len(ids):
        raise NotFound


async def withdraw_slots(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    slot_ids: Sequence[UUID],
    seen: int,
    changed_by: str,
    changed_by_name: str,
    now: datetime,
) -> tuple[list[UUID], list[UUID]]:
    """Withdraw those of the times that nobody has booked or holds. Returns (withdrawn, kept).

    Raises ScheduleChanged when staff have changed the schedule between the first and the last of the times after
    change number ``seen``, also when they withdrew the very same times.
    """
    await schedule_log.lock_schedule(session, clinic_id=clinic_id)
    rows = await session.execute(
        select(col(Slot.id), col(Slot.starts_at), col(Slot.ends_at)).where(
            col(Slot.clinic_id) == clinic_id, col(Slot.id).in_(slot_ids)
        )
    )
    spans = {slot_id: (starts_at, ends_at) for slot_id, starts_at, ends_at in rows}
    if not spans:
        return [], []
    since, until = min(start for start, _ in spans.values()), max(end for _, end in spans.values())
    await schedule_log.refuse_if_changed(session, clinic_id=clinic_id, seen=seen, since=since, until=until)
    withdrawn, kept = await take_away_free(session, clinic_id=clinic_id, slot_ids=slot_ids, now=now)
    if withdrawn:
        await schedule_log.note_change(
            session,
            clinic_id=clinic_id,
            kind=ScheduleChangeKind.WITHDRAW,
            changed_by=changed_by,
            changed_by_name=changed_by_name,
            now=now,
            starts=[spans[slot_id][0] for slot_id in withdrawn],
        )
    return withdrawn, kept


async def take_away_free(
    session: AsyncSession, *, clinic_id: UUID, slot_ids: Sequence[UUID], now: datetime
) -> tuple[list[UUID], list[UUID]]:
    """Take those of the times that nobody has booked or holds out of the schedule. Returns (taken away, kept).

    What is offered to somebody who waits, and has not answered, is nobody's yet.
    """
    rows = await session.execute(
        select(col(Slot.id), col(Slot.starts_at))
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.id).in_(slot_ids),
            text("slot.withdrawn_at IS NULL"),
        )
        .order_by(col(Slot.id))
        .with_for_update()
    )
    published = {row.id: row.starts_at for row in rows}
    on_them = (col(Booking.clinic_id) == clinic_id) & col(Booking.slot_id).in_(published)
    # Removed, not overlooked: whoever confirms such a hold in this very moment and we meet on its row.
    await session.execute(
        delete(Booking).where(on_them, text("booking.status = 'held'"), col(Booking.expires_at) <= now)
    )
    in_use = set(
        await session.scalars(
            select(col(Booking.slot_id)).where(on_them, text(f"booking.{LIVE}"), ~in_line.held_in_line())
        )
    )
    free = [slot_id for slot_id in published if slot_id not in in_use]
    await line.end_offers_on(session, clinic_id=clinic_id, slot_ids=free)
    await session.execute(
        update(Slot)
        .where(col(Slot.clinic_id) == clinic_id, col(Slot.id).in_(free))
        .values(withdrawn_at=now)
        .execution_options(synchronize_session=False)
    )
    tell_of_change(session, clinic_id, published.values())
    return free, [slot_id for slot_id in published if slot_id in in_use]


def _live_bookings(now: datetime) -> ColumnElement[bool]:
    """Return whether anybody has booked the slot or holds it."""
    return (
        select(col(Booking.id))
        .where(
            col(Booking.clinic_id) == Slot.clinic_id,
            col(Booking.slot_id) == Slot.id,
            places.takes_place(now),
            ~in_line.held_in_line(),
        )
        .correlate(Slot)
        .exists()
    )


async def find_undo_impact(
    session: AsyncSession, *, clinic_id: UUID, change_id: UUID, now: datetime
) -> tuple[list[UUID], list[UUID]]:
    """Return which times of a publication undoing it would take away, and which it would keep: somebody has them."""
    rows = await session.execute(
        select(col(Slot.id), _live_bookings(now))
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.change_id) == change_id,
            text("slot.withdrawn_at IS NULL"),
        )
        .order_by(col(Slot.starts_at))
    )
    found = rows.all()
    return [slot_id for slot_id, taken in found if not taken], [slot_id for slot_id, taken in found if taken]


async def undo_change(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    change_id: UUID,
    changed_by: str,
    changed_by_name: str,
    now: datetime,
) -> tuple[list[UUID], list[UUID]]:
    """Take away the times of a publication that are still free. Returns (taken away, kept).

    It is done once: a second time takes nothing away. Raises NotFound for what is no publication of the clinic,
    and TooLateToChange (``deadline``) when it is older than UNDO_FOR.
    """
    await schedule_log.lock_schedule(session, clinic_id=clinic_id)
    change = await schedule_log.get_publication(session, clinic_id=clinic_id, change_id=change_id)
    free, kept = await find_undo_impact(session, clinic_id=clinic_id, change_id=change_id, now=now)
    if change.undone_at is not None:
        return [], kept
    deadline = schedule_log.undo_until(change)
    if now > deadline:
        raise TooLateToChange(deadline=deadline)
    gone, booked_meanwhile = await take_away_free(session, clinic_id=clinic_id, slot_ids=free, now=now)
    if gone:
        change.undone_at = now
        starts = await session.scalars(
            select(col(Slot.starts_at)).where(col(Slot.clinic_id) == clinic_id, col(Slot.id).in_(gone))
        )
        await schedule_log.note_change(
            session, clinic_id=clinic_id, kind=ScheduleChangeKind.UNDO, changed_by=changed_by,
            changed_by_name=changed_by_name, now=now, starts=starts.all(),
        )  # fmt: skip
    return gone, [*kept, *booked_meanwhile]
