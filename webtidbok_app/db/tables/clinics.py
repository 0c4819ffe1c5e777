"""Who owns what: region → care provider (vårdgivare) → clinic (mottagning), the clinic's case types, and all of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import AutoString, Field, SQLModel

from webtidbok_app.db.tables._base import Announces, Identified
from webtidbok_app.domain.visit import CaseTypeKind

STANDALONE = "standalone"
"""What clinics with our own timebook have for a journal system."""


class Service(Announces, table=True):
    """The whole service, in one row: what is told and stopped at every clinic."""

    id: int = Field(default=1, primary_key=True)


class Region(Identified, table=True):
    """A region that lets clinics in."""

    name: str
    slug: str = Field(unique=True)


class CareProvider(Identified, table=True):
    """A vårdgivare. Log follow-up and inner secrecy follow it (PDL 4 kap.)."""

    __tablename__ = "care_provider"

    region_id: UUID = Field(foreign_key="region.id", index=True)
    hsa_id: str = Field(unique=True)
    name: str


class Clinic(Identified, Announces, table=True):
    """A mottagning as residents see it."""

    __table_args__ = (
        CheckConstraint("hold_minutes BETWEEN 2 AND 10", name="hold_minutes"),
        CheckConstraint("answer_days BETWEEN 1 AND 10", name="answer_days"),
        CheckConstraint("watch_minutes BETWEEN 5 AND 240", name="watch_minutes"),
    )

    care_provider_id: UUID = Field(foreign_key="care_provider.id", index=True)
    hsa_id: str = Field(unique=True)
    slug: str = Field(unique=True)
    name: str
    kind_sv: str = ""
    kind_en: str = ""
    street: str
    postal_code: str
    city: str
    phone: str
    hours_sv: str
    hours_en: str
    text_sv: str = ""
    text_en: str = ""
    journal: str = STANDALONE
    """Which adapter reaches its timebook."""
    hold_minutes: int = 10
    """How long its timebook keeps a chosen time for a resident at each step: 10 minutes, or fewer."""
    message_name_sv: str = ""
    """What messages to residents call it: a name that tells nobody what care it is about. Empty: the service's own."""
    message_name_en: str = ""
    reminder_hours: int | None = 24
    """How long before a time its resident is reminded (``domain.message.REMINDER_HOURS``); empty: never."""
    answer_days: int = 2
    """How many working days it usually takes to answer a request."""
    rebook_elsewhere: bool = False
    """Whether its residents can exchange a booked time for one at another clinic of the care provider."""
    watch: bool = True
    """Whether residents can watch for a time, where its timebook can hold one for them."""
    watch_notice_hours: int = 2
    """How long before its start a time is offered last to somebody who waits for one."""
    watch_minutes: int = 30
    """How long such an offer stands, by day."""
    watch_a_day: int = 3
    """How many such offers one person can have a day."""
    cases: int = 0
    """How many requests it has got: the number of the newest case."""


class CaseType(SQLModel, table=True):
    """One of the four case types at one clinic; on only where the clinic has activated it."""

    __tablename__ = "case_type"

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    kind: CaseTypeKind = Field(primary_key=True, sa_type=AutoString)
    active: bool = False
    text_sv: str = ""
    text_en: str = ""
    """What it is for, in the clinic's own words ("Bokningen avser")."""
    not_here_sv: str = ""
    not_here_en: str = ""
    """Who is to turn elsewhere; where one books or asks for a time."""
    care_info_sv: str = ""
    care_info_en: str = ""
    """What to think of when one writes to the clinic ("Information till vården"); where one does."""


class Terms(SQLModel, table=True):
    """The clinic's terms (villkor) for a case type, in one version. The newest that has begun is in force."""

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    kind: CaseTypeKind = Field(primary_key=True, sa_type=AutoString)
    version: int = Field(primary_key=True)
    text_sv: str
    text_en: str
    valid_from: datetime
