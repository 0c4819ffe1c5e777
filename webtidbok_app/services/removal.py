"""Taking times away with what is booked on them, and taking all back. For staff of the clinic."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import (
    Booking,
    Person,
    Removal,
    RemovalLine,
    Slot,
    TimeType,
)
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.removal import SOON, TAKE_BACK_FOR, CallBecause, Choice, Decision
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_time_handler
from webtidbok_app.services.invitations import problems_of_period, require_booking
from webtidbok_app.services.messages import is_reached
from webtidbok_app.services.reception import MESSAGE_MAX
from webtidbok_app.services.removal_impact import may_be_invited, refuse_too_many
from webtidbok_app.services.removed import RemovalDone, log_opening, people_of, tell
from webtidbok_app.timebook import removal as removals
from webtidbok_app.timebook import take_back as undoing
from webtidbok_app.timebook.removal import By, Wanted
from webtidbok_app.timebook.schedule_log import lock_schedule


async def remove_times(
    actor: Actor | None,
    *,
    removal_id: UUID,
    free: Sequence[UUID],
    decisions: Sequence[Decision],
    seen: int,
    message: str,
    first_day: date | None = None,
    last_day: date | None = None,
) -> None:
    """Take away times and do with each booking as decided, in one transaction; its messages wait ten minutes.

    ``free``, the bookings in ``decisions`` and ``seen`` are what was shown. Asked again with the same ``removal_id``
    it is done once. Raises InvalidInput (``message``, ``first_day``, ``last_day``, ``choices``), NotFound,
    CapabilityMissing (``phone``), TooManyToRemove, and as ``timebook.removal.remove``: StaleVersion, ScheduleChanged,
    SlotTaken, SlotWithdrawn, AlreadyCancelled. Then nothing is done.
    """
    staff, clinic_id = as_time_handler(actor)
    refuse_too_many(booked=len(decisions), times=len(free))
    _check(decisions, message.strip(), first_day, last_day)
    wanted = Wanted(free, decisions, seen, message.strip(), first_day, last_day)

    async def work(session: AsyncSession) -> None:
        now = clock.now()
        # Whoever asks the same at the same moment waits here, and then finds it done.
        await lock_schedule(session, clinic_id=clinic_id)
        if await session.get(Removal, (clinic_id, removal_id)):
            return
        await _refuse_if_not_invitable(session, clinic_id, decisions)
        done = await removals.remove(
            session, clinic_id=clinic_id, removal_id=removal_id, wanted=wanted, by=_by(staff), now=now
        )
        audit.record(session, staff, "withdraw", clinic_id=clinic_id)
        lines = await undoing.lines_of(session, done)
        known = await _bookings_of(session, clinic_id, lines)
        calls = [await _why_call(session, line, known, now) for line in lines]
        for line, why in zip(lines, calls, strict=True):
            line.call_because = why
            _log(session, staff, line, known[line.booking_id])

    await get_database().transact(work)


async def take_back(actor: Actor | None, *, removal_id: UUID) -> RemovalDone:
    """Take back all that a removal did, in one transaction, and drop its messages unsent. Done twice it is done once.

    What its resident has changed meanwhile stays as they want it. Raises NotFound, TooLateToChange (``deadline``),
    Overlaps (``clashes``), SlotTaken and NoMoreExtras.
    """
    staff, clinic_id = as_time_handler(actor)

    async def work(session: AsyncSession) -> RemovalDone:
        now = clock.now()
        done, back = await undoing.take_back(
            session, clinic_id=clinic_id, removal_id=removal_id, by=_by(staff), now=now
        )
        if done.taken_back_at == now:
            audit.record(session, staff, "restore_times", clinic_id=clinic_id)
        put_back = {line.id for line in back}
        for line, person_id in await people_of(session, done):
            if line.id in put_back:
                audit.record(
                    session, staff, "take_back_removal", clinic_id=clinic_id, person_id=person_id,
                    booking_id=line.booking_id.hex,
                )  # fmt: skip
        await log_opening(session, staff, done, besides=put_back)
        return await tell(session, done)

    return await get_database().transact(work)


def _by(staff: Staff) -> By:
    return By(staff.hsa_id, staff.name)


def _check(decisions: Sequence[Decision], message: str, first: date | None, last: date | None) -> None:
    choices = {one.choice for one in decisions}
    problems: dict[str, str] = {}
    if Choice.CANCEL in choices and not message:
        problems["message"] = "message_missing"
    if len(message) > MESSAGE_MAX:
        problems["message"] = "too_long"
    if Choice.INVITE in choices:
        problems |= problems_of_period(first, last, swedish_time.day_of(clock.now()))
    if problems:
        raise InvalidInput(problems)


async def _refuse_if_not_invitable(
    session: AsyncSession, clinic_id: UUID, decisions: Sequence[Decision]
) -> None:
    """Raise CapabilityMissing or InvalidInput where somebody is to be invited who could not book."""
    invited = [one.booking_id for one in decisions if one.choice == Choice.INVITE]
    if not invited:
        return
    await require_booking(session, clinic_id)
    rows = await session.execute(
        select(TimeType, Person)
        .select_from(Booking)
        .join(Slot, (col(Slot.clinic_id) == Booking.clinic_id) & (col(Slot.id) == Booking.slot_id))
        .join(TimeType, (col(TimeType.clinic_id) == Slot.clinic_id) & (col(TimeType.id) == Slot.time_type_id))
        .join(Person, col(Person.id) == Booking.person_id)
        .where(col(Booking.clinic_id) == clinic_id, col(Booking.id).in_(invited))
    )
    if not all(may_be_invited(kind, person) for kind, person in rows):
        raise InvalidInput({"choices": "cannot_be_invited"})


async def _bookings_of(
    session: AsyncSession, clinic_id: UUID, lines: Sequence[RemovalLine]
) -> Mapping[UUID, Booking]:
    """Return the bookings that the lines are about, and those that they were moved to, by their ids."""
    ids = [one for line in lines for one in (line.booking_id, line.new_booking_id) if one is not None]
    found = await session.scalars(
        select(Booking).where(col(Booking.clinic_id) == clinic_id, col(Booking.id).in_(ids))
    )
    return {booking.id: booking for booking in found}


async def _why_call(
    session: AsyncSession, line: RemovalLine, known: Mapping[UUID, Booking], now: datetime
) -> CallBecause:
    """Return why the resident must be phoned, if they must."""
    old = known[line.booking_id]
    soonest = min(known[one].starts_at for one in (line.booking_id, line.new_booking_id) if one is not None)
    told = old.booked_by or old.person_id
    if not await is_reached(session, told_id=told, about=old.person_id, at=now + TAKE_BACK_FOR):
        return CallBecause.NO_MESSAGE
    return CallBecause.SOON if soonest < now + SOON else CallBecause.NOTHING


def _log(session: AsyncSession, staff: Staff, line: RemovalLine, old: Booking) -> None:
    """Log what was done with the booking."""
    moved = line.choice == Choice.MOVE
    audit.record(
        session,
        staff,
        "rebook_for_resident" if moved else "cancel_for_resident",
        clinic_id=old.clinic_id,
        person_id=old.person_id,
        booking_id=(line.new_booking_id or old.id).hex,
    )
    if line.choice == Choice.INVITE:
        audit.record(session, staff, "invite", clinic_id=old.clinic_id, person_id=old.person_id)
