"""What copying a week gives: the same wall clock everywhere, and everything left out accounted for."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.swedish_time import NoSuchWallTime, local, to_utc
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.timebook.copying import MAX_WEEKS, WeekCopy, plan_copy
from webtidbok_app.timebook.pattern import MAX_SLOTS, NewSlot, closed_days
from webtidbok_app.timebook.weeks import WeekPlan

NOW = datetime(2026, 1, 1, 7, tzinfo=UTC)
ANNA, OMAR = UUID(int=1), UUID(int=2)
VISIT, VIDEO = UUID(int=3), UUID(int=4)
WINTER = date(2026, 2, 2)
SPRING_WEEK, AUTUMN_WEEK = date(2026, 3, 23), date(2026, 10, 19)
"""Weeks whose Sunday nights are 29 March and 25 October."""
WEEK_53 = date(2026, 12, 28)
WEEK = timedelta(days=7)


def slot(day: date, wall: time, minutes: int = 20, performer: UUID = ANNA, kind: UUID = VISIT) -> NewSlot:
    start = to_utc(day, wall)
    form = VisitForm.VIDEO if kind == VIDEO else VisitForm.ON_SITE
    return NewSlot(start, start + timedelta(minutes=minutes), performer, kind, form, 1)


def copy(source: list[NewSlot], monday: date, first_week: date, weeks: int = 1, **changes) -> WeekPlan:
    wish = WeekCopy(first_week, weeks, frozenset({ANNA, OMAR}), monday=monday, **changes)
    return plan_copy(source, wish, now=NOW)


def refusal(monday: date, first_week: date, weeks: int = 1, count: int = 1, **changes) -> dict[str, str]:
    wish = replace(WeekCopy(first_week, weeks, frozenset({ANNA}), monday=monday), **changes)
    with pytest.raises(InvalidInput) as refused:
        plan_copy([slot(monday, time(9))] * count, wish, now=NOW)
    return refused.value.problems


def test_plan__every_time__keeps_all_that_it_is_a_week_later() -> None:
    source = [
        slot(WINTER, time(9)),
        slot(WINTER, time(9), 45, OMAR, VIDEO),
        slot(WINTER + timedelta(days=4), time(15)),
    ]
    found = copy(source, WINTER, WINTER + WEEK)
    assert found.slots == [
        replace(one, starts_at=one.starts_at + WEEK, ends_at=one.ends_at + WEEK) for one in source
    ]
    assert (found.holidays, found.not_on_clock, found.passed) == ([], [], 0)


@pytest.mark.parametrize("change", [SPRING_WEEK, AUTUMN_WEEK])
def test_plan__over_the_clock_change__stays_at_the_wall_clock(change: date) -> None:
    [copied] = copy([slot(change, time(9, 20))], change, change + WEEK).slots
    assert f"{local(copied.starts_at):%a %H:%M}" == "Mon 09:20"
    assert copied.starts_at - to_utc(change, time(9, 20)) != WEEK


@pytest.mark.parametrize(("week", "sunday"), [(SPRING_WEEK, (2026, 3, 29)), (AUTUMN_WEEK, (2026, 10, 25))])
def test_plan__the_night_itself__leaves_out_what_has_no_place_on_the_clock(
    week: date, sunday: tuple[int, int, int]
) -> None:
    before = week - WEEK + timedelta(days=6)
    source = [slot(before, time(1, 40), 20), slot(before, time(2, 20)), slot(before, time(3))]
    found = copy(source, week - WEEK, week)
    left_out = [wall for day, wall in found.not_on_clock if day == date(*sunday)]
    assert time(2, 20) in left_out
    assert [local(one.starts_at).time() for one in found.slots][-1] == time(3)
    assert len(found.slots) + len(left_out) == 3


def test_plan__week_53__is_followed_by_week_1() -> None:
    found = copy([slot(WEEK_53, time(9))], WEEK_53, WEEK_53 + WEEK, 2)
    assert [local(one.starts_at).isocalendar()[:2] for one in found.slots] == [(2027, 1), (2027, 2)]


def test_plan__holidays__are_named_and_left_out_only_when_asked() -> None:
    source = [slot(WINTER + timedelta(days=day), time(9)) for day in range(5)]
    found = copy(source, WINTER, date(2026, 12, 21))
    assert found.holidays == [(date(2026, 12, 24), "Julafton"), (date(2026, 12, 25), "Juldagen")]
    assert len(found.slots) == 3
    assert len(copy(source, WINTER, date(2026, 12, 21), skip_holidays=False).slots) == 5


def test_plan__a_holiday_without_times__is_not_mentioned() -> None:
    assert copy([slot(WINTER, time(9))], WINTER, date(2026, 12, 21)).holidays == []


def test_plan__times_that_have_begun__are_counted() -> None:
    monday = date(2025, 12, 29)
    source = [slot(monday - WEEK, time(9)), slot(monday - WEEK + timedelta(days=4), time(9))]
    wish = WeekCopy(monday, 1, frozenset({ANNA}), skip_holidays=False, monday=monday - WEEK)
    found = plan_copy(source, wish, now=NOW)
    assert (len(found.slots), found.passed) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"weeks": 0}, {"weeks": "weeks"}),
        ({"weeks": MAX_WEEKS + 1}, {"weeks": "weeks"}),
        ({"first_week": WINTER}, {"first_week": "first_week_same"}),
        ({"first_week": WINTER - WEEK, "weeks": 2}, {"first_week": "first_week_same"}),
        ({"first_week": date(2025, 12, 22)}, {"first_week": "first_week_passed"}),
        ({"first_week": date(2028, 2, 7)}, {"first_week": "first_week_too_far"}),
        ({"performer_ids": frozenset()}, {"performers": "performers_missing"}),
        ({"count": MAX_SLOTS // 2 + 1, "weeks": 2}, {"weeks": "too_many"}),
    ],
)
def test_plan__what_cannot_be__is_refused_at_its_field(changes, problems) -> None:
    facts = {"monday": WINTER, "first_week": WINTER + WEEK} | changes
    assert refusal(**facts) == problems


@st.composite
def weeks_of_times(draw: st.DrawFn) -> tuple[date, list[NewSlot]]:
    """Return a week and times in it as publishing makes them: on the clock, never two at once for a performer."""
    near = st.sampled_from([SPRING_WEEK, AUTUMN_WEEK, WEEK_53])
    monday = draw(near) + WEEK * draw(st.integers(-3, 3))
    source = []
    for performer in (ANNA, OMAR):
        length = draw(st.integers(5, 90))
        for number in draw(st.sets(st.integers(0, 7 * 24 * 60 // length - 1), max_size=12)):
            day, minute = divmod(number * length, 24 * 60)
            start = datetime.combine(monday + timedelta(days=day), time(*divmod(minute, 60)))
            end = start + timedelta(minutes=length)
            try:
                begun, over = to_utc(start.date(), start.time()), to_utc(end.date(), end.time())
            except NoSuchWallTime:
                continue
            if over - begun == timedelta(minutes=length):
                source.append(NewSlot(begun, over, performer, VISIT, VisitForm.ON_SITE, 1))
    return monday, source


copies = st.tuples(weeks_of_times(), st.integers(1, 8), st.integers(1, MAX_WEEKS), st.booleans())


def _essence(one: NewSlot) -> tuple[object, ...]:
    """Return all that a copy must keep: weekday and wall clock at both ends, length, and what the time is."""
    start, end = local(one.starts_at), local(one.ends_at)
    return (
        start.weekday(), start.time(), end.time(), one.ends_at - one.starts_at, one.performer_id,
        one.time_type_id, one.visit_form, one.places,
    )  # fmt: skip


@given(copies)
def test_plan__any_week__every_copy_is_the_same_time_of_another_week(drawn) -> None:
    (monday, source), ahead, weeks, skip = drawn
    found = copy(source, monday, monday + WEEK * ahead, weeks, skip_holidays=skip)
    originals = Counter(map(_essence, source))
    for copied_to in [monday + WEEK * (ahead + number) for number in range(weeks)]:
        of_week = [one for one in found.slots if copied_to <= local(one.starts_at).date() < copied_to + WEEK]
        assert Counter(map(_essence, of_week)) <= originals


@given(copies)
def test_plan__any_week__makes_or_accounts_for_every_time(drawn) -> None:
    (monday, source), ahead, weeks, skip = drawn
    found = copy(source, monday, monday + WEEK * ahead, weeks, skip_holidays=skip)
    closed = [day for day, _ in found.holidays]
    on_closed = sum(
        monday + WEEK * (ahead + number) + (local(one.starts_at).date() - monday) in closed
        for number in range(weeks)
        for one in source
    )
    assert len(found.slots) + len(found.not_on_clock) + on_closed + found.passed == len(source) * weeks
    assert not (
        skip and any(closed_days(day, day) for day in {local(s.starts_at).date() for s in found.slots})
    )


@given(copies)
def test_plan__any_week__is_in_order_and_never_gives_a_performer_two_at_once(drawn) -> None:
    (monday, source), ahead, weeks, skip = drawn
    found = copy(source, monday, monday + WEEK * ahead, weeks, skip_holidays=skip)
    assert found.slots == sorted(found.slots, key=lambda one: one.starts_at)
    for performer in (ANNA, OMAR):
        theirs = [one for one in found.slots if one.performer_id == performer]
        assert all(before.ends_at <= after.starts_at for before, after in pairwise(theirs))
