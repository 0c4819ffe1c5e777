"""Between the wall clock in Sweden and UTC.

The national contracts carry Swedish local time without an offset (TKB 1.1.5, 5.2), so a wall time that does
not exist, or exists twice, cannot be told to a journal system. Such times are refused everywhere.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class PartOfDay(StrEnum):
    """Half a day on clocks in Sweden: before noon, and from noon on."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


class NoSuchWallTime(ValueError):
    """The wall time is skipped in the spring or repeated in the autumn."""


def to_utc(day: date, wall: time) -> datetime:
    """Return the instant when clocks in Sweden show ``wall`` on ``day``, in UTC.

    Raises NoSuchWallTime for the hour that is skipped in March and the hour that is repeated in October.
    """
    first = datetime.combine(day, wall.replace(fold=0), STOCKHOLM)
    second = first.replace(fold=1)
    if first.utcoffset() != second.utcoffset():
        raise NoSuchWallTime(f"{day} {wall}")
    return first.astimezone(UTC)


def local(moment: datetime) -> datetime:
    """Return the same instant as shown on clocks in Sweden."""
    return moment.astimezone(STOCKHOLM)


def part_of_day(moment: datetime) -> PartOfDay:
    """Return the half of the day in Sweden at that instant."""
    return PartOfDay.MORNING if local(moment).hour < 12 else PartOfDay.AFTERNOON


@lru_cache(maxsize=16_384)
def day_of(moment: datetime) -> date:
    """Return the date in Sweden at that instant."""
    return local(moment).date()


def start_of_day(day: date) -> datetime:
    """Return the instant when ``day`` begins in Sweden, in UTC."""
    return datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)


def span_of_days(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants [start of ``first``, end of ``last``) in UTC."""
    return start_of_day(first), start_of_day(last + timedelta(days=1))


def monday_of(day: date) -> date:
    """Return the Monday of the ISO week that ``day`` is in."""
    return day - timedelta(days=day.weekday())
