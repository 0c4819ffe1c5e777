"""Booking for a resident, as staff do: at once, whatever binds residents, and beyond a time's places if need be.

Like ``bookings``: inside the caller's transaction, the whole thing or none of it. Who asks gives the new booking its
id, so that what is asked twice is done once. Locks are taken in the order of the line: the person, then the time.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import Booking, Slot
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    HoldExpired,
    NotFound,
    SlotTaken,
    SlotWithdrawn,
    TimesElsewhere,
)
from webtidbok_app.domain.message import MessageKind
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.timebook import bookings, invitations, places


async def book_for(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    slot_id: UUID,
    person_id: UUID,
    booking_id: UUID,
    now: datetime,
    extra: bool = False,
    facts: dict[str, Any],
) -> Booking:
    """Book a place of a time for the person and write what tells them so; what they hold of it themselves is used.

    ``extra``: one more than its places when it is full. Asked again with the same ``booking_id`` it returns that
    booking. Raises NotFound, TimesElsewhere, SlotWithdrawn, SlotTaken and NoMoreExtras (``most``).
    """
    await places.take_turns(session, person_id=person_id)
    if made := await session.get(Booking, (clinic_id, booking_id), populate_existing=True):
        return _same(made, person_id, slot_id)
    made = await _take(
        session, clinic_id, slot_id, now, extra, {"id": booking_id, "person_id": person_id, **facts}
    )
    return await bookings.tell_made(session, made, MessageKind.BOOKED, now)


async def rebook_for(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    old_id: UUID,
    slot_id: UUID,
    booking_id: UUID,
    now: datetime,
    extra: bool = False,
    changed_by: str,
    due_at: datetime | None = None,
) -> Booking:
    """Exchange a booking of the clinic for another of its times, both or neither; what was said comes along.

    ``changed_by`` is the HSA-id of the member of staff; the resident is told at ``due_at``, or at once. Asked
    again for the same exchange it returns what it made. Raises NotFound, AlreadyCancelled, SlotWithdrawn
    for a visit that has begun, and what ``book_for`` raises.
    """
    seen = await session.get(Booking, (clinic_id, old_id))
    if seen is None or seen.status == BookingStatus.HELD:
        raise NotFound
    await places.take_turns(session, person_id=seen.person_id)
    old = await session.get_one(Booking, (clinic_id, old_id), populate_existing=True, with_for_update=True)
    if made := await session.get(Booking, (clinic_id, booking_id), populate_existing=True):
        return _same(made, old.person_id, slot_id)
    if old.status == BookingStatus.CANCELLED:
        raise AlreadyCancelled
    if old.starts_at <= now or old.attendance is not None:
        raise SlotWithdrawn  # what has been is no more exchanged
    if old.slot_id == slot_id:
        raise SlotTaken
    came_along = {name: getattr(old, name) for name in ("person_id", "booked_by", *bookings.SAID)}
    if not await _same_type(session, old, slot_id):
        del came_along["answers"]  # to questions of another time type
    thread = {"calendar_id": old.calendar_id or old.id, "calendar_sequence": old.calendar_sequence + 1}
    replaces = {"replaces_clinic_id": clinic_id, "replaces_id": old.id}
    made = await _take(
        session, clinic_id, slot_id, now, extra, {"id": booking_id, **came_along, **thread, **replaces}
    )
    gone = await bookings.call_off(
        session, clinic_id=clinic_id, booking_id=old_id, cancelled_by=changed_by, message="", now=now
    )
    await invitations.hand_over(session, gone, made, now=now)
    return await bookings.tell_made(session, made, MessageKind.REBOOKED, now, due_at)


async def _same_type(session: AsyncSession, old: Booking, slot_id: UUID) -> bool:
    slots = [await session.get(Slot, (old.clinic_id, one)) for one in (old.slot_id, slot_id)]
    return len({slot.time_type_id for slot in slots if slot}) == 1


def _same(made: Booking, person_id: UUID, slot_id: UUID) -> Booking:
    """Return what was made before, if it is what is asked for now. Raises HoldExpired."""
    if (made.person_id, made.slot_id, made.status) != (person_id, slot_id, BookingStatus.BOOKED):
        raise HoldExpired
    return made


async def _take(
    session: AsyncSession,
    clinic_id: UUID,
    slot_id: UUID,
    now: datetime,
    extra: bool,
    facts: dict[str, Any],
) -> Booking:
    if not await session.scalar(select(places.is_ours(clinic_id, lock=True))):
        raise TimesElsewhere
    slot = await places.lock_slot_for_staff(
        session, clinic_id=clinic_id, slot_id=slot_id, now=now, alone=extra
    )
    await places.let_go_of_choice(session, clinic_id=clinic_id, person_id=facts["person_id"], slot_id=slot_id)
    for _ in range(slot.places + places.EXTRA_TRIES):
        await places.remove_holds_in_the_way(session, slot=slot, chosen_by=None, now=now)
        taken = Booking(
            clinic_id=clinic_id, slot_id=slot_id, starts_at=slot.starts_at, place=await _pick(session, slot, extra),
            status=BookingStatus.BOOKED, booked_at=now, **facts,
        )  # fmt: skip
        if await insert_or_ignore(session, taken):
            return await session.get_one(Booking, (clinic_id, taken.id))
    raise SlotTaken


async def _pick(session: AsyncSession, slot: Slot, extra: bool) -> int:
    try:
        return await places.pick_free_place(session, slot)
    except SlotTaken:
        if not extra:
            raise
        return await places.pick_extra_place(session, slot)
