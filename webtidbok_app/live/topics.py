"""What can change, and be followed on the bus: a clinic's timebook and its weeks, requests, messages to send."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from webtidbok_app.domain import swedish_time
from webtidbok_app.live.bus import Topic

OUTBOX = "outbox"
"""The messages that are to be sent."""


ENGAGEMENTS = "engagements"
"""What the engagement index has to be told."""


LINE = "line"
"""Those who watch for a time, at any clinic: somebody has come, or something may be free for them."""


DOWNTIME = "downtime"
"""The lists that are written every evening; nothing tells of them but the clock."""
LOG = "log"
"""The access log. Nobody tells of a line: it is looked at now and then."""
RETENTION = "retention"
"""What is past its time and is cleared; nobody tells of it but the clock."""


WRITES = "writes"
"""Changes in journal systems whose answer was lost: the schedule is read until it tells what became of them."""


def write(write_id: UUID) -> Topic:
    """Return the topic of one change that was asked of a journal system."""
    return "write", write_id


def watch(watch_id: UUID) -> Topic:
    """Return the topic of one watch."""
    return "watch", watch_id


def time_types(clinic_id: UUID) -> Topic:
    """Return the topic of the clinic's time types and their rules, and of what is stopped there."""
    return "time types", clinic_id


def inbox(clinic_id: UUID) -> Topic:
    """Return the topic of all requests to the clinic."""
    return "inbox", clinic_id


def case(case_id: UUID) -> Topic:
    """Return the topic of one request."""
    return "case", case_id


def week(clinic_id: UUID, monday: date) -> Topic:
    """Return the topic of the clinic's times that start in the week, by its Monday in Sweden."""
    return clinic_id, monday


def of_times(clinic_id: UUID, starts: Iterable[datetime]) -> set[Topic]:
    """Return every topic that has changed when the clinic's times that start then have."""
    mondays = {swedish_time.monday_of(swedish_time.day_of(start)) for start in starts}
    return {clinic_id, *(week(clinic_id, monday) for monday in mondays)}
