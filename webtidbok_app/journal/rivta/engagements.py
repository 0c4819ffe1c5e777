"""Where a person has times, as the engagement index knows (TKB 1.1.5, 3.4)."""

from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from webtidbok_app.db.engine import Database
from webtidbok_app.db.tables import JournalConnection, JournalWrite
from webtidbok_app.domain.actor import Resident
from webtidbok_app.journal.rivta.clients import client_of_index
from webtidbok_app.journal.rivta.failures import CallFailed
from webtidbok_app.rivta.messages import SCHEDULING, Engagement, FindContent, FindContentResponse

SERVICE_DOMAIN = f"riv:{SCHEDULING.removeprefix('urn:riv:')}"


async def find_engagements(patient: Resident) -> tuple[Engagement, ...] | None:
    """Return the patient's bookings and invitations anywhere: none without an index, None while it does not answer."""
    index = client_of_index()
    if index is None:
        return ()
    question = FindContent(subject_of_care=patient.number.digits, service_domain=SERVICE_DOMAIN)
    try:
        return (await index.ask(question, FindContentResponse)).engagements
    except CallFailed:
        return None


async def clinics_with_connected_times(database: Database, patient: Resident) -> set[UUID]:
    """Return the connected clinics where the patient has booked with us, or that the index names."""
    engagements = await find_engagements(patient) or ()
    named = {one.logical_address.upper() for one in engagements}
    async with database.read() as session:
        booked = await session.scalars(
            select(col(JournalWrite.clinic_id))
            .where(col(JournalWrite.person_id) == patient.person_id)
            .distinct()
        )
        connected = await session.scalars(
            select(col(JournalConnection.clinic_id)).where(
                func.upper(col(JournalConnection.logical_address)).in_(named)
            )
        )
        return {*booked, *connected}
