"""Who may do what, who is logged in, and who has seen what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import AutoString, Field, SQLModel

from webtidbok_app.db.crypto import Sealed
from webtidbok_app.db.tables._base import Identified
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
    """Who did what with whose data, where and when (HSLF-FS 2016:40 4 kap. 9 §; kept at least five years)."""

    __tablename__ = "access_log"
    __table_args__ = (Index(None, "clinic_id", "at"), Index(None, "person_id", "at"))

    at: datetime
    actor_kind: str
    actor_id: str
    action: str
    clinic_id: UUID | None = Field(default=None, foreign_key="clinic.id")
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    booking_id: str | None = None
    case_id: str | None = None
