"""Weeks as a clinic makes them: templates of a week, and days and times when it deviates from them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import AutoString, Field

from webtidbok_app.db.tables._base import OfClinic
from webtidbok_app.domain.visit import VisitForm


class WeekTemplate(OfClinic, table=True):
    """A named week of times (veckomall), to publish in as many weeks as wished."""

    __tablename__ = "week_template"
    __table_args__ = (Index(None, "clinic_id", "name", unique=True),)

    name: str
    version: int = 1
    """Counts its changes, so that two who change it at once do not undo each other."""
    changed_by: str
    """HSA-id of the member of staff."""
    changed_by_name: str
    changed_at: datetime


class WeekTemplateSlot(OfClinic, table=True):
    """A time of a template: a weekday and a clock time in Sweden, without a date."""

    __tablename__ = "week_template_slot"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "template_id"], ["week_template.clinic_id", "week_template.id"]),
        ForeignKeyConstraint(["clinic_id", "time_type_id"], ["time_type.clinic_id", "time_type.id"]),
        ForeignKeyConstraint(["clinic_id", "performer_id"], ["performer.clinic_id", "performer.id"]),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("start BETWEEN 0 AND 1439", name="start"),
        CheckConstraint("length BETWEEN 1 AND 1440", name="length"),
        CheckConstraint("places BETWEEN 1 AND 500", name="places"),
        Index(None, "clinic_id", "template_id"),
    )

    template_id: UUID
    weekday: int
    """0 is Monday."""
    start: int
    """The minute of the day."""
    length: int
    """In minutes."""
    performer_id: UUID
    time_type_id: UUID
    visit_form: VisitForm = Field(sa_type=AutoString)
    places: int


class ScheduleDeviation(OfClinic, table=True):
    """Days, or a part of each, when nothing is published: at the whole clinic or for one performer."""

    __tablename__ = "deviation"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "performer_id"], ["performer.clinic_id", "performer.id"]),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint(
            "(from_minute IS NULL AND to_minute IS NULL)"
            " OR (from_minute >= 0 AND to_minute > from_minute AND to_minute <= 1440)",
            name="minutes",
        ),
        Index(None, "clinic_id", "last_day"),
    )

    first_day: date
    last_day: date
    from_minute: int | None = None
    to_minute: int | None = None
    """From and until which minute of the day on clocks in Sweden; both empty: all day."""
    performer_id: UUID | None = None
    reason: str
    added_by: str
    """HSA-id of the member of staff."""
    added_by_name: str
    added_at: datetime
