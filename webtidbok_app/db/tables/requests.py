"""Requests (Beställa tid, Av/omboka tid): drafts, the cases that they become, and what is written in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import AutoString, Field, SQLModel

from webtidbok_app.db.crypto import Sealed
from webtidbok_app.db.tables._base import OfClinic, new_id
from webtidbok_app.domain.request import Author, CaseStatus, ContactWay, OfferStatus, Wish
from webtidbok_app.domain.visit import CaseTypeKind

LEFT_UNSENT = "status IN ('closed', 'withdrawn') AND unsent <> ''"
"""Ended, perhaps with something that was never sent. Written as it stands: the partial index needs a literal."""


class RequestWords(SQLModel):
    """What a resident has chosen and typed in a request; the same in the draft and in the case that it becomes.

    What the timebook said about the time type or the booked time is kept with it, and stays as it was then.
    """

    time_type: str = ""
    time_type_sv: str = ""
    time_type_en: str = ""
    booking_id: str = ""
    """The booked time that is to be changed; empty where it is described in words."""
    starts_at: datetime | None = None
    """When that time starts."""
    wish: Wish | None = Field(default=None, sa_type=AutoString)
    which: str = Field(default="", sa_type=Sealed("request.which"))
    reason: str = Field(default="", sa_type=Sealed("request.reason"))
    can_come: str = Field(default="", sa_type=Sealed("request.can_come"))
    interpreter: str = Field(default="", sa_type=Sealed("request.interpreter"))
    """What was said in a booking that found no time, and comes along; so does the next."""
    access_needs: str = Field(default="", sa_type=Sealed("request.access_needs"))
    contact: ContactWay | None = Field(default=None, sa_type=AutoString)
    phone: str = Field(default="", sa_type=Sealed("request.phone"))

    def words(self) -> dict[str, Any]:
        """Return what is chosen and typed, by name."""
        return {name: getattr(self, name) for name in RequestWords.model_fields}


class RequestDraft(RequestWords, table=True):
    """A request that is not sent yet; kept 24 hours. The case that it becomes has its id."""

    __tablename__ = "request_draft"
    __table_args__ = (Index(None, "updated_at"),)

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    kind: CaseTypeKind = Field(primary_key=True, sa_type=AutoString)
    typed_by: UUID = Field(primary_key=True, foreign_key="person.id")
    """Who has logged in, and types it."""
    id: UUID = Field(default_factory=new_id)
    done: bool = False
    """Nothing is left to mend, and nothing has been typed since it was checked."""
    updated_at: datetime


class RequestCase(RequestWords, OfClinic, table=True):
    """A request that is sent: a case (ärende) with a number of its own at the clinic. Bookings make none."""

    __tablename__ = "request_case"
    __table_args__ = (
        CheckConstraint("status IN ('sent', 'read', 'answered', 'closed', 'withdrawn')", name="status"),
        Index(None, "clinic_id", "number", unique=True),
        Index("ix_request_case_inbox", "clinic_id", "status", "changed_at"),
        Index("ix_request_case_person", "person_id"),
        Index(
            "ix_request_case_unsent",
            "changed_at",
            postgresql_where=text(LEFT_UNSENT),
            sqlite_where=text(LEFT_UNSENT),
        ),
    )

    number: int
    kind: CaseTypeKind = Field(sa_type=AutoString)
    person_id: UUID = Field(foreign_key="person.id")
    sent_by: UUID | None = Field(default=None, foreign_key="person.id")
    """The guardian who has sent it for their child, and is told of answers."""
    status: CaseStatus = Field(default=CaseStatus.SENT, sa_type=AutoString)
    sent_at: datetime
    changed_at: datetime
    """When anybody last did anything that both can see."""
    assigned_to: str | None = None
    """HSA-id of the member of staff who has it."""
    assigned_name: str = Field(default="", sa_type=Sealed("request_case.assigned_name"))
    version: int = 1
    """Counts every change; optimistic locking compares it."""
    unsent: str = Field(default="", sa_type=Sealed("request_case.unsent"))
    """What the resident is writing and has not sent."""


class RequestMessage(OfClinic, table=True):
    """One message in a case, or staff's own note."""

    __tablename__ = "request_message"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "case_id"], ["request_case.clinic_id", "request_case.id"]),
        CheckConstraint("author IN ('resident', 'staff', 'note')", name="author"),
        Index(None, "clinic_id", "case_id", "number", unique=True),
    )

    case_id: UUID
    number: int
    """The version of the case that it was written in: their order."""
    at: datetime
    author: Author = Field(sa_type=AutoString)
    staff_hsa_id: str | None = None
    staff_name: str = Field(default="", sa_type=Sealed("request_message.staff_name"))
    text: str = Field(sa_type=Sealed("request_message.text"))


class TimeOffer(OfClinic, table=True):
    """An answer with one to three times that are held for the resident until a stated moment."""

    __tablename__ = "time_offer"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "case_id"], ["request_case.clinic_id", "request_case.id"]),
        CheckConstraint("status IN ('open', 'accepted', 'declined', 'withdrawn')", name="status"),
        Index(None, "clinic_id", "case_id", "number", unique=True),
    )

    case_id: UUID
    number: int
    """The version of the case that it was made in: their order."""
    status: OfferStatus = Field(default=OfferStatus.OPEN, sa_type=AutoString)
    made_at: datetime
    stands_until: datetime
    """From then on the times are anybody's; the row itself does not change."""
    booking_id: UUID | None = None
    """The time that the resident took."""


class OfferedTime(OfClinic, table=True):
    """One time of an offer, kept as it was told. It has the id of the booking that holds its place."""

    __tablename__ = "offered_time"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "offer_id"], ["time_offer.clinic_id", "time_offer.id"]),
        Index("ix_offered_time_offer", "clinic_id", "offer_id", "starts_at"),
    )

    offer_id: UUID
    starts_at: datetime
    ends_at: datetime
    time_type_sv: str
    time_type_en: str
    performer: str


class AnswerTemplate(OfClinic, table=True):
    """Words that staff of a clinic often answer with."""

    __tablename__ = "answer_template"
    __table_args__ = (Index(None, "clinic_id", "title", unique=True),)

    title: str
    text: str
