"""Taking away times that some have booked: what was done with each, who is to be phoned, and all that undoing needs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import AutoString, Field, SQLModel

from webtidbok_app.db.tables._base import OfClinic
from webtidbok_app.domain.removal import CallBecause, Choice


class Removal(OfClinic, table=True):
    """One act of staff that took times away. Whoever asks gives it its id: what is asked twice is done once."""

    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "change_id"], ["schedule_change.clinic_id", "schedule_change.id"]),
        Index(None, "clinic_id", "change_id", unique=True),
    )

    change_id: UUID
    """The change of the schedule that it is."""
    done_by: str
    """HSA-id of the member of staff."""
    done_by_name: str = ""
    done_at: datetime
    kept: int = 0
    """How many booked visits were left as they were."""
    taken_back_at: datetime | None = None
    taken_back_by: str | None = None
    taken_back_by_name: str = ""


class RemovedSlot(SQLModel, table=True):
    """A time that a removal took away."""

    __tablename__ = "removed_slot"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "removal_id"], ["removal.clinic_id", "removal.id"]),
        ForeignKeyConstraint(["clinic_id", "slot_id"], ["slot.clinic_id", "slot.id"]),
    )

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    removal_id: UUID = Field(primary_key=True)
    slot_id: UUID = Field(primary_key=True)


class RemovalLine(OfClinic, table=True):
    """What a removal did with one booking that was not left as it was."""

    __tablename__ = "removal_line"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "removal_id"], ["removal.clinic_id", "removal.id"]),
        ForeignKeyConstraint(["clinic_id", "booking_id"], ["booking.clinic_id", "booking.id"]),
        ForeignKeyConstraint(["clinic_id", "new_booking_id"], ["booking.clinic_id", "booking.id"]),
        ForeignKeyConstraint(["clinic_id", "invitation_id"], ["invitation.clinic_id", "invitation.id"]),
        CheckConstraint("choice IN ('move', 'invite', 'cancel')", name="choice"),
        CheckConstraint("call_because IN ('', 'no_message', 'soon', 'taken_back')", name="call_because"),
        Index(None, "clinic_id", "removal_id"),
        Index(None, "clinic_id", "booking_id"),  # a hold that is deleted asks whether a line names it
        Index(None, "clinic_id", "new_booking_id"),
    )

    removal_id: UUID
    choice: Choice = Field(sa_type=AutoString)
    booking_id: UUID
    new_booking_id: UUID | None = None
    invitation_id: UUID | None = None
    call_because: CallBecause = Field(default=CallBecause.NOTHING, sa_type=AutoString)
    """Why the resident is to be phoned."""
    phoned_at: datetime | None = None
    phoned_by: str | None = None
    """HSA-id of the member of staff."""
    phoned_by_name: str = ""
    left_as_wished: bool = False
    """The resident had changed it when all else was taken back, and it stayed as they wanted it."""
