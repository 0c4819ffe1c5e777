"""Taking away times that some have booked: what can be done with a booked visit, and why somebody must be phoned."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

TAKE_BACK_FOR = timedelta(minutes=10)
"""How long what was done can be taken back, and its messages wait."""
SOON = timedelta(hours=24)
"""Who has a visit nearer than this is phoned: a message may not be read in time."""


VISITS_AT_MOST, TIMES_AT_MOST = 100, 3000
"""How many booked visits, and how many times, can be taken away at once: what one can look through, and a database do
in one transaction while others wait."""


class Choice(StrEnum):
    """What is to become of a booked visit."""

    KEEP = "keep"
    MOVE = "move"
    INVITE = "invite"  # cancelled, and invited to book another time
    CANCEL = "cancel"


class CallBecause(StrEnum):
    """Why a resident must be phoned."""

    NOTHING = ""
    NO_MESSAGE = "no_message"
    SOON = "soon"
    TAKEN_BACK = "taken_back"  # had been phoned already when all was taken back


@dataclass(frozen=True)
class Decision:
    """What staff want to become of one booked visit. ``to`` is the time that it is moved to."""

    booking_id: UUID
    choice: Choice
    to: UUID | None = None
