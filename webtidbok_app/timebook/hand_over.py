"""Times that nobody has become times of another type shortly before they start, where a time type says so.

The time is withdrawn and published anew, so that a booking of it that was cancelled is still of what it was.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_change, tell_of_line
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Booking, Slot, TimeType
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.visit import BookingStatus, ScheduleChangeKind
from webtidbok_app.live import topics
from webtidbok_app.live.rounds import in_rounds
from webtidbok_app.timebook import places, schedule_log

AT_A_TIME = 200
SYSTEM, SYSTEM_NAME = "system", "Webtidbok"
_receiver = aliased(TimeType)


def handing_over(database: Database) -> AbstractAsyncContextManager[None]:
    """Hand times over as they come near, as long as the ``with`` block lasts. Several may, in many processes."""
    return in_rounds(partial(hand_over_due, database), topics.LINE)


async def hand_over_due(database: Database) -> bool:
    """Hand over what is due now, type by type. Returns whether there may be more."""
    now, more = clock.now(), False
    async with database.read() as session:
        rules = await session.scalars(
            select(TimeType)
            .join(
                _receiver,
                (col(_receiver.clinic_id) == TimeType.clinic_id)
                & (col(_receiver.id) == TimeType.hand_over_to),
            )
            .where(
                col(_receiver.active),
                col(_receiver.hand_over_to).is_(None),
                places.is_ours(col(TimeType.clinic_id)),
            )
        )
        givers = [giver for giver in rules.all() if await session.scalar(_due(giver, now).limit(1))]
    for giver in givers:
        more |= await database.transact(partial(_hand_over, giver=giver, now=now))
    return more


def _due(giver: TimeType, now: datetime) -> Select[Slot]:
    """Return the question for the type's times that come near and that nobody has, in order."""
    return (
        select(Slot)
        .where(
            col(Slot.clinic_id) == giver.clinic_id,
            col(Slot.time_type_id) == giver.id,
            col(Slot.starts_at) > now,
            col(Slot.starts_at) <= now + timedelta(hours=giver.hand_over_hours or 0),
            text("slot.withdrawn_at IS NULL"),
            ~_is_had(now),
        )
        .order_by(col(Slot.starts_at), col(Slot.id))
    )


async def _hand_over(session: AsyncSession, giver: TimeType, now: datetime) -> bool:
    """Hand over the first of the type's times that are due. Returns whether there may be more."""
    await schedule_log.lock_schedule(session, clinic_id=giver.clinic_id)
    locked = _due(giver, now).limit(AT_A_TIME).with_for_update(skip_locked=True)
    slots = (await session.scalars(locked)).all()
    withdrawn = await _withdraw(session, giver.clinic_id, [slot.id for slot in slots], now)
    anew = [
        {name: getattr(slot, name) for name in Slot.model_fields}
        | {"id": new_id(), "time_type_id": giver.hand_over_to, "withdrawn_at": None}
        for slot in slots
        if slot.id in withdrawn
    ]
    if anew:
        await session.execute(insert(Slot), anew)
        starts = [slot["starts_at"] for slot in anew]
        await schedule_log.note_change(
            session, clinic_id=giver.clinic_id, kind=ScheduleChangeKind.HAND_OVER, changed_by=SYSTEM,
            changed_by_name=SYSTEM_NAME, now=now, starts=starts,
        )  # fmt: skip
        tell_of_change(session, giver.clinic_id, starts)
        tell_of_line(session)
    return len(slots) == AT_A_TIME


async def _withdraw(session: AsyncSession, clinic_id: UUID, locked: list[UUID], now: datetime) -> set[UUID]:
    """Withdraw those of the locked times that nobody has, asked once more now that nobody can take them.

    A hold that has run out is removed, not overlooked: nobody can book it any more.
    """
    await session.execute(
        delete(Booking)
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.slot_id).in_(locked),
            col(Booking.status) == BookingStatus.HELD,
            col(Booking.expires_at) <= now,
        )
        .execution_options(synchronize_session=False)
    )
    gone = await session.scalars(
        update(Slot)
        .where(col(Slot.clinic_id) == clinic_id, col(Slot.id).in_(locked), ~_is_had())
        .values(withdrawn_at=now)
        .returning(col(Slot.id))
        .execution_options(synchronize_session=False)
    )
    return set(gone)


def _is_had(now: datetime | None = None) -> ColumnElement[bool]:
    """The slot has somebody who has booked it or holds it; with ``now`` a hold that has run out is nobody's."""
    held: ColumnElement[bool] = col(Booking.status) == BookingStatus.HELD
    if now is not None:
        held &= col(Booking.expires_at) > now
    return (
        select(col(Booking.id))
        .where(
            col(Booking.clinic_id) == Slot.clinic_id,
            col(Booking.slot_id) == Slot.id,
            (col(Booking.status) == BookingStatus.BOOKED) | held,
        )
        .correlate(Slot)
        .exists()
    )
