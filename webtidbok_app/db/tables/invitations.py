"""Invitations (kallelser), and those whom a clinic knows by a reserve number."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from webtidbok_app.db.tables._base import OfClinic


class Invitation(OfClinic, table=True):
    """That a clinic wants somebody to come: at a time that it has booked for them, or on a day within a period.

    Whether it is answered is for the bookings to say (``booking.invitation_id``): it keeps no state that could differ.
    """

    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "time_type_id"], ["time_type.clinic_id", "time_type.id"]),
        CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name="whole_period"),
        CheckConstraint("first_day <= last_day", name="period"),
        Index(None, "clinic_id", "invited_at"),
        Index(None, "person_id"),
    )

    person_id: UUID = Field(foreign_key="person.id")
    time_type_id: UUID
    first_day: date | None = None
    """The first and last day in Sweden of the visit, of an open invitation; empty for one to a time."""
    last_day: date | None = None
    invited_by: str
    """HSA-id of the member of staff."""
    invited_by_name: str = ""
    invited_at: datetime
    ended_at: datetime | None = None
    """When staff withdrew it or invited anew, or its booking was moved to another clinic."""


class ReservePerson(SQLModel, table=True):
    """Somebody without personnummer whom a clinic has given a reserve number, and no other clinic finds."""

    __tablename__ = "reserve_person"
    __table_args__ = (Index(None, "clinic_id", "birth_hash"),)

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    birth_hash: str
    """The keyed hash of clinic and day of birth, by which the same person is found again."""
    registered_by: str
    """HSA-id of the member of staff."""
    registered_at: datetime
