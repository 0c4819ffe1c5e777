"""When the next time is free, at several clinics side by side. For standalone timebooks only."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import TypeVar
from uuid import UUID

from webtidbok_app.domain import clock, rich_text, swedish_time
from webtidbok_app.domain.actor import Actor, Resident
from webtidbok_app.domain.nearness import Searchable, rank
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import CaseTypeKind
from webtidbok_app.journal.port import JournalSystem, TimeTypeInfo
from webtidbok_app.services.authorise import as_resident
from webtidbok_app.services.clinics import (
    ClinicInfo,
    RegionInfo,
    get_clinic,
    list_clinics,
    regions_of,
    searchable_clinic,
    swedish_order,
)
from webtidbok_app.services.free_times import HORIZON_DAYS, Offered, count_free
from webtidbok_app.services.stops import why_stopped
from webtidbok_app.services.time_types import OldBooking, find_units, may_book

MOST_COMPARED = 40
AT_ONCE = 8
MOST_ELSEWHERE = 3

T = TypeVar("T")
U = TypeVar("U")


class Order(StrEnum):
    """What the compared times are sorted by."""

    TIME = "time"
    NAME = "name"


@dataclass(frozen=True)
class NextFree:
    """A clinic's time type and its next free time, if there is any.

    Without ``time_type`` the clinic's timebook is another system, which is asked when the resident opens it.
    """

    clinic: ClinicInfo
    time_type: TimeTypeInfo | None
    timeslot: Timeslot | None = None


@dataclass(frozen=True)
class Comparison:
    """What a comparison found. ``only_near``: nothing has the words, but these are nearly called so."""

    rows: list[NextFree] = field(default_factory=list)
    only_near: bool = False
    more: bool = False
    """More than can be compared at once had the words; these are the nearest."""
    regions: list[RegionInfo] = field(default_factory=list)
    """All regions where there is something to book, whatever was searched for."""


async def compare_next_free(
    actor: Actor | None, *, words: str, region: str = "", order: Order = Order.TIME
) -> Comparison:
    """Return the next free time of every time type that has the words and that the resident may book.

    The words are sought in what the time type is called, in Swedish and English, whom it is for, and in the
    clinic's name, kind and place. Without words nothing is compared. ``region`` is a region's slug.

    No terms are accepted here: of the times only the next one's day and clock are told, and nothing can be held.
    The clinic's terms come before that, when the resident goes on to book.
    """
    resident = as_resident(actor)
    clinics = [clinic for clinic in await list_clinics() if clinic.offers(CaseTypeKind.BOOK_DIRECT)]
    regions = regions_of(clinics)
    if not words.strip():
        return Comparison(regions=regions)
    within = [clinic for clinic in clinics if region in {"", clinic.region.slug}]
    offered = chain.from_iterable(await _each(partial(_offered, resident), within))
    found, only_near = rank(words, offered, _searchable)
    rows = await _each(partial(_with_next_free, resident), found[:MOST_COMPARED])
    rows.sort(key=_by_name)
    if order == Order.TIME:
        rows.sort(key=_by_time)
    return Comparison(rows, only_near, len(found) > MOST_COMPARED, regions)


async def find_elsewhere(
    actor: Actor | None, *, clinic: str, time_type: str, rebooks: OldBooking | None = None
) -> list[Offered]:
    """Return other clinics with free times of what is called the same, the soonest first: three at most.

    As in the comparison only standalone timebooks are asked. For a booking that is exchanged they are those that it
    can be moved to, and its own when one looks elsewhere. Raises NotFound.
    """
    resident = as_resident(actor)
    here = await get_clinic(slug=clinic)
    if rebooks is not None:
        units = [unit for unit in await _units(resident, rebooks) if unit.clinic.id != here.id]
        rows = await _each(partial(_with_next_free, resident), units)
        free = sorted((row for row in rows if row.timeslot), key=_by_time)
        return await _each(partial(_counted, resident), free)
    offered = await here.journal(resident).time_types(resident)
    name = next((kind.name.sv for kind in offered if kind.id == time_type), "")
    compared = await compare_next_free(actor, words=name)
    others = [row for row in compared.rows if row.timeslot and row.clinic.id != here.id]
    soonest: dict[UUID, NextFree] = {}
    for row in others if not compared.only_near else []:
        soonest.setdefault(row.clinic.id, row)
    return await _each(partial(_counted, resident), list(soonest.values())[:MOST_ELSEWHERE])


async def _units(resident: Resident, rebooks: OldBooking) -> list[NextFree]:
    """Return where the booking can stand: at its own clinic, and at those that it can be moved to."""
    home = await get_clinic(slug=rebooks.clinic)
    old = await home.journal(resident).booking(resident, rebooks.id)
    units = {unit.clinic_id: unit.time_type for unit in await find_units(resident, home, old)}
    there = [clinic for clinic in await list_clinics() if clinic.id in units]
    offered = chain.from_iterable(await _each(partial(_bookable, resident), there))
    kinds = [NextFree(home, kind) for kind in await home.journal(resident).time_types(resident)]
    units[home.id] = old.time_type_id
    return [row for row in (*kinds, *offered) if row.time_type and units[row.clinic.id] == row.time_type.id]


async def _counted(resident: Resident, row: NextFree) -> Offered:
    assert row.time_type is not None
    count = await count_free(resident, row.clinic.journal(resident), row.time_type)
    return Offered(row.clinic, row.time_type, count)


async def follow_next_free(
    actor: Actor | None, *, rows: Sequence[NextFree]
) -> AsyncIterator[Sequence[NextFree]]:
    """Yield the same rows in the same order, now and each time that a timebook of theirs may have changed."""
    resident = as_resident(actor)
    journals = {row.clinic.id: row.clinic.journal(resident) for row in rows if row.time_type}
    async for _ in _changes_of_any(journals.values()):
        yield await _each(partial(_with_next_free, resident), rows)


async def _changes_of_any(journals: Iterable[JournalSystem]) -> AsyncIterator[None]:
    changed = asyncio.Event()

    async def listen(journal: JournalSystem) -> None:
        async for _ in journal.changes():
            changed.set()

    listeners = [asyncio.create_task(listen(journal)) for journal in journals]
    try:
        while True:
            await changed.wait()
            changed.clear()
            yield
    finally:
        for listener in listeners:
            listener.cancel()


async def _each(work: Callable[[T], Awaitable[U]], things: Iterable[T]) -> list[U]:
    """Return what ``work`` gives for each of the things. A few are asked at a time: others want answers too."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> U:
        async with turn:
            return await work(thing)

    return await asyncio.gather(*(one(thing) for thing in things))


