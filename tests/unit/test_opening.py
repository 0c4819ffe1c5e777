"""When times open: earliest days before, weekly releases, latest before; over whole years, at the borders."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain.opening import EARLIEST_DAYS, RELEASE_WEEKS, Opening
from webtidbok_app.domain.swedish_time import STOCKHOLM, day_of, local, start_of_day

MONDAYS_AT_8 = Opening(release_weekday=0, release_time=time(8), release_weeks=4)
MONDAY = date(2026, 11, 23)
SECOND = timedelta(seconds=1)
START = start_of_day(date(2026, 1, 1))
moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
openings = st.builds(
    Opening,
    st.integers(0, 3 * 24 * 60),
    st.none(),
    st.integers(0, 6),
    st.times(time(4), time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(RELEASE_WEEKS),
) | st.builds(
    Opening,
    st.integers(0, 3 * 24 * 60),
    st.none() | st.sampled_from(EARLIEST_DAYS),
    st.none(),
    st.none(),
    st.none(),
)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), STOCKHOLM).astimezone(UTC)


def test_without_a_rule_every_coming_time_is_open() -> None:
    now = at(MONDAY, 8)
    assert Opening().is_open(now, now)
    assert not Opening().is_open(now - SECOND, now)
    assert Opening().is_open(now + timedelta(days=3000), now)


def test_a_time_closes_its_notice_before_it_starts() -> None:
    now, rule = at(MONDAY, 8), Opening(notice_minutes=90)
    assert rule.is_open(now + timedelta(minutes=90), now)
    assert not rule.is_open(now + timedelta(minutes=90) - SECOND, now)


@pytest.mark.parametrize(("days_before", "opens"), [(31, False), (30, True), (29, True)])
def test_earliest_days_are_whole_days(days_before: int, opens: bool) -> None:
    day = date(2027, 3, 30)  # two days after the clocks went forward
    late_in_the_day = at(day - timedelta(days=days_before), 23, 59)
    assert Opening(earliest_days=30).is_open(at(day, 0), late_in_the_day) is opens


@pytest.mark.parametrize(
    ("now", "last_open"),
    [
        (at(MONDAY, 8) - SECOND, date(2026, 12, 13)),
        (at(MONDAY, 8), date(2026, 12, 20)),
        (at(MONDAY + timedelta(days=6), 23, 59), date(2026, 12, 20)),
    ],
)
def test_a_release_opens_its_weeks_at_its_hour(now: datetime, last_open: date) -> None:
    assert MONDAYS_AT_8.is_open(at(last_open, 23, 59), now)
    assert not MONDAYS_AT_8.is_open(at(last_open + timedelta(days=1), 0), now)


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
def test_a_release_keeps_to_the_clock_when_it_is_changed(day: date) -> None:
    rule = Opening(release_weekday=6, release_time=time(4), release_weeks=2)
    coming = rule.next_opening(start_of_day(day))
    assert coming is not None
    assert local(coming).replace(tzinfo=None) == datetime.combine(day, time(4))


@given(openings, moments)
def test_what_is_open_stays_open_until_its_notice(rule: Opening, now: datetime) -> None:
    end, later = rule.end(now), rule.end(now + timedelta(hours=5))
    assert (end is None) == (later is None)
    if end is not None and later is not None:
        assert later >= end


@given(openings, moments)
def test_more_opens_exactly_when_it_is_said_to(rule: Opening, now: datetime) -> None:
    opens = rule.next_opening(now)
    if opens is None:
        assert rule.end(now) is None
        return
    before, then = rule.end(opens - SECOND), rule.end(opens)
    assert now < opens <= now + timedelta(days=7, hours=1)
    assert before is not None
    assert then is not None
    assert before == rule.end(now)
    assert (day_of(then) - day_of(before)).days == (1 if rule.release_weekday is None else 7)


def test_every_week_of_three_years_has_one_release() -> None:
    moment = at(date(2025, 12, 31), 12)
    releases: list[datetime] = []
    while len(releases) < 160:
        coming = MONDAYS_AT_8.next_opening(moment)
        assert coming is not None
        releases.append(local(coming))
        moment = coming
    assert {(one.weekday(), one.time()) for one in releases} == {(0, time(8))}
    days = [one.date() for one in releases]
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=7)}
