"""The field's own choices: how a visit is made, what a clinic asks, which case types there are."""

from enum import StrEnum

REASON_MAX = 150
"""Characters of "Information till vården", as in the national e-services."""


class VisitForm(StrEnum):
    """How the visit is made."""

    ON_SITE = "on_site"
    VIDEO = "video"
    PHONE = "phone"


class ReasonRule(StrEnum):
    """Whether the clinic wants the resident's reason."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Bookable(StrEnum):
    """Who books the times of a time type."""

    WEB = "web"  # every resident whom its rules let
    STAFF = "staff"  # staff alone; residents do not see it
    INVITATION = "invitation"  # residents whom the clinic has invited (kallelse)


class CaseTypeKind(StrEnum):
    """The four case types (ärendetyper) of booking."""

    BOOK_DIRECT = "book_direct"  # Boka tid direkt
    MANAGE_DIRECT = "manage_direct"  # Av/omboka tid direkt (Mina tidsbokningar)
    REQUEST = "request"  # Beställa tid
    REQUEST_CHANGE = "request_change"  # Av/omboka tid


class BookingStatus(StrEnum):
    """The life of a booking: held for a resident, booked, cancelled."""

    HELD = "held"
    BOOKED = "booked"
    CANCELLED = "cancelled"


class Attendance(StrEnum):
    """What became of a booked visit, as staff have marked it."""

    ARRIVED = "arrived"
    NO_SHOW = "no_show"


class ScheduleChangeKind(StrEnum):
    """What staff did to the schedule."""

    PUBLISH = "publish"
    COPY = "copy"
    IMPORT = "import"
    TEMPLATE = "template"
    WITHDRAW = "withdraw"
    UNDO = "undo"
    HAND_OVER = "hand_over"  # what time itself did: see timebook.hand_over
    CLOSE = "close"
    REOPEN = "reopen"
