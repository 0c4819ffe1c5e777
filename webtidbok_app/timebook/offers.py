"""Holding times for one person to choose among, until a stated moment.

Like ``bookings``: inside the caller's transaction, the whole thing or none of it. An offered place is a held one that
knows its offer; when its moment has passed it is anybody's, and is removed by whoever takes it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.tables import Booking
from webtidbok_app.timebook import exchange
from webtidbok_app.timebook.places import hold_offered, let_go


async def offer_places(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    slot_ids: Sequence[UUID],
    person_id: UUID,
    offer_id: UUID,
    until: datetime,
    now: datetime,
) -> list[Booking]:
    """Hold a place of each of the times for the person, until ``until`` (aware). In the order of the ids given.

    Raises NotFound, SlotWithdrawn (or a time is too near) and SlotTaken; then none is held.
    """
    held = {
        slot_id: await hold_offered(
            session,
            clinic_id=clinic_id,
            slot_id=slot_id,
            person_id=person_id,
            offer_id=offer_id,
            until=until,
            now=now,
        )
        for slot_id in sorted(
            set(slot_ids)
        )  # always in the same order, so that two never wait for each other
    }
    return [held[slot_id] for slot_id in dict.fromkeys(slot_ids)]


async def take_offered(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    offer_id: UUID,
    booking_id: UUID,
    person_id: UUID,
    now: datetime,
    said: dict[str, str | None],
    replaces: UUID | None = None,
    booked_by: UUID | None = None,
) -> Booking:
    """Book one of the offered times and let the others go.

    ``replaces`` is a booking of the person's, or what it has been rebooked to here, that it is exchanged for, both or
    neither; one that is not booked any more is left as it is. Raises HoldExpired when the offer has run out.
    """
    booking: Booking = await exchange.confirm_offered(
        session,
        clinic_id=clinic_id,
        offer_id=offer_id,
        booking_id=booking_id,
        person_id=person_id,
        now=now,
        said=said,
        replaces=replaces,
        booked_by=booked_by,
    )
    await let_go(session, clinic_id=clinic_id, offer_id=offer_id)
    return booking
