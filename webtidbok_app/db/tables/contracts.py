"""The standalone timebook behind the national service contracts: who may ask, and what the engagement index is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from webtidbok_app.db.tables._base import Identified, OfClinic


class RivConsumer(Identified, table=True):
    """A system that asks over the service contracts, as one region knows it."""

    __tablename__ = "riv_consumer"
    __table_args__ = (Index(None, "region_id", "hsa_id", unique=True),)

    region_id: UUID = Field(foreign_key="region.id")
    hsa_id: str
    """In upper case, as HSA-ids are compared."""
    name: str


class RivConsumerClinic(SQLModel, table=True):
    """That a consumer is let in at a clinic. Where there is no such row, it is refused."""

    __tablename__ = "riv_consumer_clinic"
    __table_args__ = (Index(None, "consumer_id"),)

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    consumer_id: UUID = Field(primary_key=True, foreign_key="riv_consumer.id")
    let_in_at: datetime
    let_in_by: str
    """HSA-id of the superadmin, or ``operator`` for the command line."""


class EngagementUpdate(OfClinic, table=True):
    """A booking or an open invitation, by its id, of which the engagement index is or has to be told.

    One row for each, so that what is told of it comes in order; what is told is what is true when it is sent.
    """

    __tablename__ = "engagement_update"
    __table_args__ = (Index(None, "due_at"),)

    changes: int = 1
    """Grows with each change, so that one that is made while the index is being told is not lost."""
    due_at: datetime
    """When the index is to be told next; of what it knows, when that is over."""
    leased_until: datetime | None = None
    """Until when a worker is at it, and nobody else."""
    attempts: int = 0
    told: bool = False
    """The index knows of it, or may: it has to be told when there is nothing any more."""
