"""Noting that the engagement index has to be told, in the same transaction as what it is told of.

TKB 1.1.5, 3.4: whenever a booking or an invitation comes, changes or goes, whoever does it. Off without the index.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_engagement
from webtidbok_app.db.insert import insert_or_change
from webtidbok_app.db.tables import Booking, EngagementUpdate
from webtidbok_app.domain import clock
from webtidbok_app.settings import get_settings


async def note_booking(session: AsyncSession, booking: Booking) -> None:
    """Note that a booking has come to be, or is no more, and with it the invitation that it answers."""
    about = {booking.id, booking.invitation_id or booking.id}
    await note_engagements(session, booking.clinic_id, about)


async def note_engagements(session: AsyncSession, clinic_id: UUID, ids: set[UUID]) -> None:
    """Note that bookings or invitations of the clinic, by their ids, are not what they were."""
    index = get_settings().engagement_index
    if index is None:
        return
    now = clock.now()
    changed: dict[str, ColumnElement[Any]] = {
        "changes": col(EngagementUpdate.changes) + 1,
        "due_at": literal(now),
        "attempts": literal(0),
    }
    for one in sorted(ids):
        row = EngagementUpdate(clinic_id=clinic_id, id=one, due_at=now)
        await insert_or_change(session, row, changed, returning=(col(EngagementUpdate.changes),))
    tell_of_engagement(session)
