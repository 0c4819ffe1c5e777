"""When the published times of a time type open for residents, and when they close."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from webtidbok_app.domain import swedish_time

EARLIEST_DAYS = range(1, 366)
"""How many days before its day a time can open, at the most and the least."""
RELEASE_WEEKS = range(1, 53)
"""How many weeks of times can be open after a release."""
FIRST_RELEASE_TIME = time(4)
"""Releases come at a time of day that every day of the year has: never when clocks are changed."""
_WEEK = timedelta(days=7)


class Opening(NamedTuple):
    """The rule of one time type. Wall clock in Sweden.

    With ``release_weekday`` (0 is Monday) new times are released once a week at ``release_time``: all that start
    within ``release_weeks`` weeks from that day. Otherwise a time opens ``earliest_days`` days before its day, or as
    soon as it is published when that is empty.
    """

    notice_minutes: int = 0
    """How long before its start a time can last be booked."""
    earliest_days: int | None = None
    release_weekday: int | None = None
    release_time: time | None = None
    release_weeks: int | None = None

    def first_start(self, now: datetime) -> datetime:
        """Return when a time starts at the earliest that can still be booked ``now`` (aware)."""
        return now + timedelta(minutes=self.notice_minutes)

    def end(self, now: datetime) -> datetime | None:
        """Return before when a time starts that is open ``now`` (aware); None for however far ahead."""
        if self.release_weekday is not None:
            last = swedish_time.day_of(self._release_after(now) - _WEEK)
            return swedish_time.start_of_day(last + (self.release_weeks or 0) * _WEEK)
        if self.earliest_days is not None:
            today = swedish_time.day_of(now)
            return swedish_time.start_of_day(today + timedelta(days=self.earliest_days + 1))
        return None

    def is_open(self, starts_at: datetime, now: datetime) -> bool:
        """Whether a time that starts at ``starts_at`` can be booked ``now`` (both aware)."""
        end = self.end(now)
        return self.first_start(now) <= starts_at and (end is None or starts_at < end)

    def next_opening(self, now: datetime) -> datetime | None:
        """Return when more times open next, after ``now`` (aware, UTC); None where they open as they are published."""
        if self.release_weekday is not None:
            return self._release_after(now)
        if self.earliest_days is not None:
            return swedish_time.start_of_day(swedish_time.day_of(now) + timedelta(days=1))
        return None

    def _release_after(self, now: datetime) -> datetime:
        assert self.release_weekday is not None
        today = swedish_time.day_of(now)
        day = today + timedelta(days=(self.release_weekday - today.weekday()) % 7)
        coming = self._release_on(day)
        return coming if coming > now else self._release_on(day + _WEEK)

    def _release_on(self, day: date) -> datetime:
        return datetime.combine(day, self.release_time or time(), swedish_time.STOCKHOLM).astimezone(UTC)


ANY_TIME = Opening()
"""Times open as they are published, and close as they start."""
