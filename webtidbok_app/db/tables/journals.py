"""Clinics whose timebook is a journal system of their own: how it is reached, and what is asked of it.

The bookings themselves stand there. Here is what our residents hold while they book, and each change that is asked
for, written before it is sent: so that none is lost or done twice when an answer is.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import AutoString, Field, SQLModel

from webtidbok_app.db.crypto import Sealed
from webtidbok_app.db.tables._base import OfClinic
from webtidbok_app.domain.journal_write import WriteKind, WriteOutcome

LOOKED_FOR = "look_at IS NOT NULL"
"""What the schedule is to be read for. Written as it stands, like LIVE: the partial index needs a literal."""


class JournalConnection(SQLModel, table=True):
    """How a clinic's journal system is reached over crm:scheduling 1.1, and what it can do.

    It is in use when the clinic's ``journal`` says ``rivta``; until then it can be tried.
    """

    __tablename__ = "journal_connection"

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    logical_address: str
    """HSA-id of the unit that owns the schedule; compared without case."""
    address: str
    """Where the contracts are called; ``{contract}`` in it is the contract's name."""
    addresses: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    """Where single contracts are called instead, by their names."""
    certificate: str = ""
    """Which of the installation's client certificates it is called with; empty for none."""
    can_book: bool = True
    can_cancel: bool = True
    can_rebook: bool = True
    can_message: bool = True
    """A message can go with a cancellation, where the booking itself says so too."""
    can_choose_performer: bool = True
    can_move: bool = False
    """Bookings can be moved to other units (GetAllHealthcareFacilities)."""
    tested_at: datetime | None = None
    report: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """What the last test call found, contract by contract."""
    version: int = 1
    """Counts its changes, so that two who change it at once do not undo each other."""


class JournalHold(OfClinic, table=True):
    """A free time of a journal system's that one resident is about to book.

    The journal system knows nothing of it: it keeps our own residents apart, and the journal's word decides.
    """

    __tablename__ = "journal_hold"
    __table_args__ = (
        Index(None, "clinic_id", "slot_key", "place", unique=True),
        Index(None, "clinic_id", "person_id", unique=True),
        Index(None, "expires_at"),
        Index(None, "person_id"),
    )

    person_id: UUID = Field(foreign_key="person.id")
    slot_key: str
    """Which time it is: the digest of all that tells it from others."""
    place: int = 0
    """Which of several that are alike."""
    time_type: str
    timeslot: dict[str, Any] = Field(sa_type=JSON)
    """The time as the journal system told of it; nothing of any patient."""
    starts_at: datetime
    held_at: datetime
    expires_at: datetime


class JournalWrite(OfClinic, table=True):
    """One change that was asked of a journal system. The row stands before anything is sent."""

    __tablename__ = "journal_write"
    __table_args__ = (
        CheckConstraint("kind IN ('make', 'update', 'cancel')", name="kind"),
        CheckConstraint(
            "outcome IN ('sent', 'unknown', 'done', 'refused', 'not_done', 'given_up')", name="outcome"
        ),
        Index("ix_journal_write_person", "person_id", "clinic_id"),
        Index("ix_journal_write_hold", "clinic_id", "hold_id"),
        Index(
            "ix_journal_write_look_at",
            "look_at",
            postgresql_where=text(LOOKED_FOR),
            sqlite_where=text(LOOKED_FOR),
        ),
    )

    person_id: UUID = Field(foreign_key="person.id")
    kind: WriteKind = Field(sa_type=AutoString)
    outcome: WriteOutcome = Field(default=WriteOutcome.SENT, sa_type=AutoString)
    hold_id: UUID | None = None
    """The hold whose time was asked for; empty when cancelling."""
    from_clinic_id: UUID | None = None
    """The clinic where the booking stood that was moved here, if not here."""
    booking_id: str = ""
    """The journal system's id of the booking that was exchanged or cancelled, or answers an invitation."""
    new_booking_id: str = ""
    """The journal system's id of the booking that came of it, once it is known."""
    time_type: str = ""
    time_type_name: str = ""
    timeslot: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The time that was asked for, or cancelled, as the journal system told of it; nothing of any patient.

    When a booking is exchanged, ``old`` in it is the time that it had.
    """
    starts_at: datetime
    ends_at: datetime
    old_starts_at: datetime | None = None
    """When the booking began that was to be exchanged."""
    said: str = Field(default="", sa_type=Sealed("journal_write.said"))
    """What the resident said with it: JSON."""
    calendar_id: UUID | None = None
    calendar_sequence: int = 0
    """What calendars know the booking by, as ``Booking`` has them."""
    correlation_id: str
    sent_at: datetime
    look_at: datetime | None = None
    """When the schedule is to be read next to find out what became of it."""
    looks: int = 0
    settled_at: datetime | None = None
    lost: bool = False
    """The answer was lost, and the resident was told that nobody knew."""
    result_text: str = Field(default="", sa_type=Sealed("journal_write.result_text"))
    """The journal system's own words to the resident (INFO or ERROR)."""
    seen_at: datetime | None = None
    """When the resident put away what they were told of a lost answer."""
