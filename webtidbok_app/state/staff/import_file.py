"""Reading a file of times: columns in Swedish, as Excel and others save them. Pure functions."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from webtidbok_app.domain.errors import InvalidInput
from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import t
from webtidbok_app.services.import_times import ImportRow, RowProblem
from webtidbok_app.state.input import parse_count, parse_day, parse_wall

FIELD = "rader"
MAX_ROWS = 5_000
MAX_CHARS = 400_000
MAX_MINUTES = 24 * 60
MAX_PLACES = 500
SEPARATORS = ";\t,"
_COLUMNS = {
    "datum": "day", "dag": "day",
    "från": "from", "fran": "from", "start": "from",
    "till": "to", "slut": "to",
    "längd": "length", "langd": "length", "minuter": "length",
    "tidstyp": "time_type",
    "hos": "performer", "personal": "performer", "resurs": "performer", "vårdgivare": "performer",
    "hsa-id": "performer", "personal/resurs": "performer",
    "besöksform": "visit_form",
    "platser": "places",
}  # fmt: skip
_NEEDED = {"day": "datum", "from": "från", "time_type": "tidstyp", "performer": "hos"}
_FORMS = {
    **{t("sv", f"staff.visit_form.{form}").casefold(): form for form in VisitForm},
    "besök": VisitForm.ON_SITE,
}


@dataclass(frozen=True)
class ReadFile:
    """The rows that could be read, and what is wrong with the others."""

    rows: tuple[ImportRow, ...] = ()
    problems: tuple[RowProblem, ...] = ()


def read_file(text: str, *, today: date) -> ReadFile:
    """Return the file's rows; empty ones are passed over. Raises InvalidInput for what is no such file at all."""
    if not text.strip():
        raise InvalidInput({FIELD: "empty"})
    if len(text) >= MAX_CHARS:
        raise InvalidInput({FIELD: "too_large"})
    lines = _read_lines(text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}"))
    if not lines:
        raise InvalidInput({FIELD: "empty"})
    columns = [_COLUMNS.get(cell.casefold(), "") for cell in lines[0][1]]
    if missing := [name for column, name in _NEEDED.items() if column not in columns]:
        raise InvalidInput({FIELD: "columns_missing"}, name=missing[0])
    if len(lines) == 1:
        raise InvalidInput({FIELD: "no_rows"})
    if len(lines) - 1 > MAX_ROWS:
        raise InvalidInput({FIELD: "too_many"}, most=MAX_ROWS, count=len(lines) - 1)
    read = [_read_row(line, columns, cells, today) for line, cells in lines[1:]]
    return ReadFile(
        tuple(one for one in read if isinstance(one, ImportRow)),
        tuple(one for one in read if isinstance(one, RowProblem)),
    )


def _read_lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the cells of each line that has any, with the line's number from 1."""
    head = text.lstrip().split("\n", 1)[0]
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found = []
    begins = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                found.append((begins, stripped))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput({FIELD: "not_csv"}) from error
    return found


def _read_row(line: int, columns: list[str], cells: list[str], today: date) -> ImportRow | RowProblem:
    if len(cells) < len(columns):
        return RowProblem(line, "too_few_cells")
    row = dict(zip(columns, cells, strict=False))
    day, start = parse_day(row["day"], today=today), parse_wall(row["from"])
    if day is None or not re.search(r"\d{4}", row["day"]):  # a file is of a certain year
        return RowProblem(line, "no_day")
    if start is None:
        return RowProblem(line, "no_from")
    try:
        length, places, form = _read_length(row), _read_places(row), _read_form(row)
    except InvalidInput as invalid:
        [code] = invalid.problems.values()
        return RowProblem(line, code, invalid.facts)
    return ImportRow(line, day, start, length, row["time_type"], row["performer"], form, places)


def _read_length(row: Mapping[str, str]) -> int | None:
    """Return how many minutes the row says, by its end or its length; None for neither."""
    length = parse_count(row.get("length", "")) if row.get("length") else None
    if row.get("length") and (length is None or not 1 <= length <= MAX_MINUTES):
        raise InvalidInput({FIELD: "no_length"}, most=MAX_MINUTES)
    if not row.get("to"):
        return length
    start, end = parse_wall(row["from"]), parse_wall(row["to"])
    if start is None or end is None:
        raise InvalidInput({FIELD: "no_to"})
    until = (end.hour * 60 + end.minute) or MAX_MINUTES  # midnight ends the day
    minutes = until - start.hour * 60 - start.minute
    if minutes <= 0:
        raise InvalidInput({FIELD: "to_before_from"})
    if length not in (None, minutes):
        raise InvalidInput({FIELD: "length_differs"})
    return minutes


def _read_places(row: Mapping[str, str]) -> int:
    if not row.get("places"):
        return 1
    places = parse_count(row["places"])
    if places is None or not 1 <= places <= MAX_PLACES:
        raise InvalidInput({FIELD: "no_places"}, most=MAX_PLACES)
    return places


def _read_form(row: Mapping[str, str]) -> VisitForm | None:
    name = row.get("visit_form", "")
    if name and name.casefold() not in _FORMS:
        raise InvalidInput({FIELD: "no_visit_form"}, name=name)
    return _FORMS[name.casefold()] if name else None
