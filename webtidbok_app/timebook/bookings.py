"""Holding, booking and cancelling one place of a published time.

Each function works inside the caller's transaction and either does the whole thing or raises. The database is
the judge of who gets a place: the unique index over live bookings per slot and place (architecture rule 4).
An expired hold is removed by whoever takes its place; nothing waits for a sweeper.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, case, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import engagements, outbox
from webtidbok_app.db.after_commit import tell_of_change, tell_of_line
from webtidbok_app.db.insert import insert_or_change
from webtidbok_app.db.tables import CHOSEN, Booking, Clinic, HoldCount
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    HoldExpired,
    LimitReached,
    NotFound,
    TooLateToChange,
)
from webtidbok_app.domain.message import MessageKind
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.timebook import invitations, line
from webtidbok_app.timebook.places import hold_a_place, is_ours, lock_slot, take_turns

HOLD_AT_MOST = timedelta(minutes=30)
"""How long a time can be kept by steps taken, from when it was chosen."""
HOLDS_AN_HOUR = 30
"""How many times a resident can choose within an hour, at all clinics together: people look around, programs hoard."""
HOUR = timedelta(hours=1)
SAID = ("reason", "answers", "interpreter", "access_needs", "phone", "email")
"""What a resident says when booking."""
RESIDENT = "resident"
"""Who has cancelled, when it is nobody of the staff."""


async def hold_place(
    session: AsyncSession, *, clinic_id: UUID, slot_id: UUID, person_id: UUID, now: datetime
) -> Booking:
    """Keep a place for the person as long as the clinic lets; the person's earlier hold, anywhere, is let go.

    A person who holds the same time already keeps that hold, extended. Raises NotFound, SlotWithdrawn (or the
    time is too near), SlotTaken and LimitReached.
    """
    await take_turns(session, person_id=person_id)
    slot, length = await lock_slot(session, clinic_id=clinic_id, slot_id=slot_id, now=now)
    own = await running_hold(session, clinic_id=clinic_id, person_id=person_id, now=now)
    if own is not None and own.slot_id == slot_id:
        return await extend_hold(session, clinic_id=clinic_id, hold_id=own.id, person_id=person_id, now=now)
    await count_hold(session, person_id=person_id, now=now)
    await let_go_of_chosen(session, person_id=person_id, but_at=clinic_id)
    return await hold_a_place(session, slot, person_id=person_id, now=now, until=now + length)


async def count_hold(session: AsyncSession, *, person_id: UUID, now: datetime) -> None:
    """Count one more hold in the person's hour. Raises LimitReached (``retry_at``, aware) when they are too many."""
    begun = case((col(HoldCount.since) <= now - HOUR, now), else_=col(HoldCount.since))
    count = case((col(HoldCount.since) <= now - HOUR, 1), else_=col(HoldCount.holds) + 1)
    since, holds = await insert_or_change(
        session,
        HoldCount(person_id=person_id, since=now, holds=1),
        {"since": begun, "holds": count},
        returning=(col(HoldCount.since), col(HoldCount.holds)),
    )
    if holds > HOLDS_AN_HOUR:
        raise LimitReached(retry_at=since + HOUR)


async def let_go_of_chosen(session: AsyncSession, *, person_id: UUID, but_at: UUID | None = None) -> None:
    """Let go of what the person has chosen, at every clinic or at all but one."""
    elsewhere = () if but_at is None else (col(Booking.clinic_id) != but_at,)
    gone = await session.execute(
        delete(Booking)
        .where(
            col(Booking.person_id) == person_id,
            *elsewhere,
            text(CHOSEN),
        )
        .returning(col(Booking.clinic_id), col(Booking.starts_at))
        .execution_options(synchronize_session=False)
    )
    for clinic_id, starts_at in gone:
        tell_of_change(session, clinic_id, [starts_at])
        tell_of_line(session)


