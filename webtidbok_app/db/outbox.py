"""Writing messages to residents, in the same transaction as what they tell (docs/adr/0013)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from webtidbok_app.db.after_commit import tell_of_message
from webtidbok_app.db.insert import insert_all_or_ignore
from webtidbok_app.db.tables import (
    Booking,
    Invitation,
    JournalWrite,
    OutboxMessage,
    RequestCase,
    RequestMessage,
    TimeOffer,
    WatchOffer,
)
from webtidbok_app.db.tables._base import new_id
from webtidbok_app.domain.message import REMINDER_HOURS, Channel, MessageKind, MessageStatus, reminder_due

_IDENTITIES = UUID("5b0a3f0e-6c0d-4a53-9c39-7d2b6f1f8a10")
NO_LONGER_SO = "no_longer_so"
"""Why a message is dropped that would tell what is not true any more."""


async def tell_of_booking(
    session: AsyncSession,
    booking: Booking,
    kind: MessageKind,
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Write that something has become of a booking, to be told at once or at ``due_at``.

    For one that is coming, its reminder too.
    """
    rows = [_about(booking, kind, now=now, due_at=due_at or now)]
    if kind in {MessageKind.BOOKED, MessageKind.REBOOKED}:
        rows += _reminders(booking, now=now, told_at=due_at or now)
    await _put(session, rows)


async def remind_of_booking(session: AsyncSession, booking: Booking, *, now: datetime) -> None:
    """Write the reminder of a booking that nobody is told of otherwise."""
    await _put(session, _reminders(booking, now=now, told_at=now))


async def tell_of_answer(
    session: AsyncSession, case: RequestCase, message: RequestMessage, *, now: datetime
) -> None:
    """Write that staff have answered in a case."""
    about = {"person_id": case.sent_by or case.person_id, "clinic_id": case.clinic_id, "case_id": case.id}
    await _put(session, [_row(MessageKind.ANSWERED, message.id, now=now, due_at=now) | about])


async def tell_of_offer(session: AsyncSession, case: RequestCase, offer: TimeOffer, *, now: datetime) -> None:
    """Write that staff hold times for the resident, who has until a moment to take one."""
    about = {"person_id": case.sent_by or case.person_id, "clinic_id": case.clinic_id, "case_id": case.id}
    await _put(session, [_row(MessageKind.OFFERED, offer.id, now=now, due_at=now) | about])


async def tell_of_invitation(
    session: AsyncSession,
    invitation: Invitation,
    *,
    now: datetime,
    told_id: UUID | None = None,
    due_at: datetime | None = None,
) -> None:
    """Write that somebody is invited to book a time; they are told, or the guardian ``told_id``, at ``due_at``."""
    about = {
        "person_id": told_id or invitation.person_id,
        "clinic_id": invitation.clinic_id,
        "invitation_id": invitation.id,
    }
    await _put(session, [_row(MessageKind.INVITED, invitation.id, now=now, due_at=due_at or now) | about])


async def tell_of_journal_write(
    session: AsyncSession, write: JournalWrite, kind: MessageKind, *, now: datetime
) -> None:
    """Write what became of a change in a journal system. Reminders are for that system: it may have moved the time."""
    about = {"person_id": write.person_id, "clinic_id": write.clinic_id, "write_id": write.id,
             "starts_at": write.starts_at}  # fmt: skip
    await _put(session, [_row(kind, write.id, now=now, due_at=now) | about])


async def tell_of_reserved(session: AsyncSession, offer: WatchOffer, *, told_id: UUID, now: datetime) -> None:
    """Write that a time which fits a watch is held for its resident; by night the message waits for the morning."""
    about = {"person_id": told_id, "clinic_id": offer.clinic_id, "offer_id": offer.id,
             "starts_at": offer.starts_at}  # fmt: skip
    await _put(session, [_row(MessageKind.RESERVED, offer.id, now=now, due_at=offer.told_at) | about])


async def tell_code(
    session: AsyncSession, code: str, *, person_id: UUID, channel: Channel, address: str, now: datetime
) -> None:
    """Write the message that takes a code to the address that it is to prove."""
    where = {"person_id": person_id, "channel": channel, "address": address, "code": code}
    await _put(session, [_row(MessageKind.CODE, new_id(), now=now, due_at=now) | where])


async def tell_after_all(
    session: AsyncSession, ids: Iterable[UUID], *, since: datetime, now: datetime
) -> None:
    """Let the messages wait again that were dropped from ``since`` on, as what they tell was not so; it is so again."""
    await session.execute(
        update(OutboxMessage)
        .where(
            col(OutboxMessage.id).in_(ids),
            col(OutboxMessage.status) == MessageStatus.DROPPED,
            col(OutboxMessage.problem) == NO_LONGER_SO,
            col(OutboxMessage.settled_at) >= since,
        )
        .values(status=MessageStatus.WAITING, due_at=now, attempts=0, problem="", settled_at=None)
        .execution_options(synchronize_session=False)
    )
    tell_of_message(session)


def identity_of(kind: MessageKind, about: UUID) -> UUID:
    """Return the identity of the message that tells so of a booking, an invitation or the like."""
    return uuid5(_IDENTITIES, f"{kind}:{about.hex}")


def _reminders(booking: Booking, *, now: datetime, told_at: datetime) -> list[dict[str, object]]:
    """Return the booking's reminder, never due before it is ``told_at``, or nothing when it starts too soon for any.

    It comes up when the first that a clinic may choose would be due; how long it waits from there, and whether it is
    sent at all, is as the clinic wants it then.
    """
    longest, *_, shortest = REMINDER_HOURS
    if reminder_due(booking.starts_at, shortest) <= told_at:
        return []
    due = reminder_due(booking.starts_at, longest)
    return [_about(booking, MessageKind.REMINDER, now=now, due_at=max(due, told_at))]


def _about(booking: Booking, kind: MessageKind, *, now: datetime, due_at: datetime) -> dict[str, object]:
    return _row(kind, booking.id, now=now, due_at=due_at) | {
        "person_id": booking.booked_by or booking.person_id,
        "clinic_id": booking.clinic_id,
        "booking_id": booking.id,
        "starts_at": booking.starts_at,
    }


def _row(kind: MessageKind, about: UUID, *, now: datetime, due_at: datetime) -> dict[str, object]:
    """Return a row that cannot be written twice."""
    status = MessageStatus.WAITING
    return {"id": identity_of(kind, about), "kind": kind, "created_at": now, "due_at": due_at, "status": status,
            "attempts": 0, "problem": ""}  # fmt: skip


async def _put(session: AsyncSession, rows: list[dict[str, object]]) -> None:
    """Write what is not written yet, and wake whoever sends it once the transaction stands.

    Plain rows: every booking pays for them, and a model would cost more than its INSERT.
    """
    if rows:
        await insert_all_or_ignore(session, OutboxMessage, rows)
        tell_of_message(session)
