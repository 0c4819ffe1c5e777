from datetime import UTC, date, datetime

import pytest

from webtidbok_app.i18n import (
    format_clock,
    format_day,
    format_day_span,
    format_month,
    format_short_day,
    format_span,
    format_time,
    format_weekday,
)

NINE_TWENTY = datetime(2026, 12, 3, 8, 20, tzinfo=UTC)
NINE_FORTY = datetime(2026, 12, 3, 8, 40, tzinfo=UTC)


def test_day__is_written_out() -> None:
    assert format_day("sv", date(2026, 12, 3)) == "torsdag 3 december 2026"
    assert format_day("sv", date(2026, 12, 3), year=False) == "torsdag 3 december"
    assert format_day("en", date(2026, 12, 3)) == "Thursday 3 December 2026"


def test_day__of_a_moment__is_the_day_in_sweden() -> None:
    after_midnight = datetime(2026, 12, 2, 23, 30, tzinfo=UTC)
    assert format_day("sv", after_midnight) == "torsdag 3 december 2026"


@pytest.mark.parametrize(("lang", "shown"), [("sv", "tors 3 dec"), ("en", "Thu 3 Dec")])
def test_short_day__has_no_full_stops(lang: str, shown: str) -> None:
    assert format_short_day(lang, date(2026, 12, 3)) == shown


def test_weekday_and_month() -> None:
    assert format_weekday("sv", date(2026, 12, 5)) == "lördag"
    assert format_weekday("sv", date(2026, 12, 5), "short") == "lör"
    assert format_month("sv", date(2026, 12, 5)) == "december 2026"
    assert format_month("en", date(2026, 12, 5)) == "December 2026"


def test_time__is_shown_on_swedish_clocks__kept_together() -> None:
    assert format_clock(NINE_TWENTY) == "9.20"
    assert format_clock(NINE_TWENTY, "en") == "09:20"
    assert format_time("sv", NINE_TWENTY) == "kl.\u00a09.20"
    assert format_time("en", NINE_TWENTY) == "09:20"
    assert format_span("sv", NINE_TWENTY, NINE_FORTY) == "kl.\u00a09.20–9.40"
    assert format_span("en", NINE_TWENTY, NINE_FORTY) == "09:20–09:40"


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "1.59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "3.00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2.30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2.30"),
        (datetime(2026, 12, 2, 23, 5, tzinfo=UTC), "0.05"),
    ],
)
def test_clock__across_the_change_of_clocks_and_midnight(utc: datetime, shown: str) -> None:
    assert format_clock(utc) == shown


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (date(2026, 12, 3), date(2026, 12, 3), "3 december 2026"),
        (date(2026, 12, 3), date(2026, 12, 10), "3–10 december 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "30 november–6 december 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 december 2026–3 januari 2027"),
    ],
)
def test_day_span__names_what_differs(first: date, last: date, shown: str) -> None:
    assert format_day_span("sv", first, last) == shown


def test_day_span__without_year() -> None:
    assert format_day_span("sv", date(2026, 12, 3), date(2026, 12, 10), year=False) == "3–10 december"
