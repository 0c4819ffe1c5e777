"""A clinic where twenty receive, each with a week of quarters of an hour: 3,200 times, every fourth booked."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from uuid import UUID

from benchmarks.fill import BOOKING, SEALED, SLOT, tidy, write_rows
from tests.world import World, build_world
from webtidbok_app.db.crypto import seal
from webtidbok_app.db.engine import Database, set_database
from webtidbok_app.db.tables import Performer, ScheduleChange
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain import clock
from webtidbok_app.domain.swedish_time import to_utc
from webtidbok_app.domain.visit import ScheduleChangeKind

PERFORMERS, DAYS, QUARTERS = 20, 5, 32
SLOTS = PERFORMERS * DAYS * QUARTERS
OPENS = 8
"""O'clock in Sweden."""


@dataclass
class Crowd:
    """The clinic and the week, by its Monday. ``free`` are ids of times that nobody has, in order of time."""

    world: World
    monday: date
    performers: list[UUID]
    free: list[UUID]

    @classmethod
    async def build(cls, url: str, monday: date, *, more_performers: int = 0) -> Self:
        """Fill an empty database. ``more_performers`` have no times."""
        world = await build_world(Database(url), residents=40, length_minutes=15)
        set_database(world.database)
        change = ScheduleChange(
            clinic_id=world.clinic_id, number=1, kind=ScheduleChangeKind.PUBLISH, changed_by="test",
            changed_at=clock.now(), slots=SLOTS, first_start=_start(monday, 0, 0),
            last_start=_start(monday, DAYS - 1, QUARTERS - 1),
        )  # fmt: skip
        others = [
            Performer(clinic_id=world.clinic_id, name=f"Vera Test {number}")
            for number in range(1, PERFORMERS + more_performers)
        ]
        ids = [world.performer_id, *(one.id for one in others)]
        async with world.database.write() as session:
            session.add_all([change, *others])
        free = _fill(world, change.id, monday, ids[:PERFORMERS])
        return cls(world, monday, ids, free)


def _fill(world: World, change_id: UUID, monday: date, performers: list[UUID]) -> list[UUID]:
    chance = random.Random(1)  # noqa: S311  the same data each time
    people = [resident.person_id.hex for resident in world.residents]
    sealed = [seal("", f"booking.{name}") for name in SEALED]
    slots, bookings, free = [], [], []
    for day in range(DAYS):
        for quarter in range(QUARTERS):
            start = _start(monday, day, quarter)
            for performer_id in performers:
                slot_id, at = new_id(), _written(start)
                slots.append(
                    (
                        world.clinic_id.hex, slot_id.hex, world.time_type_id.hex, performer_id.hex, change_id.hex,
                        at, _written(start + timedelta(minutes=15)), "on_site", 1,
                    )
                )  # fmt: skip
                if chance.random() >= 1 / 4:
                    free.append(slot_id)
                    continue
                bookings.append(
                    (
                        world.clinic_id.hex, new_id().hex, slot_id.hex, at, 1, chance.choice(people), "booked",
                        _written(clock.now()), *sealed,
                    )
                )  # fmt: skip
    write_rows(world.database.url, "slot", SLOT, slots)
    write_rows(world.database.url, "booking", BOOKING, bookings)
    tidy(world.database.url)
    return free


def _start(monday: date, day: int, quarter: int) -> datetime:
    hours, quarters = divmod(quarter, 4)
    return to_utc(monday + timedelta(days=day), time(OPENS + hours, 15 * quarters))


def _written(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def as_kept(value: object) -> object:
    """Return a value as SQLite keeps it."""
    if isinstance(value, UUID):
        return value.hex
    return _written(value) if isinstance(value, datetime) else value
