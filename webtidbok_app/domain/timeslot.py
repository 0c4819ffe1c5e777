"""A free time, as every timebook tells of it."""

from datetime import datetime
from typing import NamedTuple

from webtidbok_app.domain.visit import VisitForm


class Timeslot(NamedTuple):
    """A free time. ``id`` is the timebook's own; instants are aware, UTC."""

    id: str
    starts_at: datetime
    ends_at: datetime
    visit_form: VisitForm | None
    """None where the timebook does not tell."""
    performer: str = ""
    places_left: int = 1
    performer_id: str = ""
    held_by_patient: bool = False
