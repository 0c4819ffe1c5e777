"""Times of a week, the weeks that they fill, and the days that they leave alone: the rules at their borders."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import local, monday_of, to_utc
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.timebook.deviations import Deviation, LeftOut, leave_out
from webtidbok_app.timebook.pattern import MAX_SLOTS, NewSlot, Series
from webtidbok_app.timebook.weeks import (
    Filling,
    WeekTime,
    check_filling,
    in_series,
    overlap,
    plan_weeks,
    times_of,
)

ANNA, OMAR = UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
WEEK = timedelta(days=7)
BASE = WeekTime(0, 480, 20, ANNA, UUID(int=3), VisitForm.ON_SITE, 1)
SERIES = Series(
    time_type_id=UUID(int=3), performer_id=ANNA, visit_form=VisitForm.ON_SITE, weekdays=frozenset({0, 4}),
    from_time=time(8), to_time=time(9), length_minutes=25, places=1,
)  # fmt: skip
FILLING = Filling(TODAY, 2, frozenset({ANNA}))
PLANNING = Deviation(date(2026, 12, 8), date(2026, 12, 9), "Planeringsdag")


def at(weekday: int, start: int, length: int = 20, performer: UUID = ANNA) -> WeekTime:
    return replace(BASE, weekday=weekday, start=start, length=length, performer_id=performer)


def slot(day: date, wall: time, minutes: int = 20, performer: UUID = ANNA) -> NewSlot:
    start = to_utc(day, wall)
    return NewSlot(start, start + timedelta(minutes=minutes), performer, UUID(int=3), VisitForm.ON_SITE, 1)


def test_series__gives_the_times_that_have_room() -> None:
    assert [(one.weekday, one.start, one.length) for one in times_of(SERIES)] == [
        (0, 480, 25), (0, 505, 25), (4, 480, 25), (4, 505, 25)
    ]  # fmt: skip


def test_series__until_midnight__ends_with_the_day() -> None:
    late = replace(SERIES, from_time=time(23), to_time=time(0), length_minutes=20)
    assert [one.start for one in times_of(late)][-1] == 23 * 60 + 40


@pytest.mark.parametrize(
    ("times", "overlaps"),
    [
        ([at(0, 480), at(0, 500)], False),
        ([at(0, 480), at(0, 499)], True),
        ([at(0, 480), at(0, 480)], True),
        ([at(0, 480), at(0, 480, performer=OMAR)], False),
        ([at(0, 480), at(1, 480)], False),
        ([at(0, 480, length=1440), at(1, 479)], True),
        ([at(0, 480, length=1440), at(1, 480)], False),
        ([at(6, 1430), at(0, 10)], False),
        ([at(6, 1430), at(0, 9)], True),
        ([], False),
    ],
)
def test_overlap__is_found__also_from_sunday_night_to_monday(times: list[WeekTime], overlaps: bool) -> None:
    assert (overlap(times) is not None) == overlaps


def test_in_series__times_that_follow_on_each_other_and_are_alike_are_one() -> None:
    morning, after = [at(0, 480), at(0, 500)], [at(0, 540)]
    longer, video = [at(0, 560, 30)], [replace(at(0, 520), visit_form=VisitForm.VIDEO)]
    omar = [at(0, 480, performer=OMAR), at(0, 500, performer=OMAR)]
    found = in_series([*omar, *longer, *after, *morning, *video])
    assert sorted(found) == sorted([morning, after, longer, video, omar])


week_times = st.builds(
    at, st.integers(0, 6), st.integers(0, 1439), st.integers(1, 120), st.sampled_from([ANNA, OMAR])
)


@given(st.lists(week_times, max_size=30, unique=True))
def test_in_series__loses_no_time_and_makes_none(times: list[WeekTime]) -> None:
    found = in_series(times)
    assert sorted(one for series in found for one in series) == sorted(times)
    assert all(a.start + a.length == b.start for series in found for a, b in pairwise(series))


@pytest.mark.parametrize(
    ("changes", "times", "problems"),
    [
        ({}, 1, {}),
        ({"weeks": 53}, 1, {}),
        ({"weeks": 0}, 1, {"weeks": "weeks"}),
        ({"weeks": 54}, 1, {"weeks": "weeks"}),
        ({"every": 0}, 1, {"every": "every"}),
        ({"every": 5}, 1, {"every": "every"}),
        ({"every": 4, "weeks": 26}, 1, {}),
        ({"every": 4, "weeks": 28}, 1, {"weeks": "last_week_too_far"}),
        ({"first_week": TODAY - WEEK}, 1, {"first_week": "first_week_passed"}),
        ({"first_week": monday_of(date(2028, 11, 24))}, 1, {}),
        ({"first_week": date(2028, 12, 4)}, 1, {"first_week": "first_week_too_far"}),
        ({"performer_ids": frozenset()}, 1, {"performers": "performers_missing"}),
        ({}, MAX_SLOTS // 2, {}),
        ({}, MAX_SLOTS // 2 + 1, {"weeks": "too_many"}),
    ],
)
def test_filling__at_its_borders(changes: dict[str, object], times: int, problems: dict[str, str]) -> None:
    filling = replace(FILLING, **changes)
    if "first_week" in changes:
        filling = replace(filling, weeks=1)
    assert _refusal(filling, times) == problems


def _refusal(filling: Filling, times: int) -> dict[str, str]:
    try:
        check_filling(filling, times, most_weeks=53, today=TODAY)
    except InvalidInput as refused:
        return refused.problems
    return {}


def test_plan__only_the_chosen_performers__in_order_of_time() -> None:
    plan = plan_weeks([at(2, 480), at(0, 500), at(0, 480, performer=OMAR)], FILLING, now=NOW)
    assert [f"{local(one.starts_at):%a %H.%M}" for one in plan.slots] == ["Mon 08.20", "Wed 08.00"] * 2


@pytest.mark.parametrize(
    ("changes", "refused"), [({}, True), ({"weeks": 1}, False), ({"every": 2}, False)], ids=str
)
def test_plan__a_sunday_night_that_runs_into_monday__never_two_at_once(
    changes: dict[str, int], *, refused: bool
) -> None:
    night = replace(at(6, 1430), length=20)
    monday = at(0, 5)
    filling = replace(FILLING, first_week=FILLING.first_week + WEEK, **changes)
    if refused:
        with pytest.raises(InvalidInput) as refusal:
            plan_weeks([night, monday], filling, now=NOW)
        assert refusal.value.problems == {"weeks": "runs_into_next"}
    else:
        assert len(plan_weeks([night, monday], filling, now=NOW).slots) == 2 * filling.weeks
    assert len(plan_weeks([night, at(0, 10)], filling, now=NOW).slots) == 2 * filling.weeks


def test_plan__the_week_that_has_begun__leaves_out_what_has() -> None:
    plan = plan_weeks([at(0, 479), at(0, 481)], replace(FILLING, weeks=1), now=NOW)
    assert (plan.passed, len(plan.slots)) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "day", "wall", "minutes", "left_out"),
    [
        ({}, date(2026, 12, 7), time(23, 40), 20, False),
        ({}, date(2026, 12, 7), time(23, 40), 21, True),
        ({}, date(2026, 12, 8), time(0), 20, True),
        ({}, date(2026, 12, 9), time(23, 59), 20, True),
        ({}, date(2026, 12, 10), time(0), 20, False),
        ({"performer_id": ANNA}, date(2026, 12, 8), time(9), 20, True),
        ({"performer_id": OMAR}, date(2026, 12, 8), time(9), 20, False),
        ({"from_minute": 540, "to_minute": 600}, date(2026, 12, 8), time(8, 40), 20, False),
        ({"from_minute": 540, "to_minute": 600}, date(2026, 12, 8), time(8, 41), 20, True),
        ({"from_minute": 540, "to_minute": 600}, date(2026, 12, 9), time(9, 59), 20, True),
        ({"from_minute": 540, "to_minute": 600}, date(2026, 12, 9), time(10), 20, False),
        ({"from_minute": 540, "to_minute": 600}, date(2026, 12, 8), time(8), 180, True),
        ({"from_minute": 0, "to_minute": 10}, date(2026, 12, 7), time(23, 50), 20, True),
        ({"from_minute": 0, "to_minute": 10}, date(2026, 12, 9), time(23, 50), 20, False),
        ({"from_minute": 1430, "to_minute": 1440}, date(2026, 12, 9), time(23, 45), 5, False),
        ({"from_minute": 1430, "to_minute": 1440}, date(2026, 12, 9), time(23, 45), 6, True),
    ],
)
def test_deviation__leaves_out_what_it_touches_and_nothing_else(
    changes: dict[str, object], day: date, wall: time, minutes: int, left_out: bool
) -> None:
    deviation = replace(PLANNING, **changes)
    planned = [slot(day, wall, minutes)]
    kept, why = leave_out(planned, [deviation])
    assert (kept, why) == (([], [LeftOut(day, deviation, 1)]) if left_out else (planned, []))


def test_deviations__of_the_same_day__each_time_is_counted_once() -> None:
    day = PLANNING.first_day
    away = Deviation(day, day, "Semester", performer_id=ANNA, performer="Anna Berg")
    planned = [slot(day, time(9)), slot(day, time(9), performer=OMAR), slot(day, time(10))]
    kept, why = leave_out(planned, [away, PLANNING])
    assert kept == []
    assert why == [LeftOut(day, away, 2), LeftOut(day, PLANNING, 1)]
