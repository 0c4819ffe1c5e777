"""A clinic's list of one day as a file that any browser shows and prints, when nothing else works."""

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from uuid import UUID

from webtidbok_app.domain.visit import VisitForm
from webtidbok_app.i18n import format_clock, format_day, format_time, t, tn

OWN_FILE = re.compile(r"[a-z0-9-]+-(?P<day>\d{4}-\d{2}-\d{2})\.html")
UNFINISHED = ".list-"
REFERENCE = 8
_COLUMNS = ("time", "name", "personal_number", "phone", "visit", "performer", "interpreter", "came")
_STYLE = """
body { margin: 2rem; font: 12pt/1.35 "Atkinson Hyperlegible Next", Arial, sans-serif; color: #000; background: #fff }
h1 { margin: 0; font-size: 18pt }
table { width: 100%; border-collapse: collapse; margin-top: 1rem }
th, td { padding: 4pt 6pt; border: 1px solid #555; text-align: left; vertical-align: top }
thead { display: table-header-group }
tr { break-inside: avoid }
tbody th, .number { white-space: nowrap }
@page { size: a4 landscape; margin: 12mm }
@media print { body { margin: 0; font-size: 10pt } }
"""


@dataclass(frozen=True)
class ListedBooking:
    """One booked visit with all that is needed without a computer. Instants are aware, UTC."""

    booking_id: UUID
    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    name: str
    personal_number: str
    phone: str
    protected: bool
    time_type: str
    visit_form: VisitForm
    performer: str
    interpreter: str


def document(clinic: str, day: date, bookings: Sequence[ListedBooking], *, written_at: datetime) -> str:
    """Return the list as one HTML file without scripts or anything to fetch.

    A protected identity stands as that, with a reference instead of name, number and phone: the first signs of the
    booking's id.
    """
    when = format_day("sv", day)
    facts = {"day": format_day("sv", written_at), "time": format_time("sv", written_at)}
    heads = "".join(f'<th scope="col">{_word(name)}</th>' for name in _COLUMNS)
    rows = "\n".join(_row(one) for one in bookings)
    return f"""<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<title>{escape(t("sv", "staff.downtime.title", day=when, clinic=clinic))}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(t("sv", "staff.downtime.title", day=when, clinic=clinic))}</h1>
<p>{escape(tn("sv", "staff.day.count", len(bookings)) if bookings else t("sv", "staff.day.empty"))}</p>
<p>{escape(t("sv", "staff.downtime.written", **facts))}</p>
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
<p>{_word("personal")}</p>
</body>
</html>
"""


def _row(one: ListedBooking) -> str:
    name, number, phone = one.name, one.personal_number, one.phone
    if one.protected:
        reference = one.booking_id.hex[:REFERENCE].upper()
        name, number, phone = t("sv", "staff.downtime.protected", reference=reference), "", ""
    span = f"{format_clock(one.starts_at)}–{format_clock(one.ends_at)}"
    visit = f"{one.time_type}, {t('sv', f'staff.visit_form.{one.visit_form}').lower()}"
    cells = [
        f"<td>{escape(name)}</td>",
        f'<td class="number">{escape(number)}</td>',
        f'<td class="number">{escape(phone)}</td>',
        *(f"<td>{escape(value)}</td>" for value in (visit, one.performer, one.interpreter)),
        "<td>☐</td>",
    ]
    return f'<tr><th scope="row">{span}</th>{"".join(cells)}</tr>'


def _word(name: str) -> str:
    return escape(t("sv", f"staff.downtime.{name}"))


def write_files(folder: Path, contents: Iterable[tuple[str, str]]) -> list[Path]:
    """Write the files, by name and text, each whole or not at all, readable by their owner alone. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [_write_file(folder / name, text) for name, text in contents]


def _write_file(file: Path, text: str) -> Path:
    descriptor, made = tempfile.mkstemp(dir=file.parent, prefix=UNFINISHED)  # made with 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        Path(made).replace(file)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
    return file


def file_name(slug: str, day: date) -> str:
    """Return what the clinic's list of the day is called."""
    return f"{slug}-{day.isoformat()}.html"


def remove_old(folder: Path, *, today: date, keep_days: int) -> None:
    """Remove the lists of days more than ``keep_days`` before ``today``, and what was left half written as long ago.

    Other files are let be. Raises OSError.
    """
    oldest = today - timedelta(days=keep_days)
    for file in folder.glob("*.html"):
        match = OWN_FILE.fullmatch(file.name)
        if match and match["day"] < oldest.isoformat():
            file.unlink(missing_ok=True)
    for file in folder.glob(f"{UNFINISHED}*"):
        with suppress(FileNotFoundError):  # another worker has just written it to its end
            if datetime.fromtimestamp(file.stat().st_mtime, UTC).date() < oldest:
                file.unlink()
