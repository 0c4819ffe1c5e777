"""Times that our own residents hold while they book where the journal system can hold none, inside a transaction.

They keep our residents apart; the journal system's word decides (docs/adr/0029).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_change
from webtidbok_app.db.insert import insert_or_ignore
from webtidbok_app.db.tables import Clinic, JournalHold
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.errors import HoldExpired, SlotTaken
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.journal.port import Hold
from webtidbok_app.journal.rivta import translate
from webtidbok_app.journal.rivta.translate import Token
from webtidbok_app.rivta import messages
from webtidbok_app.timebook.bookings import HOLD_AT_MOST, count_hold, let_go_of_chosen
from webtidbok_app.timebook.places import take_turns


async def choose(
    session: AsyncSession,
    slot: messages.Timeslot,
    token: Token,
    *,
    places: int,
    clinic_id: UUID,
    person_id: UUID,
    now: datetime,
) -> JournalHold:
    """Keep one of the time's places for the person; what they have chosen before, anywhere, is let go.

    Who holds the same time already keeps that hold, extended. Raises SlotTaken and LimitReached.
    """
    await take_turns(session, person_id=person_id)
    own = await running(session, clinic_id=clinic_id, person_id=person_id, now=now)
    if own is not None and own.slot_key == token.key:
        return await extend(session, clinic_id=clinic_id, hold_id=own.id, person_id=person_id, now=now)
    await count_hold(session, person_id=person_id, now=now)
    await let_go_of_chosen(session, person_id=person_id)
    of_time = (col(JournalHold.clinic_id) == clinic_id) & (col(JournalHold.slot_key) == token.key)
    await _remove(
        session, (of_time & (col(JournalHold.expires_at) <= now)) | (col(JournalHold.person_id) == person_id)
    )
    until = now + await _length(session, clinic_id)
    for place in range(places):
        hold = JournalHold(
            clinic_id=clinic_id, id=new_id(), person_id=person_id, slot_key=token.key, place=place,
            time_type=token.time_type, timeslot=translate.keep(slot), starts_at=token.starts_at, held_at=now,
            expires_at=until,
        )  # fmt: skip
        if await insert_or_ignore(session, hold):
            tell_of_change(session, clinic_id, [hold.starts_at])
            return hold
    raise SlotTaken


async def running(
    session: AsyncSession, *, clinic_id: UUID, person_id: UUID, now: datetime
) -> JournalHold | None:
    """Return the person's hold at the clinic, if it has not run out."""
    return await session.scalar(
        select(JournalHold).where(
            col(JournalHold.clinic_id) == clinic_id,
            col(JournalHold.person_id) == person_id,
            col(JournalHold.expires_at) > now,
        )
    )


async def extend(
    session: AsyncSession, *, clinic_id: UUID, hold_id: UUID, person_id: UUID, now: datetime
) -> JournalHold:
    """Keep the time as long again, at most thirty minutes in all and never shorter. Raises HoldExpired."""
    hold = await session.scalar(
        select(JournalHold)
        .where(
            col(JournalHold.clinic_id) == clinic_id,
            col(JournalHold.id) == hold_id,
            col(JournalHold.person_id) == person_id,
            col(JournalHold.expires_at) > now,
        )
        .with_for_update()
    )
    if hold is None:
        raise HoldExpired
    longer = min(now + await _length(session, clinic_id), hold.held_at + HOLD_AT_MOST)
    hold.expires_at = max(hold.expires_at, longer)
    tell_of_change(session, clinic_id, [hold.starts_at])
    return hold


async def let_go(session: AsyncSession, *, clinic_id: UUID, hold_id: UUID, person_id: UUID) -> None:
    """Let the time go. What is no longer held is left alone."""
    await _remove(
        session,
        (col(JournalHold.clinic_id) == clinic_id)
        & (col(JournalHold.id) == hold_id)
        & (col(JournalHold.person_id) == person_id),
    )


async def of_others(
    session: AsyncSession, *, clinic_id: UUID, person_id: UUID, now: datetime
) -> Counter[str]:
    """Return how many of each time, by its key, are held for others."""
    found = await session.scalars(
        select(col(JournalHold.slot_key)).where(
            col(JournalHold.clinic_id) == clinic_id,
            col(JournalHold.person_id) != person_id,
            col(JournalHold.expires_at) > now,
        )
    )
    return Counter(found)


def without(
    free: Mapping[Token, Timeslot], others: Mapping[str, int], own: JournalHold | None
) -> list[Timeslot]:
    """Return what of the free times is left when others' holds are kept; the patient's own is among them."""
    return [
        slot._replace(places_left=left, held_by_patient=mine)
        for token, slot in free.items()
        for mine in [own is not None and own.slot_key == token.key]
        if (left := slot.places_left - others.get(token.key, 0)) > 0 or mine
    ]


def as_told(hold: JournalHold, unit: str, names: Mapping[str, str]) -> Hold:
    """Return the hold as the port tells of it."""
    slot = translate.kept(hold.timeslot, unit)
    [held] = translate.free_times([slot], unit, hold.time_type, names).values()
    return Hold(hold.id.hex, held._replace(held_by_patient=True), hold.expires_at, hold.time_type)


async def _length(session: AsyncSession, clinic_id: UUID) -> timedelta:
    return timedelta(minutes=(await session.get_one(Clinic, clinic_id)).hold_minutes)


async def _remove(session: AsyncSession, which: object) -> None:
    gone = await session.execute(
        delete(JournalHold)
        .where(which)  # type: ignore[arg-type]
        .returning(col(JournalHold.clinic_id), col(JournalHold.starts_at))
        .execution_options(synchronize_session=False)
    )
    for clinic_id, starts_at in gone:
        tell_of_change(session, clinic_id, [starts_at])