async def choose_watched(
    session: AsyncSession, *, clinic_id: UUID, offer_id: UUID, person_id: UUID, until: datetime, now: datetime
) -> Booking:
    """Make a time that is held for a watch the person's own choice, in place of what they have chosen before.

    It is held as long as any other choice, and at least until ``until`` (aware), as promised. Raises HoldExpired.
    """
    await take_turns(session, person_id=person_id)
    clinic = await session.get_one(Clinic, clinic_id)
    which = (
        col(Booking.clinic_id) == clinic_id,
        col(Booking.offer_id) == offer_id,
        col(Booking.person_id) == person_id,
        col(Booking.status) == BookingStatus.HELD,
        col(Booking.expires_at) > now,
    )
    offered = await session.scalar(select(Booking).where(*which).with_for_update())
    if offered is None:
        raise HoldExpired
    await let_go_of_chosen(session, person_id=person_id)
    offered.offer_id, offered.held_at = None, now
    offered.expires_at = max(until, now + timedelta(minutes=clinic.hold_minutes))
    await session.flush()
    tell_of_change(session, clinic_id, [offered.starts_at])
    return offered


async def running_hold(
    session: AsyncSession, *, clinic_id: UUID, person_id: UUID, now: datetime
) -> Booking | None:
    """Return the person's hold at the clinic, if it has not run out."""
    return await session.scalar(
        select(Booking).where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.person_id) == person_id,
            text(CHOSEN),
            col(Booking.expires_at) > now,
        )
    )


async def extend_hold(
    session: AsyncSession, *, clinic_id: UUID, hold_id: UUID, person_id: UUID, now: datetime
) -> Booking:
    """Keep the place as long again as the clinic lets, at most thirty minutes in all, and never shorter than promised.

    Raises HoldExpired.
    """
    hold = await running_hold(session, clinic_id=clinic_id, person_id=person_id, now=now)
    if hold is None or hold.id != hold_id or hold.held_at is None:
        raise HoldExpired
    clinic = await session.get_one(Clinic, clinic_id)
    longer = min(now + timedelta(minutes=clinic.hold_minutes), hold.held_at + HOLD_AT_MOST)
    until = max(longer, hold.expires_at or longer)
    changed = await session.execute(
        update(Booking)
        .where(*is_running_hold(clinic_id, hold_id, person_id, now))
        .values(expires_at=until)
        .execution_options(synchronize_session=False)
    )
    if not _rows(changed):
        raise HoldExpired
    hold.expires_at = until
    tell_of_change(session, clinic_id, [hold.starts_at])
    return hold


async def release_hold(session: AsyncSession, *, clinic_id: UUID, hold_id: UUID, person_id: UUID) -> None:
    """Let the place go. What is no longer held is left alone."""
    gone = await session.scalars(
        delete(Booking)
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.id) == hold_id,
            col(Booking.person_id) == person_id,
            text(CHOSEN),
        )
        .returning(col(Booking.starts_at))
        .execution_options(synchronize_session=False)
    )
    if starts := gone.all():
        tell_of_change(session, clinic_id, starts)
        tell_of_line(session)


async def confirm_hold(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    hold_id: UUID,
    person_id: UUID,
    now: datetime,
    said: dict[str, str | None],
    booked_by: UUID | None = None,
) -> Booking:
    """Turn a running hold into a booking with what the resident ``said``, and write what tells the resident so.

    ``booked_by`` is the guardian who does it for their child; it is them who are told then.

    One statement decides, against a new taker too. Asked again for a hold that became a booking, it returns that
    booking unchanged. Raises HoldExpired, and InvitedOnly where an invitation is needed that there is not.
    """
    facts = {"booked_by": booked_by, **said}
    became = await become_booking(session, is_running_hold(clinic_id, hold_id, person_id, now), now, facts)
    booking = await session.get(Booking, (clinic_id, hold_id), populate_existing=True)
    if became and booking is not None:
        return await tell_made(session, booking, MessageKind.BOOKED, now)
    if booking is not None and booking.person_id == person_id and booking.status == BookingStatus.BOOKED:
        return booking
    raise HoldExpired


