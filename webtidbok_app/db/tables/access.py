"""Who may do what, who is logged in, and who has seen what."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import AutoString, Field, SQLModel

from webtidbok_app.db.crypto import Sealed
from webtidbok_app.db.tables._base import Identified, OfClinic
from webtidbok_app.domain.access import Judgement, Purpose
from webtidbok_app.domain.actor import Role

OF_REGION = "clinic_id IS NULL"
"""A superadmin answers for one region: an HSA-id has at most one such role."""


class StaffRole(Identified, table=True):
    """What one HSA-id may do at one clinic, or (clinic empty) in a region: a commission (medarbetaruppdrag)."""

    __tablename__ = "staff_role"
    __table_args__ = (
        Index(None, "clinic_id", "hsa_id", unique=True),
        Index(
            "uq_staff_role_of_region",
            "hsa_id",
            unique=True,
            sqlite_where=text(OF_REGION),
            postgresql_where=text(OF_REGION),
        ),
    )

    clinic_id: UUID | None = Field(default=None, foreign_key="clinic.id")
    region_id: UUID | None = Field(default=None, foreign_key="region.id")
    hsa_id: str = Field(index=True)
    role: Role = Field(sa_type=AutoString)
    name: str = Field(default="", sa_type=Sealed("staff_role.name"))
    """As it was given with the role, and since then as the last login said."""


class RoleChange(Identified, table=True):
    """Who gave which role to whom, changed it or took it away: kept when the role is gone."""

    __tablename__ = "role_change"
    __table_args__ = (Index(None, "clinic_id", "changed_at"), Index(None, "region_id", "changed_at"))

    clinic_id: UUID | None = Field(default=None, foreign_key="clinic.id")
    region_id: UUID | None = Field(default=None, foreign_key="region.id")
    changed_at: datetime
    changed_by: str
    changed_by_name: str = Field(sa_type=Sealed("role_change.changed_by_name"))
    hsa_id: str
    name: str = Field(sa_type=Sealed("role_change.name"))
    before: Role | None = Field(default=None, sa_type=AutoString)
    after: Role | None = Field(default=None, sa_type=AutoString)


class LoginSession(SQLModel, table=True):
    """A login. Only the hash of the cookie is kept, so that a leaked table opens no session."""

    __tablename__ = "login_session"

    id_hash: str = Field(primary_key=True)
    kind: str
    """``resident`` or ``staff``."""
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    acts_for: UUID | None = Field(default=None, foreign_key="person.id")
    """The child that a guardian acts for."""
    staff_hsa_id: str | None = None
    staff_name: str = Field(default="", sa_type=Sealed("login_session.staff_name"))
    role: Role | None = Field(default=None, sa_type=AutoString)
    clinic_id: UUID | None = Field(default=None, foreign_key="clinic.id")
    created_at: datetime
    last_seen_at: datetime
    ends_at: datetime = Field(index=True)
    """The hard end, twelve hours after login."""


class AccessLog(Identified, table=True):
    """Who did what with whose data, where, when and why (HSLF-FS 2016:40 4 kap. 9 §). Never changed, never removed.

    Written by ``services.audit.record`` alone, which signs it; sealed in batches by ``services.log_seals``.
    """

    __tablename__ = "access_log"
    __table_args__ = (
        Index(None, "clinic_id", "at"),
        Index("ix_access_log_person", "clinic_id", "person_id", "at"),
        Index("ix_access_log_actor", "clinic_id", "actor_kind", "actor_id", "at"),
    )

    at: datetime
    actor_kind: str
    """``resident``, ``guardian``, ``staff`` or ``system``."""
    actor_id: str
    actor_name: str = Field(default="", sa_type=Sealed("access_log.actor_name"))
    """What staff were called then; of residents there is ``person``."""
    actor_role: Role | None = Field(default=None, sa_type=AutoString)
    action: str
    purpose: Purpose = Field(default=Purpose.CARE, sa_type=AutoString)
    reason: str = Field(default="", sa_type=Sealed("access_log.reason"))
    """What was said of why, where that is asked."""
    clinic_id: UUID | None = Field(default=None, foreign_key="clinic.id")
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    booking_id: str | None = None
    case_id: str | None = None
    mac: str = ""
    """The signature of all the rest (``db.log_line``)."""


class LogSeal(SQLModel, table=True):
    """One batch of log lines, sealed: each seal takes in the one before it, so that a chain holds together.

    ``chain`` is the clinic whose lines they are, zero for the lines of no clinic.
    """

    __tablename__ = "log_seal"

    chain: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    lines: int
    digest: str
    """SHA-256 of the lines' signatures, in order of their identities."""
    next_from: datetime
    """From when on the next batch looks for lines: well before the latest of these."""
    sealed_at: datetime
    previous: str
    """The signature of the seal before it, empty for the first."""
    mac: str


class LogSealLine(SQLModel, table=True):
    """In which batch a line is sealed. It stays when the line is gone: so one knows which is missing."""

    __tablename__ = "log_seal_line"
    __table_args__ = (Index("ix_log_seal_line_batch", "chain", "number"),)

    log_id: UUID = Field(primary_key=True)
    chain: UUID
    number: int


class LogCheck(OfClinic, table=True):
    """A random sample of a clinic's log, to be judged and signed. A signed one is never changed."""

    __tablename__ = "log_check"
    __table_args__ = (Index("uq_log_check_number", "clinic_id", "number", unique=True),)

    number: int
    first_day: date
    last_day: date
    out_of: int
    """Of how many lines the sample was drawn."""
    drawn_at: datetime
    drawn_by: str
    drawn_by_name: str = Field(sa_type=Sealed("log_check.drawn_by_name"))
    signed_at: datetime | None = None
    signed_by: str | None = None
    signed_by_name: str = Field(default="", sa_type=Sealed("log_check.signed_by_name"))
    conclusion: str = Field(default="", sa_type=Sealed("log_check.conclusion"))


class LogCheckLine(SQLModel, table=True):
    """One line of a sample, and what was thought of it."""

    __tablename__ = "log_check_line"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "check_id"], ["log_check.clinic_id", "log_check.id"]),
        CheckConstraint("judgement IN ('justified', 'investigate')", name="judgement"),
    )

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    check_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True)
    log_id: UUID = Field(foreign_key="access_log.id")
    judgement: Judgement | None = Field(default=None, sa_type=AutoString)
    note: str = Field(default="", sa_type=Sealed("log_check_line.note"))
    judged_by: str | None = None
    judged_at: datetime | None = None
