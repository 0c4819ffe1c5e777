"""Reserve numbers: found again, checked, and never taken for a personnummer."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.ids import PersonalNumber, parse_personal_number
from webtidbok_app.domain.reserve_number import (
    LETTERS,
    ReserveNumber,
    new_reserve_number,
    parse_identity,
    read_identity,
)

TODAY = date(2026, 11, 23)


@given(st.dates(date(1900, 1, 1), TODAY))
def test_reserve_number__says_when_one_is_born__and_is_no_personnummer(born: date) -> None:
    number = new_reserve_number(born)
    assert number.birth_date == born
    assert set(number.signs[8:10]) <= set(LETTERS)
    assert read_identity(number.signs) == parse_identity(f" {str(number).lower()} ", today=TODAY) == number
    with pytest.raises(InvalidInput):
        parse_personal_number(str(number), today=TODAY)


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 11))
def test_reserve_number__one_wrong_digit_is_found(born: date, place: int) -> None:
    signs = new_reserve_number(born).signs
    if not signs[place].isdigit():
        return
    wrong = signs[:place] + str((int(signs[place]) + 1) % 10) + signs[place + 1 :]
    with pytest.raises(InvalidInput):
        ReserveNumber(wrong)


@pytest.mark.parametrize("text", ["", "19840312-98", "19841301-AB12", "19840312-OI12", "abc"])
def test_identity__what_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_identity(text, today=TODAY)


def test_identity__a_personnummer_is_read_as_before() -> None:
    assert parse_identity("840312-9805", today=TODAY) == PersonalNumber("198403129805")


def test_reserve_number__is_not_shown_by_accident() -> None:
    assert repr(new_reserve_number(TODAY)) == "ReserveNumber(…)"
