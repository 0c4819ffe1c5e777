"""What a pattern gives: wall clock, holidays, the two nights when the clock changes, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import STOCKHOLM, local
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.timebook.pattern import (
    MAX_DAYS,
    MAX_SLOTS,
    Expansion,
    Pattern,
    PlannedSlot,
    closed_days,
    expand,
)

NOW = datetime(2026, 1, 1, 7, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
SPRING_NIGHT = date(2026, 3, 29)
AUTUMN_NIGHT = date(2026, 10, 25)
BASE = Pattern(
    time_type_id=UUID(int=1),
    performer_id=UUID(int=2),
    visit_form=VisitForm.ON_SITE,
    first_day=date(2026, 2, 2),
    last_day=date(2026, 2, 2),
    weekdays=EVERY_DAY,
    from_time=time(9),
    to_time=time(10),
    length_minutes=20,
    places=1,
)


def expand_with(*, now: datetime = NOW, **changes: Any) -> Expansion:
    return expand(replace(BASE, **changes), now=now)


def on_day(day: date, from_time: time, to_time: time, length: int) -> Expansion:
    return expand_with(
        first_day=day, last_day=day, from_time=from_time, to_time=to_time, length_minutes=length
    )


def problems(*, now: datetime = NOW, **changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        expand_with(now=now, **changes)
    return refused.value.problems


def walls(expansion: Expansion) -> list[str]:
    """Return starts and ends as clocks in Sweden show them."""
    return [f"{local(slot.starts_at):%H:%M}-{local(slot.ends_at):%H:%M}" for slot in expansion.slots]


def days(expansion: Expansion) -> list[date]:
    return sorted({local(slot.starts_at).date() for slot in expansion.slots})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_expand__single_time__is_one_slot_in_utc() -> None:
    found = expand_with(to_time=time(9, 20))
    assert found == Expansion([PlannedSlot(utc("2026-02-02T08:00"), utc("2026-02-02T08:20"))], [], [])


def test_expand__time_left_over_at_the_end__is_not_filled() -> None:
    assert walls(expand_with(to_time=time(10, 10))) == ["09:00-09:20", "09:20-09:40", "09:40-10:00"]


def test_expand__weekdays_between_two_dates__are_all_and_only_those() -> None:
    found = expand_with(last_day=date(2026, 2, 15), weekdays=frozenset({1, 3}), to_time=time(9, 20))
    assert days(found) == [date(2026, 2, 3), date(2026, 2, 5), date(2026, 2, 10), date(2026, 2, 12)]


def test_expand__week_53__runs_on_into_the_new_year() -> None:
    first = date(2026, 12, 28)
    assert first.isocalendar().week == 53
    found = expand_with(first_day=first, last_day=date(2027, 1, 5), weekdays=WEEKDAYS, to_time=time(9, 20))
    assert days(found) == [
        date(2026, 12, 28), date(2026, 12, 29), date(2026, 12, 30), date(2027, 1, 4), date(2027, 1, 5),
    ]  # fmt: skip
    assert found.holidays == [(date(2026, 12, 31), "Nyårsafton"), (date(2027, 1, 1), "Nyårsdagen")]


def test_expand__29_february__is_a_day_like_others() -> None:
    now = datetime(2028, 2, 1, tzinfo=UTC)
    found = expand_with(now=now, first_day=date(2028, 2, 28), last_day=date(2028, 3, 1), to_time=time(9, 20))
    assert days(found) == [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]


@pytest.mark.parametrize(
    ("day", "offset"), [(date(2026, 3, 28), 1), (date(2026, 3, 30), 2), (date(2026, 10, 26), 1)]
)
def test_expand__either_side_of_the_clock_change__stays_at_the_wall_clock(day: date, offset: int) -> None:
    [slot] = on_day(day, time(9, 20), time(9, 40), 20).slots
    assert f"{local(slot.starts_at):%H:%M}" == "09:20"
    assert slot.starts_at == datetime.combine(day, time(9, 20), UTC) - timedelta(hours=offset)


def test_expand__until_midnight__ends_with_the_day() -> None:
    found = on_day(date(2026, 2, 2), time(23), time(0), 30)
    assert walls(found) == ["23:00-23:30", "23:30-00:00"]
    assert found.slots[-1].ends_at == utc("2026-02-02T23:00")


def test_expand__from_midnight_to_midnight__is_the_whole_day() -> None:
    found = on_day(date(2026, 2, 2), time(0), time(0), 60)
    assert len(found.slots) == 24
    assert days(found) == [date(2026, 2, 2)]


def test_expand__one_length_of_a_whole_day__fits() -> None:
    assert len(on_day(date(2026, 2, 2), time(0), time(0), 24 * 60).slots) == 1


def test_expand__last_minutes_too_short_for_a_time__do_not_pass_midnight() -> None:
    assert walls(on_day(date(2026, 2, 2), time(23), time(23, 59), 40)) == ["23:00-23:40"]


def test_expand__spring_night__refuses_what_touches_the_skipped_hour() -> None:
    found = on_day(SPRING_NIGHT, time(1), time(4), 30)
    assert walls(found) == ["01:00-01:30", "03:00-03:30", "03:30-04:00"]
    assert found.not_on_clock == [
        (SPRING_NIGHT, time(1, 30)),
        (SPRING_NIGHT, time(2)),
        (SPRING_NIGHT, time(2, 30)),
    ]


def test_expand__autumn_night__refuses_what_touches_the_repeated_hour() -> None:
    found = on_day(AUTUMN_NIGHT, time(1), time(4), 30)
    assert walls(found) == ["01:00-01:30", "03:00-03:30", "03:30-04:00"]
    assert found.not_on_clock == [
        (AUTUMN_NIGHT, time(1, 30)),
        (AUTUMN_NIGHT, time(2)),
        (AUTUMN_NIGHT, time(2, 30)),
    ]


@pytest.mark.parametrize("night", [SPRING_NIGHT, AUTUMN_NIGHT])
def test_expand__time_that_spans_the_change__is_refused_since_its_length_would_lie(night: date) -> None:
    found = on_day(night, time(1), time(4), 180)
    assert found.slots == []
    assert found.not_on_clock == [(night, time(1))]


@pytest.mark.parametrize("night", [SPRING_NIGHT, AUTUMN_NIGHT])
def test_expand__day_of_the_change__keeps_every_time_in_working_hours(night: date) -> None:
    found = on_day(night, time(8), time(17), 20)
    assert (len(found.slots), found.not_on_clock) == (27, [])
    assert walls(found)[0] == "08:00-08:20"


def test_expand__holidays__are_left_out_by_name() -> None:
    found = expand_with(first_day=date(2026, 12, 21), last_day=date(2026, 12, 28), weekdays=WEEKDAYS)
    assert found.holidays == [(date(2026, 12, 24), "Julafton"), (date(2026, 12, 25), "Juldagen")]
    assert days(found) == [date(2026, 12, 21), date(2026, 12, 22), date(2026, 12, 23), date(2026, 12, 28)]


def test_expand__holidays_kept__gives_times_on_them() -> None:
    found = expand_with(first_day=date(2026, 12, 24), last_day=date(2026, 12, 24), skip_holidays=False)
    assert (len(found.slots), found.holidays) == (3, [])


def test_expand__only_a_holiday__gives_no_times_but_says_which_day() -> None:
    found = expand_with(first_day=date(2026, 6, 19), last_day=date(2026, 6, 19))
    assert (found.slots, found.holidays) == ([], [(date(2026, 6, 19), "Midsommarafton")])


def test_expand__holiday_on_a_weekday_not_chosen__is_not_mentioned() -> None:
    found = expand_with(first_day=date(2026, 12, 21), last_day=date(2026, 12, 27), weekdays=frozenset({0}))
    assert found.holidays == []


def test_closed_days__a_whole_year__are_the_public_holidays_and_the_three_eves() -> None:
    assert closed_days(date(2026, 1, 1), date(2026, 12, 31)) == {
        date(2026, 1, 1): "Nyårsdagen",
        date(2026, 1, 6): "Trettondedag jul",
        date(2026, 4, 3): "Långfredagen",
        date(2026, 4, 5): "Påskdagen",
        date(2026, 4, 6): "Annandag påsk",
        date(2026, 5, 1): "Första maj",
        date(2026, 5, 14): "Kristi himmelsfärdsdag",
        date(2026, 5, 24): "Pingstdagen",
        date(2026, 6, 6): "Nationaldagen",
        date(2026, 6, 19): "Midsommarafton",
        date(2026, 6, 20): "Midsommardagen",
        date(2026, 10, 31): "Alla helgons dag",
        date(2026, 12, 24): "Julafton",
        date(2026, 12, 25): "Juldagen",
        date(2026, 12, 26): "Annandag jul",
        date(2026, 12, 31): "Nyårsafton",
    }


def test_closed_days__across_new_year__come_from_both_years_in_order() -> None:
    assert list(closed_days(date(2026, 12, 31), date(2027, 1, 6))) == [
        date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 6),
    ]  # fmt: skip


def test_expand__today__leaves_out_times_that_have_begun() -> None:
    assert walls(expand_with(now=utc("2026-02-02T08:20"))) == ["09:40-10:00"]


def test_expand__all_of_today_has_passed__says_so() -> None:
    assert problems(now=utc("2026-02-02T08:40")) == {"from_time": "from_time_passed"}


def test_expand__yesterday__is_refused_by_the_date_in_sweden() -> None:
    just_after_midnight = utc("2026-02-02T23:30")
    assert problems(now=just_after_midnight) == {"first_day": "first_day_passed"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"last_day": date(2026, 2, 1)}, {"last_day": "last_day_before_first"}),
        ({"first_day": date(2028, 3, 1), "last_day": date(2028, 3, 1)}, {"last_day": "last_day_too_far"}),
        ({"first_day": date.max, "last_day": date.max}, {"last_day": "last_day_too_far"}),
        ({"last_day": date(2026, 2, 2) + timedelta(days=MAX_DAYS)}, {"last_day": "too_many_days"}),
        ({"weekdays": frozenset()}, {"weekdays": "weekdays_missing"}),
        ({"weekdays": frozenset({7})}, {"weekdays": "weekdays_missing"}),
        ({"weekdays": frozenset({1})}, {"weekdays": "weekdays_outside"}),
        ({"length_minutes": 0}, {"length": "length"}),
        ({"length_minutes": -20}, {"length": "length"}),
        ({"length_minutes": 1441}, {"length": "length"}),
        ({"to_time": time(9)}, {"to_time": "to_time_before_from"}),
        ({"to_time": time(8)}, {"to_time": "to_time_before_from"}),
        ({"to_time": time(9, 19)}, {"to_time": "to_time_too_early"}),
        ({"places": 0}, {"places": "places"}),
        ({"places": 501}, {"places": "places"}),
    ],
)
def test_expand__what_cannot_give_times__is_refused_at_its_field(
    changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert problems(**changes) == expected


def test_expand__several_problems__are_all_told_at_once() -> None:
    assert problems(last_day=date(2026, 1, 5), to_time=time(8), places=0) == {
        "last_day": "last_day_before_first",
        "to_time": "to_time_before_from",
        "places": "places",
    }


def test_expand__the_longest_span__is_a_year_with_its_leap_day() -> None:
    last = BASE.first_day + timedelta(days=MAX_DAYS - 1)
    found = expand_with(last_day=last, to_time=time(9, 20), skip_holidays=False)
    assert len(found.slots) == MAX_DAYS


def test_expand__at_the_limit__gives_all_and_one_more_gives_none() -> None:
    ten_days = BASE.first_day + timedelta(days=9)
    whole_days = {"last_day": ten_days, "from_time": time(0), "length_minutes": 1, "skip_holidays": False}
    assert len(expand_with(**whole_days, to_time=time(16, 40)).slots) == MAX_SLOTS
    assert problems(**whole_days, to_time=time(16, 41)) == {"last_day": "too_many"}


def test_expand__too_many__counts_without_the_holidays() -> None:
    christmas = {"first_day": date(2026, 12, 23), "last_day": date(2026, 12, 28), "weekdays": WEEKDAYS}
    found = expand_with(**christmas, from_time=time(0), to_time=time(0), length_minutes=1)
    assert len(found.slots) == 2 * 24 * 60  # Wednesday and Monday; 24 and 25 are closed
    assert len(found.holidays) == 2


minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    first = draw(
        st.dates(date(2026, 1, 2), date(2027, 6, 30)) | st.sampled_from([SPRING_NIGHT, AUTUMN_NIGHT])
    )
    start = draw(minutes)
    end = draw(minutes)
    return replace(
        BASE,
        first_day=first,
        last_day=first + timedelta(days=draw(st.integers(0, 10))),
        weekdays=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))),
        from_time=time(*divmod(start, 60)),
        to_time=time(*divmod(end, 60)),
        length_minutes=draw(st.integers(5, 300)),
        skip_holidays=draw(st.booleans()),
    )


@given(patterns())
def test_expand__any_pattern__gives_times_that_keep_every_promise(pattern: Pattern) -> None:
    try:
        found = expand(pattern, now=NOW)
    except InvalidInput:
        return
    length = timedelta(minutes=pattern.length_minutes)
    for before, after in zip(found.slots, found.slots[1:], strict=False):
        assert before.ends_at <= after.starts_at
    for slot in found.slots:
        start, end = local(slot.starts_at), local(slot.ends_at)
        day = start.date()
        assert slot.ends_at - slot.starts_at == length
        assert end.replace(tzinfo=None) - start.replace(tzinfo=None) == length
        assert pattern.first_day <= day <= pattern.last_day
        assert day.weekday() in pattern.weekdays
        assert start.time() >= pattern.from_time
        closing = datetime.combine(day, pattern.to_time) + timedelta(days=pattern.to_time == time(0))
        assert end.replace(tzinfo=None) <= closing
        assert not (pattern.skip_holidays and closed_days(day, day))


@given(patterns())
def test_expand__any_pattern__makes_or_accounts_for_every_time(pattern: Pattern) -> None:
    try:
        found = expand(pattern, now=NOW)
    except InvalidInput:
        return
    span = (pattern.last_day - pattern.first_day).days + 1
    every = [pattern.first_day + timedelta(days=i) for i in range(span)]
    open_days = [
        day
        for day in every
        if day.weekday() in pattern.weekdays and day not in [closed for closed, _ in found.holidays]
    ]
    end = datetime.combine(date.min, pattern.to_time) + timedelta(days=pattern.to_time == time(0))
    a_day = (end - datetime.combine(date.min, pattern.from_time)) // timedelta(minutes=pattern.length_minutes)
    assert len(found.slots) + len(found.not_on_clock) == a_day * len(open_days)


@given(patterns())
def test_expand__any_pattern__refuses_only_for_the_clock_change(pattern: Pattern) -> None:
    try:
        found = expand(pattern, now=NOW)
    except InvalidInput:
        return
    for day, wall in found.not_on_clock:
        start = datetime.combine(day, wall)
        end = start + timedelta(minutes=pattern.length_minutes)
        offsets = {
            moment.replace(tzinfo=STOCKHOLM, fold=fold).utcoffset()
            for moment in (start, end)
            for fold in (0, 1)
        }
        assert len(offsets) == 2
