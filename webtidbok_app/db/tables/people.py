"""Residents: who they are, how they are reached, what they have accepted, what they were about to book."""

from datetime import datetime
from uuid import UUID

from sqlmodel import AutoString, Field, SQLModel

from webtidbok_app.db.crypto import Sealed
from webtidbok_app.db.tables._base import Identified
from webtidbok_app.domain.visit import CaseTypeKind


class Person(Identified, table=True):
    """A resident, known by the keyed hash of the personnummer, samordningsnummer or reserve number."""

    number_hash: str = Field(unique=True)
    number: str = Field(sa_type=Sealed("person.number"))
    given_name: str = Field(sa_type=Sealed("person.given_name"))
    family_name: str = Field(sa_type=Sealed("person.family_name"))
    protected: bool = False
    """Protected identity (skyddade personuppgifter): never named in a list."""
    phone: str | None = Field(default=None, sa_type=Sealed("person.phone"))
    email: str | None = Field(default=None, sa_type=Sealed("person.email"))


class Guardianship(SQLModel, table=True):
    """That the population register names somebody as a child's guardian."""

    guardian_id: UUID = Field(primary_key=True, foreign_key="person.id")
    child_id: UUID = Field(primary_key=True, foreign_key="person.id")
    known_at: datetime
    """When the register last said so."""


class TermsAcceptance(SQLModel, table=True):
    """That a resident accepted one version of a clinic's terms, and when."""

    __tablename__ = "terms_acceptance"

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    kind: CaseTypeKind = Field(primary_key=True, sa_type=AutoString)
    version: int = Field(primary_key=True)
    accepted_at: datetime


class Draft(SQLModel, table=True):
    """What a resident has chosen and typed on the way to a booking; valid for 24 hours."""

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    typed_by: UUID = Field(primary_key=True, foreign_key="person.id")
    """Who has logged in: a child's two guardians do not see what the other types."""
    time_type: str
    hold_id: str | None = None
    reason: str = Field(default="", sa_type=Sealed("draft.reason"))
    answers: str = Field(default="", sa_type=Sealed("draft.answers"))
    """What is answered of the time type's questions: JSON, from the question's words to the answer's."""
    interpreter: str = Field(default="", sa_type=Sealed("draft.interpreter"))
    access_needs: str = Field(default="", sa_type=Sealed("draft.access_needs"))
    phone: str | None = Field(default=None, sa_type=Sealed("draft.phone"))
    """As typed, mended or not; None until something is typed here."""
    email: str | None = Field(default=None, sa_type=Sealed("draft.email"))
    details_done: bool = False
    updated_at: datetime
