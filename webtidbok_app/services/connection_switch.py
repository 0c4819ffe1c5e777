"""Turning a clinic's connection to its journal system on, and off again, by the superadmin of its region.

Never without a test call that has succeeded, and never while the clinic has coming bookings in our own timebook,
which nobody would see any more. Nor may one come to be there later: what is offered, chosen or waited for in our own
timebook and not booked ends as the clinic is connected.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.auth import sessions
from webtidbok_app.db.after_commit import tell_of_time_types
from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import (
    CHOSEN,
    IN_LINE,
    LIVE,
    STANDALONE,
    Booking,
    Clinic,
    Invitation,
    JournalConnection,
    JournalWrite,
    Slot,
    TimeOffer,
    Watch,
)
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor, Staff
from webtidbok_app.domain.errors import ConnectionNotTested, HasBookings
from webtidbok_app.domain.journal_probe import passes
from webtidbok_app.domain.journal_write import UNSETTLED
from webtidbok_app.domain.request import OfferStatus
from webtidbok_app.domain.visit import BookingStatus
from webtidbok_app.journal.rivta.journal import KIND
from webtidbok_app.services import audit, offers
from webtidbok_app.services.authorise import as_superadmin
from webtidbok_app.services.connections import ConnectionInfo, find_clinic, find_connection, report_of, told
from webtidbok_app.timebook import invitations, line, places


@dataclass(frozen=True)
class SwitchImpact:
    """Whom it would hit to change timebooks: what our own has of the clinic's, and what is not settled in the other."""

    booked: int
    """Coming bookings in our own timebook: they stand in the way."""
    free: int
    offered: int
    """Requests that are answered with times that are held: the offers are withdrawn."""
    choosing: int
    """Residents who have chosen a time and not booked it: it is let go."""
    waiting: int
    """Residents who watch for a time: they do so no more."""
    invited: int
    """Open invitations: they are withdrawn."""
    unsettled: int
    """Changes in the journal system whose answer was lost, and that are still being found out."""


async def weigh_switch(actor: Actor | None, *, clinic: str) -> tuple[ConnectionInfo, SwitchImpact]:
    """Return the connection, and whom it would hit to turn it on or off now. Raises NotAllowed and NotFound."""
    _, region_id = as_superadmin(actor)
    async with get_database().read() as session:
        row = await find_clinic(session, region_id, clinic)
        connection = await find_connection(session, row)
        return told(row, connection), await _impact(session, row.id)


async def connect_clinic(actor: Actor | None, *, clinic: str) -> ConnectionInfo:
    """Let the clinic's times be those of its journal system from now on. Done twice it changes nothing more.

    Offers, choices, watches and invitations of our own timebook end with it. Raises NotAllowed, NotFound,
    ConnectionNotTested, and HasBookings (``booked``) while our own timebook has coming ones.
    """
    staff, region_id = as_superadmin(actor)

    async def work(session: AsyncSession) -> ConnectionInfo:
        row = await find_clinic(session, region_id, clinic)
        # Who is booking there is waited for, and counted; who comes after finds another timebook.
        await session.refresh(row, with_for_update=True)
        connection = await find_connection(session, row)
        if row.journal == KIND:
            return told(row, connection)
        if not passes(report_of(connection)):
            raise ConnectionNotTested
        if booked := (await _impact(session, row.id)).booked:
            raise HasBookings(booked=booked)
        info = _switched(session, staff, row, connection, KIND)
        await _empty(session, row.id)
        return info

    info = await get_database().transact(work)
    sessions.read_anew()
    return info


async def disconnect_clinic(actor: Actor | None, *, clinic: str) -> ConnectionInfo:
    """Let the clinic's times be those of our own timebook again. What is booked in the journal system stays there.

    Done twice it changes nothing more. Raises NotAllowed and NotFound.
    """
    staff, region_id = as_superadmin(actor)
    async with get_database().write() as session:
        row = await find_clinic(session, region_id, clinic, lock=True)
        connection = await find_connection(session, row)
        if row.journal != KIND:
            return told(row, connection)
        info = _switched(session, staff, row, connection, STANDALONE)
    sessions.read_anew()
    return info


def _switched(
    session: AsyncSession, staff: Staff, clinic: Clinic, connection: JournalConnection, kind: str
) -> ConnectionInfo:
    clinic.journal = kind
    audit.record(
        session, staff, "connect_clinic" if kind == KIND else "disconnect_clinic", clinic_id=clinic.id
    )
    tell_of_time_types(session, clinic.id)
    return told(clinic, connection)


async def _empty(session: AsyncSession, clinic_id: UUID) -> None:
    """End what is not booked in our own timebook, which is the clinic's no more."""
    now = clock.now()
    await offers.withdraw_all_offers(session, clinic_id=clinic_id)
    await line.stop_all(session, clinic_id=clinic_id, now=now)
    await places.let_go_of_all_chosen(session, clinic_id=clinic_id)
    await invitations.withdraw_all(session, clinic_id=clinic_id, now=now)


async def _impact(session: AsyncSession, clinic_id: UUID) -> SwitchImpact:
    now = clock.now()
    today = swedish_time.day_of(now)
    of_clinic = (
        col(Slot.clinic_id) == clinic_id,
        text("slot.withdrawn_at IS NULL"),
        col(Slot.starts_at) > now,
    )
    questions = [
        select(func.count())
        .select_from(Booking)
        .where(
            col(Booking.clinic_id) == clinic_id,
            text(f"booking.{LIVE}"),
            col(Booking.status) == BookingStatus.BOOKED,
            col(Booking.starts_at) > now,
        ),
        select(func.count()).select_from(Slot).where(*of_clinic, places.count_taken(now) < col(Slot.places)),
        select(func.count())
        .select_from(TimeOffer)
        .where(
            col(TimeOffer.clinic_id) == clinic_id,
            col(TimeOffer.status) == OfferStatus.OPEN,
            col(TimeOffer.stands_until) > now,
        ),
        select(func.count())
        .select_from(Booking)
        .where(col(Booking.clinic_id) == clinic_id, text(f"booking.{CHOSEN}"), col(Booking.expires_at) > now),
        select(func.count())
        .select_from(Watch)
        .where(col(Watch.clinic_id) == clinic_id, text(f"watch.{IN_LINE}"), col(Watch.last_day) >= today),
        select(func.count())
        .select_from(Invitation)
        .where(col(Invitation.clinic_id) == clinic_id, invitations.is_open(today)),
        select(func.count())
        .select_from(JournalWrite)
        .where(col(JournalWrite.clinic_id) == clinic_id, col(JournalWrite.outcome).in_(UNSETTLED)),
    ]
    return SwitchImpact(*[await session.scalar(one) or 0 for one in questions])
