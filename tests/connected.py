"""A clinic whose timebook is the reference journal system, reached over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.reference_journal import ReferenceJournal
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Clinic, JournalConnection
from webtidbok_app.domain import clock
from webtidbok_app.domain.clock import FixedClock
from webtidbok_app.domain.swedish_time import local
from webtidbok_app.journal.rivta.clients import client_of
from webtidbok_app.journal.rivta.journal import RivtaJournal

PERFORMER = "SE2321000016-V999"
PROVIDER = "SE2321000016-PROV"


class SharedClock(FixedClock):
    """A clock that stands still, and that the journal system's own is set by."""

    def __init__(self, moment: datetime, reference: ReferenceJournal) -> None:
        self.reference = reference
        super().__init__(moment)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "moment":
            self.reference.set_clock(value)


@contextmanager
def sharing_clock(reference: ReferenceJournal, moment: datetime) -> Iterator[SharedClock]:
    """Let the program and an empty journal system have the same clock, which stands still."""
    reference.reset()
    shared = SharedClock(moment, reference)
    with clock.use(shared):
        yield shared


@dataclass
class ConnectedWorld(World):
    """A world whose clinic has its times in the reference journal system."""

    reference: ReferenceJournal = field(kw_only=True)
    connection: JournalConnection = field(kw_only=True)

    @property
    def unit(self) -> str:
        """The HSA-id that the journal system knows the clinic by."""
        return self.connection.logical_address

    @property
    def journal(self) -> RivtaJournal:
        """The clinic's timebook as a worker that has just started has it."""
        return RivtaJournal(self.connection, self.database)

    async def publish(self, count: int = 1, *, places: int = 1, start: datetime = FIRST_START) -> list[UUID]:
        starts = [local(start) + timedelta(minutes=20 * number) for number in range(count)]
        slots = [
            {
                "start": f"{one:%Y%m%d%H%M%S}",
                "end": f"{one + timedelta(minutes=20):%Y%m%d%H%M%S}",
                "time_type": self.time_type,
                "performer": PERFORMER,
                "places": places,
            }
            for one in starts
        ]
        self.change(slots=slots)
        return []

    def change(self, **facts: Any) -> None:
        """Change the unit, or add to it, as its own staff; nothing is remembered of how it was."""
        kind = {"id": self.time_type, "name": "Besök"}
        performer = {"hsa_id": PERFORMER, "first_name": "Vera", "last_name": "Test"}
        self.reference.unit(
            hsa_id=self.unit, name="Testkliniken",
            **{"care_provider": PROVIDER, "change_hours": 24, "keeps_booking_id": False, "time_types": [kind],
               "performers": [performer], **facts},
        )  # fmt: skip
        client_of(self.connection).forget()


async def until(holds: Callable[[], Awaitable[bool]], *, seconds: float = 10) -> None:
    """Return when something holds that nobody tells of. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110  another process settles it
            await asyncio.sleep(0.02)


async def build_connected(
    database: Database, reference: ReferenceJournal, *, connection: dict[str, Any] | None = None, **facts: Any
) -> ConnectedWorld:
    """Make a world (see ``build_world``) whose clinic is connected to the reference journal system."""
    world = await build_world(database, **facts)
    async with database.write() as session:
        clinic = await session.get_one(Clinic, world.clinic_id)
        clinic.journal = "rivta"
        row = JournalConnection(
            clinic_id=clinic.id, logical_address=clinic.hsa_id,
            **{"address": f"{reference.address}/riv/{{contract}}", "can_move": True} | (connection or {}),
        )  # fmt: skip
        session.add(row)
    made = ConnectedWorld(**vars(world), reference=reference, connection=row)
    made.change()
    return made
