"""A clinic whose timebook is our own, asked over the national contracts as any journal system is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from starlette.applications import Starlette

from tests.producer import SECRET, client_cert, let_in, producing, serving
from tests.world import FIRST_START, World, build_world
from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import Clinic, JournalConnection
from webtidbok_app.journal.rivta import client
from webtidbok_app.journal.rivta.clients import client_of
from webtidbok_app.journal.rivta.journal import RivtaJournal
from webtidbok_app.web.riv import riv_routes


@dataclass
class ProducedWorld(World):
    """A world whose clinic is asked over the contracts."""

    connection: JournalConnection = field(kw_only=True)

    @property
    def journal(self) -> RivtaJournal:
        return RivtaJournal(self.connection, self.database)

    async def publish(self, count: int = 1, *, places: int = 1, start: datetime = FIRST_START) -> list[UUID]:
        client_of(self.connection).forget()
        return await super().publish(count, places=places, start=start)


@asynccontextmanager
async def behind_our_contracts(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Serve our contracts to a consumer whose certificate a proxy has verified, and give their address."""
    said = client._headers

    def as_proxy(contract: str, correlation_id: str) -> dict[str, str]:
        return {**said(contract, correlation_id), "Client-Cert": client_cert(), "X-Proxy-Secret": SECRET}

    with producing(monkeypatch):
        monkeypatch.setattr(client, "_headers", as_proxy)
        async with serving(Starlette(routes=riv_routes())) as address:
            yield f"{address}/riv/{{contract}}"


async def build_produced(database: Database, address: str, **facts: Any) -> ProducedWorld:
    """Make a world (see ``build_world``) that is reached at an address of our own contracts.

    In its own eyes it has our timebook, so that no other clinic finds it as a connected one to move bookings to.
    """
    world = await build_world(database, **facts)
    await let_in(world)
    async with database.read() as session:
        clinic = await session.get_one(Clinic, world.clinic_id)
    connection = JournalConnection(clinic_id=clinic.id, logical_address=clinic.hsa_id, address=address)
    return ProducedWorld(**vars(world), connection=connection)
