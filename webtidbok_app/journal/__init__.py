"""Timebooks behind one port: ``port.JournalSystem``. ``connect`` finds the one that a clinic has."""

from uuid import UUID

from webtidbok_app.db.engine import get_database
from webtidbok_app.domain.actor import Resident
from webtidbok_app.journal.port import JournalSystem
from webtidbok_app.journal.standalone import StandaloneJournal, clinics_with_standalone_times


def connect(*, clinic_id: UUID, kind: str) -> JournalSystem:
    """Return the timebook of a clinic. ``kind`` is the adapter that the region has given it."""
    if kind != "standalone":
        raise ValueError(f"no journal adapter is called {kind!r}")
    return StandaloneJournal(clinic_id, get_database())


async def clinics_with_times(patient: Resident) -> set[UUID]:
    """Return the clinics whose timebooks may have times for the patient, so that no other is asked about them."""
    return await clinics_with_standalone_times(get_database(), patient)
