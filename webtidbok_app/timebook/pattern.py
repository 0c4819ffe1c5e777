"""From what staff write on the publishing page to the times that it means. Pure rules, no SQL.

A time stays at the wall clock: 9.20 is 9.20 in summer and in winter. A time that begins or ends in the hour
that is skipped in March or repeated in October, or that would be an hour shorter or longer than it says
because that hour lies within it, is not made but reported.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from uuid import UUID

import holidays
from holidays.constants import DE_FACTO, PUBLIC

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import NoSuchWallTime, day_of, to_utc
from webtidbok_app.domain.visit import VisitForm

MAX_DAYS = 366
"""Days that one pattern may span, first and last included."""
MAX_SLOTS = 10_000
"""Times that one pattern may give."""
MAX_AHEAD = timedelta(days=2 * 366)
"""How far ahead the last day may lie: a slip of the finger in the year is caught here."""
MAX_PLACES = 500
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Series:
    """Times for one performer on ``weekdays`` (0 is Monday), whichever week it is.

    On each such day the times follow on each other from ``from_time``, ``length_minutes`` each, as long as
    they end by ``to_time``. Wall clock in Sweden; a ``to_time`` of 00:00 is the midnight that ends the day.
    """

    time_type_id: UUID
    performer_id: UUID
    visit_form: VisitForm
    weekdays: frozenset[int]
    from_time: time
    to_time: time
    length_minutes: int
    places: int

    @property
    def starts(self) -> range:
        """The minutes of the day at which times start."""
        return range(_minute(self.from_time), self.end_minute - self.length_minutes + 1, self.length_minutes)

    @property
    def end_minute(self) -> int:
        """The minute of the day by which the last time ends, 1440 for midnight."""
        return _minute(self.to_time) or DAY_MINUTES


@dataclass(frozen=True, kw_only=True)
class Pattern(Series):
    """A series to publish from ``first_day`` to ``last_day``, both included.

    One single time is one day with room for one length.
    """

    first_day: date
    last_day: date
    skip_holidays: bool = True
    leave_out_clashes: bool = False


@dataclass(frozen=True)
class PlannedSlot:
    """A time that would be published. Instants are aware, UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class NewSlot(PlannedSlot):
    """A time that would be published, with all that it is."""

    performer_id: UUID
    time_type_id: UUID
    visit_form: VisitForm
    places: int


@dataclass(frozen=True)
class Expansion:
    """What a pattern gives, in order of time, and what it leaves out and why."""

    slots: list[PlannedSlot]
    holidays: list[tuple[date, str]]
    not_on_clock: list[tuple[date, time]]


def expand(pattern: Pattern, *, now: datetime) -> Expansion:
    """Return the times that ``pattern`` means. Times that have begun at ``now`` are left out.

    Raises InvalidInput, each field with its code, for a pattern that cannot give any time or gives too many.
    """
    _check(pattern, today=day_of(now))
    chosen = list(_chosen_days(pattern))
    closed = closed_days(pattern.first_day, pattern.last_day) if pattern.skip_holidays else {}
    days = [day for day in chosen if day not in closed]
    starts = pattern.starts
    if len(days) * len(starts) > MAX_SLOTS:
        raise InvalidInput({"last_day": "too_many"}, count=len(days) * len(starts), most=MAX_SLOTS)
    slots: list[PlannedSlot] = []
    not_on_clock: list[tuple[date, time]] = []
    for day in days:
        for start in starts:
            planned = slot_at(day, start, pattern.length_minutes)
            if planned is None:
                not_on_clock.append((day, wall_of(start)))
            elif planned.starts_at > now:
                slots.append(planned)
    if days and not slots and not not_on_clock:
        raise InvalidInput({"from_time": "from_time_passed"})
    return Expansion(slots, [(day, closed[day]) for day in chosen if day in closed], not_on_clock)


def new_slots(pattern: Pattern, planned: Iterable[PlannedSlot]) -> list[NewSlot]:
    """Return the planned times as what ``pattern`` says that they are."""
    return [
        NewSlot(
            slot.starts_at, slot.ends_at, pattern.performer_id, pattern.time_type_id, pattern.visit_form,
            pattern.places,
        )
        for slot in planned
    ]  # fmt: skip


def slot_at(day: date, start: int, length: int) -> PlannedSlot | None:
    """Return the time of ``length`` minutes that starts at minute ``start`` of ``day`` on clocks in Sweden.

    None if the clock change is in its way: it starts or ends in an hour that is skipped or repeated, or such an
    hour lies within it.
    """
    over, end = divmod(start + length, DAY_MINUTES)
    try:
        planned = PlannedSlot(to_utc(day, wall_of(start)), to_utc(day + timedelta(days=over), wall_of(end)))
    except NoSuchWallTime:
        return None
    return planned if planned.ends_at - planned.starts_at == timedelta(minutes=length) else None


def closed_days(first: date, last: date) -> dict[date, str]:
    """Return the days from ``first`` to ``last``, both included, when clinics are closed, with their names.

    Public holidays (lag 1989:253) other than plain Sundays, and midsommarafton, julafton and nyårsafton,
    which semesterlagen (1977:480) 7 § puts on a level with them.
    """
    names: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        names |= _holidays_of(year)
    return {day: names[day] for day in sorted(names) if first <= day <= last}


@cache
def _holidays_of(year: int) -> dict[date, str]:
    found = holidays.country_holidays("SE", years=year, categories=(PUBLIC, DE_FACTO), language="sv")
    return dict(found.items())


def _check(pattern: Pattern, *, today: date) -> None:
    if problems := {**_check_days(pattern, today), **check_times(pattern)}:
        raise InvalidInput(problems)


def check_times(series: Series) -> dict[str, str]:
    """Return a code for each field of a series' times, lengths and places that cannot be."""
    problems = {} if 1 <= series.places <= MAX_PLACES else {"places": "places"}
    if not 1 <= series.length_minutes <= DAY_MINUTES:
        return problems | {"length": "length"}
    room = series.end_minute - _minute(series.from_time)
    if room <= 0:
        return problems | {"to_time": "to_time_before_from"}
    if room < series.length_minutes:
        return problems | {"to_time": "to_time_too_early"}
    return problems


def _check_days(pattern: Pattern, today: date) -> dict[str, str]:
    span = (pattern.last_day - pattern.first_day).days + 1
    rules = (
        ("first_day", "first_day_passed", pattern.first_day < today),
        ("last_day", "last_day_before_first", span < 1),
        ("last_day", "last_day_too_far", pattern.last_day > today + MAX_AHEAD),
        ("last_day", "too_many_days", span > MAX_DAYS),
        ("weekdays", "weekdays_missing", not pattern.weekdays or not pattern.weekdays <= set(range(7))),
        ("weekdays", "weekdays_outside", 1 <= span <= MAX_DAYS and not any(_chosen_days(pattern))),
    )
    return next(({field: code} for field, code, broken in rules if broken), {})


def _chosen_days(pattern: Pattern) -> Iterator[date]:
    span = (pattern.last_day - pattern.first_day).days + 1
    every = (pattern.first_day + timedelta(days=i) for i in range(span))
    return (day for day in every if day.weekday() in pattern.weekdays)


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def wall_of(minute: int) -> time:
    """Return the time of day at a minute of the day; for 1440 call it with 0."""
    return time(*divmod(minute, 60))
