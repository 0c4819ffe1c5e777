"""Which published times a request over the national service contracts means, and which of them can be had.

The contracts have no identity for a free time: it is known by unit, start and end, perhaps with whom and of what kind.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.tables import Booking, Invitation, Performer, Slot, TimeType
from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.errors import (
    AlreadyCancelled,
    CannotBeMoved,
    Conflict,
    InvitationEnded,
    NotFound,
    OutsideInvitation,
    SlotTaken,
    SlotWithdrawn,
)
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.rivta import messages as riv
from webtidbok_app.services.producer_entry import Entered, find_own
from webtidbok_app.services.producer_offer import is_asked_for, is_wanted
from webtidbok_app.timebook import bookings
from webtidbok_app.timebook.units import find_other_units


class Meant(NamedTuple):
    """A published time that a request may mean."""

    slot: Slot
    kind: TimeType


async def find_times(session: AsyncSession, clinic_id: UUID, wanted: riv.Timeslot) -> list[Meant]:
    """Return the published times that the request may mean: it names none, but says when and perhaps with whom."""
    if wanted.start is None:
        return []
    try:
        start = swedish_time.to_utc(wanted.start.date(), wanted.start.time())
        end = swedish_time.to_utc(wanted.end.date(), wanted.end.time()) if wanted.end else None
    except swedish_time.NoSuchWallTime:
        return []
    kinds = await session.scalars(
        select(TimeType).where(col(TimeType.clinic_id) == clinic_id, col(TimeType.active))
    )
    meant = {
        kind.id: kind
        for kind in kinds
        if is_asked_for(kind.slug, kind.name_sv, wanted.time_type_id, wanted.time_type_name)
    }
    rows = await session.execute(
        select(Slot, Performer)
        .join(
            Performer, (col(Performer.clinic_id) == Slot.clinic_id) & (col(Performer.id) == Slot.performer_id)
        )
        .where(
            col(Slot.clinic_id) == clinic_id,
            col(Slot.time_type_id).in_(meant),
            col(Slot.starts_at) == start,
            col(Slot.withdrawn_at).is_(None),
        )
        .order_by(col(Performer.name), col(Slot.id))
    )
    return [
        Meant(slot, meant[slot.time_type_id])
        for slot, performer in rows
        if end in {None, slot.ends_at}
        and is_wanted(performer, [wanted.performer] if wanted.performer else [])
        and wanted.resource_id in {None, performer.id.hex}
    ]


async def find_booked(session: AsyncSession, person_id: UUID, times: Sequence[Meant]) -> Booking | None:
    """Return what the person has booked already of the times."""
    return await session.scalar(
        select(Booking).where(
            col(Booking.person_id) == person_id,
            col(Booking.slot_id).in_([time.slot.id for time in times]),
            col(Booking.status) == BookingStatus.BOOKED,
        )
    )


async def as_invited(
    session: AsyncSession, entered: Entered, invitation_id: str, times: Sequence[Meant]
) -> list[Meant]:
    """Return the times that the open invitation is to. Raises NotFound, InvitationEnded and OutsideInvitation."""
    invited = await find_own(session, entered, invitation_id)
    if invited is None:
        raise InvitationEnded
    if not isinstance(invited, Invitation):
        raise NotFound  # a booking is exchanged by UpdateBooking
    first, last = invited.first_day, invited.last_day
    fitting = [time for time in times if time.kind.id == invited.time_type_id]
    if any(
        first and last and not first <= swedish_time.day_of(time.slot.starts_at) <= last for time in fitting
    ):
        raise OutsideInvitation(first_day=first, last_day=last)
    return fitting


async def hold_one(session: AsyncSession, times: Sequence[Meant], person_id: UUID, now: datetime) -> Booking:
    """Hold the first of the times that has a place. Raises SlotTaken or SlotWithdrawn, and LimitReached."""
    refusal: Conflict = SlotWithdrawn()
    for slot, _ in times:
        try:
            return await bookings.hold_place(
                session, clinic_id=slot.clinic_id, slot_id=slot.id, person_id=person_id, now=now
            )
        except (SlotTaken, SlotWithdrawn) as error:
            refusal = error
    raise refusal


async def is_exchanged(session: AsyncSession, old: Booking, times: Sequence[Meant]) -> bool:
    """Whether the booking, or what it was exchanged for, is one of the times. Raises AlreadyCancelled."""
    slots = {time.slot.id for time in times}
    if old.status == BookingStatus.BOOKED:
        return old.slot_id in slots
    newer = await session.scalar(
        select(Booking).where(
            col(Booking.replaces_clinic_id) == old.clinic_id,
            col(Booking.replaces_id) == old.id,
            col(Booking.status) == BookingStatus.BOOKED,
        )
    )
    if newer is None or newer.slot_id not in slots:
        raise AlreadyCancelled
    return True


async def same_kinds(session: AsyncSession, kind: TimeType, clinic_id: UUID) -> set[UUID]:
    """Return which of the clinic's time types a booking of the kind can be exchanged for. Raises CannotBeMoved."""
    if kind.clinic_id == clinic_id:
        return {kind.id}
    others = await find_other_units(session, clinic_id=kind.clinic_id, time_type_id=kind.id)
    same = {other.id for other in others if other.clinic_id == clinic_id}
    if not same:
        raise CannotBeMoved
    return same
