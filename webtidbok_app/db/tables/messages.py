"""Messages to residents: those that are to be sent, and how each resident wants them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import AutoString, Field, SQLModel

from webtidbok_app.db.crypto import Sealed
from webtidbok_app.domain.message import Channel, MessageKind, MessageStatus

WAITING = "status = 'waiting'"
"""Written as it stands, never with bound parameters: the partial index needs a literal."""
SETTLED = "status <> 'waiting'"
"""Sent, dropped or given up. Written as it stands, like WAITING."""


class OutboxMessage(SQLModel, table=True):
    """One message, written in the transaction of what it tells. Its id is made of that: it cannot be written twice.

    What it says is put together as it is sent, from what is true then; it keeps no text.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'sent', 'dropped', 'dead')", name="status"),
        Index("ix_outbox_message_due", "due_at", postgresql_where=text(WAITING), sqlite_where=text(WAITING)),
        Index("ix_outbox_message_clinic_status", "clinic_id", "status", "settled_at"),
        Index(
            "ix_outbox_message_settled",
            "settled_at",
            postgresql_where=text(SETTLED),
            sqlite_where=text(SETTLED),
        ),
    )

    id: UUID = Field(primary_key=True)
    kind: MessageKind = Field(sa_type=AutoString)
    person_id: UUID = Field(foreign_key="person.id")
    clinic_id: UUID | None = Field(default=None, foreign_key="clinic.id")
    booking_id: UUID | None = None
    case_id: UUID | None = None
    offer_id: UUID | None = None
    """The time that is held for somebody who watches for one."""
    invitation_id: UUID | None = None
    write_id: UUID | None = None
    """The change in a connected journal system that it tells of."""
    starts_at: datetime | None = None
    """When the booking starts that it tells of."""
    created_at: datetime
    due_at: datetime
    """When it is to be sent. Whoever sends it moves this on first, so that nobody else takes it meanwhile."""
    attempts: int = 0
    status: MessageStatus = Field(default=MessageStatus.WAITING, sa_type=AutoString)
    problem: str = ""
    """Why it was dropped, or what the last attempt failed with: a stable code, nothing personal."""
    settled_at: datetime | None = None
    channel: Channel | None = Field(default=None, sa_type=AutoString)
    """How it went; for a code how it is to go."""
    address: str | None = Field(default=None, sa_type=Sealed("outbox_message.address"))
    """Where a code is to go; for everything else the resident's choice holds. Gone when it is settled."""
    code: str | None = Field(default=None, sa_type=Sealed("outbox_message.code"))
    """The code that is told; gone when it is settled."""


class MessageChoice(SQLModel, table=True):
    """How a resident wants messages: by one channel to one address, proven by a code to be theirs, or not at all.

    What begins with ``new`` is asked for and not proven yet; until then what was chosen before holds.
    """

    __tablename__ = "message_choice"
    __table_args__ = (
        Index(
            "ix_message_choice_code",
            "code_at",
            postgresql_where=text("code_at IS NOT NULL"),
            sqlite_where=text("code_at IS NOT NULL"),
        ),
    )

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    channel: Channel | None = Field(default=None, sa_type=AutoString)
    address: str | None = Field(default=None, sa_type=Sealed("message_choice.address"))
    verified_at: datetime | None = None
    lang: str = "sv"
    consented_at: datetime | None = None
    """When somebody with protected identity agreed to messages all the same."""
    new_channel: Channel | None = Field(default=None, sa_type=AutoString)
    new_address: str | None = Field(default=None, sa_type=Sealed("message_choice.new_address"))
    code_hash: str = ""
    code_at: datetime | None = None
    tries: int = 0
    """How many wrong codes since the last one was sent."""
    codes_since: datetime | None = None
    codes: int = 0
    """How many codes have been sent in the hour that began at ``codes_since``."""