async def _offered(resident: Resident, clinic: ClinicInfo) -> list[NextFree]:
    if clinic.connected:
        return [] if why_stopped(clinic) else [NextFree(clinic, None)]
    return await _bookable(resident, clinic)


async def _bookable(resident: Resident, clinic: ClinicInfo) -> list[NextFree]:
    time_types = await clinic.journal(resident).time_types(resident)
    return [
        NextFree(clinic, kind)
        for kind in time_types
        if not why_stopped(clinic, kind) and may_book(resident, kind) is None
    ]


async def _with_next_free(resident: Resident, row: NextFree) -> NextFree:
    if row.time_type is None:
        return row
    today = swedish_time.day_of(clock.now())
    horizon = today + timedelta(days=HORIZON_DAYS)
    found = await row.clinic.journal(resident).available_timeslots(
        resident, row.time_type.id, today, horizon, limit=1
    )
    return replace(row, timeslot=next(iter(found), None))


def _searchable(row: NextFree) -> Searchable:
    at_clinic = searchable_clinic(row.clinic)
    where = " ".join((*at_clinic.names, at_clinic.about))
    if row.time_type is None:
        return Searchable((), where)
    name, audience = row.time_type.name, row.time_type.audience
    about = f"{rich_text.plain(audience.sv)} {rich_text.plain(audience.en)}"
    return Searchable((name.sv, name.en), f"{about} {where}")


def _by_name(row: NextFree) -> tuple[str, str]:
    return swedish_order(row.clinic.name), swedish_order(row.time_type.name.sv if row.time_type else "")


def _by_time(row: NextFree) -> tuple[bool, bool, float]:
    """Sort by the next free time; then come those that are not asked here, and last those that have none."""
    start = row.timeslot.starts_at.timestamp() if row.timeslot else 0
    return row.timeslot is None, row.time_type is not None, start
