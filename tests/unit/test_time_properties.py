"""Time through whole years, 2024 to 2032: both nights when the clock changes, week 53, leap days.

What clocks in Sweden show is worked out here by the rule itself (directive 2000/84/EC: an hour ahead of UTC, two
from the last Sunday in March to the last Sunday in October, changed at 1.00 UTC), not by the zone tables.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.swedish_time import NoSuchWallTime
from webtidbok_app.domain.timeslot import Timeslot
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import format_clock, format_day, format_short_day, format_span, format_time
from webtidbok_app.state.present.month import month_view, parse_day, parse_month
from webtidbok_app.state.present.times import day_views
from webtidbok_app.state.staff.week_view import parse_week, week_href
from webtidbok_app.timebook.calendar import Calendar
from webtidbok_app.timebook.copying import WeekCopy, plan_copy
from webtidbok_app.timebook.pattern import NewSlot, Pattern, closed_days, expand, new_slots
from webtidbok_app.timebook.weeks import Filling, WeekTime, overlap, plan_weeks

FIRST, LAST = date(2024, 1, 1), date(2032, 12, 31)
YEARS = range(FIRST.year, LAST.year + 1)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
LENGTH = timedelta(minutes=20)
LEAP_DAY = date(2028, 2, 29)

days = st.dates(FIRST, LAST)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=last.isoweekday() % 7)


def _change(year: int, month: int) -> datetime:
    return datetime.combine(_last_sunday(year, month), time(1), UTC)


def _shown(moment: datetime) -> datetime:
    """Return what clocks in Sweden show, as a datetime without a zone."""
    summer = _change(moment.year, 3) <= moment < _change(moment.year, 10)
    return (moment + HOUR * (2 if summer else 1)).replace(tzinfo=None)


def _days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + DAY * n for n in range(366) if (date(year, 1, 1) + DAY * n).year == year]


def _pattern(year: int, wall: time) -> Pattern:
    """One time of 20 minutes on every day of the year, holidays too."""
    return Pattern(
        time_type_id=UUID(int=1),
        performer_id=UUID(int=2),
        visit_form=VisitForm.ON_SITE,
        first_day=date(year, 1, 1),
        last_day=date(year, 12, 31),
        weekdays=frozenset(range(7)),
        from_time=wall,
        to_time=(datetime.combine(FIRST, wall) + LENGTH).time(),
        length_minutes=20,
        places=1,
        skip_holidays=False,
    )


def _year_of(pattern: Pattern) -> tuple[list[NewSlot], list[tuple[date, time]]]:
    found = expand(pattern, now=datetime(pattern.first_day.year - 1, 12, 1, tzinfo=UTC))
    return new_slots(pattern, found.slots), found.not_on_clock


@given(moments)
@example(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC))
@example(datetime(2026, 3, 29, 1, tzinfo=UTC))
@example(datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC))
@example(datetime(2026, 10, 25, 1, tzinfo=UTC))
def test_moments__are_shown_as_clocks_in_sweden_show_them(moment: datetime) -> None:
    shown = _shown(moment)
    later = _shown(moment + LENGTH)
    assert swedish_time.local(moment).replace(tzinfo=None) == shown
    assert swedish_time.day_of(moment) == shown.date()
    assert format_clock(moment) == f"{shown.hour}.{shown.minute:02}"
    assert format_clock(moment, "en") == f"{shown.hour:02}:{shown.minute:02}"
    assert format_time("sv", moment) == f"kl.\u00a0{shown.hour}.{shown.minute:02}"
    assert format_span("en", moment, moment + LENGTH) == f"{shown:%H:%M}–{later:%H:%M}"
    for lang in ("sv", "en"):
        assert format_day(lang, moment) == format_day(lang, shown.date())
        assert format_short_day(lang, moment) == format_short_day(lang, shown.date())


@given(days, st.times().map(lambda wall: wall.replace(second=0, microsecond=0)))
@example(LEAP_DAY, time(9, 20))
@example(date(2026, 12, 31), time(23, 59))
@example(date(2026, 3, 29), time(2, 30))
@example(date(2026, 10, 25), time(2, 30))
def test_wall_time__comes_back__or_is_one_that_is_skipped_or_repeated(day: date, wall: time) -> None:
    there_are = [
        moment
        for offset in (HOUR, 2 * HOUR)
        if _shown(moment := datetime.combine(day, wall, UTC) - offset) == datetime.combine(day, wall)
    ]
    try:
        moment = swedish_time.to_utc(day, wall)
    except NoSuchWallTime:
        assert len(there_are) != 1
    else:
        assert there_are == [moment]


@given(st.sampled_from(YEARS), st.integers(0, 24 * 3 - 1).map(lambda n: time(n // 3, n % 3 * 20)))
@example(2026, time(2, 20))
@example(2028, time(9, 20))
@example(2026, time(23, 40))
@example(2026, time(1, 40))
def test_pattern__of_a_whole_year__stays_at_its_wall_clock(year: int, wall: time) -> None:
    slots, not_on_clock = _year_of(_pattern(year, wall))
    nights = {_last_sunday(year, 3), _last_sunday(year, 10)}
    assert {_shown(slot.starts_at).time() for slot in slots} == {wall}
    assert {slot.ends_at - slot.starts_at for slot in slots} == {LENGTH}
    made, refused = [_shown(slot.starts_at).date() for slot in slots], [day for day, _ in not_on_clock]
    assert sorted(made + refused) == _days_of(year)
    assert set(refused) == (nights if time(1, 40) <= wall < time(3) else set())


@pytest.mark.parametrize("year", YEARS)
def test_nine_twenty__is_shown_as_nine_twenty_on_every_day_of_the_year(year: int) -> None:
    slots, _ = _year_of(_pattern(year, time(9, 20)))
    offered = [
        Timeslot(str(n), slot.starts_at, slot.ends_at, VisitForm.ON_SITE) for n, slot in enumerate(slots)
    ]
    shown = day_views(offered, "sv", clinic="Kliniken")
    assert [day.key for day in shown] == [day.isoformat() for day in _days_of(year)]
    assert {time.label for day in shown for time in (*day.morning, *day.afternoon)} == {"9.20"}


@given(
    days,
    st.integers(1, 60),
    st.integers(1, 12),
    st.lists(
        st.integers(0, 24 * 6 - 1).map(lambda n: time(n // 6, n % 6 * 10)),
        unique=True,
        min_size=1,
        max_size=3,
    ),
)
@example(date(2026, 3, 16), 1, 4, [time(9, 20), time(2, 30)])
@example(date(2026, 10, 12), 1, 4, [time(9, 20), time(2, 30)])
@example(date(2026, 12, 14), 1, 4, [time(9, 20)])
def test_copied_week__keeps_weekday_and_wall_clock(
    day: date, ahead: int, weeks: int, walls: list[time]
) -> None:
    monday = swedish_time.monday_of(day)
    pattern = _pattern(monday.year, time(9))
    source = []
    for number, wall in enumerate(sorted(walls)):
        try:
            starts_at = swedish_time.to_utc(monday + DAY * (6 - number), wall)
        except NoSuchWallTime:
            continue
        source += new_slots(pattern, [replace(BASE_SLOT, starts_at=starts_at, ends_at=starts_at + LENGTH)])
    assume(source)
    in_order = sorted(source, key=lambda slot: slot.starts_at)
    assume(all(one.ends_at <= two.starts_at for one, two in pairwise(in_order)))
    copy = WeekCopy(
        monday + WEEK * ahead, weeks, frozenset({UUID(int=2)}), skip_holidays=False, monday=monday
    )
    plan = plan_copy(source, copy, now=swedish_time.start_of_day(monday))
    wanted = sorted(
        _shown(slot.starts_at) + WEEK * (ahead + number) for slot in source for number in range(weeks)
    )
    made = [_shown(slot.starts_at) for slot in plan.slots]
    refused = [datetime.combine(*left_out) for left_out in plan.not_on_clock]
    assert sorted(made + refused) == wanted
    assert all(one.date() in _change_nights() and one.hour in {1, 2} for one in refused)


template_times = st.lists(
    st.builds(
        WeekTime,
        st.integers(0, 6),
        st.integers(0, 1439),
        st.integers(5, 180),
        st.sampled_from([UUID(int=2), UUID(int=3)]),
        st.just(UUID(int=1)),
        st.just(VisitForm.ON_SITE),
        st.just(1),
    ),
    min_size=1,
    max_size=8,
    unique=True,
)
NIGHT = WeekTime(6, 150, 20, UUID(int=2), UUID(int=1), VisitForm.ON_SITE, 1)
"""2.30 on Sundays: there is no such time on one of them each spring, and there are two each autumn."""


@given(
    times=template_times,
    day=days,
    weeks=st.integers(1, 53),
    every=st.integers(1, 4),
    skip=st.booleans(),
)
@example(times=[NIGHT, replace(NIGHT, start=560)], day=date(2026, 3, 2), weeks=53, every=1, skip=False)
@example(times=[NIGHT, replace(NIGHT, weekday=3)], day=date(2026, 10, 5), weeks=26, every=2, skip=True)
def test_template__over_whole_years__fills_its_weeks_at_the_wall_clock_and_no_others(
    times: list[WeekTime], day: date, weeks: int, every: int, skip: bool
) -> None:
    assume(overlap(times) is None)
    monday = swedish_time.monday_of(day)
    assume(monday.year + weeks * every // 52 < LAST.year)
    filling = Filling(monday, weeks, frozenset({UUID(int=2), UUID(int=3)}), skip, every)
    plan = plan_weeks(times, filling, now=swedish_time.start_of_day(monday - DAY))
    left_alone = dict(plan.holidays)
    wanted = sorted(
        datetime.combine(on, time(*divmod(one.start, 60)))
        for number in range(weeks)
        for one in times
        if (on := monday + WEEK * every * number + DAY * one.weekday) not in left_alone
    )
    refused = [datetime.combine(*left_out) for left_out in plan.not_on_clock]
    assert sorted([_shown(slot.starts_at) for slot in plan.slots] + refused) == wanted
    assert all(one.date() in _change_nights() or one.date() + DAY in _change_nights() for one in refused)
    assert {slot.ends_at - slot.starts_at for slot in plan.slots} <= {
        timedelta(minutes=one.length) for one in times
    }
    assert not skip or not any(closed_days(slot_day, slot_day) for slot_day in {one.date() for one in wanted})
    assert skip or not left_alone
    for performer in filling.performer_ids:
        theirs = [slot for slot in plan.slots if slot.performer_id == performer]
        assert all(before.ends_at <= after.starts_at for before, after in pairwise(theirs))


BASE_SLOT = _year_of(_pattern(2026, time(9)))[0][0]


def _change_nights() -> set[date]:
    return {_last_sunday(year, month) for year in (*YEARS, LAST.year + 1, LAST.year + 2) for month in (3, 10)}


def test_weeks__follow_on_each_other_without_gap_or_overlap() -> None:
    mondays = [FIRST + WEEK * n for n in range((LAST - FIRST).days // 7)]
    spans = [swedish_time.span_of_days(monday, monday + 6 * DAY) for monday in mondays]
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert {until - since for since, until in spans} == {WEEK - HOUR, WEEK, WEEK + HOUR}
    assert sum(until - since != WEEK for since, until in spans) == 2 * len(YEARS)
    assert {monday.isocalendar().week for monday in mondays} == set(range(1, 54))


class _Mondays(Calendar):
    """A calendar whose weeks are their Mondays: shows which weeks are asked for."""

    async def week(self, monday: date) -> list[date]:  # type: ignore[override]
        return [monday]


async def _weeks_between(first: date, last: date) -> list[date]:
    calendar = _Mondays(None, UUID(int=1), UUID(int=2), HOUR)
    return [monday async for [monday] in calendar.weeks(first, last)]


@given(days, st.integers(0, 400))
@example(date(2026, 12, 24), 14)
@example(date(2028, 2, 28), 2)
def test_calendar__every_day_lies_in_one_week_and_no_week_lies_outside(first: date, length: int) -> None:
    last = first + DAY * length
    mondays = asyncio.run(_weeks_between(first, last))
    covered = [monday + DAY * n for monday in mondays for n in range(7)]
    assert len(covered) == len(set(covered))
    assert set(covered) >= {first + DAY * n for n in range(length + 1)}
    assert mondays[0] == swedish_time.monday_of(first)
    assert mondays[-1] == swedish_time.monday_of(last)


@given(days)
@example(date(2026, 12, 31))
@example(date(2027, 1, 3))
@example(date(2024, 12, 30))
@example(LEAP_DAY)
def test_week_address__leads_back_to_the_week(day: date) -> None:
    assert parse_week(week_href(day).partition("vecka=")[2]) == swedish_time.monday_of(day)


def test_week_addresses__are_different_for_different_weeks() -> None:
    mondays = [FIRST + WEEK * n for n in range((LAST - FIRST).days // 7)]
    assert len({week_href(monday) for monday in mondays}) == len(mondays)
    assert week_href(date(2026, 12, 28)).endswith("2026-W53")


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_months__show_every_day_of_the_year_once_below_its_weekday(year: int, lang: str) -> None:
    shown = []
    month = parse_month(f"{year}-01")
    while month.year == year:
        view = month_view(month, {}, lang, today=date(year, 1, 1), last=date(year + 1, 12, 31))
        for week in view.weeks:
            assert len(week) == 7
            for weekday, cell in enumerate(week):
                if cell.iso:
                    day = parse_day(cell.iso)
                    assert (day.weekday(), day.day) == (weekday, int(cell.number))
                    shown.append(day)
        month = parse_month(view.next)
    assert shown == _days_of(year)
    assert (LEAP_DAY in shown) == (year == 2028)
