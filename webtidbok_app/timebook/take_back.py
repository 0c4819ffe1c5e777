"""Taking back what a removal did, inside the caller's transaction: whole, and only while none of it has been told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import outbox
from webtidbok_app.db.after_commit import tell_of_change, tell_of_line, tell_of_watch
from webtidbok_app.db.tables import (
    IN_LINE,
    WAITING,
    Booking,
    Invitation,
    OutboxMessage,
    Removal,
    RemovalLine,
    RemovedSlot,
    Slot,
    Watch,
)
from webtidbok_app.domain.errors import NotFound, Overlaps, SlotTaken, TooLateToChange
from webtidbok_app.domain.message import MessageKind, MessageStatus
from webtidbok_app.domain.removal import TAKE_BACK_FOR, CallBecause, Choice
from webtidbok_app.domain.visit import BookingStatus, ScheduleChangeKind, VisitForm
from webtidbok_app.domain.watch import WatchStatus
from webtidbok_app.timebook import bookings, places, publishing, schedule_log
from webtidbok_app.timebook.pattern import NewSlot
from webtidbok_app.timebook.removal import By, lock_bookings

TELLING = {Choice.MOVE: MessageKind.REBOOKED, Choice.CANCEL: MessageKind.CANCELLED_BY_CLINIC,
           Choice.INVITE: MessageKind.CANCELLED_BY_CLINIC}  # fmt: skip


def until(removal: Removal) -> datetime:
    """Return the moment when its messages go and it can be taken back no more (aware, UTC)."""
    return removal.done_at + TAKE_BACK_FOR


async def lines_of(session: AsyncSession, removal: Removal) -> Sequence[RemovalLine]:
    """Return what the removal did with each booking, in a lasting order."""
    found = await session.scalars(
        select(RemovalLine)
        .where(col(RemovalLine.clinic_id) == removal.clinic_id, col(RemovalLine.removal_id) == removal.id)
        .order_by(col(RemovalLine.booking_id))
        .execution_options(populate_existing=True)
    )
    return found.all()


async def take_back(
    session: AsyncSession, *, clinic_id: UUID, removal_id: UUID, by: By, now: datetime
) -> tuple[Removal, list[RemovalLine]]:
    """Publish the times again, put the bookings back and drop the messages unsent. Returns it and the lines put back.

    What its resident has changed meanwhile is left as they want it, and marked so. Done already it changes nothing and
    returns no lines. Raises NotFound, TooLateToChange (``deadline``) after ten minutes or once a message is on its way,
    Overlaps (``clashes``) when something else is published there now, and SlotTaken when a place is gone.
    """
    await schedule_log.lock_schedule(session, clinic_id=clinic_id)
    removal = await session.get(
        Removal, (clinic_id, removal_id), with_for_update=True, populate_existing=True
    )
    if removal is None:
        raise NotFound
    if removal.taken_back_at is not None:
        return removal, []
    if now >= until(removal):
        raise TooLateToChange(deadline=until(removal))
    lines = await lines_of(session, removal)
    ids = [one for line in lines for one in (line.booking_id, line.new_booking_id) if one is not None]
    known = await lock_bookings(session, clinic_id=clinic_id, booking_ids=ids)
    for line in lines:
        line.left_as_wished = await _has_acted(session, removal, line, known)
    back = [line for line in lines if not line.left_as_wished]
    await _stop_messages(session, removal, back)
    await _publish_again(session, removal, by, now)
    for line in back:
        await _put_back(session, removal, line, known, by, now)
    removal.taken_back_at, removal.taken_back_by, removal.taken_back_by_name = now, by.hsa_id, by.name
    await session.flush()
    return removal, back


async def _has_acted(
    session: AsyncSession, removal: Removal, line: RemovalLine, known: Mapping[UUID, Booking]
) -> bool:
    """Whether the resident, or a colleague, has done something of their own about what became of the booking."""
    if line.new_booking_id is not None:
        made = known[line.new_booking_id]
        return made.status != BookingStatus.BOOKED or made.attendance is not None
    old = known[line.booking_id]
    kind = select(col(Slot.time_type_id)).where(
        col(Slot.clinic_id) == old.clinic_id, col(Slot.id) == old.slot_id
    )
    anew = (
        select(col(Booking.id))
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .where(
            col(Booking.clinic_id) == old.clinic_id,
            col(Booking.person_id) == old.person_id,
            col(Booking.id).not_in(known),
            text("booking.status = 'booked'"),
            col(Booking.booked_at) >= removal.done_at,
            col(Slot.time_type_id) == kind.scalar_subquery(),
        )
        .limit(1)
    )
    return await session.scalar(anew) is not None


async def _stop_messages(session: AsyncSession, removal: Removal, lines: Iterable[RemovalLine]) -> None:
    """Take the messages away that tell what is taken back. Raises TooLateToChange once one is on its way.

    They are removed, not dropped: the same may have to be told another time, and each is written once.
    """
    told = [
        *((TELLING[Choice(line.choice)], line.new_booking_id or line.booking_id) for line in lines),
        *((MessageKind.INVITED, line.invitation_id) for line in lines if line.invitation_id),
    ]
    ids = [outbox.identity_of(kind, about) for kind, about in told]
    waiting = await session.scalars(
        select(OutboxMessage)
        .where(col(OutboxMessage.id).in_(ids))
        .order_by(col(OutboxMessage.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if any(message.status != MessageStatus.WAITING or message.attempts for message in waiting):
        raise TooLateToChange(deadline=until(removal))
    reminders = [
        outbox.identity_of(MessageKind.REMINDER, line.new_booking_id) for line in lines if line.new_booking_id
    ]
    await session.execute(
        delete(OutboxMessage)
        .where(col(OutboxMessage.id).in_([*ids, *reminders]), text(WAITING))
        .execution_options(synchronize_session=False)
    )


async def _publish_again(session: AsyncSession, removal: Removal, by: By, now: datetime) -> None:
    removed = select(col(RemovedSlot.slot_id)).where(
        col(RemovedSlot.clinic_id) == removal.clinic_id, col(RemovedSlot.removal_id) == removal.id
    )
    locked = await session.scalars(
        select(Slot)
        .where(col(Slot.clinic_id) == removal.clinic_id, col(Slot.id).in_(removed))
        .order_by(col(Slot.starts_at), col(Slot.id))
        .with_for_update()
    )
    slots = locked.all()
    planned = [
        NewSlot(
            slot.starts_at, slot.ends_at, slot.performer_id, slot.time_type_id, VisitForm(slot.visit_form), slot.places
        )
        for slot in slots
    ]  # fmt: skip
    clashes = await publishing.find_clashes(session, clinic_id=removal.clinic_id, planned=planned)
    if clashes:
        raise Overlaps(clashes=clashes)
    for slot in slots:
        slot.withdrawn_at = None
    starts = [slot.starts_at for slot in slots]
    await schedule_log.note_change(
        session, clinic_id=removal.clinic_id, kind=ScheduleChangeKind.UNDO, changed_by=by.hsa_id,
        changed_by_name=by.name, now=now, starts=starts,
    )  # fmt: skip
    tell_of_change(session, removal.clinic_id, starts)
    tell_of_line(session)


async def _put_back(
    session: AsyncSession,
    removal: Removal,
    line: RemovalLine,
    known: Mapping[UUID, Booking],
    by: By,
    now: datetime,
) -> None:
    """Book what was booked before, as if it had never been otherwise; calendars see a later version."""
    old, version = known[line.booking_id], known[line.booking_id].calendar_sequence
    if line.new_booking_id is not None:
        made = await bookings.call_off(
            session, clinic_id=old.clinic_id, booking_id=line.new_booking_id, cancelled_by=by.hsa_id, message="",
            now=now,
        )  # fmt: skip
        version = made.calendar_sequence
        made.replaces_clinic_id = made.replaces_id = None
        await _wait_again(session, removal, old)
    if line.invitation_id is not None:
        invitation = await session.get_one(Invitation, (old.clinic_id, line.invitation_id))
        invitation.ended_at = now
    old.place = await _place_again(session, old, now)
    old.status, old.calendar_sequence = BookingStatus.BOOKED, version + 1
    old.cancelled_at = old.cancelled_by = None
    old.cancel_message = ""
    if line.phoned_at is not None:
        line.call_because = CallBecause.TAKEN_BACK
    else:
        line.call_because = CallBecause.NOTHING
    line.phoned_at = line.phoned_by = None
    line.phoned_by_name = ""
    await session.flush()
    await _remind_again(session, removal, old, now)
    tell_of_change(session, old.clinic_id, [old.starts_at])


async def _place_again(session: AsyncSession, old: Booking, now: datetime) -> int:
    """Return the place that the booking had; where that is had by now another, if need be an extra one."""
    slot = await places.lock_slot_for_staff(
        session, clinic_id=old.clinic_id, slot_id=old.slot_id, now=now, alone=True
    )
    await places.remove_holds_in_the_way(session, slot=slot, chosen_by=None, now=now)
    if old.place not in await places.taken_places(session, slot):
        return old.place
    try:
        return await places.pick_free_place(session, slot)
    except SlotTaken:
        return await places.pick_extra_place(session, slot)


async def _wait_again(session: AsyncSession, removal: Removal, old: Booking) -> None:
    """Let the person wait for a time again where being moved had ended that."""
    mine = (col(Watch.clinic_id) == old.clinic_id, col(Watch.person_id) == old.person_id)
    waiting = set(
        await session.scalars(select(col(Watch.time_type_id)).where(*mine, text(f"watch.{IN_LINE}")))
    )
    ended = await session.scalars(
        select(Watch)
        .where(*mine, col(Watch.status) == WatchStatus.BOOKED, col(Watch.ended_at) == removal.done_at)
        .order_by(col(Watch.since), col(Watch.id))
    )
    for watch in ended:
        if watch.time_type_id not in waiting:
            watch.status, watch.ended_at = WatchStatus.WAITING, None
            waiting.add(watch.time_type_id)
            tell_of_watch(session, watch.id)


async def _remind_again(session: AsyncSession, removal: Removal, old: Booking, now: datetime) -> None:
    """Write the reminder anew if it came up, and was dropped, while the booking was cancelled."""
    await session.execute(
        delete(OutboxMessage)
        .where(
            col(OutboxMessage.id) == outbox.identity_of(MessageKind.REMINDER, old.id),
            col(OutboxMessage.status) == MessageStatus.DROPPED,
            col(OutboxMessage.settled_at) >= removal.done_at,
        )
        .execution_options(synchronize_session=False)
    )
    await outbox.remind_of_booking(session, old, now=now)
