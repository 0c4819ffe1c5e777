"""What is asked of a connected journal system to change: what, and what has become of it."""

from enum import StrEnum


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
