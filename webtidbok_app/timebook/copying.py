"""From one week's times to the weeks that they are copied to. Pure rules, no SQL.

A copy stays at the wall clock, as in ``timebook.pattern``: 9.20 is 9.20 in the copied week too, whichever side of
a clock change it is on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import day_of, local, monday_of
from webtidbok_app.timebook.pattern import MAX_AHEAD, MAX_SLOTS, NewSlot, closed_days, slot_at

MAX_WEEKS = 12
"""Weeks that one copying may fill."""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class WeekCopy:
    """A wish to copy the week of ``monday`` to ``weeks`` weeks in a row from that of ``first_week``, both Mondays.

    Only the times of ``performer_ids`` are copied.
    """

    monday: date
    first_week: date
    weeks: int
    performer_ids: frozenset[UUID]
    skip_holidays: bool = True

    @property
    def mondays(self) -> list[date]:
        """The Mondays of the weeks that are filled."""
        return [self.first_week + WEEK * number for number in range(self.weeks)]


@dataclass(frozen=True)
class CopyPlan:
    """What copying gives, in order of time, and what it leaves out and why."""

    slots: list[NewSlot]
    holidays: list[tuple[date, str]]
    not_on_clock: list[tuple[date, time]]
    passed: int


def plan_copy(source: Sequence[NewSlot], copy: WeekCopy, *, now: datetime) -> CopyPlan:
    """Return the times that copying ``source``, the times of the week of ``copy.monday``, would give.

    Each keeps its weekday, wall clock, length and all that it is. Left out are holidays that have times, if so
    wished, times that the clock change is in the way of, and times that have begun at ``now``. Raises
    InvalidInput, each field with its code, for a wish that gives nothing or too much.
    """
    _check(copy, source, today=day_of(now))
    closed = closed_days(copy.first_week, copy.mondays[-1] + timedelta(days=6)) if copy.skip_holidays else {}
    slots: list[NewSlot] = []
    holidays: dict[date, str] = {}
    not_on_clock: list[tuple[date, time]] = []
    passed = 0
    for day, original in _copies(source, copy):
        copied = _move(original, day)
        if day in closed:
            holidays[day] = closed[day]
        elif copied is None:
            not_on_clock.append((day, local(original.starts_at).time()))
        elif copied.starts_at <= now:
            passed += 1
        else:
            slots.append(copied)
    return CopyPlan(slots, list(holidays.items()), not_on_clock, passed)


def _check(copy: WeekCopy, source: Sequence[NewSlot], today: date) -> None:
    if not 1 <= copy.weeks <= MAX_WEEKS:
        raise InvalidInput({"weeks": "weeks"}, most=MAX_WEEKS)
    rules = (
        ("first_week", "first_week_passed", copy.first_week < monday_of(today)),
        ("first_week", "first_week_too_far", copy.mondays[-1] > today + MAX_AHEAD),
        ("first_week", "first_week_same", copy.monday in copy.mondays),
        ("performers", "performers_missing", not copy.performer_ids),
        ("weeks", "too_many", len(source) * copy.weeks > MAX_SLOTS),
    )
    if problems := {field: code for field, code, broken in reversed(rules) if broken}:
        raise InvalidInput(problems, count=len(source) * copy.weeks, most=MAX_SLOTS)


def _copies(source: Sequence[NewSlot], copy: WeekCopy) -> Iterator[tuple[date, NewSlot]]:
    """Yield each time of the source with each day that it is copied to, in order of time."""
    in_order = sorted(source, key=lambda slot: slot.starts_at)
    for monday in copy.mondays:
        for slot in in_order:
            yield monday + (day_of(slot.starts_at) - copy.monday), slot


def _move(original: NewSlot, day: date) -> NewSlot | None:
    """Return the time at the same wall clock on another day, or None if the clock change is in its way."""
    wall = local(original.starts_at)
    length = (original.ends_at - original.starts_at) // timedelta(minutes=1)
    planned = slot_at(day, wall.hour * 60 + wall.minute, length)
    if planned is None:
        return None
    return replace(original, starts_at=planned.starts_at, ends_at=planned.ends_at)
