"""How it is with the clinic's connection to its journal system, for its staff. Counts and times, and no patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import Clinic, JournalConnection, JournalWrite
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import NotFound
from webtidbok_app.domain.journal_write import UNSETTLED, WriteOutcome
from webtidbok_app.journal.rivta.clients import client_of
from webtidbok_app.journal.rivta.journal import KIND
from webtidbok_app.journal.rivta.probe import ping
from webtidbok_app.services.authorise import as_clinic_staff
from webtidbok_app.services.connections import ABILITIES

SHOWN = 20


@dataclass(frozen=True)
class ConnectionState:
    """Moments are aware, UTC."""

    clinic: str
    logical_address: str
    host: str
    """Where it is called: the name in its address."""
    tested_at: datetime | None
    failure: str
    """Why it does not answer just now, as a stable code; empty when it does."""
    failure_before: str
    """How the call before this look failed, as this worker knows; empty when it did not."""
    cannot: tuple[str, ...]
    """The abilities that it does not have (``connections.ABILITIES``)."""
    unsettled: tuple[datetime, ...]
    """When those changes were sent whose outcome nobody knows yet, the oldest first; at most ``SHOWN``."""
    unsettled_count: int
    given_up: int
    """Coming visits about which nobody could find out in time."""


async def count_lost_answers(actor: Actor | None) -> tuple[int, int]:
    """Return how many changes nobody knows the outcome of yet, and for how many coming visits it was never found out.

    Raises NotAllowed.
    """
    _, clinic_id = as_clinic_staff(actor)
    async with get_database().read() as session:
        sent, given_up = await _lost(session, clinic_id)
        return len(sent), given_up


async def get_connection_state(actor: Actor | None) -> ConnectionState:
    """Return how it is with the connection: it is called to find out, and may take some seconds.

    Raises NotAllowed, and NotFound for a clinic without one in use.
    """
    _, clinic_id = as_clinic_staff(actor)
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        connection = await session.get(JournalConnection, clinic_id)
        if clinic.journal != KIND or connection is None:
            raise NotFound
        sent, given_up = await _lost(session, clinic_id)
    before = client_of(connection).health.last_failure
    return ConnectionState(
        clinic=clinic.name,
        logical_address=connection.logical_address,
        host=urlsplit(connection.address).hostname or "",
        tested_at=connection.tested_at,
        failure=await ping(connection),
        failure_before=before,
        cannot=tuple(one for one in ABILITIES if not getattr(connection, one)),
        unsettled=tuple(sent[:SHOWN]),
        unsettled_count=len(sent),
        given_up=given_up,
    )


async def _lost(session: AsyncSession, clinic_id: UUID) -> tuple[Sequence[datetime], int]:
    """Return when what is not settled was sent, the oldest first, and how many coming visits were given up."""
    of_clinic = col(JournalWrite.clinic_id) == clinic_id
    sent = await session.scalars(
        select(col(JournalWrite.sent_at))
        .where(of_clinic, col(JournalWrite.outcome).in_(UNSETTLED))
        .order_by(col(JournalWrite.sent_at))
    )
    given_up = await session.scalar(
        select(func.count())
        .select_from(JournalWrite)
        .where(
            of_clinic,
            col(JournalWrite.outcome) == WriteOutcome.GIVEN_UP,
            col(JournalWrite.starts_at) > clock.now(),
        )
    )
    return sent.all(), given_up or 0
