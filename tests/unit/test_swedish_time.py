"""The wall clock in Sweden, through whole years and both nights when it changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.swedish_time import NoSuchWallTime

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_to_utc__winter_and_summer():
    assert swedish_time.to_utc(date(2026, 12, 1), time(9, 20)) == datetime(2026, 12, 1, 8, 20, tzinfo=UTC)
    assert swedish_time.to_utc(date(2026, 7, 1), time(9, 20)) == datetime(2026, 7, 1, 7, 20, tzinfo=UTC)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("wall", [time(2, 0), time(2, 30), time(2, 59)])
def test_to_utc__skipped_and_repeated_hours_are_refused(day, wall):
    with pytest.raises(NoSuchWallTime):
        swedish_time.to_utc(day, wall)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("wall", [time(1, 59), time(3, 0)])
def test_to_utc__on_either_side_of_the_change(day, wall):
    assert swedish_time.local(swedish_time.to_utc(day, wall)).time() == wall


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.times().map(lambda t: t.replace(microsecond=0)))
def test_to_utc__comes_back_to_the_same_wall_time(day, wall):
    try:
        moment = swedish_time.to_utc(day, wall)
    except NoSuchWallTime:
        assert day.month in {3, 10}
        assert wall.hour == 2
        return
    assert (swedish_time.local(moment).date(), swedish_time.local(moment).time()) == (day, wall)


@given(st.dates(date(2024, 1, 1), date(2035, 12, 30)))
def test_days__follow_on_each_other_and_have_23_to_25_hours(day):
    since, until = swedish_time.span_of_days(day, day)
    assert until == swedish_time.start_of_day(day + timedelta(days=1))
    assert until - since in {timedelta(hours=hours) for hours in (23, 24, 25)}
    assert swedish_time.day_of(since) == day
    assert swedish_time.day_of(until - timedelta(microseconds=1)) == day


def test_monday_of__the_week_that_spans_new_year():
    assert swedish_time.monday_of(date(2027, 1, 3)) == date(2026, 12, 28)
    assert date(2026, 12, 28).isocalendar().week == 53
