"""Messages about a clinic's times that did not reach their residents. For staff of the clinic."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlmodel import col

from webtidbok_app.db.engine import get_database
from webtidbok_app.db.tables import WAITING, Clinic, OutboxMessage
from webtidbok_app.domain import clock
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.message import Channel, MessageKind, MessageStatus
from webtidbok_app.services.authorise import as_clinic_staff

SHOWN_FOR = timedelta(days=30)
AT_MOST = 200


@dataclass(frozen=True)
class UndeliveredMessage:
    """One message that was given up. Instants are aware, UTC."""

    id: str
    kind: MessageKind
    channel: Channel | None
    problem: str
    """Stable code: ``refused`` (the address takes no messages) or ``unreachable`` (nobody took it for a day)."""
    given_up_at: datetime
    starts_at: datetime | None
    """When the booked time starts that it is about."""
    booking_id: str
    case_id: str
    """The request that it is about; then there is no booking."""
    invitation_id: str = ""


@dataclass(frozen=True)
class Undelivered:
    """What a clinic's residents were not told of in the last 30 days, the newest first, and what is being tried."""

    clinic: str
    failed: list[UndeliveredMessage]
    waiting: int
    """Messages that have been tried in vain and will be tried again."""


async def get_undelivered(actor: Actor | None) -> Undelivered:
    """Return the clinic's messages that did not come through. Opening what they are about tells whose they are."""
    _, clinic_id = as_clinic_staff(actor)
    of_clinic = col(OutboxMessage.clinic_id) == clinic_id
    async with get_database().read() as session:
        clinic = await session.get_one(Clinic, clinic_id)
        dead = await session.scalars(
            select(OutboxMessage)
            .where(
                of_clinic,
                col(OutboxMessage.status) == MessageStatus.DEAD,
                col(OutboxMessage.settled_at) > clock.now() - SHOWN_FOR,
            )
            .order_by(col(OutboxMessage.settled_at).desc())
            .limit(AT_MOST)
        )
        waiting = await session.scalar(
            select(func.count()).where(of_clinic, text(WAITING), col(OutboxMessage.problem) != "")
        )
        return Undelivered(clinic.name, [_failed(message) for message in dead], waiting or 0)


def _failed(message: OutboxMessage) -> UndeliveredMessage:
    assert message.settled_at
    return UndeliveredMessage(
        id=message.id.hex,
        kind=MessageKind(message.kind),
        channel=Channel(message.channel) if message.channel else None,
        problem=message.problem,
        given_up_at=message.settled_at,
        starts_at=message.starts_at,
        booking_id=message.booking_id.hex if message.booking_id else "",
        case_id=message.case_id.hex if message.case_id else "",
        invitation_id=message.invitation_id.hex if message.invitation_id else "",
    )
