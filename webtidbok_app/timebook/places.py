"""Who gets a place of a published time, inside the caller's transaction: the lock, the free places, the hold."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    SQLColumnExpression,
    TextClause,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_change, tell_of_line
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import CHOSEN, LIVE, STANDALONE, Booking, Clinic, Person, Slot, TimeType
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.errors import NoMoreExtras, NotFound, SlotTaken, SlotWithdrawn
from webtidbok_app.domain.opening import Opening
from webtidbok_app.domain.visit import BookingStatus

EXTRA_TRIES = 5
OPENING = tuple(col(getattr(TimeType, name)) for name in Opening._fields)
"""The columns that make a time type's ``Opening``."""
OVERBOOKED_AT_MOST = 2
"""How many more than its places staff can book at one time."""


async def take_turns(session: AsyncSession, *, person_id: UUID) -> None:
    """Let one person's holds come one after the other, until the transaction ends.

    Who chooses the same time twice in the same moment has one hold, and both are told of that one.
    """
    await session.execute(
        select(col(Person.id)).where(col(Person.id) == person_id).with_for_update(key_share=True)
    )


def is_ours(clinic_id: UUID | SQLColumnExpression[UUID], *, lock: bool = False) -> ColumnElement[bool]:
    """Return whether the clinic's times stand in our own timebook; with ``lock`` until the transaction ends.

    The lock is the weakest there is: only who gives the clinic another timebook waits for it, or is waited for.
    """
    ours = select(literal(1)).where(col(Clinic.id) == clinic_id, col(Clinic.journal) == STANDALONE)
    if lock:
        ours = ours.with_for_update(read=True, key_share=True)
    return ours.correlate_except(Clinic).exists()


