"""What all tables share: named constraints, so that migrations can speak of them on every database."""

from datetime import date, datetime
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


class Announces(SQLModel):
    """What can carry a notice (driftmeddelande) to residents, and be stopped: nothing new is booked there then."""

    notice_sv: str = ""
    notice_en: str = ""
    notice_from: date | None = None
    """The first day in Sweden that the notice is shown; empty: at once."""
    notice_until: date | None = None
    """The last such day; empty: until it is taken away."""
    stopped_at: datetime | None = None
    """Since when nothing can be booked by residents; empty while it can."""
    stopped_by: str = ""
    """HSA-id of the member of staff."""
    stopped_by_name: str = ""

    def notice_on(self, day: date) -> tuple[str, str]:
        """Return the notice that is shown on a day in Sweden, in Swedish and English; empty if there is none."""
        begun = self.notice_from is None or self.notice_from <= day
        over = self.notice_until is not None and self.notice_until < day
        return (self.notice_sv, self.notice_en) if begun and not over else ("", "")


class OfClinic(SQLModel):
    """A row that belongs to a clinic: the clinic leads its key."""

    clinic_id: UUID = Field(primary_key=True, foreign_key="clinic.id")
    id: UUID = Field(default_factory=new_id, primary_key=True)
