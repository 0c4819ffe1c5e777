"""Keeps the line of those who watch for a time moving: takes back what has run out, and looks for what has come.

Several keepers may, in one process or many. What they find is a hint; ``line.pass_on`` judges, in its transaction.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlmodel import col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import STANDING, Booking, Clinic, TimeType, Watch, WatchOffer
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.domain.watch import told_at
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.live.rounds import in_rounds
from webtidbok_app.timebook import line
from webtidbok_app.timebook.availability import HeldSlot, OpenSlot
from webtidbok_app.timebook.calendar import Calendar

NOBODY = UUID(int=0)


class _Waiting(NamedTuple):
    """Somebody in line, with what the clinic's rules say of them."""

    watch: Watch
    notice_minutes: int
    earliest: datetime
    """When a time may start that is offered now."""


def keeping_line(database: Database) -> AbstractAsyncContextManager[None]:
    """Keep the line moving as long as the ``with`` block lasts."""
    return in_rounds(partial(keep_line, database), topics.LINE)


async def keep_line(database: Database) -> bool:
    """Pass on what has run out and what has become free. Returns whether anything was, so that there may be more."""
    now = clock.now()
    while await database.transact(partial(line.take_back_one, now=now)):
        pass
    passed_on = False
    for clinic_id, slot_id in await _find_matches(database, now):
        passing = partial(line.pass_on, clinic_id=clinic_id, slot_id=slot_id, now=now)
        passed_on |= await database.transact(passing)
    await _come_back_when_time_changes(database, now)
    return passed_on


async def _find_matches(database: Database, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return times, by clinic, that are free and fit somebody in line: for each who waits the first there is."""
    waiting = await _in_line(database, now)
    had = await _had_before(database, [one.watch for one in waiting])
    groups: dict[tuple[UUID, UUID], list[_Waiting]] = defaultdict(list)
    for one in waiting:
        groups[one.watch.clinic_id, one.watch.time_type_id].append(one)
    matches: list[tuple[UUID, UUID]] = []
    for (clinic_id, time_type_id), theirs in groups.items():
        notice = timedelta(minutes=theirs[0].notice_minutes)
        calendar = Calendar(database, clinic_id, time_type_id, notice)
        first = max(min(one.watch.first_day for one in theirs), swedish_time.day_of(now))
        last = max(one.watch.last_day for one in theirs)
        free = [slot async for week in calendar.weeks_with_room(first, last) for slot in _free(week, now)]
        matches += [(clinic_id, slot_id) for slot_id in _give_out(free, theirs, had)]
    return matches


def _give_out(free: list[Timeslot], waiting: list[_Waiting], had: set[tuple[UUID, UUID]]) -> Iterable[UUID]:
    """Yield for each who waits, in order, the first time that fits and has a place left."""
    left = {slot.id: slot.places_left for slot in free}
    for watch, _, earliest in waiting:
        for slot in free:
            slot_id, performer_id = UUID(slot.id), UUID(slot.performer_id)
            if (
                left[slot.id]
                and slot.starts_at >= earliest
                and (watch.person_id, slot_id) not in had
                and line.fits(watch, starts_at=slot.starts_at, performer_id=performer_id)
            ):
                left[slot.id] -= 1
                yield slot_id
                break


def _free(week: Iterable[OpenSlot], now: datetime) -> list[Timeslot]:
    seen = [slot.as_seen_by(NOBODY, now) if isinstance(slot, HeldSlot) else slot for slot in week]
    return [slot for slot in seen if slot]


async def _in_line(database: Database, now: datetime) -> list[_Waiting]:
    told = told_at(now)
    async with database.read() as session:
        rows = await session.execute(
            select(Watch, col(TimeType.notice_minutes), col(Clinic.watch_notice_hours))
            .join(Clinic, col(Clinic.id) == Watch.clinic_id)
            .join(
                TimeType,
                (col(TimeType.clinic_id) == Watch.clinic_id) & (col(TimeType.id) == Watch.time_type_id),
            )
            .where(
                *line.can_be_told(now),
                col(TimeType.active),
                col(Watch.last_day) >= swedish_time.day_of(now),
                line.offers_on_day_of(told) < col(Clinic.watch_a_day),
            )
            .order_by(col(Watch.since), col(Watch.id))
        )
        return [_Waiting(watch, notice, told + timedelta(hours=hours)) for watch, notice, hours in rows]


async def _had_before(database: Database, watches: list[Watch]) -> set[tuple[UUID, UUID]]:
    """Return which persons have been offered which times before, or have had them booked."""
    if not watches:
        return set()
    persons = {watch.person_id for watch in watches}
    async with database.read() as session:
        offered = await session.execute(
            select(col(WatchOffer.person_id), col(WatchOffer.slot_id)).where(
                col(WatchOffer.person_id).in_(persons)
            )
        )
        booked = await session.execute(
            select(col(Booking.person_id), col(Booking.slot_id)).where(
                col(Booking.person_id).in_(persons), col(Booking.status) != BookingStatus.HELD
            )
        )
        return {(person, slot) for rows in (offered, booked) for person, slot in rows}


async def _come_back_when_time_changes(database: Database, now: datetime) -> None:
    """Have the line looked at again when the next offer runs out."""
    async with database.read() as session:
        due = await session.scalar(
            select(func.min(col(WatchOffer.stands_until))).where(text(f"watch_offer.{STANDING}"))
        )
    if due is not None:
        bus.publish_after(max(0.0, (due - now).total_seconds()), topics.LINE)
