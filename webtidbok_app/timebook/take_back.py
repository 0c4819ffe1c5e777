"""Taking back what a removal did, inside the caller's transaction: whole, and only while none of it has been told."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from webtidbok_app.db import engagements, outbox
from webtidbok_app.db.after_commit import tell_of_change, tell_of_line, tell_of_watch
from webtidbok_app.db.tables import (
    IN_LINE,
    LIVE,
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
from webtidbok_app.domain.errors import NotFound, Overlaps, SlotTaken, SlotWithdrawn, TooLateToChange
from webtidbok_app.domain.message import MessageKind, MessageStatus
from webtidbok_app.domain.removal import TAKE_BACK_FOR, CallBecause, Choice
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import BookingStatus, ScheduleChangeKind, VisitForm
from webtidbok_app.domain.watch import WatchStatus
from webtidbok_app.timebook import bookings, invitations, places, publishing, schedule_log
from webtidbok_app.timebook.line import offer_anew
from webtidbok_app.timebook.pattern import NewSlot
from webtidbok_app.timebook.removal import By, lock_bookings

TELLING = {Choice.MOVE: MessageKind.REBOOKED, Choice.CANCEL: MessageKind.CANCELLED_BY_CLINIC,
           Choice.INVITE: MessageKind.CANCELLED_BY_CLINIC}  # fmt: skip


def until(removal: Removal) -> datetime:
    """Return the moment when its messages go and it can be taken back no more (aware, UTC)."""
    return removal.done_at + TAKE_BACK_FOR


async def lines_of(session: AsyncSession, removal: Removal, *, lock: bool = False) -> Sequence[RemovalLine]:
    """Return what the removal did with each booking, in a lasting order; with ``lock`` nobody changes it meanwhile."""
    lines = (
        select(RemovalLine)
        .where(col(RemovalLine.clinic_id) == removal.clinic_id, col(RemovalLine.removal_id) == removal.id)
        .order_by(col(RemovalLine.booking_id))
        .execution_options(populate_existing=True)
    )
    found = await session.scalars(lines.with_for_update() if lock else lines)
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
    lines = await lines_of(session, removal, lock=True)
    ids = [one for line in lines for one in (line.booking_id, line.new_booking_id) if one is not None]
    known = await lock_bookings(session, clinic_id=clinic_id, booking_ids=ids)
    await _mark_left(session, removal, lines, known)
    back = [line for line in lines if not line.left_as_wished]
    standing = {line.invitation_id for line in lines if line.left_as_wished}
    ended = {line.invitation_id for line in back if line.invitation_id} - standing
    await _stop_messages(session, removal, back, ended)
    slots = await _publish_again(session, removal, by, now)
    for line in back:
        await _put_back(session, removal, line, known, by, now)
    for invitation_id in sorted(ended):
        await _invite_as_before(session, removal, invitation_id, now)
    await _tell_as_before(session, removal, back, now)
    await offer_anew(
        session, clinic_id=clinic_id, slot_ids=[slot.id for slot in slots], since=removal.done_at, now=now
    )
    removal.taken_back_at, removal.taken_back_by, removal.taken_back_by_name = now, by.hsa_id, by.name
    await session.flush()
    return removal, back


async def _mark_left(
    session: AsyncSession, removal: Removal, lines: Sequence[RemovalLine], known: Mapping[UUID, Booking]
) -> None:
    """Mark the lines whose resident, or a colleague, has done something of their own about what became of the booking.

    Who has booked anew has done so in place of one cancelled booking, first of one that they were invited for.
    """
    kinds = await _time_types(session, removal.clinic_id, known)
    anew = await _booked_anew(session, removal, known)
    for line in sorted(
        lines, key=lambda one: (one.choice != Choice.INVITE, known[one.booking_id].starts_at, one.id)
    ):
        if line.new_booking_id is not None:
            made = known[line.new_booking_id]
            line.left_as_wished = made.status != BookingStatus.BOOKED or made.attendance is not None
        else:
            whose = known[line.booking_id].person_id, kinds[line.booking_id]
            line.left_as_wished = anew[whose] > 0
            anew[whose] -= 1


async def _time_types(
    session: AsyncSession, clinic_id: UUID, booking_ids: Iterable[UUID]
) -> Mapping[UUID, UUID]:
    rows = await session.execute(
        select(col(Booking.id), col(Slot.time_type_id))
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .where(col(Booking.clinic_id) == clinic_id, col(Booking.id).in_(booking_ids))
    )
    return dict(rows.all())


async def _booked_anew(
    session: AsyncSession, removal: Removal, known: Mapping[UUID, Booking]
) -> Counter[tuple[UUID, UUID]]:
    """Return how many bookings have come to be since, by person and time type; not those exchanged for older ones."""
    first: Any = aliased(Booking)
    rows = await session.execute(
        select(col(Booking.person_id), col(Slot.time_type_id), func.count())
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .join(
            first,
            (first.person_id == Booking.person_id)
            & (first.id == func.coalesce(col(Booking.calendar_id), col(Booking.id))),
        )
        .where(
            col(Booking.clinic_id) == removal.clinic_id,
            col(Booking.person_id).in_({booking.person_id for booking in known.values()}),
            col(Booking.id).not_in(known),
            text("booking.status = 'booked'"),
            first.booked_at >= removal.done_at,
        )
        .group_by(col(Booking.person_id), col(Slot.time_type_id))
    )
    return Counter({(person_id, time_type_id): count for person_id, time_type_id, count in rows})


async def _stop_messages(
    session: AsyncSession, removal: Removal, lines: Iterable[RemovalLine], invitations_ended: Iterable[UUID]
) -> None:
    """Take the messages away that tell what is taken back. Raises TooLateToChange once one is on its way.

    They are removed, not dropped: the same may have to be told another time, and each is written once.
    """
    told = [
        *((TELLING[Choice(line.choice)], line.new_booking_id or line.booking_id) for line in lines),
        *((MessageKind.REMINDER, line.new_booking_id) for line in lines if line.new_booking_id),
        *((MessageKind.INVITED, invitation_id) for invitation_id in invitations_ended),
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
    await session.execute(
        delete(OutboxMessage)
        .where(col(OutboxMessage.id).in_(ids), text(WAITING))
        .execution_options(synchronize_session=False)
    )


async def _publish_again(session: AsyncSession, removal: Removal, by: By, now: datetime) -> Sequence[Slot]:
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
    return slots


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
    if await _has_another_answer(session, old):
        old.invitation_id = None
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
    await engagements.note_booking(session, old)
    tell_of_change(session, old.clinic_id, [old.starts_at])


async def _place_again(session: AsyncSession, old: Booking, now: datetime) -> int:
    """Return the place that the booking had; where that is had by now another, if need be an extra one.

    Its time may have ended: what was a short visit is one again. Raises SlotWithdrawn, and NoMoreExtras (``most``).
    """
    await session.flush()
    slot = await session.get_one(
        Slot, (old.clinic_id, old.slot_id), with_for_update={"key_share": True}, populate_existing=True
    )
    if slot.withdrawn_at is not None:
        raise SlotWithdrawn
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


async def _has_another_answer(session: AsyncSession, old: Booking) -> bool:
    """Whether another booking has come to answer the invitation that the booking answered."""
    if old.invitation_id is None:
        return False
    answer = select(col(Booking.id)).where(
        col(Booking.clinic_id) == old.clinic_id,
        col(Booking.invitation_id) == old.invitation_id,
        col(Booking.id) != old.id,
        text(f"booking.{LIVE}"),
    )
    return await session.scalar(answer) is not None


async def _invite_as_before(
    session: AsyncSession, removal: Removal, invitation_id: UUID, now: datetime
) -> None:
    """End the invitation, and open those again that it took the place of unless there is a newer one."""
    ended = await session.get_one(Invitation, (removal.clinic_id, invitation_id))
    ended.ended_at = now
    await engagements.note_engagements(session, ended.clinic_id, {ended.id})
    known = await invitations.open_ones(
        session, person_id=ended.person_id, today=day_of(now), clinic_id=ended.clinic_id
    )
    if any(one.time_type_id == ended.time_type_id for one in known):
        return
    opened = await session.scalars(
        update(Invitation)
        .where(
            col(Invitation.clinic_id) == ended.clinic_id,
            col(Invitation.person_id) == ended.person_id,
            col(Invitation.time_type_id) == ended.time_type_id,
            col(Invitation.ended_at) == removal.done_at,
            col(Invitation.id) != ended.id,
        )
        .values(ended_at=None)
        .returning(col(Invitation.id))
        .execution_options(synchronize_session=False)
    )
    anew = set(opened)
    await engagements.note_engagements(session, ended.clinic_id, anew)
    told = [outbox.identity_of(MessageKind.INVITED, one) for one in anew]
    await outbox.tell_after_all(session, told, since=removal.done_at, now=now)


async def _tell_as_before(
    session: AsyncSession, removal: Removal, lines: Iterable[RemovalLine], now: datetime
) -> None:
    """Let what was to be told of the bookings themselves, and came up while they were cancelled, be told after all."""
    kinds = (MessageKind.BOOKED, MessageKind.REBOOKED, MessageKind.REMINDER)
    told = [outbox.identity_of(kind, line.booking_id) for line in lines for kind in kinds]
    await outbox.tell_after_all(session, told, since=removal.done_at, now=now)
