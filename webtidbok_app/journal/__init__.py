"""Timebooks behind one port: ``port.JournalSystem``. ``connect`` finds the one that a clinic has."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic, JournalConnection
from webtidbok_app.domain.actor import Resident
from webtidbok_app.journal.port import JournalSystem
from webtidbok_app.journal.standalone import StandaloneJournal, clinics_with_standalone_times


def connect(*, clinic_id: UUID, kind: str, connection: JournalConnection | None = None) -> JournalSystem:
    """Return the timebook of a clinic. ``kind`` is the adapter that the region has given it.

    ``connection`` is how its journal system is reached, where it has one of its own.
    """
    if kind != "standalone" or connection is not None:
        raise ValueError(f"no journal adapter is called {kind!r}")
    return StandaloneJournal(clinic_id, get_database())


async def connect_to(session: AsyncSession, clinic: Clinic) -> JournalSystem:
    """Return the timebook of a clinic."""
    connection = await session.get(JournalConnection, clinic.id)
    return connect(clinic_id=clinic.id, kind=clinic.journal, connection=connection)


async def clinics_with_times(patient: Resident) -> set[UUID]:
    """Return the clinics whose timebooks may have times for the patient, so that no other is asked about them."""
    return await clinics_with_standalone_times(get_database(), patient)
