"""Writing messages to residents, in the same transaction as what they tell (docs/adr/0013)."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from webtidbok_app.db.after_commit import tell_of_message
from webtidbok_app.db.insert import insert_all_or_ignore
from webtidbok_app.db.tables import Booking, OutboxMessage
from webtidbok_app.domain.message import REMINDER_HOURS, MessageKind, reminder_due

_IDENTITIES = UUID("5b0a3f0e-6c0d-4a53-9c39-7d2b6f1f8a10")


def identity_of(kind: MessageKind, about: UUID) -> UUID:
    """Return the identity of the one message of the kind about a booking or a code."""
    return uuid5(_IDENTITIES, f"{kind}:{about.hex}")


async def put(session: AsyncSession, *messages: OutboxMessage) -> None:
    """Write messages that are not written yet, and wake whoever sends them once the transaction stands."""
    await insert_all_or_ignore(session, messages)
    tell_of_message(session)


async def tell_of_booking(
    session: AsyncSession, booking: Booking, kind: MessageKind, *, now: datetime
) -> None:
    """Write that something has become of a booking; for one that is coming, its reminder too."""
    messages = [_about(booking, kind, now=now, due=now)]
    if kind in {MessageKind.BOOKED, MessageKind.REBOOKED}:
        messages += reminders_of(booking, now=now)
    await put(session, *messages)


def reminders_of(booking: Booking, *, now: datetime) -> list[OutboxMessage]:
    """Return the booking's reminder, or nothing when it starts too soon for any.

    It comes up when the first that a clinic may choose would be due; how long it waits from there, and whether it is
    sent at all, is as the clinic wants it then.
    """
    if reminder_due(booking.starts_at, REMINDER_HOURS[-1]) <= now:
        return []
    due = reminder_due(booking.starts_at, REMINDER_HOURS[0])
    return [_about(booking, MessageKind.REMINDER, now=now, due=max(due, now))]


def _about(booking: Booking, kind: MessageKind, *, now: datetime, due: datetime) -> OutboxMessage:
    return OutboxMessage(
        id=identity_of(kind, booking.id), kind=kind, person_id=booking.person_id, clinic_id=booking.clinic_id,
        booking_id=booking.id, starts_at=booking.starts_at, created_at=now, due_at=due,
    )  # fmt: skip
