"""Hold and book, one resident at a time and sixteen at once: the journal port against plain SQLAlchemy Core."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from benchmarks.core import CoreTimebook
from benchmarks.measure import Ratio, Variant, ratio, take_turns
from benchmarks.statements import recorded, shapes
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import HoldCount
from webtidbok_app.domain.actor import Resident
from webtidbok_app.domain.question import pack_answers
from webtidbok_app.journal.port import BookingDetails
from webtidbok_app.journal.standalone import StandaloneJournal

SAID = BookingDetails(reason="Blodtryck", phone="0701740605", email="")
A_ROUND = 24
"""Bookings by each variant: as many as a resident may try within an hour."""

Book = Callable[[Resident, UUID], Awaitable[object]]


@dataclass(frozen=True)
class Bookings:
    """How fast the port holds and books, with so many residents at once."""

    at_once: int
    throughput: Ratio
    """Of the port, as a share of Core's: 1 is as fast, less is slower."""


async def bench_bookings(database: Database, at_once: int, rounds: int) -> Bookings:
    """Return the figure. Every booking is of a time of its own."""
    world = await build_world(database, slug=f"bokning{at_once}", residents=at_once, first=60 + at_once)
    journal, core = StandaloneJournal(world.clinic_id, database), CoreTimebook(world, database)
    slots = iter(await world.publish((rounds + 1) * A_ROUND * 2 + 4, start=FIRST_START))

    async def by_port(resident: Resident, slot_id: UUID) -> None:
        hold = await journal.hold(resident, slot_id.hex)
        await journal.make_booking(resident, hold.id, SAID)

    async def by_core(resident: Resident, slot_id: UUID) -> None:
        said = vars(SAID) | {"answers": pack_answers(SAID.answers)}
        await core.book(resident, await core.hold(resident, slot_id), said)

    await _prove_the_same(world, slots, by_port, by_core)
    rush = {"port": _rush(world, slots, by_port), "core": _rush(world, slots, by_core)}
    seconds = await take_turns(rush, rounds)
    return Bookings(at_once, ratio(seconds, "core", "port"))


async def _prove_the_same(world: World, slots: Iterator[UUID], *ways: Book) -> None:
    sent = []
    for book in ways:
        await book(world.resident, next(slots))
        with recorded(world.database) as statements:
            await book(world.resident, next(slots))
        sent.append(shapes(statements))
    assert sent[0] == sent[1], sent


def _rush(world: World, slots: Iterator[UUID], book: Book) -> Variant:
    async def one_after_the_other(who: Resident, ids: list[UUID]) -> None:
        for slot_id in ids:
            await book(who, slot_id)

    async def run() -> float:
        ids, everybody = [next(slots) for _ in range(A_ROUND)], world.residents
        await _forget_the_hour(world)
        began = time.perf_counter()
        await asyncio.gather(
            *(one_after_the_other(who, ids[n :: len(everybody)]) for n, who in enumerate(everybody))
        )
        return time.perf_counter() - began

    return run


async def _forget_the_hour(world: World) -> None:
    """Let everybody choose again."""
    async with world.database.write() as session:
        await session.execute(delete(HoldCount))
