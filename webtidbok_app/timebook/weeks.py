"""Times of a week without a date, and the weeks that they are to fill. Pure rules, no SQL.

A time stays at the wall clock, as in ``timebook.pattern``: 9.20 is 9.20 in every week, whichever side of a clock
change it is on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import local, monday_of
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.timebook.pattern import (
    DAY_MINUTES,
    MAX_AHEAD,
    MAX_SLOTS,
    NewSlot,
    Series,
    closed_days,
    slot_at,
    wall_of,
)

MAX_EVERY = 4
"""Every week, or every second, third or fourth."""
WEEK = timedelta(days=7)
_WEEK_MINUTES = 7 * DAY_MINUTES


@dataclass(frozen=True, order=True)
class WeekTime:
    """A time of any week: its weekday (0 is Monday), the minute of the day on clocks in Sweden, and its minutes."""

    weekday: int
    start: int
    length: int
    performer_id: UUID
    time_type_id: UUID
    visit_form: VisitForm
    places: int

    @classmethod
    def of(cls, slot: NewSlot) -> "WeekTime":
        """Return what the time is, whichever week it is in."""
        wall = local(slot.starts_at)
        return cls(
            wall.weekday(), wall.hour * 60 + wall.minute, (slot.ends_at - slot.starts_at) // timedelta(minutes=1),
            slot.performer_id, slot.time_type_id, slot.visit_form, slot.places,
        )  # fmt: skip

    def in_week(self, monday: date) -> NewSlot | None:
        """Return the time in the week of ``monday``, or None if the clock change is in its way."""
        planned = slot_at(monday + timedelta(days=self.weekday), self.start, self.length)
        if planned is None:
            return None
        return NewSlot(
            planned.starts_at,
            planned.ends_at,
            self.performer_id,
            self.time_type_id,
            self.visit_form,
            self.places,
        )


@dataclass(frozen=True)
class Filling:
    """A wish to fill ``weeks`` weeks, every ``every``:th from that of ``first_week``, a Monday.

    Only the times of ``performer_ids`` are used.
    """

    first_week: date
    weeks: int
    performer_ids: frozenset[UUID]
    skip_holidays: bool = True
    every: int = 1

    @property
    def mondays(self) -> list[date]:
        """The Mondays of the weeks that are filled."""
        return [self.first_week + WEEK * self.every * number for number in range(self.weeks)]


@dataclass(frozen=True)
class WeekPlan:
    """What filling weeks gives, in order of time, and what it leaves out and why."""

    slots: list[NewSlot]
    holidays: list[tuple[date, str]]
    not_on_clock: list[tuple[date, time]]
    passed: int


def plan_weeks(times: Iterable[WeekTime], filling: Filling, *, now: datetime) -> WeekPlan:
    """Return the times that filling the weeks with ``times`` gives.

    Left out are holidays that have times, if so wished, times that the clock change is in the way of, and times
    that have begun at ``now``. Raises InvalidInput (``weeks``) when a Sunday night runs into the next week's Monday.
    """
    mondays = filling.mondays
    closed = closed_days(mondays[0], mondays[-1] + timedelta(days=6)) if filling.skip_holidays else {}
    in_order = sorted(
        (one for one in times if one.performer_id in filling.performer_ids),
        key=lambda one: (one.weekday, one.start),
    )
    if len(mondays) > 1 and filling.every == 1 and overlap(in_order) is not None:
        raise InvalidInput({"weeks": "runs_into_next"})
    plan = WeekPlan([], [], [], 0)
    holidays: dict[date, str] = {}
    passed = 0
    for monday in mondays:
        for one in in_order:
            day, slot = monday + timedelta(days=one.weekday), one.in_week(monday)
            if day in closed:
                holidays[day] = closed[day]
            elif slot is None:
                plan.not_on_clock.append((day, wall_of(one.start)))
            elif slot.starts_at <= now:
                passed += 1
            else:
                plan.slots.append(slot)
    return WeekPlan(plan.slots, list(holidays.items()), plan.not_on_clock, passed)


def check_filling(
    filling: Filling, times: int, *, most_weeks: int, today: date, source: date | None = None
) -> None:
    """Raise InvalidInput, each field with its code, for a wish that gives nothing or too much.

    ``times`` is how many times one week gets, ``source`` the Monday of the week that they come from, if any.
    """
    if not 1 <= filling.weeks <= most_weeks:
        raise InvalidInput({"weeks": "weeks"}, most=most_weeks)
    if not 1 <= filling.every <= MAX_EVERY:
        raise InvalidInput({"every": "every"})
    count, furthest = times * filling.weeks, today + MAX_AHEAD
    rules = (
        ("first_week", "first_week_passed", filling.first_week < monday_of(today)),
        ("first_week", "first_week_too_far", filling.first_week > furthest),
        ("first_week", "first_week_same", source in filling.mondays),
        ("weeks", "last_week_too_far", filling.first_week <= furthest < filling.mondays[-1]),
        ("performers", "performers_missing", not filling.performer_ids),
        ("weeks", "too_many", count > MAX_SLOTS),
    )
    if problems := {field: code for field, code, broken in reversed(rules) if broken}:
        raise InvalidInput(problems, count=count, most=MAX_SLOTS)


def times_of(series: Series) -> list[WeekTime]:
    """Return the times of a series, in order."""
    return [
        WeekTime(
            weekday, start, series.length_minutes, series.performer_id, series.time_type_id, series.visit_form,
            series.places,
        )
        for weekday in sorted(series.weekdays)
        for start in series.starts
    ]  # fmt: skip


def overlap(times: Iterable[WeekTime]) -> WeekTime | None:
    """Return a time that begins before another one of the same performer is over; None when there is none.

    Weeks follow on each other, so a Sunday night may run into Monday.
    """
    by_performer: dict[UUID, list[WeekTime]] = {}
    for one in sorted(times):
        by_performer.setdefault(one.performer_id, []).append(one)
    for theirs in by_performer.values():
        for before, after in pairwise(theirs):
            if _minute_of_week(before) + before.length > _minute_of_week(after):
                return after
        if _minute_of_week(theirs[-1]) + theirs[-1].length > _minute_of_week(theirs[0]) + _WEEK_MINUTES:
            return theirs[0]
    return None


def _minute_of_week(one: WeekTime) -> int:
    return one.weekday * DAY_MINUTES + one.start


def in_series(times: Sequence[WeekTime]) -> list[list[WeekTime]]:
    """Return the times as series, in order: each time begins when the one before it ends, and is the same otherwise."""
    found: list[list[WeekTime]] = []
    growing: dict[tuple[object, ...], list[WeekTime]] = {}
    for one in sorted(times):
        kind = (one.weekday, one.length, one.performer_id, one.time_type_id, one.visit_form, one.places)
        last = growing.get(kind)
        if last and last[-1].start + one.length == one.start:
            last.append(one)
        else:
            growing[kind] = [one]
            found.append(growing[kind])
    return found
