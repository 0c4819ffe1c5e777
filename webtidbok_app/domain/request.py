"""Requests (förfrågningar): what a resident asks a clinic for, and the life of the case (ärende) that it becomes."""

from datetime import datetime, timedelta
from enum import StrEnum

from webtidbok_app.domain import swedish_time

REQUEST_REASON_MAX = 500
"""Characters of the resident's own words about what it is for."""
WHEN_MAX = 300
WHICH_MAX = 300
MESSAGE_MAX = 1000
"""Characters of one message in a case."""
ANSWER_DAYS = range(1, 11)
"""How many working days a clinic may say that it usually takes to answer."""
DRAFT_LIFE = timedelta(hours=24)
"""How long what a resident types, and has not booked or sent, is kept since it was last changed."""


class ContactWay(StrEnum):
    """How the resident wants to be answered."""

    PHONE = "phone"
    HERE = "here"


class Wish(StrEnum):
    """What is to become of a booked time."""

    REBOOK = "rebook"
    CANCEL = "cancel"


class CaseStatus(StrEnum):
    """The life of a case. What the resident writes later makes it ``sent`` again: there is something to read."""

    SENT = "sent"
    READ = "read"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({CaseStatus.CLOSED, CaseStatus.WITHDRAWN})


class Author(StrEnum):
    """Who wrote a message in a case. A ``note`` is staff's own, and never shown to the resident."""

    RESIDENT = "resident"
    STAFF = "staff"
    NOTE = "note"


OFFERED_AT_MOST = 3
"""Times in one offer."""
OFFER_HOURS = (4, 24, 72)
"""How long staff can let an offer stand, in hours; never longer than its first time can be booked."""


class OfferStatus(StrEnum):
    """The life of an offer. One that is open runs out by itself at its moment."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


def case_number(number: int, sent_at: datetime) -> str:
    """Return what people call a case: the year in Sweden when it was sent, and its number at the clinic."""
    return f"{swedish_time.local(sent_at).year}-{number:04}"
