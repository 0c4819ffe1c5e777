"""The standalone timebook (fristående tidbok)."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import AutoString, Field, SQLModel

from webtidbok_app.db.crypto import Sealed
from webtidbok_app.db.tables._base import Announces, OfClinic
from webtidbok_app.domain.opening import Opening
from webtidbok_app.domain.visit import (
    Attendance,
    Bookable,
    BookingStatus,
    ReasonRule,
    ScheduleChangeKind,
    VisitForm,
)

LIVE = "status IN ('held', 'booked')"
"""What takes a place. Written as it stands, never with bound parameters: the partial index needs a literal."""
HELD = "status = 'held'"
"""What is held, or was until it ran out. Written as it stands, like LIVE."""
CHOSEN = "status = 'held' AND offer_id IS NULL"
"""Held because a resident has chosen it, and not because staff offer it. Written as it stands, like LIVE."""


class TimeType(OfClinic, Announces, table=True):
    """A tidstyp: what a time is for, who may book it and by which rules."""

    __tablename__ = "time_type"
    __table_args__ = (
        Index(None, "clinic_id", "slug", unique=True),
        CheckConstraint("bookable IN ('web', 'staff', 'invitation')", name="bookable"),
        CheckConstraint("earliest_days BETWEEN 1 AND 365", name="earliest_days"),
        CheckConstraint("release_weekday BETWEEN 0 AND 6", name="release_weekday"),
        CheckConstraint("release_weeks BETWEEN 1 AND 52", name="release_weeks"),
        CheckConstraint("max_active BETWEEN 1 AND 20", name="max_active"),
        CheckConstraint("hand_over_hours BETWEEN 1 AND 168", name="hand_over_hours"),
    )

    slug: str
    name_sv: str
    name_en: str
    length_minutes: int
    visit_form: VisitForm = Field(default=VisitForm.ON_SITE, sa_type=AutoString)
    audience_sv: str = ""
    audience_en: str = ""
    not_here_sv: str = ""
    not_here_en: str = ""
    prepare_sv: str = ""
    prepare_en: str = ""
    video_url: str = ""
    """Where a video visit is held; empty where the clinic sends the link itself."""
    min_age: int | None = None
    max_age: int | None = None
    bookable: Bookable = Field(default=Bookable.WEB, sa_type=AutoString)
    reason: ReasonRule = Field(default=ReasonRule.OPTIONAL, sa_type=AutoString)
    questions: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """As ``domain.question`` packs them."""
    notice_minutes: int = 60
    """How long before its start a time can last be booked."""
    earliest_days: int | None = None
    release_weekday: int | None = None
    release_time: time | None = None
    release_weeks: int | None = None
    """When times open for residents: see ``domain.opening``."""
    cancel_hours: int = 24
    """How long before its start a time can last be cancelled or rebooked on the web."""
    max_active: int | None = None
    """How many coming times of it one person can have booked."""
    hand_over_hours: int | None = None
    hand_over_to: UUID | None = None
    """How long before its start a time that nobody has becomes one of another time type, and which."""
    active: bool = True
    version: int = 1
    """Counts its changes, so that two who change it at once do not undo each other."""

    @property
    def opening(self) -> Opening:
        """When its times open for residents, and when they close."""
        return Opening(*(getattr(self, name) for name in Opening._fields))


class Performer(OfClinic, table=True):
    """Who or what the time is with: a person with an HSA-id, or a resource such as a vaccination station."""

    __table_args__ = (Index(None, "clinic_id", "hsa_id", unique=True),)

    hsa_id: str | None = None
    name: str
    title_sv: str = ""
    title_en: str = ""
    active: bool = True


class ScheduleChange(OfClinic, table=True):
    """One act of staff on the schedule: who published or withdrew how many times, when, and between which days.

    A deviation that comes or goes is one too, of no times.

    ``number`` counts the clinic's changes from 1. Who has seen number n has seen them all up to n, which is what
    optimistic locking compares.
    """

    __tablename__ = "schedule_change"
    __table_args__ = (
        Index(None, "clinic_id", "number", unique=True),
        CheckConstraint(
            "kind IN ('publish', 'copy', 'import', 'template', 'withdraw', 'undo', 'hand_over', 'close', 'reopen')",
            name="kind",
        ),
    )

    number: int
    kind: ScheduleChangeKind = Field(sa_type=AutoString)
    changed_by: str
    """HSA-id of the member of staff."""
    changed_by_name: str = ""
    changed_at: datetime
    slots: int
    first_start: datetime
    last_start: datetime
    undone_at: datetime | None = None
    """When the times that were still free were taken away again; publications and copies only."""


class Slot(OfClinic, table=True):
    """A published time with one or several places."""

    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "time_type_id"], ["time_type.clinic_id", "time_type.id"]),
        ForeignKeyConstraint(["clinic_id", "performer_id"], ["performer.clinic_id", "performer.id"]),
        ForeignKeyConstraint(["clinic_id", "change_id"], ["schedule_change.clinic_id", "schedule_change.id"]),
        Index(None, "clinic_id", "change_id"),
        CheckConstraint("ends_at > starts_at", name="positive_length"),
        CheckConstraint("places BETWEEN 1 AND 500", name="places"),
        Index(
            "ix_slot_offered",
            "clinic_id",
            "time_type_id",
            "starts_at",
            postgresql_where=text("withdrawn_at IS NULL"),
            sqlite_where=text("withdrawn_at IS NULL"),
        ),
        Index(
            "uq_slot_performer_start",
            "clinic_id",
            "performer_id",
            "starts_at",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
            sqlite_where=text("withdrawn_at IS NULL"),
        ),
    )

    time_type_id: UUID
    performer_id: UUID
    change_id: UUID
    """The act of staff that published it."""
    starts_at: datetime
    ends_at: datetime
    visit_form: VisitForm = Field(default=VisitForm.ON_SITE, sa_type=AutoString)
    places: int = 1
    withdrawn_at: datetime | None = None


class Booking(OfClinic, table=True):
    """A hold or a booking of one place. The database itself refuses two live ones for the same place."""

    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "slot_id"], ["slot.clinic_id", "slot.id"]),
        CheckConstraint("status IN ('held', 'booked', 'cancelled')", name="status"),
        CheckConstraint("status <> 'held' OR expires_at IS NOT NULL", name="hold_expires"),
        CheckConstraint("attendance IN ('arrived', 'no_show')", name="attendance"),
        Index(
            "uq_booking_live_place",
            "clinic_id",
            "slot_id",
            "place",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
        Index(
            "uq_booking_one_hold",
            "clinic_id",
            "person_id",
            unique=True,
            postgresql_where=text(CHOSEN),
            sqlite_where=text(CHOSEN),
        ),
        Index(
            "ix_booking_held",
            "clinic_id",
            "person_id",
            postgresql_where=text(HELD),
            sqlite_where=text(HELD),
        ),
        Index(
            "ix_booking_live_start",
            "clinic_id",
            "starts_at",
            "slot_id",
            "status",
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
        Index("ix_booking_person", "person_id"),
        Index(
            "uq_booking_invitation",
            "clinic_id",
            "invitation_id",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
        Index("uq_booking_replaces", "replaces_clinic_id", "replaces_id", unique=True),
    )

    slot_id: UUID
    starts_at: datetime
    """The slot's, which never changes: so a week's bookings lie together, whatever else there is."""
    place: int
    person_id: UUID = Field(foreign_key="person.id")
    status: BookingStatus = Field(sa_type=AutoString)
    booked_by: UUID | None = Field(default=None, foreign_key="person.id")
    """The guardian who has booked it for their child, and is told of it; empty for who books for themselves."""
    held_at: datetime | None = None
    expires_at: datetime | None = None
    booked_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    """``resident`` or the HSA-id of the member of staff."""
    cancel_message: str = Field(default="", sa_type=Sealed("booking.cancel_message"))
    replaces_clinic_id: UUID | None = None
    replaces_id: UUID | None = None
    """The booking that was rebooked to this one, and the clinic where it stood. None can be replaced twice."""
    calendar_id: UUID | None = None
    """What calendars know it by: the first booking's id, through all rebookings. Its own when empty."""
    calendar_sequence: int = 0
    """How many times it has been rebooked or cancelled (RFC 5545 3.8.7.4)."""
    offer_id: UUID | None = None
    """The offer that it is held for, or came of. Of these a person may have several at a time."""
    invitation_id: UUID | None = None
    """The clinic's invitation that it answers. None can have two live bookings."""
    reason: str = Field(default="", sa_type=Sealed("booking.reason"))
    answers: str = Field(default="", sa_type=Sealed("booking.answers"))
    """What the clinic asked and was answered, as ``domain.question`` packs it."""
    interpreter: str = Field(default="", sa_type=Sealed("booking.interpreter"))
    access_needs: str = Field(default="", sa_type=Sealed("booking.access_needs"))
    phone: str | None = Field(default=None, sa_type=Sealed("booking.phone"))
    email: str | None = Field(default=None, sa_type=Sealed("booking.email"))
    attendance: Attendance | None = Field(default=None, sa_type=AutoString)
    """Whether its resident has come, once staff have said so."""
    attendance_at: datetime | None = None
    """When it was marked: for who has come, about when they came."""
    attendance_by: str | None = None
    """HSA-id of the member of staff who marked it."""
    attendance_by_name: str = ""


class HoldCount(SQLModel, table=True):
    """How many times a resident has held a time in the hour that began at ``since``, at any clinic."""

    __tablename__ = "hold_count"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    since: datetime
    holds: int


class DowntimeRun(SQLModel, table=True):
    """The writing of a clinic's lists of the coming days on one evening, for when nothing else works."""

    __tablename__ = "downtime_run"
    __table_args__ = (CheckConstraint("problem IN ('', 'not_written', 'not_printed')", name="problem"),)

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    evening: date = Field(primary_key=True)
    taken_at: datetime
    """When a worker last took it on; the others leave it alone for some minutes."""
    written_at: datetime | None = None
    last_day: date | None = None
    """The last of the days that were written."""
    problem: str = ""
