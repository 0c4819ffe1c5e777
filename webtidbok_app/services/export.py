"""A clinic's published times as files: CSV for other programs, ICS for a performer's own calendar. For staff.

Neither names anybody who has booked: who comes is seen where it is logged.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from icalendar import Calendar, Event

from webtidbok_app.db.engine import get_database
from webtidbok_app.domain import clock, swedish_time
from webtidbok_app.domain.actor import Actor
from webtidbok_app.domain.errors import InvalidInput, NotFound
from webtidbok_app.i18n import t, tn
from webtidbok_app.services import audit
from webtidbok_app.services.authorise import as_schedule_staff
from webtidbok_app.services.schedule import ScheduleSlot, read_slots_between

EXPORT_PAGE = "/personal/exportera"
EXPORTED = {"csv": "text/csv; charset=utf-8", "ics": "text/calendar"}
MAX_DAYS = 92
LAST_YEAR = 2199
"""Days that one file may span, first and last included."""
COLUMNS = ("datum", "från", "till", "längd", "tidstyp", "hos", "besöksform", "platser", "bokade")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export_schedule(
    actor: Actor | None, *, kind: str, first: str, last: str, performer: str = ""
) -> bytes:
    """Return the times from ``first`` to ``last`` (ISO dates in Sweden, both included) as ``csv`` or ``ics``.

    With a ``performer``'s id only theirs. The export is logged. Raises NotFound for another kind of file, and
    InvalidInput (``period``) for days that are none, or too many.
    """
    staff, clinic_id = as_schedule_staff(actor)
    if kind not in EXPORTED:
        raise NotFound
    days = _days(first, last)
    found: list[ScheduleSlot] = []
    async with get_database().write() as session:
        for begins in days[::7]:  # a week at a time: a question has only so many values
            since, until = swedish_time.span_of_days(begins, min(begins + timedelta(days=6), days[-1]))
            found += await read_slots_between(session, clinic_id, since, until)
        audit.record(session, staff, "export_schedule", clinic_id=clinic_id)
    slots = [slot for slot in found if performer in ("", str(slot.performer_id))]
    return csv_of(slots) if kind == "csv" else calendar_of(slots)


def csv_of(slots: Iterable[ScheduleSlot]) -> bytes:
    """Return the times as CSV that Excel opens in Swedish, with the columns that can be imported again."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    for slot in slots:
        start, end = swedish_time.local(slot.starts_at), swedish_time.local(slot.ends_at)
        row = (
            start.date().isoformat(),
            f"{start:%H:%M}",
            f"{end:%H:%M}",
            (slot.ends_at - slot.starts_at) // timedelta(minutes=1),
            slot.time_type,
            slot.performer,
            t("sv", f"staff.visit_form.{slot.visit_form}"),
            slot.places,
            slot.booked,
        )
        writer.writerow([safe_cell(str(cell)) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def safe_cell(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def calendar_of(slots: Sequence[ScheduleSlot]) -> bytes:
    """Return the times as a calendar (RFC 5545); instants are in UTC."""
    calendar = Calendar()
    calendar.add("prodid", "-//Webtidbok//Webtidbok//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for slot in slots:
        calendar.add_component(_event(slot))
    return bytes(calendar.to_ical())


def _event(slot: ScheduleSlot) -> Event:
    state = t("sv", "staff.export.free")
    if slot.booked:
        state = tn("sv", "staff.export.booked", slot.booked, places=slot.places)
    event = Event()
    event.add("uid", f"{slot.id}@webtidbok")
    event.add("dtstamp", clock.now())
    event.add("dtstart", slot.starts_at)
    event.add("dtend", slot.ends_at)
    event.add("summary", f"{slot.time_type}, {state}")
    event.add("class", "PRIVATE")
    return event


def _days(first: str, last: str) -> list[date]:
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise InvalidInput({"period": "period"}) from None
    if ends.year > LAST_YEAR or not 1 <= (ends - begins).days + 1 <= MAX_DAYS:
        raise InvalidInput({"period": "period"})
    return [begins + timedelta(days=n) for n in range((ends - begins).days + 1)]
