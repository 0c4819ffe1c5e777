"""From one week's times to the weeks that they are copied to. Pure rules, no SQL.

A copy is a template made of a week at that moment: see ``timebook.weeks``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from webtidbok_app.domain.swedish_time import day_of
from webtidbok_app.timebook.pattern import NewSlot
from webtidbok_app.timebook.weeks import Filling, WeekPlan, WeekTime, check_filling, plan_weeks

MAX_WEEKS = 12
"""Weeks that one copying may fill."""


@dataclass(frozen=True)
class WeekCopy(Filling):
    """A wish to fill weeks with the times of the week of ``monday``."""

    monday: date = field(kw_only=True)


def plan_copy(source: Sequence[NewSlot], copy: WeekCopy, *, now: datetime) -> WeekPlan:
    """Return the times that copying ``source``, the times of the week of ``copy.monday``, would give.

    Each keeps its weekday, wall clock, length and all that it is. Raises InvalidInput, each field with its code, for
    a wish that gives nothing or too much.
    """
    times = [WeekTime.of(slot) for slot in source if slot.performer_id in copy.performer_ids]
    check_filling(copy, len(times), most_weeks=MAX_WEEKS, today=day_of(now), source=copy.monday)
    return plan_weeks(times, copy, now=now)
