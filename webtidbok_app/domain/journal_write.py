"""What is asked of a connected journal system to change: what, and what has become of it."""

from enum import StrEnum

from webtidbok_app.domain.message import MessageKind


class WriteKind(StrEnum):
    """The contract that was called (crm:scheduling)."""

    MAKE = "make"
    UPDATE = "update"
    CANCEL = "cancel"


class WriteOutcome(StrEnum):
    """What became of it."""

    SENT = "sent"  # on its way: the answer is waited for, or its worker died meanwhile
    UNKNOWN = "unknown"  # the answer was lost; the schedule is read until it tells
    DONE = "done"  # the journal system said so, or its schedule does
    REFUSED = "refused"  # the journal system said no, and why
    NOT_DONE = "not_done"  # it never got there, or the schedule shows that it was not done
    GIVEN_UP = "given_up"  # nobody could find out in time: the clinic has to be phoned


UNSETTLED = frozenset({WriteOutcome.SENT, WriteOutcome.UNKNOWN})
TELLS = {
    (WriteKind.MAKE, WriteOutcome.DONE): MessageKind.BOOKED,
    (WriteKind.UPDATE, WriteOutcome.DONE): MessageKind.REBOOKED,
    (WriteKind.CANCEL, WriteOutcome.DONE): MessageKind.CANCELLED,
    (WriteKind.MAKE, WriteOutcome.NOT_DONE): MessageKind.NOT_BOOKED,
    (WriteKind.UPDATE, WriteOutcome.NOT_DONE): MessageKind.NOT_REBOOKED,
    (WriteKind.CANCEL, WriteOutcome.NOT_DONE): MessageKind.NOT_CANCELLED,
    **{(kind, WriteOutcome.GIVEN_UP): MessageKind.UNSETTLED for kind in WriteKind},
}
"""What the resident is told; that it was not done, only where they could not know."""
