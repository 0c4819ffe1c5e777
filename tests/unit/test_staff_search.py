"""What is typed in the quick search, and the day's list in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.ids import with_check_digit
from webtidbok_app.domain.visit import Attendance, VisitForm
from webtidbok_app.services.attendance import Mark
from webtidbok_app.services.reception import DayList, DayRow
from webtidbok_app.state.staff.day_view import Narrowing, day_view, parse_attendance, with_mark
from webtidbok_app.state.staff.search import Wanted, read_search

TODAY = date(2026, 11, 23)
NUMBER = with_check_digit("19800101982")
VERA, OLLE = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    "text",
    [
        NUMBER.digits,
        str(NUMBER),
        NUMBER.digits[2:],
        f"{NUMBER.digits[2:8]}-{NUMBER.digits[8:]}",
        f" {NUMBER} ",
    ],
)
def test_read_search__a_personal_number__however_it_is_written(text: str) -> None:
    assert read_search(text, today=TODAY) == Wanted(number=NUMBER)


@pytest.mark.parametrize(
    ("text", "day", "wall"),
    [
        ("9.20", None, time(9, 20)),
        ("9.12", None, time(9, 12)),  # a time, although it could be a day in December
        ("9:20", None, time(9, 20)),
        ("0920", None, time(9, 20)),
        ("kl. 9.20", None, time(9, 20)),
        ("27/11", date(2026, 11, 27), None),
        ("27 november", date(2026, 11, 27), None),
        ("27/11 9.20", date(2026, 11, 27), time(9, 20)),
        ("9.20 27/11", date(2026, 11, 27), time(9, 20)),
        ("27 november kl. 9.20", date(2026, 11, 27), time(9, 20)),
        ("2026-11-27 09:20", date(2026, 11, 27), time(9, 20)),
        ("22/11", date(2027, 11, 22), None),
    ],
)
def test_read_search__a_time__in_either_order(text: str, day: date | None, wall: time | None) -> None:
    assert read_search(text, today=TODAY) == Wanted(day=day, wall=wall)


def test_read_search__a_case_number() -> None:
    assert read_search("2026-0012", today=TODAY) == Wanted(case="2026-0012")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("Anna", "unknown"),
        ("25.00", "unknown"),
        ("31/11 9.20", "unknown"),
        (NUMBER.digits[:-1] + str((int(NUMBER.digits[-1]) + 1) % 10), "personal_number"),
    ],
)
def test_read_search__what_cannot_be_looked_for(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_search(text, today=TODAY)
    assert list(refused.value.problems.values()) == [problem]


def _row(number: int, *, performer: UUID = VERA, **facts: object) -> DayRow:
    starts_at = datetime(2026, 11, 23, 7, 20 * number, tzinfo=UTC)
    row = DayRow(
        booking_id=f"{number}", starts_at=starts_at, ends_at=starts_at + timedelta(minutes=20),
        time_type="Besök", performer_id=performer, performer="Vera" if performer == VERA else "Olle",
        visit_form=VisitForm.ON_SITE, masked_name="A. A.", protected=False, cancelled=False, rebooked_to=None,
        interpreter="", attendance=None, attendance_at=None,
    )  # fmt: skip
    return replace(row, **facts)


def test_day_view__counts_and_the_nearest_one(clock) -> None:
    at = clock.moment
    rows = [
        _row(0, attendance=Attendance.ARRIVED, attendance_at=at),
        _row(1, cancelled=True),
        _row(2, performer=OLLE),
    ]
    view = day_view(DayList("Testkliniken", TODAY, rows))
    assert view.count_text == "2 bokningar, 1 har kommit, 1 avbokad"
    assert [row.next for row in view.rows] == [False, False, True]
    assert view.next_href == "#bokning-2"
    assert view.rows[0].attendance_text == "Kom 8.00"
    clock.advance(timedelta(hours=1))  # to the very end of the last time
    assert day_view(DayList("Testkliniken", TODAY, rows)).next_text == ""


def test_day_view__of_one_performer_and_of_one_time() -> None:
    day = DayList("Testkliniken", TODAY, [_row(0), _row(1), _row(2, performer=OLLE)])
    narrowed = day_view(day, narrowing=Narrowing(str(OLLE)))
    assert ([row.booking for row in narrowed.rows], narrowed.count_text) == (["2"], "1 bokning")
    assert [choice.label for choice in narrowed.performers] == ["Olle", "Vera"]
    around = day_view(day, narrowing=Narrowing(wall=time(8, 39)))
    assert ([row.booking for row in around.rows], around.count_text) == (["1"], "3 bokningar")
    nothing = day_view(day, narrowing=Narrowing(wall=time(9, 0)))
    assert (nothing.rows, nothing.only_text) == ([], "Ingen bokning kl. 9.00")


def test_row__what_can_be_marked__follows_the_clock_and_the_mark(clock) -> None:
    def can(**facts: object) -> tuple[bool, bool]:
        [row] = day_view(DayList("Testkliniken", TODAY, [_row(1, **facts)])).rows
        return row.can_arrive, row.can_miss

    assert can() == (True, False)
    clock.advance(timedelta(minutes=20))
    assert can() == (True, True)
    assert can(attendance=Attendance.ARRIVED) == (True, False)
    assert can(attendance=Attendance.NO_SHOW) == (False, True)
    assert can(cancelled=True) == (False, False)


def test_with_mark__marks_that_one_only() -> None:
    rows = with_mark([_row(0), _row(1)], "1", Mark(Attendance.ARRIVED))
    assert [row.attendance for row in rows] == [None, Attendance.ARRIVED]


@pytest.mark.parametrize("text", ["", "booked", "ARRIVED"])
def test_parse_attendance__anything_else_is_none(text: str) -> None:
    assert parse_attendance(text) is None
