"""Timebooks behind one port: ``port.JournalSystem``. ``connect`` finds the one that a clinic has."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic, JournalConnection
from webtidbok_app.domain.actor import Resident
from webtidbok_app.journal.port import JournalSystem
from webtidbok_app.journal.rivta.engagements import clinics_with_connected_times, find_engagements
from webtidbok_app.journal.rivta.journal import KIND, RivtaJournal
from webtidbok_app.journal.standalone import StandaloneJournal, clinics_with_standalone_times


def connect(*, clinic_id: UUID, kind: str, connection: JournalConnection | None = None) -> JournalSystem:
    """Return the timebook of a clinic. ``kind`` is the adapter that the region has given it.

    ``connection`` is how its journal system is reached, where it has one of its own; it may stand there untried
    while the clinic's timebook is ours.
    """
    if kind == "standalone":
        return StandaloneJournal(clinic_id, get_database())
    if kind == KIND and connection is not None:
        return RivtaJournal(connection, get_database())
    raise ValueError(f"no journal adapter is called {kind!r}")


async def connect_to(session: AsyncSession, clinic: Clinic) -> JournalSystem:
    """Return the timebook of a clinic."""
    connection = await session.get(JournalConnection, clinic.id)
    return connect(clinic_id=clinic.id, kind=clinic.journal, connection=connection)


async def knows_where(patient: Resident) -> bool:
    """Whether it is known where the patient has times: False while the engagement index does not answer."""
    return await find_engagements(patient) is not None


async def clinics_with_times(patient: Resident) -> set[UUID]:
    """Return the clinics whose timebooks may have times for the patient, so that no other is asked about them."""
    database = get_database()
    standalone, connected = await asyncio.gather(
        clinics_with_standalone_times(database, patient), clinics_with_connected_times(database, patient)
    )
    return standalone | connected
