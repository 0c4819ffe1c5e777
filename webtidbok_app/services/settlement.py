"""Finds out what became of changes whose answers were lost, and tells those who asked for them (docs/adr/0030).

Several workers may, in one process or many: each change is taken by one of them at a time.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import LOOKED_FOR, Draft, JournalConnection, JournalWrite, Person
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.errors import JournalUnavailable
from webtidbok_app.domain.ids import PersonalNumber
from webtidbok_app.domain.journal_write import UNSETTLED, WriteKind, WriteOutcome
from webtidbok_app.journal.rivta import clients, lookup, translate, writes
from webtidbok_app.journal.rivta.journal import RivtaJournal
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.live.rounds import in_rounds
from webtidbok_app.logs import report
from webtidbok_app.rivta.messages import Timeslot
from webtidbok_app.services import audit

AT_ONCE = 20
WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 10, 20, 40, 60, 120, 300, 600, 1800, 3600))
"""How long to wait before each next look; the last one for all that follow."""
CERTAIN_AFTER = timedelta(seconds=60)
"""When what is not there was not done: a call waits its turn for 12 seconds at most, and the platform gives up on a
producer after 30 (facts 1.6)."""
ONCE_MORE_AFTER = timedelta(minutes=15)
"""When what was not there is looked for a last time."""
GIVEN_UP_AFTER = timedelta(days=1)
"""When nobody looks any more, if the journal system has told nothing."""


def settling(database: Database) -> AbstractAsyncContextManager[None]:
    """Find out as long as the ``with`` block lasts."""
    return in_rounds(partial(settle_due, database), topics.WRITES)


async def close_connections() -> None:
    """Let go of the connections to journal systems, when the server stops."""
    await clients.close_all()


async def settle_due(database: Database) -> bool:
    """Look for some of what is due, or come back when anything is. Returns whether there may be more at once."""
    due = await _next_due(database)
    if due is None:
        return False
    if due > clock.now():
        bus.publish_after((due - clock.now()).total_seconds(), topics.WRITES)
        return False
    taken = await database.transact(partial(writes.take_due, now=clock.now(), most=AT_ONCE))
    for failure in await asyncio.gather(*(_look(database, one) for one in taken), return_exceptions=True):
        if isinstance(failure, Exception):
            report(failure)
    return bool(taken)


async def _look(database: Database, write: JournalWrite) -> None:
    try:
        await _find_out(database, write)
    except Exception as error:  # noqa: BLE001  whatever it is, it is looked for again, and not for ever
        if not isinstance(error, JournalUnavailable):
            report(error)
        await database.transact(partial(_put_off, write=write))


async def _find_out(database: Database, write: JournalWrite) -> None:
    if write.outcome == WriteOutcome.SENT:
        await database.transact(partial(writes.note_lost, write=write))
    async with database.read() as session:
        resident = await _resident(session, write)
        connection = await session.get(JournalConnection, write.clinic_id)
    if connection is None:
        raise JournalUnavailable
    schedule = await RivtaJournal(connection, database).booked_slots(resident)
    await database.transact(partial(_judge, write=write, resident=resident, schedule=schedule))


async def _judge(
    session: AsyncSession, write: JournalWrite, resident: Resident, schedule: Sequence[Timeslot]
) -> None:
    """Settle the write by what the schedule says.

    It tells only of coming times: once the visit has begun, what is not there says nothing.
    """
    now = clock.now()
    has_begun = now >= _begins(write)
    found = None if write.kind == WriteKind.CANCEL else lookup.find_new(write, schedule)
    new_id = (found.booking_id or "") if found else ""
    mine = await writes.of_person(session, clinic_id=write.clinic_id, person_id=write.person_id)
    ids = {slot.booking_id or "" for slot in schedule}
    of_others = {one for one in ids if writes.is_of_another(mine, write, one)}
    was_done = lookup.was_done(write, schedule) and not writes.is_of_another(mine, write, new_id)
    if write.outcome == WriteOutcome.DONE:  # it is known that it was done, but not what it is called
        await (writes.name_booking(session, write, new_id) if new_id else _put_off(session, write))
    elif was_done and (new_id or not has_begun):
        if await writes.settle(session, write, WriteOutcome.DONE, now=now, new_booking_id=new_id):
            await _note_done(session, write, resident, new_id)
    elif write.outcome == WriteOutcome.NOT_DONE:
        await writes.look_again(session, write, look_at=None)
    elif (
        not has_begun
        and now >= write.sent_at + CERTAIN_AFTER
        and lookup.was_not_done(write, schedule, of_others)
    ):
        await writes.settle(session, write, WriteOutcome.NOT_DONE, now=now, look_at=now + ONCE_MORE_AFTER)
    else:
        await _put_off(session, write)


async def _put_off(session: AsyncSession, write: JournalWrite) -> None:
    """Look again later, as long as it is of any use."""
    now = clock.now()
    if now < min(write.sent_at + GIVEN_UP_AFTER, _begins(write)):
        wait = WAITS[min(write.looks, len(WAITS)) - 1]
        await writes.look_again(session, write, look_at=now + wait)
    elif write.outcome in UNSETTLED:
        await writes.settle(session, write, WriteOutcome.GIVEN_UP, now=now)
    else:
        await writes.look_again(session, write, look_at=None)


def _begins(write: JournalWrite) -> datetime:
    return min(moment for moment in (write.starts_at, write.old_starts_at) if moment)


async def _note_done(session: AsyncSession, write: JournalWrite, resident: Resident, new_id: str) -> None:
    """Write what the use case would have written: the resident's act in the log, and the draft emptied."""
    made = write.kind == WriteKind.MAKE
    booking_id = translate.booking_id(new_id or write.booking_id)
    told = {write.clinic_id: booking_id}
    if write.from_clinic_id:
        told[write.from_clinic_id] = translate.booking_id(write.booking_id)
    for clinic_id, its_id in told.items():
        audit.record(
            session,
            resident,
            "book" if made else "cancel_booking" if write.kind == WriteKind.CANCEL else "rebook",
            clinic_id=clinic_id,
            person_id=resident.person_id,
            booking_id=its_id,
        )
    if made and write.hold_id:
        await _empty_draft(session, write)


async def _empty_draft(session: AsyncSession, write: JournalWrite) -> None:
    """Empty what was typed for the booking; what is typed for a time that was chosen since is left."""
    assert write.hold_id
    await session.execute(
        update(Draft)
        .where(
            col(Draft.clinic_id) == write.clinic_id,
            col(Draft.person_id) == write.person_id,
            col(Draft.typed_by) == write.person_id,
            col(Draft.hold_id) == write.hold_id.hex,
        )
        .values(
            reason="", answers="", interpreter="", access_needs="", phone=None, email=None, details_done=False
        )
        .execution_options(synchronize_session=False)
    )


async def _resident(session: AsyncSession, write: JournalWrite) -> Resident:
    person = await session.get_one(Person, write.person_id)
    number = PersonalNumber(person.number)
    return Resident(person.id, number, person.given_name, person.family_name, person.protected)


async def _next_due(database: Database) -> datetime | None:
    async with database.read() as session:
        due: datetime | None = await session.scalar(
            select(func.min(col(JournalWrite.look_at))).where(text(LOOKED_FOR))
        )
        return due
