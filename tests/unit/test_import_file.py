"""Reading a file of times: as Excel and others save them, each bad row told by its line."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.services.import_times import ImportRow
from webtidbok_app.state.staff.import_file import MAX_CHARS, MAX_ROWS, read_file

TODAY = date(2026, 11, 23)
HEAD = "datum;från;till;längd;tidstyp;hos;besöksform;platser"
DAY = date(2026, 12, 3)


def _read(*lines: str, head: str = HEAD):
    return read_file("\r\n".join([head, *lines]), today=TODAY)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_read__whatever_the_separator_and_the_order_of_columns(separator: str) -> None:
    text = "\ufeffHos;Datum;Från;Till;Tidstyp\n\nVera;2026-12-03;8.00;08:20;Besök\n"
    [row] = read_file(text.replace(";", separator), today=TODAY).rows
    assert row == ImportRow(3, DAY, time(8), 20, "Besök", "Vera")


def test_read__all_columns__and_what_is_left_empty() -> None:
    read = _read(
        '3/12 2026;8.00;;30;"Besök; långt";Vera;video;4',
        "2026-12-03;9.00;;;Besök;Vera;;",
        "2026-12-03;23.40;24.00;20;Besök;Vera;På mottagningen;1",
    )
    assert read.problems == ()
    assert read.rows == (
        ImportRow(2, DAY, time(8), 30, "Besök; långt", "Vera", VisitForm.VIDEO, 4),
        ImportRow(3, DAY, time(9), None, "Besök", "Vera"),
        ImportRow(4, DAY, time(23, 40), 20, "Besök", "Vera", VisitForm.ON_SITE),
    )


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("i morgon;8.00;;;B;V;;", "no_day"),
        ("3/12;8.00;;;B;V;;", "no_day"),  # of which year?
        ("2026-12-03;halv;;;B;V;;", "no_from"),
        ("2026-12-03;8.00;nio;;B;V;;", "no_to"),
        ("2026-12-03;8.00;8.00;;B;V;;", "to_before_from"),
        ("2026-12-03;8.00;;0;B;V;;", "no_length"),
        ("2026-12-03;8.00;;1441;B;V;;", "no_length"),
        ("2026-12-03;8.00;8.20;30;B;V;;", "length_differs"),
        ("2026-12-03;8.00;;;B;V;brev;", "no_visit_form"),
        ("2026-12-03;8.00;;;B;V;;0", "no_places"),
        ("2026-12-03;8.00;;;B;V;;501", "no_places"),
        ("2026-12-03;8.00", "too_few_cells"),
    ],
)
def test_read__a_bad_row__is_told_by_its_line_and_the_others_are_read(row: str, code: str) -> None:
    read = _read("2026-12-03;8.00;;;Besök;Vera;;", "", row)
    assert [(one.line, one.code) for one in read.problems] == [(4, code)]
    assert len(read.rows) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("\n;;\n", "empty"),
        (HEAD, "no_rows"),
        ("datum;från;hos\n2026-12-03;8.00;Vera", "columns_missing"),
        ("x" * MAX_CHARS, "too_large"),
        (HEAD + "\n2026-12-03;8.00;;;B;V;;" * (MAX_ROWS + 1), "too_many"),
        (f'{HEAD}\n"2026', "not_csv"),
    ],
)
def test_read__what_is_no_file_of_times(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file(text, today=TODAY)
    assert list(refused.value.problems.values()) == [code]


def test_read__as_many_rows_as_there_may_be() -> None:
    assert len(_read(*["2026-12-03;8.00;;;B;V;;"] * MAX_ROWS).rows) == MAX_ROWS


@given(st.text(max_size=300))
def test_read__any_text__is_read_or_refused(text: str) -> None:
    try:
        read = read_file(f"{HEAD}\n{text}", today=TODAY)
    except InvalidInput:
        return
    assert all(problem.code for problem in read.problems)