async def lock_slot(
    session: AsyncSession, *, clinic_id: UUID, slot_id: UUID, now: datetime, unopened: bool = False
) -> tuple[Slot, timedelta]:
    """Return the slot if it may be booked now, and how long the clinic holds it for somebody.

    It is locked against being withdrawn until the transaction ends. With ``unopened`` it need not be open for
    residents yet.
    """
    row = (
        await session.execute(
            select(Slot, col(Clinic.hold_minutes), col(Clinic.journal), *OPENING)
            .join(
                TimeType,
                (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id),
            )
            .join(Clinic, col(Clinic.id) == Slot.clinic_id)
            .where(col(Slot.clinic_id) == clinic_id, col(Slot.id) == slot_id)
            .with_for_update(read=True, of=Slot)
            .execution_options(populate_existing=True)  # as it is when it is locked, whatever was read before
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    slot, hold_minutes, journal, *rule = row
    opening = Opening(*rule)
    gone = slot.withdrawn_at is not None or journal != STANDALONE
    begun = opening.first_start(now) > slot.starts_at
    if gone or begun or not (unopened or opening.is_open(slot.starts_at, now)):
        raise SlotWithdrawn
    return slot, timedelta(minutes=hold_minutes)


async def lock_slot_for_staff(
    session: AsyncSession, *, clinic_id: UUID, slot_id: UUID, now: datetime, alone: bool
) -> Slot:
    """Return a published time that has not ended, however near: staff are bound by no notice.

    It is locked against being withdrawn; ``alone`` also against anybody who is taking a place of it, so that what
    fills it is seen. Raises NotFound and SlotWithdrawn.
    """
    slot = await session.scalar(
        select(Slot)
        .where(col(Slot.clinic_id) == clinic_id, col(Slot.id) == slot_id)
        .with_for_update(read=not alone, key_share=alone)
        .execution_options(populate_existing=True)
    )
    if slot is None:
        raise NotFound
    if slot.withdrawn_at is not None or slot.ends_at <= now:
        raise SlotWithdrawn
    return slot


async def hold_offered(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    slot_id: UUID,
    person_id: UUID,
    offer_id: UUID,
    until: datetime,
    now: datetime,
) -> Booking:
    """Keep a place for the person until ``until`` as part of an offer; what the person has chosen stays as it is.

    Raises NotFound, SlotWithdrawn (or the time is too near) and SlotTaken.
    """
    slot, _ = await lock_slot(session, clinic_id=clinic_id, slot_id=slot_id, now=now, unopened=True)
    return await hold_a_place(session, slot, person_id=person_id, now=now, until=until, offer_id=offer_id)


async def hold_a_place(
    session: AsyncSession,
    slot: Slot,
    *,
    person_id: UUID,
    now: datetime,
    until: datetime,
    offer_id: UUID | None = None,
) -> Booking:
    """Hold any free place of a locked time until ``until`` (aware), chosen by the person or for an offer.

    A person's own choice takes the place of what the person has chosen at the clinic before. Raises SlotTaken.
    """
    for _ in range(slot.places + EXTRA_TRIES):
        chosen_by = None if offer_id else person_id
        await remove_holds_in_the_way(session, slot=slot, chosen_by=chosen_by, now=now)
        place = await pick_free_place(session, slot)
        held = Booking(
            clinic_id=slot.clinic_id, id=new_id(), slot_id=slot.id, starts_at=slot.starts_at, place=place,
            person_id=person_id, status=BookingStatus.HELD, held_at=now, expires_at=until, offer_id=offer_id,
        )  # fmt: skip
        if await insert_or_ignore(session, held):
            tell_of_change(session, slot.clinic_id, [slot.starts_at])
            return held
    raise SlotTaken


async def remove_holds_in_the_way(
    session: AsyncSession, *, slot: Slot, chosen_by: UUID | None, now: datetime
) -> None:
    """Remove the holds that have run out on the time and, if told whose, what that person has chosen before."""
    in_the_way = (col(Booking.slot_id) == slot.id) & (col(Booking.expires_at) <= now)
    if chosen_by is not None:
        in_the_way |= (col(Booking.person_id) == chosen_by) & col(Booking.offer_id).is_(None)
    gone = await session.scalars(
        delete(Booking)
        .where(
            col(Booking.clinic_id) == slot.clinic_id, col(Booking.status) == BookingStatus.HELD, in_the_way
        )
        .returning(col(Booking.starts_at))
        .execution_options(synchronize_session=False)
    )
    if starts := gone.all():
        tell_of_change(session, slot.clinic_id, starts)


async def pick_free_place(session: AsyncSession, slot: Slot) -> int:
    """Return a place that nobody has, drawn at random so that many takers do not queue for the same one.

    Each extra booking keeps one place from being had: always the last that are free, so that two who take places at
    the same moment agree on which. A place that an overbooked time gets back is thus nobody's. Raises SlotTaken.
    """
    taken = await taken_places(session, slot)
    free = [place for place in range(1, slot.places + 1) if place not in taken]
    extra = len(taken) - (slot.places - len(free))
    if not (left := free[: max(0, len(free) - extra)]):
        raise SlotTaken
    return random.choice(left)


async def pick_extra_place(session: AsyncSession, slot: Slot) -> int:
    """Return a place for one more on a full time that is locked alone. Raises NoMoreExtras (``most``)."""
    taken = await taken_places(session, slot)
    for place in range(1, slot.places + OVERBOOKED_AT_MOST + 1):
        if place not in taken:
            return place
    raise NoMoreExtras(most=OVERBOOKED_AT_MOST)


async def taken_places(session: AsyncSession, slot: Slot) -> set[int]:
    """Return the places of the time that somebody has booked or holds."""
    return set(
        await session.scalars(
            select(col(Booking.place)).where(
                col(Booking.clinic_id) == slot.clinic_id,
                col(Booking.slot_id) == slot.id,
                text(f"booking.{LIVE}"),
            )
        )
    )


def takes_place(now: datetime) -> ColumnElement[bool]:
    """Return the condition for a booking to take its place at the moment: it is booked, or a hold that runs still."""
    running = or_(text("booking.status = 'booked'"), col(Booking.expires_at) > now)
    return and_(text(f"booking.{LIVE}"), running)


def count_taken(now: datetime) -> ScalarSelect[int]:
    """Return how many places of the slot in the question are taken at the moment."""
    on_it = (col(Booking.clinic_id) == Slot.clinic_id) & (col(Booking.slot_id) == Slot.id)
    return (
        select(func.count())
        .select_from(Booking)
        .where(on_it, takes_place(now))
        .correlate(Slot)
        .scalar_subquery()
    )


async def let_go(session: AsyncSession, *, clinic_id: UUID, offer_id: UUID) -> None:
    """Let the times of an offer go that nobody has taken."""
    held = col(Booking.status) == BookingStatus.HELD
    if await _let_go(session, clinic_id, col(Booking.offer_id) == offer_id, held):
        tell_of_line(session)


async def let_go_of_choice(session: AsyncSession, *, clinic_id: UUID, person_id: UUID, slot_id: UUID) -> None:
    """Let the time go if it is what the person has chosen."""
    theirs = col(Booking.person_id) == person_id, col(Booking.slot_id) == slot_id
    await _let_go(session, clinic_id, *theirs, text(CHOSEN))


async def let_go_of_all_chosen(session: AsyncSession, *, clinic_id: UUID) -> None:
    """Let go of what residents have chosen at the clinic and not booked."""
    await _let_go(session, clinic_id, text(CHOSEN))


async def _let_go(session: AsyncSession, clinic_id: UUID, *which: ColumnElement[bool] | TextClause) -> bool:
    gone = await session.scalars(
        delete(Booking)
        .where(col(Booking.clinic_id) == clinic_id, *which)
        .returning(col(Booking.starts_at))
        .execution_options(synchronize_session=False)
    )
    if starts := gone.all():
        tell_of_change(session, clinic_id, starts)
    return bool(starts)
