"""Personnummer, samordningsnummer and HSA-id as people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.demo.people import make_test_number
from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.ids import (
    PersonalNumber,
    normalise_hsa_id,
    normalise_system_id,
    parse_personal_number,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "digits", ["189001019802", "190001019801", "199001012385", "202402292383", "191212121212"]
)
def test_parse__official_test_numbers(digits):
    assert parse_personal_number(digits, today=TODAY).digits == digits


@pytest.mark.parametrize("digits", ["191401682396", "202601612381", "197010632391"])
def test_parse__coordination_numbers(digits):
    number = parse_personal_number(digits, today=TODAY)
    assert number.is_coordination_number
    assert number.birth_date.day == int(digits[6:8]) - 60


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("19121212-1212", "191212121212"),
        ("1912 1212 1212", "191212121212"),
        ("121212+1212", "191212121212"),
        ("121212-1212", "201212121212"),
        ("900101–2385", "199001012385"),
        (" 9001012385 ", "199001012385"),
    ],
)
def test_parse__the_forms_people_write(text, digits):
    assert parse_personal_number(text, today=TODAY).digits == digits


@pytest.mark.parametrize(
    "text",
    ["", "x", "191212121213", "201202162742", "196903261687", "199013012385", "1990010123", "19900101238555"],
)
def test_parse__what_is_no_number(text):
    with pytest.raises(InvalidInput):
        parse_personal_number(text, today=TODAY)


@given(st.dates(date(1935, 1, 1), TODAY), st.integers(0, 1), st.integers(0, 9))
def test_check_digit__every_other_one_is_refused(born, serial, other):
    number = make_test_number(born.year, born.month, born.day, serial=serial)
    changed = number.digits[:11] + str(other)
    if changed == number.digits:
        assert PersonalNumber(changed) == number
    else:
        with pytest.raises(InvalidInput):
            PersonalNumber(changed)


@given(st.dates(date(1935, 1, 1), date(2010, 12, 31)), st.integers(1, 90))
def test_age__grows_on_the_birthday(born, years):
    number = make_test_number(born.year, born.month, born.day, serial=0)
    leap = (born.month, born.day) == (2, 29)
    birthday = date(born.year + years, 3, 1) if leap else born.replace(year=born.year + years)
    if leap and (born.year + years) % 4 == 0 and (born.year + years) != 2100:
        birthday = date(born.year + years, 2, 29)
    assert number.age_on(birthday) == years
    assert number.age_on(birthday - timedelta(days=1)) == years - 1


def test_number__does_not_show_itself_in_logs():
    number = PersonalNumber("191212121212")
    assert "1212" not in repr(number)
    assert str(number) == "19121212-1212"


def test_hsa_id__is_compared_without_case():
    assert normalise_hsa_id(" se2321000016-1hz5 ") == "SE2321000016-1HZ5"
    for wrong in ("", "2321000016-1HZ5", "SE2321000016", "SE2321000016-Å"):
        with pytest.raises(InvalidInput):
            normalise_hsa_id(wrong)


@pytest.mark.parametrize("text", ["HSASERVICES-106J", "t-services-SE165565594230-1023", " SE5565594230-b9p "])
def test_systems__have_ids_of_older_forms_too(text):
    assert normalise_system_id(text) == text.strip().upper()


@pytest.mark.parametrize("text", ["", "198001012389", "CN=x", "a b-1", "-1", "x-", "A" * 64 + "-1", "Å-1"])
def test_what_is_no_id_of_a_system__is_refused(text):
    with pytest.raises(InvalidInput):
        normalise_system_id(text)