async def tell_made(
    session: AsyncSession, booking: Booking, kind: MessageKind, now: datetime, due_at: datetime | None = None
) -> Booking:
    """Tell of a booking that has come to be, answer the invitation and end the watches that it fits.

    Its resident is told at ``due_at``, or at once.
    """
    tell_of_change(session, booking.clinic_id, [booking.starts_at])
    await invitations.answer(session, booking)
    await engagements.note_booking(session, booking)
    await outbox.tell_of_booking(session, booking, kind, now=now, due_at=due_at)
    await line.settle(session, booking, now=now)
    return booking


async def become_booking(
    session: AsyncSession, which: tuple[ColumnElement[bool], ...], now: datetime, facts: dict[str, Any]
) -> int:
    """Make a booking of what is held, if it still is, with what is known of it. Returns how many: one or none.

    None too at a clinic that has got another timebook meanwhile: nobody would see it.
    """
    changed = await session.execute(
        update(Booking)
        .where(*which, is_ours(col(Booking.clinic_id), lock=True))
        .values(status=BookingStatus.BOOKED, booked_at=now, expires_at=None, **facts)
        .execution_options(synchronize_session=False)
    )
    return _rows(changed)


async def cancel_booking(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    booking_id: UUID,
    cancelled_by: str,
    message: str,
    now: datetime,
    due_at: datetime | None = None,
) -> Booking:
    """Cancel a booking and write what tells its resident so; its place is free at once, or held for who waits for it.

    ``cancelled_by`` is ``RESIDENT`` or the HSA-id of the member of staff; the resident is told at ``due_at``, or at
    once. Raises NotFound and AlreadyCancelled.
    """
    booking = await call_off(
        session,
        clinic_id=clinic_id,
        booking_id=booking_id,
        cancelled_by=cancelled_by,
        message=message,
        now=now,
    )
    kind = MessageKind.CANCELLED if cancelled_by == RESIDENT else MessageKind.CANCELLED_BY_CLINIC
    if booking.starts_at > now:
        await outbox.tell_of_booking(session, booking, kind, now=now, due_at=due_at)
    return booking


async def call_off(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    booking_id: UUID,
    cancelled_by: str,
    message: str,
    now: datetime,
) -> Booking:
    """Cancel a booking and tell its resident nothing. Raises NotFound and AlreadyCancelled."""
    changed = await session.execute(
        update(Booking)
        .where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.id) == booking_id,
            col(Booking.status) == BookingStatus.BOOKED,
        )
        .values(
            status=BookingStatus.CANCELLED,
            cancelled_at=now,
            cancelled_by=cancelled_by,
            cancel_message=message,
            calendar_sequence=col(Booking.calendar_sequence) + 1,
        )
        .execution_options(synchronize_session=False)
    )
    booking = await session.get(Booking, (clinic_id, booking_id), populate_existing=True)
    if booking is None or booking.status == BookingStatus.HELD:
        raise NotFound
    if not _rows(changed):
        raise AlreadyCancelled
    tell_of_change(session, clinic_id, [booking.starts_at])
    await engagements.note_booking(session, booking)
    await line.pass_on(session, clinic_id=clinic_id, slot_id=booking.slot_id, now=now)
    return booking


def refuse_if_too_late(*, deadline: datetime, now: datetime) -> None:
    """Raise TooLateToChange when the last moment to cancel on the web has passed."""
    if now > deadline:
        raise TooLateToChange(deadline=deadline)


def is_running_hold(
    clinic_id: UUID, hold_id: UUID, person_id: UUID, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    """Return what the person's own choice is known by while it runs."""
    return (
        col(Booking.clinic_id) == clinic_id,
        col(Booking.id) == hold_id,
        col(Booking.person_id) == person_id,
        col(Booking.status) == BookingStatus.HELD,
        col(Booking.offer_id).is_(None),
        col(Booking.expires_at) > now,
    )


def _rows(result: object) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount
