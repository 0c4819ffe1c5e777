"""Each change that is asked of a journal system, from before it is sent until it is known what became of it.

Inside the caller's transaction. What is settled goes with its messages and the hold, all or nothing (docs/adr/0030).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db import outbox
from webtidbok_app.db.after_commit import tell_of_change, tell_of_write
from webtidbok_app.db.tables import LOOKED_FOR, JournalHold, JournalWrite
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.errors import AlreadyCancelled, HoldExpired, OutcomeUnknown
from webtidbok_app.domain.journal_write import TELLS, UNSETTLED, WriteKind, WriteOutcome
from webtidbok_app.journal.port import BookedTime, BookingDetails
from webtidbok_app.journal.rivta import translate
from webtidbok_app.rivta.messages import Timeslot
from webtidbok_app.timebook.places import take_turns

GIVEN_UP_ON_AFTER = timedelta(seconds=60)
"""When a write that nobody has settled was lost with its worker: the longest wait, call and reading, and some more."""
LEASE = timedelta(minutes=1)
"""How long others leave alone what somebody looks for: longer than a schedule can take to be read."""
STILL_TOLD = timedelta(minutes=1)
"""How long a journal system may still tell of what it has just cancelled or exchanged; after that its word counts."""


async def begin_make(
    session: AsyncSession,
    *,
    clinic_id: UUID,
    person_id: UUID,
    hold_id: UUID,
    said: BookingDetails,
    now: datetime,
) -> tuple[JournalWrite, bool]:
    """Return the write of the hold, and whether it is new and to be sent.

    There is one already when the hold was booked before, and when the person has asked for a time at that very moment
    and nobody knows yet what became of it. Raises HoldExpired.
    """
    await take_turns(session, person_id=person_id)
    mine = await of_person(session, clinic_id=clinic_id, person_id=person_id)
    if asked := asked_with(mine, hold_id):
        return asked, False
    hold = await _held(session, clinic_id, person_id, hold_id, now)
    for other in mine:
        if (
            other.outcome in UNSETTLED
            and other.kind != WriteKind.CANCEL
            and other.starts_at == hold.starts_at
        ):
            return other, False
    invitation = translate.Asked.of(hold.time_type).invitation or ""
    write = _of_hold(hold, WriteKind.MAKE, now) | {"booking_id": invitation, "said": _packed(said)}
    return _begin(session, write), True


async def begin_update(
    session: AsyncSession,
    old: BookedTime,
    old_slot: Timeslot,
    *,
    clinic_id: UUID,
    from_clinic: UUID,
    person_id: UUID,
    hold_id: UUID,
    now: datetime,
) -> tuple[JournalWrite, bool]:
    """Return the write that exchanges the booking for what is held, and whether it is new and to be sent.

    Raises HoldExpired, AlreadyCancelled, and OutcomeUnknown while it is being cancelled.
    """
    await take_turns(session, person_id=person_id)
    mine = await of_person(session, clinic_id=from_clinic, person_id=person_id)
    asked = asked_with(mine, hold_id) or _being_done(
        mine, old_slot.booking_id or "", WriteKind.UPDATE, now=now
    )
    if asked:
        return asked, False
    hold = await _held(session, clinic_id, person_id, hold_id, now)
    said = BookingDetails(
        reason=old.reason, interpreter=old.interpreter, access_needs=old.access_needs, phone=old.phone
    )
    write = _of_hold(hold, WriteKind.UPDATE, now) | {
        "booking_id": old_slot.booking_id, "said": _packed(said),
        "old_starts_at": old.starts_at, "timeslot": {**hold.timeslot, "old": translate.keep(old_slot)},
        "from_clinic_id": None if from_clinic == clinic_id else from_clinic,
        "calendar_id": UUID(old.calendar_id), "calendar_sequence": old.calendar_sequence + 1,
    }  # fmt: skip
    return _begin(session, write), True


async def begin_cancel(
    session: AsyncSession,
    booked: BookedTime,
    slot: Timeslot,
    *,
    clinic_id: UUID,
    person_id: UUID,
    now: datetime,
) -> tuple[JournalWrite, bool]:
    """Return the write that cancels the booking, and whether it is new and to be sent.

    Raises AlreadyCancelled, and OutcomeUnknown while it is being exchanged.
    """
    await take_turns(session, person_id=person_id)
    mine = await of_person(session, clinic_id=clinic_id, person_id=person_id)
    if asked := _being_done(mine, slot.booking_id or "", WriteKind.CANCEL, now=now):
        return asked, False
    said = BookingDetails(
        reason=booked.reason,
        interpreter=booked.interpreter,
        access_needs=booked.access_needs,
        phone=booked.phone,
    )
    write = {
        "clinic_id": clinic_id, "person_id": person_id, "kind": WriteKind.CANCEL, "booking_id": slot.booking_id,
        "time_type": booked.time_type_id, "time_type_name": booked.time_type.sv, "timeslot": translate.keep(slot),
        "starts_at": booked.starts_at, "ends_at": booked.ends_at, "said": _packed(said), "sent_at": now,
        "calendar_id": UUID(booked.calendar_id), "calendar_sequence": booked.calendar_sequence + 1,
    }  # fmt: skip
    return _begin(session, write), True


async def of_person(session: AsyncSession, *, clinic_id: UUID, person_id: UUID) -> list[JournalWrite]:
    """Return what the person has asked the clinic's journal system for, the latest first; also what moved from it."""
    here = (col(JournalWrite.clinic_id) == clinic_id) | (col(JournalWrite.from_clinic_id) == clinic_id)
    found = await session.scalars(
        select(JournalWrite)
        .where(col(JournalWrite.person_id) == person_id, here)
        .order_by(col(JournalWrite.sent_at).desc(), col(JournalWrite.calendar_sequence).desc())
        .execution_options(populate_existing=True)
    )
    return list(found)


def gone(writes: Sequence[JournalWrite], booking_id: str) -> JournalWrite | None:
    """Return the write that cancelled or exchanged the booking; None while it stands, as far as we know.

    The clinic's staff may have undone it since: where the journal system tells of the booking, it stands.
    """
    for write in writes:
        if write.outcome == WriteOutcome.DONE:
            if write.new_booking_id == booking_id:
                return None  # it kept its id through this exchange, or was booked again by it
            if write.kind != WriteKind.MAKE and write.booking_id == booking_id:
                return write
    return None


def just_gone(writes: Sequence[JournalWrite], booking_id: str, *, now: datetime) -> JournalWrite | None:
    """Return the write that made the booking go, while the journal system may tell of it all the same."""
    found = gone(writes, booking_id)
    return found if found and found.settled_at and now < found.settled_at + STILL_TOLD else None


def made(writes: Sequence[JournalWrite], booking_id: str) -> JournalWrite | None:
    """Return the latest write that the booking came of, if it came of ours."""
    return next((write for write in writes if write.new_booking_id == booking_id), None)


def is_of_another(mine: Sequence[JournalWrite], write: JournalWrite, booking_id: str) -> bool:
    """Whether the schedule shows what another write did: the same time booked, or the same booking gone.

    What went before this was asked for is no matter: it had come back, or its id was used anew.
    """
    others = [one for one in mine if one.id != write.id and one.outcome == WriteOutcome.DONE]
    went = gone(others, write.booking_id if write.kind == WriteKind.CANCEL else booking_id)
    went_before = went is not None and went.sent_at <= write.sent_at
    if write.kind == WriteKind.CANCEL:
        return went is not None and not went_before
    latest = made(others, booking_id)
    return latest is not None and latest.starts_at == write.starts_at and not went_before


def asked_with(mine: Sequence[JournalWrite], hold_id: UUID) -> JournalWrite | None:
    """Return what was asked with the hold, unless it is certain that it was not done: then it can be asked again."""
    latest = next((write for write in mine if write.hold_id == hold_id), None)
    return latest if latest and latest.outcome != WriteOutcome.NOT_DONE else None


def under_way(mine: Sequence[JournalWrite], booking_id: str) -> JournalWrite | None:
    """Return what is being done with the booking, or may have been."""
    return next((one for one in mine if one.outcome in UNSETTLED and one.booking_id == booking_id), None)


def _being_done(
    mine: Sequence[JournalWrite], booking_id: str, kind: WriteKind, *, now: datetime
) -> JournalWrite | None:
    """Return what does that with the booking already. Raises AlreadyCancelled and OutcomeUnknown."""
    found = under_way(mine, booking_id)
    if found and found.kind != kind:
        raise OutcomeUnknown(correlation_id=found.correlation_id, write_id=found.id.hex)
    if found is None and just_gone(mine, booking_id, now=now):
        raise AlreadyCancelled
    return found


def heard(write: JournalWrite) -> BookingDetails:
    """Return what the resident said with it."""
    return BookingDetails(**json.loads(write.said)) if write.said else BookingDetails()


async def settle(
    session: AsyncSession,
    write: JournalWrite,
    outcome: WriteOutcome,
    *,
    now: datetime,
    look_at: datetime | None = None,
    **facts: Any,
) -> bool:
    """Note what became of the write, and tell its resident. Returns whether nobody had before.

    What was done lets go of the hold, and so does what was refused; a write that was not done can be done after all,
    and is news once more to who has read that it was not.
    """
    before = {WriteOutcome.SENT, WriteOutcome.UNKNOWN}
    before |= {WriteOutcome.NOT_DONE} if outcome == WriteOutcome.DONE else set()
    values = {"outcome": outcome, "look_at": look_at, **facts}
    if outcome not in UNSETTLED:
        values |= {"settled_at": now, "seen_at": None}
    changed: Any = await session.execute(
        update(JournalWrite)
        .where(_is(write), col(JournalWrite.outcome).in_(before))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(changed, CursorResult)
    if not changed.rowcount:
        return False
    settled = await read(session, write)
    tell_of_write(session, write.id)
    if outcome in {WriteOutcome.DONE, WriteOutcome.REFUSED}:
        await _let_go_of_hold(session, settled)
    if (kind := TELLS.get((settled.kind, outcome))) and (outcome == WriteOutcome.DONE or settled.lost):
        await outbox.tell_of_journal_write(session, settled, kind, now=now)
    return True


async def read(session: AsyncSession, write: JournalWrite) -> JournalWrite:
    """Return the write as it is now."""
    return await session.get_one(JournalWrite, (write.clinic_id, write.id), populate_existing=True)


async def take_due(session: AsyncSession, *, now: datetime, most: int) -> list[JournalWrite]:
    """Return what is to be looked for now, and leave it alone for others while that is done.

    What was sent and not settled has lost its worker: its answer is lost.
    """
    due = (
        select(col(JournalWrite.clinic_id), col(JournalWrite.id))
        .where(text(LOOKED_FOR), col(JournalWrite.look_at) <= now)
        .order_by(col(JournalWrite.look_at))
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = await session.scalars(
        update(JournalWrite)
        .where(tuple_(col(JournalWrite.clinic_id), col(JournalWrite.id)).in_(select(*due.c)))
        .values(look_at=now + LEASE, looks=col(JournalWrite.looks) + 1)
        .returning(JournalWrite)
        .execution_options(synchronize_session=False)
    )
    return list(taken)


async def note_lost(session: AsyncSession, write: JournalWrite) -> None:
    """Note that the answer of what was sent is lost with its worker."""
    await settle(session, write, WriteOutcome.UNKNOWN, now=write.sent_at, look_at=write.look_at, lost=True)


async def look_again(session: AsyncSession, write: JournalWrite, *, look_at: datetime | None) -> None:
    """Note when it is to be looked for next; never, when None."""
    await session.execute(
        update(JournalWrite)
        .where(_is(write), col(JournalWrite.looks) == write.looks)
        .values(look_at=look_at)
        .execution_options(synchronize_session=False)
    )


async def name_booking(session: AsyncSession, write: JournalWrite, booking_id: str) -> None:
    """Note what the journal system calls the booking that came of it."""
    await session.execute(
        update(JournalWrite)
        .where(_is(write), col(JournalWrite.new_booking_id) == "")
        .values(new_booking_id=booking_id, look_at=None)
        .execution_options(synchronize_session=False)
    )


async def _held(
    session: AsyncSession, clinic_id: UUID, person_id: UUID, hold_id: UUID, now: datetime
) -> JournalHold:
    hold = await session.get(JournalHold, (clinic_id, hold_id))
    if hold is None or hold.person_id != person_id or hold.expires_at <= now:
        raise HoldExpired
    return hold


def _of_hold(hold: JournalHold, kind: WriteKind, now: datetime) -> dict[str, Any]:
    slot = translate.kept(hold.timeslot, "")
    assert slot.end
    return {
        "clinic_id": hold.clinic_id, "person_id": hold.person_id, "kind": kind, "hold_id": hold.id,
        "time_type": hold.time_type, "time_type_name": slot.time_type_name or "",
        "timeslot": hold.timeslot, "starts_at": hold.starts_at,
        "ends_at": translate.instant(slot.end), "sent_at": now,
    }  # fmt: skip


def _begin(session: AsyncSession, facts: dict[str, Any]) -> JournalWrite:
    write = JournalWrite(
        id=new_id(), correlation_id=str(uuid4()), look_at=facts["sent_at"] + GIVEN_UP_ON_AFTER, **facts
    )
    session.add(write)
    return write


def _packed(said: BookingDetails) -> str:
    """Return what was said, but for answers to questions of ours: connected clinics have none."""
    return json.dumps(asdict(said) | {"answers": []}, ensure_ascii=False)


def _is(write: JournalWrite) -> Any:
    return (col(JournalWrite.clinic_id) == write.clinic_id) & (col(JournalWrite.id) == write.id)


async def _let_go_of_hold(session: AsyncSession, write: JournalWrite) -> None:
    await session.execute(
        delete(JournalHold).where(
            col(JournalHold.clinic_id) == write.clinic_id, col(JournalHold.id) == write.hold_id
        )
    )
    starts = [moment for moment in (write.starts_at, write.old_starts_at) if moment]
    for clinic_id in (write.clinic_id, write.from_clinic_id):
        if clinic_id is not None:
            tell_of_change(session, clinic_id, starts)
