"""Keeps the line of those who watch for a time moving: takes back what has run out, and looks for what has come.

Several keepers may, in one process or many. What they find is a hint; ``line.pass_on`` judges, in its transaction.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlmodel import col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import IN_LINE, STANDING, Booking, Clinic, TimeType, Watch, WatchOffer
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.opening import Opening
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.domain.watch import earliest_start, told_at
from webtidbok_app.live import topics
from webtidbok_app.live.bus import bus
from webtidbok_app.live.rounds import in_rounds
from webtidbok_app.timebook import in_line, line, places
from webtidbok_app.timebook.availability import HeldSlot, OpenSlot
from webtidbok_app.timebook.calendar import Calendar

NOBODY = UUID(int=0)


class _Waiting(NamedTuple):
    """Somebody in line, with what the clinic's rules say of them."""

    watch: Watch
    opening: Opening
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
    had = await _had_before(database, now) if waiting else set()
    groups: dict[tuple[UUID, UUID], list[_Waiting]] = defaultdict(list)
    for one in waiting:
        groups[one.watch.clinic_id, one.watch.time_type_id].append(one)
    matches: list[tuple[UUID, UUID]] = []
    for (clinic_id, time_type_id), theirs in groups.items():
        calendar = Calendar(database, clinic_id, time_type_id, theirs[0].opening)
        first = max(min(one.watch.first_day for one in theirs), swedish_time.day_of(now))
        last = max(one.watch.last_day for one in theirs)
        free = [
            slot
            async for week in calendar.weeks_with_room(first, last)
            for slot in _free(week, now)
            if calendar.opening.is_open(slot.starts_at, now)
        ]
        matches += [(clinic_id, slot_id) for slot_id in _give_out(free, theirs, had)]
        await asyncio.sleep(0)  # others are served by the same loop
    return matches


def _give_out(free: list[Timeslot], waiting: list[_Waiting], had: set[tuple[UUID, UUID]]) -> Iterable[UUID]:
    """Yield for each who waits, in order, the first time that fits and has a place left.

    Those who wish for the same look at the same times, which are sought out once.
    """
    left = {UUID(slot.id): slot.places_left for slot in free}
    as_wished: dict[tuple[object, ...], list[UUID]] = {}
    for watch, _, earliest in waiting:
        wish = (watch.performer_id, watch.first_day, watch.last_day, watch.part, earliest)
        if wish not in as_wished:
            as_wished[wish] = [
                UUID(slot.id)
                for slot in free
                if slot.starts_at >= earliest
                and line.fits(watch, starts_at=slot.starts_at, performer_id=UUID(slot.performer_id))
            ]
        for slot_id in as_wished[wish]:
            if left[slot_id] and (watch.person_id, slot_id) not in had:
                left[slot_id] -= 1
                yield slot_id
                break


def _free(week: Iterable[OpenSlot], now: datetime) -> list[Timeslot]:
    seen = [slot.as_seen_by(NOBODY, now) if isinstance(slot, HeldSlot) else slot for slot in week]
    return [slot for slot in seen if slot]


async def _in_line(database: Database, now: datetime) -> list[_Waiting]:
    told = told_at(now)
    async with database.read() as session:
        rows = await session.execute(
            select(Watch, col(Clinic.watch_notice_hours), *places.OPENING)
            .join(Clinic, col(Clinic.id) == Watch.clinic_id)
            .join(
                TimeType,
                (col(TimeType.clinic_id) == Watch.clinic_id) & (col(TimeType.id) == Watch.time_type_id),
            )
            .where(
                *in_line.can_be_told(now),
                in_line.is_offered(),
                col(Watch.last_day) >= swedish_time.day_of(now),
                in_line.offers_on_day_of(told) < col(Clinic.watch_a_day),
            )
            .order_by(col(Watch.since), col(Watch.id))
        )
        return [
            _Waiting(
                watch, opening, earliest_start(now, notice_hours=hours, notice_minutes=opening.notice_minutes)
            )
            for watch, hours, *rule in rows
            for opening in [Opening(*rule)]
        ]


async def _had_before(database: Database, now: datetime) -> set[tuple[UUID, UUID]]:
    """Return which coming times those who wait have been offered before, or have had booked."""
    found: set[tuple[UUID, UUID]] = set()
    async with database.read() as session:
        for table in (WatchOffer, Booking):
            rows = await session.execute(
                select(col(table.person_id), col(table.slot_id))
                .join(
                    Watch,
                    (col(Watch.clinic_id) == table.clinic_id) & (col(Watch.person_id) == table.person_id),
                )
                .where(text(f"watch.{IN_LINE}"), col(table.starts_at) >= now)
                .where(*([col(Booking.status) != BookingStatus.HELD] if table is Booking else []))
            )
            found |= {(person_id, slot_id) for person_id, slot_id in rows}
    return found


async def _come_back_when_time_changes(database: Database, now: datetime) -> None:
    """Have the line looked at again when the next offer runs out."""
    async with database.read() as session:
        due = await session.scalar(
            select(func.min(col(WatchOffer.stands_until))).where(text(f"watch_offer.{STANDING}"))
        )
    if due is not None:
        bus.publish_after(max(0.0, (due - now).total_seconds()), topics.LINE)
