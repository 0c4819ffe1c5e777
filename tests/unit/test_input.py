"""Dates, times and numbers as staff type them."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.state.input import parse_count, parse_day, parse_wall, typed

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-03", "20261203", "2026/12/03", "2026-12-3", "2026.12.03", "3/12 2026", "3/12-2026", "03/12/2026",
        "3.12.2026", "3.12.26", "3-12-2026", "3/12", "3.12", " 3 december 2026 ", "3 dec 2026", "3 dec. 26",
        "3 December", "3e december",
    ],
)  # fmt: skip
def test_parse_day__as_people_write_it__is_that_day(text: str) -> None:
    assert parse_day(text, today=TODAY) == date(2026, 12, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("23/11", TODAY),
        ("22/11", date(2027, 11, 22)),
        ("29 februari", date(2028, 2, 29)),
        ("1 maj", date(2027, 5, 1)),
    ],
)
def test_parse_day__without_a_year__is_the_next_such_day(text: str, expected: date) -> None:
    assert parse_day(text, today=TODAY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "i morgon",
        "2026-13-01",
        "2026-02-29",
        "31/11 2026",
        "3 foo 2026",
        "2026-1203",
        "0",
        "99999999",
        "9999-12-31",
        "0001-01-01",
        "3/0",
        "٣/١٢",
    ],
)
def test_parse_day__what_is_no_day__is_none(text: str) -> None:
    assert parse_day(text, today=TODAY) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_parse_day__every_day__is_read_back_in_each_form(day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.day}/{day.month} {day.year}",
        f"{day.day}/{day.month} {day:%y}",
    ):
        assert parse_day(text, today=TODAY) == day


@given(st.text(max_size=40))
def test_parse__any_text__never_fails(text: str) -> None:
    parse_day(text, today=TODAY)
    parse_wall(text)
    parse_count(text)


@pytest.mark.parametrize(
    "text", ["8", "08", "8.00", "8:00", "08:00", "08,00", "0800", "800", "kl. 8.00", "KL 8"]
)
def test_parse_wall__as_people_write_it__is_that_time(text: str) -> None:
    assert parse_wall(text) == time(8)


@pytest.mark.parametrize(
    ("text", "expected"), [("24.00", time(0)), ("0.00", time(0)), ("23.59", time(23, 59))]
)
def test_parse_wall__around_midnight__is_read(text: str, expected: time) -> None:
    assert parse_wall(text) == expected


@pytest.mark.parametrize("text", ["", "åtta", "24.01", "25", "8.60", "8.5", "-8", "8.00.00"])
def test_parse_wall__what_is_no_time__is_none(text: str) -> None:
    assert parse_wall(text) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("20", 20), (" 5 ", 5), ("0", 0), ("", None), ("x", None), ("1.5", None)]
)
def test_parse_count__whole_numbers__are_read(text: str, expected: int | None) -> None:
    assert parse_count(text) == expected


@pytest.mark.parametrize("form", [None, "text", [], {}, {"places": None}, {"places": ["1"]}, {"places": 7}])
def test_typed__a_forged_form__is_as_if_nothing_was_typed(form: object) -> None:
    assert typed(form, "places") == ""
