"""Watches (bevakningar): who waits for a time, in which order, and what has been offered to whom."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import AutoString, Field

from webtidbok_app.db.tables._base import OfClinic
from webtidbok_app.domain.swedish_time import PartOfDay
from webtidbok_app.domain.watch import WatchOfferStatus, WatchStatus

IN_LINE = "status = 'waiting'"
"""Who waits. Written as it stands, never with bound parameters: the partial indexes need a literal."""
STANDING = "status = 'open'"
"""What is offered to somebody. Written as it stands, like IN_LINE."""


class Watch(OfClinic, table=True):
    """One person's place in the line for a time type. What is empty may be anything."""

    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "time_type_id"], ["time_type.clinic_id", "time_type.id"]),
        ForeignKeyConstraint(["clinic_id", "performer_id"], ["performer.clinic_id", "performer.id"]),
        CheckConstraint("status IN ('waiting', 'booked', 'stopped')", name="status"),
        CheckConstraint("last_day >= first_day", name="period"),
        Index(
            "uq_watch_one_of_a_kind",
            "clinic_id",
            "person_id",
            "time_type_id",
            unique=True,
            postgresql_where=text(IN_LINE),
            sqlite_where=text(IN_LINE),
        ),
        Index(
            "ix_watch_line",
            "clinic_id",
            "time_type_id",
            "since",
            postgresql_where=text(IN_LINE),
            sqlite_where=text(IN_LINE),
        ),
        Index("ix_watch_person", "person_id"),
    )

    person_id: UUID = Field(foreign_key="person.id")
    watched_by: UUID | None = Field(default=None, foreign_key="person.id")
    """The guardian who waits for their child, and is told."""
    told_until: datetime | None = None
    """The child's 13th birthday: from then on it is the child who is told."""
    time_type_id: UUID
    performer_id: UUID | None = None
    first_day: date
    last_day: date
    """The last day in Sweden that fits."""
    part: PartOfDay | None = Field(default=None, sa_type=AutoString)
    since: datetime
    """The place in the line; changing what is watched for keeps it."""
    status: WatchStatus = Field(default=WatchStatus.WAITING, sa_type=AutoString)
    ended_at: datetime | None = None


class WatchOffer(OfClinic, table=True):
    """A time that is held for whoever is first in line. The booking that holds its place knows it by ``offer_id``."""

    __tablename__ = "watch_offer"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "watch_id"], ["watch.clinic_id", "watch.id"]),
        ForeignKeyConstraint(["clinic_id", "slot_id"], ["slot.clinic_id", "slot.id"]),
        CheckConstraint("status IN ('open', 'taken', 'declined', 'run_out')", name="status"),
        Index("uq_watch_offer_slot", "clinic_id", "watch_id", "slot_id", unique=True),
        Index(
            "uq_watch_offer_one",
            "clinic_id",
            "watch_id",
            unique=True,
            postgresql_where=text(STANDING),
            sqlite_where=text(STANDING),
        ),
        Index(
            "ix_watch_offer_due",
            "stands_until",
            postgresql_where=text(STANDING),
            sqlite_where=text(STANDING),
        ),
        Index("ix_watch_offer_told", "clinic_id", "person_id", "told_at"),
    )

    watch_id: UUID
    person_id: UUID = Field(foreign_key="person.id")
    slot_id: UUID
    starts_at: datetime
    status: WatchOfferStatus = Field(default=WatchOfferStatus.OPEN, sa_type=AutoString)
    made_at: datetime
    told_at: datetime
    """When the message is due: at once by day, in the morning by night."""
    stands_until: datetime
