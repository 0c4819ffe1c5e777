"""Taking times away together with what is booked on them, inside the caller's transaction: all as decided, or nothing.

Locks are taken in the order of the line: the schedule, the people, their bookings, the times. What was shown when it
was decided is compared once they are held, so nobody can change it any more.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import engagements, outbox
from webtidbok_app.db.after_commit import tell_of_change
from webtidbok_app.db.tables import LIVE, Booking, Invitation, Person, Removal, RemovalLine, RemovedSlot, Slot
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.errors import InvalidInput, SlotTaken, StaleVersion
from webtidbok_app.domain.removal import TAKE_BACK_FOR, Choice, Decision
from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.domain.visit import BookingStatus, ScheduleChangeKind
from webtidbok_app.timebook import bookings, desk, in_line, invitations, line, schedule_log


@dataclass(frozen=True)
class Wanted:
    """What is to be done, and what was shown when that was decided.

    ``free`` are the times that nobody had; ``seen`` is the newest change of the schedule by then. Who is invited gets
    the period from ``first_day`` to ``last_day``; who is cancelled, and who is invited, the ``message``.
    """

    free: Sequence[UUID]
    decisions: Sequence[Decision]
    seen: int
    message: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class By:
    """The member of staff who does it."""

    hsa_id: str
    name: str


def stands_in_the_way(booking: Booking, now: datetime) -> bool:
    """Whether its time has to stay: somebody is choosing it at this moment, or has come for it already."""
    held = (
        booking.status == BookingStatus.HELD and booking.expires_at is not None and booking.expires_at > now
    )
    return held or booking.attendance is not None


async def live_on(session: AsyncSession, *, clinic_id: UUID, slot_ids: Iterable[UUID]) -> Sequence[Booking]:
    """Return the live bookings of the times, but for places that are held for who waits and has not answered."""
    found = await session.scalars(
        select(Booking)
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.slot_id).in_(slot_ids),
            text(f"booking.{LIVE}"),
            ~in_line.held_in_line(),
        )
        .order_by(col(Booking.starts_at), col(Booking.id))
        .execution_options(populate_existing=True)
    )
    return found.all()


async def remove(
    session: AsyncSession, *, clinic_id: UUID, removal_id: UUID, wanted: Wanted, by: By, now: datetime
) -> Removal:
    """Take the times away and do with each booking as decided; its resident is told ten minutes later.

    A time goes when nobody keeps it. Asked again with the same ``removal_id`` it returns what was done. Raises
    StaleVersion when times or bookings are others than those that were shown, ScheduleChanged, SlotTaken (a time to
    move to is gone, or the person is busy then), AlreadyCancelled, SlotWithdrawn, and InvalidInput (``choices``) when
    no time would go.
    """
    await schedule_log.lock_schedule(session, clinic_id=clinic_id)
    if done := await session.get(Removal, (clinic_id, removal_id)):
        return done
    decided = await lock_bookings(
        session, clinic_id=clinic_id, booking_ids=[one.booking_id for one in wanted.decisions]
    )
    slots = await _lock_slots(session, clinic_id, {*wanted.free, *(one.slot_id for one in decided.values())})
    await _refuse_if_changed(session, clinic_id, wanted, slots, now)
    keeping = {decided[one.booking_id].slot_id for one in wanted.decisions if one.choice == Choice.KEEP}
    going = [slot for slot in slots if slot.id not in keeping]
    if not going:
        raise InvalidInput({"choices": "nothing_goes"})
    removal = await _withdraw(session, clinic_id, removal_id, going, by, now)
    removal.kept = sum(one.choice == Choice.KEEP for one in wanted.decisions)
    busy = await _with_several_visits(session, clinic_id, [booking.person_id for booking in decided.values()])
    lines = [
        await _carry_out(session, decided[one.booking_id], one, removal, wanted, by, busy)
        for one in sorted(wanted.decisions, key=lambda decision: decision.booking_id)
        if one.choice != Choice.KEEP
    ]
    await _invite(session, decided, lines, removal, wanted, by)
    session.add_all(lines)
    await session.flush()
    return removal


async def lock_bookings(
    session: AsyncSession, *, clinic_id: UUID, booking_ids: Sequence[UUID]
) -> Mapping[UUID, Booking]:
    """Return the bookings by their ids, locked, and let their people do nothing meanwhile. Raises StaleVersion."""
    which = (col(Booking.clinic_id) == clinic_id, col(Booking.id).in_(booking_ids))
    people = select(col(Booking.person_id)).where(*which)
    await session.execute(
        select(col(Person.id))
        .where(col(Person.id).in_(people))
        .order_by(col(Person.id))
        .with_for_update(key_share=True)
    )
    locked = await session.scalars(
        select(Booking)
        .where(*which)
        .order_by(col(Booking.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {booking.id: booking for booking in locked}
    if len(found) != len(set(booking_ids)):
        raise StaleVersion
    return found


async def _lock_slots(session: AsyncSession, clinic_id: UUID, slot_ids: set[UUID]) -> Sequence[Slot]:
    locked = await session.scalars(
        select(Slot)
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.id).in_(slot_ids),
            text("slot.withdrawn_at IS NULL"),
        )
        .order_by(col(Slot.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = locked.all()
    if not found or len(found) != len(slot_ids):
        raise StaleVersion
    return found


async def _refuse_if_changed(
    session: AsyncSession, clinic_id: UUID, wanted: Wanted, slots: Sequence[Slot], now: datetime
) -> None:
    """Raise StaleVersion or ScheduleChanged unless all is as it was shown."""
    since, until = min(slot.starts_at for slot in slots), max(slot.ends_at for slot in slots)
    await schedule_log.refuse_if_changed(
        session, clinic_id=clinic_id, seen=wanted.seen, since=since, until=until
    )
    if since <= now:
        raise StaleVersion
    on_them = {slot.id for slot in slots}
    # Removed, not overlooked: whoever confirms such a hold in this very moment and we meet on its row.
    await session.execute(
        delete(Booking)
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.slot_id).in_(on_them),
            text("booking.status = 'held'"),
            col(Booking.expires_at) <= now,
        )
        .execution_options(synchronize_session=False)
    )
    live = await live_on(session, clinic_id=clinic_id, slot_ids=on_them)
    shown = {one.booking_id for one in wanted.decisions}
    if {one.id for one in live} != shown or any(stands_in_the_way(one, now) for one in live):
        raise StaleVersion


async def _withdraw(
    session: AsyncSession, clinic_id: UUID, removal_id: UUID, going: Sequence[Slot], by: By, now: datetime
) -> Removal:
    """Take the times out of the schedule before their bookings, so that no freed place is passed on to anybody."""
    ids = [slot.id for slot in going]
    await line.end_offers_on(session, clinic_id=clinic_id, slot_ids=ids)
    await session.execute(
        update(Slot)
        .where(col(Slot.clinic_id) == clinic_id, col(Slot.id).in_(ids))
        .values(withdrawn_at=now)
        .execution_options(synchronize_session="fetch")
    )
    starts = [slot.starts_at for slot in going]
    change = await schedule_log.note_change(
        session,
        clinic_id=clinic_id,
        kind=ScheduleChangeKind.WITHDRAW,
        changed_by=by.hsa_id,
        changed_by_name=by.name,
        now=now,
        starts=starts,
    )
    removal = Removal(
        clinic_id=clinic_id,
        id=removal_id,
        change_id=change.id,
        done_by=by.hsa_id,
        done_by_name=by.name,
        done_at=now,
    )
    session.add(removal)
    await session.flush()
    rows = [{"clinic_id": clinic_id, "removal_id": removal_id, "slot_id": slot_id} for slot_id in ids]
    await session.execute(insert(RemovedSlot), rows)
    tell_of_change(session, clinic_id, starts)
    return removal


async def _carry_out(
    session: AsyncSession,
    old: Booking,
    decision: Decision,
    removal: Removal,
    wanted: Wanted,
    by: By,
    busy: Set[UUID],
) -> RemovalLine:
    """Do what is decided about one booking, and write it down. ``busy`` are those who may be so at the new time."""
    now, due_at = removal.done_at, removal.done_at + TAKE_BACK_FOR
    done = RemovalLine(
        clinic_id=old.clinic_id, id=new_id(), removal_id=removal.id, choice=decision.choice, booking_id=old.id
    )
    if decision.choice == Choice.MOVE:
        if decision.to is None:
            raise InvalidInput({"choices": "no_time"})
        if old.person_id in busy:
            await _refuse_if_busy(session, old, decision.to)
        made = await desk.rebook_for(
            session, clinic_id=old.clinic_id, old_id=old.id, slot_id=decision.to, booking_id=new_id(), now=now,
            changed_by=by.hsa_id, due_at=due_at,
        )  # fmt: skip
        done.new_booking_id = made.id
        return done
    await bookings.cancel_booking(
        session, clinic_id=old.clinic_id, booking_id=old.id, cancelled_by=by.hsa_id, message=wanted.message,
        now=now, due_at=due_at,
    )  # fmt: skip
    return done


async def _with_several_visits(session: AsyncSession, clinic_id: UUID, people: Sequence[UUID]) -> Set[UUID]:
    """Return which of the people have more than one visit booked at the clinic."""
    found = await session.scalars(
        select(col(Booking.person_id))
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.person_id).in_(people),
            text("booking.status = 'booked'"),
        )
        .group_by(col(Booking.person_id))
        .having(func.count() > 1)
    )
    return set(found)


async def _refuse_if_busy(session: AsyncSession, old: Booking, slot_id: UUID) -> None:
    """Raise SlotTaken when the person has something else at the clinic while the time lasts."""
    there = select(Slot).where(col(Slot.clinic_id) == old.clinic_id, col(Slot.id) == slot_id).subquery()
    other = (
        select(col(Booking.id))
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .where(
            col(Booking.clinic_id) == old.clinic_id,
            col(Booking.person_id) == old.person_id,
            col(Booking.id) != old.id,
            text("booking.status = 'booked'"),
            col(Slot.starts_at) < there.c.ends_at,
            col(Slot.ends_at) > there.c.starts_at,
        )
        .limit(1)
    )
    if await session.scalar(other) is not None:
        raise SlotTaken


async def _invite(
    session: AsyncSession,
    decided: Mapping[UUID, Booking],
    lines: Iterable[RemovalLine],
    removal: Removal,
    wanted: Wanted,
    by: By,
) -> None:
    """Invite those who are to be invited, once for each time type, however many of their bookings are cancelled."""
    made: dict[tuple[UUID, UUID], UUID] = {}
    for done in lines:
        if done.choice != Choice.INVITE:
            continue
        old = decided[done.booking_id]
        slot = await session.get_one(Slot, (old.clinic_id, old.slot_id))
        whose = old.person_id, slot.time_type_id
        if whose not in made:
            made[whose] = await _invite_anew(session, old, slot, removal, wanted, by)
        done.invitation_id = made[whose]


async def _invite_anew(
    session: AsyncSession, old: Booking, slot: Slot, removal: Removal, wanted: Wanted, by: By
) -> UUID:
    """Invite the booking's resident to book such a time within the period; other open invitations to one end."""
    now = removal.done_at
    known = await invitations.open_ones(
        session, person_id=old.person_id, today=day_of(now), clinic_id=old.clinic_id
    )
    for one in known:
        if one.time_type_id == slot.time_type_id:
            one.ended_at = now  # by which taking back knows it again
    invitation = Invitation(
        clinic_id=old.clinic_id, id=new_id(), person_id=old.person_id, time_type_id=slot.time_type_id,
        first_day=wanted.first_day, last_day=wanted.last_day, invited_by=by.hsa_id, invited_by_name=by.name,
        invited_at=now,
    )  # fmt: skip
    session.add(invitation)
    await session.flush()
    await engagements.note_engagements(
        session, old.clinic_id, {invitation.id, *(one.id for one in known if one.ended_at)}
    )
    await outbox.tell_of_invitation(
        session, invitation, now=now, told_id=old.booked_by, due_at=now + TAKE_BACK_FOR
    )
    return invitation.id
