"""Exchanging a booking for another, both or neither: for a time the resident has chosen, or one that was offered.

Like ``bookings``: inside the caller's transaction, the whole thing or none of it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.tables import Booking, Slot
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    CannotBeMoved,
    HoldExpired,
    NotFound,
)
from webtidbok_app.domain.message import MessageKind
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.timebook import bookings, invitations
from webtidbok_app.timebook.units import find_other_units


async def rebook(
    session: AsyncSession,
    *,
    from_clinic: UUID,
    booking_id: UUID,
    clinic_id: UUID,
    hold_id: UUID,
    person_id: UUID,
    now: datetime,
    booked_by: UUID | None = None,
) -> Booking:
    """Exchange a booking for a running hold of the same time type, both or neither; what was said comes along.

    ``clinic_id`` is where the hold is: the booking's clinic, or one that it can be moved to. Asked again for the same
    exchange, it returns what it made. Raises NotFound, CannotBeMoved, AlreadyCancelled, HoldExpired and
    OutsideInvitation.
    """
    old = await _own_booking(
        session, clinic_id=from_clinic, booking_id=booking_id, person_id=person_id, lock=True
    )
    if old.status == BookingStatus.CANCELLED:
        made = await session.get(Booking, (clinic_id, hold_id))
        if made is not None and made.replaces_id == old.id:
            return made
        raise AlreadyCancelled
    held = await bookings.running_hold(session, clinic_id=clinic_id, person_id=person_id, now=now)
    if held is None or held.id != hold_id:
        raise HoldExpired
    await _refuse_if_another_kind(session, old, held)
    await invitations.refuse_outside(session, old, held)
    came_along = {"booked_by": booked_by} | {name: getattr(old, name) for name in bookings.SAID}
    return await _exchange(
        session,
        old,
        bookings.is_running_hold(clinic_id, hold_id, person_id, now),
        (clinic_id, hold_id),
        now,
        came_along,
    )


async def confirm_offered(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    offer_id: UUID,
    booking_id: UUID,
    person_id: UUID,
    now: datetime,
    said: dict[str, str | None],
    replaces: UUID | None,
    booked_by: UUID | None = None,
) -> Booking:
    """Turn one of the times that are held for an offer into a booking, in exchange for ``replaces`` if that is booked.

    What was said about the replaced one comes along, where nothing else is ``said``. Raises HoldExpired.
    """
    which = (
        col(Booking.clinic_id) == clinic_id,
        col(Booking.id) == booking_id,
        col(Booking.offer_id) == offer_id,
        col(Booking.person_id) == person_id,
        col(Booking.status) == BookingStatus.HELD,
        col(Booking.expires_at) > now,
    )
    old = await find_exchangeable(
        session, clinic_id=clinic_id, booking_id=replaces, person_id=person_id, now=now, lock=True
    )
    if old is not None:
        came_along = {name: said.get(name) or getattr(old, name) for name in bookings.SAID}
        facts = {"booked_by": booked_by, **came_along}
        return await _exchange(session, old, which, (clinic_id, booking_id), now, facts)
    if not await bookings.become_booking(session, which, now, {"booked_by": booked_by, **said}):
        raise HoldExpired
    made = await session.get_one(Booking, (clinic_id, booking_id), populate_existing=True)
    return await bookings.tell_made(session, made, MessageKind.BOOKED, now)


async def find_exchangeable(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    booking_id: UUID | None,
    person_id: UUID,
    now: datetime,
    lock: bool = False,
) -> Booking | None:
    """Return the person's booking, or what it has been rebooked to here, if that can still be exchanged for another."""
    while booking_id is not None:
        try:
            old = await _own_booking(
                session, clinic_id=clinic_id, booking_id=booking_id, person_id=person_id, lock=lock
            )
        except NotFound:
            return None
        if old.status == BookingStatus.BOOKED:
            return old if old.starts_at > now else None
        newer = select(col(Booking.id)).where(
            col(Booking.clinic_id) == clinic_id,
            col(Booking.replaces_clinic_id) == clinic_id,
            col(Booking.replaces_id) == booking_id,
        )
        booking_id = await session.scalar(newer)
    return None


async def _exchange(
    session: AsyncSession,
    old: Booking,
    which: tuple[ColumnElement[bool], ...],
    new: tuple[UUID, UUID],
    now: datetime,
    said: dict[str, Any],
) -> Booking:
    """Book what is held and cancel the old booking, both or neither. Raises HoldExpired."""
    replaces = {"replaces_clinic_id": old.clinic_id, "replaces_id": old.id}
    thread = {"calendar_id": old.calendar_id or old.id, "calendar_sequence": old.calendar_sequence + 1}
    if not await bookings.become_booking(session, which, now, {**replaces, **thread, **said}):
        raise HoldExpired
    gone = {"clinic_id": old.clinic_id, "booking_id": old.id}
    await bookings.call_off(session, **gone, cancelled_by=bookings.RESIDENT, message="", now=now)
    made = await session.get_one(Booking, new, populate_existing=True)
    await invitations.hand_over(session, old, made, now=now)
    return await bookings.tell_made(session, made, MessageKind.REBOOKED, now)


async def _own_booking(
    session: AsyncSession, *, clinic_id: UUID, booking_id: UUID, person_id: UUID, lock: bool
) -> Booking:
    """Return the person's booking, whatever has become of it; with ``lock`` nobody changes it meanwhile."""
    statement = select(Booking).where(
        col(Booking.clinic_id) == clinic_id,
        col(Booking.id) == booking_id,
        col(Booking.person_id) == person_id,
        text("booking.status <> 'held'"),
    )
    if lock:
        statement = statement.with_for_update()
    booking = await session.scalar(statement.execution_options(populate_existing=True))
    if booking is None:
        raise NotFound
    return booking


async def _refuse_if_another_kind(session: AsyncSession, old: Booking, held: Booking) -> None:
    """Raise NotFound, or CannotBeMoved for another clinic, unless what is held is what the old booking is of."""
    kind, wanted = await _time_type_of(session, old), await _time_type_of(session, held)
    if old.clinic_id == held.clinic_id:
        if kind != wanted:
            raise NotFound
        return
    others = await find_other_units(session, clinic_id=old.clinic_id, time_type_id=kind)
    if not any((other.clinic_id, other.id) == (held.clinic_id, wanted) for other in others):
        raise CannotBeMoved


async def _time_type_of(session: AsyncSession, booking: Booking) -> UUID:
    return (await session.get_one(Slot, (booking.clinic_id, booking.slot_id))).time_type_id
