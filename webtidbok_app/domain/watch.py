"""Watching for a time (bevaka tid): by day and by night, how long an offer stands, and how a watch ends."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from webtidbok_app.domain import swedish_time

NOTICE_HOURS = (1, 2, 4, 24)
"""How long before its start a clinic may let a time be offered last."""
OFFER_MINUTES = (15, 30, 60, 120)
"""How long a clinic may let an offer stand, by day."""
SHORTEST_OFFER = timedelta(minutes=10)
"""Less than this nobody is asked to answer in."""
OFFERS_A_DAY = range(1, 6)
"""How many offers a day a clinic may let one person have."""
DAY_BEGINS, DAY_ENDS = time(7), time(21)
"""Between these nobody is woken by a message, on the clocks of Sweden."""
GRACE = timedelta(minutes=3)
"""How long a time is kept after its offer has run out, so that it can be passed on to the next in line.

Longer than a worker may go without looking (``live.bus.AT_LEAST_EVERY``). Should nobody look at all, the time is
anybody's then.
"""
WATCH_DAYS = 90
"""How far ahead a watch reaches unless its resident says otherwise."""
WATCH_DAYS_MAX = 365


class WatchStatus(StrEnum):
    """The life of a watch: it waits, until a time that fits is booked or its resident stops it."""

    WAITING = "waiting"
    BOOKED = "booked"
    STOPPED = "stopped"


class WatchOfferStatus(StrEnum):
    """The life of an offer: it stands, and is then taken (chosen, to be booked), declined, or runs out."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"
    RUN_OUT = "run_out"


def earliest_start(now: datetime, *, notice_hours: int, notice_minutes: int) -> datetime:
    """Return when a time may start at the earliest that becomes free ``now`` (aware), to be offered.

    ``notice_hours`` is the clinic's rule for who waits. ``notice_minutes`` is how long before its start such a time is
    bookable last: until then there is to be time enough to answer.
    """
    to_answer = timedelta(minutes=notice_minutes) + SHORTEST_OFFER
    return told_at(now) + max(timedelta(hours=notice_hours), to_answer)


def told_at(now: datetime) -> datetime:
    """Return when somebody can be told of a time that is free ``now`` (aware, UTC): at once, or when it is day."""
    here = swedish_time.local(now)
    if DAY_BEGINS <= here.time() < DAY_ENDS:
        return now
    day = here.date() if here.time() < DAY_BEGINS else here.date() + timedelta(days=1)
    return datetime.combine(day, DAY_BEGINS, swedish_time.STOCKHOLM).astimezone(UTC)
