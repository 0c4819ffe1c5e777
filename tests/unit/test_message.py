"""Addresses that messages go to, and when reminders are due."""

from datetime import UTC, datetime

import pytest

from webtidbok_app.domain.message import parse_email, parse_mobile, reminder_due


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("070-174 06 05", "+46701740605"),
        ("0701740605", "+46701740605"),
        ("+46 70 174 06 05", "+46701740605"),
        ("+46 (0)70-174 06 05", "+46701740605"),
        ("0046701740605", "+46701740605"),
        ("079.174.06.05", "+46791740605"),
        ("+358 40 123 4567", "+358401234567"),
        ("070–174 06 05", "+46701740605"),
        ("", None),
        ("08-123 456 78", None),
        ("070-174 06 0", None),
        ("070-174 06 055", None),
        ("075-174 06 05", None),
        ("112", None),
        ("+0701740605", None),
        ("0701740605; DROP", None),
        ("٠٧٠١٧٤٠٦٠٥", None),
    ],
)
def test_mobile_number(text, number):
    assert parse_mobile(text) == number


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" anna.berg@exempel.se ", "anna.berg@exempel.se"),
        ("anna+tid@mail.exempel.se", "anna+tid@mail.exempel.se"),
        ("anna@räksmörgås.se", "anna@xn--rksmrgs-5wao1o.se"),
        ("anna@exempel", None),
        ("anna@@exempel.se", None),
        ("@exempel.se", None),
        ("anna berg@exempel.se", None),
        ("anna@exempel..se", None),
        ("åsa@exempel.se", None),
        ("anna@exempel.se\nBcc: b@exempel.se", None),
        ("anna@" + "a" * 70 + ".se", None),
    ],
)
def test_email_address(text, address):
    assert parse_email(text) == address


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 11, 30, 8, tzinfo=UTC)),
        (datetime(2026, 3, 29, 7, tzinfo=UTC), datetime(2026, 3, 28, 8, tzinfo=UTC)),  # 9.00 both days
        (datetime(2026, 10, 25, 8, tzinfo=UTC), datetime(2026, 10, 24, 7, tzinfo=UTC)),
    ],
)
def test_reminder__is_due_at_the_same_time_of_day(start, due):
    assert reminder_due(start, 24) == due
