"""What all tables share: named constraints, so that migrations can speak of them on every database."""

from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> UUID:
    """Return an identity that cannot be guessed."""
    return uuid4()


class Identified(SQLModel):
    """A row with an identity of its own."""

    id: UUID = Field(default_factory=new_id, primary_key=True)


class OfClinic(SQLModel):
    """A row that belongs to a clinic: the clinic leads its key."""

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    id: UUID = Field(default_factory=new_id, primary_key=True)
